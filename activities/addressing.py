"""Whose fact is it: from its keys to cases, and from what a case learns to the facts that waited for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from casebook import reading, register, sent_claims, submissions
from casebook.opening import Transaction
from casebook.register import KeyKind
from casebook.sent_claims import SentClaim
from casebook.submissions import Submission
from edi.claim import BilledClaim
from edi.controls import goes_further, sent_under, submission_of
from edi.coverage import member_keys
from edi.sighting import Key, Sighting, payer_keys
from edi.sighting import KeyKind as EdiKey
from journey.claim import Claim
from journey.facts import (
    FACT,
    ClaimAcknowledged,
    CoverageChecked,
    Fact,
    PaymentOffset,
    RemitAdjudicated,
    SecondarySubmitted,
    StatusAnswered,
    SyntaxAcknowledged,
)

SOON: Final = timedelta(days=14)
"""How long after a file an acknowledgement may speak of it: control numbers are used again, and no source says when."""

STILL_SPEAKS: Final = timedelta(days=30)
"""How long before the service an eligibility answer may be given and still say something about it; no source either."""

SHARED: Final = frozenset({"interchange", "group", "set", "batch", "member", "trace"})
"""Keys that several cases have: a fact found by one is kept for those that open later."""


Kept = register.Shared | None
"""How a fact is kept for cases that open later; None if it concerns one case."""


class Waited(NamedTuple):
    """A fact for a case, and how it is kept for others."""

    fact: Fact
    kept: Kept
    blind: str = ""
    """Digest of the key that it waited under; empty if it did not wait."""


class SentAs(NamedTuple):
    """The numbers under which a claim left the provider's own system."""

    keys: tuple[tuple[KeyKind, str], ...]
    submission_id: str
    """Empty unless it is a claim to a further payer."""
    sender: str
    day: date | None


class Found(NamedTuple):
    """Whom a key leads to."""

    told: tuple[tuple[str, Fact], ...] = ()
    """Cases, each with the fact as it is told there."""
    key: Key = ("claim_number", "")
    """What led there."""
    doubt: str = ""
    """Why nobody can be told although the key is known."""


def find(tx: Transaction, sighting: Sighting, practice: str) -> Found:
    """The cases of a fact by its surest key that is known; if there are none, none opens before it is parked."""
    search = _Search(tx, sighting, practice)
    found = search.by_any()
    if found.told or found.doubt:
        return found
    register.lock_key(tx, practice, *parking_key(sighting))
    return search.by_any()


def shared(tx: Transaction, sighting: Sighting, key: Key, practice: str) -> Kept:
    """How a fact is kept for cases that open later, if the key that led to its cases is one that several have."""
    if key[0] not in SHARED:
        return None
    blind = register.lock_key(tx, practice, KeyKind(key[0]), key[1])
    return register.Shared(blind=blind, body=FACT.dump_json(sighting.fact))


def parking_key(sighting: Sighting) -> tuple[KeyKind, str]:
    """What a fact waits under that no case has yet: the claim number, else the surest key that a case can bring."""
    numbers = [each for each in sighting.keys if each[0] == "claim_number"]
    several = [each for each in sighting.keys if each[0] in SHARED]
    first, second = (several, numbers) if isinstance(sighting.fact, CoverageChecked) else (numbers, several)
    kind, value = (first or second or list(sighting.keys))[0]
    return (KeyKind.TRACE if kind == "question" else KeyKind(kind)), value


def _key_of_several(sighting: Sighting) -> Key:
    return next((each for each in sighting.keys if each[0] in SHARED), sighting.keys[0])


def sent_as(billed: BilledClaim) -> SentAs:
    """What is to be noted of a claim that left: the same for every claim of a file that is no further payer's."""
    keys = tuple((KeyKind(kind), value) for kind, value in sent_under(billed))
    return SentAs(
        keys, submission_of(billed) if goes_further(billed) else "", billed.header.sender, billed.header.created
    )


def note_sent(tx: Transaction, sent: SentAs, practice: str, digest: str, zone: ZoneInfo, now: datetime) -> None:
    """Note the numbers under which claims of the provider's own left, so that acknowledgements find them."""
    sent_claims.note(
        tx,
        practice,
        sent.keys,
        submission_id=sent.submission_id,
        digest=digest,
        sender=sent.sender,
        written_at=datetime.combine(sent.day, time(), tzinfo=zone) if sent.day else now,
    )


