"""The plan: what ships, what a file may say, which override wins, and that silence always reaches a person."""

from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from functools import cache
from importlib.resources import files
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey.evidence.marks import Mark
from journey.plans.check import CLOCKS, check, tables
from journey.plans.file import PlanError, parse_plan, standard_plan
from journey.plans.plan import ClockRow, PlanInForce, Span, Then, Unit, span
from journey.plans.rows import describe_plan
from journey.words import EscalationKind, Grade, Hop, Party, PayerClass, Rung


@cache
def shipped() -> str:
    """The text of the plan that ships."""
    return files("journey.plans").joinpath("standard_plan.toml").read_text(encoding="utf-8")


def problems_of(*edits: tuple[str, str], extra: str = "") -> tuple[str, ...]:
    """What is wrong with the shipped plan after replacing texts in it and adding some."""
    text = shipped()
    for before, after in edits:
        assert before in text
        text = text.replace(before, after, 1)
    with pytest.raises(PlanError) as refused:
        parse_plan(text + extra)
    return refused.value.problems


def override(asks: str, values: str) -> str:
    """An override as it would stand in a file."""
    return f'\n[[override]]\n{asks}\n{values}\nsource = "contract"\nassumed = false\n'


def in_force(**case: str) -> PlanInForce:
    """The shipped plan for an unknown payer, or one that the test describes."""
    return standard_plan().in_force(case.get("payer", "P2"), PayerClass(case.get("payer_class", "unknown")), "", "")


# ---- What ships -----------------------------------------------------------------------------------------------------


def test_every_value_has_a_source_and_says_whether_it_is_assumed() -> None:
    """No number stands in the plan without its origin."""
    plan = standard_plan()
    places = [place for place, _ in tables(plan.document)]
    assert len(places) > 60
    assert list(plan.sources) == places
    assert all(source.text and isinstance(source.assumed, bool) for source in plan.sources.values())


def test_recommended_values_are_marked_as_assumed() -> None:
    """A value whose source says 'recommended' is never passed off as a rule."""
    sources = standard_plan().sources
    told = [place for place, source in sources.items() if "recommended" in source.text]
    assert len(told) > 30
    assert all(sources[place].assumed for place in told)


@pytest.mark.parametrize(
    ("clock", "soft", "hard"),
    [
        ("T1", "15bd", "30d"),
        ("T2", "2bd", "5bd"),
        ("T3", "1bd", "2bd"),
        ("T4", "1bd", "2bd"),
        ("T5", "3bd", "7d"),
        ("T6", "2bd", "5bd"),
        ("T7", "14d", "30d"),
        ("T8", "2bd", "5bd"),
        ("T9", "7d", "30d"),
        ("T10", "3bd", "4bd"),
        ("T11", "2bd", "5bd"),
        ("T12", "1bd", "3bd"),
        ("T13", "5bd", "10bd"),
        ("T14", "5bd", "10bd"),
        ("T15", "30d", "60d"),
        ("T16", None, "90d"),
        ("T17", "14d", "21d"),
    ],
)
def test_the_clocks_ring_when_the_field_notes_say(clock: str, soft: str | None, hard: str) -> None:
    """T1 to T17 have the soft and hard times of field notes 2.3."""
    row = in_force().clock(clock)
    assert (row.soft and str(row.soft), str(row.hard)) == (soft, hard)


def test_more_money_at_risk_means_less_patience() -> None:
    """From $1,000 the no-progress guard rings after 7 and 10 days instead of 14 and 21 (field notes 2.3, T17)."""
    row = in_force().clock("T17")
    assert (row.soft_for(99_999), row.hard_for(99_999)) == (span("14d"), span("21d"))
    assert (row.soft_for(100_000), row.hard_for(100_000)) == (span("7d"), span("10d"))


def test_amounts_make_no_difference_to_other_clocks() -> None:
    """A clock without large spans has one patience for all."""
    row = in_force().clock("T1")
    assert (row.soft_for(10**9), row.hard_for(10**9)) == (row.soft, row.hard)


