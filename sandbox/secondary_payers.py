"""The secondary payers: they accept, refuse, lose and find claims, answer questions, decide, and take money back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from journey.words import Mode
from sandbox.adjudication import Adjudication, refused, reversed_decision
from sandbox.days import after_business_days
from sandbox.payment_runs import PaymentRuns
from sandbox.people import COMMERCIAL, SECONDARIES, Payer, Practice
from sandbox.post_office import Stream
from sandbox.requests import StatusRequest
from sandbox.scene import Incoming, Scene, opaque, payer_partner, provider
from sandbox.truth import Arrival, Refusal, RefusedBy, Script
from sandbox.x12_answers import ClaimState, acknowledgement_set, status_set
from sandbox.x12_remittance import REVERSAL, OtherOrder, RemittedClaim
from sandbox.x12_writer import TransactionSet

STATUS_HOURS = (13, 17, 21)
ACKNOWLEDGEMENT_HOURS = (12, 18, 22)
NOT_FOUND = ("D0", "35")
RECEIVED = ("A1", "20")
IN_PROCESS = ("P1", "20")
SYSTEM_DOWN = ("E1", "0")
DENIED = ("F2", "0")
ACCEPTED = ("A2", "20")
ON_FILE_ALREADY = ("A3", "54")
QUICK_DENIAL = 9
"""Calendar days after which a claim is denied that never gets as far as its benefits."""

Remitted = Callable[[Script, Adjudication, datetime], None]
"""Told of each decision on the merits and of its payment run."""


@dataclass
class OnFile:
    """What a payer has of one claim."""

    script: Script
    held: Incoming | None = None
    """The claim in hand; None before it arrives and after a refusal."""
    accepted: bool = False
    """The claim in hand passed the payer's own edits, and the provider could know it."""
    denied: bool = False
    """By an 835, so that the next one must be a replacement."""
    refused: bool = False
    lost: bool = False
    """F8: acknowledged, then nowhere to be found."""
    order_right: bool = True
    decided: Adjudication | None = None
    decided_at: datetime | None = None
    decisions: int = 0
    no_record_said: int = 0
    questions: int = 0

    @property
    def number(self) -> str:
        """CLP07 of the present decision; a corrected decision gets a new one."""
        return f"S{opaque(self.script.claim_number, 'secondary', self.decisions).upper()}"


