"""A claim on trial: whether our own rules and the guide's would let it leave, before anybody orders it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from activities.clearinghouse import sendable
from dashboard.premises import Premises
from edi.trading_partner import TRIAL, TradingPartner
from journey.case import Action, Case
from worker.partner import trading_partner
from worker.settings import SettingsError
from workflows.ports import Errand
from workflows.prior_decisions import earlier_decisions


def what_keeps_it(at: Premises, case: Case, action: Action) -> tuple[str, ...]:
    """Everything that would keep a claim back, each naming a field and its fix, no value; nothing when it would leave.

    Args:
        at: the premises.
        case: the case as last written.
        action: what would be asked for (`submit_secondary`).
    """
    destination = int(action.detail.get("destination") or 2)
    errand = Errand(
        case_id=case.case_id,
        practice=case.claim.practice,
        action=action,
        claim=case.claim,
        now=at.now(),
        prior_remittances=earlier_decisions(case.evidence, destination),
    )
    found = sendable(errand, _partner(at), ZoneInfo(at.plan().time_zone))
    return found if isinstance(found, tuple) else ()


def _partner(at: Premises) -> TradingPartner:
    """Who sends to whom. A process that serves pages only may not be told; the claim itself is the same."""
    try:
        return trading_partner(at.settings)
    except SettingsError:
        return TRIAL
