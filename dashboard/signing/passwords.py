"""Passwords of local users: argon2, and a rule that keeps the worst ones out."""

from __future__ import annotations

from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST: Final = 12

_HASHER: Final = PasswordHasher()


class WeakPasswordError(Exception):
    """A password that is too easy to guess; says the rule."""


def hashed(password: str) -> str:
    """The hash of a new password; takes about 50 milliseconds and 64 MiB on purpose.

    Raises:
        WeakPasswordError: it is too short or one character repeated.
    """
    if len(password) < SHORTEST or len(set(password)) < 5:
        raise WeakPasswordError(f"a password needs at least {SHORTEST} characters, five of them different")
    return _HASHER.hash(password)


def fits(password: str, password_hash: str | None) -> bool:
    """Whether a password is the one of a hash; takes as long where there is no such user."""
    try:
        return _HASHER.verify(password_hash or _nobodys(), password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    return _HASHER.hash("nobody has this password")
