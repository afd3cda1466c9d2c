"""How stories are written: dates, phrases, statements, and errors that name every unclear line and the way out."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from journey.facts import ClaimAcknowledged, ContactLogged, Fact, RemitAdjudicated, Said, StatusAnswered
from journey.plans.file import standard_plan
from journey.stories.musts import STATEMENTS
from journey.stories.notes import Arrangement, LedgerShows
from journey.stories.phrases import CLAUSES, PHRASES
from journey.stories.printed import WIDTH, as_json, render
from journey.stories.rehearsal import rehearse
from journey.stories.story import Must, Step, StoryError, parse_story
from journey.words import Party, PayerClass

HEADING = """\
# A title
claim: $1,000.00, services 20 Nov 2026 to 22 Nov 2026, billed 24 Nov 2026
primary: Medicare, medicare
secondary: Aetna, commercial, id 60054
state: NY
"""


def steps(text: str) -> list[Step]:
    """The notes of a story under the usual heading."""
    return [each for each in parse_story(HEADING + text).steps if isinstance(each, Step)]


def fact(text: str) -> Fact:
    """The fact of one note."""
    brings = steps(f"1 Dec  Medicare pays $480.00, patient share $320.00\n{text}")[-1].brings
    assert brings is not None
    assert not isinstance(brings, LedgerShows | Arrangement)
    return brings


def test_the_heading_is_the_claim() -> None:
    """Charge, dates of service, payers with class and id, state."""
    story = parse_story(HEADING + "1 Dec  silence")
    claim = story.opening.claim
    assert story.title == "A title"
    assert (claim.charge, claim.service_from, claim.service_to) == (100000, date(2026, 11, 20), date(2026, 11, 22))
    assert (claim.secondary.payer_id, claim.secondary.payer_class) == ("60054", PayerClass.COMMERCIAL)
    assert claim.provider_state == "NY"
    assert story.opening.opened_at == datetime(2026, 11, 24, 12, 30, tzinfo=UTC)


def test_years_roll_on() -> None:
    """A date without a year is the next one; days can be counted; times are local."""
    dates = [each.at.date() for each in steps("1 Dec silence\n5 Jan silence\n29 Feb silence\nday 800 silence")]
    assert dates == [date(2026, 12, 1), date(2027, 1, 5), date(2028, 2, 29), date(2029, 2, 8)]


def test_notes_of_a_day_come_one_after_the_other() -> None:
    """The first at eight in the morning, the next half an hour later, or when the note says."""
    times = [f"{each.at:%H:%M}" for each in steps("1 Dec silence\nsilence\n16:15 silence\nsilence")]
    assert times == ["13:00", "13:30", "21:15", "21:45"]


def test_a_remittance_is_filled_in_so_that_it_balances() -> None:
    """What a note leaves out is contractual, and prior impact at a secondary."""
    paid = fact("2 Dec  Aetna pays $300.00, patient share $20.00, claim S1, trace T1")
    assert isinstance(paid, RemitAdjudicated)
    assert paid.charge - sum(each.amount for each in paid.adjustments) == paid.paid == 30000
    assert {(each.group, each.reason): each.amount for each in paid.adjustments} == {
        ("PR", "2"): 2000,
        ("OA", "23"): 68000,
    }
    assert (paid.claim_status, paid.payer_claim_number, paid.trace) == ("2", "S1", "T1")


def test_a_late_message_keeps_its_own_date() -> None:
    """`dated` says when it happened; the note's date says when we learnt it."""
    late = fact("9 Dec  Aetna accepts (A2:20), claim S1, dated 3 Dec")
    assert isinstance(late, ClaimAcknowledged)
    assert (late.happened_at.date(), late.learnt_at.date()) == (date(2026, 12, 3), date(2026, 12, 9))


def test_an_electronic_answer_keeps_its_codes() -> None:
    """Category, code and the way in which the payer searched."""
    answer = fact("9 Dec  Aetna: no record (277 D0:35), searched by member and range")
    assert isinstance(answer, StatusAnswered)
    assert (answer.category, answer.status_code, answer.searched_by) == ("D0", "35", "member_and_range")


