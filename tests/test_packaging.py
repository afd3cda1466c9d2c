"""What is installed: the built wheel works by itself, with the sources absent."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = ("journey", "edi", "workflows", "activities", "worker", "casebook", "packet", "sandbox", "cli")
STORY = ROOT / "tests" / "stories" / "v1b_crossover_lost.txt"

SMALL_999 = "".join(
    f"{segment}~\n"
    for segment in (
        "ISA*00*          *00*          *ZZ*CLEARING       *ZZ*OFFICE         *260312*0900*^*00501*000000001*0*P*:",
        "GS*FA*CLEARING*OFFICE*20260312*0900*1*X*005010X231A1",
        "ST*999*0001*005010X231A1",
        "AK1*HC*1*005010X222A1",
        "AK2*837*0001*005010X222A1",
        "IK5*A",
        "AK9*A*1*1*1",
        "SE*6*0001",
        "GE*1*1",
        "IEA*1*000000001",
    )
)
"""A file that every version must be able to read."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the sources."""
    copy = tmp_path_factory.mktemp("sources")
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, copy)
    for name in SOURCES:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    out = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(copy)]
    ended = subprocess.run(build, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel, and the dependencies of this one; returns its folder of programs.

    Dependencies are seen through one `.pth` file with their path. The `.pth` files that lie there are not run, so the
    editable installation of the sources stays out of sight.
    """
    home = tmp_path_factory.mktemp("environment") / "venv"
    uv = str(Path(sys.executable).with_name("uv"))
    quiet = {"cwd": home.parent, "check": True, "capture_output": True}
    subprocess.run([uv, "venv", "--offline", "--python", sys.executable, str(home)], **quiet)  # type: ignore[call-overload]
    programs = home / "bin"
    install = [uv, "pip", "install", "--offline", "--no-deps", "--python", str(programs / "python"), str(wheel)]
    subprocess.run(install, **quiet)  # type: ignore[call-overload]
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(home), "platbase": str(home)}))
    (packages / "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    return programs


def run(installed: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """What a program of the environment prints, in a folder and surroundings that know nothing of the sources."""
    environment = {"PATH": os.environ["PATH"], "COLUMNS": "100", "HOME": str(folder)}
    return subprocess.run(
        [str(installed / words[0]), *words[1:]], cwd=folder, env=environment, capture_output=True, text=True
    )


def test_the_wheel_holds_code_and_data_and_nothing_else(wheel: Path) -> None:
    """The plan, the code labels, the migrations and the type markers travel; tests and documentation do not."""
    names = set(zipfile.ZipFile(wheel).namelist())
    sources = {
        str(path.relative_to(ROOT))
        for name in SOURCES
        for path in (ROOT / name).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {"journey/plans/standard_plan.toml", "edi/codes/carc.csv", "casebook/migrations/env.py"} <= sources
    assert any(name.startswith("casebook/migrations/versions/") for name in names)
    assert {f"{package}/py.typed" for package in SOURCES} <= names
    assert {name for name in names if ".dist-info/" not in name} == sources


def test_the_sources_are_absent(installed: Path, tmp_path: Path) -> None:
    """What the tests below run is what was installed."""
    code = f"import sys, {', '.join(SOURCES)}; print(*(sys.modules[each].__file__ for each in {SOURCES!r}), sep='\\n')"
    ended = run(installed, tmp_path, "python", "-I", "-c", code)
    assert ended.returncode == 0, ended.stderr
    assert all(str(installed.parent) in line for line in ended.stdout.splitlines())


def test_the_command_describes_itself(installed: Path, tmp_path: Path) -> None:
    """`baton --help` lists the commands, and the program says its version."""
    ended = run(installed, tmp_path, "baton", "--help")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "rehearse" in ended.stdout
    version = run(installed, tmp_path, "baton", "--version").stdout.strip()
    assert version in next(installed.parent.rglob("baton_cob-*.dist-info")).name


def test_a_story_is_rehearsed(installed: Path, tmp_path: Path) -> None:
    """The rules and the plan that ships are inside."""
    shutil.copy(STORY, tmp_path)
    ended = run(installed, tmp_path, "python", "-I", "-m", "cli", "rehearse", STORY.name)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "statements hold" in ended.stdout


def test_a_file_is_read(installed: Path, tmp_path: Path) -> None:
    """The readers and their code labels are inside."""
    (tmp_path / "small.999").write_text(SMALL_999, encoding="ascii")
    ended = run(installed, tmp_path, "python", "-I", "-m", "cli", "x12", "show", "small.999")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "999 set 837 0001: A (accepted)" in ended.stdout
    assert "finding" not in ended.stdout


def test_a_casebook_is_made(installed: Path, tmp_path: Path) -> None:
    """The migrations are inside."""
    ended = run(
        installed, tmp_path, "python", "-I", "-m", "cli", "casebook", "migrate", "--home", str(tmp_path / "home")
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert (tmp_path / "home" / "casebook.sqlite").is_file()
