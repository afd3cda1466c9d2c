"""What other systems say over the API: heard by the live case once, however often it is sent; facts find their case."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2

from casebook import people, reading, repeats, tokens
from casebook.register import KeyKind, find_cases, index_claim
from dashboard.api.scopes import Scope
from dashboard.app import application
from dashboard.premises import Premises
from dashboard.roles import Role
from tests.dashboard.front_office import PRACTICE, away, premises_of
from tests.office import Journey, Office
from tests.workflows.partners import Partners
from worker.cases import Cases

ANSWERED = {
    "party": "secondary",
    "says": "received",
    "person_name": "Kim",
    "document": "portal print 12",
    "payer_claim_number": "PCN77",
}
"""A contact that counts: the payer's portal shows that it has the claim."""


def somebody(at: Premises, name: str, role: Role) -> str:
    """A token of every scope for a user of the office."""
    now = at.wall()
    with at.book.writing() as tx:
        known = people.credentials(tx, name)
        user = known.user if known else people.add_user(
            tx, practice=PRACTICE, name=name, shown_name=name, role=role, at=now
        )  # fmt: skip
        made = tokens.make(
            tx,
            user_id=user.user_id,
            label="test",
            scopes=tuple(Scope),
            made_by=user.user_id,
            at=now,
            expires_at=now + timedelta(days=1),
        )
    return made.secret


@asynccontextmanager
async def asking(
    office: Office, home: Path, cases: Cases | None = None, role: Role = Role.SUPERVISOR
) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of an office's API, for the length of a block."""
    at = premises_of(office, home, cases)
    shown = {"Authorization": f"Bearer {somebody(at, f'api-{role}', role)}"}
    transport = httpx2.ASGITransport(app=application(at), raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="https://testserver/api/v1", headers=shown) as client:
        yield client


async def settled(office: Office) -> Journey:
    """A case that has come to rest, found by its claim number as intake makes it."""
    journey = await office.journey()
    await journey.settled()
    with office.book.writing() as tx:
        index_claim(tx, PRACTICE, KeyKind.CLAIM_NUMBER, journey.number, journey.case_id)
    return journey


def money(fact_id: str, journey: Journey, **said: Any) -> dict[str, Any]:
    """A deposit, as a bank's system tells it."""
    at = journey.now().isoformat()
    return {"kind": "money_arrived", "fact_id": fact_id, "happened_at": at, "learnt_at": at, "amount": 32_000, **said}


async def test_a_contact_says_at_once_whether_it_counts(office: Office, tmp_path: Path) -> None:
    """A document that the payer has the claim counts; a call that brought nothing does not, and hears what would."""
    journey = await settled(office)
    async with asking(office, tmp_path) as client:
        vague = (await client.post(f"/cases/{journey.case_id}/contacts", json={"party": "secondary"})).json()
        real = (await client.post(f"/cases/{journey.case_id}/contacts", json=ANSWERED)).json()
        assert (vague["state"], vague["counts"]) == ("heard", False)
        assert vague["would_count"]
        assert (real["state"], real["counts"]) == ("heard", True)
        live = (await client.get(f"/cases/{journey.case_id}/where")).json()
    assert live["live"] is True
    assert live["standing"]["revision"] == real["standing"]["revision"]


async def test_the_same_key_does_it_once_and_answers_alike(office: Office, tmp_path: Path) -> None:
    """An answer that was lost on the way is asked for again, with the same key: the case has heard it once."""
    journey = await settled(office)
    key, address = {"Idempotency-Key": "call-1"}, f"/cases/{journey.case_id}/contacts"
    async with asking(office, tmp_path) as client:
        first, again = [await client.post(address, json=ANSWERED, headers=key) for _ in range(2)]
        other = await client.post(address, json={"party": "primary"}, headers=key)
    assert first.json() == again.json()
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert (other.status_code, other.json()["type"]) == (422, "urn:baton:problem:key-used-otherwise")
    assert [each for each, _ in journey.known()].count(first.json()["fact_id"]) == 1


