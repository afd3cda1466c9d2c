"""How the later payers answer status questions: from what is on file at that moment, and from nothing else."""

from __future__ import annotations

from functools import partial

from journey.words import Mode
from sandbox.claim_file import OnFile
from sandbox.payer_post import PayerPost
from sandbox.requests import StatusRequest
from sandbox.scene import Scene
from sandbox.truth import Manner, Pend, Wanted

NOT_FOUND = ("D0", "35")
RECEIVED = ("A1", "20")
IN_PROCESS = ("P1", "20")
IN_REVIEW = ("P2", "46")
SYSTEM_DOWN = ("E1", "0")
DENIED = ("F2", "0")
PAID = ("F1", "65")
PAID_ELSEWHERE = ("F1", "73")
NOTHING_DUE = ("F0", "65")

LONG = 21
"""Calendar days from which on a claim is one that somebody must look at."""

ASKS = ("P3", "P4", "R4")
"""Categories that say what the payer waits for."""
ASKING = {Wanted.DOCUMENT: ("P3", "294"), Wanted.QUESTIONNAIRE: ("P4", "52"), Wanted.ACCIDENT_FORM: ("P4", "51")}
"""What is said of a claim that waits for something which an 835 asked for already."""


class StatusDesk:
    """Answers questions."""

    def __init__(self, scene: Scene, post: PayerPost) -> None:
        """Answers leave through `post`."""
        self._scene = scene
        self._post = post

    def answer(self, question: StatusRequest, file: OnFile) -> None:
        """Answer one question."""
        self._scene.tally.questions += 1
        file.questions += 1
        status = self._status(file, question)
        known = status not in (NOT_FOUND, SYSTEM_DOWN, RECEIVED)
        run = self._post.answer(file, status, question.question_id, known)
        if status == NOT_FOUND:
            self._scene.clock.at(run, partial(self._no_record, file))
        elif status[0] in ASKS:
            self._scene.clock.at(run, partial(self._asked_for, file))

    def _status(self, file: OnFile, question: StatusRequest) -> tuple[str, ...]:
        if file.script.vague and file.turn.mode is None and file.questions == 1:
            return SYSTEM_DOWN
        if file.lost or not _names(question, file):
            return NOT_FOUND
        if file.denied:
            return DENIED
        if file.held is None:
            return NOT_FOUND
        if file.decided is None:
            return _open(file)
        if file.turn.manner in (Manner.TO_PATIENT, Manner.TO_PATIENT_AS_SHARE):
            return PAID_ELSEWHERE
        return PAID if file.decided.paid else NOTHING_DUE

    async def _no_record(self, file: OnFile) -> None:
        file.no_record_said += 1
        if file.lost:
            self._scene.tally.broke(file.script.claim_number, self._scene.clock.now)

    async def _asked_for(self, file: OnFile) -> None:
        file.times_asked_for += 1
        if file.turn.mode is not None:
            self._scene.tally.broke(file.script.claim_number, self._scene.clock.now)


def _names(question: StatusRequest, file: OnFile) -> bool:
    """Whether the question gives a number or a member by which the payer can find the claim."""
    if question.payer_claim_number in file.numbers:
        return True
    return question.member_id in {file.turn.member_id, file.held.member_id if file.held else file.turn.member_id}


def _open(file: OnFile) -> tuple[str, ...]:
    if not file.accepted:
        return RECEIVED
    pend = file.turn.pend
    if file.waits and pend:
        return _asking(pend)
    slow = file.turn.days > LONG and file.turn.mode is not Mode.PRIMARY_NOT_FINAL
    return IN_REVIEW if slow else IN_PROCESS


def _asking(pend: Pend) -> tuple[str, ...]:
    return ASKING[pend.wants] if pend.by_remittance else tuple(pend.code.split(":"))
