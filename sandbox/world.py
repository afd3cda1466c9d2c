"""The world to try Baton in: all partners on one clock, reached through files, the ledger and notices only."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from functools import partial
from pathlib import Path

from journey.tempo import Tempo
from sandbox.billing_system import BillingSystem
from sandbox.case_workers import CaseWorkers
from sandbox.claim_file import SECOND, Decided
from sandbox.clearinghouse import Clearinghouse
from sandbox.clock import Clock
from sandbox.desk import Colleagues
from sandbox.door import Door
from sandbox.drop_folder import Mail, take
from sandbox.ledger import Ledger
from sandbox.noise import Deliver, Noise
from sandbox.payers import CrossoverCarrier, PrimaryPayers
from sandbox.payment_runs import Payments
from sandbox.people import Practice
from sandbox.post_office import Controls, PostOffice
from sandbox.posting_desk import PostingDesk
from sandbox.requests import ClaimRequest, Request, StatusRequest
from sandbox.scene import Scene
from sandbox.secondary_payers import SecondaryPayers
from sandbox.tally import Tally
from sandbox.truth import Bystander, Route, Script

POLL = timedelta(hours=2)
"""How often the partners look into the drop folder, in case time."""
DUNNING_HOUR = 22
GRACE = timedelta(days=4)
"""Case time that Baton gets to see the last journey end."""


def into_folder(pickup: Path) -> Deliver:
    """A delivery that writes whole files only: under a temporary name first, then renamed."""

    def deliver(name: str, data: bytes) -> None:
        part = pickup / f".{name}.part"
        part.write_bytes(data)
        os.replace(part, pickup / name)

    return deliver


class World:
    """One seeded world. Follow it on the wall clock with `run`, or step it with `clock.run_until`."""

    def __init__(
        self,
        scripts: Sequence[Script],
        tempo: Tempo,
        drop: Path,
        pickup: Path,
        ledger: Ledger,
        door: Door,
        seed: int,
        *,
        begins: datetime | None = None,
        controls: Controls | None = None,
        bystanders: Sequence[Bystander] = (),
        deliver: Deliver | None = None,
        quiet: bool = False,
    ) -> None:
        """Plan everything that happens by itself.

        Args:
            scripts: What truly happens, from `sandbox.casting.population`; at least one.
            tempo: Case time; the same as the cases'.
            drop: Folder into which Baton writes requests.
            pickup: Folder from which Baton reads files.
            ledger: The provider's ledger, without accounts.
            door: How the provider's people reach their cases.
            seed: Decides the noise in the post and every reference number.
            begins: Its first case moment; when absent, the tempo's.
            controls: The control numbers of an earlier world with the same partners: they go on from there.
            bystanders: Claims that travel along and need no coordination.
            deliver: Replaces the writing into `pickup`.
            quiet: True for a post that brings every file once and on time.
        """
        self.scripts = {each.claim_number: each for each in scripts}
        self.tempo = tempo
        self.drop = drop
        self.ledger = ledger
        self.tally = Tally()
        self.clock = Clock(begins or tempo.case_origin)
        self.controls = controls or Controls()
        noise = Noise(self.clock, self.controls, deliver or into_folder(pickup), seed, quiet)
        scene = Scene(self.clock, PostOffice(self.clock, self.controls, noise.send), ledger, self.tally, seed)
        self._cast(scene, scripts[0].bill.practice, door)
        self._begin(bystanders)

    @property
    def truths(self) -> Mapping[str, Script]:
        """What is true of each claim, by claim number."""
        return self.scripts

    @property
    def finished(self) -> bool:
        """True when every journey is over, and Baton had time to notice."""
        over = self.tally.complete_at
        return len(over) == len(self.scripts) and self.clock.now >= max(over.values()) + GRACE

    async def run(self, until: datetime | None = None) -> None:
        """Follow the tempo until a case moment, or until every journey is over."""
        await self.clock.follow(self.tempo, until, lambda: self.finished)

    def take_requests(self, now: datetime) -> None:
        """Hand what lies in the drop folder to the partners it is for."""
        for mail in take(self.drop):
            self.clock.at(max(now, mail.sent_at), partial(self._open_mail, mail))

    async def _open_mail(self, mail: Mail) -> None:
        """Not before it was sent: nobody can answer before."""
        for request in self.clearinghouse.open_mail(mail):
            await self._hand_over(request)

    async def _hand_over(self, request: Request) -> None:
        script = self._script(request)
        later = script.bill.policies[1:] if script else ()
        rank = next((at for at, each in enumerate(later, 2) if each.payer.payer_id == request.payer_id), 0)
        if script is None or not rank:
            self.tally.unknown += 1
        elif isinstance(request, ClaimRequest):
            self.clearinghouse.take_request(request, script, rank)
        else:
            await self.secondaries.answer(request, script, rank)

    def _script(self, request: Request) -> Script | None:
        """The claim that a request is about: by our number, by the payer's, or by member and days of service."""
        if request.claim_number or isinstance(request, ClaimRequest):
            return self.scripts.get(request.claim_number)
        file = self.secondaries.numbered(request.payer_claim_number)
        return file.script if file else next(filter(partial(_fits, request), self.scripts.values()), None)

    def _cast(self, scene: Scene, practice: Practice, door: Door) -> None:
        """Partners know each other only where a claim or a payment passes between them."""
        payments = Payments(scene, practice)
        self.posting = PostingDesk(scene)
        self.secondaries = SecondaryPayers(scene, practice, payments, self._decided, self.posting.given_back)
        self.posting.take_back = self.secondaries.take_back
        self.clearinghouse = Clearinghouse(scene, practice, self.secondaries.receive)
        self.carrier = CrossoverCarrier(scene, self.secondaries.receive)
        self.secondaries.on_late_crossover = self.carrier.find_again
        self.primaries = PrimaryPayers(scene, payments)
        self.primaries.on_reversed = self.posting.primary_reversed
        self.primaries.on_decided_again = self._decided_again
        self.billing = BillingSystem(scene, practice, self.clearinghouse.take_file)
        colleagues = Colleagues(self.secondaries.phones, self.primaries, self.posting)
        self.desk = CaseWorkers(scene, self.scripts, door, colleagues)

    def _decided(self, decided: Decided) -> None:
        self.posting.remitted(decided)
        if decided.turn.script.forwards_on and decided.turn.rank == SECOND:
            self.carrier.take_onward(decided.turn.script, decided.run)

    def _decided_again(self, script: Script, run: datetime) -> None:
        self.posting.primary_decided_again(script, run)
        self.carrier.take(script, run)

    def _begin(self, bystanders: Sequence[Bystander]) -> None:
        for script in self.scripts.values():
            remitted = self.primaries.remit(script)
            self.billing.bill_primary(script, remitted)
            self.posting.primary_remitted(script, remitted)
            self.carrier.take(script, remitted)
            if script.route is Route.BILLED:
                self.billing.bill_secondary(script, remitted)
            if script.route in (Route.DECLINED, Route.NOBODY) or script.protected:
                self.tally.broke(script.claim_number, remitted)
        for one in bystanders:
            self.billing.bill_bystander(one)
            self.primaries.remit_bystander(one)
        self.clock.at(self.clock.now, self._poll)
        self.clock.at(_evening(self.clock.now), self._dun)

    async def _poll(self) -> None:
        self.take_requests(self.clock.now)
        self.clock.at(self.clock.now + POLL, self._poll)

    async def _dun(self) -> None:
        now = self.clock.now
        self.ledger.run_day(now.date())
        self.clock.at(_evening(now + timedelta(hours=3)), self._dun)


def _fits(request: StatusRequest, script: Script) -> bool:
    """Whether a search by member and days could find a claim."""
    member = request.member_id in {each.member_id for each in script.bill.policies} | {script.true_member_id}
    first, last = request.service_from, request.service_to
    return member and first is not None and last is not None and first <= script.bill.service_from <= last


def _evening(moment: datetime) -> datetime:
    evening = datetime.combine(moment.date(), time(DUNNING_HOUR), UTC)
    return evening if evening >= moment else evening + timedelta(days=1)
