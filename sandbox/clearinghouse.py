"""The clearinghouse: takes Baton's files and the billing system's own, acknowledges them, and passes claims on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from sandbox.drop_folder import Mail
from sandbox.people import Practice
from sandbox.post_office import Stream
from sandbox.requests import ClaimRequest, Request
from sandbox.scene import CLEARINGHOUSE, Incoming, Scene, provider
from sandbox.truth import RefusedBy, Script
from sandbox.x12_answers import ClaimState, acknowledgement_set
from sandbox.x12_reading import ReadFile, ReadGroup, read_file
from sandbox.x12_syntax import interchange_set, syntax_set
from sandbox.x12_writer import Interchange, TransactionSet, write

FOUR_HOURLY = tuple(range(0, 24, 4))
CLAIM_HOURS = (14, 20)
EDITS = timedelta(hours=2)
"""How long the clearinghouse looks at a claim."""
BAD_DAY = "024"
"""TA105 of a file that is refused although nothing is wrong with it."""
CLAIMS = "HC"
"""GS01 of claims; questions go through without a word unless they are refused."""


@dataclass(frozen=True)
class Checked:
    """A claim after the clearinghouse's own edits."""

    claim: Incoming
    state: ClaimState


class Clearinghouse:
    """Says TA1 or 999 for files and 277CA for every secondary claim."""

    def __init__(
        self,
        scene: Scene,
        practice: Practice,
        receive: Callable[[Incoming], Awaitable[None]],
        refused_share: float = 0.0,
    ) -> None:
        """Passes accepted claims to `receive`, the secondary payers' door.

        Args:
            scene: The common ground of the world.
            practice: Who is answered.
            receive: Takes a claim that passed.
            refused_share: Share of Baton's files, by the seed, that are refused whole although they are sound.
        """
        self._scene = scene
        self._receive = receive
        self._refused_share = refused_share
        to = provider(practice)
        self._refusals = Stream[ReadFile]("ta1", CLEARINGHOUSE, to, FOUR_HOURLY, self._compose_refusal, weekdays=False)
        self._syntax = Stream[ReadGroup]("999", CLEARINGHOUSE, to, FOUR_HOURLY, self._compose_syntax, weekdays=False)
        self._claims = Stream[Checked](
            "277ca-relay", CLEARINGHOUSE, to, CLAIM_HOURS, self._compose_claims, sent=self._pass_on
        )

    def open_mail(self, mail: Mail) -> tuple[Request, ...]:
        """Acknowledge one file of Baton's; gives what it asks, and nothing of a file that is refused whole."""
        if mail.file is None:
            self._scene.tally.unreadable += 1
            return ()
        file = mail.file if not self._has_bad_day(mail.file) else replace(mail.file, fault=BAD_DAY, groups=())
        if file.fault:
            self._refuse(file)
            return ()
        for group in file.groups:
            self._answer(group)
        return mail.requests

    def take_request(self, request: ClaimRequest, script: Script, rank: int) -> None:
        """Take a claim that Baton asks to be sent to the payer of a rank."""
        self._scene.tally.requests += 1
        number = request.submission_id
        self._check(Incoming(script, "baton", request.member_id, request.frequency, number, request, rank), "A1")

    def take_file(self, scripts: list[Script], file: Interchange) -> None:
        """Take a file of the billing system; `scripts` are the secondary claims in it."""
        read = read_file(write(file))
        for group in read.groups if read else ():
            self._acknowledge(group)
        for script in scripts:
            self._check(Incoming(script, "billed", script.bill.other.member_id), "A2")

    def _has_bad_day(self, file: ReadFile) -> bool:
        return Random(f"refused {self._scene.seed} {file.control}").random() < self._refused_share

    def _refuse(self, file: ReadFile) -> None:
        self._scene.tally.unreadable += file.fault != BAD_DAY
        self._scene.office.post(self._refusals, file, self._scene.clock.now + timedelta(minutes=5))

    def _answer(self, group: ReadGroup) -> None:
        sound = not group.fault and all(each.sound for each in group.sets)
        self._scene.tally.unreadable += not sound
        if not sound or group.functional_id == CLAIMS:
            self._acknowledge(group)

    def _acknowledge(self, group: ReadGroup) -> None:
        self._scene.office.post(self._syntax, group, self._scene.clock.now + timedelta(minutes=30))

    def _check(self, claim: Incoming, accepted: str) -> None:
        script = claim.script
        refusal = script.refusal
        status: tuple[str, ...] = (accepted, "20")
        wrong = claim.rank == 2 and claim.member_id != script.true_member_id
        if wrong and refusal and refusal.by is RefusedBy.CLEARINGHOUSE:
            status = tuple(refusal.code.split(":"))
        state = ClaimState(
            script.bill,
            script.bill.policies[claim.rank - 1],
            status,
            trace=script.claim_number,
            clearinghouse_number=claim.number,
        )
        self._scene.office.post(self._claims, Checked(claim, state), self._scene.clock.now + EDITS)

    def _compose_refusal(self, files: list[ReadFile], _: datetime) -> list[TransactionSet]:
        return [interchange_set(each) for each in files]

    def _compose_syntax(self, groups: list[ReadGroup], _: datetime) -> list[TransactionSet]:
        return [syntax_set(each) for each in groups]

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
