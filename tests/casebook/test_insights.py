"""Figures: what a case leaves behind for sums, and the sums themselves, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from casebook import incidents, insights, insights_speed
from casebook.insights import Scope
from casebook.opening import Casebook
from casebook.record import Turn, record_many
from journey.case import Case, Clock, Hold, HoldState, Money, Proof
from journey.facts import Adjustment, ClaimAcknowledged, Fact, RemitAdjudicated, SecondarySubmitted
from journey.words import Grade, Hop, Level, Party, Resolution

MakeCase = Callable[..., Case]
PRACTICE = "lakeside"


def scope(now: datetime, **changes: Any) -> Scope:
    """Everything of the practice that the test's cases are of."""
    return Scope(practice=PRACTICE, now=now, **changes)


def promise(at: datetime) -> Fact:
    """The primary pays and says that it forwarded the claim."""
    return RemitAdjudicated(
        fact_id="promise",
        happened_at=at,
        learnt_at=at,
        sender=Party.PRIMARY,
        payer=Party.PRIMARY,
        claim_status="19",
        charge=100_000,
        paid=80_000,
        adjustments=(Adjustment(group="PR", reason="2", amount=20_000),),
        remarks=("MA18",),
    )


def sent(at: datetime, number: int = 1) -> Fact:
    """We send the claim by hand."""
    return SecondarySubmitted(
        fact_id=f"sent-{number}", happened_at=at, learnt_at=at, sender=Party.EDI, submission_id=f"s{number}"
    )


def taken(at: datetime, category: str = "A2", code: str = "20", number: int = 1) -> Fact:
    """The secondary acknowledges the claim."""
    return ClaimAcknowledged(
        fact_id=f"ack-{number}",
        happened_at=at,
        learnt_at=at,
        sender=Party.SECONDARY,
        category=category,
        status_code=code,
        accepted=category == "A2",
        submission_id=f"s{number}",
        statuses=(f"{category}:{code}",),
    )


def write(book: Casebook, *cases: Case) -> None:
    """Write each case once."""
    with book.writing() as tx:
        record_many(tx, [Turn(each, "a sentence") for each in cases])


@pytest.fixture
def practice(a_case: MakeCase) -> None:
    """The cases of these tests are all of one practice."""
    assert a_case().claim.practice == PRACTICE


@pytest.mark.usefixtures("practice")
def test_age_counts_from_the_primarys_decision(book: Casebook, a_case: MakeCase, noon: datetime) -> None:
    """Field notes 5.3: a case is as old as the patient's share, whenever the service was."""
    write(
        book,
        a_case("young", evidence=(promise(noon - timedelta(days=30)),), opened_at=noon - timedelta(days=200)),
        a_case("older", evidence=(promise(noon - timedelta(days=31)),)),
        a_case("oldest", evidence=(promise(noon - timedelta(days=121)),)),
    )
    with book.reading() as tx:
        (pile,) = insights.piles(tx, scope(noon))
    assert (pile.cases, pile.at_risk) == (3, 60_000)
    assert pile.ages_at_risk == (20_000, 20_000, 0, 0, 20_000)


@pytest.mark.usefixtures("practice")
def test_a_resolved_case_is_not_stuck(book: Casebook, a_case: MakeCase, noon: datetime) -> None:
    """It is watched for a takeback, and no longer work; what it brought is counted in the period in which it ended."""
    money = Money(charge=100_000, primary_patient_share=20_000, secondary_paid=15_000)
    ended = {"resolution": Resolution.PAID_PATIENT_OWES, "resolved_at": noon - timedelta(days=5), "money": money}
    write(book, a_case("stuck"), a_case("over", evidence=(promise(noon - timedelta(days=40)),), **ended))
    with book.reading() as tx:
        assert sum(each.cases for each in insights.piles(tx, scope(noon))) == 1
        (of_payer,) = insights.outcomes(tx, scope(noon, since=noon - timedelta(days=30))).values()
        assert (of_payer.resolved, of_payer.recovered) == (1, 15_000)
        assert insights.outcomes(tx, scope(noon, since=noon - timedelta(days=4))).popitem()[1].resolved == 0
        assert insights_speed.days_to_resolve(tx, scope(noon))[0].median == 35
        spans = [(noon - timedelta(days=7), noon), (noon - timedelta(days=14), noon - timedelta(days=7))]
        assert insights.recovered(tx, scope(noon), spans) == (15_000, 0)


