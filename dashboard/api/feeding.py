"""Facts of other systems: each is told to its case, or kept until its case opens; sent twice, it is told once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Annotated, Final, Literal, NamedTuple

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator
from temporalio.service import RPCError

from activities import addressing
from activities.addressing import Waited
from casebook import register
from casebook.opening import Transaction
from casebook.register import FactState, KeyKind
from dashboard.api.callers import Caller, Calling, needs
from dashboard.api.cases import own_row
from dashboard.api.problems import RefusalError, field_refused, problems
from dashboard.api.repeating import Key, Repeatable
from dashboard.premises import Premises
from dashboard.roles import Right
from dashboard.signing.visiting import At
from edi.sighting import Key as CaseKey
from edi.sighting import Sighting
from journey.facts import (
    FACT,
    ClaimAcknowledged,
    CoverageChecked,
    Fact,
    LedgerRead,
    MoneyArrived,
    PaymentOffset,
    RemitAdjudicated,
    SecondarySubmitted,
    StatusAnswered,
    SyntaxAcknowledged,
)
from journey.words import Cents, Frozen, Grade, Party
from worker.cases import NoSuchCaseError

MachineFact = Annotated[
    RemitAdjudicated
    | SyntaxAcknowledged
    | ClaimAcknowledged
    | StatusAnswered
    | SecondarySubmitted
    | CoverageChecked
    | PaymentOffset
    | MoneyArrived
    | LedgerRead,
    Field(discriminator="kind"),
]
"""What another system may tell: what files and ledgers tell otherwise. People's words go through `/cases/…`."""

GRADES: Final[dict[type, Grade]] = {
    RemitAdjudicated: Grade.SETTLED,
    PaymentOffset: Grade.SETTLED,
    MoneyArrived: Grade.SETTLED,
    LedgerRead: Grade.SETTLED,
    ClaimAcknowledged: Grade.TRANSACTED,
    StatusAnswered: Grade.TRANSACTED,
    CoverageChecked: Grade.TRANSACTED,
    SyntaxAcknowledged: Grade.TRANSACTED,
    SecondarySubmitted: Grade.DOCUMENTED,
}
"""How good a fact of each kind is, as when a file brings it; a sender cannot make its word better."""

SENDERS: Final[dict[type, Party]] = {
    MoneyArrived: Party.BANK,
    LedgerRead: Party.LEDGER,
    SecondarySubmitted: Party.PROVIDER,
}
"""Who speaks, where only one can."""

CLOCK_SKEW: Final = timedelta(minutes=5)
"""By how much another system's clock may be ahead of ours."""

router = APIRouter(
    prefix="/facts",
    tags=["Feed"],
    route_class=Repeatable,
    dependencies=[Depends(needs(Right.FEED))],
    responses=problems(401, 403, 404, 409, 422, 429, 503),
)


