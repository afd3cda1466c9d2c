"""`baton case`: lists, one case, why it is where it is, and what it heard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter
from cyclopts.validators import Number

from casebook import reading
from casebook.opening import Transaction
from casebook.reading import CaseList, Filter, HistoryEntry, Overview
from casebook.rows import CaseRow
from cli.case_page import as_json, page
from cli.failures import CommandError, message
from cli.home import CaseId, Home, Json, Office, find_case, live_cases, office, short
from cli.output import aside, heading, indented, pairs, put_json, say, table
from cli.packet import packet, verify_packet
from cli.why import why, why_json
from journey.case import Case
from journey.evidence.roles import placed
from journey.telling import told
from journey.words import EscalationKind, Hop, Mode, Party
from journey.writing import Calendar, dollars, plainly

if TYPE_CHECKING:
    from workflows.messages import Standing

app = App(name="case", help="Look at cases: who holds the file, what must they do, by when.")
app.command(packet)
app.command(verify_packet)


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which cases a list shows."""

    holder: Party | None = None
    """Only files that this party holds."""
    hop: Hop | None = None
    """Only cases whose first unproven hop is this one."""
    break_: Annotated[str, Parameter(name="--break")] = ""
    """Only cases with this break point in force, such as V1b."""
    escalation: EscalationKind | None = None
    """Only cases whose most urgent open escalation is of this kind."""
    overdue: bool = False
    """Only cases whose clock should have rung."""
    attention: bool = False
    """Only cases that a person must look at, as for a message that could not be read."""
    every: Annotated[bool, Parameter(name="--all")] = False
    """Closed cases as well."""

    def of(self, practice: str, now: datetime) -> Filter:
        """The same as the casebook asks for it."""
        return Filter(
            practice=practice,
            is_open=None if self.every else True,
            holder=self.holder,
            hop=self.hop,
            break_mode=_mode(self.break_),
            escalation=self.escalation,
            due_before=now if self.overdue else None,
            needs_attention=self.attention,
        )


ALL_OPEN = Wanted()


@app.command(name="list")
def list_(
    *,
    wanted: Wanted = ALL_OPEN,
    limit: Annotated[int, Parameter(validator=Number(gte=1), show_default=True)] = 50,
    home: Home = None,
    json: Json = False,
) -> None:
    """List open cases, soonest due first; a case without a clock is an alarm and comes before all.

    Example: `baton case list --holder secondary --overdue`

    Args:
        wanted: Which.
        limit: How many at the most.
    """
    with office(home) as at:
        now = datetime.now(UTC)
        through = wanted.of(at.settings.practice, now)
        with at.book.reading() as tx:
            found, total = reading.list_cases(tx, through, limit=limit), reading.count_cases(tx, through)
            all_open = reading.overview(tx, now, at.settings.practice)
        if json:
            put_json({"cases": [each.model_dump(mode="json") for each in found.rows], "total": total})
        else:
            _print_list(found, total, all_open, at.calendar, now)


def _mode(code: str) -> Mode | None:
    known = {each.value.casefold(): each for each in Mode}
    if code and code.casefold() not in known:
        raise CommandError(f"there is no such break point: --break is one of {', '.join(Mode)}")
    return known.get(code.casefold())


def _print_list(found: CaseList, total: int, all_open: Overview, calendar: Calendar, now: datetime) -> None:
    titles = ("case", "due", "holder", "must", "stands at", "way out", "at risk")
    say(table(titles, (_line(each, calendar, now) for each in found.rows), right=("at risk",)))
    say(
        aside(
            f"{len(found.rows)} of {total} shown. Open: {all_open.open}, overdue: {all_open.overdue}, without a clock: "
            f"{all_open.without_clock}, at risk: {dollars(all_open.at_risk)}."
        )
    )


def _line(row: CaseRow, calendar: Calendar, now: datetime) -> tuple[str, ...]:
    late = " !" if row.next_due and row.next_due < now else ""
    due = "closed" if row.closed_at else f"{calendar.day(row.next_due)}{late}" if row.next_due else "NO CLOCK"
    way_out = f"{plainly(row.escalation)}, {plainly(row.rung)}" if row.escalation and row.rung else ""
    return (
        short(row.case_id),
        due,
        plainly(row.holder) if row.holder else "",
        row.pending_action,
        _stands_at(row),
        way_out,
        dollars(row.at_risk),
    )


def _stands_at(row: CaseRow) -> str:
    if row.resolution:
        return f"resolved {row.resolution}"
    if row.break_mode and row.break_state:
        return f"{row.break_mode} {row.break_state}"
    return f"not {row.hop}" if row.hop else "all proven"