def test_the_standard_plan_has_every_clock() -> None:
    """The clocks that a plan must have are those that ship."""
    assert {row.name for row in in_force().clocks} == CLOCKS


def test_medicaid_crossovers_get_45_days() -> None:
    """The Medicaid override moves the hard time of T1 and nothing else."""
    medicaid, other = in_force(payer_class="medicaid"), in_force()
    assert medicaid.clock("T1").hard == span("45d")
    assert other.clock("T1").hard == span("30d")
    assert [row for row in medicaid.clocks if row.name != "T1"] == [row for row in other.clocks if row.name != "T1"]


# ---- Theorems over the table ----------------------------------------------------------------------------------------


def ends_with_a_supervisor(plan: PlanInForce, then: Then) -> bool:
    """Whether silence that leads here climbs to a supervisor in finitely many finite steps."""
    if then is Then.SUPERVISOR:
        return True
    ladder = next((each for each in plan.ladders if each.kind.value == then.value), None)
    return ladder is not None and ladder.rungs[-1][0] is Rung.SUPERVISOR and all(stay.count for _, stay in ladder.rungs)


@pytest.mark.parametrize("payer_class", PayerClass)
def test_silence_alone_reaches_a_supervisor_from_every_hop(payer_class: PayerClass) -> None:
    """Every hop is watched, and every clock that watches it ends, unheard, with a supervisor."""
    plan = standard_plan().in_force("P2", payer_class)
    assert [row.hop for row in plan.hops] == list(Hop)
    for hop in plan.hops:
        assert hop.clocks
        assert ends_with_a_supervisor(plan, hop.then)
        for row in map(plan.clock, hop.clocks):
            assert row.hard is not None
            assert row.hard.count
            assert ends_with_a_supervisor(plan, row.hard_then), row.name


def test_every_clock_but_the_last_watch_reaches_a_supervisor() -> None:
    """Only monitoring after a resolution may end without a person."""
    plan = in_force()
    assert [row.name for row in plan.clocks if not ends_with_a_supervisor(plan, row.hard_then)] == ["T16"]


LEADS_ON = {
    Mark.PRIMARY_ADJUDICATED: {Mark.PROMISED, Mark.DECLINED, Mark.UNPROMISED, Mark.ORDER_QUESTIONED},
    Mark.DECIDED: {Mark.MONEY_DUE, Mark.NO_MONEY_DUE},
    Mark.CORRECTED: {Mark.MONEY_DUE, Mark.NO_MONEY_DUE},
}
"""Marks that start no clock because another mark always comes with them."""

ENDS = {Mark.ANSWERED, Mark.NOT_FOUND, Mark.HOLD_RELEASED}
"""Marks that end a side question; the clock of the hop runs on beside it."""


def test_what_stops_a_clock_starts_the_next() -> None:
    """No answer ends the watch: each stopping mark starts a clock of its own, or comes with one that does."""
    clocks = in_force().clocks
    starts = {mark for row in clocks for mark in row.starts}
    for row in clocks:
        for mark in set(row.stops) - ENDS:
            assert starts & {mark, *LEADS_ON.get(mark, ())}, f"{row.name} is stopped by {mark}"


def test_a_soft_alarm_never_restarts_its_own_clock() -> None:
    """A clock that asks when it rings must not be started by asking, or a person would never hear of it."""
    assert not [row.name for row in in_force().clocks if row.soft_then is Then.ASK_STATUS and Mark.ASKED in row.starts]


def test_waits_for_the_secondary_claim_are_cut_by_the_filing_limit() -> None:
    """Every clock between the promise and the decision is capped (I7); billing-side clocks after it are not."""
    uncapped = {row.name for row in in_force().clocks if not row.capped}
    assert uncapped == {"T0", "T10", "T11", "T12", "T13", "TS", "TB", "TH", "T15", "TR", "T16", "T17"}


# ---- Spans ----------------------------------------------------------------------------------------------------------


