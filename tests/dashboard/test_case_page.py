"""The case page over a filled casebook, engine away: what it shows, to whom, and what is noted of it."""

from __future__ import annotations

import re
from html import unescape

import pytest

from casebook import accesses, people, reading
from casebook.rows import CaseRow
from dashboard.case.clocks import foresee
from dashboard.case.file import CaseFile, open_file
from dashboard.case.timeline import PAGE, Kind, timeline
from dashboard.roles import Role
from dashboard.signing.visiting import Visitor
from journey.decide import decide
from journey.silence import silence
from journey.words import BreakState, Mode
from journey.writing import dollars, masked
from tests.dashboard.conftest import PEOPLE, Desk
from tests.dashboard.test_signing_in import token_in


def rows(desk: Desk) -> tuple[CaseRow, ...]:
    """Every open case, soonest due first."""
    with desk.premises.book.reading() as tx:
        return reading.list_cases(tx, limit=100).rows


def file_of(desk: Desk, case_id: str) -> CaseFile:
    """A case as its page reads it."""
    with desk.premises.book.reading() as tx:
        known = people.credentials(tx, PEOPLE[Role.CASE_MANAGER][0])
    assert known
    visitor = Visitor(known.user, None)  # type: ignore[arg-type]
    return open_file(desk.premises, visitor, case_id)


def broken(desk: Desk) -> CaseFile:
    """A case whose journey broke, and is known to have."""
    found = next(each for each in rows(desk) if each.break_state is BreakState.CONFIRMED)
    return file_of(desk, found.case_id)


def text_of(page: str) -> str:
    """A page as people read it: without tags, with single blanks."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def test_every_case_has_a_page(desk: Desk) -> None:
    """Each case of a season, whatever became of it, can be read while the engine is away."""
    browser = desk.browser(Role.CASE_MANAGER)
    answers = {each.case_id: browser.get(f"/cases/{each.case_id}").status_code for each in rows(desk)}
    assert set(answers.values()) == {200}


def test_the_page_answers_the_five_questions(desk: Desk) -> None:
    """Where did it stop, who has it, what next, by when, how many dollars."""
    file = broken(desk)
    point, holder = file.case.break_point, file.case.holder
    assert point
    assert holder
    page = text_of(desk.browser(Role.CASE_MANAGER).get(f"/cases/{file.case.case_id}").text)
    assert f"({point.mode.value}, {point.state.value})" in page
    assert f"Waiting on {file.name(holder.party)}" in page
    assert "Do this next:" in page
    assert "If nothing comes by" in page
    assert dollars(file.case.money.charge) in page


def test_away_engine_is_said_and_never_an_error(desk: Desk) -> None:
    """People read the casebook's word while the engine is away, and are told so."""
    page = text_of(desk.browser(Role.VIEWER).get(f"/cases/{rows(desk)[0].case_id}").text)
    assert "As last written down at" in page
    assert "the engine does not answer" in page


def test_member_ids_are_masked_everywhere(desk: Desk) -> None:
    """No page of a case holds a whole member or group number, in whatever sentence it stands."""
    browser = desk.browser(Role.SUPERVISOR)
    for row in rows(desk):
        page = browser.get(f"/cases/{row.case_id}").text
        for each in file_of(desk, row.case_id).claim.coverages:
            assert each.member_id not in page
            assert not each.group_number or each.group_number not in page
            assert masked(each.member_id) in page


def test_showing_an_id_is_asked_for_and_noted(desk: Desk) -> None:
    """One id is shown on one answer that nothing keeps, and who saw it stands in the list of accesses."""
    browser, file = desk.browser(Role.CASE_MANAGER), broken(desk)
    address = f"/cases/{file.case.case_id}"
    token = token_in(browser.get(address).text)
    shown = browser.post(f"{address}/member-id", data={"form_token": token, "policy": "2"})
    first, second = file.claim.coverages[:2]
    assert second.member_id in shown.text
    assert first.member_id not in shown.text
    assert shown.headers["cache-control"] == "no-store"
    assert second.member_id not in browser.get(address).text
    with desk.premises.book.reading() as tx:
        noted = accesses.accesses(tx, "practice", case_id=file.case.case_id)
    assert [each.what for each in noted].count("member id") == 1
    assert "case" in {each.what for each in noted}


def test_a_viewer_sees_and_does_nothing(desk: Desk) -> None:
    """Who may only look finds no form, and a form that is sent all the same does nothing."""
    browser, case_id = desk.browser(Role.VIEWER), rows(desk)[0].case_id
    page = browser.get(f"/cases/{case_id}").text
    assert "Log this contact" not in page
    assert "Evidence packet" not in page
    token = token_in(page)
    for what in ("contact", "decision", "hold", "member-id", "packet"):
        assert browser.post(f"/cases/{case_id}/{what}", data={"form_token": token}).status_code == 403, what


