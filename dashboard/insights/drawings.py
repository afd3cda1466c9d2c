"""The charts of the insights: which bar stands for what, in which colour, and which cases it opens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from casebook.insights import Outcomes, Pile, added
from casebook.insights_speed import Took
from casebook.worklist import NONE, Age
from dashboard.insights.charts import REST, Bar, Curve, Part, Row, Spark, bars, curve, hue_of, spark
from dashboard.insights.sums import WEEKS, Sums
from dashboard.insights.table import NO_BREAK, mode_words, worklist
from dashboard.insights.tables import (
    AGE_WORDS,
    HOP_WORDS,
    MARKED_DAYS,
    NOBODY,
    cases_of_payer,
    grouped,
)
from journey.words import Hop
from journey.writing import dollars

TOLD_APART: Final = 5
"""How many break points a stack tells apart; the others are one part."""

SHOWN_MODES: Final = 8
"""How many break points a chart of days shows, the most frequent; the table has them all."""

LINES: Final = 5
"""How many curves one picture can hold."""

SHOW: Final = "Show the cases"
SHOW_AGE: Final = "Show all cases of this age"
OTHERS: Final = "Other break points"


def short(cents: int) -> str:
    """Money for the end of a bar: '$35.2k' from ten thousand dollars on."""
    whole = cents / 100
    if abs(whole) >= 999_950:
        return f"${whole / 1_000_000:,.1f}M"
    return f"${whole / 1000:,.1f}k" if abs(whole) >= 10_000 else f"${whole:,.0f}"


def stack_of_ages(sums: Sums) -> tuple[tuple[Bar, ...], tuple[tuple[str, str], ...]]:
    """Dollars by age, each bar parted by break point; and its legend."""
    by_mode = grouped(sums.piles, "break_mode")
    told = [each for each in by_mode if each][:TOLD_APART]
    others = [pile for mode, piles in by_mode.items() if mode and mode not in told for pile in piles]
    series = [(mode_words(mode), hue_of(n), by_mode[mode], mode) for n, mode in enumerate(told)]
    if others:
        series.append((OTHERS, hue_of(TOLD_APART), others, ""))
    if "" in by_mode:
        series.append((NO_BREAK, REST, by_mode[""], NONE))
    rows = [_age_row(n, age, series, sums) for n, age in enumerate(Age)]
    return bars(rows), tuple((words, hue) for words, hue, _, _ in series)


def _age_row(n: int, age: Age, series: Sequence[tuple[str, str, list[Pile], str]], sums: Sums) -> Row:
    only = cases_of_payer(sums)
    amounts = [sum(each.ages_at_risk[n] for each in piles) for _, _, piles, _ in series]
    parts = tuple(
        Part(
            says=f"{AGE_WORDS[n]}, {words}: {dollars(amount)}. {SHOW if mode else SHOW_AGE}",
            hue=hue,
            amount=amount,
            href=worklist(age=age, break_=mode, **only),
        )
        for amount, (words, hue, _, mode) in zip(amounts, series, strict=True)
    )
    return Row(label=AGE_WORDS[n], value=short(sum(amounts)), parts=parts, href=worklist(age=age, **only))


def bars_of_hops(sums: Sums) -> tuple[Bar, ...]:
    """Dollars by the hop at which claims stop, in the order of the journey."""
    by_hop = grouped(sums.piles, "hop")
    hops = [each.value for each in Hop] + ([""] if "" in by_hop else [])
    return bars([_risk_row(HOP_WORDS[hop], by_hop.get(hop, []), sums, hop=hop or NONE) for hop in hops])


def bars_of_breaks(sums: Sums) -> tuple[Bar, ...]:
    """Dollars by break point, the most first."""
    found = grouped(sums.piles, "break_mode").items()
    return bars([_risk_row(mode_words(mode), piles, sums, break_=mode or NONE) for mode, piles in found])


def _risk_row(label: str, piles: Sequence[Pile], sums: Sums, **where: str) -> Row:
    risk, cases = sum(each.at_risk for each in piles), sum(each.cases for each in piles)
    share = f" {round(100 * risk / sums.at_risk)}%" if sums.at_risk else ""
    href = worklist(**where, **cases_of_payer(sums)) if cases else ""
    says = f"{label}: {dollars(risk)} in {_cases(cases)}. {SHOW}"
    part = Part(says=says, hue=hue_of(0), amount=risk, href=href)
    return Row(label=label, value=f"{short(risk)}{share}", parts=(part,), href=href)


def curve_of_crossovers(sums: Sums) -> tuple[Curve | None, tuple[tuple[str, str], ...]]:
    """Share of promised crossovers that was confirmed, by day; and its legend. None when nothing was promised."""
    shown = sums.crossovers[:LINES] if len(sums.crossovers) != 2 else sums.crossovers[1:]
    if not shown:
        return None, ()
    names = [sums.names.get(each.payer_id, each.payer_id) if each.payer_id else "All payers" for each in shown]
    first = shown[0].curve
    told = ", ".join(f"{first[day]:.0%} by day {day}" for day in MARKED_DAYS)
    says = f"Share of promised crossovers that was confirmed, {names[0]}: {told}"
    lines = [(name, each.curve) for name, each in zip(names, shown, strict=True)]
    return curve(lines, MARKED_DAYS, says), tuple((name, hue_of(n)) for n, name in enumerate(names))


def bars_of_false(sums: Sums) -> tuple[Bar, ...]:
    """False-crossover rate by payer, in per mille of those judged, the worst first."""
    judged = [each for each in sums.crossovers if each.payer_id and each.judged]
    worst = sorted(judged, key=lambda each: (-(each.false_rate or 0), -each.judged))
    rows = []
    for each in worst:
        name, rate = sums.names.get(each.payer_id, each.payer_id), each.false_rate or 0.0
        says = f"{name}: {each.false} of {each.judged} crossovers did not arrive. Show this payer's cases"
        part = Part(says=says, hue=hue_of(1), amount=round(1000 * rate), href=worklist(payer=each.payer_id))
        rows.append(
            Row(label=name, value=f"{rate:.0%} of {each.judged}", parts=(part,), href=worklist(payer=each.payer_id))
        )
    return bars(rows, longest=1000)


def bars_of_days(found: Sequence[Took], sums: Sums, *, resolved: bool) -> tuple[Bar, ...]:
    """Median days by break point, and the way from there to nine of ten."""
    rows = []
    for each in found[: SHOWN_MODES + 1]:
        name = "All cases" if each.mode == "all" else mode_words(each.mode)
        mode = "" if each.mode == "all" else each.mode or NONE
        view = {"view": "resolved"} if resolved else {}
        href = worklist(break_="" if resolved else mode, **view, **cases_of_payer(sums))
        says = f"{name}: half within {each.median} days, nine of ten within {each.nine_of_ten}, {_cases(each.cases)}"
        parts = (
            Part(says=f"{says}. {SHOW}", hue=hue_of(0), amount=each.median, href=href),
            Part(says=says, hue="faint", amount=each.nine_of_ten - each.median),
        )
        rows.append(Row(label=name, value=f"{each.median} d · {each.nine_of_ten} d", parts=parts, href=href))
    return bars(rows)


def bars_of_first_pass(sums: Sums) -> tuple[Bar, ...]:
    """How first submissions were taken, by payer, each bar whole."""
    sent = {each: of for each, of in sums.outcomes.items() if of.sent}
    rows = [_first_pass("All payers", added(sent.values()), "")] if len(sent) > 1 else []
    for payer_id in sorted(sent, key=lambda each: -sent[each].sent):
        rows.append(_first_pass(sums.names.get(payer_id, payer_id), sent[payer_id], payer_id))
    return tuple(bar for row in rows for bar in bars([row]))


FIRST_PASS: Final = (("Accepted", "good"), ("Refused", "bad"), ("Unanswered", "soon"), ("Awaiting an answer", REST))


def _first_pass(name: str, of: Outcomes, payer_id: str) -> Row:
    answered = of.accepted + of.refused + of.lost
    amounts = (of.accepted, of.refused, of.lost, of.sent - answered)
    href = worklist(payer=payer_id) if payer_id else ""
    parts = tuple(
        Part(says=f"{name}, {words.lower()}: {_cases(amount)}", hue=hue, amount=amount, href=href)
        for (words, hue), amount in zip(FIRST_PASS, amounts, strict=True)
    )
    rate = f"{of.accepted / answered:.0%}" if answered else "–"
    return Row(label=name, value=f"{rate} of {answered}", parts=parts, href=href)


TEAM: Final = (("Overdue", "bad"), ("Due in 7 days", "soon"), ("Later", "good"))


def bars_of_team(sums: Sums) -> tuple[Bar, ...]:
    """Open cases by owner and urgency."""
    rows = []
    for each in sums.loads:
        name, owner = each.owner or NOBODY, {"owner": each.owner or NONE, **cases_of_payer(sums)}
        views: tuple[dict[str, str], ...] = ({"view": "overdue"}, {}, {})
        amounts = (each.overdue, each.soon, each.cases - each.overdue - each.soon)
        parts = tuple(
            Part(
                says=f"{name}, {words.lower()}: {_cases(amount)}. {SHOW}",
                hue=hue,
                amount=amount,
                href=worklist(**view, **owner),
            )
            for (words, hue), view, amount in zip(TEAM, views, amounts, strict=True)
        )
        value = f"{each.cases}, {each.overdue} overdue, {each.answered} answered"
        rows.append(Row(label=name, value=value, parts=parts, href=worklist(**owner)))
    return bars(rows)


def spark_of_weeks(sums: Sums) -> Spark:
    """Recovered money of the last twelve weeks."""
    told = ", ".join(short(each) for each in sums.by_week)
    return spark(sums.by_week, f"Recovered in each of the last {WEEKS} weeks, the oldest first: {told}")


def _cases(count: int) -> str:
    return f"{count:,} {'case' if count == 1 else 'cases'}"
