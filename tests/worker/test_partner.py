"""The trading partner: who sends claims to whom is set before a worker runs, or said to be missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from edi.trading_partner import TRIAL
from worker.partner import trading_partner
from worker.settings import Settings, SettingsError

CLUSTER = {"TEMPORAL_ADDRESS": "temporal:7233"}
GIVEN = {
    "BATON_SUBMITTER_ID": "OFFICE17",
    "BATON_SUBMITTER_NAME": "Example Office",
    "BATON_SUBMITTER_CONTACT": "Billing Desk",
    "BATON_SUBMITTER_PHONE": "5555550100",
    "BATON_RECEIVER_ID": "CLEARING1",
    "BATON_RECEIVER_NAME": "Example Clearinghouse",
}


def problems(env: dict[str, str]) -> tuple[str, ...]:
    """What the partner of these variables is refused for."""
    with pytest.raises(SettingsError) as refused:
        trading_partner(Settings.load(env))
    return refused.value.problems


def test_an_embedded_engine_without_a_partner_sends_tests(tmp_path: Path) -> None:
    """A trial needs no settings, and nobody can take what it sends for a claim."""
    partner = trading_partner(Settings.load({}, tmp_path))
    assert partner == TRIAL
    assert partner.test


def test_a_cluster_without_a_partner_does_not_start() -> None:
    """Real use: every variable that is missing is named, before any claim is built."""
    told = problems(CLUSTER)
    assert [name for name in GIVEN if not any(each.startswith(f"{name} is not set") for each in told)] == []


@pytest.mark.parametrize("name", GIVEN)
def test_half_a_partner_is_none(name: str) -> None:
    """Whoever began to set a partner is told what is left to set, also on an engine of our own."""
    rest = {key: value for key, value in GIVEN.items() if key != name}
    for env in (rest, CLUSTER | rest):
        (told,) = problems(env)
        assert told.startswith(f"{name} is not set")


def test_both_ends_come_from_the_settings() -> None:
    """The numbers stand in the claim; the envelope has them too unless it is given others. Names are in capitals."""
    partner = trading_partner(Settings.load(CLUSTER | GIVEN))
    assert (partner.sender.party, partner.sender.name, partner.test) == ("OFFICE17", "EXAMPLE OFFICE", False)
    assert (partner.sender.qualifier, partner.sender.identifier, partner.sender.group) == ("ZZ", "OFFICE17", "OFFICE17")
    own = {
        "BATON_INTERCHANGE_SENDER": "30:123456789:GROUP1",
        "BATON_INTERCHANGE_RECEIVER": "01:987654321",
        "BATON_TEST_FILES": "yes",
    }
    partner = trading_partner(Settings.load(CLUSTER | GIVEN | own))
    assert (partner.sender.qualifier, partner.sender.identifier, partner.sender.group) == ("30", "123456789", "GROUP1")
    assert (partner.receiver.identifier, partner.receiver.group, partner.test) == ("987654321", "987654321", True)


def test_a_number_too_long_for_the_envelope_needs_one_of_its_own() -> None:
    """ISA has fifteen characters; a longer number of the office is no excuse for a broken file."""
    told = problems(CLUSTER | GIVEN | {"BATON_SUBMITTER_ID": "OFFICE17OFFICE17"})
    assert told[0].startswith("BATON_INTERCHANGE_SENDER is needed")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BATON_SUBMITTER_ID", "A*B"),
        ("BATON_SUBMITTER_PHONE", "555-0100"),
        ("BATON_INTERCHANGE_SENDER", "OFFICE17"),
        ("BATON_INTERCHANGE_RECEIVER", "ZZ:CLEARINGHOUSE1234"),
        ("BATON_TEST_FILES", "maybe"),
    ],
)
def test_what_no_envelope_can_hold_is_refused(name: str, value: str) -> None:
    """A wrong partner is found when settings are read, not by the first 999."""
    with pytest.raises(SettingsError) as refused:
        Settings.load({name: value})
    assert refused.value.problems[0].startswith(name)
