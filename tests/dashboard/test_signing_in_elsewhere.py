"""Signing in at an identity provider: whom we believe, and what they may then do here."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from fastapi.testclient import TestClient
from joserfc.jwk import RSAKey
from sqlalchemy import text

from casebook import people
from casebook.people import User
from dashboard.roles import Role
from dashboard.signing.elsewhere import BEGUN, WITHIN, Begun, role_of
from dashboard.signing.identity import Person
from dashboard.signing.sealed_cookies import keep
from dashboard.signing.visiting import COOKIE
from tests.dashboard.conftest import NOBODY, PASSWORD, PEOPLE, Desk, Filled, desk_at
from tests.dashboard.identity_provider import CLIENT, SECRET, Provider, identity_provider

ROLES = "billing-managers=case_manager;billing-heads=supervisor;auditors=auditor"
ADA = {"sub": "00u-ada-77", "name": "Ada Marsh", "preferred_username": "Ada.Marsh", "groups": ["billing-managers"]}


@contextmanager
def office_with(filled: Filled, home: Path, provider: Provider, **more: str) -> Iterator[Desk]:
    """Pages whose people sign in at a provider."""
    env = {
        "BATON_OIDC_ISSUER": provider.address,
        "BATON_OIDC_CLIENT_ID": CLIENT,
        "BATON_OIDC_CLIENT_SECRET": SECRET,
        "BATON_OIDC_ROLES": ROLES,
        "BATON_OIDC_NAME": "the clinic's account",
        "BATON_PAGES_URL": "https://testserver",
        **more,
    }
    with desk_at(filled, home, NOBODY, env) as made:
        yield made


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A provider before which Ada Marsh sits."""
    with identity_provider(**ADA) as at_work:
        yield at_work


@pytest.fixture
def linked(filled: Filled, tmp_path: Path, provider: Provider) -> Iterator[Desk]:
    """Pages with that provider."""
    with office_with(filled, tmp_path, provider) as made:
        yield made


