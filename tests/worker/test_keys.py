"""The key ring: sealing, rotating, identifying, and the file that holds it."""

from __future__ import annotations

import multiprocessing
import re
import stat
from collections import Counter
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.keys import (
    BrokenSealError,
    KeyRing,
    KeyRingError,
    MissingKeyError,
    NoKeyRingError,
    Purpose,
    create_key_file,
    open_key_ring,
    read_key_file,
    replace_key_file,
)
from worker.settings import Settings

RING = KeyRing.new()


@given(data=st.binary(max_size=2000), belongs=st.binary(max_size=40), purpose=st.sampled_from(Purpose))
def test_what_is_sealed_opens_again(data: bytes, belongs: bytes, purpose: Purpose) -> None:
    """Sealing loses nothing, whatever the content."""
    assert RING.open_sealed(RING.seal(data, purpose, belongs), purpose, belongs) == data


@given(position=st.integers(min_value=0), change=st.integers(min_value=1, max_value=255))
def test_any_altered_byte_is_found(position: int, change: int) -> None:
    """A sealed value is authentic or refused: header, nonce, content and tag alike."""
    sealed = bytearray(RING.seal(b"member W123", Purpose.PAYLOAD))
    sealed[position % len(sealed)] ^= change
    with pytest.raises((BrokenSealError, MissingKeyError)):
        RING.open_sealed(bytes(sealed), Purpose.PAYLOAD)


@given(cut=st.integers(min_value=0, max_value=60))
def test_a_value_cut_short_is_refused(cut: int) -> None:
    """Truncation is found like any other change, down to nothing at all."""
    sealed = RING.seal(b"member W123", Purpose.PAYLOAD)
    with pytest.raises(BrokenSealError):
        RING.open_sealed(sealed[: min(cut, len(sealed) - 1)], Purpose.PAYLOAD)


def test_a_value_opens_only_for_its_purpose_and_place() -> None:
    """A casebook column cannot be passed off as a payload, nor one row's value as another's."""
    sealed = RING.seal(b"content", Purpose.CASEBOOK, b"claims/1")
    with pytest.raises(BrokenSealError):
        RING.open_sealed(sealed, Purpose.PAYLOAD, b"claims/1")
    with pytest.raises(BrokenSealError):
        RING.open_sealed(sealed, Purpose.CASEBOOK, b"claims/2")


def test_equal_content_is_never_sealed_equally() -> None:
    """Nobody can tell from sealed values which of them are the same."""
    assert len({RING.seal(b"same", Purpose.CASEBOOK) for _ in range(50)}) == 50


def test_rotation_keeps_the_past_readable_and_the_identifiers_stable() -> None:
    """A new key seals from now on; what exists stays readable and keeps its ids."""
    old = RING.seal(b"old", Purpose.PAYLOAD)
    rotated = RING.rotated()
    assert rotated.current != RING.current
    assert rotated.open_sealed(old, Purpose.PAYLOAD) == b"old"
    assert rotated.opaque("case", "C1") == RING.opaque("case", "C1")
    with pytest.raises(MissingKeyError) as refused:
        RING.open_sealed(rotated.seal(b"new", Purpose.PAYLOAD), Purpose.PAYLOAD)
    assert refused.value.key_id == rotated.current


def test_a_withdrawn_key_is_named() -> None:
    """Somebody who withdrew a key too early learns which one has to come back; the current one cannot be withdrawn."""
    sealed = RING.seal(b"old", Purpose.PAYLOAD)
    without = RING.rotated().without(RING.current)
    with pytest.raises(MissingKeyError, match=re.escape(RING.current)):
        without.open_sealed(sealed, Purpose.PAYLOAD)
    with pytest.raises(KeyRingError):
        without.without(without.current)


def test_identifiers_tell_nothing_and_fit_anywhere() -> None:
    """An id is a kind and 26 characters that are safe in addresses, file names and workflow ids."""
    assert re.fullmatch(r"case-[a-z2-7]{26}", RING.opaque("case", "W123", "2026-03-12"))
    assert KeyRing.new().opaque("case", "W123") != RING.opaque("case", "W123")


