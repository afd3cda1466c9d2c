"""What a story may state with `=>`: a table of statements, and what each of them looks at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from journey.case import Action, ActionKind, Case, Clock, Escalation, EscalationState
from journey.plan import PlanInForce
from journey.story_words import Pattern, UnclearError, cents, pattern
from journey.words import BreakState, EscalationKind, Hop, Mode, Party, Resolution, Rung
from journey.workdays import plan_workdays


@dataclass(frozen=True, slots=True)
class View:
    """What a statement is held against: the case as it stands, and what happened on the day in question."""

    case: Case
    plan: PlanInForce
    sentence: str
    actions: tuple[Action, ...]
    """What was asked for since the day began."""
    submissions: int
    """How many secondary claims we asked for since the story began."""
    refusal: str
    """Why the last note of the day was refused; empty if it was taken."""
    changed: bool
    """False when the last note of the day was a repetition."""
    says: tuple[str, ...]
    """The day's reasons, in words."""


class Names(Protocol):
    """What gives names and dates their meaning."""

    def party(self, text: str) -> Party:
        """The party of a name; UnclearError if there is none."""

    def date(self, text: str) -> date:
        """The next such date; UnclearError if there is none."""


Check = Callable[[View], str]
"""Holds a statement against a view: empty if it is true, else what is the case instead."""
Caught = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Statement:
    """One row: how it is written, and how its check is made."""

    pattern: Pattern
    check: Callable[[Caught, Names], Check]


def check_of(text: str, names: Names) -> Check:
    """The check of one `=>` line.

    Raises:
        UnclearError: no statement is written like this; the message says what would.
    """
    for statement in STATEMENTS:
        caught = statement.pattern.match(text)
        if caught is not None:
            return statement.check(caught, names)
    known = "; ".join(each.pattern.text for each in STATEMENTS)
    raise UnclearError(f"'{text}' states nothing that a story can check; write one of: {known}")


def _unless(true: bool, instead: str) -> str:
    return "" if true else instead or "nothing"


# ---- break points ---------------------------------------------------------------------------------------------------


def _break(caught: Caught, _: Names) -> Check:
    def check(view: View) -> str:
        point = view.case.break_point
        here = f"{point.mode} {point.state}: {point.reason}" if point else "no break point"
        return _unless(here.startswith(f"{caught['mode']} {caught['state']}"), here)

    return check


def _no_break(_: Caught, __: Names) -> Check:
    return lambda view: "" if view.case.break_point is None else str(view.case.break_point.mode)


def _found(caught: Caught, _: Names) -> Check:
    def check(view: View) -> str:
        found = [f"{each.mode} {each.state}" for each in view.case.found]
        return _unless(f"{caught['mode']} {caught['state']}" in found, ", ".join(found))

    return check


# ---- escalations ----------------------------------------------------------------------------------------------------


def _escalations(case: Case) -> str:
    return ", ".join(f"{each.kind} for {each.rung}, {each.state}" for each in case.open_escalations)


def _of_kind(case: Case, caught: Caught) -> list[Escalation]:
    return [each for each in case.escalations if each.kind.value == caught["kind"].replace(" ", "_")]


def _escalated(caught: Caught, _: Names) -> Check:
    rung = caught["rung"].replace(" ", "_")

    def check(view: View) -> str:
        open_ = [each for each in _of_kind(view.case, caught) if each in view.case.open_escalations]
        return _unless(any(each.rung.value == rung for each in open_), _escalations(view.case))

    return check


def _answered(caught: Caught, _: Names) -> Check:
    def check(view: View) -> str:
        of_kind = _of_kind(view.case, caught)
        done = bool(of_kind) and all(each.state is EscalationState.ANSWERED for each in of_kind)
        return _unless(done, _escalations(view.case))

    return check


def _not_escalated(caught: Caught, _: Names) -> Check:
    def check(view: View) -> str:
        open_ = [each for each in _of_kind(view.case, caught) if each in view.case.open_escalations]
        return _unless(not open_, _escalations(view.case))

    return check


def _no_escalation(_: Caught, __: Names) -> Check:
    return lambda view: _escalations(view.case)


