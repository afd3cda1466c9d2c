"""The ledger port against a real server: what is read back counts, and trouble is typed and silent on PHI."""

from __future__ import annotations

import traceback
from asyncio import to_thread
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from activities.exchange import (
    ExchangeError,
    RefusedError,
    UnreachableError,
    UnreadableError,
    UnwellError,
    client,
)
from activities.ledger import LedgerClient, LedgerOverHttp, NoLedger, as_fact
from activities.ledger_feed import LedgerChange, read_changes
from activities.ledger_wire import Balance
from journey.case import ActionKind
from journey.facts import LedgerRead
from journey.words import Grade, Party, Switch
from workflows.ports import Errand, Learnt

T0 = datetime(2026, 3, 2, 15, tzinfo=UTC)
HOLD = ActionKind.REQUEST_HOLD
READ = ActionKind.READ_LEDGER


def ledger_read(learnt: Learnt) -> LedgerRead:
    """The one fact that every ledger errand brings."""
    (fact,) = learnt.facts
    assert isinstance(fact, LedgerRead)
    return fact


async def test_a_read_is_the_ledgers_balance_as_a_fact(partner: Any, errand: Callable[..., Errand]) -> None:
    """What the ledger shows reaches the case unchanged, said by the ledger, as settled proof."""
    learnt = await to_thread(partner.port.read_ledger, errand(READ))
    fact = ledger_read(learnt)
    assert learnt.outcome.succeeded
    assert (fact.open_balance, fact.patient_balance, fact.primary_posted, fact.version) == (32_000, 32_000, 48_000, 2)
    assert (fact.sender, fact.grade) == (Party.LEDGER, Grade.SETTLED)


async def test_the_same_state_is_the_same_fact(partner: Any, errand: Callable[..., Errand]) -> None:
    """Read twice, or read and heard from the feed, one state is one fact; a changed state is another."""
    first = ledger_read(await to_thread(partner.port.read_ledger, errand(READ)))
    again = ledger_read(await to_thread(partner.port.read_ledger, errand(READ, key="case-a:2")))
    changes, _ = await to_thread(
        lambda: read_changes(partner.client, 0, learnt_at=first.learnt_at, opaque=partner.opaque)
    )
    assert first.fact_id == again.fact_id == changes[-1].read.fact_id
    partner.ledger.deposit("PT-778812", 1, first.happened_at)
    later = ledger_read(await to_thread(partner.port.read_ledger, errand(READ, key="case-a:3")))
    assert later.fact_id != first.fact_id


async def test_a_hold_is_what_is_read_back(partner: Any, errand: Callable[..., Errand]) -> None:
    """Asked for and verified are two things: the fact shows the switches that stand after the request."""
    learnt = await to_thread(partner.port.request_hold, errand(HOLD, {"switches": "statements,placement"}))
    assert learnt.outcome.succeeded
    assert learnt.outcome.reference == "hold-1"
    assert ledger_read(learnt).switches_on == (Switch.STATEMENTS, Switch.PLACEMENT)


async def test_a_hold_without_switches_is_a_whole_hold(partner: Any, errand: Callable[..., Errand]) -> None:
    """When nobody says which, all six protect the patient."""
    assert ledger_read(await to_thread(partner.port.request_hold, errand(HOLD))).switches_on == tuple(Switch)


async def test_a_ledger_that_says_yes_and_does_nothing_is_seen(partner: Any, errand: Callable[..., Errand]) -> None:
    """The request succeeded, the hold did not: the fact lacks the switch, so the case stays unverified."""
    partner.faults.ignored_switches = frozenset({Switch.STATEMENTS})
    learnt = await to_thread(partner.port.request_hold, errand(HOLD))
    assert learnt.outcome.succeeded
    assert Switch.STATEMENTS not in ledger_read(learnt).switches_on


async def test_a_release_is_read_back_too(partner: Any, errand: Callable[..., Errand]) -> None:
    """After a release the fact shows that no switch stands."""
    await to_thread(partner.port.request_hold, errand(HOLD))
    learnt = await to_thread(partner.port.release_hold, errand(ActionKind.RELEASE_HOLD, key="case-a:2"))
    assert ledger_read(learnt).switches_on == ()


async def test_a_recalled_account_is_what_is_read_back(partner: Any, errand: Callable[..., Errand]) -> None:
    """A placed account is asked back with a key of its own; that it is back is seen in the balance alone."""
    for day in range(90):
        partner.ledger.run_day((T0 + timedelta(days=day)).date())
    assert ledger_read(await to_thread(partner.port.read_ledger, errand(READ))).placed_with_agency
    learnt = await to_thread(partner.port.recall_account, errand(ActionKind.RECALL_ACCOUNT, key="case-a:2"))
    again = await to_thread(partner.port.recall_account, errand(ActionKind.RECALL_ACCOUNT, key="case-a:2"))
    assert learnt.outcome.succeeded
    assert learnt.outcome.reference == again.outcome.reference
    assert not ledger_read(learnt).placed_with_agency
    assert ledger_read(learnt).fact_id == ledger_read(again).fact_id


