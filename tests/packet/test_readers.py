"""Who sees what: the table cell by cell, and that a packet is reduced as the table says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any, get_args

import pytest

from journey.words import Frozen, Party
from packet.account_parts import Verdict
from packet.contents import Packet
from packet.html import as_html
from packet.pdf import as_pdf
from packet.readers import DATUM_WORDS, SEES, Cell, Datum, Holds, Reader, cell
from packet.reducing import PAYERS, Redaction, Sight, reduced
from tests.packet.printed import words_of

EXPECTED = """
    packet SSSS             chain SSSS               result S-S-              sentence S-M-
    attention S-M-          holder S-S-              holder_words S-M-        patient SS--
    birth_date SS--         claim_number SSM-        service SSS-             charge SSS-
    lines SS--              provider SSM-            policy SOS-              member_id SOM-
    policyholder SO--       hop SOSS                 evidence SOS-            break S-S-
    break_words S-M-        clock S-SS               clock_words S-M-         contact SOS-
    contact_person SOM-     contact_words S-M-       reference SOM-           note S---
    staff S-S-              correction SOS-          correction_value S-M-    submission SOS-
    acknowledgement SOS-    payer_claim_number SOM-  paid SPS-                decided SOS-
    trace SOM-              balance S-S-             ledger S-S-              hold S-S-
    hold_words S-M-         escalation S-S-          escalation_words S-M-    order S-S-
    order_words S-M-        filing SOS-              closing S-S-             entry SOSS
    entry_words SOM-        reason S-M-              file S-S-
"""
CELLS = {"S": Cell.SHOWN, "O": Cell.OWN, "P": Cell.PRIOR, "M": Cell.MASKED, "-": Cell.HIDDEN}
WANTED = {
    (Datum(name), reader): CELLS[letter]
    for name, letters in re.findall(r"(\w+) ([SOPM-]{4})", EXPECTED)
    for reader, letter in zip(Reader, letters, strict=True)
}
MARK = "Marker Wexcombe 4711"
NOON = datetime(2026, 3, 12, 12, tzinfo=UTC)
EYES = [(reader, Party.UNKNOWN) for reader in Reader if reader is not Reader.PAYER] + [
    (Reader.PAYER, payer) for payer in PAYERS
]


@pytest.mark.parametrize("datum", Datum)
@pytest.mark.parametrize("reader", Reader)
def test_each_cell_of_the_table(datum: Datum, reader: Reader) -> None:
    """What a reader gets of a kind of data was decided once, and a change of it is noticed."""
    assert cell(datum, reader) is WANTED[datum, reader]


def test_the_table_is_whole_and_its_default_is_the_least() -> None:
    """Each kind of data has a row with words; what the table does not say is hidden."""
    assert set(DATUM_WORDS) == set(Datum)
    assert all(DATUM_WORDS.values())
    assert len(SEES) == len(Datum) * len(Reader)
    assert cell("of another version", Reader.FULL) is Cell.HIDDEN  # type: ignore[arg-type]


def parts(kind: type[Frozen]) -> Iterator[type[Frozen]]:
    """A kind of part, and every kind inside it."""
    yield kind
    for info in kind.model_fields.values():
        for each in (info.annotation, *get_args(info.annotation)):
            if isinstance(each, type) and issubclass(each, Frozen):
                yield from parts(each)


def test_every_field_names_its_kind_of_data() -> None:
    """A field that nobody thought about would be shown to nobody; and none may lack an empty value."""
    unmarked = [
        f"{kind.__name__}.{name}"
        for kind in parts(Packet)
        for name, info in kind.model_fields.items()
        if name != "about" and not inner(info.annotation) and not any(isinstance(each, Holds) for each in info.metadata)
    ]
    assert unmarked == []
    assert not any(info.is_required() for kind in parts(Packet) for info in kind.model_fields.values())


def inner(annotation: Any) -> type[Frozen] | None:
    """The kind of part that a field holds, one or several; None for a value."""
    found = [each for each in (annotation, *get_args(annotation)) if isinstance(each, type)]
    return next((each for each in found if issubclass(each, Frozen)), None)


def filled(kind: type[Frozen], about: Party) -> Any:
    """A part with something in every field."""
    return kind(**{name: _something(info, name, about) for name, info in kind.model_fields.items()})


def _something(info: Any, name: str, about: Party) -> Any:
    kind = inner(info.annotation)
    if kind:
        part = filled(kind, about)
        return part if info.annotation is kind else (part,)
    if name == "about":
        return about
    if isinstance(info.default, str):
        return MARK
    kinds = get_args(info.annotation)
    if info.default == ():
        return (MARK,) if str in kinds else (4711,)
    known: dict[Any, Any] = {int: 4711, bool: True, date: date(1941, 7, 23), Verdict: Verdict.TOO_LATE}
    return next((value for each, value in known.items() if each in kinds), NOON)


def leaves(whole: Frozen, seen: Frozen) -> Iterator[tuple[Datum, Any, Any, Any, Party]]:
    """Every value of a packet: its kind, what it was, what is left of it, what an empty one is, whom it is about."""
    about = getattr(whole, "about", Party.UNKNOWN)
    for name, info in type(whole).model_fields.items():
        before, after = getattr(whole, name), getattr(seen, name)
        kind = inner(info.annotation)
        if kind:
            first = (before[0], (*after, kind())[0]) if isinstance(before, tuple) else (before, after)
            yield from leaves(*first)
        elif name not in ("about", "masked", "withheld"):
            datum = next(each.datum for each in info.metadata if isinstance(each, Holds))
            yield datum, before, after, info.default, about


@pytest.mark.parametrize("about", [*PAYERS, Party.UNKNOWN, Party.LEDGER])
@pytest.mark.parametrize(("reader", "payer"), EYES)
def test_a_packet_is_reduced_as_the_table_says(reader: Reader, payer: Party, about: Party) -> None:
    """Each field of each part: shown, masked, or empty; of one's own, only where it concerns the payer that reads."""
    whole = filled(Packet, about)
    redaction = Redaction(("Wexcombe", "Marker"))
    for datum, before, after, empty, whom in leaves(whole, reduced(whole, Sight(reader, payer, redaction))):
        wanted = WANTED[datum, reader]
        if wanted is Cell.OWN:
            wanted = Cell.SHOWN if whom is payer else Cell.HIDDEN
        elif wanted is Cell.PRIOR:
            both = whom in PAYERS and payer in PAYERS
            wanted = Cell.SHOWN if both and PAYERS.index(whom) <= PAYERS.index(payer) else Cell.HIDDEN
        if wanted is Cell.HIDDEN:
            assert after == empty, datum
        elif wanted is Cell.MASKED:
            assert after not in (before, empty), datum
            assert "Wexcombe" not in str(after)
        elif reader in (Reader.FULL, Reader.PAYER) or type(before) is not str:
            assert after == before or isinstance(before, tuple), datum
        else:
            assert after.endswith("4711"), datum


