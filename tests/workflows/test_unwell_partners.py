"""Partners that are away, slow or lose their answer: an action is tried until it is done, and done once."""

from __future__ import annotations

from journey.case import HoldState
from tests.office import CONTRACTUAL, PAID, Journey, Office, eventually
from tests.workflows.partners import Partners


async def paid_by_primary(office: Office, partners: Partners, remarks: tuple[str, ...] = ("MA18",)) -> Journey:
    """A case that asks for its hold, and with MA19 for its submission, at this moment."""
    case = await office.journey()
    await case.settled()
    office.ledger.primary_posted(case.number, PAID, CONTRACTUAL, case.now())
    await case.cases.tell(case.case_id, (partners.primary(case.now(), "1", remarks),))
    return case


async def test_a_ledger_that_is_down_gets_the_hold_when_it_is_up(working_office: Office, partners: Partners) -> None:
    """Two answers of 500 and one of garbage: the hold is placed once, read back, and nobody is blamed."""
    working_office.faults.errors, working_office.faults.garbage = 2, 1
    case = await paid_by_primary(working_office, partners)

    async def verified() -> bool:
        return (await case.cases.where(case.case_id)).hold.state is HoldState.VERIFIED

    await eventually(verified, "the hold is verified")
    assert len(working_office.ledger.holds(case.number)) == 1
    assert (await case.cases.where(case.case_id)).attention == ()


async def test_a_hold_whose_answer_was_lost_is_not_placed_twice(working_office: Office, partners: Partners) -> None:
    """The ledger did it and the connection broke: the same key asked again has no second effect."""
    working_office.faults.lost_answers = 2
    case = await paid_by_primary(working_office, partners)

    async def verified() -> bool:
        return (await case.cases.where(case.case_id)).hold.state is HoldState.VERIFIED

    await eventually(verified, "the hold is verified")
    assert len(working_office.ledger.holds(case.number)) == 1


async def test_an_account_that_the_ledger_does_not_know_is_a_matter_for_people(
    working_office: Office, partners: Partners
) -> None:
    """What no retry can help comes back at once and is shown as needing attention."""
    case = await working_office.journey()
    stranger = await working_office.journey(account=False)
    await stranger.tell(partners.primary(stranger.now()))
    standing = await stranger.settled()
    assert any("does not know this account" in each for each in standing.attention)
    assert (await case.cases.where(case.case_id)).attention == ()


async def test_a_drop_folder_that_is_not_mounted_gets_one_claim_when_it_is(
    working_office: Office, partners: Partners
) -> None:
    """The share is away: nothing is written anywhere else, the case hears on, and one claim leaves in the end."""
    aside = working_office.out.rename(working_office.out.with_name("unmounted"))
    case = await paid_by_primary(working_office, partners, ("MA19",))

    async def tried() -> bool:
        pending = (await case.handle.describe()).raw_description.pending_activities
        return any(each.activity_type.name == "submit_secondary" and each.attempt > 1 for each in pending)

    await eventually(tried, "the submission is tried again")
    answer = await case.cases.contact(case.case_id, partners.call(case.now()))
    assert answer.counts is False
    assert not working_office.out.exists()
    aside.rename(working_office.out)
    await eventually(case.submissions, "the claim leaves")
    await case.settled()
    [path], [claim] = case.submissions(), case.sent()
    assert path.name == f"{claim.submission_id}.837"
    assert len(list(working_office.out.iterdir())) == 1