def asked(browser: TestClient, target: str = "/password") -> str:
    """Begin at our sign-in page; the address at the provider to which the browser is sent."""
    answer = browser.get("/sign-in/elsewhere", params={"next": target}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def sent_back(address: str) -> str:
    """Sign in at the provider; the address here to which it sends the browser back."""
    answer = httpx2.get(address, follow_redirects=False, trust_env=False)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


def signs_in(browser: TestClient, target: str = "/password") -> Any:
    """The whole way; our last answer."""
    return browser.get(sent_back(asked(browser, target)), follow_redirects=False)


def ada(desk: Desk) -> User | None:
    """Ada as the office knows her."""
    with desk.premises.book.reading() as tx:
        found = people.credentials(tx, "ada.marsh")
    return found.user if found else None


def test_a_person_signs_in_and_arrives_where_they_wanted(linked: Desk, provider: Provider) -> None:
    """The provider's word opens a session with name and role, by code, PKCE and nonce."""
    browser = linked.browser()
    answer = signs_in(browser)
    assert (answer.status_code, answer.headers["location"]) == (303, "/password")
    assert "Ada Marsh" in browser.get("/password").text
    assert {"nonce", "state", "code_challenge"} <= provider.asked[0].keys()
    assert provider.asked[0]["scope"] == "openid profile email groups"


def test_the_sign_in_page_offers_the_provider(linked: Desk) -> None:
    """Where an office has a provider, its people see it first, under the name that they know."""
    assert "Sign in with the clinic&#39;s account" in linked.browser().get("/sign-in?next=/plan").text


def test_an_office_without_a_provider_has_no_such_sign_in(desk: Desk) -> None:
    """Nothing is left open where nothing was set up."""
    assert desk.browser().get("/sign-in/elsewhere").status_code == 404
    assert desk.browser().get("/sign-in/back?code=x&state=y").status_code == 404


def test_role_and_name_follow_the_provider(linked: Desk, provider: Provider) -> None:
    """Who moves to another group has its role at the next sign-in, and stays the same user."""
    signs_in(linked.browser())
    before = ada(linked)
    provider.person |= {"groups": ["auditors", "billing-heads"], "name": "Ada Marsh-Lund"}
    signs_in(linked.browser())
    after = ada(linked)
    assert before
    assert after
    assert (before.role, after.role) == ("case_manager", "supervisor")
    assert (after.user_id, after.shown_name) == (before.user_id, "Ada Marsh-Lund")


def test_groups_may_be_told_on_request_only(linked: Desk, provider: Provider) -> None:
    """Some providers keep groups out of the signed word; we ask for them, about the same person only."""
    provider.person.pop("groups")
    provider.further = {"sub": ADA["sub"], "groups": ["auditors"]}
    assert signs_in(linked.browser()).status_code == 303
    provider.further = {"sub": "somebody-else", "groups": ["billing-heads"]}
    assert signs_in(linked.browser()).status_code == 403
    assert ada(linked).role == "auditor"  # type: ignore[union-attr]


@pytest.mark.parametrize("groups", [[], ["gardeners"], None])
def test_people_of_no_known_group_are_refused(linked: Desk, provider: Provider, groups: Any) -> None:
    """A work account alone is no reason to see people's health and money."""
    provider.person["groups"] = groups
    answer = signs_in(linked.browser())
    assert answer.status_code == 403
    assert "none of your groups has a role" in answer.text
    assert COOKIE not in answer.cookies
    assert ada(linked) is None


def test_who_was_kept_out_here_stays_out(linked: Desk) -> None:
    """A supervisor's word that somebody may not come in is stronger than the provider's."""
    signs_in(linked.browser())
    known = ada(linked)
    assert known
    with linked.premises.book.writing() as tx:
        people.set_disabled(tx, known.user_id, datetime.now(UTC), datetime.now(UTC))
    assert signs_in(linked.browser()).status_code == 403


def test_a_name_at_the_provider_opens_no_local_account(linked: Desk, provider: Provider) -> None:
    """People at the provider may choose their names: a local user's is not theirs to take."""
    name, shown = PEOPLE[Role.SUPERVISOR]
    provider.person["preferred_username"] = name
    browser = linked.browser()
    assert signs_in(browser).status_code == 303
    assert shown not in browser.get("/password").text
    assert browser.get("/admin").status_code == 403


def test_a_person_of_the_provider_has_no_password_here(linked: Desk) -> None:
    """Their name cannot be used on the local form."""
    signs_in(linked.browser())
    answer = linked.browser().post("/sign-in", data={"name": "ada.marsh", "password": PASSWORD})
    assert answer.status_code == 401


def test_the_providers_name_of_a_person_is_kept_blind(linked: Desk) -> None:
    """The database alone does not tell which person at the provider a user is."""
    signs_in(linked.browser())
    with linked.premises.book.reading() as tx:
        kept = tx.connection.execute(text("SELECT subject FROM users WHERE subject IS NOT NULL")).scalars().all()
    assert len(kept) == 1
    assert ADA["sub"] not in kept[0]


LIES: dict[str, dict[str, Any]] = {
    "another nonce": {"nonce": "of-another-sign-in"},
    "no nonce": {"nonce": None},
    "another audience": {"aud": "another-application"},
    "several audiences, meant for another": {"aud": ["another-application"], "azp": CLIENT},
    "another issuer": {"iss": "https://evil.example"},
    "expired": {"exp": int(time.time()) - 3600, "iat": int(time.time()) - 7200},
    "never expires": {"exp": None},
    "nobody": {"sub": None},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_word_that_does_not_fit_is_refused(linked: Desk, provider: Provider, lie: str) -> None:
    """A signed word counts only for this sign-in, for us, from our provider, now."""
    provider.says = LIES[lie]
    answer = signs_in(linked.browser())
    assert answer.status_code == 401
    assert "You are not signed in" in answer.text
    assert ada(linked) is None


def test_a_forged_signature_is_refused(linked: Desk, provider: Provider) -> None:
    """What the provider's published key did not sign is nobody's word."""
    provider.signs_with = RSAKey.generate_key(2048, {"kid": "k1"})
    assert signs_in(linked.browser()).status_code == 401
    assert ada(linked) is None


def test_a_provider_that_changes_its_key_is_still_believed(linked: Desk, provider: Provider) -> None:
    """Keys rotate; ours are fetched anew when the word names one that we do not know."""
    signs_in(linked.browser())
    provider.published = RSAKey.generate_key(2048, {"kid": "k2", "use": "sig"})
    provider.key_id = "k2"
    assert signs_in(linked.browser()).status_code == 303


def test_an_answer_that_nobody_asked_for_is_refused(linked: Desk) -> None:
    """A forged state, another browser's state, and an answer without any are refused with 400 before anything else."""
    browser = linked.browser()
    back = sent_back(asked(browser))
    code = parse_qs(urlsplit(back).query)["code"][0]
    forged = browser.get(f"/sign-in/back?code={code}&state=forged", follow_redirects=False)
    stolen = linked.browser().get(back, follow_redirects=False)
    bare = linked.browser().get("/sign-in/back", follow_redirects=False)
    assert [forged.status_code, stolen.status_code, bare.status_code] == [400, 400, 400]
    assert "not begun here" in forged.text


def test_an_answer_counts_once(linked: Desk) -> None:
    """The address with the code, read from a history later, opens nothing."""
    browser = linked.browser()
    back = sent_back(asked(browser))
    assert browser.get(back, follow_redirects=False).status_code == 303
    assert browser.get(back, follow_redirects=False).status_code == 400


def test_a_sign_in_cannot_be_dragged_out(linked: Desk) -> None:
    """What was begun is worth nothing after ten minutes, and cannot be altered."""
    browser, begun = linked.browser(), Begun(state="s", nonce="n", verifier="v", target="/")
    from fastapi.responses import Response

    old = Response()
    keep(linked.premises, old, BEGUN, begun, -WITHIN)
    value = old.headers["set-cookie"].partition("=")[2].partition(";")[0]
    for each in (value, value[:-8] + "AAAAAAA="):
        browser.cookies.set(f"__Host-baton-{BEGUN}", each, domain="testserver.local")
        assert browser.get("/sign-in/back?code=c&state=s").status_code == 400


def test_a_refusal_at_the_provider_is_told(linked: Desk, provider: Provider) -> None:
    """Who says no there is told so here, and nothing begins."""
    provider.denies = True
    answer = signs_in(linked.browser())
    assert answer.status_code == 401
    assert "did not vouch" in answer.text


def test_a_provider_that_is_away_is_named(linked: Desk, provider: Provider) -> None:
    """People learn what is wrong and the way round it; once the provider is back they sign in."""
    provider.is_well = False
    answer = linked.browser().get("/sign-in/elsewhere", follow_redirects=False)
    assert answer.status_code == 503
    assert "The clinic&#39;s account does not answer" in answer.text
    provider.is_well = True
    assert signs_in(linked.browser()).status_code == 303


def test_signing_in_elsewhere_leads_to_our_own_pages_only(linked: Desk) -> None:
    """The target of a sign-in cannot lead on to another site."""
    assert signs_in(linked.browser(), "https://evil.example/x").headers["location"] == "/"


def test_of_several_groups_the_most_deciding_role_counts() -> None:
    """Who is in two groups can do what either may."""
    roles = {"a": "viewer", "b": "lead", "c": "auditor"}
    assert role_of(frozenset({"a", "b", "x"}), roles) is Role.LEAD
    assert role_of(frozenset({"a", "c"}), roles) is Role.AUDITOR
    assert role_of(Person(subject="s", name="n", shown_name="N", groups=frozenset()).groups, roles) is None
