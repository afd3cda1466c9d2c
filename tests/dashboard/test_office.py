"""The office's own pages: who may come in, keys of other systems, files, settings, and who looked at what."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from casebook import accesses, office, people, quarantine, register, tokens, webhooks
from casebook.disclosures import note_disclosure
from casebook.people import User
from casebook.quarantine import waiting
from casebook.reading import list_cases
from dashboard.roles import Role
from tests.dashboard.conftest import NOBODY, PASSWORD, PASSWORD_HASH, PEOPLE, Desk, Filled, desk_at
from tests.dashboard.test_signing_in import token_in

ADMIN_PAGES = ("/admin", "/admin/tokens", "/admin/webhooks", "/admin/files", "/admin/settings")


def user(desk: Desk, role: Role) -> User:
    """The person of a role."""
    with desk.premises.book.reading() as tx:
        found = people.credentials(tx, PEOPLE[role][0])
    assert found
    return found.user


def post(browser: TestClient, address: str, **fields: Any) -> Any:
    """A form sent from a page of this session; the page that it leads to."""
    return browser.post(address, data={"form_token": token_in(browser.get("/password").text), **fields})


def secret_in(page: str) -> str:
    """The secret that a page shows."""
    found = re.search(r'<code class="secret">([^<]+)</code>', page)
    assert found, page
    return found[1]


def noted(desk: Desk) -> list[str]:
    """What the access log says, newest first."""
    with desk.premises.book.reading() as tx:
        return [each.what for each in accesses.accesses(tx, "practice")]


@pytest.mark.parametrize("role", [each for each in PEOPLE if each is not Role.SUPERVISOR])
def test_only_supervisors_administer(desk: Desk, role: Role) -> None:
    """Nobody else sees these pages, or changes anything by their addresses."""
    browser = desk.browser(role)
    assert [browser.get(each).status_code for each in ADMIN_PAGES] == [403] * len(ADMIN_PAGES)
    target = user(desk, Role.VIEWER).user_id
    assert post(browser, f"/admin/users/{target}/role", role="supervisor").status_code == 403
    assert post(browser, "/admin/users", name="x", shown_name="X", role="viewer").status_code == 403
    assert user(desk, Role.VIEWER).role == "viewer"


def test_a_new_person_signs_in_with_the_password_that_is_shown_once(desk: Desk) -> None:
    """The password is shown to the supervisor once, works, and is nowhere to be read again."""
    sam = desk.browser(Role.SUPERVISOR)
    page = post(sam, "/admin/users", name="Nora", shown_name="Nora Bell", role="case_manager")
    password = secret_in(page.text)
    assert "secret" not in sam.get("/admin").text.replace("class=", "")
    nora = desk.browser()
    answer = nora.post("/sign-in", data={"name": "nora", "password": password, "next": "/password"})
    assert "Nora Bell" in answer.text
    assert "user added" in noted(desk)


def test_a_name_belongs_to_one_user(desk: Desk) -> None:
    """A second user under the same name is refused, and the first is not touched."""
    answer = post(
        desk.browser(Role.SUPERVISOR), "/admin/users", name=" MARIA ", shown_name="Mallory", role="supervisor"
    )
    assert answer.status_code == 409
    assert user(desk, Role.CASE_MANAGER).shown_name == PEOPLE[Role.CASE_MANAGER][1]


def test_another_role_counts_at_once(desk: Desk) -> None:
    """Rights follow the role without a new sign-in."""
    maria = desk.browser(Role.CASE_MANAGER)
    assert maria.get("/admin").status_code == 403
    target = user(desk, Role.CASE_MANAGER).user_id
    assert post(desk.browser(Role.SUPERVISOR), f"/admin/users/{target}/role", role="supervisor").status_code == 200
    assert maria.get("/admin").status_code == 200
    assert "user role changed" in noted(desk)


@pytest.mark.parametrize("what", ["role", "out"])
def test_the_last_supervisor_stays(desk: Desk, what: str) -> None:
    """An office can always let somebody in and decide: the last supervisor is neither demoted nor kept out."""
    sam, target = desk.browser(Role.SUPERVISOR), user(desk, Role.SUPERVISOR).user_id
    answer = post(sam, f"/admin/users/{target}/{what}", role="viewer")
    assert answer.status_code == 409
    assert "last supervisor" in answer.text
    assert user(desk, Role.SUPERVISOR) == user(desk, Role.SUPERVISOR).model_copy(
        update={"role": "supervisor", "disabled_at": None}
    )
    post(sam, f"/admin/users/{user(desk, Role.LEAD).user_id}/role", role="supervisor")
    assert post(sam, f"/admin/users/{target}/{what}", role="viewer").status_code in (200, 403)
    assert user(desk, Role.SUPERVISOR).role == "viewer" or user(desk, Role.SUPERVISOR).disabled_at


def test_people_and_services_do_not_change_places(desk: Desk) -> None:
    """A person with a password is never a service, whose tokens know no second factor."""
    target = user(desk, Role.CASE_MANAGER).user_id
    answer = post(desk.browser(Role.SUPERVISOR), f"/admin/users/{target}/role", role="service")
    assert answer.status_code == 422
    assert user(desk, Role.CASE_MANAGER).role == "case_manager"


def test_who_is_kept_out_comes_back_when_let_in(desk: Desk) -> None:
    """Keeping out ends every session at once; letting in needs no new password."""
    sam, maria = desk.browser(Role.SUPERVISOR), desk.browser(Role.CASE_MANAGER)
    target = user(desk, Role.CASE_MANAGER).user_id
    post(sam, f"/admin/users/{target}/out")
    assert maria.get("/password", follow_redirects=False).status_code == 303
    data = {"name": PEOPLE[Role.CASE_MANAGER][0], "password": PASSWORD}
    assert desk.browser().post("/sign-in", data=data).status_code == 401
    post(sam, f"/admin/users/{target}/in")
    desk.browser(Role.CASE_MANAGER)


def test_a_reset_password_ends_the_old_one_and_every_session(desk: Desk) -> None:
    """Whoever knew the old password, or sits in an old session, is out."""
    sam, maria = desk.browser(Role.SUPERVISOR), desk.browser(Role.CASE_MANAGER)
    page = post(sam, f"/admin/users/{user(desk, Role.CASE_MANAGER).user_id}/password")
    assert maria.get("/password", follow_redirects=False).status_code == 303
    name = PEOPLE[Role.CASE_MANAGER][0]
    assert desk.browser().post("/sign-in", data={"name": name, "password": PASSWORD}).status_code == 401
    new = {"name": name, "password": secret_in(page.text), "next": "/password"}
    assert desk.browser().post("/sign-in", data=new).status_code == 200


def test_signing_somebody_out_ends_their_sessions(desk: Desk) -> None:
    """A lost laptop is signed out from here."""
    maria = desk.browser(Role.CASE_MANAGER)
    post(desk.browser(Role.SUPERVISOR), f"/admin/users/{user(desk, Role.CASE_MANAGER).user_id}/sessions")
    assert maria.get("/password", follow_redirects=False).status_code == 303


def test_a_secret_is_shown_to_whoever_made_it_only(desk: Desk) -> None:
    """The cookie that carries it opens in no other person's session, and only once."""
    sam = desk.browser(Role.SUPERVISOR)
    token = token_in(sam.get("/password").text)
    made = sam.post(
        "/admin/users",
        data={"form_token": token, "name": "nora", "shown_name": "Nora", "role": "supervisor"},
        follow_redirects=False,
    )
    sealed = made.cookies["__Host-baton-once"]
    post(sam, f"/admin/users/{user(desk, Role.LEAD).user_id}/role", role="supervisor")
    lee = desk.browser(Role.LEAD)
    lee.cookies.set("__Host-baton-once", sealed, domain="testserver.local")
    assert 'class="secret"' not in lee.get("/admin").text


