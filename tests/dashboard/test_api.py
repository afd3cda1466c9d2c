"""The API: who gets in, what each may do, and that lists and cases are what the pages show."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from casebook import accesses, people, reading, tokens
from casebook.webhooks import Event
from dashboard.api.app import openapi
from dashboard.api.scopes import SCOPE_OF, Scope
from dashboard.roles import Right, Role
from journey.words import Party
from tests.dashboard.api_keys import API, caller, person, service, token
from tests.dashboard.conftest import Desk

CONTRACT = Path(__file__).parents[2] / "docs" / "api-openapi.json"


def ids(desk: Desk) -> list[str]:
    """Every case of the casebook."""
    with desk.premises.book.reading() as tx:
        return sorted(each.case_id for each in reading.list_cases(tx, reading.Filter(is_open=None), limit=1000).rows)


def all_pages(client: Any, address: str, **asked: Any) -> list[dict[str, Any]]:
    """Every item of a list, read page by page."""
    found: list[dict[str, Any]] = []
    while True:
        answer = client.get(address, params=asked)
        assert answer.status_code == 200, answer.text
        found += answer.json()["items"]
        if not answer.json()["next"]:
            return found
        asked["after"] = answer.json()["next"]


# ---- the way in -----------------------------------------------------------------------------------------------------


def test_nobody_gets_in_without_a_token(desk: Desk) -> None:
    """A request that shows nothing, a made-up token or half of one is refused alike, as a problem document."""
    client = caller(desk, Role.VIEWER)
    for shown in ("", "Bearer baton_made-up", "Bearer", f"Basic {client.headers['Authorization'][7:]}"):
        client.headers["Authorization"] = shown
        answer = client.get("/cases")
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.json()["type"] == "urn:baton:problem:not-signed-in"


def test_a_revoked_or_expired_token_is_worth_nothing(desk: Desk) -> None:
    """The way in ends when a token is revoked, when its time is over, and when its user is kept out."""
    user = service(desk)
    lasting, over = token(desk, user, Scope.READ), token(desk, user, Scope.READ, days=-1)
    client = caller(desk, Role.VIEWER)

    def status(secret: str) -> int:
        client.headers["Authorization"] = f"Bearer {secret}"
        return client.get("/cases").status_code

    assert [status(lasting), status(over)] == [200, 401]
    with desk.premises.book.writing() as tx:
        people.set_disabled(tx, user, datetime.now(UTC), datetime.now(UTC))
    assert status(lasting) == 401
    with desk.premises.book.writing() as tx:
        people.set_disabled(tx, user, None, datetime.now(UTC))
        found = tokens.find(tx, lasting, datetime.now(UTC))
        assert found
        assert found.token.used_at is not None
        tokens.revoke(tx, "practice", found.token.token_id, datetime.now(UTC))
    assert status(lasting) == 401


def test_the_database_holds_no_secret(desk: Desk) -> None:
    """Whoever copies the casebook can use none of the tokens in it."""
    secret = token(desk, service(desk), Scope.READ)
    desk.premises.book.close()
    kept = b"".join(each.read_bytes() for each in desk.premises.settings.home.glob("casebook.sqlite*"))
    assert secret.encode() not in kept
    assert secret.removeprefix("baton_").encode() not in kept


@pytest.mark.parametrize("scope", Scope)
def test_a_token_does_what_its_scopes_say_and_no_more(desk: Desk, scope: Scope) -> None:
    """A supervisor's token reads cases only with `read`; a refusal names the scope that is missing."""
    answer = caller(desk, Role.SUPERVISOR, scope).get("/cases")
    assert answer.status_code == (200 if scope is Scope.READ else 403)
    if scope is not Scope.READ:
        assert answer.json()["missing"] == "read"


