"""The later payers take claims in: they accept, refuse, split and lose them, and know a duplicate when they see one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from journey.words import Mode
from sandbox import claim_check
from sandbox.claim_file import SECOND, Files, OnFile
from sandbox.decisions import QUICK_DENIAL, Decisions, Posted, Unposted
from sandbox.payer_phones import PayerPhones
from sandbox.payer_post import PayerPost
from sandbox.payment_runs import Payments
from sandbox.people import Practice
from sandbox.requests import StatusRequest
from sandbox.scene import Incoming, Scene
from sandbox.status_desk import StatusDesk
from sandbox.truth import Arrival, Manner, Refusal, RefusedBy, Script

ACCEPTED = ("A2", "20")
SPLIT = ("A5", "20")
ON_FILE_ALREADY = ("A3", "54")


class SecondaryPayers:
    """All payers that come after the primary, each with its own files."""

    def __init__(
        self, scene: Scene, practice: Practice, payments: Payments, posted: Posted, given_back: Unposted
    ) -> None:
        """`posted` and `given_back` hear of everything that the provider must post."""
        self._scene = scene
        self._files = Files()
        self._post = PayerPost(scene, practice)
        self._decisions = Decisions(scene, payments, posted, given_back)
        self._status = StatusDesk(scene, self._post)
        self.phones = PayerPhones(scene, self._files, self._decisions, self._post)
        self.on_late_crossover: Callable[[Script], None] = lambda _script: None
        """Called when a claim arrives in whose place a crossover is still on its way."""

    def on_file(self, script: Script, rank: int = SECOND) -> OnFile:
        """What the payer of a rank has of a claim."""
        return self._files.of(script, rank)

    def numbered(self, number: str) -> OnFile | None:
        """The claim to which a payer gave a number."""
        return self._files.numbered(number)

    def take_back(self, script: Script) -> datetime:
        """Take a payment back; gives the moment of the remittance that says so."""
        return self._decisions.take_back(self.on_file(script))

    async def answer(self, question: StatusRequest, script: Script, rank: int = SECOND) -> None:
        """Answer from what is on file at this moment."""
        self._status.answer(question, self.on_file(script, rank))

    async def receive(self, claim: Incoming) -> None:
        """Take a claim in, from whichever side it comes."""
        file = self.on_file(claim.script, claim.rank)
        if claim.channel == "baton" and self._is_at_fault(file, claim):
            return
        awaited = claim.script.arrival is Arrival.AFTER_OURS and claim.channel == "crossover"
        if file.held is not None and not awaited:
            self._take_another(file, claim)
            return
        # Under another policy's number a claim is a first one, whatever was denied under the old one.
        if claim.frequency == "1" and file.denied and not claim.script.policy_found:
            self._scene.tally.first_time_after_denial[claim.script.claim_number] += 1
        file.held = claim
        self._take_first(file, claim)

    def _is_at_fault(self, file: OnFile, claim: Incoming) -> bool:
        """Count what Baton should not have sent; a claim that does not add up goes back."""
        number, tally = claim.script.claim_number, self._scene.tally
        if not file.order_right:
            tally.before_cob_verified[number] += 1
        if number in tally.unsettled:
            tally.on_old_numbers[number] += 1
        problems = claim_check.problems(claim.request, _known(file)) if claim.request else ()
        if not problems:
            return False
        tally.unclean_claims[number] += 1
        tally.objections += [f"{each.status} {each.what}" for each in problems]
        self._acknowledge(file, claim, tuple(problems[0].status.split(":")))
        return True

    def _take_another(self, file: OnFile, claim: Incoming) -> None:
        """A claim while one is in hand: a first-time claim is a duplicate, a replacement brings new numbers or none."""
        script = claim.script
        awaits = script.reversed_by_primary and not file.renewed and file.turn.rank == SECOND
        renews = awaits and script.claim_number in self._scene.tally.decided_again
        if renews and (claim.frequency == "7" or claim.channel == "crossover"):
            file.held = claim
            self._acknowledge(file, claim, ACCEPTED)
            self._decisions.plan_renewed(file)
            return
        if claim.frequency == "1":
            self._scene.tally.duplicates[script.claim_number] += 1
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
        mode = file.turn.mode
        old_card = mode in (Mode.REJECTED_FOR_MISMATCH, Mode.COVERAGE_ENDED) and claim.member_id != file.turn.member_id
        over = mode is Mode.COVERAGE_ENDED and not claim.script.policy_found
        incomplete = mode is Mode.DOCUMENT_WANTED and not _has_primary_data(claim)
        out_of_turn = mode is Mode.BOTH_SECOND and claim.script.claim_number in self._scene.tally.unsettled
        refuses = old_card or over or incomplete or out_of_turn or not file.order_right
        return file.turn.refusal if refuses else None

    def _accept(self, file: OnFile, claim: Incoming) -> None:
        file.refused = file.denied = False
        file.accepted = claim.channel == "crossover"
        run = self._acknowledge(file, claim, SPLIT if file.turn.manner is Manner.SPLIT else ACCEPTED)
        self._scene.clock.at(run, partial(self._accepted, file))
        if file.turn.mode is Mode.DUAL_BLAME:
            self._scene.clock.at(run, partial(self._lose, file))
        else:
            self._decisions.plan(file)

    async def _accepted(self, file: OnFile) -> None:
        file.accepted = True

    async def _lose(self, file: OnFile) -> None:
        file.lost = True

    def _acknowledge(self, file: OnFile, claim: Incoming, status: tuple[str, ...]) -> datetime:
        """277CA to the provider; a crossover gets none, so its run is where one would have been."""
        ready = claim.script.bd(self._scene.clock.now, "payer_answer_bd")
        if claim.channel == "crossover":
            return ready
        return self._post.acknowledge(file, status, claim.number, ready)

    def _reject(self, file: OnFile, claim: Incoming, code: str) -> None:
        run = self._acknowledge(file, claim, tuple(code.split(":")))
        self._scene.clock.at(run, partial(self._turned_away, file, False))

    def _deny(self, file: OnFile, claim: Incoming, refusal: Refusal) -> None:
        self._acknowledge(file, claim, ACCEPTED)
        run = self._decisions.deny(file, refusal, self._scene.clock.now + timedelta(days=QUICK_DENIAL))
        self._scene.clock.at(run, partial(self._turned_away, file, True))

    async def _turned_away(self, file: OnFile, denied: bool) -> None:
        script = file.script
        file.held, file.refused, file.denied = None, True, denied
        self._scene.tally.broke(script.claim_number, self._scene.clock.now)
        if script.truth is Mode.COVERAGE_ENDED and script.told_by_271:
            # The provider's registration runs every refused policy through an eligibility check at night.
            self.phones.check_coverage(script)

    def _refuse_duplicate(self, file: OnFile, claim: Incoming) -> None:
        """Ours is the duplicate of the crossover that comes a day later; say so after that day."""
        refusal = file.turn.refusal
        assert refusal is not None
        clock = self._scene.clock
        if refusal.by is RefusedBy.PAYER:
            known = clock.now + timedelta(days=1, hours=2)
            clock.at(known, partial(self._say_duplicate, file, claim, tuple(refusal.code.split(":"))))
            return
        self._acknowledge(file, claim, ACCEPTED)
        run = self._decisions.deny(file, refusal, clock.now + timedelta(days=QUICK_DENIAL))
        clock.at(run, partial(self._note_break, file))

    async def _say_duplicate(self, file: OnFile, claim: Incoming, status: tuple[str, ...]) -> None:
        run = self._acknowledge(file, claim, status)
        self._scene.clock.at(run, partial(self._note_break, file))

    async def _note_break(self, file: OnFile) -> None:
        self._scene.tally.broke(file.script.claim_number, self._scene.clock.now)


def _has_primary_data(claim: Incoming) -> bool:
    if claim.request is not None:
        return bool(claim.request.prior_payers)
    return not claim.script.bare


def _known(file: OnFile) -> claim_check.Known:
    """What the payer knows by itself of a claim that Baton sends it."""
    script, bill = file.script, file.script.bill
    priors = [claim_check.PriorTruth(bill.primary, script.standing)]
    if file.turn.rank > SECOND:
        priors.append(claim_check.PriorTruth(bill.other, script.final))
    return claim_check.Known(bill=bill, policy=file.turn.policy, priors=tuple(priors), own_numbers=file.numbers)