@pytest.mark.parametrize("reader", [Reader.AUDITOR, Reader.OPERATOR])
def test_readers_without_names_get_none(
    packet_for: Callable[..., Packet], naming: tuple[str, ...], reader: Reader
) -> None:
    """Neither JSON nor page nor PDF names a person, a policy or a payment, though the case does everywhere."""
    packet = packet_for(reader)
    pdf = words_of(as_pdf(packet, compress=False))
    for text in (packet.model_dump_json(), as_html(packet), pdf):
        assert "23 Jul 1941" not in text
        assert [word for word in naming if word.casefold() in text.casefold()] == []


def test_the_full_packet_names_them_all(packet_for: Callable[..., Packet], naming: tuple[str, ...]) -> None:
    """The control: what the test above looks for is really in the case."""
    text = packet_for(Reader.FULL).model_dump_json()
    assert [word for word in naming if word not in text] == []


def test_an_operator_gets_ids_hops_and_clocks(packet_for: Callable[..., Packet]) -> None:
    """No claim, no money, no words of people: only what shows whether the system does its work."""
    packet = packet_for(Reader.OPERATOR)
    told = {name for name in Packet.model_fields if getattr(packet, name) != Packet.model_fields[name].default}
    shown = {"asked", "withheld", "hops", "clocks", "clock_events", "record", "chain", "digest"}
    assert told == shown
    assert {each.about for each in packet.hops} == {Party.SECONDARY, Party.LEDGER}
    assert not any(each.rests_on or each.against for each in packet.hops)
    assert {each.says for each in packet.record} == {""}
    assert not [each for each in ("Aetna", "Medicare", "2026-02-18") if each in packet.model_dump_json()]


def test_a_payer_gets_its_own_policy_and_nothing_of_others(packet_for: Callable[..., Packet]) -> None:
    """The secondary learns what the primary paid, as from the claim itself, and nothing else of it or of our desk."""
    packet = packet_for(Reader.PAYER, Party.SECONDARY)
    assert [each.order for each in packet.claim.policies] == [2]
    assert packet.claim.policies[0].member_id == "W209377715"
    assert packet.claim.patient == "Quillfeather, Zebadiah"
    assert [(each.paid, each.payer) for each in packet.decisions] == [(48_000, ""), (30_000, "Aetna")]
    assert [each.person for each in packet.contacts] == ["Ottoline Vance"]
    text = packet.model_dump_json()
    others = ("1EG4TE5MK73", "ICN5550001", "EFT770001", "Pim", "PRI3344", "Medicare", "no record of Zebadiah")
    ours = ("backlog", "called about a bill", "robin", "lee", "W209377751", "posting review")
    assert [each for each in (*others, *ours) if each in text] == []


def test_the_primary_learns_nothing_of_the_secondary(packet_for: Callable[..., Packet]) -> None:
    """A payer before another has no claim that carries the other's decision."""
    packet = packet_for(Reader.PAYER, Party.PRIMARY)
    assert [each.order for each in packet.claim.policies] == [1]
    assert [each.paid for each in packet.decisions] == [48_000]
    assert packet.filing.limit is None
    text = packet.model_dump_json()
    assert [each for each in ("W209377715", "SEC8880002", "EFT990077", "Aetna", "Ottoline") if each in text] == []


def test_a_word_inside_another_is_left_alone() -> None:
    """A patient called Will does not make 'willing' unreadable; capitals do not hide a name."""
    redact = Redaction(("Will", "X"))
    assert redact("WILL is willing, X said (Will)") == "… is willing, X said (…)"
    assert Redaction(())("as it is") == "as it is"
