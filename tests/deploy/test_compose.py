"""The compose file: complete, pinned, without secrets in it, and understood by our own settings."""

from __future__ import annotations

import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from worker.settings import DRAIN_WITHIN, Settings

DEPLOY = Path(__file__).parents[2] / "deploy"


@pytest.fixture(scope="session")
def services(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The services by name."""
    found: dict[str, dict[str, Any]] = compose["services"]
    return found


def test_every_image_is_pinned(services: dict[str, dict[str, Any]]) -> None:
    """A new start runs what was tested: every image has a tag, none the moving one."""
    for name, service in services.items():
        tag = service["image"].partition(":")[2]
        assert tag, name
        assert tag != "latest", name


def test_everything_named_is_there(compose: dict[str, Any], services: dict[str, dict[str, Any]]) -> None:
    """Services, secrets, networks, volumes, configurations and files that are referred to exist."""
    for name, service in services.items():
        assert set(service.get("depends_on", {})) <= set(services), name
        assert set(service.get("secrets", [])) <= set(compose["secrets"]), name
        assert set(service.get("networks", [])) <= set(compose["networks"]), name
        assert set(service.get("configs", [])) <= set(compose["configs"]), name
        assert all((DEPLOY / file).is_file() for file in service.get("env_file", [])), name
        sources = [volume.split(":")[0] for volume in service.get("volumes", [])]
        assert {source for source in sources if not source.startswith("$")} <= set(compose["volumes"]), name
    assert all((DEPLOY / config["file"]).is_file() for config in compose["configs"].values())


def test_order_of_the_start(services: dict[str, dict[str, Any]]) -> None:
    """Schema before server, namespace before labels, labels and casebook before the worker; jobs must succeed."""
    job, healthy = "service_completed_successfully", "service_healthy"
    conditions = {
        (name, before): how["condition"]
        for name, service in services.items()
        for before, how in service.get("depends_on", {}).items()
    }
    assert conditions == {
        ("temporal-schema", "temporal-db"): healthy,
        ("temporal", "temporal-schema"): job,
        ("temporal-namespace", "temporal"): healthy,
        ("search-attributes", "temporal-namespace"): job,
        ("casebook-migration", "casebook-db"): healthy,
        ("worker", "search-attributes"): job,
        ("worker", "casebook-migration"): job,
        ("pages", "search-attributes"): job,
        ("pages", "casebook-migration"): job,
    }
    waited_for_health = {before for (_, before), how in conditions.items() if how == healthy}
    assert all("healthcheck" in services[name] for name in waited_for_health)


def test_jobs_end_and_services_stay(services: dict[str, dict[str, Any]]) -> None:
    """A preparation is tried a few times; what has to run is started again whenever it stops."""
    jobs = {"temporal-schema", "temporal-namespace", "search-attributes", "casebook-migration"}
    for name, service in services.items():
        assert service["restart"].startswith("on-failure:" if name in jobs else "unless-stopped"), name


def test_no_secret_is_written_down(services: dict[str, dict[str, Any]], compose_env: dict[str, str]) -> None:
    """Passwords, tokens and keys come from files alone."""
    told = [*compose_env, *(name for service in services.values() for name in service.get("environment", {}))]
    suspects = [name for name in told if any(word in name for word in ("PASSWORD", "TOKEN", "KEY", "PWD", "SECRET"))]
    assert suspects
    assert all(name.endswith("_FILE") for name in suspects)
    assert "://" not in compose_env.get("BATON_CASEBOOK_URL", "")


def test_the_settings_are_ours(compose_env: dict[str, str], tmp_path: Path) -> None:
    """The containers' environment loads without a complaint and means a cluster, so a key ring is demanded."""
    secrets = tmp_path / "casebook_url"
    secrets.write_text("postgresql+psycopg://baton:x@casebook-db/casebook", encoding="utf-8")
    settings = Settings.load(compose_env | {"BATON_CASEBOOK_URL_FILE": str(secrets)}, tmp_path)
    assert settings.mode == "cluster"
    assert settings.namespace == "baton"
    assert settings.ledger_url is not None
    assert settings.key_file is not None


def test_secrets_lie_where_the_settings_look(services: dict[str, dict[str, Any]], compose_env: dict[str, str]) -> None:
    """Each file in /run/secrets that a setting names is mounted in every container that gets the settings."""
    wanted = {Path(value).name for value in compose_env.values() if value.startswith("/run/secrets/")}
    ours = {name: service for name, service in services.items() if "env_file" in service}
    assert set(ours) == {"search-attributes", "casebook-migration", "worker", "pages"}
    for name, service in ours.items():
        assert wanted == set(service["secrets"]), name


def test_namespace_and_retention_agree(services: dict[str, dict[str, Any]], compose_env: dict[str, str]) -> None:
    """The namespace that is made is the one the worker uses, and keeps closed cases as long as the settings say."""
    made = services["temporal-namespace"]["environment"]
    assert made["TEMPORAL_NAMESPACE"] == compose_env["TEMPORAL_NAMESPACE"]
    default = Settings.load({}).retention
    assert made["RETENTION"] == f"{default.days}d"


def test_the_worker_may_do_little_and_has_time_to_finish(services: dict[str, dict[str, Any]]) -> None:
    """No capabilities, no writable image, and more time to stop than a worker takes."""
    worker = services["worker"]
    assert worker["read_only"] == "true"
    assert worker["cap_drop"] == ["ALL"]
    assert worker["security_opt"] == ["no-new-privileges:true"]
    assert timedelta(seconds=int(worker["stop_grace_period"].removesuffix("s"))) > DRAIN_WITHIN


def test_only_the_pages_are_reached_and_only_by_this_host(services: dict[str, dict[str, Any]]) -> None:
    """Nothing listens to the world: a proxy on this host speaks TLS and passes on to the pages, which may do little."""
    assert {name for name, service in services.items() if "ports" in service} == {"pages"}
    pages = services["pages"]
    [port] = pages["ports"]
    assert port.startswith("127.0.0.1:")
    assert pages["environment"]["BATON_PAGES_ADDRESS"].endswith(port.rpartition(":")[2])
    assert pages["read_only"] == "true"
    assert pages["cap_drop"] == ["ALL"]


@pytest.mark.parametrize("script", ["temporal-schema.sh", "temporal-namespace.sh"])
def test_the_scripts_are_shell(script: str) -> None:
    """The preparations at least parse, and stop at the first failure."""
    subprocess.run(["sh", "-n", str(DEPLOY / script)], check=True)
    assert "set -eu" in (DEPLOY / script).read_text(encoding="utf-8")