def test_users_of_another_practice_are_not_there(desk: Desk) -> None:
    """No address reaches them, whoever asks."""
    with desk.premises.book.writing() as tx:
        other = people.add_user(
            tx, practice="south", name="una", shown_name="Una", role="supervisor", at=datetime.now(UTC)
        )
    sam = desk.browser(Role.SUPERVISOR)
    assert "Una" not in sam.get("/admin").text
    for what in ("role", "out", "in", "password", "sessions"):
        assert post(sam, f"/admin/users/{other.user_id}/{what}", role="viewer").status_code == 404
    with desk.premises.book.reading() as tx:
        assert people.user_of(tx, other.user_id) == other


# ---- keys -----------------------------------------------------------------------------------------------------------


def test_a_token_is_made_for_a_service_shown_once_and_revoked(desk: Desk) -> None:
    """It works from the moment it is made until it is revoked."""
    sam, now = desk.browser(Role.SUPERVISOR), datetime.now(UTC)
    post(sam, "/admin/users", name="bi", shown_name="BI system", role="service")
    with desk.premises.book.reading() as tx:
        service = people.credentials(tx, "bi")
    assert service
    assert service.password_hash is None
    page = post(
        sam,
        "/admin/tokens",
        user_id=service.user.user_id,
        label="nightly report",
        scope=["read", "insights"],
        days=30,
    )
    secret = secret_in(page.text)
    assert secret not in sam.get("/admin/tokens").text
    with desk.premises.book.reading() as tx:
        bearer = tokens.find(tx, secret, now)
    assert bearer
    assert (bearer.user.name, bearer.token.scopes) == ("bi", ("read", "insights"))
    assert bearer.token.expires_at - bearer.token.made_at == timedelta(days=30)
    post(sam, f"/admin/tokens/{bearer.token.token_id}/revoke")
    with desk.premises.book.reading() as tx:
        assert tokens.find(tx, secret, now) is None
    assert {"token made", "token revoked"} <= set(noted(desk))