class Fed(BaseModel):
    """One fact, and whose it is: a case id, or the numbers by which its case is found."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "claim_number": "C-20418",
                    "fact": {
                        "kind": "money_arrived",
                        "fact_id": "bank-2026-04-02-000173",
                        "happened_at": "2026-04-02T14:00:00Z",
                        "learnt_at": "2026-04-02T14:00:00Z",
                        "amount": 32000,
                        "trace": "EFT0099",
                    },
                }
            ]
        },
    )

    case_id: str | None = Field(None, pattern=r"^case-[a-z2-7]{26}$")
    claim_number: str | None = Field(None, min_length=1, max_length=80, description="The provider's own (CLM01).")
    payer_claim_number: str | None = Field(None, min_length=1, max_length=80, description="The payer's (CLP07).")
    charge: Cents | None = Field(None, ge=0, le=10**12, description="Cents; tells two claims of the same number apart.")
    fact: MachineFact = Field(
        description="Money is cents, moments are UTC. `fact_id` is your own stable id of it: 1 to 200 characters, no "
        "data of a person. `grade`, `sender` of ledgers and banks, `source` and `learnt_at` are set by Baton."
    )

    @model_validator(mode="after")
    def _names_a_case(self) -> Fed:
        if not (self.case_id or self.claim_number or self.payer_claim_number):
            raise ValueError("name a case_id, a claim_number or a payer_claim_number")
        if not 0 < len(self.fact.fact_id) <= 200:
            raise ValueError("fact.fact_id must have 1 to 200 characters")
        return self


class Taken(Frozen):
    """What became of a fact."""

    fact_id: str = Field(description="Its id here; the same for the same `fact_id` of yours.")
    state: Literal["delivered", "parked", "repeated"] = Field(
        description="`parked`: no case is known by these numbers; it is told as soon as one opens."
    )
    case_ids: tuple[str, ...] = Field((), description="The cases that were told.")
    reason: str = Field("", description="Why it was parked.")


class _Placed(NamedTuple):
    """Where a fact goes."""

    taken: Taken
    telling: tuple[tuple[str, tuple[Waited, ...]], ...] = ()


@router.post("", status_code=200, responses={202: {"description": "Parked.", "model": Taken}})
async def feed(at: At, caller: Calling, key: Key, fed: Fed, response: Response) -> Taken:  # noqa: ARG001
    """Tell a fact of another system. Send it again until an answer comes: by its `fact_id` it is told once.

    A fact of an unknown claim is parked, and told when its case opens.
    """
    fact = _stamped(at, caller, fed.fact)
    placed = await asyncio.to_thread(_place, at, caller, fed, fact)
    try:
        for case_id, waited in placed.telling:
            await at.cases.tell(case_id, tuple(each.fact for each in waited))
    except (RPCError, NoSuchCaseError, TimeoutError):
        raise RefusalError(
            503, "engine-away", "The engine is away: send it again.", headers={"Retry-After": "10"}
        ) from None
    await asyncio.to_thread(_note_delivered, at, caller, placed)
    if placed.taken.state == "parked":
        response.status_code = 202
    return placed.taken


def _stamped(at: Premises, caller: Caller, fact: Fact) -> Fact:
    """The fact under an id of ours, learnt now, as good as its kind."""
    now = at.now()
    if fact.happened_at > now + CLOCK_SKEW:
        raise field_refused("body.fact.happened_at", "Must not lie in the future")
    known = {
        "fact_id": at.keys.opaque("fact", "fed", caller.user.practice, caller.user.user_id, fact.fact_id),
        "happened_at": min(fact.happened_at, now),
        "learnt_at": now,
        "source": f"api/{caller.user.name}",
        "grade": GRADES[type(fact)],
        "sender": SENDERS.get(type(fact), fact.sender),
    }
    ours = {"ours": False} if isinstance(fact, SecondarySubmitted) else {}
    return fact.model_copy(update={**known, **ours})


def _place(at: Premises, caller: Caller, fed: Fed, fact: Fact) -> _Placed:
    """Whose fact it is: told before, a case, or nobody's yet.

    Raises:
        RefusalError: nobody can say whose it is.
        NoSuchRowError: the caller's practice has no such case.
    """
    practice = caller.user.practice
    with at.book.writing() as tx:
        state = register.fact_state(tx, fact.fact_id)
        if state in (FactState.DELIVERED, FactState.SHARED):
            return _Placed(Taken(fact_id=fact.fact_id, state="repeated"))
        if fed.case_id:
            own_row(tx, caller, fed.case_id)
            return _to_cases(tx, practice, fact, ((fed.case_id, fact),))
        sighting = Sighting(fact, _keys(fed), fed.charge)
        found = addressing.find(tx, sighting, practice)
        if found.doubt:
            raise RefusalError(409, "whose-is-it", f"{found.doubt}.".capitalize())
        if found.told:
            return _to_cases(tx, practice, fact, found.told)
        return _park(at, tx, practice, sighting)


def _keys(fed: Fed) -> tuple[CaseKey, ...]:
    """By what the case is found, the surest first."""
    keys: list[CaseKey] = []
    if fed.claim_number:
        keys.append(("claim_number", fed.claim_number.strip()))
    if fed.payer_claim_number:
        keys.append(("payer_claim_number", fed.payer_claim_number.strip()))
    return tuple(keys)


def _to_cases(tx: Transaction, practice: str, fact: Fact, told: tuple[tuple[str, Fact], ...]) -> _Placed:
    """What each case is told: the fact, and what waited for the numbers that it brings."""
    telling = tuple(
        (case_id, (Waited(each, None), *addressing.learnt(tx, each, practice, case_id))) for case_id, each in told
    )
    taken = Taken(fact_id=fact.fact_id, state="delivered", case_ids=tuple(case_id for case_id, _ in told))
    return _Placed(taken, telling)


def _park(at: Premises, tx: Transaction, practice: str, sighting: Sighting) -> _Placed:
    """Keep a fact until its case opens; the cases that its key leads to now are not its own."""
    fact, (kind, value) = sighting.fact, addressing.parking_key(sighting)
    unfit = register.find_cases(tx, practice, kind, value)
    reason = "several cases have this number: name the charge or the case" if unfit else "no case has this number yet"
    register.park(
        tx,
        fact.fact_id,
        kind=fact.kind,
        practice=practice,
        key=(KeyKind(kind), value),
        body=FACT.dump_json(fact),
        reason=reason,
        at=at.now(),
        unfit=unfit,
    )
    return _Placed(Taken(fact_id=fact.fact_id, state="parked", reason=reason))


def _note_delivered(at: Premises, caller: Caller, placed: _Placed) -> None:
    """Only after the cases were told: told twice they notice, and a fact noted and not told would be lost."""
    if not placed.telling:
        return
    with at.book.writing() as tx:
        for case_id, waited in placed.telling:
            for each in waited:
                register.deliver(
                    tx,
                    each.fact.fact_id,
                    kind=each.fact.kind,
                    practice=caller.user.practice,
                    case_id=case_id,
                    at=at.now(),
                    shared=each.kept,
                )
