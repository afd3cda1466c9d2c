"""What somebody changed in the database behind Baton's back: it is said, and hides nothing else."""

from __future__ import annotations

from sqlalchemy import select, update

from casebook.rows import ALTERED, CaseRow
from casebook.tables import CASE_STATES, CASES
from dashboard.roles import Role
from tests.dashboard.conftest import Desk
from tests.dashboard.test_bulk import open_rows, sent, ticked


def words_of_another(desk: Desk, row: CaseRow, other: CaseRow) -> None:
    """Put another case's sealed words and state in the place of a case's own."""
    with desk.premises.book.writing() as tx:
        for table, columns in ((CASES, ("pending_action", "patient")), (CASE_STATES, ("state",))):
            theirs = select(*(table.c[name] for name in columns)).where(table.c.case_id == other.case_id)
            moved = tx.connection.execute(theirs).mappings().one()
            tx.connection.execute(update(table).where(table.c.case_id == row.case_id).values(dict(moved)))


def test_one_altered_case_hides_no_other(desk: Desk) -> None:
    """Its row stays in the list and says what it is; the other rows are as they were."""
    altered, other = open_rows(desk)[:2]
    words_of_another(desk, altered, other)
    answer = desk.browser(Role.SUPERVISOR).get(f"/worklist?view=everyone&payer={altered.payer_id}")
    assert answer.status_code == 200
    assert altered.case_id in answer.text
    assert ALTERED in answer.text


def test_an_altered_case_does_not_keep_others_from_being_worked_on(desk: Desk) -> None:
    """Bulk work goes on with the cases that can be read, and counts the one that cannot."""
    altered, *others = open_rows(desk)[:4]
    words_of_another(desk, altered, others[0])
    browser = desk.browser(Role.SUPERVISOR)
    cases = [altered.case_id, *(each.case_id for each in others)]
    looked = sent(browser, "/bulk/preview", "hold", cases, reason="agency dispute")
    assert "1 case of the form cannot be found or read here" in looked.text
    assert ticked(looked) == {each.case_id for each in others}


def test_the_page_of_an_altered_case_says_so(desk: Desk) -> None:
    """No page shows what is not what was written; it names the way out instead of failing."""
    altered, other = open_rows(desk)[:2]
    words_of_another(desk, altered, other)
    browser = desk.browser(Role.SUPERVISOR)
    answer = browser.get(f"/cases/{altered.case_id}")
    assert answer.status_code == 409
    assert "baton audit" in answer.text
    assert browser.get(f"/cases/{other.case_id}").status_code == 200