@given(count=st.integers(0, 9999), unit=st.sampled_from(Unit))
def test_a_span_reads_back_as_it_was_written(count: int, unit: Unit) -> None:
    """Text and messages hold a span in the same short form."""
    written = Span(count=count, unit=unit)
    assert span(str(written)) == written == Span.model_validate_json(written.model_dump_json())


@pytest.mark.parametrize("text", ["", "15", "bd", "-3d", "3 d", "1.5h", "2w", "10000d", "٣d"])
def test_anything_else_is_no_span(text: str) -> None:
    """A misread duration is an error, never a default."""
    with pytest.raises(ValueError, match="a span is a count and a unit"):
        span(text)


# ---- Overrides ------------------------------------------------------------------------------------------------------


def hard_t3(extra: str, *case: str) -> str:
    """The hard time of T3 for a case, under the shipped plan and some overrides."""
    payer, payer_class, state, line_of_business = case
    plan = parse_plan(shipped() + extra).in_force(payer, PayerClass(payer_class), state, line_of_business)
    return str(plan.clock("T3").hard)


def test_the_most_specific_override_wins() -> None:
    """A named payer outranks a class, a class outranks a state, and more matchers outrank fewer."""
    extra = (
        override('payer = "P9"', 'clocks.T3.hard = "3bd"')
        + override('payer = "P9"\nstate = "TX"', 'clocks.T3.hard = "4bd"')
        + override('payer_class = "blues"', 'clocks.T3.hard = "5bd"')
        + override('payer_class = "blues"\nstate = "TX"\nline_of_business = "HMO"', 'clocks.T3.hard = "6bd"')
        + override('state = "TX"', 'clocks.T3.hard = "7bd"')
    )
    assert hard_t3(extra, "P1", "commercial", "OH", "") == "2bd"
    assert hard_t3(extra, "P1", "commercial", "TX", "") == "7bd"
    assert hard_t3(extra, "P1", "blues", "TX", "") == "5bd"
    assert hard_t3(extra, "P1", "blues", "tx", "hmo") == "6bd"
    assert hard_t3(extra, "P9", "blues", "OH", "HMO") == "3bd"
    assert hard_t3(extra, "P9", "blues", "TX", "HMO") == "4bd"


def test_overrides_of_different_values_add_up() -> None:
    """A case takes each value from the most specific override that sets it."""
    extra = override('payer = "P9"', 'clocks.T3.hard = "3bd"\nsettings.embargo_days = 45\nhold.reason_code = "COB9"')
    plan = parse_plan(shipped() + extra).in_force("P9", PayerClass.MEDICAID)
    assert (str(plan.clock("T3").hard), str(plan.clock("T1").hard)) == ("3bd", "45d")
    assert (plan.embargo_days, plan.hold.reason_code) == (45, "COB9")


def test_any_section_can_be_overridden() -> None:
    """Hops, ladders and the calendar follow the same rule as clocks."""
    values = (
        'hops.accepted.needs = "TRANSACTED"',
        'ladders.resubmission.owner = "edi"',
        'calendar.time_zone = "Pacific/Honolulu"',
    )
    plan = parse_plan(shipped() + override('state = "HI"', "\n".join(values)))
    island = plan.in_force("P2", PayerClass.UNKNOWN, "HI")
    assert (island.hops[2].needs, island.ladders[0].owner) == (Grade.TRANSACTED, Party.EDI)
    assert island.time_zone == "Pacific/Honolulu"


def test_a_tie_between_overrides_is_an_error() -> None:
    """Two equally specific overrides of one value, for cases that both can match, are refused."""
    extra = override('payer_class = "blues"\nstate = "TX"', 'clocks.T3.hard = "3bd"')
    extra += override('payer_class = "blues"\nline_of_business = "HMO"', 'clocks.T3.hard = "4bd"')
    (problem,) = problems_of(extra=extra)
    assert "override 11 (payer_class blues, state tx) and override 12" in problem
    assert "both set clocks.T3.hard" in problem