@pytest.mark.parametrize(
    ("role", "address", "right"),
    [
        (Role.VIEWER, "/insights", Right.SEE_INSIGHTS),
        (Role.CASE_MANAGER, "/accesses", Right.AUDIT),
        (Role.LEAD, "/users", Right.ADMINISTER),
        (Role.AUDITOR, "/webhooks", Right.ADMINISTER),
        (Role.SERVICE, "/tokens", Right.ADMINISTER),
    ],
)
def test_scopes_give_no_right_that_the_role_has_not(desk: Desk, role: Role, address: str, right: Right) -> None:
    """A token of every scope stays within its user's role; the refusal says what the role lacks."""
    answer = caller(desk, role).get(address)
    assert answer.status_code == 403
    assert answer.json()["missing"] == right.value


def test_every_right_has_its_scope() -> None:
    """No right can be used with a token that was not given for it."""
    assert set(SCOPE_OF) == set(Right)
    assert set(SCOPE_OF.values()) == set(Scope)


def test_a_signed_in_browser_reads_and_needs_the_form_token_to_change(desk: Desk) -> None:
    """The pages' own script may ask the API; another site cannot make it do anything."""
    browser = desk.browser(Role.CASE_MANAGER)
    case_id = ids(desk)[0]
    assert browser.get(f"{API}/cases").status_code == 200
    form_token = browser.get("/password").text.split('name="form_token" value="')[1].split('"')[0]
    sought = {"text": "zzzz"}
    assert browser.post(f"{API}/cases/search", json=sought).json()["missing"] == "X-Form-Token"
    assert browser.post(f"{API}/cases/search", json=sought, headers={"X-Form-Token": form_token}).status_code == 200
    foreign = {"X-Form-Token": form_token, "Sec-Fetch-Site": "cross-site"}
    assert browser.post(f"{API}/cases/{case_id}/holds", json={"reason": "x"}, headers=foreign).status_code == 403


