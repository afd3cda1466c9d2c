"""Over the API a supervisor lets people and systems in, as on the pages; and others follow what changes."""

from __future__ import annotations

import asyncio
import json
import tomllib
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any

import httpx2
import pytest

from casebook import incidents, reading, tokens
from casebook.record import record
from dashboard import live
from dashboard.api.scopes import Scope
from dashboard.roles import Role
from dashboard.serving import serving_pages
from journey.words import Hop
from tests.dashboard.api_keys import API, caller, person, service, token
from tests.dashboard.conftest import PEOPLE, Desk

NEW = {"name": "Nora.N", "shown_name": "Nora Noon", "role": "case_manager", "password": "a long enough password"}


def noted(desk: Desk) -> set[str]:
    """What the access log says was done."""
    return {each["what"] for each in caller(desk, Role.AUDITOR).get("/accesses").json()["items"]}


# ---- users ----------------------------------------------------------------------------------------------------------


def test_a_new_person_signs_in_and_is_kept_out(desk: Desk) -> None:
    """Added over the API they sign in with the password; kept out they are out at once; each step is noted."""
    supervisor, browser = caller(desk, Role.SUPERVISOR), desk.browser()
    made = supervisor.post("/users", json=NEW)
    assert made.status_code == 201, made.text
    assert "password" not in made.text
    sign_in = {"name": "nora.n", "password": NEW["password"], "next": "/password"}
    assert browser.post("/sign-in", data=sign_in).url.path == "/password"
    address = f"/users/{made.json()['user_id']}"
    assert supervisor.patch(address, json={"role": "lead", "disabled": True}).json()["role"] == "lead"
    assert browser.get("/password", follow_redirects=False).status_code == 303
    assert supervisor.patch(address, json={"disabled": False}).json()["disabled_at"] is None
    assert noted(desk) >= {"user added", "user role changed", "user kept out", "user let in"}


def test_what_cannot_be_done_with_users_is_refused(desk: Desk) -> None:
    """No weak password, no name twice, no password for a service, no change between people and services."""
    supervisor = caller(desk, Role.SUPERVISOR)
    assert supervisor.post("/users", json={**NEW, "password": "short"}).status_code == 422
    assert supervisor.post("/users", json={**NEW, "role": "service"}).status_code == 422
    assert supervisor.post("/users", json={**NEW, "name": PEOPLE[Role.LEAD][0]}).status_code == 409
    into_service = supervisor.patch(f"/users/{person(desk, Role.LEAD)}", json={"role": "service"})
    assert into_service.json()["type"] == "urn:baton:problem:not-a-service"
    assert supervisor.patch(f"/users/{'0' * 32}", json={"disabled": True}).status_code == 404


def test_the_last_supervisor_stays(desk: Desk) -> None:
    """Nobody locks the practice out of its own administration."""
    supervisor, own = caller(desk, Role.SUPERVISOR), person(desk, Role.SUPERVISOR)
    for change in ({"disabled": True}, {"role": "viewer"}):
        assert supervisor.patch(f"/users/{own}", json=change).json()["type"].endswith("last-supervisor")


# ---- tokens ---------------------------------------------------------------------------------------------------------


def test_a_token_made_over_the_api_works_until_it_is_revoked(desk: Desk) -> None:
    """Its secret stands in the first answer alone; a repeated request makes no second token."""
    supervisor = caller(desk, Role.SUPERVISOR)
    asked = {"user_id": service(desk), "label": "billing system", "scopes": ["read", "feed"], "days": 30}
    first, again = (supervisor.post("/tokens", json=asked, headers={"Idempotency-Key": "token-1"}) for _ in range(2))
    assert first.status_code == 201, first.text
    assert again.json() == {**first.json(), "secret": None}
    client = caller(desk, Role.VIEWER)
    client.headers["Authorization"] = f"Bearer {first.json()['secret']}"
    assert client.get("/cases").status_code == 200
    assert client.get("/insights").json()["missing"] == "insights"
    listed = supervisor.get("/tokens")
    assert first.json()["secret"] not in listed.text
    token_id = first.json()["token"]["token_id"]
    assert sum(each["label"] == "billing system" for each in listed.json()["items"]) == 1
    assert supervisor.delete(f"/tokens/{token_id}").status_code == 204
    assert client.get("/cases").status_code == 401


