"""Composing money, hold, escalations, supervisors' orders, and what the ending rests on."""

from __future__ import annotations

from collections.abc import Iterator

from journey.case import Escalation
from journey.evidence.kept import ledger_reads
from journey.facts import Fact, HoldAsked, SupervisorDecided
from journey.response.closing import POINT_WORDS, proof
from journey.words import Switch
from journey.writing import plainly
from packet.account_parts import BalancePart, ClosingPoint, EscalationPart, HoldEvent, HoldPart, OrderPart
from packet.citing import cited
from packet.sources import Source

_OF_HOLDS = "I3"
"""How the rules of the billing hold begin."""


def balance(source: Source) -> BalancePart:
    """What the patient truly owes, and the newest state of the ledger."""
    money, reads = source.case.money, ledger_reads(source.case.evidence)
    newest = reads[-1] if reads else None
    return BalancePart(
        expected=money.expected_balance,
        at_risk=money.at_risk,
        offset=money.offset,
        ledger_at=newest.happened_at if newest else None,
        open_balance=newest.open_balance if newest else None,
        patient_balance=newest.patient_balance if newest else None,
        unapplied=newest.unapplied if newest else None,
        patient_paid=newest.patient_paid if newest else None,
        last_statement_on=newest.last_statement_on if newest else None,
        last_statement_amount=newest.last_statement_amount if newest else None,
    )


def hold(source: Source) -> HoldPart:
    """The billing hold as it stands, and what happened to it."""
    held = source.case.hold
    return HoldPart(
        state=plainly(held.state),
        permanent=held.permanent,
        wanted=_switches(held.wanted),
        verified=_switches(held.verified),
        requested_at=held.requested_at,
        verified_at=held.verified_at,
        reviewed_at=held.reviewed_at,
        released_at=held.released_at,
        breaches=len(held.breaches),
        events=tuple(_events(source)),
    )


def _switches(switches: tuple[Switch, ...]) -> tuple[str, ...]:
    return tuple(plainly(each) for each in switches)


def _events(source: Source) -> Iterator[HoldEvent]:
    for each in source.heard:
        at, person, why = each.entry.fact.happened_at, *_asked(each.entry.fact)
        if person and each.entry.applied:
            says = "a person asked for it" if isinstance(each.entry.fact, HoldAsked) else "a supervisor released it"
            yield HoldEvent(at=at, entry=each.seq, says=says, by=person, reason=why)
        for reason in each.entry.reasons:
            if reason.rule.startswith(_OF_HOLDS):
                yield HoldEvent(at=at, entry=each.seq, says=reason.says)


def _asked(fact: Fact) -> tuple[str, str]:
    """Who asked for a hold or its release, and why; empty for any other fact."""
    if isinstance(fact, HoldAsked) or (isinstance(fact, SupervisorDecided) and fact.decision == "release_hold"):
        return fact.person, fact.reason
    return "", ""


def escalations(source: Source) -> tuple[EscalationPart, ...]:
    """Every escalation, answered ones as well."""
    return tuple(_escalation(each) for each in source.case.escalations)


def _escalation(each: Escalation) -> EscalationPart:
    return EscalationPart(
        kind=plainly(each.kind),
        state=each.state.value,
        rung=plainly(each.rung),
        raised_at=each.raised_at,
        rung_since=each.rung_since,
        answered_at=each.answered_at,
        taken_by=each.taken_by,
        reason=each.reason,
    )


def orders(source: Source) -> tuple[OrderPart, ...]:
    """What supervisors decided, with their reasons."""
    return tuple(
        OrderPart(
            entry=entry,
            at=fact.happened_at,
            decision=plainly(fact.decision),
            until=fact.until,
            person=fact.person,
            second_person=fact.second_person,
            reason=fact.reason,
        )
        for entry, fact in source.facts
        if isinstance(fact, SupervisorDecided)
    )


def closing(source: Source) -> tuple[ClosingPoint, ...]:
    """The closing proof, point by point."""
    return tuple(
        ClosingPoint(
            point=each.point.value,
            says=POINT_WORDS[each.point],
            holds=each.holds,
            missing=each.missing,
            rests_on=cited(source, each.facts),
        )
        for each in proof(source.case).points
    )