async def test_a_key_that_was_forgotten_still_makes_no_second_fact(office: Office, tmp_path: Path) -> None:
    """The fact's id follows from the key: an answer that was lost between engine and API is harmless too."""
    journey = await settled(office)
    key, address = {"Idempotency-Key": "call-2"}, f"/cases/{journey.case_id}/contacts"
    async with asking(office, tmp_path) as client:
        first = (await client.post(address, json=ANSWERED, headers=key)).json()
        with office.book.writing() as tx:
            tx.connection.execute(repeats.REPEATS.delete())
        again = (await client.post(address, json=ANSWERED, headers=key)).json()
    assert first["fact_id"] == again["fact_id"]
    assert [each for each, _ in journey.known()].count(first["fact_id"]) == 1


async def test_while_the_first_is_under_way_the_second_waits(office: Office, tmp_path: Path) -> None:
    """Of requests with one key at once one does the work, others are told to ask again; a lost one is taken over."""
    journey = await settled(office)
    async with asking(office, tmp_path) as client:
        answers = await asyncio.gather(
            *(
                client.post(
                    f"/cases/{journey.case_id}/holds",
                    json={"reason": "bill came"},
                    headers={"Idempotency-Key": "hold-1"},
                )
                for _ in range(3)
            )
        )
    statuses = sorted({each.status_code for each in answers})
    assert statuses in ([200], [200, 409])
    under_way = [each for each in answers if each.status_code == 409]
    assert all(each.json()["type"] == "urn:baton:problem:under-way" for each in under_way)
    now = datetime.now(UTC)
    with office.book.writing() as tx:
        assert repeats.begin(tx, "user", "lost", "request", now) is None
        assert repeats.begin(tx, "user", "lost", "request", now + repeats.GIVEN_UP) is None


async def test_an_answer_is_kept_for_two_days(office: Office) -> None:
    """Afterwards the key is free again; what is kept is sealed, and the key itself is not to be read."""
    now = datetime.now(UTC)
    with office.book.writing() as tx:
        assert repeats.begin(tx, "user", "old", "request", now) is None
        repeats.finish(tx, "user", "old", 200, b'{"sentence": "Quillfeather"}')
        given = repeats.begin(tx, "user", "old", "request", now + repeats.KEPT)
        assert given == repeats.GivenAnswer(status=200, body=b'{"sentence": "Quillfeather"}')
        kept = tx.connection.execute(repeats.REPEATS.select()).mappings().all()
        assert not [each for each in kept if b"Quillfeather" in (each["body"] or b"") or each["key"] == "old"]
        assert repeats.begin(tx, "user", "old", "another request", now + repeats.KEPT * 1.01) is None


async def test_what_a_case_refuses_is_a_conflict_and_its_key_is_free(office: Office, tmp_path: Path) -> None:
    """A refusal says the way out; the same key may then be used for what can be taken."""
    journey = await settled(office)
    address, key = f"/cases/{journey.case_id}/acts", {"Idempotency-Key": "snooze-1"}
    async with asking(office, tmp_path) as client:
        refused = await client.post(address, json={"act": "snoozed"}, headers=key)
        assert (refused.status_code, refused.json()["detail"]) == (409, "A snooze needs a date after today.")
        until = (journey.now() + timedelta(days=3)).date().isoformat()
        taken = await client.post(address, json={"act": "snoozed", "until": until}, headers=key)
        assert taken.json()["state"] == "heard", taken.text
        assert (await client.post(address, json={"act": "taken"})).json()["type"].endswith("which-task")
        assert (await client.post(address, json={"act": "assigned", "person": "nobody"})).status_code == 422


