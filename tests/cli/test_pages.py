"""`baton pages`: the pages alone, beside an engine that others run."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.cli.conftest import BATON, Baton, environment


def test_where_nothing_was_ever_kept_there_are_no_pages(baton: Baton, tmp_path: Path) -> None:
    """A mistyped home is an error with the way out, and leaves nothing behind."""
    told = baton("pages", "--home", tmp_path / "nowhere")
    assert told.code == 2
    assert "`baton up`" in " ".join(told.err.split())
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.timeout(240)
def test_pages_are_served_beside_a_running_baton(home: Path) -> None:
    """A process of their own serves the pages of a home, says where, and ends when it is told to."""
    words = [str(BATON), "pages", "--home", str(home)]
    pages = subprocess.Popen(words, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert pages.stdout is not None
        address = next(line.split()[1] for line in pages.stdout if line.startswith("pages"))
        with urlopen(f"{address}/sign-in", timeout=30) as answer:
            assert answer.status == 200
        pages.send_signal(signal.SIGTERM)
        assert "Stopping" in pages.communicate(timeout=60)[0]
        assert pages.returncode == 0
    finally:
        pages.kill()
        pages.communicate()
