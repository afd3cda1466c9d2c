"""What a story may state of what the case asks of the world: questions, claims, holds, tasks."""

from __future__ import annotations

from journey.case import ActionKind
from journey.stories.view import Caught, Check, Names, Statement, View, unless
from journey.stories.words import pattern
from journey.words import Party

_ASKS = {
    "asks status": ActionKind.ASK_STATUS,
    "asks for the hold": ActionKind.REQUEST_HOLD,
    "asks to release the hold": ActionKind.RELEASE_HOLD,
    "asks to recall the account": ActionKind.RECALL_ACCOUNT,
    "reads the ledger": ActionKind.READ_LEDGER,
}


def _acts(view: View) -> str:
    return ", ".join(each.kind.value for each in view.actions)


def _asks(caught: Caught, _: Names) -> Check:
    kind = _ASKS[caught["action"]]
    return lambda view: unless(any(each.kind is kind for each in view.actions), _acts(view))


def _submits(caught: Caught, _: Names) -> Check:
    def check(view: View) -> str:
        sent = [each.detail["frequency"] for each in view.actions if each.kind is ActionKind.SUBMIT_SECONDARY]
        return unless(caught["frequency"] in sent, _acts(view))

    return check


def _submissions(caught: Caught, _: Names) -> Check:
    count = 0 if caught["count"] == "no" else int(caught["count"])
    return lambda view: unless(view.submissions == count, f"{view.submissions}")


def _submits_to(caught: Caught, names: Names) -> Check:
    destination = {Party.SECONDARY: "2", Party.TERTIARY: "3"}.get(names.party(caught["party"]), "")

    def check(view: View) -> str:
        sent = [each.detail["destination"] for each in view.actions if each.kind is ActionKind.SUBMIT_SECONDARY]
        return unless(destination in sent, f"to policy {', '.join(sent)}" if sent else "nothing is sent")

    return check


def _reaches(caught: Caught, _: Names) -> Check:
    def check(view: View) -> str:
        ways = [each.detail.get("channel", "") for each in view.actions if each.kind is ActionKind.NOTIFY]
        return unless(caught["word"] in ways, ", ".join(filter(None, ways)))

    return check


def _task(caught: Caught, names: Names) -> Check:
    party = names.party(caught["party"])

    def check(view: View) -> str:
        told = [each.to for each in view.actions if each.kind is ActionKind.NOTIFY]
        return unless(party in told, ", ".join(told))

    return check


STATEMENTS: tuple[Statement, ...] = (
    Statement(pattern("{action}", action=tuple(_ASKS)), _asks),
    Statement(pattern("submits as {frequency}", frequency=("1", "7", "8")), _submits),
    Statement(pattern("submits to {party}"), _submits_to),
    Statement(pattern("{count} submissions in all"), _submissions),
    Statement(pattern("tells us to use {word}"), _reaches),
    Statement(pattern("tells {party}"), _task),
)
"""Every such statement, tried from the top."""
