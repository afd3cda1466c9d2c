"""What a packet tells of a case, and that it tells only what the casebook has."""

from __future__ import annotations

from collections.abc import Callable

from casebook.opening import Casebook
from casebook.reading import history, verify_chain
from journey.words import Hop, Party
from packet.composing import compose
from packet.contents import Packet
from packet.digests import sealed
from packet.readers import Reader
from packet.reducing import Sight
from packet.sources import Source
from tests.packet.conftest import CASE, MADE


def test_the_same_case_gives_the_same_packet(source: Source) -> None:
    """A packet depends on the case, its reader, who asks and the stated moment alone: no clock, no chance."""
    sight = Sight(Reader.FULL, redaction=source.redaction)
    first, second = (sealed(compose(source, sight, made_at=MADE, made_by="dana")) for _ in range(2))
    assert first == second
    assert first.digest != sealed(compose(source, sight, made_at=MADE, made_by="robin")).digest


def test_who_asked_and_when_stands_first(packet_for: Callable[..., Packet]) -> None:
    """Whoever holds a packet can see who made it, for whom, and of which revision of the case."""
    asked = packet_for(Reader.PAYER, Party.SECONDARY).asked
    assert (asked.case_id, asked.made_by, asked.made_at, asked.reader) == (CASE, "dana", MADE, "payer")
    assert (asked.payer, asked.payer_name, asked.time_zone) == ("secondary", "Aetna", "America/New_York")


def test_the_six_hops_cite_their_evidence(packet_for: Callable[..., Packet]) -> None:
    """Each hop says whether it is proven, how well, and by which entries of the record."""
    packet = packet_for(Reader.FULL)
    assert [each.hop for each in packet.hops] == list(Hop)
    accepted = next(each for each in packet.hops if each.hop == "accepted")
    assert accepted.proven is True
    assert accepted.grade.startswith(("transacted", "settled"))
    kinds = {each.seq: each.kind for each in packet.record}
    assert {kinds[each.entry or 0] for each in accepted.rests_on} >= {"claim_acknowledged"}


def test_the_break_point_has_both_sides(packet_for: Callable[..., Packet]) -> None:
    """The mismatch is told with the refusal of the payer and our own submission."""
    found = next(each for each in packet_for(Reader.FULL).breaks if each.mode == "V3")
    assert found.state == "confirmed"
    assert found.in_force is False
    said = " ".join(each.says for each in found.speaks_for)
    assert "277CA of the secondary: refused (A7:164)" in said
    assert "secondary claim sent" in said


def test_claims_have_their_numbers_and_answers(packet_for: Callable[..., Packet]) -> None:
    """Each claim carries its control numbers, each answer stands below the claim that it answers."""
    first, second = packet_for(Reader.FULL).submissions
    assert (first.interchange, first.transaction, second.interchange) == ("000000001", "0001", "000000002")
    assert [(each.layer, each.accepted) for each in first.answers] == [("999", True), ("277CA", False)]
    assert [each.layer for each in second.answers] == ["999", "277CA", "277CA"]
    assert second.answers[-1].payer_claim_number == "SEC8880002"
    assert "accepted for adjudication" in second.answers[-1].says


def test_a_contact_says_who_when_and_what(packet_for: Callable[..., Packet]) -> None:
    """Day, person, reference, what was said and what is to be done (5.1)."""
    first = packet_for(Reader.FULL).contacts[0]
    assert (first.party, first.channel, first.said) == ("Aetna", "phone", "no record")
    assert (first.person, first.reference, first.logged_by) == ("Ottoline Vance", "REF90210", "dana")
    assert first.action == "send Quillfeather again"


def test_a_correction_has_before_and_after(packet_for: Callable[..., Packet]) -> None:
    """What was put right, by whom, from which value to which; an auditor sees that, not the values."""
    full, auditor = (packet_for(reader).corrections[0] for reader in (Reader.FULL, Reader.AUDITOR))
    assert (full.field, full.before, full.after, full.made_by) == ("member id", "W209377715", "W209377751", "robin")
    assert (auditor.field, auditor.before, auditor.after, auditor.made_by) == ("member id", "…", "…", "robin")


def test_money_and_ledger(packet_for: Callable[..., Packet]) -> None:
    """Each payer's decision in cents with its codes, what the patient truly owes, what the ledger shows."""
    packet = packet_for(Reader.FULL)
    assert [(each.payer, each.paid, each.patient_share) for each in packet.decisions] == [
        ("Medicare", 48_000, 32_000),
        ("Aetna", 30_000, 2_000),
    ]
    assert packet.balance.expected == 2_000
    assert packet.balance.patient_balance == 32_000
    assert packet.decisions[1].adjustments[0].startswith("OA 23 (")


def test_hold_orders_and_escalations_have_a_history(packet_for: Callable[..., Packet]) -> None:
    """Who asked for a hold and why, when it was seen in the ledger; what a supervisor decided, with the reason."""
    packet = packet_for(Reader.FULL)
    told = [(each.says, each.by) for each in packet.hold.events]
    assert ("a person asked for it", "dana") in told
    assert any("verified" in says for says, _ in told)
    order = packet.orders[0]
    assert (order.decision, order.person, order.reason) == ("extend", "lee", "Quillfeather's payer has a backlog")
    assert packet.escalations
    assert packet_for(Reader.AUDITOR).orders[0].reason == "…'s payer has a backlog"


def test_deadlines_say_what_moved_them(packet_for: Callable[..., Packet]) -> None:
    """Running clocks and the record of every start, alarm, move and stop."""
    packet = packet_for(Reader.FULL)
    assert packet.clocks
    assert all(each.title and each.started_at for each in packet.clocks)
    said = [each.says for each in packet.clock_events]
    assert any(each.startswith("T5 starts, due ") for each in said)
    assert any(each.endswith(" stops") for each in said)


def test_the_ending_is_told_point_by_point(packet_for: Callable[..., Packet]) -> None:
    """The five points of 4.4: the payer has decided, the ledger does not show it yet."""
    points = {each.point: each for each in packet_for(Reader.FULL).closing}
    assert list(points) == ["a", "b", "c", "d", "e"]
    assert points["a"].holds is True
    assert points["b"].holds is False
    assert points["b"].missing


def test_the_record_is_the_evidence(written: Casebook, packet_for: Callable[..., Packet]) -> None:
    """Every entry with its own hash; the last one is the head of the chain."""
    packet = packet_for(Reader.FULL)
    with written.reading() as tx:
        assert [(each.seq, each.hash) for each in packet.record] == [
            (each.seq, each.hash) for each in history(tx, CASE)
        ]
        assert verify_chain(tx, CASE) is None
    assert packet.chain.verified is True
    assert packet.chain.head == packet.record[-1].hash
    assert packet.chain.entries == len(packet.record)


def test_a_file_is_named_by_its_digest(packet_for: Callable[..., Packet]) -> None:
    """From which file which entries were read, and when it came."""
    [file] = packet_for(Reader.FULL).files
    assert (file.digest, file.kinds, file.entries) == ("d" * 64, ("835",), (1,))


def test_no_packet_has_a_diagnosis(packet_for: Callable[..., Packet]) -> None:
    """Nobody needs it for payment, so it does not even reach the table of readers."""
    assert "J020" not in packet_for(Reader.FULL).model_dump_json()
