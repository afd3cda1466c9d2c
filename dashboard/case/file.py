"""One case as the casebook has it: row, whole case, all that it heard, what still waits to be told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from casebook import outbox, people, reading
from casebook.errors import NoSuchRowError
from casebook.outbox import Saying
from casebook.people import User
from casebook.reading import HistoryEntry
from casebook.rows import CaseRow
from dashboard.premises import Premises
from dashboard.signing.visiting import Visitor
from journey.case import Case
from journey.claim import Claim
from journey.evidence.attempts import attempts
from journey.evidence.roles import placed
from journey.facts import CorrectionMade, Fact, RemitAdjudicated
from journey.plans.file import Plan
from journey.plans.plan import PlanInForce
from journey.telling import told
from journey.words import Frozen, Moment, Party
from journey.writing import Calendar, masked, plainly

DESKS: Mapping[Party, str] = {
    Party.PROVIDER: "our billing desk",
    Party.POSTING: "our posting desk",
    Party.EDI: "our EDI desk",
    Party.REGISTRATION: "our registration desk",
    Party.SUPERVISOR: "the supervisor",
    Party.LEDGER: "the ledger",
    Party.CLEARINGHOUSE: "the clearinghouse",
    Party.CROSSOVER_CARRIER: "the crossover carrier",
    Party.PATIENT: "the patient",
    Party.EMPLOYER: "the employer",
    Party.COB_REGISTRY: "the COB registry",
    Party.BANK: "the bank",
    Party.AGENCY: "the agency",
    Party.BATON: "Baton",
}
"""Who is not one of the claim's payers, as people say it."""


class Cited(Frozen):
    """A fact that something rests on, as a page shows it."""

    fact_id: str
    says: str
    at: Moment
    entry: int | None = None
    """Its number in the case's evidence; None where the history does not have it."""


@dataclass(frozen=True)
class CaseFile:
    """One case, read at one moment, for one page."""

    row: CaseRow
    case: Case
    plan: Plan
    calendar: Calendar
    now: Moment
    heard: tuple[HistoryEntry, ...]
    """All that it heard, in the order heard, with the payers' roles filled in."""
    waiting: tuple[Saying, ...] = ()
    """What people said while the engine was away, and the case has not heard yet."""
    staff: tuple[User, ...] = ()
    """Who works at the practice."""

    @property
    def claim(self) -> Claim:
        """The claim as billed."""
        return self.case.claim

    @cached_property
    def rules(self) -> PlanInForce:
        """The plan in force now for this payer and state, in whose words clocks and hops are told."""
        payer, claim = self.claim.secondary, self.claim
        return self.plan.in_force(payer.payer_id, payer.payer_class, claim.provider_state, claim.line_of_business)

    @cached_property
    def by_id(self) -> Mapping[str, HistoryEntry]:
        """The entry that first told each fact."""
        found: dict[str, HistoryEntry] = {}
        for each in self.heard:
            found.setdefault(each.entry.fact.fact_id, each)
        return found

    @cached_property
    def patient(self) -> str:
        """The patient's name, in ordinary letters."""
        named = f"{self.claim.patient_first_name} {self.claim.patient_last_name}".strip()
        named = named or f"{self.claim.primary.member_first_name} {self.claim.primary.member_last_name}".strip()
        return named.title() if named.isupper() else named or "Patient not named"

    @cached_property
    def payer(self) -> Party:
        """The payer that the newest attempt is for: the secondary, or the third once its turn has come."""
        begun = attempts(self.claim, self.case.evidence)
        return begun[-1].payer if begun else Party.SECONDARY

    def person(self, name: str) -> str:
        """Somebody of the practice by the name that facts carry, as colleagues call them."""
        return next((each.shown_name for each in self.staff if each.name == name), name)

    def name(self, party: Party) -> str:
        """A payer by its name, anybody else by the desk or role."""
        payers = {each.party: each.payer_name for each in self.claim.coverages}
        return payers.get(party) or DESKS.get(party, plainly(party))

    def cited(self, fact_ids: Iterable[str]) -> tuple[Cited, ...]:
        """Facts by their ids, each once, as far as the history has them; 'opening' is no fact."""
        return tuple(self._cited(dict.fromkeys(fact_ids)))

    def _cited(self, fact_ids: Iterable[str]) -> Iterator[Cited]:
        for each in fact_ids:
            found = self.by_id.get(each)
            if found is not None:
                fact = found.entry.fact
                yield Cited(fact_id=each, says=self.veiled(told(fact)), at=fact.happened_at, entry=found.seq)

    @cached_property
    def _ids(self) -> re.Pattern[str] | None:
        """Every member and group number of the claim, whoever told it."""
        known = {number for each in self.claim.coverages for number in (each.member_id, each.group_number)}
        for entry in self.heard:
            known.update(_numbers_in(entry.entry.fact))
        words = sorted((re.escape(each) for each in known if len(each) > 2), key=len, reverse=True)
        return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)") if words else None

    def veiled(self, text: str) -> str:
        """A text with the member and group numbers in it masked: showing one is a request of its own."""
        return self._ids.sub(lambda found: masked(found[0]), text) if self._ids else text


def _numbers_in(fact: Fact) -> Iterator[str]:
    if isinstance(fact, CorrectionMade) and "member_id" in fact.field:
        yield from (fact.before, fact.after)
    if isinstance(fact, RemitAdjudicated):
        yield fact.corrected_member_id
    yield getattr(fact, "member_id", "")


def open_file(at: Premises, visitor: Visitor, case_id: str) -> CaseFile:
    """Read one case of the visitor's practice.

    Raises:
        NoSuchRowError: the practice has no such case; another practice's case is no case either.
    """
    with at.book.reading() as tx:
        row = reading.case_row(tx, case_id)
        if row.practice != visitor.user.practice:
            raise NoSuchRowError("the casebook has no such case")
        case = reading.case_state(tx, case_id)
        heard = reading.history(tx, case_id)
        waiting = outbox.of_case(tx, case_id)
        staff = people.users_of(tx, visitor.user.practice)
    return CaseFile(
        row=row,
        case=case,
        plan=at.plan(),
        calendar=at.calendar,
        now=max(at.now(), case.as_of),
        heard=tuple(_placed(case.claim, each) for each in heard),
        waiting=waiting,
        staff=staff,
    )


def _placed(claim: Claim, each: HistoryEntry) -> HistoryEntry:
    """An entry whose payer has its role: what was kept is what came, and a payer does not say its own place."""
    return each.model_copy(update={"entry": each.entry.model_copy(update={"fact": placed(claim, each.entry.fact)})})