def test_nobody_makes_a_key_to_another_persons_work(desk: Desk) -> None:
    """A token is for a service or for oneself, and has no scope that the token has not which made it."""
    supervisor = caller(desk, Role.SUPERVISOR)
    asked = {"user_id": person(desk, Role.LEAD), "label": "x", "scopes": ["read"]}
    assert supervisor.post("/tokens", json=asked).status_code == 409
    narrow = caller(desk, Role.SUPERVISOR, Scope.ADMINISTER)
    assert narrow.post("/tokens", json={"label": "x", "scopes": ["administer", "decide"]}).status_code == 403
    assert narrow.post("/tokens", json={"label": "x", "scopes": ["administer"], "days": 1}).status_code == 201


def test_another_practices_administration_is_not_there(desk: Desk) -> None:
    """Users, tokens and webhooks of another practice can be neither listed nor changed."""
    other = service(desk, practice="other", name="other-system")
    secret = token(desk, other, Scope.READ)
    with desk.premises.book.reading() as tx:
        found = tokens.find(tx, secret, datetime.now(UTC))
    assert found
    supervisor = caller(desk, Role.SUPERVISOR)
    assert other not in supervisor.get("/users").text
    assert found.token.token_id not in supervisor.get("/tokens").text
    assert supervisor.patch(f"/users/{other}", json={"disabled": True}).status_code == 404
    assert supervisor.delete(f"/tokens/{found.token.token_id}").status_code == 404
    assert supervisor.post("/tokens", json={"user_id": other, "label": "x", "scopes": ["read"]}).status_code == 404


# ---- plan -----------------------------------------------------------------------------------------------------------


def another_plan() -> str:
    """The standard plan under another version."""
    text = files("journey.plans").joinpath("standard_plan.toml").read_text(encoding="utf-8")
    version = tomllib.loads(text)["version"]
    return text.replace(f'version = "{version}"', 'version = "api-1"', 1)


def test_two_persons_change_the_plan(desk: Desk) -> None:
    """A lead proposes, cannot approve; a supervisor approves; whoever proposed a change cannot decide on it."""
    lead, supervisor = caller(desk, Role.LEAD), caller(desk, Role.SUPERVISOR)
    made = lead.post("/plan/changes", json={"text": another_plan(), "reason": "trial"})
    assert made.status_code == 201, made.text
    address = f"/plan/changes/{made.json()['plan_id']}/decision"
    assert lead.post(address, json={"state": "approved"}).json()["missing"] == "approve_plan"
    assert supervisor.post(address, json={"state": "rejected"}).status_code == 422
    approved = supervisor.post(address, json={"state": "approved"})
    assert (approved.json()["state"], approved.json()["decided_by"]) == ("approved", PEOPLE[Role.SUPERVISOR][0])
    assert supervisor.post(address, json={"state": "approved"}).status_code == 409


def test_an_unusable_plan_is_told_what_is_wrong(desk: Desk) -> None:
    """Everything that is wrong with a plan stands in the answer, and nothing is proposed."""
    lead = caller(desk, Role.LEAD)
    answer = lead.post("/plan/changes", json={"text": 'version = "x"', "reason": "trial"})
    assert answer.status_code == 422
    assert answer.json()["errors"]
    assert lead.get("/plan/changes").json()["items"] == []


# ---- events ---------------------------------------------------------------------------------------------------------


