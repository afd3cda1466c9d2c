"""Everything that the case page shows, put together once; what a form is answered with, too."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from urllib.parse import urlencode
from uuid import uuid4

from fastapi import Request
from fastapi.responses import HTMLResponse

from casebook import outbox
from casebook.disclosures import disclosures
from casebook.outbox import SayingState
from casebook.reading import HistoryEntry
from dashboard.case import clocks, cover, money, relay, sides, timeline, words
from dashboard.case.file import CaseFile
from dashboard.case.forms import SAYINGS, latest_snooze
from dashboard.case.related import related
from dashboard.case.timeline import Event, Kind
from dashboard.colleagues import can_second, works_cases
from dashboard.premises import Premises
from dashboard.rendering import page
from dashboard.roles import Right
from dashboard.saying import kept
from dashboard.signing.visiting import Visitor
from dashboard.worklist.address import next_address
from dashboard.worklist.rows import Pill
from dashboard.worklist.rows import Words as RowWords
from journey.evidence.kept import LADDER_PREFIX
from journey.sentence import RESOLVED
from journey.words import Cents, Frozen, Party
from journey.writing import dollars, plainly
from packet.readers import READER_WORDS, Reader

LIVE_WITHIN: Final = 2.0
"""Seconds that a page waits for the live case; then the casebook's word must do."""

FACT_ID: Final = re.compile(r"[a-z]+:[0-9a-f]{32}")
"""How the id of a fact looks that a form told."""

OF_THE_PAGE: Final = ("kind", "before", "said")
"""What of the address is about the page itself; the rest is the list that the visitor came from."""


class Live(Frozen):
    """What the engine answered when it was asked about the case."""

    answers: bool = False
    sentence: str = ""
    revision: int = 0
    run_id: str = ""
    events: int = 0


class AnswerShown(Frozen):
    """What became of what the visitor said last."""

    state: Literal["counts", "does_not_count", "waits", "refused", "unknown"]
    says: tuple[str, ...] = ()
    would_count: str = ""
    unmoved: tuple[str, ...] = ()
    """Clocks that run on as before."""


@dataclass(frozen=True)
class FormShown:
    """A form that comes back with what was typed into it."""

    name: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    clash: tuple[Event, ...] = ()
    """What others did meanwhile."""


NO_FORM: Final = FormShown()


async def look_live(at: Premises, file: CaseFile) -> Live:
    """Ask the engine where the case stands; an empty answer when it is away, slow, or has forgotten a closed case."""
    if file.row.closed_at is not None:
        return Live()
    try:
        handle = at.cases.handle(file.case.case_id)
        asked = asyncio.gather(at.cases.where(file.case.case_id), handle.describe())
        standing, described = await asyncio.wait_for(asked, LIVE_WITHIN)
    except Exception:  # whatever keeps the engine from answering, the casebook's word is shown
        return Live()
    return Live(
        answers=True,
        sentence=standing.sentence,
        revision=standing.revision,
        run_id=described.run_id or "",
        events=described.history_length,
    )


def case_page(
    request: Request,
    at: Premises,
    visitor: Visitor,
    file: CaseFile,
    *,
    live: Live | None,
    form: FormShown = NO_FORM,
    kind: Kind = Kind.ALL,
    before: int | None = None,
    answer: AnswerShown | None = None,
    shown_policy: int | None = None,
    status: int = 200,
) -> HTMLResponse:
    """The case page; `live` is None where the engine was not asked."""
    return page(
        request,
        "case.html",
        status,
        file=file,
        case=file.case,
        row=file.row,
        live=live,
        sentence=file.veiled(live.sentence if live and live.revision > file.row.revision else file.row.sentence),
        timeline=timeline.timeline(file, kind, before),
        policies=cover.policies(file, shown_policy),
        answer=answer,
        form=form,
        kept=kept_query(request),
        **_parts(file),
        **_beside(request, at, visitor, file),
        **_choices(visitor, file),
    )


def _parts(file: CaseFile) -> dict[str, Any]:
    """What the page tells of the case by itself."""
    ahead = clocks.foresee(file)
    return {
        "headline": headline(file),
        "pills": pills(file),
        "hops": relay.hops(file),
        "waiting": relay.waiting(file, ahead),
        "ahead": ahead,
        "clocks": clocks.clocks(file, ahead),
        "sides": sides.sides(file),
        "unheard": sides.unheard(file),
        "next_step": sides.next_step(file),
        "money": money.money(file),
        "order": cover.order(file),
        "hold": cover.hold(file),
    }


def _beside(request: Request, at: Premises, visitor: Visitor, file: CaseFile) -> dict[str, Any]:
    """Other cases, the next one of the list that the visitor came from, the packets that were made."""
    with at.book.reading() as tx:
        return {
            "related": related(tx, file),
            "next_case": next_address(at, tx, visitor, request.query_params, file.case.case_id),
            "packets": disclosures(tx, file.case.case_id) if visitor.may(Right.EXPORT) else (),
        }


