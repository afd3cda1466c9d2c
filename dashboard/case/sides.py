"""What the provider's side says, what the payer's side says, where they contradict, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from casebook.reading import HistoryEntry
from dashboard.case.clocks import KIND_WORDS, RUNG_WORDS
from dashboard.case.file import CaseFile
from journey.case import BreakPoint, Escalation, EscalationState
from journey.claim import Claim
from journey.facts import ClaimHeldBack, Fact, LedgerRead, SecondarySubmitted
from journey.telling import told
from journey.words import SIDE_OF, BreakState, Frozen, Grade, Moment, Party, Side

SHOWN: Final = 6
"""Statements of each side on the page; the timeline has the rest."""

_OURS: Final = ("action_ended", "clock_ran_out", "message_set_aside", "plan_changed", "person_acted", "hold_asked")
"""Facts that say nothing about the claim."""

MUST_CONTAIN: Final = (
    "who has the file, what must be done there, and by which date; or news of the claim, such as a claim number",
    "the name of the person who says so",
    "the call's reference number, or a document (letter, print, screenshot)",
)
"""What an answer needs to count (field notes 1.12, 2.3, 5.1)."""

PHONE_QUALIFIER: Final = "TE"


class Statement(Frozen):
    """One thing that a side says."""

    entry: int
    at: Moment
    who: str
    says: str
    remarks: tuple[str, ...] = ()
    """What it speaks for or against."""
    contradicts: bool = False


class SideShown(Frozen):
    """One column."""

    words: str
    statements: tuple[Statement, ...]
    more: int
    question: str
    """The next question for this side; empty where there is none."""


class NextStep(Frozen):
    """What a person does next."""

    title: str
    whom: str
    """Whom to call; empty where the work is at our own desk."""
    reach: str
    """The telephone number, or where to find one."""
    questions: tuple[str, ...]
    must_contain: tuple[str, ...]
    grade: str
    """What proves the open hop, in a sentence."""
    tasks: tuple[str, ...]
    """Open escalations: which way out, at whose rung."""


def sides(file: CaseFile) -> tuple[SideShown, SideShown]:
    """The two columns: the provider's side, the payer's side."""
    point = file.case.break_point
    open_hop = next((each for each in file.rules.hops if each.hop is file.case.hop), None)
    unsure = point if point and point.state is not BreakState.CONFIRMED else None
    ours = (unsure.ask_provider if unsure else "") or (open_hop.ask_provider if open_hop else "")
    theirs = (unsure.ask_payer if unsure else "") or (open_hop.ask_payer if open_hop else "")
    return (
        _side(file, Side.PROVIDER, "The provider says", ours),
        _side(file, Side.PAYER, "The payer says", theirs),
    )


def _side(file: CaseFile, side: Side, words: str, question: str) -> SideShown:
    said = [each for each in reversed(file.heard) if each.entry.applied and side_of(each.entry.fact) is side]
    said = list(_newest_ledger_only(said))
    marks = _remarks(file)
    return SideShown(
        words=words,
        statements=tuple(_statement(file, each, marks) for each in said[:SHOWN]),
        more=max(0, len(said) - SHOWN),
        question=question,
    )


def side_of(fact: Fact) -> Side:
    """For which side a fact speaks; NEITHER for what is no word about the claim."""
    if fact.kind in _OURS:
        return Side.NEITHER
    if isinstance(fact, SecondarySubmitted | ClaimHeldBack):
        return Side.PROVIDER
    return SIDE_OF.get(fact.sender, Side.NEITHER)


def _newest_ledger_only(said: list[HistoryEntry]) -> Iterator[HistoryEntry]:
    """Of the ledger's states only the newest counts."""
    seen = False
    for each in said:
        if isinstance(each.entry.fact, LedgerRead):
            if seen:
                continue
            seen = True
        yield each


def _remarks(file: CaseFile) -> Mapping[str, tuple[tuple[str, bool], ...]]:
    """By fact: what it speaks for or against, and whether that contradicts somebody."""
    found: dict[str, tuple[tuple[str, bool], ...]] = {}

    def note(fact_ids: tuple[str, ...], words: str, contradicts: bool) -> None:
        for each in fact_ids:
            found[each] = (*found.get(each, ()), (words, contradicts))

    for proof in file.case.proofs:
        torn = bool(proof.supports)
        note(proof.against, f"{'✕ contradicts' if torn else 'speaks against'} '{proof.hop.value}'", torn)
    for point in file.case.break_points[:1]:
        torn = point.state is BreakState.CONTRADICTED
        note(point.evidence_for, f"speaks for {point.mode.value}", False)
        note(point.evidence_against, f"{'✕ contradicts' if torn else 'speaks against'} {point.mode.value}", torn)
    return found


def _statement(file: CaseFile, each: HistoryEntry, marks: Mapping[str, tuple[tuple[str, bool], ...]]) -> Statement:
    fact = each.entry.fact
    remarks = marks.get(fact.fact_id, ())
    return Statement(
        entry=each.seq,
        at=fact.happened_at,
        who=file.name(fact.sender),
        says=file.veiled(told(fact)),
        remarks=tuple(dict.fromkeys(words for words, _ in remarks)),
        contradicts=any(torn for _, torn in remarks),
    )


