"""The evidence chain: each entry's hash covers its own content and the hash before it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from pydantic import Field

from journey.case import Reason
from journey.facts import Fact
from journey.words import Frozen

BEGINNING: Final = "0" * 64
"""What stands before the first entry of a case."""


class EvidenceEntry(Frozen):
    """One fact that a case heard: whether it changed the case, why, and which actions it asked for (their keys)."""

    fact: Fact
    applied: bool = True
    """False for a duplicate: recorded as such, nothing changed (I8)."""
    reasons: tuple[Reason, ...] = ()
    actions: tuple[str, ...] = ()


def _salt() -> str:
    return secrets.token_hex(16)


class Content(Frozen):
    """An entry at its place; its JSON is what is hashed and sealed."""

    case_id: str
    seq: int
    """From 1, without gaps."""
    revision: int
    """The case's revision after the turn that heard it."""
    entry: EvidenceEntry
    salt: str = Field(default_factory=_salt)
    """Random: without it, someone who sees the hash could try out member ids until one fits."""


@dataclass(frozen=True)
class Link:
    """A link of the chain: the content as text, the hash before it and its own."""

    content: Content
    text: str
    previous_hash: str
    hash: str

    @classmethod
    def forged(cls, content: Content, previous_hash: str) -> Link:
        """The link that follows a hash."""
        text = content.model_dump_json()
        return cls(content, text, previous_hash, chained(previous_hash, text))


def chained(previous_hash: str, text: str) -> str:
    """The hash of a link: SHA-256 over the hash before it and its content."""
    return sha256(f"{previous_hash}{text}".encode()).hexdigest()


def plain_columns(content: Content) -> dict[str, Any]:
    """What stands readable beside a sealed entry; `verify_chain` compares it with what was sealed."""
    fact = content.entry.fact
    return {
        "case_id": content.case_id,
        "seq": content.seq,
        "revision": content.revision,
        "fact_id": fact.fact_id,
        "kind": fact.kind,
        "happened_at": fact.happened_at,
        "learnt_at": fact.learnt_at,
        "sender": fact.sender.value,
        "grade": int(fact.grade),
        "applied": content.entry.applied,
    }


def body_place(case_id: str, seq: int) -> str:
    """Where an entry's body is sealed to."""
    return f"evidence.body/{case_id}/{seq}"


def state_place(case_id: str, revision: int, head: str) -> str:
    """Where a case's state is sealed to: with the head of its chain, so that evidence cannot be cut off unseen."""
    return f"case_states.state/{case_id}/{revision}/{head}"
