"""What the provider's people reach at the later payers by phone, fax and portal."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from journey.words import Mode
from sandbox.claim_file import Files, OnFile
from sandbox.decisions import Decisions
from sandbox.payer_post import PayerPost
from sandbox.scene import Scene
from sandbox.truth import Pend, Script
from sandbox.x12_coverage import Eligibility, Known

LONG_SINCE = timedelta(days=700)
"""How long the policies of this world have been in force."""


class PayerPhones:
    """Asks, corrections and documents that come from people."""

    def __init__(self, scene: Scene, files: Files, decisions: Decisions, post: PayerPost) -> None:
        """Works on the same files as everybody at the payers."""
        self._scene = scene
        self._files = files
        self._decisions = decisions
        self._post = post

    def no_record_said(self, script: Script) -> int:
        """How often the payer answered that it has no record of a claim that it had acknowledged."""
        return self._files.of(script).no_record_said if script.truth is Mode.DUAL_BLAME else 0

    def has_refused(self, script: Script) -> bool:
        """True once a refusal has reached the provider and nothing was accepted since."""
        return self._files.of(script).refused

    def limit_cited(self, script: Script) -> bool:
        """True once the payer cited the filing limit."""
        return self._files.of(script).denied and script.truth is Mode.FILING_LIMIT

    def asks_for(self, script: Script) -> tuple[Pend, int] | None:
        """What the payer waits for and how often it said so; None while it waits for nothing, or nobody was told."""
        file = self._files.of(script)
        pend = file.turn.pend
        return (pend, file.times_asked_for) if pend and file.waits and file.times_asked_for else None

    def order_corrected(self, script: Script) -> None:
        """The COB unit shows the right order from now on."""
        self._files.of(script).order_right = True

    def find(self, script: Script) -> datetime:
        """Find a lost claim during a three-way call; gives the date promised for its decision."""
        file = self._files.of(script)
        file.lost = False
        return self._decisions.found(file)

    def send_document(self, script: Script, copies: int) -> None:
        """Fax a document; where copies go astray, the first never arrives."""
        file = self._files.of(script)
        pend = file.turn.pend
        if pend and not (pend.goes_astray and copies == 1):
            self._scene.clock.at(script.bd(self._scene.clock.now, "document_bd"), partial(self._arrived, file))

    async def _arrived(self, file: OnFile) -> None:
        if file.waits:
            self._decisions.fulfilled(file)

    def reprocess(self, script: Script) -> datetime:
        """Ask for the affected claim to be taken up again, now that the patient answered; gives the date promised."""
        return self._decisions.fulfilled(self._files.of(script))

    # Eligibility

    def check_coverage(self, script: Script) -> None:
        """Ask whether the secondary policy is in force on the day of service; a 271 answers."""
        self._post.tell_coverage(self._eligibility(script, rank=2, with_others=False))

    def check_order(self, script: Script, *ranks: int) -> None:
        """Ask payers by their rank which others they have on their COB record; 271s answer."""
        for rank in ranks:
            self._post.tell_coverage(self._eligibility(script, rank, with_others=True))

    def _eligibility(self, script: Script, rank: int, with_others: bool) -> Eligibility:
        bill = script.bill
        ended = script.truth is Mode.COVERAGE_ENDED and rank == 2
        later = ended and script.coverage_ended is None
        today = self._scene.clock.now.date()
        return Eligibility(
            bill=bill,
            policy=bill.policies[rank - 1],
            active=not ended,
            since=bill.service_to + timedelta(days=20) if later else bill.service_from - LONG_SINCE,
            until=script.coverage_ended if ended else None,
            others=tuple(
                Known(policy=each, place=place, since=bill.service_from - LONG_SINCE, verified=today)
                for place, each in enumerate(bill.policies, 1)
                if with_others and place != rank
            ),
        )
