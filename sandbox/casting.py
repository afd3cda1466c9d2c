"""The population of one world: which claims break where, drawn evenly and reproducibly from a seed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random

from journey.words import Mode, Moment, PayerClass
from sandbox.adjudication import (
    Adjudication,
    Terms,
    moved_to_patient,
    next_decision,
    paid_elsewhere,
    primary_decision,
    refused,
    secondary_decision,
)
from sandbox.days import after_business_days, next_run
from sandbox.parts import LATER_PAYERS, THIRDS, Part, parts
from sandbox.people import (
    COMMERCIAL,
    MEDICAID,
    MEDICARE,
    MILITARY,
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
    Manner,
    Posting,
    Route,
    Script,
    Second,
    resolution_of,
)

BILLING_DAYS = 12
"""Business days over which the claims are billed, so that the primaries' remittances fall within a month."""
BILLING_HOURS = (20,)
"""When the billing system's daily file leaves, UTC."""
OF_SCRIPT = frozenset(Part.model_fields) & frozenset(Script.model_fields) - {"patient_pays"}
"""What a part hands to its script as it is."""
GROUP_PLANS = (PayerClass.COMMERCIAL, PayerClass.BLUES)
GROUP_OF_PATIENT = {Manner.TO_PATIENT: "OA", Manner.TO_PATIENT_AS_SHARE: "PR"}
"""Under which adjustment group a payer says that the patient has the money."""


def population(claims: int, seed: int, start: datetime) -> tuple[Script, ...]:
    """All scripts of a world, in the order of billing.

    Args:
        claims: How many claims have two policies.
        seed: The same seed gives the same population.
        start: The first case moment (UTC); nothing happens before it.
    """
    rng = Random(f"population {seed}")
    provider = practice(rng)
    cast = list(parts(claims, seed))
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
    payers = _payers(rng, part)
    patient = person(rng, *_born(payers[0]))
    dependent = payers[0].payer_class is not PayerClass.MEDICARE and rng.random() < 0.2
    # One's own group plan comes before a relative's (field notes 3.1 B2): whoever is insured first through a relative
    # has no group plan of one's own behind it.
    through = [dependent and (place == 0 or each.payer_class in GROUP_PLANS) for place, each in enumerate(payers)]
    policies = [policy(rng, each, patient, relative) for each, relative in zip(payers, through, strict=True)]
    bill = _bill(rng, number, provider, run.date(), patient, *policies, at_least=_lines_needed(part))
    standing = primary_decision(rng, bill.lines)
    money = _money(rng, part, payers[1], standing)
    status, remarks = _forwarding(rng, part, payers[0], payers[1])
    first, second = _decisions(rng, part, bill, standing, remarks)
    last_words = (standing, money["corrected"] or money["secondary"], money["tertiary"])
    resolution, owes = resolution_of(tuple(each for each in last_words if each), part.truth, part.policy_found)
    mistaken = part.truth is Mode.REJECTED_FOR_MISMATCH or part.policy_found
    return Script(
        **part.model_dump(include=set(OF_SCRIPT)),
        **money,
        bill=bill,
        true_member_id=member_id(rng) if mistaken else policies[1].member_id,
        coverage_ended=_coverage_ended(rng, part, bill),
        patient_pays={"share": standing.patient_share, "owed": owes}.get(part.patient_pays, 0),
        vague=rng.random() < 0.3,
        billed_at=run,
        remitted_at=_remitted(rng, run, payers[0]),
        primary=first,
        primary_status=status,
        primary_remarks=remarks,
        second=second,
        delays=_delays(rng, part),
        resolution=resolution,
        patient_owes=owes,
    )


def _money(rng: Random, part: Part, payer: Payer, standing: Adjudication) -> dict[str, Adjudication | None]:
    """What the later payers decide of what the primary left, by the field of the script."""
    secondary = _secondary(rng, part, payer, standing)
    corrected = moved_to_patient(secondary, rng.choice((0, 1500, 2250))) if part.takes_back else None
    has_third = part.has_third and secondary.patient_share
    tertiary = next_decision(secondary, pays_all=rng.random() < 0.5) if has_third else None
    if part.manner in GROUP_OF_PATIENT:
        secondary = paid_elsewhere(secondary, GROUP_OF_PATIENT[part.manner])
    return {"secondary": secondary, "corrected": corrected, "tertiary": tertiary}


