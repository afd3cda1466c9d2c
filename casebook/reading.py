"""Reading the casebook: one case, its history, lists and sums."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, func, select, tuple_

from casebook.chain import BEGINNING, Content, EvidenceEntry, body_place, chained, plain_columns, state_place
from casebook.errors import NoSuchRowError, SealBrokenError
from casebook.opening import Transaction
from casebook.rows import ALTERED, BEFORE_ALL, SEALED, CaseRow, read_row
from casebook.tables import CASE_STATES, CASES, EVIDENCE
from journey.case import Case, HoldState
from journey.words import Cents, EscalationKind, Frozen, Hop, Mode, Moment, Party


class Filter(Frozen):
    """Which cases a list shows; what is not named does not matter."""

    practice: str | None = None
    is_open: bool | None = True
    holder: Party | None = None
    hop: Hop | None = None
    break_mode: Mode | None = None
    escalation: EscalationKind | None = None
    hold_state: HoldState | None = None
    payer_id: str | None = None
    owner: str | None = None
    due_before: Moment | None = None
    """Cases without a clock are due before any moment."""
    needs_attention: bool = False


OPEN_CASES = Filter()
"""All open cases."""


class Cursor(Frozen):
    """Where a list goes on: after this case."""

    due: Moment
    case_id: str


class CaseList(Frozen):
    """One page of a list, soonest due first, and where the next one starts (None at the end)."""

    rows: tuple[CaseRow, ...]
    next: Cursor | None = None


class HistoryEntry(Frozen):
    """One entry of a case's evidence, as it was written."""

    seq: int
    revision: int
    entry: EvidenceEntry
    hash: str


class BrokenLink(Frozen):
    """The first place where a case's evidence is not what was written."""

    case_id: str
    seq: int
    problem: str


class Overview(Frozen):
    """Counts of open cases, and their money in cents."""

    cases: int = 0
    """All, open and closed."""
    open: int = 0
    without_clock: int = 0
    """Open, and no clock runs: should be 0 (I1)."""
    overdue: int = 0
    needing_attention: int = 0
    by_holder: dict[str, int]
    """Who holds how many files."""
    by_hop: dict[str, int]
    by_break: dict[str, int]
    by_escalation: dict[str, int]
    by_hold: dict[str, int]
    at_risk: Cents = 0
    """Dollars that wait for the secondary."""
    on_hold: Cents = 0
    """The part of it that a verified hold protects."""
    patient_balance: Cents = 0
    """What the ledgers show as owed by patients."""
    resolutions: dict[str, int]
    """Cases that were resolved, open or closed."""


def case_row(tx: Transaction, case_id: str) -> CaseRow:
    """One case as lists show it; NoSuchRowError when there is none."""
    found = tx.connection.execute(select(CASES).where(CASES.c.case_id == case_id)).mappings().one_or_none()
    return read_row(found or _no_case(), tx)


def case_state(tx: Transaction, case_id: str) -> Case:
    """One case whole, as last written; NoSuchRowError when there is none."""
    return Case.model_validate_json(_state(tx, case_id))


def list_cases(
    tx: Transaction, where: Filter = OPEN_CASES, *, after: Cursor | None = None, limit: int = 100
) -> CaseList:
    """Cases by due time, soonest first, those without a clock before all."""
    wanted = select(CASES).where(*_conditions(where)).order_by(CASES.c.listed_due, CASES.c.case_id).limit(limit + 1)
    if after:
        wanted = wanted.where(tuple_(CASES.c.listed_due, CASES.c.case_id) > tuple_(after.due, after.case_id))
    rows = [read_row(each, tx) for each in tx.connection.execute(wanted).mappings()]
    page = tuple(rows[:limit])
    more = len(rows) > limit
    return CaseList(
        rows=page, next=Cursor(due=page[-1].next_due or BEFORE_ALL, case_id=page[-1].case_id) if more else None
    )


def count_cases(tx: Transaction, where: Filter = OPEN_CASES) -> int:
    """How many cases a filter lets through."""
    return tx.connection.execute(select(func.count()).select_from(CASES).where(*_conditions(where))).scalar_one()