@given(st.lists(st.text(max_size=5), max_size=4), st.lists(st.text(max_size=5), max_size=4))
def test_different_parts_give_different_identifiers(one: list[str], other: list[str]) -> None:
    """Moving a character from one part to the next is a different thing, and so is an empty part."""
    assert (RING.opaque("case", *one) == RING.opaque("case", *other)) == (one == other)
    assert RING.opaque("case", *one)[5:] != RING.opaque("file", *one)[5:]


def test_the_file_holds_the_whole_ring_for_the_owner_alone(tmp_path: Path) -> None:
    """Reading back gives the same keys, and nobody else on the machine may read them."""
    path, rotated = tmp_path / "deep" / "keys.toml", RING.rotated()
    assert create_key_file(path, RING)
    replace_key_file(path, rotated)
    read = read_key_file(path)
    assert read.key_ids == rotated.key_ids
    assert read.open_sealed(RING.seal(b"x", Purpose.CASEBOOK), Purpose.CASEBOOK) == b"x"
    assert read.opaque("case", "a") == RING.opaque("case", "a")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["keys.toml"]


def test_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    """Losing a key ring is losing every case, so making one cannot replace one."""
    path = tmp_path / "keys.toml"
    assert create_key_file(path, RING)
    assert not create_key_file(path, KeyRing.new())
    assert read_key_file(path).current == RING.current


def _open_at_once(home: Path, barrier: Barrier) -> str:
    barrier.wait()
    return open_key_ring(Settings.load({}, home)).opaque("case", "same")


def _race(home: Path, barrier: Barrier, results: multiprocessing.Queue[str]) -> None:
    results.put(_open_at_once(home, barrier))


def test_two_first_runs_at_once_get_one_key(tmp_path: Path) -> None:
    """Whoever loses the race uses the winner's ring; two rings would split the cases into unreadable halves."""
    context = multiprocessing.get_context("spawn")
    for round_ in range(3):
        barrier, results = context.Barrier(2), context.Queue()
        racers = [context.Process(target=_race, args=(tmp_path / str(round_), barrier, results)) for _ in range(2)]
        for racer in racers:
            racer.start()
        ids = Counter(results.get(timeout=60) for _ in racers)
        for racer in racers:
            racer.join()
        assert list(ids.values()) == [2]


def test_a_cluster_is_refused_without_a_ring(tmp_path: Path) -> None:
    """Outside the embedded mode a key is never made silently; the error names the setting and the command."""
    settings = Settings.load({"TEMPORAL_ADDRESS": "t:7233"}, tmp_path)
    with pytest.raises(NoKeyRingError, match=r"BATON_KEY_FILE.*baton key new"):
        open_key_ring(settings)
    named = Settings.load({"TEMPORAL_ADDRESS": "t:7233", "BATON_KEY_FILE": str(tmp_path / "none.toml")}, tmp_path)
    with pytest.raises(NoKeyRingError, match="baton key new"):
        open_key_ring(named)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "text",
    [
        "not toml at all [",
        'current = "a"\n[keys]\na = "AAAA"\n',
        'current = "a"\nidentifiers = "AAAA"\n[keys]\na = "AAAA"\n',
        'current = "b"\nidentifiers = "AAAA"\n[keys]\na = "????"\n',
        'current = "b"\nidentifiers = "AAAA"\nkeys = 3\n',
        "",
    ],
)
def test_a_damaged_file_is_refused_without_showing_it(text: str) -> None:
    """A broken key file ends in one typed error that does not print the keys."""
    with pytest.raises(KeyRingError) as refused:
        KeyRing.from_toml(text)
    assert "AAAA" not in str(refused.value)


def test_a_ring_does_not_print_its_keys() -> None:
    """A ring in a traceback tells key ids only."""
    secrets = re.findall(r'= "([A-Za-z0-9+/]{43}=)"', RING.as_toml())
    assert len(secrets) == 2
    assert not any(secret in repr(RING) for secret in secrets)