def kept_query(request: Request) -> str:
    """What the address says of the list that the visitor came from, to be carried along; empty where there is none."""
    return urlencode([(name, value) for name, value in request.query_params.items() if name not in OF_THE_PAGE])


def _choices(visitor: Visitor, file: CaseFile) -> dict[str, Any]:
    """What the forms offer."""
    payers = tuple((each.party.value, each.payer_name) for each in file.claim.coverages)
    return {
        "words": words,
        "sayings": SAYINGS,
        "kinds": timeline.KIND_WORDS,
        "payers": payers,
        "desks": tuple((each.value, file.name(each)) for each in words.OUR_DESKS),
        "others": tuple((each.value, file.name(each)) for each in words.OTHERS),
        "reach_first": _reach_first(file).value,
        "workers": tuple(filter(works_cases, file.staff)) if visitor.may(Right.LEAD) else (),
        "seconds": tuple(each for each in file.staff if can_second(each, visitor.user)),
        "latest_snooze": latest_snooze(file),
        "today": file.calendar.date(file.now),
        "once": lambda: uuid4().hex,
        "readers": tuple((each.value, READER_WORDS[each]) for each in Reader),
        "clock_title": lambda name: clocks.title(file, name),
        "plain": plainly,
    }


def _reach_first(file: CaseFile) -> Party:
    """Who is most likely reached: the payer that has the file or whose word is missing."""
    holder = file.case.holder
    parties = {each.party for each in file.claim.coverages}
    return holder.party if holder and holder.party in parties else file.payer


# ---- the head -------------------------------------------------------------------------------------------------------


def headline(file: CaseFile) -> str:
    """Patient, and the dollars that should not be theirs; or how the case ended."""
    at_risk: Cents = file.case.money.at_risk
    if file.case.resolution:
        return f"{file.patient} · {RESOLVED[file.case.resolution]}"
    if at_risk > 0:
        return f"{file.patient} · {dollars(at_risk)} should not be on the patient"
    return f"{file.patient} · nothing is at risk yet"


def pills(file: CaseFile) -> tuple[Pill, ...]:
    """Due and filing limit as the worklist says them, whether a person must look, and the hold."""
    names = {each.name: each.shown_name for each in file.staff}
    line = RowWords(file.now, file.calendar, file.plan, names).line(file.row)
    found = [each for each in (line.due, line.filing) if each is not None]
    if file.case.attention:
        found.append(Pill("amber", "needs attention"))
    if file.row.closed_at is None:
        said, tone = cover.hold_words(file)
        found.append(Pill(tone, said))
    return tuple(found)


# ---- answers --------------------------------------------------------------------------------------------------------


def answer_to(at: Premises, visitor: Visitor, file: CaseFile, fact_id: str) -> AnswerShown | None:
    """What became of a fact that the visitor told: as the case's evidence has it, else as the outbox has it."""
    found = file.by_id.get(fact_id)
    if found is not None:
        reasons = found.entry.reasons
        counts = timeline.counts(reasons)
        return AnswerShown(
            state="counts" if counts else "does_not_count",
            says=tuple(file.veiled(each.says) for each in reasons),
            would_count="" if counts else next((each.would_change for each in reasons if each.would_change), ""),
            unmoved=() if counts else _running(file),
        )
    with at.book.reading() as tx:
        saying = outbox.find(tx, file.case.case_id, fact_id)
    if saying is None or saying.user_id != visitor.user.user_id:
        return AnswerShown(state="unknown") if FACT_ID.fullmatch(fact_id) else None
    if saying.state is SayingState.WAITING:
        return AnswerShown(state="waits")
    heard = kept(saying)
    if heard is not None and heard.state == "refused":
        return AnswerShown(state="refused", says=(heard.problem,))
    return AnswerShown(state="unknown")


def _running(file: CaseFile) -> tuple[str, ...]:
    """The plan's clocks with their next alarm: an answer that does not count leaves them as they are."""
    return tuple(
        f"{clocks.title(file, each.name)} still rings {file.calendar.day(each.next_due)}"
        for each in file.case.clocks
        if each.next_due and not each.name.startswith(LADDER_PREFIX)
    )


def moved_since(file: CaseFile, revision: int, visitor: Visitor) -> tuple[Event, ...]:
    """What became of the case since a revision, newest first; the visitor's own words and mere bookkeeping aside."""
    return tuple(
        event
        for each in reversed(file.heard)
        if each.revision > revision and each.entry.applied and not _is_bookkeeping(each)
        for event in (timeline.event(file, each),)
        if event.who != file.person(visitor.user.name)
    )


def _is_bookkeeping(each: HistoryEntry) -> bool:
    """What follows from our own acts by itself: an action that ended, a state of the ledger that shows the hold."""
    kind, rules = each.entry.fact.kind, [reason.rule for reason in each.entry.reasons]
    settled = all(rule.startswith(("no change", "I3", "clock", "action")) for rule in rules)
    return kind == "action_ended" or (kind == "ledger_read" and settled)
