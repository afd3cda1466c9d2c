"""Related cases: of the same member, of the same claim, and stuck with the same payer at the same hop."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from casebook import reading
from casebook.errors import NoSuchRowError
from casebook.opening import Transaction
from casebook.reading import Filter
from casebook.rows import CaseRow
from casebook.search import search
from dashboard.case.file import CaseFile
from journey.words import Frozen

MOST: Final = 5
"""Of each kind; the worklist has the rest."""


class Related(Frozen):
    """One other case, and what it has in common with this one."""

    row: CaseRow
    why: str


class RelatedCases(Frozen):
    """Other cases worth a look."""

    cases: tuple[Related, ...]
    stuck: int
    """How many open cases lie with the same payer at the same hop, this one among them."""


def related(tx: Transaction, file: CaseFile) -> RelatedCases:
    """Other cases of the practice that have something in common with this one."""
    found: dict[str, Related] = {}
    for why, case_id in _same(tx, file):
        if len(found) < 2 * MOST and case_id != file.case.case_id and case_id not in found:
            row = _row(tx, file, case_id)
            if row is not None:
                found[case_id] = Related(row=row, why=why)
    stuck = Filter(practice=file.row.practice, payer_id=file.row.payer_id, hop=file.case.hop)
    count = reading.count_cases(tx, stuck) if file.case.hop else 0
    if file.case.hop and file.row.closed_at is None:
        why = f"also with {file.claim.secondary.payer_name}, '{file.case.hop.value}' still open"
        for row in reading.list_cases(tx, stuck, limit=MOST + 1).rows[:MOST]:
            if row.case_id != file.case.case_id:
                found.setdefault(row.case_id, Related(row=row, why=why))
    return RelatedCases(cases=tuple(found.values()), stuck=count)


def _same(tx: Transaction, file: CaseFile) -> Iterator[tuple[str, str]]:
    """Cases that blind keys share with this one: the patient's member ids, and the claim number, used twice."""
    practice, claim = file.row.practice, file.claim
    for coverage in claim.coverages:
        if coverage.member_id:
            yield from (("the same patient", each) for each in search(tx, practice, coverage.member_id, MOST))
    yield from (("the same claim number", each) for each in search(tx, practice, claim.claim_number, MOST))


def _row(tx: Transaction, file: CaseFile, case_id: str) -> CaseRow | None:
    try:
        row = reading.case_row(tx, case_id)
    except NoSuchRowError:
        return None
    return row if row.practice == file.row.practice else None
