"""`baton demo`: the main job on the real engine, through real files and HTTP, scored against the truth."""

import json
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.timeout(480)
def test_a_small_season_passes(tmp_path: Path) -> None:
    """Every break point of the world is found on the real engine, and what must be zero is zero."""
    outcome = tmp_path / "outcome.json"
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "cli", "demo", "--claims", "16", "--seed", "12"),
            *("--day-seconds", "4.5", "--home", str(tmp_path / "home"), "--json", str(outcome)),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=460,
    )
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-2000:]
    told = json.loads(outcome.read_text(encoding="utf-8"))
    assert told["passed"] is True
    assert (told["wrong_statements"], told["duplicate_claims"], told["open_without_clock"]) == (0, 0, 0)
    assert "must be zero" in ran.stdout