def still_open(tx: Transaction, case_ids: Sequence[str]) -> tuple[str, ...]:
    """Those of these cases that are not closed; one that was never written down has just begun."""
    closed = select(CASES.c.case_id).where(CASES.c.case_id.in_(case_ids), CASES.c.closed_at.is_not(None))
    ended = frozenset(tx.connection.execute(closed).scalars()) if case_ids else frozenset()
    return tuple(each for each in case_ids if each not in ended)


def history(tx: Transaction, case_id: str, *, before: int | None = None) -> tuple[HistoryEntry, ...]:
    """What a case heard, in the order heard, with the reasons of each decision; empty for an unknown case.

    Args:
        tx: the transaction.
        case_id: the case.
        before: only entries before this place, as where `verify_chain` found the chain broken.
    """
    return tuple(
        HistoryEntry(seq=content.seq, revision=content.revision, entry=content.entry, hash=each["hash"])
        for each in _evidence(tx, case_id)
        if before is None or each["seq"] < before
        for content in (Content.model_validate_json(_body(tx, each)),)
    )


def has_heard(tx: Transaction, case_id: str, fact_id: str) -> bool:
    """Whether a fact stands in a case's evidence."""
    found = select(EVIDENCE.c.seq).where(EVIDENCE.c.case_id == case_id, EVIDENCE.c.fact_id == fact_id).limit(1)
    return tx.connection.execute(found).first() is not None


def heard_of(tx: Transaction, case_id: str, fact_ids: Collection[str]) -> frozenset[str]:
    """Those of these facts that stand in a case's evidence."""
    if not fact_ids:
        return frozenset()
    found = select(EVIDENCE.c.fact_id).where(EVIDENCE.c.case_id == case_id, EVIDENCE.c.fact_id.in_(fact_ids))
    return frozenset(tx.connection.execute(found).scalars())


def entry_hash(tx: Transaction, case_id: str, seq: int) -> str | None:
    """The hash of one entry of a case's evidence; None where there is none."""
    found = select(EVIDENCE.c.hash).where(EVIDENCE.c.case_id == case_id, EVIDENCE.c.seq == seq)
    return tx.connection.execute(found).scalar()


def verify_chain(tx: Transaction, case_id: str) -> BrokenLink | None:
    """Whether a case's evidence is as it was written; None when it is, else the first place that is not.

    Finds entries that were changed, moved, swapped, taken out, put in or cut off, and a case whose state or sealed
    words were replaced.
    """
    seq, head = 0, BEGINNING
    for seq, each in enumerate(_evidence(tx, case_id), 1):
        problem = _problem(tx, each, seq, head)
        if problem:
            return BrokenLink(case_id=case_id, seq=seq, problem=problem)
        head = each["hash"]
    problem = _end_problem(tx, case_id, seq, head)
    return BrokenLink(case_id=case_id, seq=seq + 1, problem=problem) if problem else None


def overview(tx: Transaction, now: Moment, practice: str | None = None) -> Overview:
    """Counts and sums at a moment, for one practice or all."""
    groups = list(_groups(tx, now, practice))
    running = [each for each in groups if each["is_open"]]
    return Overview(
        cases=_sum(groups, "cases"),
        open=_sum(running, "cases"),
        without_clock=_sum(running, "without_clock"),
        overdue=_sum(running, "overdue"),
        needing_attention=_sum(running, "needing_attention"),
        by_holder=_counts(running, "holder"),
        by_hop=_counts(running, "hop"),
        by_break=_counts(running, "break_mode"),
        by_escalation=_counts(running, "escalation"),
        by_hold=_counts(running, "hold_state"),
        at_risk=_sum(running, "at_risk"),
        on_hold=_sum([each for each in running if each["hold_state"] == HoldState.VERIFIED], "at_risk"),
        patient_balance=_sum(running, "patient_balance"),
        resolutions=_counts(groups, "resolution"),
    )


