"""From what was typed into a form of the case page to the fact that it tells; nothing typed is ever thrown away."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from dashboard.case.file import CaseFile
from dashboard.case.words import YES_NO
from dashboard.colleagues import SECOND, can_second, works_cases
from dashboard.premises import Premises
from dashboard.roles import Right
from dashboard.saying import Message, stamp
from dashboard.signing.visiting import Visitor
from journey.benefits.checks import says_something
from journey.facts import (
    ContactLogged,
    CorrectionMade,
    Fact,
    HoldAsked,
    PersonActed,
    PolicyTold,
    SupervisorDecided,
)
from journey.words import Party

Typed = Mapping[str, str]
"""What was typed, by the fields' names."""

NOT_TYPED: Final = frozenset({"form_token", "once", "revision", "sign_in_name", "sign_in_password"})
"""Fields of every form that nobody types."""

MOST_LETTERS: Final = 2000
"""Of one field; more was not typed by a person."""

_ONCE: Final = re.compile(r"[0-9a-f]{32}")
_AMOUNT: Final = re.compile(r"\$?([0-9]{1,7})(?:\.([0-9]{2}))?")


class FormProblemError(ValueError):
    """What was typed makes no fact; says which field, and how to fill it in."""


@dataclass(frozen=True)
class Saying:
    """One form: which message it sends, who may send it, and how its fields become a fact."""

    name: str
    words: str
    message: Message
    right: Right
    read: Callable[[Premises, Visitor, CaseFile, Typed], Fact]


def typed_in(form: Mapping[str, Any]) -> dict[str, str]:
    """The text fields of a form that was sent."""
    return {
        name: value.strip()[:MOST_LETTERS]
        for name, value in form.items()
        if isinstance(value, str) and name not in ("form_token", "sign_in_password")
    }


# ---- fields ---------------------------------------------------------------------------------------------------------


def _stamped(at: Premises, kind: str, typed: Typed, sender: Party, happened_at: datetime | None = None) -> Any:
    """The stamp; a form that is sent twice has the same id, so it is heard once."""
    stamped = stamp(at, kind, sender, happened_at)
    once = typed.get("once", "")
    return {**stamped, "fact_id": f"{kind}:{once}"} if _ONCE.fullmatch(once) else stamped


def _day(typed: Typed, name: str, words: str) -> date | None:
    given = typed.get(name, "")
    if not given:
        return None
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise FormProblemError(f"{words}: write a date as 2026-04-02.") from None


def _party(typed: Typed, name: str, words: str) -> Party | None:
    given = typed.get(name, "")
    if not given:
        return None
    try:
        return Party(given)
    except ValueError:
        raise FormProblemError(f"{words}: choose one of the list.") from None


def _cents(typed: Typed) -> int | None:
    given = typed.get("amount", "").replace(",", "")
    if not given:
        return None
    found = _AMOUNT.fullmatch(given)
    if not found:
        raise FormProblemError("Amount: write dollars and cents, as 120.50.")
    return int(found[1]) * 100 + int(found[2] or 0)


def _moment(at: Premises, typed: Typed) -> datetime | None:
    """When a contact was, where the provider works; None for now."""
    day = _day(typed, "on", "Day of the contact")
    if day is None:
        return None
    if day == at.calendar.date(at.now()):
        return None
    return datetime.combine(day, time(12), ZoneInfo(at.plan().time_zone))


def _made(kind: type[Any], fields: dict[str, Any]) -> Any:
    """A fact of these fields, or the first that does not fit, without its value."""
    try:
        return kind(**fields)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        name = str(first["loc"][0]).replace("_", " ") if first["loc"] else "the form"
        raise FormProblemError(f"{name[:1].upper()}{name[1:]}: {first['msg'].lower()}.") from None


# ---- the facts ------------------------------------------------------------------------------------------------------


def _contact(at: Premises, visitor: Visitor, file: CaseFile, typed: Typed) -> Fact:  # noqa: ARG001
    reached = _party(typed, "with", "Who you reached")
    if reached is None:
        raise FormProblemError("Say whom you reached.")
    if not typed.get("says"):
        raise FormProblemError("Say what they said: choose one of the words, 'nothing new' if there was none.")
    fields = {
        **_stamped(at, "contact", typed, reached, _moment(at, typed)),
        "channel": typed.get("channel") or "phone",
        "logged_by": visitor.user.name,
        "says": typed["says"],
        "holder": _party(typed, "holder", "Who has the file"),
        "promised_date": _day(typed, "promised_date", "Promised date"),
        "amount": _cents(typed),
    }
    words = ("person_name", "call_reference", "document", "pending_action", "payer_claim_number", "trace", "note")
    fact: Fact = _made(ContactLogged, {**fields, **{name: typed.get(name, "") for name in words}})
    return fact


