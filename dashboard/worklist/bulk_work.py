"""One piece of work on many cases: what each would make of it, told beforehand by the rules that decide it later."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Final

from pydantic import Field

from casebook.chosen import Chosen
from casebook.rows import CaseRow
from dashboard.plan.trial_claim import what_keeps_it
from dashboard.premises import Premises
from dashboard.roles import Right
from dashboard.saying import Message, stamp
from dashboard.signing.visiting import Visitor
from journey.case import Action, ActionKind, Case, HoldState
from journey.checks import refusal
from journey.decide import decide
from journey.evidence.kept import is_vague, what_is_missing
from journey.facts import ContactLogged, Fact, HoldAsked, PersonActed, Said, SupervisorDecided
from journey.plans.plan import PlanInForce
from journey.response.resending import objections
from journey.words import Frozen, Party
from workflows.messages import Answer


class Work(StrEnum):
    """What can be done to many cases at once."""

    ASSIGN = "assign"
    SNOOZE = "snooze"
    CONTACT = "contact"
    HOLD = "hold"
    RESUBMIT = "resubmit"


NEEDS: Final[Mapping[Work, Right]] = {
    Work.ASSIGN: Right.LEAD,
    Work.SNOOZE: Right.WORK,
    Work.CONTACT: Right.WORK,
    Work.HOLD: Right.WORK,
    Work.RESUBMIT: Right.DECIDE,
}
MESSAGES: Final[Mapping[Work, Message]] = {
    Work.ASSIGN: "act",
    Work.SNOOZE: "act",
    Work.CONTACT: "contact",
    Work.HOLD: "hold",
    Work.RESUBMIT: "override",
}
MOST_SAID: Final = 3
"""How many of a decision's reasons one line of a list can hold."""


class Details(Frozen):
    """What the work is, as its form says it; what a piece of work does not need is empty."""

    person: str = ""
    """To whom the cases are assigned."""
    reason: str = ""
    second_person: str = ""
    until: date | None = None
    contact_with: str = ""
    """A payer's id after `payer:`, or a party after `party:`."""
    channel: str = "phone"
    person_name: str = ""
    call_reference: str = ""
    says: Said = Said.NOTHING_NEW
    holder: Party | None = None
    pending_action: str = ""
    promised_date: date | None = None
    note: str = ""
    says_of: dict[str, Said] = Field(default_factory=dict)
    """Of which case something else was said."""


class Foreseen(Frozen):
    """What one case would make of the work."""

    row: CaseRow
    will: bool
    """Whether the case would take it."""
    says: tuple[str, ...]
    """What would happen, or why not."""
    counts: bool = True
    """False for an answer that would be logged and move no deadline (I5)."""
    objections: tuple[str, ...] = ()
    """What speaks against it although it would happen."""


class Errand(Frozen):
    """A fact on its way to its case."""

    row: CaseRow
    message: Message
    fact: Fact


def errand(at: Premises, visitor: Visitor, work: Work, told: Details, batch: str, each: Chosen) -> Errand | str:
    """The fact for one case, or why there is none.

    Its id follows from batch, visitor and case: the same form sent twice says the same thing once.
    """
    made = _not_yours(visitor, work, each.row) or _FACTS[work](at, visitor, told, each)
    if isinstance(made, str):
        return made
    digest = sha256("/".join((batch, visitor.user.user_id, work, each.row.case_id)).encode()).hexdigest()[:32]
    kind = made.fact_id.partition(":")[0]
    return Errand(row=each.row, message=MESSAGES[work], fact=made.model_copy(update={"fact_id": f"{kind}:{digest}"}))


def foreseen(at: Premises, visitor: Visitor, work: Work, told: Details, each: Chosen) -> Foreseen:
    """What one case would make of the work, by the same rules that decide when it is told."""
    made = errand(at, visitor, work, told, "preview", each)
    if isinstance(made, str):
        return Foreseen(row=each.row, will=False, says=(made,))
    return foreseen_of(at, made.fact, each)


def foreseen_of(at: Premises, fact: Fact, each: Chosen) -> Foreseen:
    """What one case would make of a fact; nothing is told to it."""
    plan = plan_of(at, each.case)
    refused = refusal(each.case, fact, plan, at.now())
    if refused:
        return Foreseen(row=each.row, will=False, says=(refused,))
    decision = decide(each.case, fact, plan)
    if isinstance(fact, SupervisorDecided) and fact.decision == "resubmit_now":
        return _resubmission(at, each, plan, decision.actions)
    says = _says(each.case, fact) or Answer.of(decision, plan).says[:MOST_SAID]
    also = tuple(_ACTIONS[each.kind] for each in decision.actions if each.kind in _ACTIONS)
    counts = not (isinstance(fact, ContactLogged) and is_vague(fact))
    return Foreseen(row=each.row, will=True, says=tuple(dict.fromkeys((*says, *also))), counts=counts)


def plan_of(at: Premises, case: Case) -> PlanInForce:
    """The plan in force for a case."""
    claim = case.claim
    secondary = claim.secondary
    return at.plan().in_force(secondary.payer_id, secondary.payer_class, claim.provider_state, claim.line_of_business)