def _no_case() -> Any:
    raise NoSuchRowError("the casebook has no such case: `baton case list` shows those it has")


def _state(tx: Transaction, case_id: str) -> str:
    standing = select(CASES.c.revision, CASES.c.head, CASE_STATES.c.state).join(CASE_STATES)
    found = tx.connection.execute(standing.where(CASES.c.case_id == case_id)).one_or_none()
    revision, head, state = found or _no_case()
    return tx.unseal(state, state_place(case_id, revision, head))


def _conditions(where: Filter) -> Iterator[ColumnElement[bool]]:
    if where.is_open is not None:
        yield CASES.c.closed_at.is_(None) if where.is_open else CASES.c.closed_at.is_not(None)
    if where.due_before:
        yield CASES.c.listed_due < where.due_before
    if where.needs_attention:
        yield CASES.c.attention > 0
    for name in ("practice", "holder", "hop", "break_mode", "escalation", "hold_state", "payer_id", "owner"):
        wanted = getattr(where, name)
        if wanted is not None:
            yield CASES.c[name] == str(wanted)


def _evidence(tx: Transaction, case_id: str) -> Iterator[RowMapping]:
    ordered = select(EVIDENCE).where(EVIDENCE.c.case_id == case_id).order_by(EVIDENCE.c.seq)
    yield from tx.connection.execute(ordered).mappings()


def _body(tx: Transaction, row: RowMapping) -> str:
    return tx.unseal(row["body"], body_place(row["case_id"], row["seq"]))


def _problem(tx: Transaction, row: RowMapping, seq: int, head: str) -> str:
    if row["seq"] != seq:
        return "entries are missing"
    try:
        text = _body(tx, row)
    except SealBrokenError:
        return "the entry was altered or moved"
    if row["previous_hash"] != head or row["hash"] != chained(head, text):
        return "the entry does not follow the one before it"
    written = plain_columns(Content.model_validate_json(text))
    changed = [name for name, value in written.items() if row[name] != value]
    return f"these columns were changed: {', '.join(changed)}" if changed else ""


def _end_problem(tx: Transaction, case_id: str, entries: int, head: str) -> str:
    chain = select(CASES.c.entries, CASES.c.head).where(CASES.c.case_id == case_id)
    if tuple(tx.connection.execute(chain).one_or_none() or _no_case()) != (entries, head):
        return "the evidence does not end where the case says"
    try:
        _state(tx, case_id)
    except SealBrokenError:
        return "the case's state does not belong to its evidence"
    row = case_row(tx, case_id)
    altered = [name for name in SEALED if getattr(row, name) == ALTERED]
    return f"these words of its row were altered: {', '.join(altered)}" if altered else ""


_GROUPED = ("holder", "hop", "break_mode", "escalation", "hold_state", "resolution")


def _groups(tx: Transaction, now: Moment, practice: str | None) -> Iterator[RowMapping]:
    """One pass over the cases: every sum is of some of these groups."""
    is_open = CASES.c.closed_at.is_(None).label("is_open")
    grouped = [CASES.c[name] for name in _GROUPED]
    sums = (
        func.count().label("cases"),
        func.sum(CASES.c.at_risk).label("at_risk"),
        func.sum(func.coalesce(CASES.c.patient_balance, 0)).label("patient_balance"),
        func.count().filter(CASES.c.next_due.is_(None)).label("without_clock"),
        func.count().filter(CASES.c.next_due < now).label("overdue"),
        func.count().filter(CASES.c.attention > 0).label("needing_attention"),
    )
    wanted = select(is_open, *grouped, *sums).group_by(is_open, *grouped)
    if practice is not None:
        wanted = wanted.where(CASES.c.practice == practice)
    yield from tx.connection.execute(wanted).mappings()


def _sum(groups: list[RowMapping], name: str) -> int:
    return int(sum(each[name] for each in groups))


def _counts(groups: list[RowMapping], name: str) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for each in groups:
        if each[name] is not None:
            counts[each[name]] += each["cases"]
    return dict(counts.most_common())
