"""Cursors: where a list goes on, as an opaque text; no page number, so that nothing is skipped while cases move."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence

from dashboard.api.problems import RefusalError, field_refused


def written(parts: Sequence[str]) -> str:
    """A place in a list as an opaque text."""
    return urlsafe_b64encode(json.dumps(list(parts)).encode()).decode().rstrip("=")


def read(cursor: str, length: int) -> list[str]:
    """The parts of a place.

    Raises:
        RefusalError: it is no cursor of this list.
    """
    try:
        parts = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError:
        raise not_ours() from None
    if not isinstance(parts, list) or len(parts) != length or not all(isinstance(each, str) for each in parts):
        raise not_ours()
    return parts


def not_ours() -> RefusalError:
    """The refusal of a cursor that this list did not give out."""
    return field_refused("query.after", "Give back `next` of the page before, unchanged")
