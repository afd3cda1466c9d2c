"""Truth against found: what Baton saw of what happened, how soon, and what reached the patient in between."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from statistics import median

from pydantic import computed_field

from journey.words import BreakState, Cents, Frozen, Mode, Moment, Resolution
from sandbox.ledger import Ledger, Statement
from sandbox.tally import Tally
from sandbox.truth import Script
from sandbox.world import DUNNING_HOUR, World

NONE_FOUND = "none"


class Finding(Frozen):
    """One break point of a case in its strongest state."""

    mode: Mode
    state: BreakState
    found_at: Moment

    @property
    def counts(self) -> bool:
        """True once both sides have spoken; two sides that contradict each other are what F8 is."""
        return self.state is BreakState.CONFIRMED or (
            self.mode is Mode.DUAL_BLAME and self.state is BreakState.CONTRADICTED
        )


class CaseFound(Frozen):
    """What Baton has of one case at the end of a run."""

    claim_number: str
    found: tuple[Finding, ...] = ()
    resolution: Resolution | None = None
    escalations: tuple[str, ...] = ()
    """Kinds, one entry for each escalation ever raised."""
    has_clock: bool = True
    is_open: bool = True
    opened_at: Moment

    @property
    def modes(self) -> tuple[Mode, ...]:
        """The modes that count, in the order found."""
        return tuple(dict.fromkeys(each.mode for each in self.found if each.counts))


class FalseAlarm(Frozen):
    """A break point that was confirmed and is not true."""

    claim_number: str
    truth: str
    found: Mode


class Score(Frozen):
    """The outcome of one run; days are case days, money is cents."""

    claims: int
    matrix: dict[str, dict[str, int]]
    """Truth → found → claims; a claim counts as found once its truth is among what was found."""
    days_to_detection: dict[str, float]
    """Median from the first sign of a break to its finding, by mode."""
    escalations: dict[str, int]
    notices: dict[str, int]
    wrong_statements: int
    """Statements that asked a patient for what was not (yet) theirs to pay."""
    wrong_placements: int
    """Accounts handed to an agency while insurers were not done, or with nothing to pay."""
    duplicate_claims: int
    before_cob_verified: int
    first_time_after_denial: int
    on_old_numbers: int
    """Claims sent while the primary had no decision that stands."""
    unclean_claims: int
    """Claims that a payer's own edits refused: they did not add up, or not to what was decided."""
    unreadable_files: int
    """Files that the clearinghouse refused (TA1, 999), or could not read at all."""
    unknown_requests: int
    open_without_clock: int
    unresolved: int
    """Journeys over in the world, not resolved by Baton."""
    unfinished: int
    """Journeys not over in the world at the end of the run."""
    wrong_resolutions: tuple[str, ...]
    """Claim numbers resolved otherwise than they truly ended."""
    missed: tuple[str, ...]
    """Claim numbers whose truth was not found."""
    missing_cases: tuple[str, ...]
    """Claim numbers without a case."""
    false_alarms: tuple[FalseAlarm, ...]
    unreturned: int
    """Accounts on which money of the patient's beyond what was owed was never given back."""
    patient_dollars_protected: Cents
    """What the primaries left to patients, less what they truly owe, on claims that ended without a wrong statement."""

    @computed_field  # type: ignore[prop-decorator]  # pydantic's own idiom
    @property
    def passed(self) -> bool:
        """No truth missed, no false alarm, no invariant broken."""
        broken = (
            self.wrong_statements + self.wrong_placements + self.duplicate_claims,
            self.before_cob_verified + self.on_old_numbers + self.open_without_clock,
            self.unclean_claims + self.unreadable_files + self.unreturned,
            len(self.missed) + len(self.missing_cases) + len(self.false_alarms) + len(self.wrong_resolutions),
        )
        return not any(broken)


