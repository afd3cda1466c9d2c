"""The pick-up of files: which file is read next."""

from __future__ import annotations

from pathlib import Path

from worker.service import next_files

OLD, NEWER, NEWEST = Path("old.835"), Path("newer.835"), Path("newest.835")


def test_the_oldest_file_is_read_first() -> None:
    """Files are read in the order in which they came, as many as there are places."""
    assert next_files({OLD: 0, NEWER: 0, NEWEST: 0}, (), 2) == [OLD, NEWER]


def test_a_file_that_fails_does_not_keep_newer_ones_waiting() -> None:
    """One that was tried before goes behind those that never were, and is still tried again."""
    assert next_files({OLD: 3, NEWER: 0, NEWEST: 1}, (), 3) == [NEWER, NEWEST, OLD]


def test_a_file_that_is_being_read_is_not_begun_twice() -> None:
    """Only what waits is taken."""
    assert next_files({OLD: 1, NEWER: 0}, {OLD}, 5) == [NEWER]