def test_equally_specific_overrides_of_other_cases_are_no_tie() -> None:
    """Texas and Ohio never meet, so both may set the same value."""
    extra = override('state = "TX"', 'clocks.T3.hard = "3bd"') + override('state = "OH"', 'clocks.T3.hard = "4bd"')
    assert hard_t3(extra, "P1", "unknown", "OH", "") == "4bd"


def test_overrides_are_checked_in_the_plan_they_make() -> None:
    """A value that is fine alone but not beside the rest is refused, also when two overrides meet."""
    (alone,) = problems_of(extra=override('state = "TX"', 'clocks.T3.soft = "9bd"'))
    assert alone == "override 11 (state tx): clocks.T3: soft (9bd) must come before hard (2bd)"
    apart = override('state = "TX"', 'clocks.T1.soft = "28d"') + override('payer = "P9"', 'clocks.T1.hard = "25d"')
    (together,) = problems_of(extra=apart)
    assert together.endswith("clocks.T1: soft (28d) must come before hard (25d)")


# ---- Validation -----------------------------------------------------------------------------------------------------


def test_every_problem_is_told_at_once() -> None:
    """A file with many faults is refused with all of them, each with its place."""
    told = problems_of(
        ('clocks = ["T0", "T1", "T2", "T14R", "T2T", "T13P", "T13R", "THB"]', 'clocks = ["T0", "T1", "T22"]'),
        ('starts = ["promised"]', 'starts = ["promissed"]'),
        ('soft = "21d"', 'soft = "21 days"'),
        ('hard = "2bd"\nhard_then = "resubmission"', 'hard = "1bd"\nhard_then = "resubmission"'),
        ("[hops.paid]", "[hops.payed]"),
        ('hard = "90d"\nhard_then = "close"', 'hard_then = "close"'),
        ('["lead", "3bd"], ["supervisor", "2bd"]]', '["lead", "3bd"]]'),
        ('source = "TRICARE', 'sauce = "TRICARE'),
        ("vague_limit]\nvalue = 2", "vague_limit]\nvalue = 0"),
        ('time_zone = "America/New_York"', 'time_zone = "America/Gotham"'),
        extra=override('payer_class = "comercial"', 'clocks.T99.hard = "1d"') + "\n[holidays]\n",
    )
    for wanted in (
        "hops.transmitted.clocks: no clock 'T22'",
        "clocks.T1.starts.0: 'promissed' is not known; did you mean 'promised'?",
        "clocks.T0.soft: a span is a count and a unit",
        "clocks.T3: soft (1bd) must come before hard (1bd)",
        "hops.payed: 'payed' is not known; did you mean 'paid'?",
        "hops.paid: the hop is missing",
        "clocks.T16: has no hard time",
        "ladders.resubmission.rungs: does not reach a supervisor",
        "filing.tricare: has no source",
        "filing.tricare: unknown key 'sauce'",
        "settings.vague_limit: Input should be greater than or equal to 1",
        "calendar: time_zone is not in the time zone database",
        "override 11: payer_class 'comercial' is not known; did you mean 'commercial'?",
        "override 11: clocks.T99: the plan has none of that name",
        "the file: unknown key 'holidays'",
    ):
        assert any(problem.startswith(wanted) for problem in told), wanted
    assert len(told) == 15