# ---- holder, hop, proofs, clocks ------------------------------------------------------------------------------------


def _local(view: View, moment: datetime) -> date:
    return plan_workdays(view.plan).local_date(moment)


def _holder(caught: Caught, names: Names) -> Check:
    party = names.party(caught["party"])
    by = names.date(caught["date"]) if caught.get("date") else None

    def check(view: View) -> str:
        holder = view.case.holder
        if holder is None:
            return "nobody: the case is closed"
        on = _local(view, holder.by)
        due = {on} | {_local(view, each.soft) for each in view.case.clocks if each.soft and each.hard == holder.by}
        return _unless(holder.party is party and (by is None or by in due), f"{holder.party}, by {on:%d %b %Y}")

    return check


def _proven(caught: Caught, _: Names) -> Check:
    wanted = "not" not in caught["proof"]

    def check(view: View) -> str:
        proof = view.case.proof(Hop(caught["hop"]))
        grade = proof.grade.name.lower() if proof.grade is not None else "nothing"
        return _unless(proof.proven is wanted, f"{'proven' if proof.proven else 'not proven'}, by {grade}")

    return check


def _clock(view: View, name: str) -> Clock | None:
    return next((each for each in view.case.clocks if each.name == name), None)


def _runs(caught: Caught, names: Names) -> Check:
    until = names.date(caught["date"])

    def check(view: View) -> str:
        clock = _clock(view, caught["clock"])
        if clock is None or clock.hard is None:
            return "it does not run"
        return _unless(_local(view, clock.hard) == until, f"until {_local(view, clock.hard):%d %b %Y}")

    return check


def _rests(caught: Caught, _: Names) -> Check:
    return lambda view: _unless(_clock(view, caught["clock"]) is None, "it runs")


# ---- the hold -------------------------------------------------------------------------------------------------------


def _hold(caught: Caught, _: Names) -> Check:
    return lambda view: _unless(
        view.case.hold.state.value == caught["state"].replace(" ", "_"), view.case.hold.state.value
    )


def _breach(_: Caught, __: Names) -> Check:
    return lambda view: _unless(bool(view.case.hold.breaches), "no breach")


def _no_breach(_: Caught, __: Names) -> Check:
    return lambda view: _unless(not view.case.hold.breaches, "a breach")


# ---- actions --------------------------------------------------------------------------------------------------------

_ASKS = {
    "asks status": ActionKind.ASK_STATUS,
    "asks for the hold": ActionKind.REQUEST_HOLD,
    "asks to release the hold": ActionKind.RELEASE_HOLD,
    "reads the ledger": ActionKind.READ_LEDGER,
}


def _acts(view: View) -> str:
    return ", ".join(each.kind.value for each in view.actions)


def _asks(caught: Caught, _: Names) -> Check:
    kind = _ASKS[caught["action"]]
    return lambda view: _unless(any(each.kind is kind for each in view.actions), _acts(view))


def _submits(caught: Caught, _: Names) -> Check:
    def check(view: View) -> str:
        sent = [each.detail["frequency"] for each in view.actions if each.kind is ActionKind.SUBMIT_SECONDARY]
        return _unless(caught["frequency"] in sent, _acts(view))

    return check


def _submissions(caught: Caught, _: Names) -> Check:
    count = 0 if caught["count"] == "no" else int(caught["count"])
    return lambda view: _unless(view.submissions == count, f"{view.submissions}")


def _task(caught: Caught, names: Names) -> Check:
    party = names.party(caught["party"])

    def check(view: View) -> str:
        told = [each.to for each in view.actions if each.kind is ActionKind.NOTIFY]
        return _unless(party in told, ", ".join(told))

    return check


# ---- money, ending, words -------------------------------------------------------------------------------------------

_FIGURES = {
    "expected balance": "expected_balance",
    "at risk": "at_risk",
    "rolled balance": "rolled_balance",
    "ledger balance": "ledger_balance",
}


def _figure(caught: Caught, _: Names) -> Check:
    def check(view: View) -> str:
        shown = getattr(view.case.money, _FIGURES[caught["figure"]])
        return _unless(shown == cents(caught["money"]), f"{shown} cents")

    return check


