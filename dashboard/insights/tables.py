"""Every figure of the insights as a table, with what it counts: the numbers behind the charts, and their CSV files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Final, Literal

from casebook.insights import Holds, Outcomes, Pile, added
from casebook.insights_speed import JUDGED_AFTER, Took
from casebook.worklist import NONE, Age
from dashboard.insights.sums import Sums
from dashboard.insights.table import Column, Table, TableLine, Value, mode_words, worklist
from journey.words import Hop

AGE_WORDS: Final = ("0–30 days", "31–60 days", "61–90 days", "91–120 days", "over 120 days")
HOP_WORDS: Final[Mapping[str, str]] = {
    Hop.TRANSMITTED: "Not shown to be sent",
    Hop.RECEIVED: "Sent, not shown to be received",
    Hop.ACCEPTED: "Received, not accepted",
    Hop.ADJUDICATED: "Accepted, not decided",
    Hop.PAID: "Decided, not paid",
    Hop.POSTED: "Paid, not posted",
    "": "All shown; the hold is not released",
}
"""Where a case stands, by the first hop that is not proven."""

MARKED_DAYS: Final = (15, 30, 45)
NOBODY: Final = "Nobody yet"
NO_HOLDS: Final = Holds(owing=0, held=0, vague=0, vague_cases=0)


def cases_of_payer(sums: Sums) -> dict[str, str]:
    """The filter that keeps to the payer whose figures are shown, if it is one."""
    return {"payer": sums.scope.payer_id} if sums.scope.payer_id else {}


def grouped(piles: Iterable[Pile], name: Literal["hop", "break_mode", "payer_id"]) -> dict[str, list[Pile]]:
    """Piles by one thing that they have in common, the most dollars first."""
    groups: dict[str, list[Pile]] = defaultdict(list)
    for each in piles:
        groups[getattr(each, name)].append(each)
    return dict(sorted(groups.items(), key=lambda group: (-_risk(group[1]), group[0])))


def _risk(piles: Iterable[Pile]) -> int:
    return sum(each.at_risk for each in piles)


_RISK: Final = (
    "Dollars at risk",
    "The primary's patient share less what the secondary has settled, over cases that are neither resolved nor closed.",
)
_AGE: Final = ("Age", "Days since the primary's decision, never since the service.")
_OVERDUE: Final = (
    "Overdue",
    "The latest safe date is over, or the work went up a rung because nobody finished it in time.",
)


def risk_by_age(sums: Sums) -> Table:
    """Dollars by age and break point."""
    ages = list(Age)
    lines = [
        TableLine(
            cells=(
                mode_words(mode),
                *(sum(each.ages_at_risk[n] for each in piles) for n in range(len(ages))),
                _risk(piles),
                sum(each.cases for each in piles),
                sum(each.overdue for each in piles),
            ),
            href=worklist(break_=mode or NONE, **cases_of_payer(sums)),
        )
        for mode, piles in grouped(sums.piles, "break_mode").items()
    ]
    money = (*(Column(title=each, kind="cents") for each in AGE_WORDS), Column(title="All ages", kind="cents"))
    return Table(
        name="risk-by-age",
        title="Dollars at risk by break point and age",
        defined=(_RISK, _AGE, _OVERDUE),
        columns=(
            Column(title="Break point", kind="words"), *money, Column(title="Cases"), Column(title="Overdue"),
        ),
        lines=tuple(lines),
    )  # fmt: skip


def risk_by_hop(sums: Sums) -> Table:
    """Dollars by the first hop that is not proven."""
    lines = [
        TableLine(
            cells=(
                HOP_WORDS[hop], _risk(piles), sum(each.cases for each in piles), sum(each.overdue for each in piles),
            ),
            href=worklist(hop=hop or NONE, **cases_of_payer(sums)),
        )
        for hop, piles in sorted(grouped(sums.piles, "hop").items(), key=lambda each: _place(each[0]))
    ]  # fmt: skip
    return Table(
        name="risk-by-hop",
        title="Dollars at risk by hop",
        defined=(_RISK, ("Hop", "The first of the six hops that is not proven well enough."), _OVERDUE),
        columns=(
            Column(title="Hop", kind="words"), Column(title="At risk", kind="cents"), Column(title="Cases"),
            Column(title="Overdue"),
        ),
        lines=tuple(lines),
    )  # fmt: skip


def _place(hop: str) -> int:
    return list(Hop).index(Hop(hop)) if hop else len(Hop)


def payers(sums: Sums) -> Table:
    """What each secondary holds, and how it answers."""
    lines = []
    for payer_id, piles in grouped(sums.piles, "payer_id").items():
        risk, vague = _risk(piles), sums.holds.get(payer_id, NO_HOLDS)
        old = sum(sum(each.ages_at_risk[3:]) for each in piles)
        cells = (
            sums.names.get(payer_id, payer_id), risk, sum(each.cases for each in piles),
            sum(each.overdue for each in piles), _share(old, risk), vague.vague, vague.vague_cases,
        )  # fmt: skip
        lines.append(TableLine(cells=cells, href=worklist(payer=payer_id)))
    return Table(
        name="payers",
        title="Secondary payers that hold the most",
        defined=(
            _RISK,
            _OVERDUE,
            ("Over 90 days", "Share of the payer's dollars at risk that is more than 90 days old."),
            (
                "Vague answers",
                "Answers without holder, pending action and date that open cases had in a row from this payer; an "
                "answer that counts begins the row anew. Stuck in vagueness: cases with two or more.",
            ),
        ),
        columns=(
            Column(title="Payer", kind="words"), Column(title="At risk", kind="cents"), Column(title="Cases"),
            Column(title="Overdue"), Column(title="Over 90 days", kind="share"), Column(title="Vague answers"),
            Column(title="Stuck in vagueness"),
        ),
        lines=tuple(lines),
    )  # fmt: skip


def receivable(sums: Sums) -> Table:
    """How old the secondary receivable is."""
    days = round(sums.at_risk / sums.daily, 1) if sums.daily else None
    lines = (
        TableLine(cells=("Open secondary receivable", sums.at_risk, None, None)),
        TableLine(cells=("What became due on an average day of the last 90", round(sums.daily), None, None)),
        TableLine(cells=("Days in secondary receivable", None, days, None)),
        TableLine(cells=("More than 90 days old", sums.old, None, _share(sums.old, sums.at_risk))),
    )
    return Table(
        name="receivable",
        title="Secondary receivable",
        defined=(
            (
                "Days in secondary receivable",
                "Open secondary receivable ÷ average daily secondary revenue: dollars at risk ÷ a ninetieth of the "
                "patient shares that primaries left in the last 90 days.",
            ),
            ("More than 90 days", "Dollars at risk whose primary decided more than 90 days ago ÷ dollars at risk."),
        ),
        columns=(
            Column(title="Measure", kind="words"), Column(title="Dollars", kind="cents"),
            Column(title="Days", kind="days"), Column(title="Share", kind="share"),
        ),
        lines=lines,
    )  # fmt: skip


def crossover(sums: Sums) -> Table:
    """What primaries announced, and what arrived."""
    lines = [
        TableLine(
            cells=(
                sums.names.get(each.payer_id, each.payer_id) if each.payer_id else "All payers",
                each.promised, *(each.curve[day] for day in MARKED_DAYS), each.waiting, each.by_hand, each.judged,
                each.false, each.false_rate,
            ),
            href=worklist(payer=each.payer_id or sums.scope.payer_id or ""),
        )
        for each in sums.crossovers
    ]  # fmt: skip
    return Table(
        name="crossover",
        title="Crossovers: promised and confirmed",
        defined=(
            ("Promised", "Claims whose primary announced in the period that it passed them on (19, MA18, N89, MA07)."),
            (
                "Confirmed by day 15, 30, 45",
                "Share that the secondary was shown to have, before anybody sent it by hand. One that is still awaited "
                "counts only up to its age (product-limit estimate), so that young ones do not blur the share.",
            ),
            (
                "False",
                f"Not confirmed within {JUDGED_AFTER} days, or sent by hand ÷ those announced at least {JUDGED_AFTER} "
                "days ago or already decided either way. Medicare expects about 1 %; above 3 % ask the payer.",
            ),
        ),
        columns=(
            Column(title="Payer", kind="words"), Column(title="Promised"),
            *(Column(title=f"By day {day}", kind="share") for day in MARKED_DAYS), Column(title="Still awaited"),
            Column(title="Sent by hand"), Column(title="Judged"), Column(title="False"),
            Column(title="False rate", kind="share"),
        ),
        lines=tuple(lines),
    )  # fmt: skip


def detection(sums: Sums) -> Table:
    """How long a break stays unseen."""
    words = "Days from the primary's decision to the first break point of the case, of breaks found in the period."
    return _took("detection", "Days until a break was found", "Days to detection", words, sums.found)


def resolution(sums: Sums) -> Table:
    """How long a case takes."""
    words = "Days from the primary's decision to the closing proof of both sides, of cases resolved in the period."
    return _took("resolution", "Days until a case was resolved", "Days to resolution", words, sums.resolved)


def _took(name: str, title: str, term: str, words: str, found: Iterable[Took]) -> Table:
    middle = (
        "Median, nine of ten",
        "Half of the cases took no longer than the one, nine of ten than the other.",
    )
    named = (("All cases" if each.mode == "all" else mode_words(each.mode), each) for each in found)
    lines = tuple(TableLine(cells=(name, each.cases, each.median, each.nine_of_ten)) for name, each in named)
    return Table(
        name=name,
        title=title,
        defined=((term, words), middle),
        columns=(
            Column(title="First break point", kind="words"), Column(title="Cases"),
            Column(title="Median days", kind="days"), Column(title="Nine of ten within", kind="days"),
        ),
        lines=lines,
    )  # fmt: skip


def first_pass(sums: Sums) -> Table:
    """Whether claims that we sent were taken at once."""

    def cells(of: Outcomes) -> tuple[Value, ...]:
        answered = of.accepted + of.refused + of.lost
        waiting = of.sent - answered
        return of.sent, of.accepted, of.refused, of.lost, waiting, _share(of.accepted, answered)

    return _by_payer(
        sums,
        name="first-pass",
        title="First-pass acceptance",
        defined=(
            (
                "First-pass acceptance",
                "Secondary claims that the payer accepted on their first submission ÷ those whose first submission has "
                "an outcome. Refused: by syntax check, clearinghouse or payer, or as a duplicate. Unanswered: sent "
                "again before any answer. The usual target is more than 95 %.",
            ),
        ),
        columns=(
            Column(title="Sent first"), Column(title="Accepted"), Column(title="Refused"), Column(title="Unanswered"),
            Column(title="Awaiting an answer"), Column(title="Acceptance", kind="share"),
        ),
        cells=cells,
        shown=lambda of: of.sent > 0,
    )  # fmt: skip


def holds(sums: Sums) -> Table:
    """Whether patients are protected while insurers owe."""
    lines, nothing = [], Outcomes()
    for payer_id in _payers_of(sums, sums.holds, sums.outcomes):
        held, of = sums.holds.get(payer_id, NO_HOLDS), sums.outcomes.get(payer_id, nothing)
        if held.owing or of.breached:
            covered = _share(held.held, held.owing)
            cells = (sums.names.get(payer_id, payer_id), held.owing, held.held, covered, of.breached)
            lines.append(TableLine(cells=cells, href=worklist(payer=payer_id)))
    return Table(
        name="holds",
        title="Hold coverage and breaches",
        defined=(
            (
                "Coverage",
                "Open cases with a patient balance whose hold was seen in the ledger ÷ all open cases with a patient "
                "balance. The target is 100 %.",
            ),
            ("Breached", "Cases with a statement or an agency placement during the hold, the newest in the period."),
        ),
        columns=(
            Column(title="Payer", kind="words"), Column(title="Patient owes"), Column(title="Held"),
            Column(title="Coverage", kind="share"), Column(title="Breached"),
        ),
        lines=tuple(lines),
    )  # fmt: skip


def filing(sums: Sums) -> Table:
    """What the filing limit took, and what was saved from it."""
    return _by_payer(
        sums,
        name="filing",
        title="Filing limits: saved and lost",
        defined=(
            ("Saved", "The payer accepted the claim in the last 14 days before its filing limit; patient shares."),
            (
                "Lost",
                "Written off because the filing limit passed (R6), or past it and not resolved (F10); patient shares.",
            ),
        ),
        columns=(
            Column(title="Saved"), Column(title="Dollars saved", kind="cents"), Column(title="Lost"),
            Column(title="Dollars lost", kind="cents"),
        ),
        cells=lambda of: (of.saved, of.saved_share, of.missed, of.missed_share),
        shown=lambda of: of.saved > 0 or of.missed > 0,
    )  # fmt: skip


def team(sums: Sums) -> Table:
    """Who has how much to do."""
    lines = tuple(
        TableLine(
            cells=(each.owner or NOBODY, each.cases, each.at_risk, each.overdue, each.soon, each.answered),
            href=worklist(owner=each.owner or NONE, **cases_of_payer(sums)),
        )
        for each in sums.loads
    )
    return Table(
        name="team",
        title="Team load",
        defined=(
            _OVERDUE,
            ("Due in 7 days", "Not overdue, and the latest safe date is at most 7 days away."),
            ("Answered this week", "Cases of the person in which the newest task was finished in the last 7 days."),
        ),
        columns=(
            Column(title="Owner", kind="words"), Column(title="Open"), Column(title="At risk", kind="cents"),
            Column(title="Overdue"), Column(title="Due in 7 days"), Column(title="Answered this week"),
        ),
        lines=lines,
    )  # fmt: skip


def _by_payer(
    sums: Sums,
    *,
    name: str,
    title: str,
    defined: tuple[tuple[str, str], ...],
    columns: tuple[Column, ...],
    cells: Callable[[Outcomes], tuple[Value, ...]],
    shown: Callable[[Outcomes], bool],
) -> Table:
    """A table with a row for each payer that has something to show, and one for all when there are several."""
    some = {each: of for each, of in sums.outcomes.items() if shown(of)}
    lines = [
        TableLine(cells=(sums.names.get(each, each), *cells(some[each])), href=worklist(payer=each))
        for each in _payers_of(sums, some)
    ]
    if len(some) > 1:
        lines.insert(0, TableLine(cells=("All payers", *cells(added(some.values())))))
    first = Column(title="Payer", kind="words")
    return Table(name=name, title=title, defined=defined, columns=(first, *columns), lines=tuple(lines))


def _payers_of(sums: Sums, *known: Mapping[str, object]) -> list[str]:
    ids = {each for mapping in known for each in mapping}
    return sorted(ids, key=lambda each: (sums.names.get(each, each), each))


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


TABLES: Final[Mapping[str, Callable[[Sums], Table]]] = {
    "risk-by-age": risk_by_age,
    "risk-by-hop": risk_by_hop,
    "payers": payers,
    "receivable": receivable,
    "crossover": crossover,
    "detection": detection,
    "resolution": resolution,
    "first-pass": first_pass,
    "holds": holds,
    "filing": filing,
    "team": team,
}
"""Every table by its name in addresses."""