def test_no_token_is_made_in_another_persons_name(desk: Desk) -> None:
    """What is done with a token is done by its user: that is a service, or oneself."""
    target = user(desk, Role.CASE_MANAGER).user_id
    answer = post(desk.browser(Role.SUPERVISOR), "/admin/tokens", user_id=target, label="x", scope=["work"], days=30)
    assert answer.status_code == 422
    with desk.premises.book.reading() as tx:
        assert tokens.tokens_of(tx, "practice") == ()


@pytest.mark.parametrize("wrong", [{"label": ""}, {"scope": []}, {"days": 5000}, {"scope": ["everything"]}])
def test_a_token_says_what_it_is_for_and_ends(desk: Desk, wrong: dict[str, Any]) -> None:
    """No nameless token, none without scope, none for ever."""
    answer = post(
        desk.browser(Role.SUPERVISOR), "/admin/tokens", **{"label": "x", "scope": ["read"], "days": 30, **wrong}
    )
    assert answer.status_code == 422


def test_a_webhook_is_added_and_stopped(desk: Desk) -> None:
    """Another system is told of what was chosen, over https only; its secret is shown once."""
    sam = desk.browser(Role.SUPERVISOR)
    refused = post(sam, "/admin/webhooks", url="http://bi.example.org/in", event=["case.changed"])
    assert refused.status_code == 422
    page = post(sam, "/admin/webhooks", url="https://bi.example.org/in", event=["case.changed", "case.hold"])
    assert secret_in(page.text).startswith("whsec_")
    with desk.premises.book.reading() as tx:
        (hook,) = webhooks.hooks_of(tx, "practice")
    assert [each.value for each in hook.events] == ["case.changed", "case.hold"]
    assert "Stopped" in post(sam, f"/admin/webhooks/{hook.hook_id}/stop").text
    assert post(sam, "/admin/webhooks/unknown/stop").status_code == 404


# ---- files and settings ---------------------------------------------------------------------------------------------


def test_what_could_not_be_read_is_shown_with_the_way_out(desk: Desk) -> None:
    """Place and reasons, never content; dealt with, it is put away and noted. Another practice's is not there."""
    now = datetime.now(UTC)
    with desk.premises.book.writing() as tx:
        items = []
        for practice in ("practice", "south"):
            register.begin_file(tx, f"{practice}-file", practice, size=12, received_at=now)
            items.append(
                quarantine.set_aside(
                    tx,
                    digest=f"{practice}-file",
                    practice=practice,
                    place=f"{practice} byte 1042",
                    reasons=["CLP03 is not an amount"],
                    raw=b"CLP*QUILLFEATHER",
                    at=now,
                )
            )
        register.finish_file(
            tx, "practice-file", finished_at=now, kinds=["835"], counts={"opened": 3, "quarantined": 1}
        )
    sam = desk.browser(Role.SUPERVISOR)
    page = sam.get("/admin/files").text
    assert "practice byte 1042" in page
    assert "CLP03 is not an amount" in page
    assert "QUILLFEATHER" not in page
    assert "south byte" not in page
    assert post(sam, f"/admin/quarantine/{items[1]}/release").status_code == 404
    post(sam, f"/admin/quarantine/{items[0]}/release")
    with desk.premises.book.reading() as tx:
        assert items[0] not in {each.item_id for each in waiting(tx, "practice")}
        assert [each.item_id for each in waiting(tx, "south")] == [items[1]]
        arrived = {each.digest: each for each in office.files_arrived(tx, "practice", limit=1000)}
        assert arrived["practice-file"].counts["opened"] == 3
        assert "south-file" not in arrived
    assert "quarantine released" in noted(desk)


