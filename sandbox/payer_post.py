"""The later payers' outgoing post: acknowledgements, status answers and eligibility answers, each in its own runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from sandbox.claim_file import OnFile
from sandbox.people import Payer, Practice
from sandbox.relay import ComposePart, relayed
from sandbox.scene import Scene, payer_partner
from sandbox.x12_answers import ClaimState, acknowledgement_set, status_set
from sandbox.x12_coverage import Eligibility, coverage_set
from sandbox.x12_writer import Partner, TransactionSet

STATUS_HOURS = (18,)
ACKNOWLEDGEMENT_HOURS = (12, 20)
COVERAGE_HOURS = (17,)

Said = TypeVar("Said")
Compose = Callable[[Partner, list[Said], datetime, str], TransactionSet]


class PayerPost:
    """What payers write beside remittances."""

    def __init__(self, scene: Scene, practice: Practice) -> None:
        """One stream of each kind for all payers."""
        self._scene = scene
        self._acks = relayed("277ca", ACKNOWLEDGEMENT_HOURS, practice, _part(_acks))
        self._statuses = relayed("277", STATUS_HOURS, practice, _part(status_set))
        self._coverages = relayed("271", COVERAGE_HOURS, practice, _part(coverage_set))

    def acknowledge(self, file: OnFile, status: tuple[str, ...], returned: str, ready: datetime) -> datetime:
        """277CA; `returned` is the clearinghouse's number of the claim."""
        turn, script = file.turn, file.script
        number = file.number if status[0] in ("A1", "A2", "A5") else ""
        state = ClaimState(script.bill, turn.policy, status, script.claim_number, number, returned)
        return self._scene.office.post(self._acks, (turn.policy.payer, state), ready)

    def answer(self, file: OnFile, status: tuple[str, ...], question: str, known: bool) -> datetime:
        """277: what is on file at this moment, in the next run of the day."""
        turn = file.turn
        state = ClaimState(
            file.script.bill,
            turn.policy,
            status,
            trace=question,
            payer_claim_number=file.number if known else "",
            paid=file.paid if known else None,
            decided_on=file.decided_on if known else None,
        )
        ready = self._scene.clock.now + timedelta(hours=1)
        return self._scene.office.post(self._statuses, (turn.policy.payer, state), ready)

    def tell_coverage(self, said: Eligibility) -> datetime:
        """271: what a payer's eligibility system says of a policy, in the next run of the day."""
        ready = self._scene.clock.now + timedelta(hours=1)
        return self._scene.office.post(self._coverages, (said.policy.payer, said), ready)


def _part(compose: Compose[Said]) -> ComposePart[Said]:
    """One payer's part, from the payer itself and with a batch number of its own."""

    def composed(payer: Payer, said: list[Said], run: datetime) -> TransactionSet:
        return compose(payer_partner(payer.payer_id, payer.name), said, run, f"{payer.payer_id}{run:%y%m%d%H}")

    return composed


def _acks(sender: Partner, states: list[ClaimState], run: datetime, batch: str) -> TransactionSet:
    return acknowledgement_set(sender, "PR", states, run, batch)