def test_who_asks_too_often_is_told_when_to_go_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token that goes beyond its limit hears in how many seconds it may go on; another token is not held up."""
    from limits import parse

    monkeypatch.setattr("dashboard.api.callers.API", parse("3/minute"))
    eager, calm = caller(desk, Role.VIEWER), caller(desk, Role.VIEWER)
    answers = [eager.get("/cases/counts") for _ in range(4)]
    assert [each.status_code for each in answers] == [200, 200, 200, 429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60
    assert calm.get("/cases/counts").status_code == 200


# ---- problems -------------------------------------------------------------------------------------------------------


def test_problems_name_fields_and_never_values(desk: Desk) -> None:
    """What somebody sent stands in no problem document: it may name a patient."""
    secret = "Quillfeather-1QH4TE5MK73"
    client, case_id = caller(desk, Role.LEAD), ids(desk)[0]
    answers = [
        client.post(f"/cases/{case_id}/contacts", json={"party": secret, "says": secret, "promised_date": secret}),
        client.post(f"/cases/{case_id}/holds", json={"reason": {"x": secret}}),
        client.post(f"/cases/{case_id}/holds", content=secret),
        client.post("/bulk", json={"case_ids": [secret], "say": {"kind": secret}}),
        client.get(f"/cases/{secret}"),
        client.get("/cases", params={"hop": secret, "after": secret}),
        client.get("/cases", params={"after": secret}),
    ]
    for answer in answers:
        assert answer.status_code == 422, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert secret not in answer.text
        assert {"type", "title", "status", "detail", "instance"} <= set(answer.json())
    assert {each["field"] for each in answers[0].json()["errors"]} == {
        "body.party", "body.says", "body.promised_date"
    }  # fmt: skip


def test_unknown_addresses_and_methods_are_problems_too(desk: Desk) -> None:
    """Whatever goes wrong, another system reads one form of answer."""
    client = caller(desk, Role.VIEWER)
    for answer, status in ((client.get("/nothing"), 404), (client.put("/cases"), 405)):
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_that_is_too_large_is_not_read(desk: Desk) -> None:
    """A megabyte is more than anything that the API takes."""
    answer = caller(desk, Role.VIEWER).post("/cases/search", content=b" " * 2_000_000)
    assert answer.status_code == 413
    assert answer.json()["status"] == 413


# ---- cases ----------------------------------------------------------------------------------------------------------


def test_paging_shows_every_case_exactly_once(desk: Desk) -> None:
    """Cases that are worked and those that are resolved are all there are, however small the pages."""
    client = caller(desk, Role.VIEWER)
    listed = [
        each["case_id"] for view in ("everyone", "resolved") for each in all_pages(client, "/cases", view=view, limit=7)
    ]
    assert Counter(listed) == Counter(ids(desk))


def test_a_list_has_what_its_counts_and_groups_say(desk: Desk) -> None:
    """Counts, groups and lists are of the same cases."""
    client = caller(desk, Role.CASE_MANAGER)
    views = client.get("/cases/counts").json()["views"]
    for view, count in views.items():
        assert len(all_pages(client, "/cases", view=view)) == count
    groups = client.get("/cases/groups", params={"by": "payer"}).json()["items"]
    assert sum(each["cases"] for each in groups) == views["everyone"]
    first = groups[0]
    assert len(all_pages(client, "/cases", payer_id=first["key"])) == first["cases"]


def test_a_misspelt_filter_is_refused(desk: Desk) -> None:
    """A filter that nobody knows would silently show everything."""
    answer = caller(desk, Role.VIEWER).get("/cases", params={"hopp": "paid"})
    assert answer.json()["errors"][0]["field"] == "query.hopp"


def test_a_case_is_found_by_what_people_have_at_hand(desk: Desk) -> None:
    """Claim number, member id and name find the case; what was sought stands in no address."""
    case_id = ids(desk)[0]
    with desk.premises.book.reading() as tx:
        claim = reading.case_state(tx, case_id).claim
    client = caller(desk, Role.CASE_MANAGER)
    for text in (claim.claim_number, claim.coverages[0].member_id, case_id[:14]):
        found = client.post("/cases/search", json={"text": text}).json()["items"]
        assert case_id in {each["case_id"] for each in found}


def test_member_ids_are_masked_wherever_they_stand(desk: Desk) -> None:
    """Without the right and the wish to see them, no member id leaves: not in the claim, the evidence or a sentence."""
    masked = caller(desk, Role.VIEWER)
    for case_id in ids(desk):
        with desk.premises.book.reading() as tx:
            claim = reading.case_state(tx, case_id).claim
        numbers = {each.member_id for each in claim.coverages if len(each.member_id) > 2}
        whole = masked.get(f"/cases/{case_id}")
        assert whole.status_code == 200, whole.text
        assert whole.json()["ids"] == "masked"
        told = whole.text + masked.get(f"/cases/{case_id}/history").text + masked.get(f"/cases/{case_id}/where").text
        assert [each for each in numbers if each in told] == []


def test_showing_member_ids_needs_right_and_scope_and_is_noted(desk: Desk) -> None:
    """`ids=true` shows them to a case manager whose token says so; a viewer and another scope are refused."""
    case_id = ids(desk)[0]
    asked = {"ids": "true"}
    assert caller(desk, Role.VIEWER).get(f"/cases/{case_id}", params=asked).json()["missing"] == "see_ids"
    narrow = caller(desk, Role.CASE_MANAGER, Scope.READ)
    assert narrow.get(f"/cases/{case_id}", params=asked).json()["missing"] == "read_ids"
    with desk.premises.book.reading() as tx:
        member_id = reading.case_state(tx, case_id).claim.coverages[0].member_id
    shown = caller(desk, Role.CASE_MANAGER).get(f"/cases/{case_id}", params=asked)
    assert shown.json()["case"]["claim"]["coverages"][0]["member_id"] == member_id
    with desk.premises.book.reading() as tx:
        noted = accesses.accesses(tx, "practice", user_id=person(desk, Role.CASE_MANAGER), case_id=case_id)
    assert [each.what for each in noted] == ["member id"]


def test_the_claim_as_billed_never_leaves(desk: Desk) -> None:
    """The segments repeat name, address and birth date: nobody needs them over the API."""
    answer = caller(desk, Role.SUPERVISOR).get(f"/cases/{ids(desk)[0]}", params={"ids": "true"})
    assert answer.json()["case"]["claim"]["segments"] == []


def test_history_is_read_in_pages_and_verified(desk: Desk) -> None:
    """Every entry once, in order, with its hash; the chain's verdict beside it."""
    client, case_id = caller(desk, Role.VIEWER), ids(desk)[0]
    whole = client.get(f"/cases/{case_id}/history", params={"limit": 500}).json()
    assert whole["chain"] == "verified"
    paged = all_pages(client, f"/cases/{case_id}/history", limit=2)
    assert paged == whole["items"]
    assert [each["seq"] for each in paged] == list(range(1, len(paged) + 1))