def test_a_call_keeps_who_said_what() -> None:
    """Known sayings count; other words are kept, and say nothing new."""
    call = "9 Dec  Dana calls Aetna: {}, spoke to Kim, ref 4711, Aetna has the file, must finish it, by 5 Jan"
    known, other = fact(call.format("no record")), fact(call.format("it is under review"))
    assert isinstance(known, ContactLogged)
    assert isinstance(other, ContactLogged)
    assert (known.says, other.says) == (Said.NO_RECORD, Said.NOTHING_NEW)
    assert (other.note, other.holder, other.promised_date) == ("it is under review", Party.SECONDARY, date(2027, 1, 5))


def test_every_unclear_line_is_named_with_its_way_out() -> None:
    """All problems at once; nothing is skipped in silence."""
    text = """\
claim: 1000 dollars
primary: Medicare, medicare
secondary: Aetna, green
12 Mar  Aetna dances
        Aetna accepts (A2:20), with joy
        => V99 confirmed
31 Feb  silence
11 Mar 2025  silence
"""
    with pytest.raises(StoryError) as caught:
        parse_story(text)
    problems = caught.value.problems
    assert [each.split(":")[0] for each in problems] == [f"line {n}" for n in (1, 3, 4, 5, 6, 7, 8)]
    assert "services 20 Feb 2026" in problems[0]
    assert "commercial" in problems[1]
    assert "is no phrase of stories" in problems[2]
    assert "it may be followed by: claim {word}" in problems[3]
    assert "write one of:" in problems[4]
    assert "there is no 31 Feb" in problems[5]
    assert "before the line above" in problems[6]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no dated line"),
        ("silence", "needs a date"),
        ("1 Dec  Cigna pays $1.00", "nobody in this story"),
        ("1 Dec  Aetna denies", "a denial needs its reason"),
        ("1 Dec  Aetna takes its payment back", "nothing to take back"),
        ("1 Dec  Aetna: under review", "needs its code"),
        ("1 Dec 09:00 silence\n08:00 silence", "is not later"),
        ("1 Dec 09:00 => open", "leave the time out"),
    ],
)
def test_what_cannot_be_meant_is_said(text: str, words: str) -> None:
    """Each refusal tells what to write instead."""
    with pytest.raises(StoryError, match=words):
        parse_story(HEADING + text)


def test_a_statement_that_does_not_hold_tells_what_does() -> None:
    """A rehearsal goes on to its end, and lists what was not so."""
    story = parse_story(HEADING + "1 Dec  Medicare pays $480.00, patient share $320.00\n=> V1b confirmed\n=> open\n")
    rehearsal = rehearse(story, standard_plan())
    (failure,) = rehearsal.failures
    assert (failure.line, failure.instead) == (7, "no break point")
    assert "NOT SO" in render(rehearsal)
    assert "1 of 2 statements hold." in render(rehearsal)


def test_a_rehearsal_is_told_in_lines_that_fit() -> None:
    """People read it in a terminal; machines read the same as JSON."""
    story = parse_story(HEADING + "1 Dec  Medicare pays $480.00, patient share $320.00, forwards (19, MA18)\nday 60\n")
    rehearsal = rehearse(story, standard_plan())
    assert max(len(line) for line in render(rehearsal).splitlines()) <= WIDTH
    days = json.loads(as_json(rehearsal))["days"]
    assert [each["day"] for each in days] == [str(each.day) for each in rehearsal.days]


def test_every_statement_refuses_what_is_not_so() -> None:
    """A statement that cannot fail would be worth nothing: each is false of a case just opened, or its opposite is."""
    story = parse_story(HEADING + "1 Dec  silence\n=> open\n=> closed\n=> needs attention\n=> breach\n=> no breach\n")
    wrong = {each.states for each in rehearse(story, standard_plan()).failures}
    assert wrong == {"closed", "needs attention", "breach"}


def test_the_tables_have_no_row_twice() -> None:
    """Each phrase, clause and statement is written in one way."""
    for texts in ([each.text for each in PHRASES], [each.pattern.text for each in STATEMENTS]):
        assert len(set(texts)) == len(texts)
    assert len({each.text for each in CLAUSES.values()}) == len(CLAUSES)
    assert all(name in CLAUSES for each in PHRASES for name in each.clauses)


def test_a_must_is_of_the_day_above_it() -> None:
    """A line without a date belongs to the day of the line before it."""
    (must,) = [each for each in parse_story(HEADING + "1 Dec  silence\n=> open\n").steps if isinstance(each, Must)]
    assert must.day == date(2026, 12, 1)
