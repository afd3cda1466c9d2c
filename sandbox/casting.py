"""The population of one world: which claims break where, drawn evenly and reproducibly from a seed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import cycle, islice
from random import Random

from journey.words import Frozen, Mode, Moment, PayerClass
from sandbox.adjudication import Adjudication, Terms, moved_to_patient, primary_decision, secondary_decision
from sandbox.days import after_business_days, next_run
from sandbox.people import (
    COMMERCIAL,
    MEDICAID,
    MEDICARE,
    MILITARY,
    SUPPLEMENTS,
    Bill,
    Payer,
    Person,
    Policy,
    Practice,
    diagnoses,
    lines,
    member_id,
    person,
    policy,
    practice,
)
from sandbox.truth import (
    Arrival,
    Bystander,
    Delays,
    Posting,
    Refusal,
    RefusedBy,
    Route,
    Script,
    resolution_of,
)

BILLING_DAYS = 12
"""Business days over which the claims are billed, so that the primaries' remittances fall within a month."""
HAPPY_SHARE = 0.45
BILLING_HOURS = (20,)
"""When the billing system's daily file leaves, UTC."""


class Part(Frozen):
    """One kind of story to be told."""

    truth: Mode | None
    route: Route
    also: tuple[Mode, ...] = ()
    arrival: Arrival = Arrival.PROMPT
    refusal: Refusal | None = None
    posting: Posting = Posting.RIGHT
    takes_back: bool = False
    pays_nothing: bool = False
    copy_late: bool = False


def _refusals(mode: Mode, by: RefusedBy, *codes: str, remark: str = "", status: str = "2") -> Iterator[Part]:
    for code in codes:
        said = Refusal(by=by, code=code, remark=remark, claim_status=status)
        yield Part(truth=mode, route=Route.BILLED, refusal=said)


_LATE_CROSSOVER = Part(
    truth=Mode.DUPLICATE, route=Route.CROSSOVER, also=(Mode.CROSSOVER_LOST,), arrival=Arrival.AFTER_OURS
)
_ORDER_835 = Refusal(by=RefusedBy.REMITTANCE, code="OA:22", claim_status="1")
_LIMIT_835 = Refusal(by=RefusedBy.REMITTANCE, code="CO:29")
_ROUTES = (Route.CROSSOVER, Route.BILLED)

HAPPY: tuple[Part, ...] = (
    Part(truth=None, route=Route.CROSSOVER),
    Part(truth=None, route=Route.BILLED),
    Part(truth=None, route=Route.CROSSOVER, arrival=Arrival.SLOW),
    Part(truth=None, route=Route.BILLED),
    Part(truth=None, route=Route.CROSSOVER, pays_nothing=True),
    Part(truth=None, route=Route.CROSSOVER, copy_late=True),
    Part(truth=None, route=Route.BILLED, pays_nothing=True),
)

PARTS: dict[Mode, tuple[Part, ...]] = {
    Mode.CROSSOVER_DECLINED: (Part(truth=Mode.CROSSOVER_DECLINED, route=Route.DECLINED),),
    Mode.CROSSOVER_LOST: (Part(truth=Mode.CROSSOVER_LOST, route=Route.CROSSOVER, arrival=Arrival.LOST),),
    Mode.CROSSOVER_ASSUMED: (Part(truth=Mode.CROSSOVER_ASSUMED, route=Route.NOBODY),),
    Mode.REJECTED_FOR_MISMATCH: (
        *_refusals(Mode.REJECTED_FOR_MISMATCH, RefusedBy.PAYER, "A7:164:IL", "A3:33:IL"),
        *_refusals(Mode.REJECTED_FOR_MISMATCH, RefusedBy.REMITTANCE, "CO:31", status="4"),
        *_refusals(Mode.REJECTED_FOR_MISMATCH, RefusedBy.CLEARINGHOUSE, "A6:164:IL"),
        *_refusals(Mode.REJECTED_FOR_MISMATCH, RefusedBy.REMITTANCE, "CO:16", remark="N382"),
        *_refusals(Mode.REJECTED_FOR_MISMATCH, RefusedBy.PAYER, "A7:153:IL", "A7:97:IL"),
        *_refusals(Mode.REJECTED_FOR_MISMATCH, RefusedBy.REMITTANCE, "CO:140"),
    ),
    Mode.WRONG_ORDER: (
        Part(truth=Mode.WRONG_ORDER, route=Route.CROSSOVER, refusal=_ORDER_835),
        *_refusals(Mode.WRONG_ORDER, RefusedBy.PAYER, "A7:85:PR"),
        Part(truth=Mode.WRONG_ORDER, route=Route.BILLED, refusal=_ORDER_835),
    ),
    Mode.NOT_POSTED: tuple(
        Part(truth=Mode.NOT_POSTED, route=route, posting=posting)
        for route in _ROUTES
        for posting in (Posting.FORGOTTEN, Posting.SUSPENSE, Posting.WRONG_BUCKET)
    ),
    Mode.DUAL_BLAME: (Part(truth=Mode.DUAL_BLAME, route=Route.BILLED),),
    Mode.TAKEBACK: tuple(Part(truth=Mode.TAKEBACK, route=route, takes_back=True) for route in _ROUTES),
    Mode.FILING_LIMIT: tuple(Part(truth=Mode.FILING_LIMIT, route=route, refusal=_LIMIT_835) for route in _ROUTES),
    Mode.DUPLICATE: tuple(
        _LATE_CROSSOVER.model_copy(update={"refusal": refusal})
        for refusal in (
            Refusal(by=RefusedBy.PAYER, code="A3:54"),
            Refusal(by=RefusedBy.REMITTANCE, code="OA:18", remark="N522"),
        )
    ),
}
"""Every mode in scope with its kinds, told in turn."""


