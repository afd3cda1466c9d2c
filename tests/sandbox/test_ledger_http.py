"""The ledger over real HTTP: the contract of `docs/ledger-openapi.json`, repeats, and refusals without content."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from activities import ledger_wire as wire
from activities.notices import SIGNATURE, signature
from journey.words import Switch
from sandbox.faults import Faults
from sandbox.ledger import Ledger
from sandbox.ledger_http import DESK, ledger_app, openapi, serve

T0 = datetime(2026, 3, 2, 15, tzinfo=UTC)
ACCOUNT = "PT-778812"
TOKEN = "t0ken"
SECRET = b"desk secret"
CONTRACT = Path(__file__).parents[2] / "docs" / "ledger-openapi.json"


@dataclass
class Partner:
    """A served ledger, and a way to ask it."""

    http: httpx2.AsyncClient
    ledger: Ledger
    faults: Faults
    notices: list[dict[str, Any]] = field(default_factory=list)

    async def ask(self, path: str, body: object, key: str = "", token: str = TOKEN) -> httpx2.Response:
        """Post JSON to the ledger."""
        headers = {"authorization": f"Bearer {token}"} | ({wire.IDEMPOTENCY_KEY: key} if key else {})
        return await self.http.post(path, json=body, headers=headers)

    async def notify(self, body: bytes, key: str, secret: bytes = SECRET) -> httpx2.Response:
        """Post a signed notice to the desk."""
        headers = {wire.IDEMPOTENCY_KEY: key, SIGNATURE: signature(secret, body)}
        return await self.http.post(DESK, content=body, headers=headers)


@pytest.fixture
async def partner() -> AsyncIterator[Partner]:
    """A ledger with one account after its primary, served on this machine."""
    ledger, faults, notices = Ledger(), Faults(), list[dict[str, Any]]()
    ledger.open_account(ACCOUNT, 100_000, T0)
    ledger.primary_posted(ACCOUNT, 48_000, 20_000, T0)
    app = ledger_app(ledger, TOKEN, lambda: T0, notices.append, faults=faults, notice_secret=SECRET)
    async with serve(app) as url, httpx2.AsyncClient(base_url=url, trust_env=False) as http:
        yield Partner(http, ledger, faults, notices)


def hold(*switches: Switch) -> dict[str, object]:
    """The body of a hold."""
    return {"account": ACCOUNT, "switches": list(switches), "reason_code": "COB"}


def test_the_committed_contract_is_the_one_that_is_served() -> None:
    """Adapters are built from the document; `sandbox.ledger_http.openapi()` is its text after a change of the wire."""
    assert CONTRACT.read_text(encoding="utf-8") == openapi()


def test_no_address_of_the_contract_has_a_variable_part() -> None:
    """Account numbers identify patients: there is no place for one in an address or a query."""
    document = json.loads(openapi())
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    assert not any("{" in path for path in document["paths"])
    assert {each["in"] for operation in operations for each in operation.get("parameters", ())} == {"header"}


async def test_a_balance_is_the_ledgers(partner: Partner) -> None:
    """What is read over the wire is what the books say, stamped with case time."""
    answer = await partner.ask(wire.BALANCES, {"account": ACCOUNT})
    assert wire.Balance.model_validate_json(answer.content) == partner.ledger.balance(ACCOUNT, T0)


async def test_a_hold_turns_its_switches_on_and_a_release_turns_all_off(partner: Partner) -> None:
    """Hold and release act on the switches of the account."""
    await partner.ask(wire.HOLDS, hold(Switch.STATEMENTS, Switch.DUNNING), "k1")
    assert partner.ledger.balance(ACCOUNT, T0).switches_on == (Switch.STATEMENTS, Switch.DUNNING)
    answer = await partner.ask(wire.RELEASES, {"account": ACCOUNT}, "k2")
    assert answer.json() == {"released": True}
    assert partner.ledger.balance(ACCOUNT, T0).switches_on == ()


async def test_the_same_key_asks_once(partner: Partner) -> None:
    """A request that is sent again after a lost answer gets the first answer and places no second hold."""
    first = await partner.ask(wire.HOLDS, hold(Switch.STATEMENTS), "k1")
    again = await partner.ask(wire.HOLDS, hold(Switch.STATEMENTS), "k1")
    assert (again.status_code, again.json()) == (200, first.json())
    assert len(partner.ledger.holds(ACCOUNT)) == 1


async def test_the_same_key_for_something_else_is_a_conflict(partner: Partner) -> None:
    """A key that is used for two requests is a defect of the caller, and neither guess would be right."""
    await partner.ask(wire.HOLDS, hold(Switch.STATEMENTS), "k1")
    for path, body in ((wire.HOLDS, hold(Switch.PLACEMENT)), (wire.RELEASES, {"account": ACCOUNT})):
        answer = await partner.ask(path, body, "k1")
        assert answer.status_code == 409
    assert partner.ledger.balance(ACCOUNT, T0).switches_on == (Switch.STATEMENTS,)


async def test_a_refused_request_leaves_its_key_free(partner: Partner) -> None:
    """What was refused was not done, so the same key may ask again when the reason is gone."""
    assert (await partner.ask(wire.RELEASES, {"account": "PT-2"}, "k1")).status_code == 404
    partner.ledger.open_account("PT-2", 100, T0)
    assert (await partner.ask(wire.RELEASES, {"account": "PT-2"}, "k1")).status_code == 200


@pytest.mark.parametrize(
    ("path", "body", "key", "token", "status"),
    [
        (wire.BALANCES, {"account": "PT-404"}, "", TOKEN, 404),
        (wire.BALANCES, {"account": ACCOUNT}, "", "PT-wrong", 401),
        (wire.BALANCES, {"account": ""}, "", TOKEN, 422),
        (wire.BALANCES, {"account": ["PT-list"]}, "", TOKEN, 422),
        (wire.BALANCES, ["PT-778812"], "", TOKEN, 422),
        (wire.HOLDS, {"account": ACCOUNT, "switches": ["PT-switch"], "reason_code": "COB"}, "k", TOKEN, 422),
        (wire.HOLDS, {"account": ACCOUNT, "switches": [], "reason_code": "COB"}, "k", TOKEN, 422),
        (wire.HOLDS, {"account": ACCOUNT, "switches": ["statements"], "reason_code": "COB"}, "", TOKEN, 422),
        (wire.CHANGES, {"after": -1, "limit": 10}, "", TOKEN, 422),
        (wire.CHANGES, {"after": 0, "limit": 5000}, "", TOKEN, 422),
        ("/v1/nothing", {}, "", TOKEN, 404),
    ],
)
async def test_refusals_are_problem_documents_that_repeat_nothing(
    partner: Partner, path: str, body: object, key: str, token: str, status: int
) -> None:
    """Every refusal has one form, and what was sent does not come back in it (it ends up in logs)."""
    answer = await partner.ask(path, body, key, token)
    problem = wire.Problem.model_validate_json(answer.content)
    assert (answer.status_code, answer.headers["content-type"]) == (status, wire.PROBLEM_JSON)
    assert problem.status == status
    assert "PT-" not in answer.text
    assert partner.ledger.holds(ACCOUNT) == ()


async def test_only_an_unknown_account_is_called_so(partner: Partner) -> None:
    """A caller gives up on an unknown account and only then; a wrong address must not look like one."""
    unknown = await partner.ask(wire.BALANCES, {"account": "PT-404"})
    elsewhere = await partner.ask("/v1/nothing", {"account": ACCOUNT})
    assert unknown.json()["type"] == wire.UNKNOWN_ACCOUNT
    assert elsewhere.json()["type"] != wire.UNKNOWN_ACCOUNT


async def test_changes_come_in_order_and_go_on_where_they_stopped(partner: Partner) -> None:
    """Reading pages after the last place gives every change once, and an empty page keeps the place."""
    partner.ledger.set_switches(ACCOUNT, [Switch.STATEMENTS], T0)
    after, versions = 0, []
    for _ in range(4):
        page = wire.Changes.model_validate_json((await partner.ask(wire.CHANGES, {"after": after, "limit": 2})).content)
        versions += [each.balance.version for each in page.changes]
        after = page.last
    assert (versions, after) == ([1, 2, 3], 3)


async def test_a_switch_that_is_ignored_shows_when_it_is_read_back(partner: Partner) -> None:
    """Billing systems say yes and do nothing: the answer is like any other, the balance is not."""
    partner.faults.ignored_switches = frozenset({Switch.PLACEMENT})
    answer = await partner.ask(wire.HOLDS, hold(*Switch), "k1")
    assert answer.status_code == 200
    assert set(Switch) - set(partner.ledger.balance(ACCOUNT, T0).switches_on) == {Switch.PLACEMENT}


async def test_the_desk_hears_a_notice_once(partner: Partner) -> None:
    """A repeated notice is known by its key."""
    for _ in range(2):
        assert (await partner.notify(b'{"key": "n1", "reason": "late"}', "n1")).status_code == 200
    assert partner.notices == [{"key": "n1", "reason": "late"}]


@pytest.mark.parametrize(
    ("body", "secret", "status"), [(b"{}", b"other", 401), (b"[]", SECRET, 422), (b"{", SECRET, 422)]
)
async def test_the_desk_takes_only_what_is_signed_and_readable(
    partner: Partner, body: bytes, secret: bytes, status: int
) -> None:
    """A forged or broken notice reaches nobody."""
    assert (await partner.notify(body, "n1", secret)).status_code == status
    assert partner.notices == []


async def test_serving_ends_with_its_context() -> None:
    """A demo that ends leaves no server behind, even if a caller still waits for an answer."""
    faults = Faults(silences=1)
    app = ledger_app(Ledger(), TOKEN, lambda: T0, list[dict[str, Any]]().append, faults=faults)
    async with serve(app) as url, httpx2.AsyncClient(base_url=url, trust_env=False) as http:
        with pytest.raises(httpx2.ReadTimeout):
            await http.post(wire.BALANCES, json={}, timeout=0.1)
    async with httpx2.AsyncClient(trust_env=False) as http:
        with pytest.raises(httpx2.ConnectError):
            await http.post(url + wire.BALANCES, json={})