FAULTS = [
    ('version = "standard-2"', 'version = ""', "version: is missing"),
    ("[clocks.T5]", "[clocks.T55]", "clocks.T5: is missing; nobody would notice"),
    ("[settings.embargo_days]", "[settings.embargo]", "settings.embargo_days: is missing"),
    (
        "[settings.embargo_days]",
        "[settings.embargo]",
        "settings: unknown key 'embargo'; did you mean 'embargo_days'",
    ),
    ("[filing.blues]", "[filing.blue]", "filing.blues: is missing"),
    ("[filing.blues]\nfrom_service = 180", "[filing.blues]", "filing.blues: sets no limit"),
    ("[filing.blues]\nfrom_service = 180", "[filing.blues]\nfrom_service = 0", "filing.blues.from_service: Input"),
    ("[ladders.posting_review]", "[ladders.posting]", "ladders.posting_review: is missing"),
    (
        '[["case_manager", "5bd"], ["lead"',
        '[["lead", "5bd"], ["case_manager"',
        "ladders.cob_correction.rungs: must climb",
    ),
    ('["case_manager", "5bd"]', '["case_manager", "0bd"]', "ladders.cob_correction: a rung and falls_back_after"),
    ('hard_then = "supervisor"', 'hard_then = "task"', "clocks.T0: hard_then = 'task' reaches no supervisor"),
    ('hard_then = "supervisor"', 'hard_then = "close"', "clocks.T0: hard_then = 'close' reaches no supervisor"),
    ('then = "resubmission"', 'then = "nothing"', "hops.transmitted: then = 'nothing' reaches no supervisor"),
    ('clocks = ["T10"]', "clocks = []", "hops.paid.clocks: is empty"),
    ('starts = ["asked"]', "starts = []", "clocks.TA: needs at least one mark"),
    ('starts = ["submitted"]', 'starts = ["decided"]', "clocks.T3: decided both starts and stops it"),
    ('starts = ["not_found_once"]', 'starts = ["asked"]', "clocks.TQ: its soft alarm asks again"),
    ("large_from = 100000\n", "", "clocks.T17: large_from and the large spans go together"),
    ('soft_large = "7d"', 'soft_large = "12d"', "clocks.T17: for large amounts soft (12d)"),
    ('needs = "DOCUMENTED"', 'needs = "SURE"', "hops.transmitted.needs: 'SURE'"),
    ("business_close = 17", "business_close = 9", "calendar: business_open must be earlier"),
    ('recommended)"\nassumed = true', 'recommended)"', "calendar: assumed is missing"),
    ("capped = true", "caped = true", "clocks.T1: unknown key 'caped'; did you mean 'capped'?"),
    ('payer_class = "medicaid"\nclocks', "clocks", "override 1: matches every case"),
    ('clocks.T1.hard = "45d"', "", "override 1: changes nothing"),
    ('clocks.T1.hard = "45d"', "clocks.T1 = 45", "override 1: clocks.T1: must be a table"),
    ('clocks.T1.hard = "45d"', "clocks = 45", "override 1: clocks: must be a table"),
    (
        'clocks.T1.hard = "45d"',
        'clocks.T1.hrad = "45d"',
        "override 1 (payer_class medicaid): clocks.T1: unknown key",
    ),
    ('clocks.T1.hard = "45d"', 'clock.T1.hard = "45d"', "override 1: this table: unknown key 'clock'"),
    (
        "filing.year_end_after = 1",
        "filing.year_end = 1",
        "override 4 (payer_class blues, line_of_business fep): filing",
    ),
    ("days = 120", "days = -1", "collections 1.days: Input should be greater than 0"),
    ('version = "standard-2"', "version = ", "the file is not TOML"),
]
"""A text of the shipped plan, what it is replaced by, and how the problem begins."""


@pytest.mark.parametrize(("before", "after", "problem"), FAULTS)
def test_each_fault_is_named_with_its_place(before: str, after: str, problem: str) -> None:
    """Every way to break a plan has a message that says where and what to do."""
    told = problems_of((before, after))
    assert any(each.startswith(problem) for each in told), told


def test_hops_must_stand_in_the_order_of_the_journey() -> None:
    """The first hop not proven is where the claim is, so their order matters."""
    text = shipped()
    paid, posted = text.index("[hops.paid]"), text.index("[hops.posted]")
    clocks = text.index("# ---- Clocks")
    with pytest.raises(PlanError, match="must stand in the order of the journey"):
        parse_plan(text[:paid] + text[posted:clocks] + text[paid:posted] + text[clocks:])


def test_an_empty_file_is_told_all_that_is_missing() -> None:
    """Nothing at all is refused like anything else: with a list."""
    with pytest.raises(PlanError) as refused:
        parse_plan("")
    told = "\n".join(refused.value.problems)
    assert all(f"{section}: the section is missing" in told for section in ("hops", "clocks", "filing", "settings"))


