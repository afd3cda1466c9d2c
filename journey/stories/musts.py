"""What a story may state with `=>`: a table of statements, and how each of them is checked."""

from __future__ import annotations

from datetime import date, datetime

from journey.books.posting_review import in_words, review
from journey.case import Case, Clock, Escalation, EscalationState
from journey.response.closing import Point, proof
from journey.stories import asks
from journey.stories.view import Caught, Check, Names, Statement, View, unless
from journey.stories.words import UnclearError, cents, pattern
from journey.words import BreakState, EscalationKind, Hop, Mode, Resolution, Rung
from journey.workdays import plan_workdays


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


# ---- break points ---------------------------------------------------------------------------------------------------


def _break(caught: Caught, _: Names) -> Check:
    def check(view: View) -> str:
        point = view.case.break_point
        here = f"{point.mode} {point.state}: {point.reason}" if point else "no break point"
        return unless(here.startswith(f"{caught['mode']} {caught['state']}"), here)

    return check


def _no_break(_: Caught, __: Names) -> Check:
    return lambda view: "" if view.case.break_point is None else str(view.case.break_point.mode)


def _found(caught: Caught, _: Names) -> Check:
    def check(view: View) -> str:
        found = [f"{each.mode} {each.state}" for each in view.case.found]
        return unless(f"{caught['mode']} {caught['state']}" in found, ", ".join(found))

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
        return unless(any(each.rung.value == rung for each in open_), _escalations(view.case))

    return check


def _answered(caught: Caught, _: Names) -> Check:
    def check(view: View) -> str:
        of_kind = _of_kind(view.case, caught)
        done = bool(of_kind) and all(each.state is EscalationState.ANSWERED for each in of_kind)
        return unless(done, _escalations(view.case))

    return check


def _not_escalated(caught: Caught, _: Names) -> Check:
    def check(view: View) -> str:
        open_ = [each for each in _of_kind(view.case, caught) if each in view.case.open_escalations]
        return unless(not open_, _escalations(view.case))

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
        return unless(holder.party is party and (by is None or by in due), f"{holder.party}, by {on:%d %b %Y}")

    return check


def _proven(caught: Caught, _: Names) -> Check:
    wanted = "not" not in caught["proof"]

    def check(view: View) -> str:
        proof = view.case.proof(Hop(caught["hop"]))
        grade = proof.grade.name.lower() if proof.grade is not None else "nothing"
        return unless(proof.proven is wanted, f"{'proven' if proof.proven else 'not proven'}, by {grade}")

    return check


def _clock(view: View, name: str) -> Clock | None:
    return next((each for each in view.case.clocks if each.name == name), None)


def _runs(caught: Caught, names: Names) -> Check:
    until = names.date(caught["date"])

    def check(view: View) -> str:
        clock = _clock(view, caught["clock"])
        if clock is None or clock.hard is None:
            return "it does not run"
        return unless(_local(view, clock.hard) == until, f"until {_local(view, clock.hard):%d %b %Y}")

    return check


def _rests(caught: Caught, _: Names) -> Check:
    return lambda view: unless(_clock(view, caught["clock"]) is None, "it runs")


# ---- the hold -------------------------------------------------------------------------------------------------------


def _hold(caught: Caught, _: Names) -> Check:
    return lambda view: unless(
        view.case.hold.state.value == caught["state"].replace(" ", "_"), view.case.hold.state.value
    )


def _breach(_: Caught, __: Names) -> Check:
    return lambda view: unless(bool(view.case.hold.breaches), "no breach")


def _no_breach(_: Caught, __: Names) -> Check:
    return lambda view: unless(not view.case.hold.breaches, "a breach")


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
        return unless(shown == cents(caught["money"]), f"{shown} cents")

    return check


def _limit(caught: Caught, names: Names) -> Check:
    wanted = names.date(caught["date"])
    return lambda view: unless(view.case.filing_limit == wanted, f"{view.case.filing_limit}: {view.case.filing_rule}")


def _resolved(caught: Caught, _: Names) -> Check:
    return lambda view: unless(view.case.resolution == caught["code"], str(view.case.resolution))


def _open(_: Caught, __: Names) -> Check:
    return lambda view: "" if view.case.resolution is None else str(view.case.resolution)


def _closed(_: Caught, __: Names) -> Check:
    return lambda view: unless(view.case.closed_at is not None, "open")


def _refused(caught: Caught, _: Names) -> Check:
    return lambda view: unless(bool(view.refusal) and caught["words"] in view.refusal, view.refusal or "it was taken")


def _sentence(caught: Caught, _: Names) -> Check:
    return lambda view: unless(caught["words"] in view.sentence, view.sentence)


def _because(caught: Caught, _: Names) -> Check:
    return lambda view: unless(any(caught["words"] in each for each in view.says), "; ".join(view.says))


def _unchanged(_: Caught, __: Names) -> Check:
    return lambda view: unless(not view.changed, "it was new")


def _review(caught: Caught, _: Names) -> Check:
    def check(view: View) -> str:
        found = review(view.case)
        told = in_words(found) if found else ()
        return unless(any(caught["words"] in each for each in told), "; ".join(told) or "no posting review")

    return check


def _permanent(_: Caught, __: Names) -> Check:
    return lambda view: unless(view.case.hold.permanent, "it may be released")


def _point(caught: Caught, _: Names) -> Check:
    wanted = caught["holds"] == "holds"

    def check(view: View) -> str:
        shown = proof(view.case).shown(Point(caught["point"]))
        return unless(shown.holds is wanted, shown.missing or "it holds")

    return check


def _vague(caught: Caught, names: Names) -> Check:
    party, count = names.party(caught["party"]), int(caught["count"])

    def check(view: View) -> str:
        here = view.case.vague_answers.get(party, 0)
        return unless(here == count, f"{here}")

    return check


def _attention(_: Caught, __: Names) -> Check:
    return lambda view: unless(bool(view.case.attention), "nothing needs attention")


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
    Statement(pattern("hold for good"), _permanent),
    Statement(pattern("closing point {point} {holds}", point=tuple(Point), holds=("holds", "does not hold")), _point),
    Statement(pattern('review "{words}"'), _review),
    Statement(pattern("breach"), _breach),
    Statement(pattern("no breach"), _no_breach),
    *asks.STATEMENTS,
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