def parts(claims: int) -> Iterator[Part]:
    """The stories of a population: about 45 % go well, the rest evenly over all modes; each mode from 16 claims up."""
    broken = max(round(claims * (1 - HAPPY_SHARE)), min(claims, len(PARTS)))
    told = {mode: cycle(kinds) for mode, kinds in PARTS.items()}
    for mode in islice(cycle(PARTS), broken):
        yield next(told[mode])
    yield from islice(cycle(HAPPY), claims - broken)


def population(claims: int, seed: int, start: datetime) -> tuple[Script, ...]:
    """All scripts of a world, in the order of billing.

    Args:
        claims: How many claims have two policies.
        seed: The same seed gives the same population.
        start: The first case moment (UTC); nothing happens before it.
    """
    rng = Random(f"population {seed}")
    provider = practice(rng)
    cast = list(parts(claims))
    rng.shuffle(cast)
    first = next_run(start, BILLING_HOURS)
    runs = [after_business_days(first, place * BILLING_DAYS // max(claims, 1)) for place in range(claims)]
    return tuple(
        _script(Random(f"claim {seed} {place}"), part, f"QW{seed % 1000:03d}{place:05d}", provider, run)
        for place, (part, run) in enumerate(zip(cast, runs, strict=True))
    )


def bystanders(claims: int, seed: int, start: datetime) -> tuple[Bystander, ...]:
    """Claims with one policy, one for about a dozen of the others: they travel in the same files."""
    provider = practice(Random(f"population {seed}"))
    first = next_run(start, BILLING_HOURS)
    count = max(1, claims // 12)
    return tuple(
        _bystander(Random(f"bystander {seed} {place}"), f"QX{seed % 1000:03d}{place:05d}", provider,
                   after_business_days(first, place * BILLING_DAYS // count))
        for place in range(count)
    )  # fmt: skip


def _bystander(rng: Random, number: str, provider: Practice, run: datetime) -> Bystander:
    patient = person(rng)
    only = policy(rng, rng.choice(COMMERCIAL), patient)
    bill = _bill(rng, number, provider, run.date(), patient, only)
    decision = primary_decision(rng, bill.lines)
    return Bystander(bill=bill, billed_at=run, remitted_at=run + timedelta(days=14), primary=decision)


def _script(rng: Random, part: Part, number: str, provider: Practice, run: datetime) -> Script:
    """One script, with a payment at stake unless its part says otherwise."""
    first, second = _payers(rng, part)
    patient = person(rng, *_born(first))
    dependent = first.payer_class is not PayerClass.MEDICARE and rng.random() < 0.2
    coverages = policy(rng, first, patient, dependent), policy(rng, second, patient)
    bill = _bill(rng, number, provider, run.date(), patient, *coverages)
    primary = primary_decision(rng, bill.lines)
    secondary = _secondary(rng, part, second, primary)
    corrected = moved_to_patient(secondary, rng.choice((0, 1500, 2250))) if part.takes_back else None
    resolution, owes = resolution_of(corrected or secondary, part.truth)
    status, remarks = _forwarding(rng, part, first, second)
    mistaken = part.truth is Mode.REJECTED_FOR_MISMATCH
    return Script(
        **part.model_dump(include={"truth", "also", "route", "arrival", "refusal", "posting", "copy_late"}),
        bill=bill,
        true_member_id=member_id(rng) if mistaken else coverages[1].member_id,
        vague=rng.random() < 0.3,
        billed_at=run,
        remitted_at=_remitted(rng, run, first),
        primary=primary,
        primary_status=status,
        primary_remarks=remarks,
        secondary=secondary,
        corrected=corrected,
        delays=_delays(rng, part),
        resolution=resolution,
        patient_owes=owes,
    )


def _payers(rng: Random, part: Part) -> tuple[Payer, Payer]:
    """Only Medicare announces or declines a crossover; anything may follow it, commercial plans follow each other."""
    if part.route in (Route.CROSSOVER, Route.DECLINED) or rng.random() < 0.4:
        return rng.choice(MEDICARE), rng.choice(SUPPLEMENTS + COMMERCIAL + MEDICAID)
    first = rng.choice(COMMERCIAL)
    rest = tuple(each for each in COMMERCIAL if each is not first) + MEDICAID + MILITARY
    return first, rng.choice(rest)


def _born(primary: Payer) -> tuple[int, int]:
    return (1934, 1958) if primary.payer_class is PayerClass.MEDICARE else (1965, 2015)


def _bill(rng: Random, number: str, provider: Practice, served_by: date, patient: Person, *policies: Policy) -> Bill:
    form = "837I" if rng.random() < 0.2 else "837P"
    return Bill(
        claim_number=number,
        form=form,
        facility=rng.choice(("13", "13", "11") if form == "837I" else ("11", "11", "22")),
        patient=patient,
        practice=provider,
        primary=policies[0],
        secondary=policies[1] if len(policies) > 1 else None,
        lines=lines(rng, form, served_by - timedelta(days=rng.randint(3, 12))),
        diagnoses=diagnoses(rng),
    )


def _secondary(rng: Random, part: Part, payer: Payer, primary: Adjudication) -> Adjudication:
    public = payer.payer_class is PayerClass.MEDICAID
    if part.pays_nothing:
        return secondary_decision(primary, Terms.NOTHING_RATE if public else Terms.NOTHING_SHARE)
    terms = Terms.MEDICAID_RATE if public else rng.choice((Terms.ALL_OF_SHARE, Terms.NO_DEDUCTIBLE, Terms.SHARED))
    decision = secondary_decision(primary, terms)
    return decision if decision.paid else secondary_decision(primary, Terms.ALL_OF_SHARE)


def _forwarding(rng: Random, part: Part, first: Payer, second: Payer) -> tuple[str, tuple[str, ...]]:
    """CLP02 and remarks of the primary: what it says of forwarding."""
    own = ("MA01",) if first.payer_class is PayerClass.MEDICARE else ()
    if part.route is Route.CROSSOVER:
        promise = "MA07" if second.payer_class is PayerClass.MEDICAID else rng.choice(("MA18", "MA18", "N89"))
        return rng.choices(("19", "1"), (6, 1))[0], (*own, promise)
    if part.route is Route.DECLINED:
        refusals = ("MA19", "MA68", "MA08") if second.payer_class is PayerClass.MEDIGAP else ("MA68",)
        return "1", (*own, rng.choice(refusals))
    return "1", own


def _remitted(rng: Random, billed: datetime, first: Payer) -> Moment:
    """Medicare decides after its payment floor of 14 days, others within two weeks (field notes 2.1)."""
    wait = 14 if first.payer_class is PayerClass.MEDICARE else rng.randint(6, 14)
    return billed + timedelta(days=wait)


def _delays(rng: Random, part: Part) -> Delays:
    # A lost crossover has eaten the first month already; the whole journey must still end within the run.
    adjudication = {Arrival.SLOW: (4, 5), Arrival.PROMPT: (10, 20)}.get(part.arrival, (10, 14))
    return Delays(
        primary_posting_bd=rng.randint(0, 2),
        own_bill_bd=rng.randint(1, 3),
        crossover=22 if part.arrival is Arrival.SLOW else rng.randint(1, 4),
        payer_answer_bd=rng.randint(1, 3),
        adjudication=rng.randint(*adjudication),
        deposit_bd=rng.randint(0, 2),
        posting_bd=rng.randint(0, 2),
        desk_bd=rng.randint(1, 2),
        cob_verification_bd=rng.randint(3, 5),
        found_again=rng.randint(5, 8),
        takeback=rng.randint(10, 20),
        correction=rng.randint(6, 9),
    )