def _correction(at: Premises, visitor: Visitor, file: CaseFile, typed: Typed) -> Fact:  # noqa: ARG001
    fields = {
        **_stamped(at, "correction", typed, Party.PROVIDER),
        "corrects": typed.get("corrects", ""),
        "effective_date": _day(typed, "effective_date", "Holds from"),
        "made_by": visitor.user.name,
        "with_payer": _party(typed, "with_payer", "Payer") or Party.SECONDARY,
    }
    words = ("field", "before", "after", "reference")
    fact: Fact = _made(CorrectionMade, {**fields, **{name: typed.get(name, "") for name in words}})
    return fact


def _act(at: Premises, visitor: Visitor, file: CaseFile, typed: Typed) -> Fact:
    """Taken, done and given back are about a task; the only open one needs no choice."""
    assigned = typed.get("act") == "assigned"
    waiting = [each.escalation_id for each in file.case.open_escalations]
    task = typed.get("escalation") or (waiting[0] if len(waiting) == 1 else "")
    fields = {
        **_stamped(at, "act", typed, Party.PROVIDER),
        "act": typed.get("act", ""),
        "person": _assigned(visitor, file, typed) if assigned else visitor.user.name,
        "escalation": "" if typed.get("act") in ("assigned", "snoozed") else task,
        "until": _day(typed, "until", "Until"),
        "reason": typed.get("reason", ""),
    }
    fact: Fact = _made(PersonActed, fields)
    return fact


def _assigned(visitor: Visitor, file: CaseFile, typed: Typed) -> str:
    """To whom work is given: a lead gives it to anybody who works cases, everybody to themselves."""
    name = typed.get("person", "") or visitor.user.name
    if name != visitor.user.name and not visitor.may(Right.LEAD):
        raise FormProblemError("A lead assigns work to others; you can take it yourself.")
    if name not in {each.name for each in file.staff if works_cases(each)}:
        raise FormProblemError("To whom: choose somebody who works cases here.")
    return name


def _hold(at: Premises, visitor: Visitor, file: CaseFile, typed: Typed) -> Fact:  # noqa: ARG001
    reason = typed.get("reason", "")
    stamped = _stamped(at, "hold", typed, Party.PROVIDER)
    return HoldAsked(**stamped, person=visitor.user.name, reason=reason)


def _policy(at: Premises, visitor: Visitor, file: CaseFile, typed: Typed) -> Fact:  # noqa: ARG001
    told: dict[str, Any] = {name: {"yes": True, "no": False}.get(typed.get(name, "")) for name, _ in YES_NO}
    for name in ("source_of_cover", "holder_relation", "medicare_reason", "custody", "employees"):
        told[name] = typed.get(name) or None
    for name in ("since", "until", "esrd_since"):
        told[name] = _day(typed, name, name.replace("_", " ").capitalize())
    fields = {
        **_stamped(at, "policy", typed, Party.REGISTRATION),
        "order": typed.get("order", ""),
        "told_by": visitor.user.name,
        "holder_birthday": typed.get("holder_birthday", ""),
        **told,
    }
    fact: PolicyTold = _made(PolicyTold, fields)
    if not says_something(fact):
        raise FormProblemError("Say at least one thing about the policy, such as where it comes from.")
    return fact


def _decision(at: Premises, visitor: Visitor, file: CaseFile, typed: Typed) -> Fact:
    second = typed.get("second_person", "")
    if second and second not in {each.name for each in file.staff if can_second(each, visitor.user)}:
        raise FormProblemError(f"Second person: choose {SECOND}.")
    fields = {
        **_stamped(at, "decision", typed, Party.SUPERVISOR),
        "decision": typed.get("decision", ""),
        "person": visitor.user.name,
        "second_person": second,
        "reason": typed.get("reason", ""),
        "until": _day(typed, "until", "Until"),
    }
    fact: Fact = _made(SupervisorDecided, fields)
    return fact


SAYINGS: Final[Mapping[str, Saying]] = {
    each.name: each
    for each in (
        Saying("contact", "Log this contact", "contact", Right.WORK, _contact),
        Saying("correction", "Say that something was put right", "correction", Right.WORK, _correction),
        Saying("act", "Take, finish, hand over, put off", "act", Right.WORK, _act),
        Saying("hold", "Ask for the billing hold, or renew it", "hold", Right.WORK, _hold),
        Saying("policy", "Tell what decides the order of benefits", "policy", Right.WORK, _policy),
        Saying("decision", "Decide as a supervisor", "override", Right.DECIDE, _decision),
    )
}
"""The forms of the case page, by name."""


def latest_snooze(file: CaseFile) -> date | None:
    """The last day to which a reminder may be put off: the filing limit less the plan's reserve."""
    limit = file.case.filing_limit
    return limit - timedelta(days=file.rules.filing_reserve_days) if limit else None
