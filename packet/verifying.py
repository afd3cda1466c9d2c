"""Verifying a packet: against its own digest, and against the casebook that it was made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from casebook.chain import BEGINNING
from casebook.disclosures import disclosures
from casebook.errors import NoSuchRowError, SealBrokenError
from casebook.opening import Transaction
from casebook.reading import entry_hash, verify_chain
from journey.words import Frozen
from packet.digests import digest_of

_MOST: Final = 2**31
"""More entries than a database could count."""


class Check(Frozen):
    """One thing that was looked at, and whether it is as it should be."""

    name: str
    holds: bool
    says: str


def check_packet(content: Mapping[str, Any]) -> Check:
    """Whether a packet is as it was when its digest was taken."""
    whole = content.get("digest") == digest_of(content)
    says = "the packet is what its digest says" if whole else "the packet was CHANGED after its digest was taken"
    return Check(name="digest", holds=whole, says=says)


def check_against(tx: Transaction, content: Mapping[str, Any]) -> tuple[Check, ...]:
    """Whether the casebook made this packet, and its evidence is still the same and goes on from there."""
    return tuple(_checks(tx, content))


def _checks(tx: Transaction, content: Mapping[str, Any]) -> Iterator[Check]:
    case_id, chain = str(_part(content, "asked").get("case_id", "")), _part(content, "chain")
    try:
        broken = verify_chain(tx, case_id)
    except NoSuchRowError:
        yield Check(name="case", holds=False, says="this casebook does not have the case")
        return
    yield _made(tx, case_id, str(content.get("digest", "")))
    yield _goes_on(tx, case_id, chain)
    says = f"BROKEN at entry {broken.seq}: {broken.problem}" if broken else "whole today"
    yield Check(name="chain", holds=broken is None, says=f"the evidence is {says}")
    if not chain.get("verified"):
        says = f"the evidence was BROKEN at entry {chain.get('broken_at')} when the packet was made"
        yield Check(name="chain then", holds=False, says=says)


def _goes_on(tx: Transaction, case_id: str, chain: Mapping[str, Any]) -> Check:
    """Whether the entry that was the packet's last is still the same one."""
    seq = chain.get("entries")
    known = isinstance(seq, int) and 0 <= seq <= _MOST
    same = known and chain.get("head") == (entry_hash(tx, case_id, int(seq or 0)) if seq else BEGINNING)
    says = "is the one that the packet rests on" if same else "is ANOTHER one than the packet rests on"
    return Check(name="evidence", holds=same, says=f"entry {seq if known else '?'} of the evidence {says}")


def _made(tx: Transaction, case_id: str, digest: str) -> Check:
    try:
        found = [each for each in disclosures(tx, case_id) if each.digest == digest]
    except SealBrokenError:
        return Check(name="made here", holds=False, says="the list of packets made was altered")
    if not found:
        return Check(name="made here", holds=False, says="NO packet with this digest was made from this casebook")
    says = f"made for {found[0].reader} by {found[0].made_by} at {found[0].at:%Y-%m-%d %H:%M} UTC"
    return Check(name="made here", holds=True, says=says)


def _part(content: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = content.get(name)
    return part if isinstance(part, dict) else {}