async def test_a_decision_needs_a_real_second_person(office: Office, tmp_path: Path) -> None:
    """4.4: oneself, a made-up name, a case manager or a system is refused; with another lead it is heard."""
    journey = await settled(office)
    for name, role in (("colleague", Role.LEAD), ("junior", Role.CASE_MANAGER), ("machine", Role.SERVICE)):
        somebody(premises_of(office, tmp_path), name, role)
    close = {"decision": "close", "reason": "written off by agreement"}
    async with asking(office, tmp_path) as client:
        for second in ("api-supervisor", "nobody", "junior", "machine"):
            refused = await client.post(f"/cases/{journey.case_id}/decisions", json={**close, "second_person": second})
            assert refused.status_code == 422, second
            say = {"kind": "decision", **close, "second_person": second}
            [many] = (await client.post("/bulk", json={"case_ids": [journey.case_id], "say": say})).json()["items"]
            assert (many["state"], "another lead or supervisor" in many["problem"]) == ("refused", True)
        heard = await client.post(f"/cases/{journey.case_id}/decisions", json={**close, "second_person": "Colleague"})
        assert heard.json()["state"] == "heard", heard.text


async def test_a_preview_tells_what_each_case_would_make_of_it(office: Office, tmp_path: Path) -> None:
    """I2, I5: a vague call would not count, a claim sent now might arrive twice; no case hears anything of either."""
    journey = await settled(office)
    await journey.tell(Partners().primary(journey.now()))
    await journey.settled()
    nowhere = "case-" + "a" * 26
    somebody(premises_of(office, tmp_path), "colleague", Role.LEAD)
    again = {"kind": "decision", "decision": "resubmit_now", "reason": "agreed", "second_person": "colleague"}

    async def foreseen(client: httpx2.AsyncClient, **say: Any) -> dict[str, Any]:
        body = {"case_ids": [journey.case_id, nowhere], "say": say}
        answer = await client.post("/bulk/preview", json=body)
        assert answer.status_code == 200, answer.text
        found = answer.json()
        assert found["unknown"] == 1
        [line] = found["items"]
        return dict(line)

    before = journey.known()
    async with asking(office, tmp_path) as client:
        vague = await foreseen(client, kind="contact", party="secondary")
        sent = await foreseen(client, **again)
        late = await foreseen(client, kind="act", act="snoozed", until="2020-01-01")
    assert (vague["will"], vague["counts"]) == (True, False)
    assert (sent["will"], bool(sent["objections"])) == (True, True), sent
    assert (late["will"], late["says"]) == (False, ["a snooze needs a date after today"])
    assert journey.known() == before


async def test_with_the_engine_away_it_waits(office: Office, tmp_path: Path) -> None:
    """What is said is kept and told later: 202, and an address at which its fate can be looked up."""
    journey = await settled(office)
    async with asking(office, tmp_path, away(office)) as client:
        waits = await client.post(f"/cases/{journey.case_id}/holds", json={"reason": "bill came"})
        assert waits.status_code == 202
        assert waits.json()["state"] == "waits"
        fate = await client.get(waits.headers["location"].removeprefix("/api/v1"))
        assert fate.json()["state"] == "waits"
        assert (await client.get(f"/cases/{journey.case_id}/where")).json()["live"] is False


async def test_many_cases_answer_for_themselves(office: Office, tmp_path: Path) -> None:
    """One thing said to many cases: each hears it once, and a case that is not there stops no other."""
    cases = [await settled(office) for _ in range(3)]
    unknown = "case-" + "a" * 26
    asked = {"case_ids": [*(each.case_id for each in cases), unknown], "say": {"kind": "hold", "reason": "outage"}}
    async with asking(office, tmp_path) as client:
        first, again = [
            (await client.post("/bulk", json=asked, headers={"Idempotency-Key": "bulk-1"})).json() for _ in range(2)
        ]
    assert first == again
    assert (first["heard"], first["unknown"]) == (3, 1)
    for journey, item in zip(cases, first["items"], strict=False):
        assert [each for each, _ in journey.known()].count(item["fact_id"]) == 1


