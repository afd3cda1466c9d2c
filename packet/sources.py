"""What a packet is composed from: a case, all that it heard, what we sent, the files, and the state of the chain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from zoneinfo import ZoneInfo

from casebook import reading
from casebook.opening import Transaction
from casebook.reading import BrokenLink, HistoryEntry
from casebook.register import IntakeFile, files_of
from casebook.submissions import Submission, submissions_of
from journey.case import Case
from journey.evidence.roles import placed
from journey.facts import ContactLogged, CorrectionMade, CoverageChecked, Fact, RemitAdjudicated, SecondarySubmitted
from journey.plans.file import Plan
from journey.plans.plan import PlanInForce
from journey.words import Party
from journey.writing import Calendar
from packet.reducing import PAYERS, Redaction

_AT_PAYERS = ("claim_data", "cob_record", "cob_verified", "document", "coverage")
"""Corrections that a payer has to do with; the others are the practice's own."""


@dataclass(frozen=True)
class Source:
    """Everything known about one case; pure, so that any case of the core can be composed."""

    case: Case
    sentence: str
    heard: tuple[HistoryEntry, ...]
    """Whole entries, from the first, with the roles that the claim's policies give to payers."""
    plan: Plan
    broken: BrokenLink | None = None
    submissions: tuple[Submission, ...] = ()
    files: tuple[tuple[IntakeFile, frozenset[str]], ...] = field(default=())
    """Each file with the ids of the facts that this case heard from it."""

    @cached_property
    def rules(self) -> PlanInForce:
        """The plan in force for this case."""
        payer = self.case.claim.secondary
        claim = self.case.claim
        return self.plan.in_force(payer.payer_id, payer.payer_class, claim.provider_state, claim.line_of_business)

    @property
    def calendar(self) -> Calendar:
        """Days where the provider works."""
        return Calendar(ZoneInfo(self.rules.time_zone))

    @cached_property
    def by_id(self) -> Mapping[str, HistoryEntry]:
        """The entry that first told each fact."""
        found: dict[str, HistoryEntry] = {}
        for each in self.heard:
            found.setdefault(each.entry.fact.fact_id, each)
        return found

    @cached_property
    def facts(self) -> tuple[tuple[int, Fact], ...]:
        """Every fact that was applied, with its entry, in order of happening."""
        told = [(each.seq, each.entry.fact) for each in self.heard if each.entry.applied]
        return tuple(sorted(told, key=lambda each: (each[1].happened_at, each[0])))

    @cached_property
    def sent_to(self) -> Mapping[str, Party]:
        """The payer that each claim of ours went to, by submission id."""
        sent = [fact for _, fact in self.facts if isinstance(fact, SecondarySubmitted)]
        return {each.submission_id: self._receiver(each) for each in sent}

    def _receiver(self, sent: SecondarySubmitted) -> Party:
        party = self.case.claim.party_of((sent.payer_id,)) if sent.payer_id else Party.UNKNOWN
        return party if party in PAYERS else Party.SECONDARY

    def about(self, fact: Fact) -> Party:
        """The payer whose own business a fact is; UNKNOWN when it is ours, or of several."""
        if isinstance(fact, RemitAdjudicated):
            return fact.payer
        if isinstance(fact, SecondarySubmitted):
            return self._receiver(fact)
        submission = getattr(fact, "submission_id", "")
        if submission in self.sent_to:
            return self.sent_to[submission]
        if isinstance(fact, CorrectionMade):
            return fact.with_payer if fact.corrects in _AT_PAYERS else Party.UNKNOWN
        return fact.sender if fact.sender in PAYERS else Party.UNKNOWN

    @cached_property
    def redaction(self) -> Redaction:
        """Takes out of sentences whatever this case is known to call people and their policies."""
        return Redaction(_naming(self))


def gather(tx: Transaction, case_id: str, plan: Plan) -> Source:
    """Read all of one case.

    Where the chain is broken, only the entries before that place are told: they are whole.

    Raises:
        NoSuchRowError: the casebook has no such case.
        SealBrokenError: the case's own state was altered, so that nothing about it can be told.
    """
    case, broken = reading.case_state(tx, case_id), reading.verify_chain(tx, case_id)
    heard = reading.history(tx, case_id, before=broken.seq if broken else None)
    roles = (
        each.model_copy(update={"entry": each.entry.model_copy(update={"fact": placed(case.claim, each.entry.fact)})})
        for each in heard
    )
    return Source(
        case=case,
        sentence=reading.case_row(tx, case_id).sentence,
        heard=tuple(roles),
        plan=plan,
        broken=broken,
        submissions=submissions_of(tx, case_id),
        files=files_of(tx, case_id),
    )


def _naming(source: Source) -> Iterator[str]:
    claim = source.case.claim
    yield from (claim.claim_number, claim.provider_tin)
    yield from _person(claim.patient_last_name, claim.patient_first_name)
    yield from _day(claim.patient_birth_date)
    for each in claim.coverages:
        yield from (each.member_id, each.group_number)
        yield from _person(each.member_last_name, each.member_first_name)
        yield from _day(each.member_birth_date)
    for _, fact in source.facts:
        yield from _named_in(fact)


def _person(last: str, first: str) -> Iterator[str]:
    yield from (f"{first} {last}", f"{last}, {first}", last, first)
    yield from (each for name in (last, first) for each in name.split())


def _day(birth: date | None) -> Iterator[str]:
    """A birth date as people and files write it."""
    if birth:
        yield from (
            birth.isoformat(),
            f"{birth:%Y%m%d}",
            f"{birth:%m/%d/%Y}",
            f"{birth.month}/{birth.day}/{birth.year}",
        )


_NAMING_FIELDS = (
    *("payer_claim_number", "original_claim_number", "corrected_member_id", "corrected_member_name", "trace"),
    *("member_id", "person_name", "call_reference", "before", "after"),
)
"""Fields of facts that name a person, a policy or a payment."""


def _named_in(fact: Fact) -> Iterator[str]:
    yield from (getattr(fact, name, "") for name in _NAMING_FIELDS)
    if isinstance(fact, ContactLogged):
        yield from fact.person_name.split()
    if isinstance(fact, CoverageChecked):
        yield from _person(fact.member_last_name, fact.member_first_name)
        yield from _day(fact.member_birth_date)