def _not_yours(visitor: Visitor, work: Work, row: CaseRow) -> str:
    """Reminders of another person's cases are put off by a lead; the rest of the work follows from `NEEDS`."""
    if work is Work.SNOOZE and row.owner != visitor.user.name and not visitor.may(Right.LEAD):
        return "it is not yours: a lead can put off the reminders of others"
    return ""


def _resubmission(at: Premises, each: Chosen, plan: PlanInForce, actions: tuple[Action, ...]) -> Foreseen:
    sent = next((action for action in actions if action.kind is ActionKind.SUBMIT_SECONDARY), None)
    if sent is None:
        why = "the case is resolved" if each.case.resolution else "a claim is on its way already"
        return Foreseen(row=each.row, will=False, says=(f"nothing would go out: {why}",))
    kept_back = what_keeps_it(at, each.case, sent)
    if kept_back:
        says = ("our own rules would hold the claim back", *kept_back[:MOST_SAID])
        return Foreseen(row=each.row, will=False, says=says)
    as_what = "a replacement (frequency 7)" if sent.detail["frequency"] == "7" else "a new claim (frequency 1)"
    return Foreseen(
        row=each.row,
        will=True,
        says=(f"{as_what} goes to the {'third' if sent.detail['destination'] == '3' else 'secondary'} payer",),
        objections=tuple(found.says for found in objections(each.case, plan, at.now())),
    )


# ---- the fact of each kind of work ----------------------------------------------------------------------------------


def _assigned(at: Premises, _: Visitor, told: Details, __: Chosen) -> Fact | str:
    if not told.person:
        return "say to whom"
    return PersonActed(**stamp(at, "act", Party.PROVIDER), act="assigned", person=told.person, reason=told.reason)


def _snoozed(at: Premises, visitor: Visitor, told: Details, _: Chosen) -> Fact | str:
    return PersonActed(
        **stamp(at, "act", Party.PROVIDER),
        act="snoozed",
        person=visitor.user.name,
        until=told.until,
        reason=told.reason,
    )


def _contacted(at: Premises, visitor: Visitor, told: Details, each: Chosen) -> Fact | str:
    kind, _, word = told.contact_with.partition(":")
    coverages = each.case.claim.coverages
    found = [cover.party for cover in coverages if kind == "payer" and cover.payer_id == word]
    if kind == "party" and word in CONTACTS:
        found = [Party(word)]
    if not found:
        return "this payer is not on the claim"
    return ContactLogged.model_validate(
        {
            **stamp(at, "contact", found[-1]),
            "channel": told.channel,
            "logged_by": visitor.user.name,
            "person_name": told.person_name,
            "call_reference": told.call_reference,
            "says": told.says_of.get(each.row.case_id, told.says),
            "holder": told.holder,
            "pending_action": told.pending_action,
            "promised_date": told.promised_date,
            "note": told.note,
        }
    )


CONTACTS: Final = (Party.CLEARINGHOUSE, Party.POSTING, Party.COB_REGISTRY)
"""Whom, besides a payer, one call about many claims can be with."""


def _held(at: Premises, visitor: Visitor, told: Details, _: Chosen) -> Fact | str:
    return HoldAsked(**stamp(at, "hold", Party.PROVIDER), person=visitor.user.name, reason=told.reason)


def _resubmitted(at: Premises, visitor: Visitor, told: Details, _: Chosen) -> Fact | str:
    return SupervisorDecided(
        **stamp(at, "decision", Party.SUPERVISOR),
        decision="resubmit_now",
        person=visitor.user.name,
        second_person=told.second_person,
        reason=told.reason,
    )


_FACTS: Final[Mapping[Work, Callable[[Premises, Visitor, Details, Chosen], Fact | str]]] = {
    Work.ASSIGN: _assigned,
    Work.SNOOZE: _snoozed,
    Work.CONTACT: _contacted,
    Work.HOLD: _held,
    Work.RESUBMIT: _resubmitted,
}


# ---- in words -------------------------------------------------------------------------------------------------------


def _says(case: Case, fact: Fact) -> tuple[str, ...]:
    """What a person wants to know of it before it is done; empty where the decision's own reasons say it."""
    if isinstance(fact, PersonActed) and fact.act == "assigned":
        return (f"goes from {case.owner or 'nobody'} to {fact.person}",)
    if isinstance(fact, PersonActed) and fact.act == "snoozed":
        return (f"its reminder waits until {fact.until}; the hard deadline stays",)
    if isinstance(fact, ContactLogged) and is_vague(fact):
        return ("it is logged and moves no deadline", f"missing: {', '.join(what_is_missing(fact))}")
    if isinstance(fact, HoldAsked) and case.hold.state is HoldState.VERIFIED:
        return ("stands already: this renews its review",)
    return ()


_ACTIONS: Final[Mapping[ActionKind, str]] = {
    ActionKind.SUBMIT_SECONDARY: "a claim goes out",
    ActionKind.ASK_STATUS: "the payer is asked for its status",
    ActionKind.REQUEST_HOLD: "the ledger is asked for all six switches",
    ActionKind.RELEASE_HOLD: "the ledger is asked to release the hold",
    ActionKind.RECALL_ACCOUNT: "the account is called back from the agency",
}
