"""The trading partner of a worker: who sends claims to whom, from the settings."""

from __future__ import annotations

from edi.trading_partner import TRIAL, Address, TradingPartner
from worker.settings import SETTINGS, Settings, SettingsError

_NEEDED = ("submitter_id", "submitter_name", "submitter_contact", "submitter_phone", "receiver_id", "receiver_name")
_ENVELOPE = 15
"""Characters of an id in ISA."""


def trading_partner(settings: Settings) -> TradingPartner:
    """Both ends of the way to the clearinghouse; an embedded engine without any of it sends marked tests.

    Raises:
        SettingsError: on a cluster, or when some of it is set: with every variable that is missing.
    """
    given = [name for name in _NEEDED if getattr(settings, name)]
    if not given and settings.mode == "embedded":
        return TRIAL
    problems = [
        f"{each.env} is not set, so no claim can name who sends it to whom. {each.sentence}"
        for each in SETTINGS
        if each.name in _NEEDED and each.name not in given
    ]
    sender, receiver = _envelope(settings, "sender"), _envelope(settings, "receiver")
    problems += [
        f"BATON_INTERCHANGE_{end.upper()} is needed, because the number is longer than {_ENVELOPE} characters"
        for end, (_, identifier, _) in (("sender", sender), ("receiver", receiver))
        if len(identifier) > _ENVELOPE
    ]
    if problems:
        raise SettingsError(problems)
    return TradingPartner(
        sender=_address(sender, settings.submitter_id, settings.submitter_name),
        receiver=_address(receiver, settings.receiver_id, settings.receiver_name),
        contact=settings.submitter_contact or "",
        telephone=settings.submitter_phone or "",
        test=settings.test_files,
    )


def _envelope(settings: Settings, end: str) -> tuple[str, str, str]:
    number = (settings.submitter_id if end == "sender" else settings.receiver_id) or ""
    given = settings.interchange_sender if end == "sender" else settings.interchange_receiver
    return given or ("ZZ", number, number)


def _address(envelope: tuple[str, str, str], party: str | None, name: str | None) -> Address:
    qualifier, identifier, group = envelope
    return Address(qualifier=qualifier, identifier=identifier, group=group, party=party or "", name=name or "")
