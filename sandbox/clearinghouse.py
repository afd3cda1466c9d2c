"""The clearinghouse: takes Baton's requests and the billing system's own files, acknowledges, passes on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.people import Practice
from sandbox.post_office import Stream
from sandbox.requests import ClaimRequest
from sandbox.scene import CLEARINGHOUSE, Incoming, Scene, provider
from sandbox.truth import RefusedBy, Script
from sandbox.x12_answers import ClaimState, acknowledgement_set, syntax_set
from sandbox.x12_claim import VERSION
from sandbox.x12_writer import Interchange, TransactionSet

EVERY_HOUR = tuple(range(24))
CLAIM_HOURS = (14, 20)
EDITS = timedelta(hours=2)
"""How long the clearinghouse looks at a claim."""


@dataclass(frozen=True)
class ReadFile:
    """A file that could be read: the numbers that a 999 returns."""

    group_control: str
    set_controls: tuple[str, ...]
    version: str


@dataclass(frozen=True)
class Checked:
    """A claim after the clearinghouse's own edits."""

    claim: Incoming
    state: ClaimState


class Clearinghouse:
    """Says 999 for every file and 277CA for every secondary claim."""

    def __init__(self, scene: Scene, practice: Practice, receive: Callable[[Incoming], Awaitable[None]]) -> None:
        """Passes accepted claims to `receive`, the secondary payers' door."""
        self._scene = scene
        self._receive = receive
        to = provider(practice)
        self._syntax = Stream[ReadFile]("999", CLEARINGHOUSE, to, EVERY_HOUR, self._compose_syntax, weekdays=False)
        self._claims = Stream[Checked](
            "277ca-relay", CLEARINGHOUSE, to, CLAIM_HOURS, self._compose_claims, sent=self._pass_on
        )

    def take_request(self, request: ClaimRequest, script: Script) -> None:
        """Take a secondary claim that Baton asks to be sent."""
        self._scene.tally.requests += 1
        number = request.submission_id
        controls = (request.transaction_control or "0001",)
        self._acknowledge(ReadFile(request.group_control or "1", controls, VERSION[script.bill.form]))
        self._check(Incoming(script, "baton", request.member_id, request.frequency, number), "A1")

    def take_file(self, scripts: list[Script], file: Interchange) -> None:
        """Take a file of the billing system; `scripts` are the secondary claims in it."""
        controls = tuple(file.set_control(place) for place in range(len(file.sets)))
        self._acknowledge(ReadFile(str(file.control), controls, file.sets[0].version))
        for script in scripts:
            self._check(Incoming(script, "billed", script.bill.other.member_id), "A2")

    def _acknowledge(self, read: ReadFile) -> None:
        self._scene.office.post(self._syntax, read, self._scene.clock.now + timedelta(minutes=30))

    def _check(self, claim: Incoming, accepted: str) -> None:
        script = claim.script
        refusal = script.refusal
        status: tuple[str, ...] = (accepted, "20")
        wrong = claim.member_id != script.true_member_id
        if wrong and refusal and refusal.by is RefusedBy.CLEARINGHOUSE:
            status = tuple(refusal.code.split(":"))
        state = ClaimState(
            script.bill, script.bill.other, status, trace=script.claim_number, clearinghouse_number=claim.number
        )
        self._scene.office.post(self._claims, Checked(claim, state), self._scene.clock.now + EDITS)

    def _compose_syntax(self, files: list[ReadFile], _: datetime) -> list[TransactionSet]:
        return [syntax_set(each.group_control, each.set_controls, each.version) for each in files]

    def _compose_claims(self, claims: list[Checked], run: datetime) -> list[TransactionSet]:
        batch = f"RP{run:%y%m%d%H%M}"
        return [acknowledgement_set(CLEARINGHOUSE, "AY", [each.state for each in claims], run, batch)]

    def _pass_on(self, claims: list[Checked], file: Interchange) -> None:
        for each in claims:
            if each.state.accepted:
                self._hand_over(each.claim, file.at)
            else:
                self._scene.tally.broke(each.claim.script.claim_number, file.at)

    def _hand_over(self, claim: Incoming, at: datetime) -> None:
        self._scene.clock.at(at + timedelta(hours=1), lambda: self._arrive(claim))

    async def _arrive(self, claim: Incoming) -> None:
        await self._receive(claim)