class SecondaryPayers:
    """All payers that come second, each with its own files."""

    def __init__(self, scene: Scene, practice: Practice, remitted: Remitted) -> None:
        """`remitted` hears of every decision that the provider must post."""
        self._scene = scene
        self._remitted = remitted
        self._files: dict[str, OnFile] = {}
        self._runs = {each.payer_id: PaymentRuns(scene, each, practice) for each in SECONDARIES}
        self._acks = {
            each.payer_id: self._stream(each, practice, "277ca", ACKNOWLEDGEMENT_HOURS) for each in SECONDARIES
        }
        self._answers = {each.payer_id: self._stream(each, practice, "277", STATUS_HOURS) for each in SECONDARIES}
        self.on_late_crossover: Callable[[Script], None] = lambda _script: None
        """Called when a claim arrives in whose place a crossover is still on its way."""

    def on_file(self, script: Script) -> OnFile:
        """What the payer has of a claim."""
        wrong = script.truth is Mode.WRONG_ORDER
        return self._files.setdefault(script.claim_number, OnFile(script, order_right=not wrong))

    # Claims

    async def receive(self, claim: Incoming) -> None:
        """Take a claim in, from whichever side it comes."""
        file = self.on_file(claim.script)
        awaited = claim.script.arrival is Arrival.AFTER_OURS and claim.channel == "crossover"
        if claim.channel == "baton" and not file.order_right:
            self._scene.tally.before_cob_verified[claim.script.claim_number] += 1
        if file.held is not None and not awaited:
            self._take_another(file, claim)
            return
        if claim.frequency == "1" and file.denied:
            self._scene.tally.first_time_after_denial[claim.script.claim_number] += 1
        file.held = claim
        self._take_first(file, claim)

    def _take_another(self, file: OnFile, claim: Incoming) -> None:
        """A claim while one is in hand: a first-time claim is a duplicate, a replacement changes nothing."""
        if claim.frequency == "1":
            self._scene.tally.duplicates[claim.script.claim_number] += 1
        self._acknowledge(file, claim, ON_FILE_ALREADY if claim.frequency == "1" else ACCEPTED)

    def _take_first(self, file: OnFile, claim: Incoming) -> None:
        objection = self._objection(file, claim)
        if claim.script.arrival is Arrival.AFTER_OURS and claim.channel == "baton":
            self.on_late_crossover(claim.script)
            self._refuse_duplicate(file, claim)
        elif objection is None:
            self._accept(file, claim)
        elif objection.by is RefusedBy.REMITTANCE:
            self._deny(file, claim, objection)
        else:
            self._reject(file, claim, objection.code)

    def _objection(self, file: OnFile, claim: Incoming) -> Refusal | None:
        """Why the claim is refused before its benefits are looked at."""
        mistaken = claim.script.truth is Mode.REJECTED_FOR_MISMATCH and claim.member_id != claim.script.true_member_id
        return claim.script.refusal if mistaken or not file.order_right else None

    def _accept(self, file: OnFile, claim: Incoming) -> None:
        script, now = claim.script, self._scene.clock.now
        file.refused = file.denied = False
        file.accepted = claim.channel == "crossover"
        run = self._acknowledge(file, claim, ACCEPTED)
        self._scene.clock.at(run, partial(self._accepted, file))
        if script.truth is Mode.DUAL_BLAME:
            self._scene.clock.at(run, partial(self._lose, file))
        else:
            self._scene.clock.at(script.days(now, "adjudication"), partial(self._decide, file))

    async def _accepted(self, file: OnFile) -> None:
        file.accepted = True

    async def _lose(self, file: OnFile) -> None:
        file.lost = True

    def _acknowledge(self, file: OnFile, claim: Incoming, status: tuple[str, ...]) -> datetime:
        """277CA to the provider; a crossover gets none, so its run is where one would have been."""
        script = claim.script
        ready = script.bd(self._scene.clock.now, "payer_answer_bd")
        if claim.channel == "crossover":
            return ready
        number = file.number if status[0] in ("A1", "A2") else ""
        state = ClaimState(script.bill, script.bill.other, status, script.claim_number, number, claim.number)
        return self._scene.office.post(self._acks[script.bill.other.payer.payer_id], state, ready)

    def _reject(self, file: OnFile, claim: Incoming, code: str) -> None:
        run = self._acknowledge(file, claim, tuple(code.split(":")))
        self._scene.clock.at(run, partial(self._turned_away, file, False))

    def _deny(self, file: OnFile, claim: Incoming, refusal: Refusal) -> None:
        self._acknowledge(file, claim, ACCEPTED)
        ready = self._scene.clock.now + timedelta(days=QUICK_DENIAL)
        run = self._remit(file, self._denial(file, refusal), ready)
        self._scene.clock.at(run, partial(self._turned_away, file, True))

    async def _turned_away(self, file: OnFile, denied: bool) -> None:
        file.held, file.refused, file.denied = None, True, denied
        self._scene.tally.broke(file.script.claim_number, self._scene.clock.now)

    def _refuse_duplicate(self, file: OnFile, claim: Incoming) -> None:
        """Ours is the duplicate of the crossover that comes a day later; say so after that day."""
        refusal = claim.script.refusal
        assert refusal is not None
        clock = self._scene.clock
        if refusal.by is RefusedBy.PAYER:
            known = clock.now + timedelta(days=1, hours=2)
            clock.at(known, partial(self._say_duplicate, file, claim, tuple(refusal.code.split(":"))))
            return
        self._acknowledge(file, claim, ACCEPTED)
        run = self._remit(file, self._denial(file, refusal), clock.now + timedelta(days=QUICK_DENIAL))
        clock.at(run, partial(self._note_break, file))

    async def _say_duplicate(self, file: OnFile, claim: Incoming, status: tuple[str, ...]) -> None:
        run = self._acknowledge(file, claim, status)
        self._scene.clock.at(run, partial(self._note_break, file))

    async def _note_break(self, file: OnFile) -> None:
        self._scene.tally.broke(file.script.claim_number, self._scene.clock.now)

    # Decisions

    async def _decide(self, file: OnFile) -> None:
        """Decide on the merits, unless the filing limit has passed."""
        script, refusal = file.script, file.script.refusal
        now = self._scene.clock.now
        if script.truth is Mode.FILING_LIMIT and refusal:
            run = self._remit(file, self._denial(file, refusal), now)
            self._scene.clock.at(run, partial(self._limit_cited, file))
        else:
            self._settle(file, self._decision(file, script.secondary), now)

    async def _limit_cited(self, file: OnFile) -> None:
        file.denied = True
        self._scene.tally.broke(file.script.claim_number, self._scene.clock.now)

    def _settle(self, file: OnFile, claim: RemittedClaim, ready: datetime) -> None:
        run = self._remit(file, claim, ready)

        async def paid() -> None:
            file.decided, file.decided_at = claim.decision, run
            self._remitted(file.script, claim.decision, run)

        self._scene.clock.at(run, paid)

    def _remit(self, file: OnFile, claim: RemittedClaim, ready: datetime) -> datetime:
        return self._runs[file.script.bill.other.payer.payer_id].post(claim, ready)

    def _decision(self, file: OnFile, decision: Adjudication, replaces: str = "") -> RemittedClaim:
        bill = file.script.bill
        received = self._scene.clock.now.date() - timedelta(days=file.script.delays.adjudication)
        whole = len(bill.lines) % 2 == 0
        return RemittedClaim(
            bill, bill.other, "2", decision, file.number, replaces=replaces, received=received, by_line=not whole
        )

    def _denial(self, file: OnFile, refusal: Refusal) -> RemittedClaim:
        """Nothing paid; codes of identity and order stand alone, the filing limit only on what the primary left."""
        script = file.script
        group, reason = refusal.code.split(":")
        limit = script.truth is Mode.FILING_LIMIT
        corrected = script.true_member_id if script.truth is Mode.REJECTED_FOR_MISMATCH and reason == "140" else ""
        return RemittedClaim(
            bill=script.bill,
            policy=script.bill.other,
            status=refusal.claim_status,
            decision=refused(script.secondary, group, reason, prior_share=limit),
            payer_claim_number=f"{file.number}X",
            remarks=(refusal.remark,) if refusal.remark else (),
            other_order=self._other_order(script) if script.truth is Mode.WRONG_ORDER else None,
            corrected_member_id=corrected,
        )

    def _other_order(self, script: Script) -> OtherOrder:
        """The payer's mistaken belief: a plan of a former employer that should come before it."""
        second = script.bill.other
        former = next(each for each in COMMERCIAL if each not in (second.payer, script.bill.primary.payer))
        policy = second.model_copy(
            update={"payer": former, "group_number": "G70707", "member_id": f"OLD{opaque(script.claim_number)}".upper()}
        )
        return OtherOrder(former, policy)

    def take_back(self, script: Script) -> datetime:
        """Reverse the decision in the next run (CLP02 = 22, old numbers); gives the moment of that run."""
        file = self.on_file(script)
        assert file.decided is not None
        claim = RemittedClaim(
            script.bill, script.bill.other, REVERSAL, reversed_decision(file.decided), file.number, by_line=True
        )
        run = self._remit(file, claim, self._scene.clock.now)
        self._scene.clock.at(run, partial(self._reversed, file))
        return run

    async def _reversed(self, file: OnFile) -> None:
        script, now = file.script, self._scene.clock.now
        self._scene.tally.broke(script.claim_number, now)
        file.decided = None
        self._scene.clock.at(after_business_days(now, script.delays.correction), partial(self._correct, file))

    async def _correct(self, file: OnFile) -> None:
        before = file.number
        file.decisions += 1
        self._settle(file, self._decision(file, file.script.final, replaces=before), self._scene.clock.now)

    # What people reach by phone

    def no_record_said(self, script: Script) -> int:
        """How often the payer answered that it has no record of a claim that it had acknowledged."""
        return self.on_file(script).no_record_said if script.truth is Mode.DUAL_BLAME else 0

    def has_refused(self, script: Script) -> bool:
        """True once a refusal has reached the provider and nothing was accepted since."""
        return self.on_file(script).refused

    def limit_cited(self, script: Script) -> bool:
        """True once the payer cited the filing limit."""
        return self.on_file(script).denied and script.truth is Mode.FILING_LIMIT

    def order_corrected(self, script: Script) -> None:
        """The COB unit shows the right order from now on."""
        self.on_file(script).order_right = True

    def find(self, script: Script) -> datetime:
        """Find a lost claim during a three-way call; gives the date promised for its decision."""
        file = self.on_file(script)
        file.lost = False
        due = script.days(self._scene.clock.now, "found_again")
        self._scene.clock.at(due, partial(self._decide, file))
        return due

    # Questions

    async def answer(self, question: StatusRequest, script: Script) -> None:
        """Answer from what is on file at this moment; the answer leaves with the next run of the day."""
        self._scene.tally.questions += 1
        file = self.on_file(script)
        file.questions += 1
        status = self._status(file, question)
        known = status not in (NOT_FOUND, SYSTEM_DOWN, RECEIVED)
        decided = file.decided if known else None
        state = ClaimState(
            script.bill,
            script.bill.other,
            status,
            trace=question.question_id,
            payer_claim_number=file.number if known else "",
            paid=decided.paid if decided else None,
            decided_on=file.decided_at.date() if decided and file.decided_at else None,
        )
        ready = self._scene.clock.now + timedelta(hours=1)
        run = self._scene.office.post(self._answers[script.bill.other.payer.payer_id], state, ready)
        if status == NOT_FOUND:
            self._scene.clock.at(run, partial(self._no_record, file))

    def _status(self, file: OnFile, question: StatusRequest) -> tuple[str, ...]:
        if file.script.vague and file.script.truth is None and file.questions == 1:
            return SYSTEM_DOWN
        known = {file.script.true_member_id, file.held.member_id if file.held else ""}
        if file.lost or question.member_id not in known:
            return NOT_FOUND
        if file.denied:
            return DENIED
        if file.held is None:
            return NOT_FOUND
        if file.decided is None:
            return IN_PROCESS if file.accepted else RECEIVED
        return ("F1", "65") if file.decided.paid else ("F0", "65")

    async def _no_record(self, file: OnFile) -> None:
        file.no_record_said += 1
        if file.lost:
            self._scene.tally.broke(file.script.claim_number, self._scene.clock.now)

    def _stream(self, payer: Payer, practice: Practice, kind: str, hours: tuple[int, ...]) -> Stream[ClaimState]:
        sender = payer_partner(payer.payer_id, payer.name)

        def compose(states: list[ClaimState], run: datetime) -> list[TransactionSet]:
            batch = f"{payer.payer_id}{run:%y%m%d%H}"
            if kind == "277":
                return [status_set(sender, states, run, batch)]
            return [acknowledgement_set(sender, "PR", states, run, batch)]

        return Stream(f"{kind}-{payer.payer_id}", sender, provider(practice), hours, compose)