@pytest.mark.usefixtures("practice")
def test_a_crossover_is_kept_when_the_claim_arrived_by_itself(book: Casebook, a_case: MakeCase, noon: datetime) -> None:
    """A claim that somebody sent by hand before it arrived is a promise that was not kept."""
    long_ago = noon - timedelta(days=50)
    day = timedelta(days=1)
    write(
        book,
        a_case("kept", evidence=(promise(long_ago), taken(long_ago + 12 * day))),
        a_case("late", evidence=(promise(long_ago), taken(long_ago + 40 * day))),
        a_case("by hand", evidence=(promise(long_ago), sent(long_ago + 31 * day), taken(long_ago + 33 * day))),
        a_case("young", evidence=(promise(noon - 3 * day),)),
    )
    with book.reading() as tx:
        together, of_payer = insights_speed.crossovers(tx, scope(noon))
    assert (together.promised, together.arrived, together.waiting, together.by_hand) == (4, 2, 1, 1)
    assert (together.judged, together.false) == (3, 2)
    assert [round(together.curve[each], 2) for each in (2, 12, 30, 45)] == [0, 0.33, 0.33, 0.67]
    assert of_payer.curve == together.curve


@pytest.mark.usefixtures("practice")
@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ((taken,), "accepted"),
        ((lambda at: taken(at, "A7", "562"),), "refused"),
        ((lambda at: sent(at, 2), lambda at: taken(at, number=2)), "lost"),
        ((), None),
    ],
)
def test_the_first_answer_to_the_first_claim_counts(
    book: Casebook, a_case: MakeCase, noon: datetime, answers: tuple[Callable[[datetime], Fact], ...], expected: str
) -> None:
    """First-pass acceptance is not repaired by a second claim."""
    facts = [sent(noon - timedelta(days=9)), *(each(noon - timedelta(days=5 - n)) for n, each in enumerate(answers))]
    write(book, a_case(evidence=tuple(facts)))
    with book.reading() as tx:
        (of_payer,) = insights.outcomes(tx, scope(noon)).values()
    found = {name for name in ("accepted", "refused", "lost") if getattr(of_payer, name)}
    assert (of_payer.sent, found) == (1, {expected} if expected else set())


@pytest.mark.usefixtures("practice")
def test_holds_limits_and_vague_answers(book: Casebook, a_case: MakeCase, noon: datetime) -> None:
    """Coverage counts cases with a patient balance; a limit counts while the payer does not have the claim."""
    owing = Money(charge=100_000, at_risk=20_000, ledger_patient_balance=20_000)
    verified = Hold(state=HoldState.VERIFIED)
    soon = (noon + timedelta(days=20)).date()
    write(
        book,
        a_case("held", money=owing, hold=verified, filing_limit=soon, vague_answers={Party.SECONDARY: 2}),
        a_case("bare", money=owing, filing_limit=soon, hop=Hop.ADJUDICATED),
        a_case("owes nothing", vague_answers={Party.SECONDARY: 1, Party.PRIMARY: 4}),
    )
    with book.reading() as tx:
        (held,) = insights.holds(tx, scope(noon)).values()
        near = insights.near_limit(tx, scope(noon))
    assert (held.owing, held.held, held.vague, held.vague_cases) == (2, 1, 3, 1)
    assert (near.cases, near.at_risk) == (1, 20_000)