# ---- do this next ---------------------------------------------------------------------------------------------------


def next_step(file: CaseFile) -> NextStep | None:
    """What a person does next; None where nobody of us has to do anything."""
    case = file.case
    if case.closed_at or case.resolution or case.holder is None:
        return None
    whom = _whom(file)
    return NextStep(
        title=_title(file, whom),
        whom=file.name(whom) if whom is not Party.UNKNOWN else "",
        reach=_reach(file, whom),
        questions=_questions(file, whom),
        must_contain=MUST_CONTAIN,
        grade=_needed(file),
        tasks=tuple(_task(file, each) for each in case.open_escalations),
    )


def _task(file: CaseFile, task: Escalation) -> str:
    """One way out that is open: at whose rung, in whose hands, why."""
    taken = f", taken by {file.person(task.taken_by)}" if task.state is EscalationState.TAKEN else ""
    return f"{KIND_WORDS[task.kind]} for {RUNG_WORDS[task.rung]}{taken}: {file.veiled(task.reason)}"


def _whom(file: CaseFile) -> Party:
    """Whom to call: the side that has not spoken, else who has the file; UNKNOWN when the work is ours."""
    point, holder = file.case.break_point, file.case.holder
    if point and point.state is not BreakState.CONFIRMED and point.ask_payer:
        return file.payer
    if holder is None or holder.party in (Party.BATON, Party.LEDGER, Party.POSTING, Party.SUPERVISOR):
        return Party.UNKNOWN
    if holder.party in (Party.PROVIDER, Party.EDI, Party.REGISTRATION):
        return Party.UNKNOWN
    return holder.party


def _title(file: CaseFile, whom: Party) -> str:
    holder = file.case.holder
    assert holder is not None
    if whom is Party.UNKNOWN:
        return holder.pending_action
    if whom is holder.party:
        return f"call {file.name(whom)}: will they {holder.pending_action}?"
    return f"call {file.name(whom)}; meanwhile {file.name(holder.party)} must {holder.pending_action}"


def _reach(file: CaseFile, whom: Party) -> str:
    coverage = next((each for each in file.claim.coverages if each.party is whom), None)
    if coverage is None:
        return ""
    number = telephone(file.claim, coverage.payer_id)
    if number:
        return f"Telephone {number}, by the claim."
    return (
        f"The claim has no telephone number for payer id {coverage.payer_id}: "
        "take the one for providers from the back of the insurance card, the payer's portal or its last remittance."
    )


def telephone(claim: Claim, payer_id: str) -> str:
    """The number that the claim's own segments give for a payer (PER after NM1*PR); empty where they give none."""
    inside = False
    for segment in claim.segments:
        parts = segment.split("*")
        if parts[0] in ("NM1", "HL", "CLM", "SBR", "LX"):
            inside = parts[:2] == ["NM1", "PR"] and parts[-1] == payer_id
        elif inside and parts[0] == "PER" and PHONE_QUALIFIER in parts[:-1]:
            return parts[parts.index(PHONE_QUALIFIER) + 1]
    return ""


def _questions(file: CaseFile, whom: Party) -> tuple[str, ...]:
    """The break point's question first, then those of the open hop, each sentence one question."""
    point = file.case.break_point
    row = next((each for each in file.rules.hops if each.hop is file.case.hop), None)
    payers = SIDE_OF.get(whom) is Side.PAYER
    asked = [_of_point(point, payers=payers)]
    asked += [(row.ask_payer if payers else row.ask_provider) if row else ""]
    return tuple(dict.fromkeys(each for each in asked if each))


def _of_point(point: BreakPoint | None, *, payers: bool) -> str:
    if point is None or point.state is BreakState.CONFIRMED:
        return ""
    return point.ask_payer if payers else point.ask_provider


def _needed(file: CaseFile) -> str:
    row = next((each for each in file.rules.hops if each.hop is file.case.hop), None)
    if row is None:
        return ""
    if row.needs >= Grade.SETTLED:
        return f"'{row.hop.value}' is proven only by the remittance, the money or the ledger itself."
    spoken = "a document or a file proves it; a spoken answer alone does not."
    return f"'{row.hop.value}' is still open: {spoken}" if row.needs >= Grade.DOCUMENTED else ""


def unheard(file: CaseFile) -> str:
    """Which side has not spoken about the break point yet, in words; empty once it is confirmed."""
    point = file.case.break_point
    if point is None or point.state is BreakState.CONFIRMED:
        return ""
    known = {side_of(file.by_id[each].entry.fact) for each in point.evidence_for if each in file.by_id}
    missing = [words for side, words in _SIDES if side not in known]
    return f"{' and '.join(missing)} has not spoken yet" if missing else ""


_SIDES: Final = ((Side.PROVIDER, "the provider's side"), (Side.PAYER, "the payer's side"))