async def test_what_the_patient_was_asked_for_reaches_the_case(partner: Any, errand: Callable[..., Errand]) -> None:
    """First statement, the newest one's amount and what the patient paid: collections and refunds rest on them."""
    for day in range(45):
        partner.ledger.run_day((T0 + timedelta(days=day)).date())
    partner.ledger.patient_pays("PT-778812", 5_000, T0 + timedelta(days=45))
    fact = ledger_read(await to_thread(partner.port.read_ledger, errand(READ)))
    assert fact.first_statement_on is not None
    assert fact.last_statement_on is not None
    assert fact.first_statement_on < fact.last_statement_on
    assert (fact.last_statement_amount, fact.patient_paid, fact.patient_balance) == (32_000, 5_000, 27_000)


async def test_an_office_without_a_ledger_is_told_so(errand: Callable[..., Errand]) -> None:
    """Nothing can be held, released or recalled without a ledger: each errand fails at once, in words."""
    port = NoLedger()
    for ask in (port.read_ledger, port.request_hold, port.release_hold, port.recall_account):
        outcome = ask(errand(READ)).outcome
        assert (outcome.succeeded, "BATON_LEDGER_URL" in outcome.problem) == (False, True)


async def test_a_lost_answer_and_a_retry_make_one_hold(partner: Any, errand: Callable[..., Errand]) -> None:
    """The effect happened and the answer was lost: asking again with the same key places no second hold."""
    partner.faults.lost_answers = 1
    with pytest.raises(UnreachableError):
        await to_thread(partner.port.request_hold, errand(HOLD))
    learnt = await to_thread(partner.port.request_hold, errand(HOLD))
    assert learnt.outcome.reference == "hold-1"
    assert len(partner.ledger.holds("PT-778812")) == 1


@pytest.mark.parametrize(
    ("fault", "error", "says"),
    [
        ("errors", UnwellError, "status 500"),
        ("garbage", UnreadableError, "not JSON"),
        ("floods", UnreadableError, "longer than 1048576 bytes"),
        ("lost_answers", UnreachableError, "no answer"),
    ],
)
async def test_a_ledger_in_trouble_is_asked_again(
    partner: Any, errand: Callable[..., Errand], fault: str, error: type[ExchangeError], says: str
) -> None:
    """Outages, garbage and answers of ten megabytes are typed errors to retry; the next try works."""
    setattr(partner.faults, fault, 1)
    with pytest.raises(error, match=says):
        await to_thread(partner.port.read_ledger, errand(READ))
    assert (await to_thread(partner.port.read_ledger, errand(READ))).outcome.succeeded


async def test_a_ledger_that_never_answers_is_given_up(partner: Any, errand: Callable[..., Errand]) -> None:
    """A hanging ledger costs one timeout, not a worker thread for ever."""
    partner.faults.silences = 1
    with httpx2.Client(base_url=partner.url, timeout=0.2, trust_env=False) as impatient:
        port = LedgerOverHttp(LedgerClient(impatient, lambda: "t0ken"), partner.opaque)
        with pytest.raises(UnreachableError):
            await to_thread(port.read_ledger, errand(READ))


async def test_an_unknown_account_ends_the_errand(partner: Any, errand: Callable[..., Errand], claim: Any) -> None:
    """No retry helps: the case hears at once that its account is not in the ledger, in words, without the number."""
    stranger = errand(READ).model_copy(update={"claim": claim.model_copy(update={"claim_number": "PT-404"})})
    learnt = await to_thread(partner.port.read_ledger, stranger)
    assert (learnt.outcome.succeeded, learnt.facts) == (False, ())
    assert learnt.outcome.problem == "the ledger does not know this account"
    assert learnt.outcome.key == "case-a:1"


async def test_a_key_used_for_another_request_ends_the_errand(partner: Any, errand: Callable[..., Errand]) -> None:
    """A defect of ours that no retry can cure must surface, not spin."""
    await to_thread(partner.port.request_hold, errand(HOLD, {"switches": "statements"}))
    learnt = await to_thread(partner.port.request_hold, errand(HOLD, {"switches": "dunning"}))
    assert not learnt.outcome.succeeded