@pytest.mark.usefixtures("practice")
def test_saved_and_lost_at_the_filing_limit(book: Casebook, a_case: MakeCase, noon: datetime) -> None:
    """Accepted in the last two weeks is saved, written off for the limit is lost, accepted in good time is neither."""
    limit = (noon + timedelta(days=3)).date()

    def accepted(at: datetime) -> tuple[Proof, ...]:
        return (Proof(hop=Hop.ACCEPTED, grade=Grade.TRANSACTED, at=at, proven=True),)

    lost = {"resolution": Resolution.FILING_LIMIT_LOST, "resolved_at": noon}
    write(
        book,
        a_case("saved", filing_limit=limit, proofs=accepted(noon - timedelta(days=1))),
        a_case("in time", filing_limit=limit, proofs=accepted(noon - timedelta(days=30))),
        a_case("lost", filing_limit=limit, **lost),
    )
    with book.reading() as tx:
        (of_payer,) = insights.outcomes(tx, scope(noon)).values()
    assert (of_payer.saved, of_payer.saved_share, of_payer.missed, of_payer.missed_share) == (1, 20_000, 1, 20_000)


@pytest.mark.usefixtures("practice")
def test_sums_are_of_one_practice_and_one_payer(book: Casebook, a_case: MakeCase, noon: datetime) -> None:
    """Nobody's figures hold another practice's cases."""
    case = a_case()
    foreign = case.claim.model_copy(update={"practice": "hillside"})
    write(book, case, a_case("foreign", claim=foreign))
    payer_id = case.claim.secondary.payer_id
    with book.reading() as tx:
        assert [each.cases for each in insights.piles(tx, scope(noon, payer_id=payer_id))] == [1]
        assert insights.piles(tx, scope(noon, payer_id="another")) == ()
        assert insights.payers(tx, PRACTICE) == {payer_id: case.claim.secondary.payer_name}
        assert insights.loads(tx, scope(noon))[0].cases == 1
        assert incidents.stuck(tx, "nowhere") == ()


@pytest.mark.usefixtures("practice")
@pytest.mark.parametrize(("late", "suspected"), [(4, False), (5, True)])
def test_an_outage_is_many_late_cases_far_beyond_the_usual(
    book: Casebook, a_case: MakeCase, noon: datetime, late: int, suspected: bool
) -> None:
    """Five late ones, and twice the share that is late elsewhere: fewer is bad luck."""
    rung = Clock(name="T7", started_by="x", started_at=noon, hard=noon, fired=(Level.HARD,))
    other = a_case().claim.model_copy(update={"coverages": tuple(_renamed(each) for each in a_case().claim.coverages)})
    write(
        book,
        *(a_case(f"late-{n}", clocks=(rung,)) for n in range(late)),
        *(a_case(f"calm-{n}") for n in range(2)),
        *(a_case(f"other-{n}", claim=other) for n in range(8)),
        a_case("other-late", claim=other, clocks=(rung,)),
    )
    with book.reading() as tx:
        first, second = incidents.stuck(tx, PRACTICE)
    assert (first.late, first.cases, first.suspected) == (late, late + 2, suspected)
    assert round(first.usual, 2) == 0.11
    assert not second.suspected


def _renamed(coverage: Any) -> Any:
    return coverage.model_copy(update={"payer_id": f"other-{coverage.payer_id}"})


@pytest.mark.parametrize(
    ("arrived", "waiting", "never", "by_day_30"),
    [({}, {}, 0, 0.0), ({10: 1}, {}, 0, 1.0), ({10: 1}, {}, 1, 0.5), ({10: 1}, {5: 8}, 1, 0.5), ({31: 4}, {}, 0, 0.0)],
)
def test_the_curve_is_not_blurred_by_young_promises(
    arrived: dict[int, int], waiting: dict[int, int], never: int, by_day_30: float
) -> None:
    """Eight promises of five days say nothing of day ten; one that was sent by hand counts against every day."""
    assert insights_speed.curve(arrived, waiting, never)[30] == pytest.approx(by_day_30)


@pytest.mark.parametrize(("share", "days"), [(0.5, 3), (0.9, 20)])
def test_medians_are_of_cases_not_of_days(share: float, days: int) -> None:
    """Many quick cases outweigh one slow one."""
    assert insights_speed.at_share({1: 2, 3: 3, 20: 1}, share) == days
