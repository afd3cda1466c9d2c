"""The container file: linted, unprivileged, and holding every package of ours."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
CONTAINERFILE = ROOT / "deploy" / "Containerfile"
TEXT = CONTAINERFILE.read_text(encoding="utf-8")
IGNORED = (ROOT / "deploy" / "Containerfile.dockerignore").read_text(encoding="utf-8").splitlines()


def packages() -> set[str]:
    """The packages that the wheel is made of."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])


def test_the_linter_has_nothing_to_say() -> None:
    """Known mistakes in container files are found here."""
    linter = Path(sys.executable).with_name("hadolint")
    result = subprocess.run([linter, "--failure-threshold", "style", CONTAINERFILE], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout


def test_the_image_holds_every_package() -> None:
    """A new package of ours cannot be forgotten in the image, nor in what the builder is sent."""
    copied = {source for source, target in re.findall(r"^COPY (\S+) (\S+)$", TEXT, re.MULTILINE) if source == target}
    assert copied == packages()
    sent = {line.removeprefix("!") for line in IGNORED if line.startswith("!")}
    assert sent == packages() | {"requirements/runtime.lock", "pyproject.toml", "README.md"}


def test_everything_copied_exists() -> None:
    """The build cannot fail for a file that is not in the repository."""
    for line in re.findall(r"^COPY (?!--from)(.+) \S+$", TEXT, re.MULTILINE):
        assert all((ROOT / source).exists() for source in line.split())


def test_dependencies_are_installed_by_hash() -> None:
    """What runs is what was locked: no dependency without a hash, none besides the lock."""
    installs = [line for line in TEXT.splitlines() if "pip install" in line]
    assert len(installs) == 2
    assert all("--require-hashes" in line or "--no-deps" in line for line in installs)


def test_it_runs_unprivileged_and_tells_its_health() -> None:
    """The process is not root, gets SIGTERM itself, and is asked whether it works."""
    assert re.search(r"^USER 10001$", TEXT, re.MULTILINE)
    assert "\nSTOPSIGNAL SIGTERM" in TEXT
    assert 'CMD ["baton", "worker", "--check"]' in TEXT
    assert '\nENTRYPOINT ["baton"]' in TEXT