def test_where_falls_back_on_what_was_written(desk: Desk) -> None:
    """With the engine away people and systems go on reading, and are told that it is not live."""
    case_id = ids(desk)[0]
    answer = caller(desk, Role.VIEWER).get(f"/cases/{case_id}/where").json()
    assert answer["live"] is False
    assert answer["why_not"]
    with desk.premises.book.reading() as tx:
        assert answer["standing"]["revision"] == reading.case_row(tx, case_id).revision
    sentence = caller(desk, Role.VIEWER).get(f"/cases/{case_id}/sentence").json()
    assert sentence["sentence"].endswith(".")


def test_another_practice_sees_nothing(desk: Desk) -> None:
    """Lists are empty, and a case, its history, packet and sayings are not found, whatever the scopes."""
    user = service(desk, practice="other", name="other-system")
    client = caller(desk, Role.VIEWER)
    client.headers["Authorization"] = f"Bearer {token(desk, user)}"
    case_id = ids(desk)[0]
    assert client.get("/cases").json()["items"] == []
    assert client.post("/cases/search", json={"text": case_id}).json()["items"] == []
    assert client.get("/insights").json()["overview"]["cases"] == 0
    for part in ("", "/history", "/where", "/sentence", "/packet", "/sayings/contact:1"):
        assert client.get(f"/cases/{case_id}{part}").status_code == 404, part
    assert client.post(f"/cases/{case_id}/holds", json={"reason": "x"}).status_code == 404
    told = client.post("/bulk", json={"case_ids": [case_id], "say": {"kind": "hold", "reason": "x"}}).json()
    assert told["unknown"] == 1
    fact = {
        "kind": "money_arrived", "fact_id": "m-1", "amount": 1,
        "happened_at": "2026-01-01T00:00:00Z", "learnt_at": "2026-01-01T00:00:00Z",
    }  # fmt: skip
    assert client.post("/facts", json={"case_id": case_id, "fact": fact}).status_code == 404


def test_every_view_of_peoples_data_is_noted(desk: Desk) -> None:
    """An auditor can tell who looked at a case over the API, and how many cases a list showed."""
    case_id = ids(desk)[0]
    client = caller(desk, Role.CASE_MANAGER)
    listed = len(client.get("/cases").json()["items"])
    for part in ("", "/history", "/sentence", "/where", "/packet"):
        assert client.get(f"/cases/{case_id}{part}").status_code == 200, part
    noted = all_pages(caller(desk, Role.AUDITOR), "/accesses", user_id=person(desk, Role.CASE_MANAGER))
    assert {each["what"] for each in noted} >= {"list", "case", "history", "sentence", "where", "packet"}
    assert next(each["cases"] for each in noted if each["what"] == "list") == listed