def waiting_for(tx: Transaction, claim: Claim, case_id: str) -> list[Waited]:
    """Let a new case be found by its numbers and members; the facts that waited for them, and for what these bring."""
    number = claim.claim_number
    keys: list[Key] = [("claim_number", number), ("claim_number", f"{number}|{claim.charge}"), *member_keys(claim)]
    waited = list(_waited(tx, _index(tx, claim.practice, keys, case_id), case_id))
    if any(isinstance(each.fact, CoverageChecked) for each in waited):
        closed = not reading.still_open(tx, [case_id])
        waited = [each for each in waited if _speaks_of(claim, each.fact, closed)]
    for each in tuple(waited):
        waited += learnt(tx, each.fact, claim.practice, case_id)
    return list({each.fact.fact_id: each for each in waited}.values())


def learnt(tx: Transaction, fact: Fact, practice: str, case_id: str) -> Iterator[Waited]:
    """Let a case be found by the numbers that a fact brings; the facts that waited for these."""
    if isinstance(fact, RemitAdjudicated):
        yield from _by_remittance(tx, fact, practice, case_id)
    elif isinstance(fact, SecondarySubmitted) and not fact.ours:
        yield from _by_submission(tx, fact.submission_id, case_id)


def _by_remittance(tx: Transaction, remit: RemitAdjudicated, practice: str, case_id: str) -> Iterator[Waited]:
    """Provider-level adjustments name a claim by its payer's number, or nothing but the payment (field notes 1.6)."""
    number, keys = remit.payer_claim_number, list[Key]()
    if number:
        keys.append(("payer_claim_number", number))
    if remit.trace and remit.paid > 0:
        keys += payer_keys("trace", remit.payer_ids, remit.payer_name, remit.trace)[:1]
    blinds = _index(tx, practice, keys, case_id)
    named = register.lock_key(tx, practice, KeyKind.CLAIM_NUMBER, number) if number else ""
    for each in _waited(tx, blinds | {named: False}, case_id):
        if each.blind != named or isinstance(each.fact, PaymentOffset):
            yield each


def _by_submission(tx: Transaction, submission_id: str, case_id: str) -> Iterator[Waited]:
    """Acknowledgements of the file that the claim was in, unless they speak of an older or a much later one."""
    placed = {each.blind: each.written_at for each in sent_claims.place(tx, submission_id, case_id)}
    for each in _waited(tx, dict.fromkeys(placed, True), case_id):
        if _may_speak_of(placed[each.blind], each.fact.happened_at):
            yield each._replace(fact=_for_submission(each.fact, submission_id))


def _index(tx: Transaction, practice: str, keys: Sequence[Key], case_id: str) -> dict[str, bool]:
    """Let a case be found by keys; their digests, each with whether several cases may have it."""
    blinds = register.index_keys(tx, practice, [(KeyKind(kind), value) for kind, value in keys], case_id)
    return {blind: kind in SHARED for (kind, _), blind in zip(keys, blinds, strict=True)}


def _waited(tx: Transaction, blinds: dict[str, bool], case_id: str) -> Iterator[Waited]:
    """The facts that waited under these digests."""
    for each in register.waiting_under(tx, tuple(blinds), case_id) if blinds else ():
        kept = register.Shared(blind=each.blind, body=each.body) if blinds[each.blind] else None
        yield Waited(FACT.validate_json(each.body), kept, each.blind)


def _speaks_of(claim: Claim, fact: Fact, closed: bool) -> bool:
    """An eligibility answer long before the service says nothing of it, and none is told to a closed case."""
    if not isinstance(fact, CoverageChecked):
        return True
    return not closed and fact.happened_at.date() >= claim.service_from - STILL_SPEAKS


def _may_speak_of(written_at: datetime, happened_at: datetime) -> bool:
    return written_at <= happened_at <= written_at + SOON


def _for_submission(fact: Fact, submission_id: str) -> Fact:
    """The fact as it is told to the case of one submission."""
    if not isinstance(fact, SyntaxAcknowledged | ClaimAcknowledged):
        return fact
    return fact.model_copy(update={"submission_id": submission_id})


class _Bearer(NamedTuple):
    """One claim of a file that bore a control number."""

    file: str
    """Empty for those that we wrote."""
    day: date
    submission_id: str
    case_id: str | None


