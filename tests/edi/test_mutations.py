"""Damaged files: no untyped exception, nothing lost without a word. Seeds are fixed, so a failure can be repeated."""

import random
from collections.abc import Iterator
from typing import Any

import pytest

FILES = 300
CLAIMS = ("CT100001", "CT100002", "CT100003")
_TELLING = b"*~:^\n ISACLPHLTRNSTC0129\x00\xff"


def _mutated(data: bytes, chance: random.Random) -> bytes:
    """Substitutes, inserts or deletes one to four bytes."""
    made = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at, byte = chance.randrange(len(made)), chance.choice((chance.randrange(256), chance.choice(_TELLING)))
        match chance.randrange(3):
            case 0:
                made[at] = byte
            case 1:
                made.insert(at, byte)
            case _:
                del made[at]
    return bytes(made)


def _files(data: bytes, seed: int) -> Iterator[bytes]:
    chance = random.Random(seed)
    for _ in range(FILES):
        yield _mutated(data, chance)


@pytest.mark.parametrize("kind", ["835", "277CA", "277", "271", "999", "837P", "837I"])
def test_nothing_is_silently_lost(make, reading, kind):
    """Each claim number left in the damaged file is in an item or in quarantine, and a missing item has an error."""
    clean = make.file(kind).encode()
    expected = len(reading(clean).typed)
    for number, data in enumerate(_files(clean, seed=1996)):
        outcome = reading(data)
        accounted = "\n".join(item.model_dump_json() for item in outcome.typed + outcome.quarantined)
        lost = [claim for claim in CLAIMS if claim.encode() in data and claim not in accounted]
        assert not lost, f"{kind} file {number} lost {lost}"
        if len(outcome.typed) < expected:
            assert outcome.quarantined or any(item.level == "error" for item in outcome.findings), (
                f"{kind} file {number}"
            )


def _named(kind: str, item: Any) -> tuple[str, str | None]:
    """The claim that an item speaks of, and the member it is put below."""
    member = getattr(item, "subscriber", None)
    if kind == "277":
        return item.trace, member and member.identifier
    claim = next(iter(item.traces), "") if kind == "271" else item.number
    return claim, member and member.party.identifier


@pytest.mark.parametrize(
    ("kind", "member"), [("277", "X900{}"), ("271", "X900{}"), ("837P", "X90000{}"), ("837I", "X90000{}")]
)
def test_no_claim_moves_to_another_member(make, reading, kind, member):
    """Damage may hide a claim, but never puts it below another claim's subscriber."""
    by_claim = kind in ("277", "271")
    members = {claim: member.format(claim if by_claim else position) for position, claim in enumerate(CLAIMS)}
    for number, data in enumerate(_files(make.file(kind).encode(), seed=2310)):
        for item in reading(data).typed:
            claim, found = _named(kind, item)
            if claim not in members or found is None:
                continue
            others = {other for name, other in members.items() if name != claim}
            assert found not in others or members[claim].encode() not in data, f"{kind} file {number}"


@pytest.mark.parametrize("kind", ["835", "277CA", "271", "999", "837P"])
def test_a_file_cut_anywhere_says_so(make, reading, kind):
    """No prefix of a file passes for the whole."""
    data = make.file(kind).encode()
    for length in range(0, len(data) - 1, 7):
        outcome = reading(data[:length])
        said = outcome.quarantined or any(item.level == "error" for item in outcome.findings)
        assert said, f"{kind} cut at {length}"


@pytest.mark.parametrize("seed", [1, 2])
def test_noise_is_not_an_exception(reading, seed):
    """Random bytes, with and without words of the format in them, end in findings."""
    chance = random.Random(seed)
    words = [
        b"ISA*00*",
        b"GS*HP*",
        b"ST*835*1~",
        b"CLP*1*1*1*1~",
        b"~",
        b"*",
        b"HL*1**20*1~",
        b"SE*1*1~",
        b"\n",
        b"IEA*1*1~",
    ]
    for _ in range(FILES):
        data = b"".join(chance.choice((chance.choice(words), chance.randbytes(9))) for _ in range(chance.randrange(60)))
        assert reading(data).items