@settings(deadline=None)  # a whole plan is checked each time
@given(data=st.data())
def test_no_wrong_value_escapes_as_another_error(data: st.DataObject) -> None:
    """Whatever stands in the place of a value, the plan is taken or refused with problems; nothing else is raised."""
    document = deepcopy(dict(standard_plan().document))
    at, key = data.draw(st.sampled_from(_spots(document)))
    at[key] = data.draw(st.sampled_from([None, "", "x", -1, 0, 1.5, True, [], {}, [1], {"a": 1}, [["lead"]], [{}]]))
    with suppress(PlanError):
        check(document)


def _spots(node: object) -> list[tuple[dict[str, object], str]]:
    found: list[tuple[dict[str, object], str]] = []
    if isinstance(node, list):
        return [spot for each in node for spot in _spots(each)]
    if isinstance(node, dict):
        found = [(node, key) for key in node]
        found += [spot for each in node.values() for spot in _spots(each)]
    return found


# ---- The plan in force ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("payer_class", PayerClass)
def test_the_plan_travels_light_and_whole(payer_class: PayerClass) -> None:
    """The plan in a workflow's input stays under 16 KiB and reads back unchanged."""
    plan = standard_plan().in_force("P2", payer_class)
    written = plan.model_dump_json()
    assert len(written) <= 16 * 1024
    assert PlanInForce.model_validate_json(written) == plan


def test_equal_rules_are_the_same_plan() -> None:
    """Cases that no override tells apart share one plan in force, and its digest."""
    plan = standard_plan()
    assert plan.in_force("A", PayerClass.COMMERCIAL, "TX") is plan.in_force("B", PayerClass.COMMERCIAL, "OH", "PPO")
    assert plan.in_force("03432", PayerClass.MEDICAID).digest != plan.in_force("P2", PayerClass.MEDICAID).digest


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: text.replace('hard = "45d"', 'hard = "46d"', 1),
        lambda text: text.replace('version = "standard-2"', 'version = "standard-3"'),
        lambda text: text.replace("value = 30", "value = 31", 1),
    ],
)
def test_the_digest_changes_with_the_rules(edit: Callable[[str], str]) -> None:
    """Sixteen hex digits tell two plans in force apart, and only those that differ."""
    same = parse_plan(shipped() + "\n# a remark\n").in_force("P2", PayerClass.UNKNOWN).digest
    other = parse_plan(edit(shipped())).in_force("P2", PayerClass.UNKNOWN).digest
    assert same == in_force().digest != other
    assert len(other) == 16
    assert int(other, 16)


def test_a_row_is_found_by_its_name() -> None:
    """An unknown clock is a KeyError, not a silent nothing."""
    row = in_force().clock("T1")
    assert isinstance(row, ClockRow)
    assert row.name == "T1"
    with pytest.raises(KeyError):
        in_force().clock("T99")


def test_the_whole_plan_can_be_shown() -> None:
    """Every table of the file becomes a row with words, source and flag, collections and overrides included."""
    plan = standard_plan()
    rows = describe_plan(plan)
    assert len(rows) == len(plan.sources)
    assert all(row.says and row.source for row in rows)
    said = {(row.section, row.name): row.says for row in rows}
    assert said["clocks", "T17"].endswith("from $1,000: 7d, 10d; stopped by resolved")
    assert said["filing", "unknown"] == (
        "the earliest of: 180 days from the last date of service; 90 days from the primary remittance"
    )
    assert said["override", "1"] == "payer class medicaid: clocks.T1.hard = 45d"
    assert "120 days from the first statement" in said["collections", "1"]


def test_the_ladders_climb_to_a_supervisor() -> None:
    """Each of the four kinds of escalation has a ladder, in rising order, that ends with a supervisor."""
    ladders = in_force().ladders
    assert {each.kind for each in ladders} == set(EscalationKind)
    for ladder in ladders:
        rungs = [list(Rung).index(rung) for rung, _ in ladder.rungs]
        assert all(low < high for low, high in pairwise(rungs))
        assert ladder.rungs[-1][0] is Rung.SUPERVISOR
