"""From what somebody says over the API to the fact that a case hears, with everything checked that the case cannot."""

from __future__ import annotations

from functools import singledispatch
from typing import Any, NamedTuple

from casebook import people, reading
from casebook.opening import Transaction
from dashboard.api.callers import Caller, insist
from dashboard.api.cases import own_row
from dashboard.api.problems import RefusalError, field_refused
from dashboard.api.repeating import fact_id
from dashboard.api.said_shapes import Act, Contact, Correction, Decision, Hold, Policy, Told
from dashboard.colleagues import SECOND, can_second, works_cases
from dashboard.premises import Premises
from dashboard.roles import Right
from dashboard.saying import Message, stamp
from journey.facts import ContactLogged, CorrectionMade, Fact, HoldAsked, PersonActed, PolicyTold, SupervisorDecided
from journey.words import Party


class Saying(NamedTuple):
    """What is to be said to one case."""

    message: Message
    fact: Fact


class Speaker(NamedTuple):
    """Who speaks to which case, under which idempotency key."""

    at: Premises
    caller: Caller
    case_id: str
    key: str

    def stamped(self, told: Told, kind: Message, sender: Party) -> dict[str, Any]:
        """What every fact has; its id follows from the key."""
        known = stamp(self.at, kind, sender, told.happened_at)
        return {**known, "fact_id": fact_id(self.at, self.caller, self.key, kind, self.case_id)}


@singledispatch
def fact_of(told: Told, by: Speaker) -> Saying:  # noqa: ARG001
    """The fact that something said is.

    Raises:
        RefusalError: a person or task that is named is not there, or the caller may not say this.
        NoSuchRowError: the caller's practice has no such case.
    """
    raise TypeError(f"{type(told).__name__} cannot be said to a case")


@fact_of.register
def _contact(told: Contact, by: Speaker) -> Saying:
    known = by.stamped(told, "contact", told.party)
    return Saying("contact", ContactLogged(**known, logged_by=by.caller.user.name, **told.content("party")))


@fact_of.register
def _correction(told: Correction, by: Speaker) -> Saying:
    known = by.stamped(told, "correction", Party.PROVIDER)
    return Saying("correction", CorrectionMade(**known, made_by=by.caller.user.name, **told.content()))


@fact_of.register
def _act(told: Act, by: Speaker) -> Saying:
    known = by.stamped(told, "act", Party.PROVIDER)
    with by.at.book.reading() as tx:
        person = _assignee(tx, told, by.caller) if told.act == "assigned" else by.caller.user.name
        escalation = _task(tx, told, by) if told.act in ("taken", "done", "given_back") else ""
    further = told.content("person", "escalation")
    return Saying("act", PersonActed(**known, person=person, escalation=escalation, **further))


@fact_of.register
def _hold(told: Hold, by: Speaker) -> Saying:
    known = by.stamped(told, "hold", Party.PROVIDER)
    return Saying("hold", HoldAsked(**known, person=by.caller.user.name, reason=told.reason))


@fact_of.register
def _policy(told: Policy, by: Speaker) -> Saying:
    known = by.stamped(told, "policy", Party.PROVIDER)
    return Saying("policy", PolicyTold(**known, told_by=by.caller.user.name, **told.content()))


@fact_of.register
def _decision(told: Decision, by: Speaker) -> Saying:
    insist(by.caller, Right.DECIDE)
    if told.second_person:
        with by.at.book.reading() as tx:
            _refuse_stranger(tx, by.caller, told.second_person)
    known = by.stamped(told, "override", Party.SUPERVISOR)
    second = told.second_person.strip().lower()
    further = told.content("second_person")
    return Saying("override", SupervisorDecided(**known, person=by.caller.user.name, second_person=second, **further))


def _assignee(tx: Transaction, told: Act, caller: Caller) -> str:
    """To whom a case goes: oneself, or as a lead anybody of the practice who works cases."""
    name = told.person.strip().lower()
    if not name:
        raise field_refused("body.person", "Say to whom, by sign-in name")
    if name != caller.user.name:
        insist(caller, Right.LEAD)
    known = people.credentials(tx, name)
    if known is None or known.user.practice != caller.user.practice or not works_cases(known.user):
        raise field_refused("body.person", "Nobody of this sign-in name works cases here")
    return name


def _refuse_stranger(tx: Transaction, caller: Caller, second: str) -> None:
    """A name that was made up, or of somebody who may not, decides nothing."""
    known = people.credentials(tx, second.strip().lower())
    if known is None or not can_second(known.user, caller.user):
        raise field_refused("body.second_person", f"Name {SECOND}, by sign-in name")


def _task(tx: Transaction, told: Act, by: Speaker) -> str:
    """The id of an escalation, by its id, its kind, or because it is the only one that is open."""
    own_row(tx, by.caller, by.case_id)
    case = reading.case_state(tx, by.case_id)
    if told.escalation in {each.escalation_id for each in case.escalations}:
        return told.escalation
    kinds = [each for each in case.open_escalations if told.escalation in ("", each.kind.value)]
    if len(kinds) == 1:
        return kinds[0].escalation_id
    open_ones = ", ".join(sorted(each.kind.value for each in case.open_escalations)) or "none"
    raise RefusalError(409, "which-task", f"Say which task is meant with `escalation`; open are: {open_ones}.")