# ---- facts of other systems -----------------------------------------------------------------------------------------


async def test_a_fact_finds_its_case_and_is_told_once(office: Office, tmp_path: Path) -> None:
    """By claim number, sent twice: the case has it once, as good as its kind, from the bank, learnt now."""
    journey = await settled(office)
    fed = {"claim_number": journey.number, "fact": {**money("bank-1", journey), "grade": 0, "sender": "provider"}}
    async with asking(office, tmp_path, role=Role.SERVICE) as client:
        first, again = [(await client.post("/facts", json=fed)).json() for _ in range(2)]
    assert (first["state"], first["case_ids"]) == ("delivered", [journey.case_id])
    assert (again["state"], again["fact_id"]) == ("repeated", first["fact_id"])
    await journey.settled(first["fact_id"])
    with office.book.reading() as tx:
        (heard,) = [
            each.entry.fact for each in reading.history(tx, journey.case_id) if each.entry.fact.kind == "money_arrived"
        ]
    assert (heard.fact_id, heard.sender.value, heard.grade.name) == (first["fact_id"], "bank", "SETTLED")
    assert "bank-1" not in heard.fact_id


async def test_a_fact_of_an_unknown_claim_waits_for_its_case(office: Office, tmp_path: Path) -> None:
    """Parked, not lost: 202, and told once when a case with this number opens."""
    journey = await settled(office)
    async with asking(office, tmp_path, role=Role.SERVICE) as client:
        parked = await client.post("/facts", json={"claim_number": "UNHEARD-OF", "fact": money("bank-2", journey)})
        assert (parked.status_code, parked.json()["state"]) == (202, "parked")
        assert (
            await client.post("/facts", json={"claim_number": "UNHEARD-OF", "fact": money("bank-2", journey)})
        ).json()["state"] == "parked"
    from casebook.register import parked_for

    with office.book.reading() as tx:
        waiting = parked_for(tx, PRACTICE, KeyKind.CLAIM_NUMBER, "UNHEARD-OF")
    assert [each.fact_id for each in waiting] == [parked.json()["fact_id"]]


async def test_with_the_engine_away_a_fact_is_to_be_sent_again(office: Office, tmp_path: Path) -> None:
    """Nothing is noted of a fact that no case was told: 503, and the same fact is delivered later."""
    journey = await settled(office)
    fed = {"case_id": journey.case_id, "fact": money("bank-3", journey)}
    async with asking(office, tmp_path, away(office), Role.SERVICE) as client:
        refused = await client.post("/facts", json=fed)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "10")
    async with asking(office, tmp_path, role=Role.SERVICE) as client:
        assert (await client.post("/facts", json=fed)).json()["state"] == "delivered"


async def test_only_what_a_machine_may_tell_is_fed(office: Office, tmp_path: Path) -> None:
    """People's words and our own clocks are nobody's to feed, nor is the future; only a service feeds at all."""
    journey = await settled(office)
    tomorrow = (journey.now() + timedelta(days=1)).isoformat()
    async with asking(office, tmp_path, role=Role.SERVICE) as client:
        for wrong in (
            {**money("x-1", journey), "kind": "supervisor_decided"},
            {**money("x-2", journey), "kind": "clock_ran_out"},
            money("x-3", journey, happened_at=tomorrow),
            money("", journey),
        ):
            answer = await client.post("/facts", json={"case_id": journey.case_id, "fact": wrong})
            assert answer.status_code == 422, answer.text
        assert (await client.post("/facts", json={"fact": money("x-4", journey)})).status_code == 422
    async with asking(office, tmp_path) as client:
        answer = await client.post("/facts", json={"case_id": journey.case_id, "fact": money("x-5", journey)})
        assert answer.json()["missing"] == "feed"
    with office.book.reading() as tx:
        assert find_cases(tx, PRACTICE, KeyKind.CLAIM_NUMBER, journey.number) == (journey.case_id,)