async def test_a_wrong_token_is_retried_and_read_anew(partner: Any, errand: Callable[..., Errand]) -> None:
    """An expired token is an operator's to replace: the errand stays open, and the next try reads the token again."""
    tokens = iter(["expired", "t0ken"])
    port = LedgerOverHttp(LedgerClient(partner.http, lambda: next(tokens)), partner.opaque)
    with pytest.raises(RefusedError):
        await to_thread(port.read_ledger, errand(READ))
    assert (await to_thread(port.read_ledger, errand(READ))).outcome.succeeded


async def test_nobody_there_is_retried(errand: Callable[..., Errand]) -> None:
    """A ledger that is down is unreachable, whatever the reason."""
    with client("http://127.0.0.1:1") as nobody, pytest.raises(UnreachableError):
        await to_thread(LedgerOverHttp(LedgerClient(nobody, str), _plain).read_ledger, errand(READ))


GOOD = b'{"account":"PT-778812","version":3,"as_of":"2026-03-02T15:00:00Z","open_balance":1,"patient_balance":1}'


@pytest.mark.parametrize(
    ("status", "body", "headers", "error"),
    [
        (200, b"", {}, UnreadableError),
        (200, b"\xff\xfe", {}, UnreadableError),
        (200, b"[" * 100_000, {}, UnreadableError),
        (200, GOOD.replace(b"PT-778812", b"PT-000000"), {}, UnreadableError),
        (200, GOOD.replace(b'"open_balance":1', b'"open_balance":1.5'), {}, UnreadableError),
        (200, GOOD.replace(b"15:00:00Z", b"15:00:00"), {}, UnreadableError),
        (200, GOOD.replace(b'"version":3', b'"version":-3'), {}, UnreadableError),
        (200, GOOD.replace(b'"version":3', b'"version":"PT-3"'), {}, UnreadableError),
        (200, GOOD, {"content-encoding": "gzip"}, None),
        (204, b"", {}, UnreadableError),
        (302, b"", {"location": "http://127.0.0.1:1/PT-778812"}, UnreadableError),
        (404, b"<html>PT-778812 not here</html>", {}, RefusedError),
        (403, GOOD, {}, RefusedError),
        (429, b"", {}, UnwellError),
        (503, b"PT-778812", {}, UnwellError),
    ],
)
async def test_only_what_was_agreed_is_an_answer(
    answering: Any,
    errand: Callable[..., Errand],
    status: int,
    body: bytes,
    headers: dict[str, str],
    error: type[ExchangeError] | None,
) -> None:
    """Another account's balance, half a cent, a time without zone, a redirect: typed errors that tell no content."""
    async with answering(status, body, headers) as url:
        with client(url) as http:
            port = LedgerOverHttp(LedgerClient(http, lambda: "t0ken"), _plain)
            if error is None:
                assert (await to_thread(port.read_ledger, errand(READ))).outcome.succeeded
                return
            with pytest.raises(error) as raised:
                await to_thread(port.read_ledger, errand(READ))
    assert "PT-" not in "".join(traceback.format_exception(raised.value))


async def test_the_feed_is_read_page_by_page(partner: Any) -> None:
    """Going on from the last place gives each change once, with its account and as the fact that a read would give."""
    partner.ledger.deposit("PT-778812", 32_000, partner.ledger.balance("PT-778812", T0).as_of)
    found, after = [], 0
    for _ in range(3):
        page, after = await to_thread(_page, partner, after)
        found += page
    assert [(each.account, each.read.version, each.read.deposits) for each in found] == [
        ("PT-778812", 1, 0),
        ("PT-778812", 2, 0),
        ("PT-778812", 3, 32_000),
    ]
    assert after == 3


def _page(partner: Any, after: int) -> tuple[list[LedgerChange], int]:
    return read_changes(partner.client, after, learnt_at=T0, opaque=partner.opaque, limit=2)


def test_a_fact_is_not_learnt_before_it_happened() -> None:
    """A ledger whose clock runs ahead must not make a fact that we knew before it was true."""
    ahead = Balance(account="A", version=1, as_of=T0 + timedelta(hours=1), open_balance=0, patient_balance=0)
    fact = as_fact(ahead, T0, _plain)
    assert fact.learnt_at == fact.happened_at


def test_a_fact_id_tells_no_account() -> None:
    """Fact ids reach logs and histories; the account goes into them only through the keyed hash."""
    seen: list[tuple[str, ...]] = []

    def note(kind: str, *parts: str) -> str:
        seen.append((kind, *parts))
        return f"{kind}-x"

    shown = Balance(account="PT-1", version=7, as_of=T0, open_balance=0, patient_balance=0)
    assert as_fact(shown, T0, note).fact_id == "ledger-x"
    assert seen == [("ledger", "PT-1", "7")]


def _plain(kind: str, *parts: str) -> str:
    return "/".join((kind, *parts))
