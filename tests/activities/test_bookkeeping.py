"""Bookkeeping: a page is written once in effect, and what leaves us keeps its numbers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from activities.bookkeeping import Bookkeeper, SentRegister
from casebook import reading
from journey.case import Opening
from journey.decide import decide, open_case
from journey.facts import HoldAsked
from journey.words import Party
from tests.office import Office, claim_of, plan
from workflows.ports import Entry, Page

NOON = datetime(2026, 3, 12, 16, tzinfo=UTC)


def pages(case_id: str) -> list[Page]:
    """Three turns of a case, each with one fact."""
    in_force = plan().in_force("SEC22", claim_of("X").secondary.payer_class, "NY", "")
    case = open_case(Opening(case_id=case_id, claim=claim_of("X"), opened_at=NOON), in_force).case
    written = []
    for n in range(3):
        at = NOON + timedelta(hours=n)
        stamp = {"happened_at": at, "learnt_at": at, "sender": Party.PROVIDER}
        fact = HoldAsked(fact_id=f"{case_id}-{n}", person="dana", reason="asked", **stamp)
        decision = decide(case, fact, in_force)
        case = decision.case
        entry = Entry(fact=fact, applied=decision.applied, reasons=decision.reasons)
        written.append(Page(case=case, sentence=f"turn {n}", entries=(entry,)))
    return written


def facts(office: Office, case_id: str) -> list[str]:
    """The facts that the casebook has, in order; the chain must hold."""
    with office.book.reading() as tx:
        assert reading.verify_chain(tx, case_id) is None
        return [each.entry.fact.fact_id for each in reading.history(tx, case_id)]


async def test_a_page_written_twice_stands_once(own_office: Office) -> None:
    """An answer that was lost makes the engine write again, and nothing changes."""
    keeper = Bookkeeper(own_office.book)
    for page in pages("case-twice"):
        keeper.record(page)
        keeper.record(page)
    assert facts(own_office, "case-twice") == ["case-twice-0", "case-twice-1", "case-twice-2"]


async def test_a_late_page_adds_its_evidence_and_leaves_the_newer_state(own_office: Office) -> None:
    """A zombie's page that comes after a newer one is kept as evidence and does not turn the case back."""
    keeper = Bookkeeper(own_office.book)
    first, second, third = pages("case-late")
    for page in (first, third, second):
        keeper.record(page)
    assert sorted(facts(own_office, "case-late")) == ["case-late-0", "case-late-1", "case-late-2"]
    with own_office.book.reading() as tx:
        assert reading.case_state(tx, "case-late").revision == third.case.revision


async def test_a_turn_taken_again_with_newer_facts_doubles_nothing(own_office: Office) -> None:
    """The worker died after writing: its facts come again on a longer page of a later revision, and stand once."""
    keeper = Bookkeeper(own_office.book)
    first, second, third = pages("case-again")
    keeper.record(first)
    keeper.record(third.model_copy(update={"entries": (*first.entries, *second.entries, *third.entries)}))
    assert facts(own_office, "case-again") == ["case-again-0", "case-again-1", "case-again-2"]


async def test_an_action_always_has_the_same_numbers(own_office: Office) -> None:
    """A submission tried again goes out under the control numbers that it had; another one has its own."""
    sent = SentRegister(own_office.book, own_office.keys.opaque, lambda: NOON)
    first = sent.register_submission("north", "k1", "case-a", "1")
    assert sent.register_submission("north", "k1", "case-a", "1") == first
    other = sent.register_submission("north", "k2", "case-a", "1")
    assert first.controls.interchange != other.controls.interchange
    assert first.id != other.id
    asked = sent.register_question("north", "q1", "case-a", "member_and_date")
    assert sent.register_question("north", "q1", "case-a", "member_and_date") == asked
    assert asked.controls.interchange not in (first.controls.interchange, other.controls.interchange)


async def test_ids_of_what_leaves_tell_nothing(own_office: Office) -> None:
    """Submission ids are keyed hashes of at most 20 characters, of which a 277CA returns no more (REF*D9)."""
    sent = SentRegister(own_office.book, own_office.keys.opaque, lambda: NOON)
    north = sent.register_submission("north", "k1", "case-a", "1").id
    south = sent.register_submission("south", "k9", "case-b", "1").id
    assert north != south
    assert "k1" not in north
    assert north.startswith("SUB-")
    assert len(north) <= 20
