"""Composing the journey: the claim, its hops, where it broke, its deadlines."""

from __future__ import annotations

from collections.abc import Iterator

from journey.case import BreakPoint, Clock, Reason
from journey.claim import Coverage
from journey.clocks import FILING_CLOCK
from journey.evidence.kept import LADDER_PREFIX
from journey.telling import told
from journey.words import MODE_WORDS, Hop, Party
from journey.writing import plainly
from packet.citing import cited, in_words
from packet.journey_parts import BreakPart, ClaimLine, ClaimPart, ClockEvent, ClockPart, HopPart, Policy
from packet.sources import Source


def claim(source: Source) -> ClaimPart:
    """The claim as billed, without its diagnoses."""
    billed = source.case.claim
    return ClaimPart(
        claim_number=billed.claim_number,
        patient=_name(billed.patient_last_name, billed.patient_first_name),
        birth_date=billed.patient_birth_date,
        form=billed.form,
        service_from=billed.service_from,
        service_to=billed.service_to,
        billed_on=billed.billed_on,
        charge=billed.charge,
        provider_npi=billed.provider_npi,
        provider_tin=billed.provider_tin,
        policies=tuple(_policy(each) for each in billed.coverages),
        lines=tuple(
            ClaimLine(
                number=each.number,
                procedure=" ".join((each.procedure, *each.modifiers)),
                units=each.units,
                service_date=each.service_date,
                charge=each.charge,
            )
            for each in billed.lines
        ),
    )


def _policy(each: Coverage) -> Policy:
    return Policy(
        about=each.party,
        order=each.order,
        payer_name=each.payer_name,
        payer_id=each.payer_id,
        payer_class=each.payer_class.value,
        member_id=each.member_id,
        group_number=each.group_number,
        policyholder=_name(each.member_last_name, each.member_first_name),
    )


def _name(last: str, first: str) -> str:
    return ", ".join(each for each in (last, first) if each)


def hops(source: Source) -> tuple[HopPart, ...]:
    """The six hops; whether the ledger shows it is the practice's own business, the others are the payer's too."""
    return tuple(_hop(source, each) for each in Hop)


def _hop(source: Source, hop: Hop) -> HopPart:
    proof = source.case.proof(hop)
    payer = (Party.SECONDARY, *source.sent_to.values())[-1]
    return HopPart(
        about=Party.LEDGER if hop is Hop.POSTED else payer,
        hop=hop.value,
        proven=proof.proven,
        grade=f"{proof.grade.name.lower()} (E{proof.grade.value})" if proof.grade is not None else "",
        at=proof.at,
        by=plainly(proof.by) if proof.grade is not None else "",
        rests_on=cited(source, proof.supports),
        against=cited(source, proof.against),
    )


def breaks(source: Source) -> tuple[BreakPart, ...]:
    """Every break point that was in force, in the order found, then further matches of the diagnosis."""
    case = source.case
    known = {each.mode: each for each in (*case.found, *case.break_points)}
    current = case.break_point.mode if case.break_point else None
    return tuple(_break(source, each, in_force=each.mode is current) for each in known.values())


def _break(source: Source, point: BreakPoint, *, in_force: bool) -> BreakPart:
    return BreakPart(
        mode=point.mode.value,
        means=MODE_WORDS[point.mode],
        state=point.state.value,
        in_force=in_force,
        found_at=point.found_at,
        reason=point.reason,
        ask_provider=point.ask_provider,
        ask_payer=point.ask_payer,
        speaks_for=cited(source, point.evidence_for),
        speaks_against=cited(source, point.evidence_against),
    )


def clocks(source: Source) -> tuple[ClockPart, ...]:
    """The deadlines that run."""
    return tuple(_clock(source, each) for each in source.case.clocks)


def _clock(source: Source, clock: Clock) -> ClockPart:
    known = tuple(in_words(source, (clock.started_by,)))
    return ClockPart(
        name=clock.name,
        title=_title(source, clock),
        started_at=clock.started_at,
        soft=clock.soft,
        hard=clock.hard,
        rang=tuple(each.value for each in clock.fired),
        cut_by=plainly(clock.cut_by),
        started_by=known[0] if known else "the opening" if clock.started_at == source.case.opened_at else "",
        moved_by=tuple(in_words(source, clock.moved_by)),
    )


def _title(source: Source, clock: Clock) -> str:
    if clock.name == FILING_CLOCK:
        return "filing limit"
    if clock.name.startswith(LADDER_PREFIX):
        return "escalation"
    return str(source.plan.document["clocks"].get(clock.name, {}).get("title", "of another plan"))


def clock_events(source: Source) -> tuple[ClockEvent, ...]:
    """What became of each deadline, in the order of the record."""
    return tuple(
        ClockEvent(
            at=each.entry.fact.happened_at,
            entry=each.seq,
            says=_of_clock(reason),
            because=told(each.entry.fact),
        )
        for each in source.heard
        for reason in _clock_reasons(each.entry.reasons)
    )


def _clock_reasons(reasons: tuple[Reason, ...]) -> Iterator[Reason]:
    return (each for each in reasons if each.rule.startswith("clock ") and each.says.startswith(each.rule[6:]))


def _of_clock(reason: Reason) -> str:
    """An escalation's clock is named for its id, which is of use to machines only."""
    name = reason.rule[6:]
    return reason.says.replace(name, "the escalation", 1) if name.startswith(LADDER_PREFIX) else reason.says