def test_settings_are_shown_without_secrets(filled: Filled, tmp_path: Any) -> None:
    """A supervisor sees how Baton is set up; of a secret only that it is set."""
    env = {
        "BATON_OIDC_CLIENT_SECRET": "hunter2hunter2",
        "BATON_OIDC_ROLES": "heads=supervisor",
        "BATON_NOTICES_WEBHOOK": "https://hooks.example.org/very-secret-path",
    }
    with desk_at(filled, tmp_path, NOBODY, env) as desk:
        page = desk.browser(Role.SUPERVISOR).get("/admin/settings").text
    assert "heads=supervisor" in page
    assert "BATON_OIDC_CLIENT_SECRET" in page
    assert not [each for each in ("hunter2", "very-secret-path", "sqlite:///") if each in page]


# ---- who looked -----------------------------------------------------------------------------------------------------


def note(desk: Desk, role: Role, at: datetime, what: str, case_id: str | None = None) -> None:
    """Something that somebody was shown."""
    with desk.premises.book.writing() as tx:
        accesses.note_access(
            tx, at=at, user_id=user(desk, role).user_id, practice="practice", what=what, case_id=case_id
        )


def test_auditors_find_who_looked_by_person_case_and_day(desk: Desk) -> None:
    """Each filter narrows the list; the day is the provider's, not UTC's."""
    late = datetime(2026, 3, 3, 4, 30, tzinfo=UTC)  # the evening of 2 March in New York
    note(desk, Role.CASE_MANAGER, late, "member id", "case-aaaa")
    note(desk, Role.LEAD, late + timedelta(days=3), "packet", "case-bbbb")
    browser = desk.browser(Role.AUDITOR)

    def kinds(**wanted: str) -> list[str]:
        lines = browser.get("/accesses.csv", params=wanted).text.splitlines()[1:]
        return [each.split(",")[2] for each in lines]

    assert kinds(person=user(desk, Role.LEAD).user_id) == ["packet"]
    assert kinds(case="case-aaaa") == ["member id"]
    assert kinds(day="2026-03-02") == ["member id"]
    assert kinds(day="2026-03-03") == []
    assert "packet" in browser.get("/accesses", params={"case": "case-bbbb"}).text
    assert browser.get("/accesses", params={"day": "the 3rd"}).status_code == 422


def test_every_access_is_on_exactly_one_page(desk: Desk) -> None:
    """Reading on from page to page misses none and repeats none, even of the same moment."""
    same = datetime(2026, 3, 3, 15, tzinfo=UTC)
    for n in range(230):
        note(desk, Role.CASE_MANAGER, same + timedelta(seconds=n // 60), f"case number {n:03}")
    browser, found, address = desk.browser(Role.AUDITOR), [], "/accesses?day=2026-03-03"
    while address:
        page = browser.get(address).text
        found += re.findall(r"case number (\d{3})", page)
        onward = re.search(r'href="(/accesses\?[^"]+)">Earlier', page)
        address = onward[1].replace("&amp;", "&") if onward else ""
    assert sorted(found) == [f"{n:03}" for n in range(230)]


def test_no_patient_is_named_to_auditors(desk: Desk) -> None:
    """Whoever audits learns who looked at which case, not at whom."""
    with desk.premises.book.reading() as tx:
        rows = list_cases(tx).rows
    note(desk, Role.CASE_MANAGER, datetime.now(UTC), "case", rows[0].case_id)
    with desk.premises.book.writing() as tx:
        note_disclosure(
            tx, case_id=rows[0].case_id, at=datetime.now(UTC), made_by="maria", reader="payer secondary", digest="d"
        )
    page = desk.browser(Role.AUDITOR).get("/accesses").text
    assert rows[0].case_id[5:13] in page
    assert "payer secondary" in page
    assert PEOPLE[Role.CASE_MANAGER][1] in page
    assert not [each.patient for each in rows if each.patient and each.patient in page]


def test_only_auditors_and_supervisors_see_who_looked(desk: Desk) -> None:
    """The log is not for those who are in it."""
    seen = {role: desk.browser(role).get("/accesses").status_code for role in PEOPLE}
    assert {role for role, status in seen.items() if status == 200} == {Role.AUDITOR, Role.SUPERVISOR}
    assert desk.browser(Role.LEAD).get("/accesses.csv").status_code == 403


def test_an_export_runs_nothing_in_a_spreadsheet(desk: Desk) -> None:
    """A user named like a formula is text in the file."""
    with desk.premises.book.writing() as tx:
        evil = people.add_user(
            tx, practice="practice", name="eve", shown_name="=cmd|'/c calc'!A1", role="viewer", at=datetime.now(UTC),
            password_hash=PASSWORD_HASH,
        )  # fmt: skip
        accesses.note_access(tx, at=datetime.now(UTC), user_id=evil.user_id, practice="practice", what="case")
    lines = desk.browser(Role.AUDITOR).get("/accesses.csv").text
    assert ",'=cmd" in lines
    assert ",=cmd" not in lines
