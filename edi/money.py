"""X12 decimal numbers: money to integer cents, quantities to Decimal; anything else is refused."""

from decimal import Decimal

_DIGITS = 18


class NumberError(ValueError):
    """The text is not an X12 decimal number of at most 18 digits; never carries the text."""


def cents(text: str) -> int:
    """Returns an amount of money in integer cents.

    Args:
        text: Digits with an optional minus sign and decimal point (X12 type R); no exponent, no plus, no spaces.

    Raises:
        NumberError: If the text is anything else, or means a fraction of a cent.
    """
    whole, _, part = text.partition(".")
    digits = whole.removeprefix("-") + part
    if not digits.isdigit() or not digits.isascii() or len(digits) > _DIGITS:
        raise NumberError
    if len(part) > 2 and part[2:].strip("0"):
        raise NumberError
    return int(whole + part[:2].ljust(2, "0"))


def quantity(text: str) -> Decimal:
    """Returns a quantity.

    Args:
        text: An X12 decimal number, with any number of decimals.

    Raises:
        NumberError: If the text is anything else.
    """
    whole, _, part = text.partition(".")
    digits = whole.removeprefix("-") + part
    if not digits.isdigit() or not digits.isascii() or len(digits) > _DIGITS:
        raise NumberError
    return Decimal(text)


def dollars(amount: int) -> str:
    """Returns an amount of integer cents as people write it: `-1234.50`."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100}.{abs(amount) % 100:02}"


def amount_text(amount: int) -> str:
    """Returns an amount of integer cents as X12 sends it, without zeros at the end: `-1234.5`, `80`."""
    return dollars(amount).rstrip("0").rstrip(".")