def test_another_practice_has_no_such_case(desk: Desk) -> None:
    """A case of another practice is not there, on whatever address, and nobody learns that it is."""
    with desk.premises.book.writing() as tx:
        known = people.credentials(tx, PEOPLE[Role.SUPERVISOR][0])
        assert known
        stranger = people.add_user(
            tx,
            practice="elsewhere",
            name="stranger",
            shown_name="A Stranger",
            role=Role.SUPERVISOR,
            at=desk.premises.wall(),
            password_hash=known.password_hash,
        )
    browser, case_id = desk.browser(), rows(desk)[0].case_id
    browser.post("/sign-in", data={"name": stranger.name, "password": "a long enough password"})
    token = token_in(browser.get("/password").text)
    assert browser.get(f"/cases/{case_id}").status_code == 404
    for what in ("contact", "act", "hold", "correction", "policy", "decision", "packet", "member-id"):
        sent = {"form_token": token, "policy": "1", "with": "secondary", "says": "received", "reason": "x"}
        assert browser.post(f"/cases/{case_id}/{what}", data=sent).status_code == 404, what


def test_what_if_is_what_the_rules_do(desk: Desk) -> None:
    """What the page says of the next silence is what the case decides when it comes."""
    file = broken(desk)
    ahead = foresee(file)
    clock = file.case.next_clock
    assert clock
    assert clock.next_due
    rang = silence(file.case, clock.next_due)
    assert rang
    after = decide(file.case, rang, file.rules).case
    assert (ahead[0].at, ahead[0].clock, ahead[0].level) == (clock.next_due, rang.clock, rang.level)
    raised = len(after.escalations) - len(file.case.escalations)
    risen = [each for each in after.escalations if each not in file.case.escalations]
    assert bool(raised or risen) <= bool(ahead[0].tells)


def test_silence_reaches_a_supervisor_in_the_end(desk: Desk) -> None:
    """Whatever an open case waits for: run forward with nothing heard, a supervisor is told."""
    for row in rows(desk):
        if row.resolution is None:
            told = [who for each in foresee(file_of(desk, row.case_id)) for who in each.tells]
            assert "the supervisor" in told, row.case_id


def test_both_sides_stand_side_by_side_and_contradictions_are_marked(desk: Desk) -> None:
    """What refutes a hop that something else supports is marked in the column of who says it."""
    file = file_of(desk, next(each.case_id for each in rows(desk) if each.break_mode is Mode.BOTH_SECOND))
    page = desk.browser(Role.CASE_MANAGER).get(f"/cases/{file.case.case_id}").text
    text = text_of(page)
    assert text.index("The provider says") < text.index("The payer says")
    assert "✕ contradicts 'accepted'" in text
    assert 'class="torn"' in page


def test_the_timeline_is_complete_in_pages_and_can_be_narrowed(desk: Desk) -> None:
    """Newest first, page by page until the first entry; each kind alone; nothing twice."""
    file = file_of(desk, max(rows(desk), key=lambda each: each.entries).case_id)
    seen: list[int] = []
    before: int | None = None
    while True:
        shown = timeline(file, Kind.ALL, before)
        assert len(shown.events) <= PAGE
        seen += [each.seq for each in shown.events]
        before = shown.older
        if before is None:
            break
    assert len(seen) > PAGE
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == shown.counts[Kind.ALL] == sum(n for kind, n in shown.counts.items() if kind is not Kind.ALL)
    clocks = timeline(file, Kind.CLOCKS)
    assert {each.kind for each in clocks.events} == {Kind.CLOCKS}
    browser = desk.browser(Role.VIEWER)
    page = browser.get(f"/cases/{file.case.case_id}?kind=clocks").text
    assert all(f'id="e{each.seq}"' in page for each in clocks.events)


def test_related_cases_are_of_the_same_payer_or_patient(desk: Desk) -> None:
    """Cases that are stuck with the same payer at the same hop are one click away."""
    open_rows = [each for each in rows(desk) if each.resolution is None and each.hop]
    stuck = next(
        a
        for a in open_rows
        if any((a.payer_id, a.hop) == (b.payer_id, b.hop) and a.case_id != b.case_id for b in open_rows)
    )
    page = desk.browser(Role.CASE_MANAGER).get(f"/cases/{stuck.case_id}").text
    others = [each for each in open_rows if (each.payer_id, each.hop) == (stuck.payer_id, stuck.hop)]
    assert sum(f'href="/cases/{each.case_id}"' in page for each in others if each is not stuck) >= 1


