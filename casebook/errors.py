"""What can go wrong with the casebook.

CasebookError
├── NotMigratedError   the database has no tables, or those of another version
├── NoSuchRowError     a row that the caller named is not there
└── SealBrokenError    a sealed value was altered, or does not stand where it was sealed
"""

from __future__ import annotations


class CasebookError(Exception):
    """Anything that the casebook refuses; says the way out, never a value of a claim."""


class NotMigratedError(CasebookError):
    """The database has no tables yet, or those of another version of Baton."""


class NoSuchRowError(CasebookError):
    """A row that the caller named by its id is not there."""


class SealBrokenError(CasebookError):
    """A sealed value was altered, or does not stand where it was sealed."""
