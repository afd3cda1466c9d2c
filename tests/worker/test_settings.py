"""What an operator may choose, and how a wrong choice is told."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest

from worker.settings import SETTINGS, Settings, SettingsError


def problems(env: dict[str, str]) -> tuple[str, ...]:
    """What loading these variables is refused for."""
    with pytest.raises(SettingsError) as refused:
        Settings.load(env)
    return refused.value.problems


def test_an_empty_environment_is_enough(tmp_path: Path) -> None:
    """The embedded mode needs no configuration: everything has a place in the home folder."""
    settings = Settings.load({}, tmp_path)
    assert settings.mode == "embedded"
    assert settings.home == tmp_path
    assert settings.casebook_url == f"sqlite:///{tmp_path}/casebook.sqlite"
    assert settings.clearinghouse_in == tmp_path / "clearinghouse" / "in"
    assert settings.retention == timedelta(days=90)
    assert (settings.ledger_url, settings.key_file, settings.metrics_address) == (None, None, None)


def test_home_is_a_folder_below_the_current_one_unless_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """State lands where the command was called, or where BATON_HOME says; a given folder beats both."""
    monkeypatch.chdir(tmp_path)
    assert Settings.load({}).home == tmp_path / "var" / "baton"
    assert Settings.load({"BATON_HOME": "elsewhere"}).home == tmp_path / "elsewhere"
    assert Settings.load({"BATON_HOME": "elsewhere"}, tmp_path / "given").home == tmp_path / "given"


def test_each_setting_fills_one_field_and_is_described() -> None:
    """The table is complete: no field without a sentence, no sentence without a field."""
    names = [setting.name for setting in SETTINGS]
    assert set(names) == {field.name for field in fields(Settings)} - {"mode", "temporal"}
    assert len(set(names)) == len({setting.env for setting in SETTINGS}) == len(SETTINGS)
    for setting in SETTINGS:
        assert setting.env.startswith("BATON_")
        assert setting.sentence.endswith(".")
        assert setting.sentence.count(". ") == 0


def test_everything_wrong_is_told_at_once() -> None:
    """An operator mends all mistakes in one go instead of one start after another."""
    wrong = {
        "BATON_CASEBOOK_URL": "mysql://casebook",
        "BATON_LEDGER_URL": "ledger.example",
        "BATON_LOG_LEVEL": "loud",
        "BATON_RETENTION_DAYS": "0",
        "BATON_METRICS_ADDRESS": "9464",
        "BATON_PRACTICE": "Dr. Who",
        "BATON_LEGER_URL": "http://ledger.example",
    }
    assert sorted(problem.split()[0] for problem in problems(wrong)) == sorted(wrong)


def test_a_misspelt_variable_is_told_with_the_nearest_name() -> None:
    """A setting that was not made because of a slip is found at the start, not by its missing effect."""
    assert problems({"BATON_LEGER_URL": "x"}) == ("BATON_LEGER_URL is not a setting; did you mean BATON_LEDGER_URL?",)


def test_problems_do_not_repeat_what_was_given() -> None:
    """A refused address may hold a password: it is not echoed."""
    told = problems({"BATON_CASEBOOK_URL": "mysql://baton:hunter2@db", "BATON_LEDGER_URL": "http://me:hunter2@ledger"})
    assert len(told) == 2
    assert "hunter2" not in "".join(told)


def test_secrets_may_stand_in_files_and_stay_out_of_the_representation(tmp_path: Path) -> None:
    """A container gets its secrets as files, and settings may be printed without telling them."""
    secret = tmp_path / "url"
    secret.write_text("postgresql+psycopg://baton:hunter2@db/casebook\n", encoding="utf-8")
    settings = Settings.load(
        {"BATON_CASEBOOK_URL_FILE": str(secret), "TEMPORAL_ADDRESS": "t:7233", "TEMPORAL_API_KEY": "s3"}
    )
    assert settings.casebook_url == "postgresql+psycopg://baton:hunter2@db/casebook"
    assert "hunter2" not in repr(settings)
    assert "s3" not in repr(settings)


def test_a_secret_has_one_source() -> None:
    """Two sources for one secret would leave open which of them counts; a file that is not there is named."""
    told = problems({"BATON_CASEBOOK_URL": "sqlite:///a", "BATON_CASEBOOK_URL_FILE": "/nowhere/at/all"})
    assert len(told) == 2
    assert all(problem.startswith("BATON_CASEBOOK_URL") for problem in told)
    assert problems({"BATON_LEDGER_URL_FILE": "/nowhere"}) != ()


@pytest.mark.parametrize(
    "env",
    [{"TEMPORAL_ADDRESS": "temporal:7233"}, {"TEMPORAL_ADDRESS": "temporal:7233", "TEMPORAL_NAMESPACE": "claims"}],
)
def test_an_address_means_a_cluster(env: dict[str, str]) -> None:
    """The engine is ours unless the environment names one, in the variables that all Temporal tools read."""
    settings = Settings.load(env)
    assert settings.mode == "cluster"
    assert settings.temporal.address == "temporal:7233"
    assert settings.namespace == env.get("TEMPORAL_NAMESPACE", "default")
    assert settings.embedded().mode == "embedded"
    assert settings.embedded().temporal.address is None


def test_a_profile_names_a_cluster(tmp_path: Path) -> None:
    """`temporal.toml` profiles work as they do for every other Temporal tool; the environment overrides them."""
    file = tmp_path / "temporal.toml"
    file.write_text('[profile.claims]\naddress = "claims:7233"\nnamespace = "office"\n', encoding="utf-8")
    env = {"TEMPORAL_CONFIG_FILE": str(file), "TEMPORAL_PROFILE": "claims"}
    assert Settings.load(env).temporal.address == "claims:7233"
    assert Settings.load(env | {"TEMPORAL_ADDRESS": "other:7233"}).temporal.address == "other:7233"
    assert Settings.load({"TEMPORAL_CONFIG_FILE": str(file)}).mode == "embedded"


@pytest.mark.parametrize(
    "env",
    [
        {"TEMPORAL_CONFIG_FILE": "/nowhere/temporal.toml"},
        {"TEMPORAL_PROFILE": "nobody-made-this"},
        {"TEMPORAL_API_KEY": "key-without-address"},
    ],
)
def test_half_a_connection_is_refused(env: dict[str, str]) -> None:
    """Somebody who configured a cluster must never end up on an embedded engine by a slip."""
    told = problems(env)
    assert "TEMPORAL" in "".join(told) or "Temporal" in "".join(told)
    assert "key-without-address" not in "".join(told)
