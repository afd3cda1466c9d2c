"""What the later payers decide and remit: on the merits, in parts, with nothing paid, reversed and corrected."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from journey.words import Mode
from sandbox.adjudication import Adjudication, refused, reported_twice, reversed_decision, split
from sandbox.claim_file import Decided, OnFile
from sandbox.days import after_business_days
from sandbox.payment_runs import Payments
from sandbox.people import COMMERCIAL
from sandbox.scene import Scene, opaque
from sandbox.truth import Manner, Patient, Pend, Refusal, Return, Script
from sandbox.x12_remittance import REVERSAL, OtherOrder, ProviderAdjustment, RemittedClaim

QUICK_DENIAL = 9
"""Calendar days after which a claim is denied, or laid aside, that never gets as far as its benefits."""
ANSWERS_UNASKED = 16
"""Calendar days after which a patient answers a payer whom nobody reminded."""
RECOVERY = "WO"
"""PLB03-1: money taken for something else than the claims of the remittance."""

Posted = Callable[[Decided], None]
"""Told of each decision on the merits when its remittance leaves."""
Unposted = Callable[[Script, datetime], None]
"""Told when a payer gives back what it had recouped."""


class Decisions:
    """Decides claims on file and remits."""

    def __init__(self, scene: Scene, payments: Payments, posted: Posted, given_back: Unposted) -> None:
        """`posted` and `given_back` hear of what the provider must post."""
        self._scene = scene
        self._payments = payments
        self._posted = posted
        self._given_back = given_back

    # Deciding

    def plan(self, file: OnFile) -> None:
        """Say when an accepted claim is decided, or what it waits for."""
        now, pend = self._scene.clock.now, file.turn.pend
        if pend is None:
            self._decide_at(file, now + timedelta(days=file.turn.days))
        elif pend.by_remittance:
            self._scene.clock.at(now + timedelta(days=QUICK_DENIAL), partial(self._lay_aside, file, pend))
        else:
            file.waits = True
        if pend and file.script.patient is Patient.UNASKED:
            self._scene.clock.at(now + timedelta(days=ANSWERS_UNASKED), partial(self._answered_unasked, file))

    def plan_renewed(self, file: OnFile) -> None:
        """F18: decide on the primary's new numbers."""
        file.renewed = True
        self._decide_at(file, self._reprocessed(file))

    def fulfilled(self, file: OnFile) -> datetime:
        """What the payer waited for is there; gives the day promised for the decision."""
        file.waits = False
        due = self._reprocessed(file)
        self._decide_at(file, due)
        return due

    def found(self, file: OnFile) -> datetime:
        """F8: the lost claim was found; gives the day promised for the decision."""
        due = file.script.days(self._scene.clock.now, "found_again")
        self._decide_at(file, due)
        return due

    def _reprocessed(self, file: OnFile) -> datetime:
        return file.script.days(self._scene.clock.now, "reprocessing")

    def _decide_at(self, file: OnFile, due: datetime) -> None:
        """A newer date takes the place of an older one."""
        file.plans += 1
        self._scene.clock.at(due, partial(self._decide, file, file.plans))

    async def _answered_unasked(self, file: OnFile) -> None:
        if file.waits:
            self.fulfilled(file)

    async def _decide(self, file: OnFile, plan: int) -> None:
        """Decide on the merits, unless the filing limit has passed or the primary's numbers are no longer true."""
        if plan != file.plans or (file.script.reversed_by_primary and not file.renewed):
            return
        if file.turn.mode is Mode.FILING_LIMIT and file.turn.refusal:
            run = self.deny(file, file.turn.refusal, self._scene.clock.now)
            self._scene.clock.at(run, partial(self._denied, file))
            return
        before = file.number if file.aside else ""
        file.decisions += file.aside
        self._settle(file, file.turn.decision, replaces=before)

    async def _denied(self, file: OnFile) -> None:
        file.denied = True
        self._scene.tally.broke(file.script.claim_number, self._scene.clock.now)

    async def _lay_aside(self, file: OnFile, pend: Pend) -> None:
        """An 835 with nothing paid that asks for something; the claim stays on file."""
        group, reason = pend.code.split(":")
        said = self._remitted(file, refused(file.turn.decision, group, reason), remarks=pend.remark)
        run = self._payments.remit(said, self._scene.clock.now)

        async def asked() -> None:
            file.waits = file.aside = True
            file.times_asked_for += 1
            self._scene.tally.broke(file.script.claim_number, run)

        self._scene.clock.at(run, asked)

    # Paying

    def _settle(self, file: OnFile, decision: Adjudication, replaces: str = "") -> None:
        if file.turn.manner is Manner.SPLIT:
            first, rest = split(decision)
            self._pay(file, first, f"{file.number}A", part=1)
            later = file.script.days(self._scene.clock.now, "second_part")
            self._scene.clock.at(later, partial(self._pay_rest, file, rest))
        else:
            self._pay(file, decision, file.number, replaces)

    async def _pay_rest(self, file: OnFile, rest: Adjudication) -> None:
        self._pay(file, rest, f"{file.number}B", part=2)

    def _pay(self, file: OnFile, decision: Adjudication, number: str, replaces: str = "", part: int = 0) -> None:
        now, manner = self._scene.clock.now, file.turn.manner
        said = reported_twice(decision) if manner is Manner.TWICE else decision
        run = self._payments.remit(self._remitted(file, said, number=number, replaces=replaces, part=part), now)
        if manner is Manner.KEPT:
            debt = opaque(file.script.claim_number, "old account").upper()
            self._payments.move(file.turn.policy.payer, ProviderAdjustment(RECOVERY, debt, decision.paid), now)

        async def paid() -> None:
            if part != 1:
                file.decided, file.decided_at = file.turn.decision if part else decision, run
            self._posted(Decided(file.turn, decision, run, part))

        self._scene.clock.at(run, paid)

    def _remitted(
        self,
        file: OnFile,
        decision: Adjudication,
        *,
        number: str = "",
        remarks: str = "",
        replaces: str = "",
        part: int = 0,
    ) -> RemittedClaim:
        bill, turn = file.script.bill, file.turn
        received = self._scene.clock.now.date() - timedelta(days=turn.days)
        return RemittedClaim(
            bill,
            turn.policy,
            turn.status,
            decision,
            number or file.number,
            remarks=(remarks,) if remarks else (),
            forwarded_to=bill.tertiary.payer if bill.tertiary and turn.status == "20" else None,
            replaces=replaces,
            received=received,
            by_line=bool(part) or len(bill.lines) % 2 == 1,
        )

    # Refusing

    def deny(self, file: OnFile, refusal: Refusal, ready: datetime) -> datetime:
        """Nothing paid; codes of identity and order stand alone, the filing limit only on what the primary left."""
        turn, script = file.turn, file.script
        group, reason = refusal.code.split(":")
        corrected = turn.member_id if turn.mode is Mode.REJECTED_FOR_MISMATCH and reason == "140" else ""
        said = RemittedClaim(
            bill=script.bill,
            policy=turn.policy,
            status=refusal.claim_status,
            decision=refused(turn.decision, group, reason, prior_share=turn.mode is Mode.FILING_LIMIT),
            payer_claim_number=f"{file.number}X",
            remarks=(refusal.remark,) if refusal.remark else (),
            other_order=_other_order(script),
            corrected_member_id=corrected,
            coverage_ended=script.coverage_ended,
        )
        return self._payments.remit(said, ready)

    # Taking back

    def take_back(self, file: OnFile) -> datetime:
        """Take the payment back in the next run; gives the moment of that run."""
        assert file.decided is not None
        recoups = file.script.taken_back_by is Return.RECOUPMENT
        run = self._recoup(file, file.decided.paid) if recoups else self._reverse(file, file.decided)
        self._scene.clock.at(run, partial(self._taken_back, file, recoups))
        return run

    def _reverse(self, file: OnFile, decided: Adjudication) -> datetime:
        """CLP02 = 22 under the old number."""
        bill, policy = file.script.bill, file.turn.policy
        claim = RemittedClaim(bill, policy, REVERSAL, reversed_decision(decided), file.number, by_line=True)
        return self._payments.remit(claim, self._scene.clock.now)

    def _recoup(self, file: OnFile, cents: int) -> datetime:
        """PLB WO with the number of our claim: taken when above zero, given back when below."""
        moved = ProviderAdjustment(RECOVERY, file.number, cents)
        return self._payments.move(file.turn.policy.payer, moved, self._scene.clock.now)

    async def _taken_back(self, file: OnFile, recouped: bool) -> None:
        script, now = file.script, self._scene.clock.now
        self._scene.tally.broke(script.claim_number, now)
        due = after_business_days(now, script.delays.correction)
        if recouped:
            self._scene.clock.at(due, partial(self._give_back, file))
            return
        file.decided = None
        self._scene.clock.at(due, partial(self._correct, file))

    async def _correct(self, file: OnFile) -> None:
        before = file.number
        file.decisions += 1
        self._settle(file, file.script.final, replaces=before)

    async def _give_back(self, file: OnFile) -> None:
        assert file.decided is not None
        self._given_back(file.script, self._recoup(file, -file.decided.paid))


def _other_order(script: Script) -> OtherOrder | None:
    """The payer's mistaken belief: a plan of a former employer, or the primary's own, that should come before it."""
    second = script.bill.other
    if script.truth is Mode.BOTH_SECOND:
        return OtherOrder(script.bill.primary.payer, script.bill.primary)
    if script.truth is not Mode.WRONG_ORDER:
        return None
    former = next(each for each in COMMERCIAL if each not in (second.payer, script.bill.primary.payer))
    policy = second.model_copy(
        update={"payer": former, "group_number": "G70707", "member_id": f"OLD{opaque(script.claim_number)}".upper()}
    )
    return OtherOrder(former, policy)
