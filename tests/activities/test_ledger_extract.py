"""A/R extracts: columns, dates and money as settings say; a bad row is told by line and column and stops no other."""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.ledger_extract import (
    MOST_LINE,
    BadRow,
    GoodRow,
    Layout,
    date_notation,
    layout_columns,
    read_rows,
)
from journey.words import Grade, Party, Switch

ZONE = ZoneInfo("America/New_York")
DATED = datetime(2026, 4, 3, 6, tzinfo=UTC)
CLINIC = Layout(
    layout_columns("account=Acct No; as_of=Run Date; open_balance=Total; patient_balance=Patient Due; hold=On Hold"),
    "%m/%d/%Y",
)
HEADING = "Acct No,Run Date,Total,Patient Due,On Hold\n"


def rows(text: str, layout: Layout = CLINIC) -> list[GoodRow | BadRow]:
    """The rows of an extract."""
    return list(read_rows(StringIO(text, newline=""), layout, ZONE, DATED))


def good(text: str, layout: Layout = CLINIC) -> GoodRow:
    """The only row of an extract."""
    (row,) = rows(text, layout)
    assert isinstance(row, GoodRow), row
    return row


def test_a_row_is_a_balance() -> None:
    """The settings' own headings; a day is its end, where the provider works; the switches stand or do not."""
    row = good(HEADING + '"PT-1",04/02/2026,"$1,234.56",0.00,Y\n')
    assert (row.account, row.line) == ("PT-1", 2)
    assert row.shown == {"open_balance": 123456, "patient_balance": 0, "switches_on": tuple(Switch)}
    assert row.as_of == datetime(2026, 4, 3, 3, 59, 59, tzinfo=UTC)
    fact = row.as_fact("ledger-1", 7, datetime(2026, 4, 3, 12, tzinfo=UTC))
    assert (fact.version, fact.sender, fact.grade, fact.open_balance) == (7, Party.LEDGER, Grade.SETTLED, 123456)
    assert "PT-1" not in fact.source


def test_a_balance_of_the_end_of_today_is_not_of_the_future() -> None:
    """Read at noon, an extract of today happened no later than now."""
    noon = datetime(2026, 4, 2, 16, tzinfo=UTC)
    fact = good(HEADING + "PT-1,04/02/2026,1,1,N\n").as_fact("x", 1, noon)
    assert fact.happened_at == noon


def test_fields_stand_under_their_own_names_without_a_mapping() -> None:
    """A site that can choose its headings needs no setting; every field of a balance can be told."""
    row = good(
        "account;open_balance;patient_balance;secondary_posted;unapplied;deposits;patient_paid;last_statement_amount;"
        "secondary_billed_on;first_statement_on;last_statement_on;placed_with_agency;statements_sent;switches_on\n"
        "PT-1;-5;5;1.5;2;3;4;320;2026-03-05;2026-03-14;2026-04-14;no;2;statements placement\n",
        Layout(),
    )
    assert row.as_of == DATED
    assert row.shown["open_balance"] == -500
    assert row.shown["secondary_posted"] == 150
    assert row.shown["last_statement_on"] == date(2026, 4, 14)
    assert row.shown["switches_on"] == (Switch.STATEMENTS, Switch.PLACEMENT)
    assert (row.shown["placed_with_agency"], row.shown["statements_sent"]) == (False, 2)


@pytest.mark.parametrize(
    ("written", "cents"),
    [
        ("0", 0),
        ("12", 1200),
        ("12.3", 1230),
        ("12.34", 1234),
        ("$12.34", 1234),
        ("-$12.34", -1234),
        ("$-12.34", -1234),
        ("(12.34)", -1234),
        ("1,234,567.89", 123456789),
    ],
)
def test_dollars(written: str, cents: int) -> None:
    """The ways in which billing systems write dollars."""
    assert good(HEADING + f'PT-1,04/02/2026,"{written}",0,N\n').shown["open_balance"] == cents


@pytest.mark.parametrize(
    "written", ["", "12.345", "1,23", "12,34", "1.234,56", "1e3", "NaN", "12 USD", "٣", "0x10", "--5", "9" * 14]
)
def test_what_is_no_amount_is_told_by_its_column(written: str) -> None:
    """A doubtful amount is never guessed: the row waits for a person, and the value is not in the reason."""
    (row,) = rows(HEADING + f'PT-1,04/02/2026,"{written}",0,N\n')
    assert isinstance(row, BadRow)
    assert row.line == 2
    assert "column 'Total'" in row.reasons[0]
    assert not written or written not in row.reasons[0]


