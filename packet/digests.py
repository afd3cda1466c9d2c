"""Digests: by which a packet is known again, and whether it still is what was made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from packet.contents import FORMAT, Packet


class NotAPacketError(Exception):
    """A file is not a packet; says why, never what it holds."""


def sealed(packet: Packet) -> Packet:
    """The packet with its digest."""
    return packet.model_copy(update={"digest": digest_of(packet.model_dump(mode="json"))})


def digest_of(content: Mapping[str, Any]) -> str:
    """SHA-256 over everything but the digest itself: JSON with sorted keys, without spaces, in UTF-8.

    It covers fields that this version does not know as well: something written into a packet afterwards shows.
    """
    covered = {name: value for name, value in content.items() if name != "digest"}
    text = json.dumps(covered, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return sha256(text.encode(errors="surrogatepass")).hexdigest()


def as_json(packet: Packet) -> str:
    """A packet as its file; spaces and the order of fields play no part in its digest."""
    return json.dumps(packet.model_dump(mode="json"), indent=1, ensure_ascii=False) + "\n"


def parsed(text: str) -> Mapping[str, Any]:
    """The content of a packet's file.

    Raises:
        NotAPacketError: it is not JSON, names a field twice, or is of another format.
    """
    try:
        content = json.loads(text, object_pairs_hook=_once, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise NotAPacketError("the file is not JSON, or names a field twice") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise NotAPacketError(f"the file is not a packet that this version can read ('{FORMAT}')")
    return content


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A field that stands twice could be read in two ways."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field stands twice")
    return found


def _refuse(_: str) -> Any:
    raise ValueError("not a number")