@app.command
async def show(case_id: CaseId, /, *, home: Home = None, json: Json = False) -> None:
    """Show one case: its sentence, the three answers, proofs, clocks, break point, escalations, hold and money.

    Asks the running case; without an answer it shows what the casebook has, and says so.

    Example: `baton case show k3j2h4l5`
    """
    with office(home) as at:
        full = find_case(at, case_id)
        standing, why_not = await _standing(at, full)
        case, sentence = _written(at, full, standing)
        if json:
            put_json(as_json(case, standing.sentence if standing else sentence, live=standing is not None))
            return
        source = "live" if standing else f"from the casebook, as of {at.calendar.minute(case.as_of)}: {why_not}"
        say(*page(case, standing.sentence if standing else sentence, at.plan, at.calendar, source))


async def _standing(at: Office, case_id: str) -> tuple[Standing | None, str]:
    """Where the running case stands; without an answer, why."""
    try:
        async with live_cases(at) as cases:
            return await cases.where(case_id), ""
    except Exception as error:
        why_not = message(error)
        if why_not is None:
            raise
        return None, why_not


def _written(at: Office, case_id: str, standing: Standing | None) -> tuple[Case, str]:
    """The case as the casebook has it, with what the running case knows better; and its sentence."""
    with at.book.reading() as tx:
        case, sentence = reading.case_state(tx, case_id), reading.case_row(tx, case_id).sentence
    if standing is None or standing.revision <= case.revision:
        return case, sentence
    newer = ("holder", "hop", "clocks", "hold", "attention", "resolution", "as_of", "revision")
    return case.model_copy(update={name: getattr(standing, name) for name in newer}), sentence


@app.command
def explain(
    case_id: CaseId,
    /,
    *,
    last: Annotated[int, Parameter(validator=Number(gte=1), show_default=True)] = 10,
    home: Home = None,
    json: Json = False,
) -> None:
    """Explain one case: the reasons of its last decisions, what would change it, which answers did not count.

    Example: `baton case explain k3j2h4l5 --last 20`

    Args:
        last: How many decisions back.
    """
    with office(home) as at:
        full = find_case(at, case_id)
        with at.book.reading() as tx:
            case = reading.case_state(tx, full)
            heard = _heard(tx, case)
        if json:
            put_json(why_json(case, heard, last))
        else:
            say(*why(case, heard, last, at.calendar))


@app.command
def history(case_id: CaseId, /, *, home: Home = None, json: Json = False) -> int:
    """Print all that one case heard, in order, and verify that it is what was written.

    Ends with 1 when the evidence was changed. The facts themselves stay sealed in the casebook.

    Example: `baton case history k3j2h4l5`
    """
    with office(home) as at:
        full = find_case(at, case_id)
        with at.book.reading() as tx:
            broken = reading.verify_chain(tx, full)
            heard = () if broken else _heard(tx, reading.case_state(tx, full))
        verdict = f"BROKEN at entry {broken.seq}: {broken.problem}" if broken else f"{len(heard)} entries, verified"
        if json:
            put_json({"case_id": full, "chain": verdict, "broken": broken is not None, "entries": _entries(heard)})
        else:
            _print_history(full, heard, verdict, at.calendar)
    return 1 if broken else 0


def _heard(tx: Transaction, case: Case) -> tuple[HistoryEntry, ...]:
    """What a case heard, with the roles that its policies give to payers: the evidence has facts as they came."""
    return tuple(
        each.model_copy(update={"entry": each.entry.model_copy(update={"fact": placed(case.claim, each.entry.fact)})})
        for each in reading.history(tx, case.case_id)
    )


def _entries(heard: tuple[HistoryEntry, ...]) -> list[dict[str, Any]]:
    return [
        {
            "seq": each.seq,
            "revision": each.revision,
            "hash": each.hash,
            "fact_id": each.entry.fact.fact_id,
            "kind": each.entry.fact.kind,
            "happened_at": each.entry.fact.happened_at.isoformat(),
            "learnt_at": each.entry.fact.learnt_at.isoformat(),
            "sender": each.entry.fact.sender.value,
            "says": told(each.entry.fact),
            "applied": each.entry.applied,
            "reasons": [reason.model_dump(mode="json") for reason in each.entry.reasons],
            "actions": list(each.entry.actions),
        }
        for each in heard
    ]


def _print_history(case_id: str, heard: tuple[HistoryEntry, ...], verdict: str, calendar: Calendar) -> None:
    say(heading(f"{case_id}: {verdict}"), "")
    for each in heard:
        fact, repeated = each.entry.fact, "" if each.entry.applied else " (heard before; nothing changed)"
        say(pairs(((f"{each.seq:>4}  {calendar.minute(fact.happened_at)}", f"{told(fact)}{repeated}"),)))
        for reason in each.entry.reasons:
            say(indented(f"· {reason.says}", 6))