def score(scripts: Iterable[Script], found: Mapping[str, CaseFound], ledger: Ledger, world: World) -> Score:
    """Compare.

    Args:
        scripts: The truth.
        found: What Baton has, by claim number.
        ledger: The provider's ledger after the run.
        world: The world after the run.
    """
    scripts, tally = tuple(scripts), world.tally
    wrong = {each.claim_number: wrong_statements(each, ledger, tally) for each in scripts}
    cases = [(script, found[script.claim_number]) for script in scripts if script.claim_number in found]
    return Score(
        claims=len(scripts),
        matrix=_matrix(scripts, found),
        days_to_detection=_days_to_detection(cases, tally),
        escalations=dict(Counter(kind for _, case in cases for kind in case.escalations)),
        notices=dict(tally.notices),
        wrong_statements=sum(map(len, wrong.values())),
        wrong_placements=sum(_wrong_placements(each, ledger, tally) for each in scripts),
        duplicate_claims=tally.duplicates.total(),
        before_cob_verified=tally.before_cob_verified.total(),
        first_time_after_denial=tally.first_time_after_denial.total(),
        on_old_numbers=tally.on_old_numbers.total(),
        unclean_claims=tally.unclean_claims.total(),
        unreadable_files=tally.unreadable,
        unknown_requests=tally.unknown,
        open_without_clock=sum(case.is_open and not case.has_clock for _, case in cases),
        unresolved=sum(case.resolution is None and each.claim_number in tally.complete_at for each, case in cases),
        unfinished=len(scripts) - len(tally.complete_at),
        wrong_resolutions=tuple(each.claim_number for each, case in cases if _misjudged(each, case)),
        missed=tuple(each.claim_number for each in scripts if _missed(each, found.get(each.claim_number))),
        missing_cases=tuple(each.claim_number for each in scripts if each.claim_number not in found),
        false_alarms=tuple(alarm for each, case in cases for alarm in _false_alarms(each, case)),
        unreturned=sum(_keeps_too_much(each, ledger) for each in scripts),
        patient_dollars_protected=sum(_protected(each, wrong, tally) for each in scripts),
    )


def _matrix(scripts: Iterable[Script], found: Mapping[str, CaseFound]) -> dict[str, dict[str, int]]:
    cells: dict[str, Counter[str]] = defaultdict(Counter)
    for script in scripts:
        cells[script.label][_label(script, found.get(script.claim_number))] += 1
    order = [NONE_FOUND, *Mode]
    return {truth: dict(cells[truth]) for truth in order if truth in cells}


def _label(script: Script, case: CaseFound | None) -> str:
    modes = case.modes if case else ()
    if script.truth in modes:
        return script.label
    strange = [mode for mode in modes if mode not in script.also]
    # A claim whose truth was missed shows what was seen of it last; the rightful steps of the way are not a wrong find.
    seen = strange or (list(modes) if script.truth else [])
    return seen[-1].value if seen else NONE_FOUND


def _missed(script: Script, case: CaseFound | None) -> bool:
    return script.truth is not None and (case is None or script.truth not in case.modes)


def _false_alarms(script: Script, case: CaseFound) -> list[FalseAlarm]:
    true = {script.truth, *script.also}
    strange = [mode for mode in case.modes if mode not in true]
    return [FalseAlarm(claim_number=script.claim_number, truth=script.label, found=mode) for mode in strange]


def _misjudged(script: Script, case: CaseFound) -> bool:
    return case.resolution is not None and case.resolution is not script.resolution


def _days_to_detection(cases: list[tuple[Script, CaseFound]], tally: Tally) -> dict[str, float]:
    days: dict[str, list[float]] = defaultdict(list)
    for script, case in cases:
        at = next((each.found_at for each in case.found if each.counts and each.mode is script.truth), None)
        broke = tally.broke_at.get(script.claim_number)
        if at and broke:
            days[script.label].append(max((at - broke).total_seconds(), 0) / 86400)
    return {mode.value: round(median(days[mode]), 1) for mode in Mode if mode in days}


def wrong_statements(script: Script, ledger: Ledger, tally: Tally) -> list[Statement]:
    """The statements of one claim that asked for something else than the patient truly owed on that day."""
    number = script.claim_number
    sent = ledger.statements(number) if number in ledger.accounts() else ()
    return [each for each in sent if tally.owed_at(number, _dunned(each.on)) != each.amount]


def _dunned(on: date) -> datetime:
    return datetime.combine(on, time(DUNNING_HOUR), UTC)


def _wrong_placements(script: Script, ledger: Ledger, tally: Tally) -> int:
    number = script.claim_number
    placed = ledger.placements(number) if number in ledger.accounts() else ()
    return sum(not tally.owed_at(number, _dunned(on)) for on in placed)


def _keeps_too_much(script: Script, ledger: Ledger) -> bool:
    number = script.claim_number
    return number in ledger.accounts() and ledger.patient_paid(number) > max(script.patient_owes, 0)


def _protected(script: Script, wrong: Mapping[str, list[Statement]], tally: Tally) -> Cents:
    number = script.claim_number
    if wrong[number] or number not in tally.complete_at:
        return 0
    return script.standing.patient_share - script.patient_owes
