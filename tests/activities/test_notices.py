"""Notices: each is told once in effect, signed, and the log line names no patient."""

from __future__ import annotations

import json
from asyncio import to_thread
from collections.abc import Callable
from typing import Any

import pytest
from structlog.testing import capture_logs
from temporalio import activity

from activities.clearinghouse import ClearinghouseDrop
from activities.exchange import ExchangeError, RefusedError, UnreachableError, UnwellError, client
from activities.ledger import LedgerOverHttp
from activities.notices import Noticeboard
from journey.case import ActionKind
from sandbox.ledger_http import DESK
from workflows.ports import Clearinghouse, Errand, Ledger, Notices

NOTIFY = ActionKind.NOTIFY
DETAIL = {"kind": "resubmission", "escalation_id": "case-a:resubmission:1", "rung": "lead", "cause": "V3"}


async def test_a_notice_reaches_the_desk(partner: Any, errand: Callable[..., Errand]) -> None:
    """Case, owner, what, how urgent and why, under the action's own key."""
    board = Noticeboard(partner.http, partner.url + DESK, b"s")
    learnt = await to_thread(board.notify, errand(NOTIFY, DETAIL))
    assert learnt.outcome.succeeded
    (told,) = partner.notices
    assert (told["key"], told["case_id"], told["to"]) == ("case-a:1", "case-a", "provider")
    assert (told["kind"], told["rung"], told["escalation_id"]) == ("resubmission", "lead", "case-a:resubmission:1")
    assert told["reason"] == "Primary paid 12 Mar"


async def test_a_lost_answer_and_a_retry_tell_once(partner: Any, errand: Callable[..., Errand]) -> None:
    """People must not get the same task twice because an answer was lost."""
    board = Noticeboard(partner.http, partner.url + DESK, b"s")
    partner.faults.lost_answers = 1
    with pytest.raises(UnreachableError):
        await to_thread(board.notify, errand(NOTIFY, DETAIL))
    await to_thread(board.notify, errand(NOTIFY, DETAIL))
    assert len(partner.notices) == 1


async def test_a_webhook_in_trouble_is_told_again(partner: Any, errand: Callable[..., Errand]) -> None:
    """An outage is a typed error to retry, and no line in the log claims that anybody was told."""
    board = Noticeboard(partner.http, partner.url + DESK, b"s")
    partner.faults.errors = 1
    with capture_logs() as lines, pytest.raises(UnwellError):
        await to_thread(board.notify, errand(NOTIFY, DETAIL))
    assert lines == []
    await to_thread(board.notify, errand(NOTIFY, DETAIL))
    assert len(partner.notices) == 1


async def test_a_wrong_secret_is_an_operators_to_repair(partner: Any, errand: Callable[..., Errand]) -> None:
    """The receiver takes only what is signed; the notice waits until the secret is right."""
    with pytest.raises(RefusedError):
        await to_thread(Noticeboard(partner.http, partner.url + DESK, b"old").notify, errand(NOTIFY))
    assert partner.notices == []


async def test_a_notice_that_will_never_do_ends_the_errand(answering: Any, errand: Callable[..., Errand]) -> None:
    """The case hears that nobody was told, instead of a retry for ever."""
    async with answering(422, b"no", {}) as url:
        with client() as http:
            learnt = await to_thread(Noticeboard(http, url).notify, errand(NOTIFY))
    assert (learnt.outcome.succeeded, learnt.outcome.problem) == (
        False,
        "the webhook does not accept the notice (status 422)",
    )


async def test_a_secret_address_is_in_no_error_and_no_log(
    answering: Any, errand: Callable[..., Errand], caplog: pytest.LogCaptureFixture
) -> None:
    """Webhook addresses are often the credential itself."""
    caplog.set_level("INFO")
    with client() as http:
        async with answering(200, b"ok", {}) as url:
            learnt = await to_thread(Noticeboard(http, f"{url}/T0P-SECRET").notify, errand(NOTIFY))
        with pytest.raises(ExchangeError) as raised:
            await to_thread(Noticeboard(http, "http://127.0.0.1:1/T0P-SECRET").notify, errand(NOTIFY))
    assert learnt.outcome.succeeded
    assert "T0P-SECRET" not in f"{raised.value!r} {raised.value.__cause__!r} {caplog.text}"


def test_the_log_tells_the_case_and_nothing_of_the_patient(errand: Callable[..., Errand]) -> None:
    """One line with opaque ids; no name, member, account or date of the claim (I11)."""
    with capture_logs() as lines:
        learnt = Noticeboard().notify(errand(NOTIFY, DETAIL))
    assert learnt.outcome.succeeded
    (line,) = lines
    assert (line["event"], line["case_id"], line["kind"], line["rung"]) == (
        "notice.given",
        "case-a",
        "resubmission",
        "lead",
    )
    text = json.dumps(line)
    assert not any(each in text for each in ("PT-778812", "QMB4471190", "Quillfeather", "12 Mar"))


def test_a_webhook_without_a_client_is_refused_at_the_start() -> None:
    """A worker that could never tell anybody must not start quietly."""
    with pytest.raises(ValueError, match="client"):
        Noticeboard(webhook="http://127.0.0.1:1")


@pytest.mark.parametrize(
    ("port", "adapter"), [(Clearinghouse, ClearinghouseDrop), (Ledger, LedgerOverHttp), (Notices, Noticeboard)]
)
def test_an_adapter_answers_to_every_name_of_its_port(port: type, adapter: type) -> None:
    """The engine calls by name: an adapter that forgot one, or the port's own empty method, would never be heard."""
    for name, asked in vars(port).items():
        definition = activity._Definition.from_callable(asked) if callable(asked) else None
        if definition:
            answered = activity._Definition.must_from_callable(getattr(adapter, name))
            assert answered.name == definition.name
            assert name in vars(adapter)
