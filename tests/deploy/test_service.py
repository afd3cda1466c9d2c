"""The systemd units: accepted by systemd, hardened, and told nothing that our settings do not know."""

from __future__ import annotations

import getpass
import grp
import os
import re
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from worker.settings import DRAIN_WITHIN, SETTINGS, Settings

DEPLOY = Path(__file__).parents[2] / "deploy"
WORKER, PAGES = (DEPLOY / f"baton-{name}.service" for name in ("worker", "pages"))
UNITS = pytest.mark.parametrize("unit", [WORKER, PAGES], ids=lambda unit: unit.stem)
INSTALLED = "/opt/baton/bin/baton"


def values(unit: Path, key: str) -> list[str]:
    """All values of one key of a unit, in order."""
    return re.findall(rf"^{key}=(.*)$", unit.read_text(encoding="utf-8"), re.MULTILINE)


def environment(unit: Path) -> dict[str, str]:
    """What a unit itself sets."""
    return dict(value.split("=", 1) for value in values(unit, "Environment"))


@UNITS
def test_the_unit_is_sections_of_keys(unit: Path) -> None:
    """Every line is a section, a comment or a key with a value: systemd ignores anything else without stopping."""
    for line in unit.read_text(encoding="utf-8").splitlines():
        assert re.fullmatch(r"|#.*|\[(Unit|Service|Install)\]|[A-Z][A-Za-z]+=.*", line), line


@UNITS
def test_it_tells_only_settings_that_exist(unit: Path, service_env: dict[str, str]) -> None:
    """A variable that nobody reads would be a choice silently ignored."""
    known = {variable for setting in SETTINGS for variable in setting.variables}
    told = {*environment(unit), *service_env}
    assert {name for name in told if not name.startswith("TEMPORAL_")} <= known


@UNITS
def test_the_example_loads(unit: Path, service_env: dict[str, str], tmp_path: Path) -> None:
    """The example file and the unit together make settings without a complaint, for a cluster with a key ring."""
    credentials = {"keys.toml": "", "casebook-url": "postgresql+psycopg://baton:x@db/casebook", "ledger-token": "t"}
    for name, content in credentials.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    own = {name: value.replace("%d", str(tmp_path)) for name, value in environment(unit).items()}
    settings = Settings.load(service_env | own)
    assert settings.mode == "cluster"
    assert settings.key_file == tmp_path / "keys.toml"
    assert settings.casebook_url == credentials["casebook-url"]


@UNITS
def test_secrets_are_credentials(unit: Path, service_env: dict[str, str]) -> None:
    """Each file in the credentials folder is loaded by the unit, and the example file holds no secret."""
    loaded = {value.partition(":")[0] for value in values(unit, "LoadCredential")}
    assert {value.removeprefix("%d/") for value in environment(unit).values() if value.startswith("%d/")} == loaded
    secret = {variable for setting in SETTINGS if setting.secret for variable in setting.variables}
    assert not secret & set(service_env)


def test_it_has_time_to_finish() -> None:
    """SIGTERM drains the worker; systemd waits longer than that takes before it kills."""
    assert values(WORKER, "KillSignal") == ["SIGTERM"]
    [limit] = values(WORKER, "TimeoutStopSec")
    assert timedelta(seconds=int(limit)) > DRAIN_WITHIN


@UNITS
@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("NoNewPrivileges", "yes"),
        ("ProtectSystem", "strict"),
        ("ProtectHome", "yes"),
        ("PrivateTmp", "yes"),
        ("PrivateDevices", "yes"),
        ("CapabilityBoundingSet", ""),
        ("UMask", "0077"),
    ],
)
def test_it_is_hardened(unit: Path, key: str, value: str) -> None:
    """A process that is taken over can reach its own folder and the network, and nothing else."""
    assert values(unit, key) == [value]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
@UNITS
def test_systemd_accepts_it(unit: Path, tmp_path: Path) -> None:
    """systemd itself finds no mistake, once the paths and the user are ones of this machine."""
    baton = Path(sys.executable).with_name("baton")
    here = unit.read_text(encoding="utf-8").replace(INSTALLED, str(baton))
    here = here.replace("User=baton", f"User={getpass.getuser()}")
    here = here.replace("Group=baton", f"Group={grp.getgrgid(os.getgid()).gr_name}")
    copy = tmp_path / unit.name
    copy.write_text(here, encoding="utf-8")
    result = subprocess.run(["systemd-analyze", "verify", copy], capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")