def _decisions(
    rng: Random, part: Part, bill: Bill, standing: Adjudication, remarks: tuple[str, ...]
) -> tuple[Adjudication, Second | None]:
    """The primary's first decision and, where it changes its mind, its second, which is the one that stands."""
    if part.primary_denies:
        denied = refused(standing, part.primary_denies, "22")
        return denied, Second(decision=standing, status="1", remarks=remarks)
    if part.second_status:
        # The reversed decision was a more generous one: the patient's share grows with the second.
        first = primary_decision(Random(rng.random()), bill.lines)
        return first, Second(decision=standing, status=part.second_status, remarks=remarks)
    return standing, None


def _coverage_ended(rng: Random, part: Part, bill: Bill) -> date | None:
    if part.truth is not Mode.COVERAGE_ENDED or part.begins_later:
        return None
    return bill.service_from - timedelta(days=rng.randint(8, 60))


def _lines_needed(part: Part) -> int:
    """What is decided or posted in parts needs parts."""
    return 2 if part.manner is Manner.SPLIT or part.posting is Posting.IN_PART else 1


def _payers(rng: Random, part: Part) -> tuple[Payer, ...]:
    """Only Medicare announces or declines a crossover; anything may follow it, commercial plans follow each other."""
    rest: tuple[Payer, ...]
    medicare_first = part.route in (Route.CROSSOVER, Route.DECLINED)
    if medicare_first or (not part.primary_denies and rng.random() < 0.4):
        first, rest = rng.choice(MEDICARE), LATER_PAYERS
    else:
        first = rng.choice(COMMERCIAL)
        rest = tuple(each for each in COMMERCIAL if each is not first) + MEDICAID + MILITARY
    if part.has_third:
        rest = tuple(each for each in rest if each not in THIRDS)
    among = tuple(each for each in rest if not part.seconds or each in part.seconds)
    second = rng.choice(among)
    return (first, second, rng.choice(THIRDS)) if part.has_third else (first, second)


def _born(primary: Payer) -> tuple[int, int]:
    return (1934, 1958) if primary.payer_class is PayerClass.MEDICARE else (1965, 2015)


def _bill(
    rng: Random,
    number: str,
    provider: Practice,
    served_by: date,
    patient: Person,
    *policies: Policy,
    at_least: int = 1,
) -> Bill:
    form = "837I" if rng.random() < 0.2 else "837P"
    return Bill(
        claim_number=number,
        form=form,
        facility=rng.choice(("13", "13", "11") if form == "837I" else ("11", "11", "22")),
        patient=patient,
        practice=provider,
        primary=policies[0],
        secondary=policies[1] if len(policies) > 1 else None,
        tertiary=policies[2] if len(policies) > 2 else None,
        lines=lines(rng, form, served_by - timedelta(days=rng.randint(3, 12)), at_least),
        diagnoses=diagnoses(rng),
    )


def _secondary(rng: Random, part: Part, payer: Payer, primary: Adjudication) -> Adjudication:
    if part.terms is not None:
        return secondary_decision(primary, part.terms)
    public = payer.payer_class is PayerClass.MEDICAID
    terms = Terms.MEDICAID_RATE if public else rng.choice((Terms.ALL_OF_SHARE, Terms.NO_DEDUCTIBLE, Terms.SHARED))
    decision = secondary_decision(primary, terms)
    return decision if decision.paid else secondary_decision(primary, Terms.ALL_OF_SHARE)


def _forwarding(rng: Random, part: Part, first: Payer, second: Payer) -> tuple[str, tuple[str, ...]]:
    """CLP02 and remarks of the primary: what it says of forwarding."""
    own: tuple[str, ...] = ("MA01",) if first.payer_class is PayerClass.MEDICARE else ()
    own += (rng.choice(("N781", "N782")),) if part.protected else ()
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
        adjudication=rng.randint(*((22, 26) if part.slow else adjudication)),
        deposit_bd=rng.randint(0, 2),
        posting_bd=rng.randint(0, 2),
        desk_bd=rng.randint(1, 2),
        cob_verification_bd=rng.randint(3, 5),
        found_again=rng.randint(5, 8),
        takeback=rng.randint(10, 20),
        correction=rng.randint(6, 9),
        document_bd=rng.randint(1, 3),
        patient_answers=rng.randint(2, 4),
        reprocessing=rng.randint(5, 8),
        second_part=rng.randint(2, 4),
        patient_pays=rng.randint(1, 3),
        primary_reversal=rng.randint(12, 15),
        primary_again_bd=rng.randint(3, 5),
        third=rng.randint(8, 12),
    )
