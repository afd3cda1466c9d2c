"""Whether a transaction set of claims arrived whole, by its own count."""

from __future__ import annotations

from io import BytesIO

from hypothesis import given
from hypothesis import strategies as st

from edi.wholeness import Torn, torn_sets

ISA = "ISA*00*          *00*          *ZZ*A              *ZZ*B              *260302*1200*^*00501*000000001*0*T*:~"


def file(*sets: tuple[str, int, int], ends: bool = True) -> BytesIO:
    """An interchange of sets, each with its kind, its segments between ST and SE, and how many it says it has."""
    body = ""
    for number, (kind, inside, said) in enumerate(sets, 1):
        body += f"ST*{kind}*{number:04d}~" + "REF*EI*1~" * inside + f"SE*{said}*{number:04d}~"
    tail = f"GE*{len(sets)}*1~IEA*1*000000001~" if ends else ""
    return BytesIO(f"{ISA}GS*HC*A*B*20260302*1200*1*X*005010X222A1~{body}{tail}".encode())


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(-2, 2)), min_size=1, max_size=5))
def test_exactly_the_sets_whose_count_does_not_fit_are_torn(sets: list[tuple[int, int]]) -> None:
    """A set is torn if and only if SE01 is not the number of its segments, and a torn one does not touch others."""
    told = [("837", inside, inside + 2 + wrong) for inside, wrong in sets]
    begun, expected = 3, []
    for inside, wrong in sets:
        if wrong:
            expected.append(Torn(begun, begun + inside + 1))
        begun += inside + 2
    assert list(torn_sets(file(*told))) == expected


def test_a_set_without_its_end_is_torn() -> None:
    """A file that was cut short has lost something, whatever the last claim looks like."""
    data = file(("837", 3, 5), ends=False).getvalue()
    cut = data[: data.index(b"SE*")]
    assert torn_sets(BytesIO(cut)) == (Torn(3, None),)
    closed = cut + b"GE*1*1~IEA*1*000000001~"
    assert torn_sets(BytesIO(closed)) == (Torn(3, 6),)


def test_leading_zeros_do_not_matter() -> None:
    """SE01 may be padded."""
    assert torn_sets(BytesIO(file(("837", 1, 3)).getvalue().replace(b"SE*3", b"SE*003"))) == ()
