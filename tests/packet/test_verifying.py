"""A packet that was changed, made up, or whose evidence was changed, is found out."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from casebook.disclosures import disclosures
from casebook.errors import SealBrokenError
from casebook.opening import Casebook
from journey.plans.file import standard_plan
from journey.words import Party
from packet.contents import Packet
from packet.digests import NotAPacketError, as_json, digest_of, parsed
from packet.laying_out import laid_out
from packet.layout import Tone
from packet.making import NoSuchReaderError, make
from packet.readers import Reader
from packet.verifying import check_against, check_packet
from tests.packet.conftest import CASE, MADE


def made(book: Casebook, reader: Reader = Reader.FULL, payer: Party = Party.SECONDARY) -> Packet:
    """A packet, noted in the casebook."""
    return make(book, CASE, standard_plan(), reader=reader, payer=payer, made_at=MADE, made_by="dana")


def content_of(packet: Packet) -> Any:
    """A packet as read back from its file."""
    return parsed(as_json(packet))


def tamper(book: Casebook, *statements: str) -> None:
    """What someone with the database's file can do."""
    with book.engine.begin() as connection:
        for each in ("DROP TRIGGER evidence_no_update", "DROP TRIGGER evidence_no_delete", *statements):
            connection.execute(text(each))


def failed(book: Casebook, content: Any) -> list[str]:
    """The names of the checks that a packet does not pass."""
    with book.reading() as tx:
        checks = (check_packet(content), *check_against(tx, content))
    return [each.name for each in checks if not each.holds]


def test_a_packet_verifies(written: Casebook) -> None:
    """What was made and not changed passes every check, whoever it is for, also after the case went on."""
    for reader in Reader:
        assert failed(written, content_of(made(written, reader))) == []


def test_a_packet_may_be_written_otherwise(written: Casebook) -> None:
    """Spaces and the order of fields are not what a packet says."""
    content = content_of(made(written))
    assert parsed(json.dumps(content, sort_keys=True)) == content
    assert failed(written, json.loads(json.dumps(content, sort_keys=True))) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content["decisions"][0].update(paid=1),
        lambda content: content["filing"].update(verdict="too_late"),
        lambda content: content["record"].pop(),
        lambda content: content.update(remark="put in afterwards"),
        lambda content: content["asked"].update(made_by="somebody"),
    ],
)
def test_a_changed_packet_is_found(written: Casebook, change: Callable[[Any], object]) -> None:
    """An amount, a verdict, an entry taken out, a field put in: the digest is another one."""
    content = content_of(made(written))
    change(content)
    assert failed(written, content) == ["digest"]


def test_a_made_up_packet_is_found(written: Casebook) -> None:
    """Whoever changes a packet can also compute its digest anew; the casebook never made that one."""
    content = content_of(made(written))
    content["decisions"][0]["paid"] = 1
    content["digest"] = digest_of(content)
    assert check_packet(content).holds
    assert failed(written, content) == ["made here"]


def test_evidence_that_was_changed_since_is_found(written: Casebook) -> None:
    """The packet is what it was; the casebook is not."""
    content = content_of(made(written))
    tamper(written, "UPDATE evidence SET hash = previous_hash WHERE seq = (SELECT max(seq) FROM evidence)")
    assert failed(written, content) == ["evidence", "chain"]


def test_a_packet_of_an_unknown_case(written: Casebook) -> None:
    """A casebook that does not have the case says so, and nothing else."""
    content = content_of(made(written))
    content["asked"]["case_id"] = "case-other"
    content["digest"] = digest_of(content)
    assert failed(written, content) == ["case"]


@pytest.mark.parametrize("seq", [None, -1, 0, "7", 2**70, [], True])
def test_a_packet_with_an_odd_length(written: Casebook, seq: Any) -> None:
    """A number of entries that no packet has is another one, never an error."""
    content = content_of(made(written))
    content["chain"]["entries"] = seq
    assert "evidence" in failed(written, content)


@pytest.mark.parametrize(
    "file",
    ["", "[]", "{", '{"format": "x"}', '{"format": "baton packet 1", "format": "baton packet 1"}', "NaN", "[" * 99_999],
)
def test_what_is_no_packet_is_refused(file: str) -> None:
    """Another format, broken JSON, a field that stands twice."""
    with pytest.raises(NotAPacketError):
        parsed(file)


@given(st.dictionaries(st.text(), st.integers() | st.text() | st.none() | st.lists(st.booleans())))
def test_the_digest_covers_all_but_itself(content: dict[str, Any]) -> None:
    """Any content has a digest; the digest's own field does not change it, any other does."""
    first = digest_of(content)
    assert digest_of({**content, "digest": "anything"}) == first
    assert digest_of({**content, "remark": [content]}) != first


# ---- noted ----------------------------------------------------------------------------------------------------------


def test_each_making_is_noted(written: Casebook) -> None:
    """Who, when, which case, for whom, which packet: the list of disclosures has it before the packet leaves."""
    packets = [made(written), made(written, Reader.PAYER), made(written, Reader.OPERATOR)]
    with written.reading() as tx:
        found = disclosures(tx, CASE)
    assert {each.digest for each in found} == {each.digest for each in packets}
    assert {each.reader for each in found} == {"full", "payer secondary", "operator"}
    assert {(each.case_id, each.made_by, each.at) for each in found} == {(CASE, "dana", MADE)}


def test_nobody_reads_as_a_payer_that_is_not_there(written: Casebook) -> None:
    """The claim names two payers: a third gets nothing, and nothing is noted."""
    with pytest.raises(NoSuchReaderError, match="no tertiary payer"):
        made(written, Reader.PAYER, Party.TERTIARY)
    with written.reading() as tx:
        assert disclosures(tx, CASE) == ()


# ---- a broken chain -------------------------------------------------------------------------------------------------


def test_a_broken_chain_is_shown_loudly(written: Casebook) -> None:
    """The packet says at its top where the evidence is broken, and tells no entry from there on."""
    tamper(written, "UPDATE evidence SET grade = 4 WHERE seq = 5")
    packet = made(written)
    assert (packet.chain.verified, packet.chain.broken_at, packet.chain.entries) == (False, 5, 4)
    assert "columns were changed" in packet.chain.problem
    assert [each.seq for each in packet.record] == [1, 2, 3, 4]
    assert all((each.entry or 0) < 5 for hop in packet.hops for each in (*hop.rests_on, *hop.against))
    first = laid_out(packet).notices[0]
    assert first.tone is Tone.BAD
    assert first.says.startswith("THE EVIDENCE CHAIN IS BROKEN at entry 5")
    assert failed(written, content_of(packet)) == ["chain", "chain then"]


def test_an_entry_that_cannot_be_opened_breaks_the_chain(written: Casebook) -> None:
    """Altered bytes are reported as a broken place, not as an error of the command."""
    tamper(written, "UPDATE evidence SET body = (SELECT body FROM evidence WHERE seq = 2) WHERE seq = 3")
    assert made(written).chain.broken_at == 3


def test_a_case_whose_state_was_altered_gives_no_packet(written: Casebook) -> None:
    """Where the state itself is not what was written, nothing about the case can be told."""
    tamper(written, "UPDATE cases SET revision = revision - 1")
    with pytest.raises(SealBrokenError):
        made(written)
