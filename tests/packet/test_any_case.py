"""Any life of a case gives a packet for every reader, as data, page and print."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casebook.reading import HistoryEntry
from journey.plans.file import standard_plan
from journey.sentence import sentence
from journey.words import Party
from packet.composing import compose
from packet.digests import as_json, parsed, sealed
from packet.html import as_html
from packet.pdf import as_pdf
from packet.readers import Reader
from packet.reducing import PAYERS, Sight
from packet.sources import Source
from packet.verifying import check_packet
from tests.journey.test_machine import ANY
from tests.packet.conftest import MADE, Life

QUIETLY = settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), print_blob=True)


def lived_through(said: list[tuple[tuple[type[Any], dict[str, Any]], float]]) -> Source:
    """A case that heard these facts, with silence between them."""
    life = Life()
    for (kind, fields), days in said:
        life.hear(kind, days=days, **fields)
    entries = [entry for _, told in life.turns for entry in told]
    heard = tuple(
        HistoryEntry(seq=seq, revision=seq, entry=each, hash=f"{seq:064x}") for seq, each in enumerate(entries, 1)
    )
    return Source(case=life.case, sentence=sentence(life.case, life.rules), heard=heard, plan=standard_plan())


@settings(QUIETLY, max_examples=40)
@given(
    said=st.lists(st.tuples(ANY, st.integers(0, 30)), max_size=12),
    reader=st.sampled_from(Reader),
    payer=st.sampled_from([*PAYERS[:2]]),
)
def test_any_case_gives_a_packet(said: list[Any], reader: Reader, payer: Party) -> None:
    """Whatever a case went through, nothing is missing that a packet needs; its file reads back and verifies."""
    source = lived_through(said)
    eyes = Sight(reader, payer if reader is Reader.PAYER else Party.UNKNOWN, source.redaction)
    packet = sealed(compose(source, eyes, made_at=MADE, made_by="dana"))
    content = parsed(as_json(packet))
    assert check_packet(content).holds
    assert type(packet).model_validate(content) == packet
    assert packet.digest in as_html(packet)


@settings(QUIETLY, max_examples=3)
@given(said=st.lists(st.tuples(ANY, st.integers(0, 30)), min_size=4, max_size=12))
def test_any_case_can_be_printed(said: list[Any]) -> None:
    """The full packet, which holds most, becomes a PDF."""
    source = lived_through(said)
    packet = sealed(compose(source, Sight(Reader.FULL), made_at=MADE, made_by="dana"))
    assert as_pdf(packet).startswith(b"%PDF-")
