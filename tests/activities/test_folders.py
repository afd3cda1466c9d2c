"""Folders shared with partners: whole files or none, whatever happens in between."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest

from activities.folders import FolderError, drop, set_aside, waiting


def test_a_dropped_file_is_whole_and_alone(tmp_path: Path) -> None:
    """After a drop the folder holds the file with all its content and nothing else."""
    drop(tmp_path, "a.json", b"x" * 100_000)
    assert [(each.name, each.stat().st_size) for each in tmp_path.iterdir()] == [("a.json", 100_000)]


def test_a_reader_never_sees_half_a_file(tmp_path: Path) -> None:
    """While a file is dropped again and again, every look at it shows one whole content."""
    contents = [bytes([letter]) * 200_000 for letter in b"abc"]
    stop, seen = threading.Event(), set[bytes]()

    def read() -> None:
        while not stop.is_set():
            seen.update(path.read_bytes() for path in waiting(tmp_path, [".json"]))

    drop(tmp_path, "a.json", contents[0])
    reader = threading.Thread(target=read)
    reader.start()
    for turn in range(60):
        drop(tmp_path, "a.json", contents[turn % 3])
    stop.set()
    reader.join()
    assert seen
    assert seen <= set(contents)


def test_many_may_drop_at_once(tmp_path: Path) -> None:
    """Two workers with the same errand write the same file: one file stands, whole, and no remains."""
    drops = [threading.Thread(target=drop, args=(tmp_path, "a.json", b"x" * 50_000)) for _ in range(8)]
    for each in drops:
        each.start()
    for each in drops:
        each.join()
    assert [(each.name, each.stat().st_size) for each in tmp_path.iterdir()] == [("a.json", 50_000)]


def test_a_drop_is_on_the_disk_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A power cut after a drop loses nothing: the content is synced, then named, then the folder is synced."""
    done: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def noted_fsync(handle: int) -> None:
        done.append("sync")
        fsync(handle)

    def noted_replace(path: Path, target: Path) -> Path:
        done.append("name")
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(Path, "replace", noted_replace)
    drop(tmp_path, "a.json", b"x")
    assert done == ["sync", "name", "sync"]


@pytest.mark.parametrize("step", ["write", "name"])
def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """A drop that fails is a typed error that tells the reason and no file name, and no half file stays."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "/secret/PT-778812.json")

    if step == "write":
        monkeypatch.setattr(os, "fsync", full)
    else:
        monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(FolderError, match=r": No space left on device$") as raised:
        drop(tmp_path, "a.json", b"x")
    assert list(tmp_path.iterdir()) == []
    assert raised.value.__cause__ is None


def test_a_missing_folder_is_an_error_and_is_not_made(tmp_path: Path) -> None:
    """A share that is not mounted must not be replaced by a folder that nobody collects from."""
    with pytest.raises(FolderError):
        drop(tmp_path / "share", "a.json", b"x")
    assert not (tmp_path / "share").exists()


def test_a_dropped_file_is_not_for_everybody(tmp_path: Path) -> None:
    """Claims are confidential: no rights for other users of the machine."""
    assert drop(tmp_path, "a.json", b"x").stat().st_mode & 0o007 == 0


def test_only_whole_files_wait_oldest_first(tmp_path: Path) -> None:
    """Unfinished and hidden files, folders and other endings are passed over; arrival decides the order."""
    for age, name in enumerate(["late.x12", "B.EDI", "a.edi", ".hidden.edi", "a.edi.tmp", "notes.doc"]):
        (tmp_path / name).write_bytes(b"x")
        os.utime(tmp_path / name, (1000 - age, 1000 - age))
    (tmp_path / "folder.edi").mkdir()
    assert [each.name for each in waiting(tmp_path, [".edi", ".x12"])] == ["a.edi", "B.EDI", "late.x12"]


def test_a_missing_folder_is_empty(tmp_path: Path) -> None:
    """A partner who never left anything is no error."""
    assert waiting(tmp_path / "none", [".edi"]) == []


def test_a_folder_that_cannot_be_read_is_a_typed_error(tmp_path: Path) -> None:
    """Something else under the folder's name: the error tells the reason, not the path."""
    (tmp_path / "PT-1").write_bytes(b"")
    with pytest.raises(FolderError) as raised:
        waiting(tmp_path / "PT-1", [".edi"])
    assert "PT-1" not in str(raised.value)


def test_setting_aside_overwrites_nothing(tmp_path: Path) -> None:
    """Partners reuse names: both files are kept."""
    for content in (b"1", b"2", b"3"):
        (tmp_path / "a.edi").write_bytes(content)
        set_aside(tmp_path / "a.edi", "done")
    assert waiting(tmp_path, [".edi"]) == []
    assert sorted(each.read_bytes() for each in (tmp_path / "done").iterdir()) == [b"1", b"2", b"3"]


def test_what_is_gone_cannot_be_set_aside(tmp_path: Path) -> None:
    """A file that somebody else took is a typed error, not a crash."""
    with pytest.raises(FolderError):
        set_aside(tmp_path / "gone.edi", "done")
