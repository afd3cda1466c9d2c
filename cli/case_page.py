"""One case as a page: the sentence first, then the three answers, and everything they rest on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from rich.console import RenderableType

from cli.output import aside, heading, indented, pairs
from journey.books.posting_review import in_words, review
from journey.case import BreakPoint, Case, Clock, Escalation, HoldState, Proof
from journey.claim import Claim, Coverage
from journey.clocks import FILING_CLOCK
from journey.evidence.kept import LADDER_PREFIX, order
from journey.plans.collections import CollectionsClock, collections_clocks
from journey.plans.file import Plan
from journey.plans.plan import PlanInForce
from journey.telling import told
from journey.words import MODE_WORDS, BreakState, Hop, Level
from journey.writing import Calendar, dollars, masked, plainly

PROVEN, PARTLY, NOTHING = "●", "◐", "○"

DEEPER = 5
"""Columns by which details stand to the right of what they are about."""


def page(case: Case, sentence: str, plan: Plan, calendar: Calendar, source: str) -> Iterator[RenderableType]:
    """The parts of the page, top to bottom.

    Args:
        case: as last written.
        sentence: its header sentence.
        plan: the one in force now, whose words its clocks and grades are told in.
        calendar: the provider's.
        source: where the page comes from, in words.
    """
    rules = _rules(case, plan)
    yield aside(f"{case.case_id}, revision {case.revision}, {source}")
    yield heading(sentence)
    yield ""
    yield pairs(_answers(case, calendar))
    parts: tuple[tuple[str, list[RenderableType]], ...] = (
        ("Needs attention", list(case.attention)),
        ("Proofs", [_proof(case, each, rules, calendar) for each in Hop]),
        ("Clocks", [line for each in case.clocks for line in _clock(case, each, plan, rules, calendar)]),
        ("Break point", [line for each in case.break_points for line in _break(case, each, calendar)]),
        ("Escalations", [_escalation(each, calendar) for each in case.open_escalations]),
        ("Posting review", list(_review(case))),
    )
    for title, lines in parts:
        if lines:
            yield ""
            yield heading(title)
            yield from (indented(each) for each in lines)
    yield ""
    yield pairs((*_hold(case, plan, rules, calendar), *_money(case), *_claim(case, calendar)))


def _rules(case: Case, plan: Plan) -> PlanInForce:
    payer = case.claim.secondary
    return plan.in_force(payer.payer_id, payer.payer_class, case.claim.provider_state, case.claim.line_of_business)


def _answers(case: Case, calendar: Calendar) -> Iterator[tuple[str, str]]:
    holder = case.holder
    if holder:
        payer = next((each.payer_name for each in case.claim.coverages if each.party is holder.party), "")
        yield "who", f"{plainly(holder.party)}{f' ({payer})' if payer else ''}, since {calendar.day(holder.since)}"
        yield "must", holder.pending_action
        yield "by", calendar.day(holder.by)
    elif case.closed_at is None:
        yield "who", "NOBODY: this is an alarm"
    clock = case.next_clock
    if clock:
        yield "next alarm", f"{clock.name}, {calendar.minute(clock.next_due) if clock.next_due else ''}"
    if case.owner:
        yield "worked by", case.owner


# ---- proofs ---------------------------------------------------------------------------------------------------------


def mark(proof: Proof) -> str:
    """● proven, ◐ something speaks for it, ○ nothing heard."""
    return PROVEN if proof.proven else PARTLY if proof.supports else NOTHING


def _proof(case: Case, hop: Hop, rules: PlanInForce, calendar: Calendar) -> str:
    proof = case.proof(hop)
    needs = next((each.needs.name.lower() for each in rules.hops if each.hop is hop), "")
    says = f"{mark(proof)} {hop:<12} "
    if proof.grade is None:
        says += "nothing heard"
    else:
        says += f"{proof.grade.name.lower()} by the {plainly(proof.by)}, {calendar.day(proof.at)}"
    if not proof.proven:
        says += f"; needs {needs}" if needs else ""
    return f"{says}; refuted: {_facts(case, proof.against, calendar)}" if proof.against else says


def _facts(case: Case, ids: Iterable[str], calendar: Calendar) -> str:
    """Facts by their ids, in words; those that the case no longer keeps are in its history."""
    known = {each.fact_id: each for each in case.evidence}
    kept = sorted((known[each] for each in ids if each in known), key=order)
    return "; ".join(f"{told(each)}, {calendar.day(each.happened_at)}" for each in kept) or "see `baton case history`"


# ---- clocks ---------------------------------------------------------------------------------------------------------


def _clock(case: Case, clock: Clock, plan: Plan, rules: PlanInForce, calendar: Calendar) -> Iterator[RenderableType]:
    row = rules.clocks_by_name.get(clock.name)
    yield f"{clock.name:<4} {_title(clock, plan)}: {_due(clock, calendar)}"
    details = [f"started {calendar.day(clock.started_at)}{_by(case, clock, calendar)}"]
    if row:
        details.append(f"stopped by {', '.join(plainly(each) for each in row.stops)}")
    if clock.moved_by:
        details.append(f"moved once by {_facts(case, clock.moved_by, calendar)}")
    if clock.cut_by:
        details.append("cut short by the filing limit")
    yield indented("; ".join(details), DEEPER)


def _by(case: Case, clock: Clock, calendar: Calendar) -> str:
    """What started a clock, where one fact did that the case still keeps."""
    if clock.started_at == case.opened_at:
        return " by the opening"
    known = any(each.fact_id == clock.started_by for each in case.evidence)
    return f" by {_facts(case, (clock.started_by,), calendar)}" if known else ""


def _title(clock: Clock, plan: Plan) -> str:
    if clock.name == FILING_CLOCK:
        return "filing limit"
    if clock.name.startswith(LADDER_PREFIX):
        return "escalation"
    return str(plan.document["clocks"].get(clock.name, {}).get("title", "of another plan"))


def _due(clock: Clock, calendar: Calendar) -> str:
    alarms = ((Level.SOFT, clock.soft), (Level.HARD, clock.hard))
    return ", ".join(
        f"{level} {calendar.day(due)}{' (rang)' if level in clock.fired else ''}" for level, due in alarms if due
    )


# ---- break point and escalations ------------------------------------------------------------------------------------


def _break(case: Case, point: BreakPoint, calendar: Calendar) -> Iterator[RenderableType]:
    yield f"{point.mode} {point.state}: {MODE_WORDS[point.mode]} (found {calendar.day(point.found_at)})"
    if point.reason:
        yield indented(f"because {point.reason}", DEEPER)
    if point.evidence_for:
        yield indented(f"for: {_facts(case, point.evidence_for, calendar)}", DEEPER)
    if point.evidence_against:
        yield indented(f"against: {_facts(case, point.evidence_against, calendar)}", DEEPER)
    if point.state is not BreakState.CONFIRMED:
        yield from (indented(f"ask {side}: {question}", DEEPER) for side, question in _questions(point) if question)


def _questions(point: BreakPoint) -> tuple[tuple[str, str], ...]:
    return ("our side", point.ask_provider), ("the payer", point.ask_payer)


def _escalation(each: Escalation, calendar: Calendar) -> str:
    taken = f", taken by {each.taken_by}" if each.taken_by else ""
    return (
        f"{plainly(each.kind)} for the {plainly(each.rung)} since {calendar.day(each.rung_since)}, "
        f"{each.state}{taken}: {each.reason}"
    )


def _review(case: Case) -> tuple[str, ...]:
    found = review(case)
    return in_words(found) if found else ()


# ---- hold, money, claim ---------------------------------------------------------------------------------------------


def _hold(case: Case, plan: Plan, rules: PlanInForce, calendar: Calendar) -> Iterator[tuple[str, str]]:
    hold = case.hold
    if hold.state is HoldState.NONE:
        yield "hold", "none"
        return
    since = {HoldState.REQUESTED: hold.requested_at, HoldState.RELEASED: hold.released_at}.get(
        hold.state, hold.verified_at or hold.requested_at
    )
    seen = f"{len(hold.verified)} of {len(hold.wanted)} switches seen in the ledger"
    yield "hold", f"{plainly(hold.state)} since {calendar.day(since)}, {seen}"
    if hold.breaches:
        yield "hold broken", f"{len(hold.breaches)} times: the patient was billed, or the account placed"
    if hold.permanent:
        yield "", "never released: the patient may not be billed (QMB or Medicaid)"
    protected = collections_clocks(plan.collections, case.claim, case.evidence, rules.hold.provider)
    for number, each in enumerate(protected):
        yield "" if number else "collections", _protection(each, calendar)


def _protection(each: CollectionsClock, calendar: Calendar) -> str:
    """One rule beside the hold: its day where one is known, and what it says."""
    day = f"not before {calendar.day(each.earliest)}: " if each.earliest else ""
    day = f"until {calendar.day(each.last)}: " if each.last else day
    unsure = " (if it binds this provider)" if not each.sure else ""
    return f"{day}{each.name}{unsure}: {each.says} [{each.source}]"


def _money(case: Case) -> Iterator[tuple[str, str]]:
    money = case.money
    yield "money", f"charged {dollars(money.charge)}, primary paid {dollars(money.primary_paid)}"
    yield "", f"secondary paid {dollars(money.secondary_paid)}, at risk {dollars(money.at_risk)}"
    shown = f"ledger balance {dollars(money.ledger_balance)}, to the patient {dollars(money.ledger_patient_balance)}"
    yield "", f"expected balance {dollars(money.expected_balance)}, {shown}"
    if money.patient_paid:
        yield "", f"the patient has paid {dollars(money.patient_paid)}"
    if money.kept:
        yield "", f"{dollars(money.kept)} were kept by the payer to settle something else"
    if money.contract_paid is not None:
        short = f", short by {dollars(money.underpaid)}: review the payment" if money.underpaid else ""
        yield "", f"by the contract the secondary pays {dollars(money.contract_paid)}{short}"


def _claim(case: Case, calendar: Calendar) -> Iterator[tuple[str, str]]:
    claim = case.claim
    days = {calendar.day(claim.service_from): 0, calendar.day(claim.service_to): 0}
    yield "claim", f"{claim.form} {masked(claim.claim_number)}, services {' to '.join(days)}"
    for each in claim.coverages:
        yield "", f"{each.order}. {each.payer_name} ({each.payer_class}), member {masked(each.member_id)}"
    if case.filing_limit:
        assumed = ", assumed" if case.filing_assumed else ""
        yield "filing limit", f"{calendar.day(case.filing_limit)} ({case.filing_rule}{assumed})"


# ---- for machines ---------------------------------------------------------------------------------------------------

_SHOWN = frozenset(
    {"case_id", "revision", "opened_at", "as_of", "plan_version", "hop", "proofs", "holder", "clocks", "break_points"}
    | {"found", "escalations", "hold", "money", "vague_answers", "attention", "owner", "filing_limit", "filing_rule"}
    | {"filing_assumed", "resolution", "resolved_at", "closed_at"}
)


def as_json(case: Case, sentence: str, *, live: bool) -> dict[str, Any]:
    """The page for machines; identifiers of the claim are masked here as well."""
    return {
        "sentence": sentence,
        "live": live,
        **case.model_dump(mode="json", include=set(_SHOWN)),
        "posting_review": found.model_dump(mode="json") if (found := review(case)) else None,
        **_masked(case.claim),
    }


def _masked(claim: Claim) -> dict[str, Any]:
    return {
        "claim": {
            "claim_number": masked(claim.claim_number),
            "form": claim.form,
            "charge": claim.charge,
            "service_from": claim.service_from.isoformat(),
            "service_to": claim.service_to.isoformat(),
            "coverages": [_coverage(each) for each in claim.coverages],
        }
    }


def _coverage(each: Coverage) -> dict[str, Any]:
    return {
        "order": each.order,
        "payer_id": each.payer_id,
        "payer_name": each.payer_name,
        "payer_class": each.payer_class.value,
        "member_id": masked(each.member_id),
    }