async def test_changes_are_followed_by_id_and_revision(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream tells which cases of the practice moved, and nothing that names anybody; it ends with the server."""
    monkeypatch.setattr(live, "LOOK_EVERY", 0.05)
    monkeypatch.setattr(live, "HEARTBEAT", 0.1)
    shown = {"Authorization": f"Bearer {token(desk, service(desk), Scope.READ)}"}
    with desk.premises.book.reading() as tx:
        case = reading.case_state(tx, reading.list_cases(tx, limit=1).rows[0].case_id)

    async def told(lines: Any) -> dict[str, int]:
        """The first change after those of the season, which has just ended when this test comes first."""
        async for line in lines:
            if line.startswith("data:") and case.case_id in line:
                found: dict[str, int] = json.loads(line.removeprefix("data:"))["cases"]
                if found[case.case_id] > case.revision:
                    return found
        raise AssertionError("the stream ended")

    changes: live.Changes = desk.app.state.changes
    async with (
        changes.followed(desk.premises),
        serving_pages(desk.app, "127.0.0.1:0") as address,
        httpx2.AsyncClient(base_url=address, headers=shown) as client,
        client.stream("GET", f"{API}/events") as answer,
    ):
        assert answer.headers["content-type"].startswith("text/event-stream")
        after = case.model_copy(update={"revision": case.revision + 1})

        def write() -> None:
            with desk.premises.book.writing() as tx:
                record(tx, after, "As it stands now.")

        await asyncio.to_thread(write)
        async with asyncio.timeout(30):
            found = await told(answer.aiter_lines())
    assert found[case.case_id] == after.revision


async def test_a_stream_ends_with_its_token(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A revoked token hears nothing more, however long its stream has been open."""
    for name in ("LOOK_EVERY", "HEARTBEAT", "SESSION_CHECK"):
        monkeypatch.setattr(live, name, 0.05)
    secret = token(desk, service(desk), Scope.READ)
    with desk.premises.book.reading() as tx:
        found = tokens.find(tx, secret, datetime.now(UTC))
    assert found
    async with (
        serving_pages(desk.app, "127.0.0.1:0") as address,
        httpx2.AsyncClient(base_url=address, headers={"Authorization": f"Bearer {secret}"}) as client,
        client.stream("GET", f"{API}/events") as answer,
    ):
        lines = answer.aiter_lines()
        assert await anext(lines) == ": Baton"
        with desk.premises.book.writing() as tx:
            tokens.revoke(tx, "practice", found.token.token_id, datetime.now(UTC))
        async with asyncio.timeout(30):
            rest = [each async for each in lines]
    assert "event: ended" in rest


# ---- outages --------------------------------------------------------------------------------------------------------


def test_an_outage_is_read_and_taken_back(desk: Desk) -> None:
    """Its decision can be undone once for all its cases, by who may decide; another practice does not see it."""
    now = desk.premises.now()
    declared = incidents.Incident(
        incident_id="incident-0123456789abcdef",
        practice="practice",
        payer_id="SEC22",
        hop=Hop.ACCEPTED,
        declared_by=PEOPLE[Role.SUPERVISOR][0],
        declared_at=now,
        until=now + timedelta(days=3),
        reason="portal down",
    )
    with desk.premises.book.writing() as tx:
        incidents.declare(tx, declared)
    supervisor, lead = caller(desk, Role.SUPERVISOR), caller(desk, Role.LEAD)
    address = f"/outages/{declared.incident_id}"
    assert [each["reason"] for each in lead.get("/outages").json()["declared"]] == ["portal down"]
    assert lead.post(f"{address}/undo", json={"reason": "back"}).json()["missing"] == "decide"
    undone = supervisor.post(f"{address}/undo", json={"reason": "it is back"}).json()
    assert (undone["undone_by"], undone["undone_reason"]) == (PEOPLE[Role.SUPERVISOR][0], "it is back")
    lead.headers["Authorization"] = f"Bearer {token(desk, service(desk, practice='other', name='other-system'))}"
    assert lead.get(address).status_code == 404