def test_whole_cents() -> None:
    """With BATON_EXTRACT_MONEY=cents a point is a mistake."""
    layout = Layout(money="cents")
    text = "account,open_balance,patient_balance\nPT-1,123456,-5\nPT-2,12.34,0\n"
    first, second = rows(text, layout)
    assert isinstance(first, GoodRow)
    assert first.shown == {"open_balance": 123456, "patient_balance": -5}
    assert isinstance(second, BadRow)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("PT-9,04/02/2026,1,1", "4 cells where the heading has 5"),
        ('PT-9,04/02/2026,"1,1,N', "0 cells where the heading has 5"),
        ("PT-9,2026-04-02,1,1,N", "column 'Run Date': is not a date"),
        ("PT-9,02/30/2026,1,1,N", "column 'Run Date': is not a date"),
        ("PT-9,04/02/2026,1,1,perhaps", "column 'On Hold': is neither yes nor no"),
        (",04/02/2026,1,1,N", "column 'Acct No': must have 1 to 64 characters"),
        ("PT-1,04/02/2026,1,1,N", "column 'Acct No': the account stands in this file twice"),
    ],
)
def test_a_bad_row_stops_no_other(line: str, told: str) -> None:
    """Each bad row is told with its line and column and kept; those before and after it count."""
    before, bad, after = rows(f"{HEADING}PT-1,04/02/2026,1,1,N\n{line}\nPT-2,04/02/2026,1,1,N\n")
    assert isinstance(before, GoodRow)
    assert isinstance(after, GoodRow)
    assert isinstance(bad, BadRow)
    assert (bad.line, bad.raw) == (3, line)
    assert told in bad.reasons[0]
    assert "PT-9" not in "".join(bad.reasons)


def test_every_problem_of_a_row_is_told() -> None:
    """One pass over a row finds all that is wrong with it."""
    (row,) = rows(HEADING + "PT-1,yesterday,much,little,N\n")
    assert isinstance(row, BadRow)
    assert [each.split(":")[0] for each in row.reasons] == [
        "column 'Run Date'",
        "column 'Total'",
        "column 'Patient Due'",
    ]


@pytest.mark.parametrize(
    ("heading", "told"),
    [
        ("Acct No,Run Date,Patient Due,On Hold\n", "column 'Total' (open_balance) is missing"),
        ("Acct No,Run Date,Total,Total,Patient Due,On Hold\n", "column 'Total' stands in the heading 2 times"),
        ("", "is missing"),
    ],
)
def test_a_file_without_its_columns_is_one_bad_row(heading: str, told: str) -> None:
    """Nothing of it is guessed; the reason names the setting that puts it right."""
    (row,) = rows(heading + "PT-1,04/02/2026,1,1,N\n" if heading else "")
    assert isinstance(row, BadRow)
    assert row.line == 1
    assert told in "; ".join(row.reasons)


def test_headings_are_found_however_they_are_written() -> None:
    """A byte order mark, spaces and capitals in the heading make no difference."""
    assert good("\ufeffACCT NO , run date,Total,patient due,on hold\nPT-1,04/02/2026,1,1,N\n").account == "PT-1"


def test_a_line_without_end_is_not_kept() -> None:
    """A file that is no extract at all costs no memory, and the rows after such a line count."""
    first, second = rows(f"{HEADING}{'x' * (3 * MOST_LINE)}\nPT-2,04/02/2026,1,1,N\n")
    assert isinstance(first, BadRow)
    assert len(first.raw) <= MOST_LINE + 2
    assert isinstance(second, GoodRow)


@settings(deadline=None)
@given(text=st.text(alphabet=st.sampled_from('PT-1,;"\n\r0.$()x\t\x00'), max_size=80))
def test_no_text_is_too_strange(text: str) -> None:
    """Whatever a file holds, each row is good or told with its line; nothing raises."""
    for row in rows(HEADING + text):
        assert isinstance(row, GoodRow) or (row.line >= 2 and row.reasons)


# ---- settings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("account", "field=heading"),
        ("account=", "field=heading"),
        ("acount=Acct", "names a field that no balance has"),
        ("account=A; account=B", "twice"),
    ],
)
def test_a_mapping_that_cannot_be_used_is_refused(text: str, rule: str) -> None:
    """At start, with the rule that it breaks."""
    with pytest.raises(ValueError, match=rule):
        layout_columns(text)


@pytest.mark.parametrize("text", ["%Y", "%m/%d", "day", "%H:%M", "", "%Q"])
def test_a_notation_must_tell_days_apart(text: str) -> None:
    """Year, month and day, or no extract could be put in order."""
    with pytest.raises(ValueError, match="year, month and day"):
        date_notation(text)


@pytest.mark.parametrize("text", ["%Y-%m-%d", "%m/%d/%Y", "%d.%m.%y", "%Y%m%d", "%Y-%m-%d %H:%M", "%d %b %Y"])
def test_notations_of_the_field(text: str) -> None:
    """What billing systems write."""
    assert date_notation(text) == text


def test_a_time_of_day_is_kept() -> None:
    """Two extracts of one day are told apart where the extract says when it was made."""
    layout = Layout({"as_of": "at"}, "%Y-%m-%d %H:%M")
    row = good("account,at,open_balance,patient_balance\nPT-1,2026-04-02 06:30,1,1\n", layout)
    assert row.as_of == datetime(2026, 4, 2, 10, 30, tzinfo=UTC)