class _Search(NamedTuple):
    """The search for the cases of one sighting; each method takes the value of a key."""

    tx: Transaction
    sighting: Sighting
    practice: str

    def by_any(self) -> Found:
        """By the surest key that is known; an eligibility answer concerns all cases that any key leads to."""
        if isinstance(self.sighting.fact, CoverageChecked):
            return self._open_ones()
        for key in self.sighting.keys:
            found = _FINDERS[key[0]](self, key[1])
            if found.told or found.doubt:
                return found._replace(key=key)
        return Found()

    def _open_ones(self) -> Found:
        """Every open case of the question, the member or the claim; no answer is a reason to reopen a closed one."""
        told = dict(each for key in self.sighting.keys for each in _FINDERS[key[0]](self, key[1]).told)
        stand = reading.still_open(self.tx, tuple(told))
        return Found(tuple((each, told[each]) for each in stand), _key_of_several(self.sighting))

    def by_claim_number(self, value: str) -> Found:
        """A claim number alone never decides between two cases (field notes 0.5); the charge may."""
        cases = self._cases(KeyKind.CLAIM_NUMBER, value)
        if len(cases) > 1 and self.sighting.charge is not None:
            cases = self._cases(KeyKind.CLAIM_NUMBER, f"{value}|{self.sighting.charge}")
        return self._told(cases) if len(cases) == 1 else Found()

    def by_payer_claim_number(self, value: str) -> Found:
        """The payer's number of one claim."""
        cases = self._cases(KeyKind.PAYER_CLAIM_NUMBER, value)
        return self._told(cases) if len(cases) == 1 else Found()

    def by_question(self, value: str) -> Found:
        """The case that asked, and how it searched."""
        asked = submissions.question(self.tx, value)
        if asked is None:
            return Found()
        known = {"searched_by": asked.searched_by} if isinstance(self.sighting.fact, StatusAnswered) else {}
        return Found(((asked.case_id, self.sighting.fact.model_copy(update=known)),))

    def by_submission(self, value: str) -> Found:
        """The case for which we sent this claim."""
        sent = submissions.submission(self.tx, value)
        if sent is None:
            return Found()
        return Found(((sent.case_id, _for_submission(self.sighting.fact, sent.submission_id)),))

    def by_member(self, value: str) -> Found:
        """Every case of the member."""
        return self._told(self._cases(KeyKind.MEMBER, value))

    def by_trace(self, value: str) -> Found:
        """Every case that this payment paid."""
        return self._told(self._cases(KeyKind.TRACE, value))

    def by_interchange(self, value: str) -> Found:
        """Every claim of an interchange; a refused question has no claim."""
        if submissions.question_in(self.tx, value):
            return Found(doubt="a status question of ours was refused: correct what was refused and ask again")
        return self._by_control(KeyKind.INTERCHANGE, value, submissions.submissions_for(self.tx, interchange=value))

    def by_group(self, value: str) -> Found:
        """Every claim of a functional group."""
        return self._by_control(KeyKind.GROUP, value, submissions.submissions_for(self.tx, group=value))

    def by_set(self, value: str) -> Found:
        """Every claim of a transaction set."""
        group, _, transaction = value.partition("/")
        ours = submissions.submissions_for(self.tx, group=group, transaction=transaction)
        return self._by_control(KeyKind.SET, value, ours)

    def by_batch(self, value: str) -> Found:
        """Every claim of a batch of the provider's; our own is found by its submission."""
        return self._by_control(KeyKind.BATCH, value, ())

    def _cases(self, kind: KeyKind, value: str) -> tuple[str, ...]:
        return register.find_cases(self.tx, self.practice, kind, value)

    def _told(self, cases: tuple[str, ...]) -> Found:
        return Found(tuple((each, self.sighting.fact) for each in cases))

    def _by_control(self, kind: KeyKind, value: str, ours: tuple[Submission, ...]) -> Found:
        """Every claim of the newest file that bore the number: numbers are used again, an old file is long answered.

        Two files of one day cannot be told apart, and a refusal told to the wrong claims would send them twice.
        """
        theirs = self._addressed(sent_claims.sent_under(self.tx, self.practice, (kind, value)), bool(ours))
        sent = [_Bearer("", each.written_at.date(), each.submission_id, each.case_id) for each in ours]
        sent += [_Bearer(each.digest, each.written_at.date(), each.submission_id, each.case_id) for each in theirs]
        newest = [each for each in sent if each.day == max(other.day for other in sent)]
        if len({each.file for each in newest}) > 1:
            return Found(doubt="two files of one day bear this control number: find out which one is meant")
        fact = self.sighting.fact
        return Found(
            tuple((each.case_id, _for_submission(fact, each.submission_id)) for each in newest if each.case_id)
        )

    def _addressed(self, theirs: tuple[SentClaim, ...], also_ours: bool) -> list[SentClaim]:
        """Files of the provider's that may be meant, by the time, and by the sender where the answer names one."""
        at, to = self.sighting.fact.happened_at, self.sighting.to
        possible = [each for each in theirs if _may_speak_of(each.written_at, at)]
        addressed = [each for each in possible if to and each.sender == to]
        return addressed if addressed or (also_ours and to) else possible


_FINDERS: Final[dict[EdiKey, Callable[[_Search, str], Found]]] = {
    "claim_number": _Search.by_claim_number,
    "payer_claim_number": _Search.by_payer_claim_number,
    "question": _Search.by_question,
    "submission": _Search.by_submission,
    "interchange": _Search.by_interchange,
    "group": _Search.by_group,
    "set": _Search.by_set,
    "batch": _Search.by_batch,
    "member": _Search.by_member,
    "trace": _Search.by_trace,
}
