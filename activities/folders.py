"""Folders shared with partners: a file appears whole or not at all, and is listed only when it is whole."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

MODE = 0o640  # the partner's transfer program reads as a member of the group; nobody else may


class FolderError(Exception):
    """A folder cannot be used now, as when the disk is full; worth another try. Never tells a file's content."""


def drop(folder: Path, name: str, content: bytes) -> Path:
    """Put a file into a folder in one step, safe against a power cut once this returns.

    A file of the same name is replaced; a reader sees the old one or the new one, never a part.

    Args:
        folder: must exist: a missing one is a share that is not mounted, and what is written there reaches nobody.
        name: the file's name, without folders.
        content: all of it.

    Raises:
        FolderError: it could not be written or made safe; no half of it is left behind.
    """
    target, hidden = folder / name, folder / f".{name}.{secrets.token_hex(8)}.tmp"
    try:
        _write(hidden, content)
        hidden.replace(target)
        _sync_folder(folder)
    except OSError as error:
        with suppress(OSError):
            hidden.unlink(missing_ok=True)
        raise FolderError(f"a file could not be dropped: {_reason(error)}") from None
    return target


def waiting(folder: Path, endings: Iterable[str]) -> list[Path]:
    """The whole files in a folder, oldest first.

    Args:
        folder: may be missing, which is empty.
        endings: such as `.edi`, in lower case; matched in any case.

    Raises:
        FolderError: the folder cannot be read.
    """
    wanted = tuple(endings)
    try:
        with os.scandir(folder) as entries:
            found = [(_age(entry), Path(entry.path)) for entry in entries if _is_whole(entry, wanted)]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise FolderError(f"a folder could not be read: {_reason(error)}") from None
    return [path for _, path in sorted(found)]


def set_aside(path: Path, subfolder: str) -> Path:
    """Move a file into a folder beside it, such as `done`; one of the same name there is not overwritten.

    Raises:
        FolderError: it could not be moved and stays where it is.
    """
    aside = path.parent / subfolder
    try:
        aside.mkdir(exist_ok=True)
        target = _free_name(aside / path.name)
        path.rename(target)
    except OSError as error:
        raise FolderError(f"a file could not be set aside: {_reason(error)}") from None
    return target


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _is_whole(entry: os.DirEntry[str], endings: tuple[str, ...]) -> bool:
    name = entry.name.lower()
    return entry.is_file() and not name.startswith(".") and name.endswith(endings)


def _age(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat().st_mtime_ns
    except FileNotFoundError:  # taken by somebody since it was listed
        return 0


def _free_name(path: Path) -> Path:
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return free


def _reason(error: OSError) -> str:
    # strerror only: the full text holds the path, and partners put names and numbers into file names
    return error.strerror or type(error).__name__
