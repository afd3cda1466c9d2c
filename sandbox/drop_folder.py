"""Baton's drop folder as its clearinghouse empties it: each file once, with what could be read of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from sandbox.requests import Request
from sandbox.x12_reading import MisreadError, ReadFile, ReadGroup, ReadSet, read_file
from sandbox.x12_requests import requests_of

PATTERNS = ("*.837", "*.276")


@dataclass(frozen=True)
class Mail:
    """One file of the drop folder."""

    file: ReadFile | None
    """None where not even its envelope can be read, so that nobody can be told."""
    requests: tuple[Request, ...] = ()

    @property
    def sent_at(self) -> datetime:
        """When it says that it was written, in case time; the beginning of time where it does not say so."""
        moments = [each.at for each in self.file.groups] if self.file else []
        return max(moments, default=datetime.min.replace(tzinfo=UTC))


def take(drop: Path) -> Iterator[Mail]:
    """Every complete file in the folder, in the order of names; each is moved to `taken/` before it is read."""
    taken = drop / "taken"
    for path in sorted(each for pattern in PATTERNS for each in drop.glob(pattern)):
        taken.mkdir(exist_ok=True)
        yield read_mail(path.replace(taken / path.name).read_bytes())


def read_mail(data: bytes) -> Mail:
    """One file: what it asks, and what is refused of it."""
    file = read_file(data)
    if file is None or file.fault:
        return Mail(file)
    requests: list[Request] = []
    groups = tuple(_open(each, requests) for each in file.groups)
    return Mail(replace(file, groups=groups), tuple(requests))


def _open(group: ReadGroup, requests: list[Request]) -> ReadGroup:
    """Add what a group asks to `requests`; give it back with the sets refused that could not be understood."""
    if group.fault:
        return group
    return replace(group, sets=tuple(_understand(group, each, requests) for each in group.sets))


def _understand(group: ReadGroup, read: ReadSet, requests: list[Request]) -> ReadSet:
    if not read.sound:
        return read
    try:
        requests += requests_of(group, read)
    except MisreadError as misread:
        return read.misread(misread.complaint)
    return read
