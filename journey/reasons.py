"""Why a decision came out as it did: what changed, by which rule and facts, and what would change it again."""

from __future__ import annotations

from collections.abc import Iterator

from journey.case import Action, ActionKind, BreakPoint, Case, Clock, EscalationState, Reason
from journey.evidence.kept import is_vague, what_is_missing
from journey.facts import ContactLogged, CorrectionMade, Fact, RemitAdjudicated, SupervisorDecided
from journey.response.sending import MEMBER_FIELDS, corrections, member_before
from journey.words import BreakState


def reasons(before: Case, after: Case, fact: Fact | None, actions: tuple[Action, ...]) -> tuple[Reason, ...]:
    """The reasons of one decision, most important first; an answer that did not count says so."""
    source = (fact.fact_id,) if fact else ("opening",)
    found = (
        *_vague(fact, before, after),
        *_corrected(fact, before),
        *_proofs(before, after),
        *_breaks(before, after),
        *_escalations(before, after, source),
        *_hold(before, after, source),
        *_clocks(before, after),
        *_ending(before, after, source),
        *_order(fact),
        *_actions(actions, source),
    )
    return found or (Reason(rule="no change", facts=source, says="noted; nothing follows from it yet"),)


def _vague(fact: Fact | None, before: Case, after: Case) -> Iterator[Reason]:
    if isinstance(fact, ContactLogged) and is_vague(fact):
        count = after.vague_answers.get(fact.sender, 0)
        missing = ", ".join(what_is_missing(fact))
        yield Reason(
            rule="I5 a vague answer moves no deadline",
            facts=(fact.fact_id,),
            says=f"answer {count} of {fact.sender.value} does not count",
            would_change=f"say {missing}",
        )
    elif isinstance(fact, ContactLogged) and before.clocks == after.clocks and before.proofs == after.proofs:
        says = "the answer is kept, and moves nothing: no clock may be moved twice, no grade is good enough"
        yield Reason(rule="2.3 extension rule", facts=(fact.fact_id,), says=says)


def _corrected(fact: Fact | None, before: Case) -> Iterator[Reason]:
    """What a correction changes, before and after; a remittance that names the member corrects the claim itself."""
    if isinstance(fact, CorrectionMade) and fact.corrects == "claim_data" and fact.field:
        old = fact.before or corrections(before.evidence).get(fact.field) or _billed(before, fact.field)
        says = f"{fact.field.replace('_', ' ')}: {old or 'nothing'} → {fact.after}"
        yield Reason(rule="4.2 claim data corrected", facts=(fact.fact_id,), says=says)
    if isinstance(fact, RemitAdjudicated):
        placed = next((each for each in before.claim.coverages if each.party is fact.payer), None)
        old = member_before(before.claim, before.evidence, fact) if fact.payer in MEMBER_FIELDS else ""
        if placed and fact.corrected_member_id not in ("", old):
            says = f"member id: {old or 'nothing'} → {fact.corrected_member_id}, by the payer's own word"
            yield Reason(rule="1.2 NM1*74", facts=(fact.fact_id,), says=says)


def _billed(case: Case, field: str) -> str:
    """What the claim says of a field of the secondary policy, or of itself."""
    found = getattr(case.claim.secondary, field, None) or getattr(case.claim, field, None)
    return str(found) if found else ""


def _proofs(before: Case, after: Case) -> Iterator[Reason]:
    for old, new in zip(before.proofs or after.proofs, after.proofs, strict=True):
        fresh = old is new
        if new.proven and (fresh or not old.proven):
            grade = new.grade.name.lower() if new.grade is not None else ""
            yield Reason(rule="journey table", facts=new.supports[:1], says=f"{new.hop.value} is proven: {grade}")
        elif not fresh and old.proven and not new.proven:
            yield Reason(rule="journey table", facts=new.against[:1], says=f"{new.hop.value} no longer stands: refuted")


