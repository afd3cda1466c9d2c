"""What people may not tell a case: refusals in words, given before anything is kept."""

from __future__ import annotations

from datetime import timedelta

from journey.benefits.checks import refusal_of
from journey.case import Case, EscalationState
from journey.evidence.marking import ENDED, FOUND
from journey.facts import ContactLogged, CorrectionMade, Fact, HoldAsked, PersonActed, PolicyTold, SupervisorDecided
from journey.plans.plan import PlanInForce
from journey.words import Moment, Party
from journey.workdays import plan_workdays

_NEEDS_TWO = frozenset({"close", "resubmit_now", "write_off"})
"""Decisions that one person may not take alone (field notes 4.4, R7)."""


def refusal(case: Case, fact: Fact, plan: PlanInForce, now: Moment) -> str:
    """Why this case cannot take what a person says, with the way out; empty if it can."""
    if case.closed_at:
        return "the case is closed; a takeback opens it again by itself"
    if isinstance(fact, ContactLogged):
        return _contact(fact, now)
    if isinstance(fact, PersonActed):
        return _act(case, fact, plan, now)
    if isinstance(fact, SupervisorDecided):
        return _decision(case, fact, plan)
    if isinstance(fact, CorrectionMade):
        return _correction(fact)
    if isinstance(fact, PolicyTold):
        return refusal_of(fact, case.claim)
    if isinstance(fact, HoldAsked) and not fact.reason.strip():
        return "a hold needs a reason"
    return ""


def _contact(contact: ContactLogged, now: Moment) -> str:
    if contact.sender in (Party.UNKNOWN, Party.BATON):
        return "say who was contacted: a payer, our desk, the patient, ..."
    if contact.happened_at > now + timedelta(minutes=5):
        return "a contact cannot lie in the future; a promised date goes into its own field"
    if contact.promised_date and contact.promised_date < contact.happened_at.date():
        return "the promised date lies before the contact"
    return ""


def _act(case: Case, act: PersonActed, plan: PlanInForce, now: Moment) -> str:
    if not act.person.strip():
        return "say who acts"
    if act.act in ("taken", "done", "given_back"):
        return _escalation(case, act)
    return _snooze(case, act, plan, now) if act.act == "snoozed" else ""


def _escalation(case: Case, act: PersonActed) -> str:
    known = {each.escalation_id: each for each in case.escalations}.get(act.escalation)
    if known is None:
        return "the case has no such escalation; `case show` lists the open ones"
    # 'done' may come a moment after the evidence that ended it; only taking it then would be a mistake.
    if act.act == "taken" and known.state is EscalationState.ANSWERED:
        return "that escalation is answered already"
    return ""


def _snooze(case: Case, act: PersonActed, plan: PlanInForce, now: Moment) -> str:
    today = plan_workdays(plan).local_date(now)
    if act.until is None or act.until <= today:
        return "a snooze needs a date after today"
    if case.filing_limit is None:
        return ""
    latest = case.filing_limit - timedelta(days=plan.filing_reserve_days)
    return f"no snooze beyond {latest}: the filing limit is {case.filing_limit}" if act.until > latest else ""


def _decision(case: Case, decided: SupervisorDecided, plan: PlanInForce) -> str:
    if not decided.reason.strip():
        return "a supervisor's decision needs a reason"
    if decided.decision == "release_hold" and case.hold.permanent:
        return "the patient may never be billed (QMB or Medicaid): this hold is not released; close with two persons"
    if decided.decision in _NEEDS_TWO and decided.second_person.strip() in ("", decided.person):
        return f"'{decided.decision}' needs a second person"
    if decided.decision == "take_back":
        return _taking_back(case, decided)
    if decided.decision != "extend":
        return ""
    if decided.until is None:
        return "an extension needs a date"
    latest = case.filing_limit and case.filing_limit - timedelta(days=plan.filing_reserve_days)
    return f"no extension beyond {latest}: the filing limit overrules it" if latest and decided.until > latest else ""


def _taking_back(case: Case, decided: SupervisorDecided) -> str:
    """Only an extension is taken back this way; what was sent, closed or written off is not undone by a word."""
    extensions = {
        each.fact_id for each in case.evidence if isinstance(each, SupervisorDecided) and each.decision == "extend"
    }
    if not extensions:
        return "no deadline of this case was extended: there is nothing to take back"
    if decided.takes_back and decided.takes_back not in extensions:
        return "the case has no such extension; `case show` lists the decisions it heard"
    return ""


def _correction(correction: CorrectionMade) -> str:
    if correction.corrects == "claim_data" and not (correction.field and correction.after):
        return "name the claim field and its corrected value"
    if correction.corrects in ("cob_record", "cob_verified") and not correction.reference:
        return "a COB correction needs the payer's reference number"
    if correction.corrects == "document" and not correction.reference:
        return "a document that was sent needs its attachment control number"
    if correction.corrects == "coverage":
        return _coverage(correction)
    return ""


def _coverage(correction: CorrectionMade) -> str:
    if correction.field not in (ENDED, FOUND):
        return f"say what was found out of the policy: '{ENDED}' if there is no other, '{FOUND}' if there is"
    return "" if correction.reference else "name where it can be seen: an eligibility answer, a letter, a call"