def _limit(caught: Caught, names: Names) -> Check:
    wanted = names.date(caught["date"])
    return lambda view: _unless(view.case.filing_limit == wanted, f"{view.case.filing_limit}: {view.case.filing_rule}")


def _resolved(caught: Caught, _: Names) -> Check:
    return lambda view: _unless(view.case.resolution == caught["code"], str(view.case.resolution))


def _open(_: Caught, __: Names) -> Check:
    return lambda view: "" if view.case.resolution is None else str(view.case.resolution)


def _closed(_: Caught, __: Names) -> Check:
    return lambda view: _unless(view.case.closed_at is not None, "open")


def _refused(caught: Caught, _: Names) -> Check:
    return lambda view: _unless(bool(view.refusal) and caught["words"] in view.refusal, view.refusal or "it was taken")


def _sentence(caught: Caught, _: Names) -> Check:
    return lambda view: _unless(caught["words"] in view.sentence, view.sentence)


def _because(caught: Caught, _: Names) -> Check:
    return lambda view: _unless(any(caught["words"] in each for each in view.says), "; ".join(view.says))


def _unchanged(_: Caught, __: Names) -> Check:
    return lambda view: _unless(not view.changed, "it was new")


def _vague(caught: Caught, names: Names) -> Check:
    party, count = names.party(caught["party"]), int(caught["count"])

    def check(view: View) -> str:
        here = view.case.vague_answers.get(party, 0)
        return _unless(here == count, f"{here}")

    return check


def _attention(_: Caught, __: Names) -> Check:
    return lambda view: _unless(bool(view.case.attention), "nothing needs attention")


_MODES, _KINDS, _RUNGS = tuple(Mode), tuple(EscalationKind), tuple(Rung)
_HOLDS = ("none", "requested", "verified", "release_requested", "released")

STATEMENTS: tuple[Statement, ...] = (
    Statement(pattern("{mode} {state}", mode=_MODES, state=tuple(BreakState)), _break),
    Statement(pattern("no break point"), _no_break),
    Statement(pattern("found {mode} {state}", mode=_MODES, state=tuple(BreakState)), _found),
    Statement(pattern("{kind} for {rung}", kind=_KINDS, rung=_RUNGS), _escalated),
    Statement(pattern("{kind} answered", kind=_KINDS), _answered),
    Statement(pattern("no {kind}", kind=_KINDS), _not_escalated),
    Statement(pattern("no escalation"), _no_escalation),
    Statement(pattern("holder {party}"), _holder),
    Statement(pattern("holder {party}, by {date}"), _holder),
    Statement(pattern("{hop} {proof}", hop=tuple(Hop), proof=("proven", "not proven")), _proven),
    Statement(pattern("{clock} runs until {date}"), _runs),
    Statement(pattern("{clock} does not run"), _rests),
    Statement(pattern("hold {state}", state=_HOLDS), _hold),
    Statement(pattern("breach"), _breach),
    Statement(pattern("no breach"), _no_breach),
    Statement(pattern("{action}", action=tuple(_ASKS)), _asks),
    Statement(pattern("submits as {frequency}", frequency=("1", "7", "8")), _submits),
    Statement(pattern("{count} submissions in all"), _submissions),
    Statement(pattern("tells {party}"), _task),
    Statement(pattern("{figure} {money}", figure=tuple(_FIGURES)), _figure),
    Statement(pattern("filing limit {date}"), _limit),
    Statement(pattern("resolved {code}", code=tuple(Resolution)), _resolved),
    Statement(pattern("open"), _open),
    Statement(pattern("closed"), _closed),
    Statement(pattern('refused "{words}"'), _refused),
    Statement(pattern('sentence "{words}"'), _sentence),
    Statement(pattern('reason "{words}"'), _because),
    Statement(pattern("nothing changes"), _unchanged),
    Statement(pattern("{count} vague answers of {party}"), _vague),
    Statement(pattern("needs attention"), _attention),
)
"""Every statement, tried from the top."""