def _breaks(before: Case, after: Case) -> Iterator[Reason]:
    old, new = before.break_point, after.break_point
    if new and (old is None or (old.mode, old.state) != (new.mode, new.state)):
        yield Reason(
            rule=new.rule,
            facts=(*new.evidence_for, *new.evidence_against),
            says=f"{new.mode.value} {new.state.value}: {new.reason}",
            would_change=_would_change(new),
        )
    elif old and new is None:
        yield Reason(rule=old.rule, says=f"{old.mode.value} is no longer in force")


def _would_change(point: BreakPoint) -> str:
    if point.state is BreakState.CONFIRMED:
        return ""
    return f"ask our side: {point.ask_provider} Ask the payer: {point.ask_payer}"


def _escalations(before: Case, after: Case, source: tuple[str, ...]) -> Iterator[Reason]:
    known = {each.escalation_id: each for each in before.escalations}
    for each in after.escalations:
        old = known.get(each.escalation_id)
        if old is None:
            yield Reason(
                rule="escalation", facts=source, says=f"{each.kind.value} for {each.rung.value}: {each.reason}"
            )
        elif each.state is EscalationState.ANSWERED and old.state is not EscalationState.ANSWERED:
            yield Reason(rule="escalation", facts=source, says=f"{each.kind.value} is answered")
        elif each.rung is not old.rung:
            yield Reason(rule="ladder", facts=source, says=f"{each.kind.value} goes to the {each.rung.value}")
        elif each.cause != old.cause and each.state is not EscalationState.ANSWERED:
            yield Reason(rule="escalation", facts=source, says=f"{each.kind.value} goes on: {each.reason}")


def _hold(before: Case, after: Case, source: tuple[str, ...]) -> Iterator[Reason]:
    if before.hold.state is not after.hold.state:
        says = f"hold {after.hold.state.value.replace('_', ' ')}"
        yield Reason(rule="I3 a hold while a patient could be billed", facts=source, says=says)
    if len(after.hold.breaches) > len(before.hold.breaches):
        yield Reason(rule="I3 breach", facts=source, says="the patient was billed during the hold")


def _clocks(before: Case, after: Case) -> Iterator[Reason]:
    old, new = ({each.name: each for each in case.clocks} for case in (before, after))
    for name in (each for each in new if each not in old):
        yield Reason(rule=f"clock {name}", facts=(new[name].started_by,), says=f"{name} starts{_due(new[name])}")
    for name in (each for each in old if each not in new):
        yield Reason(rule=f"clock {name}", says=f"{name} stops")
    for name in (each for each in new if each in old):
        if new[name].moved_by != old[name].moved_by:
            yield Reason(rule=f"clock {name}", facts=new[name].moved_by, says=f"{name} moves{_due(new[name])}")
        elif len(new[name].fired) > len(old[name].fired):
            level = new[name].fired[-1].value
            yield Reason(rule=f"clock {name}", facts=(new[name].started_by,), says=f"{name} rang: {level}")


def _due(clock: Clock) -> str:
    return f", due {clock.hard:%Y-%m-%d}" if clock.hard else ""


def _ending(before: Case, after: Case, source: tuple[str, ...]) -> Iterator[Reason]:
    if after.resolution is not before.resolution:
        says = f"resolved {after.resolution.value}" if after.resolution else "opened again"
        yield Reason(rule="4.4 closing proof: both sides agree", facts=source, says=says)
    if after.closed_at and not before.closed_at:
        yield Reason(rule="clock T16", facts=source, says="closed")


def _order(fact: Fact | None) -> Iterator[Reason]:
    if isinstance(fact, SupervisorDecided):
        second = f" with {fact.second_person}" if fact.second_person else ""
        says = f"{fact.person}{second} decided {fact.decision}: {fact.reason}"
        yield Reason(rule="supervisor override", facts=(fact.fact_id,), says=says)


def _actions(actions: tuple[Action, ...], source: tuple[str, ...]) -> Iterator[Reason]:
    for each in actions:
        if each.kind is not ActionKind.NOTIFY:
            yield Reason(rule="action", facts=source, says=f"{each.kind.value.replace('_', ' ')}: {each.reason}")
