"""Money is integer cents or it is refused."""

from decimal import Decimal

import pytest

from edi.money import NumberError, cents, dollars, quantity


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0),
        ("1000", 100_000),
        ("480.5", 48_050),
        ("480.50", 48_050),
        ("480.500", 48_050),
        (".5", 50),
        ("-.5", -50),
        ("5.", 500),
        ("-0.01", -1),
        ("-6173.5", -617_350),
        ("007.10", 710),
    ],
)
def test_x12_decimals_become_cents(text, expected):
    """Trailing and leading zeros, a missing whole or a missing fraction change nothing."""
    assert cents(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        ".",
        "-.",
        "1E4",
        "NaN",
        "inf",
        "+1",
        "1,000",
        " 1",
        "1 ",
        "1_000",
        "--1",
        "1-",
        "1.2.3",
        "1.005",
        "٣",
        "9" * 19,
    ],
)
def test_everything_else_is_refused(text):
    """No exponent, sign, space, separator, foreign digit or fraction of a cent passes for money."""
    with pytest.raises(NumberError):
        cents(text)


def test_the_refusal_does_not_quote_the_text():
    """An amount is patient data; the error must not carry it."""
    with pytest.raises(NumberError) as caught:
        cents("12x34")
    assert "12x34" not in str(caught.value)


def test_quantities_keep_their_fraction():
    """Units may be fractions; they are decimal, never binary."""
    assert quantity("1.25") == Decimal("1.25")
    with pytest.raises(NumberError):
        quantity("1E1")


@pytest.mark.parametrize("amount", [0, 5, -5, 100, -123_456, 999_999_999_99])
def test_dollars_is_the_inverse_of_cents(amount):
    """What people read is what the file said."""
    assert cents(dollars(amount)) == amount