@pytest.mark.parametrize(("form", "begin"), [("json", b"{"), ("pdf", b"%PDF")])
def test_a_packet_comes_as_json_and_pdf(desk: Desk, form: str, begin: bytes) -> None:
    """A payer's packet of a case, in the form that was asked for, and noted as made."""
    case_id = ids(desk)[0]
    answer = caller(desk, Role.CASE_MANAGER).get(f"/cases/{case_id}/packet", params={"format": form})
    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(begin)
    assert answer.headers["content-disposition"].endswith(f'.{form}"')


def test_a_full_packet_needs_the_right_to_see_ids(desk: Desk) -> None:
    """A service may export; it may not take member ids with it."""
    case_id = ids(desk)[0]
    answer = caller(desk, Role.SERVICE).get(f"/cases/{case_id}/packet", params={"reader": "full"})
    assert answer.json()["missing"] == "see_ids"


# ---- figures, plan, intake ------------------------------------------------------------------------------------------


def test_figures_agree_with_the_list(desk: Desk) -> None:
    """What is stuck sums to the cases that are being worked, in cents; each figure says what it counts."""
    client = caller(desk, Role.LEAD)
    figures, counts = client.get("/insights").json(), client.get("/cases/counts").json()
    assert figures["cases"] == counts["views"]["everyone"]
    assert figures["at_risk"] == counts["at_risk"]
    assert all(each["defined"] for each in figures["tables"].values())


def test_the_plan_is_told_with_its_sources(desk: Desk) -> None:
    """Each clock has its words, its source and whether somebody assumed it."""
    rows = caller(desk, Role.VIEWER).get("/plan", params={"section": "clocks"}).json()["rows"]
    assert {each["section"] for each in rows} == {"clocks"}
    assert all(each["source"] and isinstance(each["assumed"], bool) for each in rows)


def test_intake_is_counted_and_listed(desk: Desk) -> None:
    """Counts and lists of what arrived are there for whoever may read cases, and hold numbers only."""
    client = caller(desk, Role.VIEWER)
    counts = client.get("/intake").json()
    assert counts["files"] == len(all_pages(client, "/intake/files", limit=3))
    assert counts["quarantined"] == len(all_pages(client, "/quarantine", limit=3))


# ---- the document ---------------------------------------------------------------------------------------------------


def test_the_document_is_up_to_date() -> None:
    """Other systems are built from it; `python docs/generate.py` writes it again after a change."""
    assert CONTRACT.read_text(encoding="utf-8") == openapi()


def test_every_operation_is_described() -> None:
    """Each has a subject, a sentence, its refusals as problem documents, and both ways to sign in."""
    document = json.loads(openapi())
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            assert told["tags"], path
            assert told["description"].endswith("."), (path, method)
            assert {"401", "403", "429"} <= set(told["responses"]), path
            refusals = {status for status in told["responses"] if status >= "400"}
            for status in refusals:
                assert set(told["responses"][status]["content"]) == {"application/problem+json"}
            assert [sorted(each) for each in told["security"]] == [["token"], ["browser"]]


def test_the_page_lists_every_operation(desk: Desk) -> None:
    """People read what there is without foreign code: a page made from the document."""
    page = desk.browser(Role.VIEWER).get("/api").text
    document = desk.browser(Role.VIEWER).get(f"{API}/openapi.json").json()
    assert all(f"<code>{path}</code>" in page for path in document["paths"])


def test_the_words_of_the_field_are_enums() -> None:
    """A system that sends a party that nobody knows is told so by the document already."""
    schemas = json.loads(openapi())["components"]["schemas"]
    assert set(schemas["Party"]["enum"]) == {each.value for each in Party}


def test_every_scope_and_event_is_explained() -> None:
    """Whoever makes a token or a webhook finds each word in the guide."""
    guide = CONTRACT.with_name("api.md").read_text(encoding="utf-8")
    assert [each.value for each in (*Scope, *Event) if f"`{each.value}`" not in guide] == []