def test_the_list_that_one_came_from_is_carried_along(desk: Desk) -> None:
    """'Next case' leads through the list that the page was opened from; without one there is none."""
    browser = desk.browser(Role.SUPERVISOR)
    plain = browser.get(f"/cases/{rows(desk)[0].case_id}").text
    assert "Next case" not in plain
    listed = browser.get("/worklist?view=everyone").text
    links = re.findall(r'class="case" href="(/cases/[^"]+)"', listed)
    page = browser.get(unescape(links[0])).text
    following = re.search(r'href="([^"]+)" data-key="n"', page)
    assert following
    assert unescape(following[1]).split("?")[0] == unescape(links[1]).split("?")[0]
    assert browser.get(unescape(following[1])).status_code == 200


@pytest.mark.parametrize("form", ["html", "pdf", "json"])
def test_a_packet_is_made_and_noted(desk: Desk, form: str) -> None:
    """A packet is for one reader, stands in the disclosures and the accesses, and its page may run nothing."""
    browser, case_id = desk.browser(Role.CASE_MANAGER), rows(desk)[0].case_id
    token = token_in(browser.get(f"/cases/{case_id}").text)
    sent = {"form_token": token, "reader": "payer", "payer": "secondary", "form": form}
    answer = browser.post(f"/cases/{case_id}/packet", data=sent)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    if form == "html":
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "script" not in policy
        assert "unsafe" not in policy
    else:
        assert answer.headers["content-disposition"].endswith(f'.{form}"')
    with desk.premises.book.reading() as tx:
        assert "packet" in {each.what for each in accesses.accesses(tx, "practice", case_id=case_id)}


def test_a_packet_for_a_payer_that_is_not_there_is_refused(desk: Desk) -> None:
    """A claim without a third policy has no packet for a third payer."""
    case_id = next(each.case_id for each in rows(desk) if file_of(desk, each.case_id).claim.coverage(3) is None)
    browser = desk.browser(Role.CASE_MANAGER)
    token = token_in(browser.get(f"/cases/{case_id}").text)
    sent = {"form_token": token, "reader": "payer", "payer": "tertiary"}
    assert browser.post(f"/cases/{case_id}/packet", data=sent).status_code == 422


def test_nothing_typed_is_lost_when_the_session_has_ended(desk: Desk) -> None:
    """Who typed past the end of the session signs in on the same page and it is sent; the text is never asked again."""
    case_id = rows(desk)[0].case_id
    typed = {"with": "secondary", "says": "received", "person_name": "Kim Oyelaran", "note": "they found it <today>"}
    browser = desk.browser()
    answer = browser.post(f"/cases/{case_id}/contact", data={**typed, "form_token": "old", "revision": "1"})
    assert answer.status_code == 401
    assert "Kim Oyelaran" in answer.text
    assert "they found it &lt;today&gt;" in answer.text
    assert 'name="note"' in answer.text
    wrong = browser.post(
        f"/cases/{case_id}/again/contact", data={**typed, "sign_in_name": "maria", "sign_in_password": "wrong"}
    )
    assert wrong.status_code == 401
    assert "Kim Oyelaran" in wrong.text
    assert "wrong" not in re.sub(r"Name or password is not right.*?minutes\.", "", wrong.text)


def test_a_page_of_an_earlier_session_asks_once_more(desk: Desk) -> None:
    """A form of an old page is not obeyed and not lost: it comes back under the new session."""
    browser, case_id = desk.browser(Role.CASE_MANAGER), rows(desk)[0].case_id
    answer = browser.post(f"/cases/{case_id}/hold", data={"form_token": "old", "reason": "patient called"})
    assert answer.status_code == 409
    assert 'value="patient called"' in answer.text
    assert token_in(answer.text) == token_in(browser.get("/password").text)


def test_a_form_of_another_site_is_refused_with_or_without_a_session(desk: Desk) -> None:
    """No other site can say something to a case, or have somebody sign in for it."""
    case_id = rows(desk)[0].case_id
    for browser in (desk.browser(Role.CASE_MANAGER), desk.browser()):
        for what in ("hold", "again/hold"):
            answer = browser.post(
                f"/cases/{case_id}/{what}", data={"reason": "x"}, headers={"Sec-Fetch-Site": "cross-site"}
            )
            assert answer.status_code == 403


def test_a_field_that_makes_no_sense_comes_back(desk: Desk) -> None:
    """A form that cannot be read says which field, and keeps every other."""
    browser, case_id = desk.browser(Role.CASE_MANAGER), rows(desk)[0].case_id
    page = browser.get(f"/cases/{case_id}").text
    sent = {"form_token": token_in(page), "revision": "999", "with": "secondary", "says": "paid", "amount": "many"}
    answer = browser.post(f"/cases/{case_id}/contact", data={**sent, "note": "kept word for word"})
    assert answer.status_code == 422
    assert "Amount: write dollars and cents" in answer.text
    assert "kept word for word" in answer.text
