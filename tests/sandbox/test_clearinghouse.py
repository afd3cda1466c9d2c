"""What the clearinghouse answers to a file of Baton's: nothing, TA1, 999, and which requests come through."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest

from edi.acknowledgement import GroupAcknowledgement, InterchangeAcknowledgement, SetAcknowledgement
from edi.findings import Finding, Quarantined
from edi.reader import read
from sandbox.clearinghouse import Clearinghouse
from sandbox.clock import Clock
from sandbox.drop_folder import read_mail
from sandbox.ledger import Ledger
from sandbox.post_office import Controls, PostOffice
from sandbox.scene import Incoming, Scene
from sandbox.tally import Tally
from sandbox.x12_writer import Interchange, write
from tests.sandbox.drops import question
from tests.sandbox.test_drop_folder import AT, bill_of, claim_file


class Desk:
    """A clearinghouse, and everything that it sent."""

    def __init__(self, refused_share: float = 0.0) -> None:
        """Quiet so far."""
        self.clock, self.sent, self.tally = Clock(AT), list[bytes](), Tally()
        office = PostOffice(self.clock, Controls(), self._send)
        scene = Scene(self.clock, office, Ledger(), self.tally, 1)
        self.house = Clearinghouse(scene, bill_of(1).practice, self._receive, refused_share)

    def _send(self, _: str, file: Interchange) -> None:
        self.sent.append(write(file))

    async def _receive(self, _: Incoming) -> None:
        """No claim is passed on here."""

    async def answers(self) -> list[Any]:
        """What was said within some hours, read by Baton."""
        await self.clock.run_until(self.clock.now + timedelta(hours=5))
        return [each for data in self.sent for each in read(io.BytesIO(data))]


async def test_a_file_of_claims_is_acknowledged() -> None:
    """999 within hours, by the numbers of the file, and its claims come through."""
    desk = Desk()
    assert len(desk.house.open_mail(read_mail(claim_file(bill_of(1))))) == 1
    one, group = await desk.answers()
    assert isinstance(one, SetAcknowledgement)
    assert isinstance(group, GroupAcknowledgement)
    assert (one.accepted, one.set_control, one.header.acknowledged_group) == (True, "00770001", "77")
    assert desk.tally.unreadable == 0


async def test_a_question_is_answered_by_the_payer_alone() -> None:
    """A sound file of questions gets no 999: the answer is the 277."""
    desk = Desk()
    bill = bill_of(1)
    assert len(desk.house.open_mail(read_mail(question(bill, bill.other, "que-1", AT)))) == 1
    assert await desk.answers() == []


async def test_a_claim_that_cannot_be_understood_is_refused_by_999() -> None:
    """Baton's own reader finds the refusal, the segment and the set, and nothing comes through."""
    desk = Desk()
    broken = claim_file(bill_of(1)).replace(b"SV1*HC", b"SV3*HC")
    assert desk.house.open_mail(read_mail(broken)) == ()
    one, group = await desk.answers()
    assert (one.accepted, one.set_control, one.reasons) == (False, "00770001", ("5",))
    assert {(each.segment, each.loop, each.code) for each in one.errors} == {("SV1", "2400", "3")}
    assert (group.status, group.accepted_sets) == ("R", 0)
    assert desk.tally.unreadable == 1


async def test_an_envelope_that_does_not_fit_is_refused_by_ta1() -> None:
    """TA1 stands in an interchange without a group, and names the interchange that it refuses."""
    desk = Desk()
    cut = claim_file(bill_of(1)).replace(b"IEA*1*000000077", b"IEA*1*000000078")
    assert desk.house.open_mail(read_mail(cut)) == ()
    (said,) = await desk.answers()
    assert isinstance(said, InterchangeAcknowledgement)
    assert not said.accepted
    assert said.acknowledged_interchange == "000000077"
    assert desk.tally.unreadable == 1


async def test_what_nobody_can_read_is_counted() -> None:
    """Without an envelope there is nobody to answer, and the count is all that tells of it."""
    desk = Desk()
    assert desk.house.open_mail(read_mail(b"no X12 at all")) == ()
    assert await desk.answers() == []
    assert desk.tally.unreadable == 1


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
async def test_sound_files_may_be_refused_by_chance(share: float) -> None:
    """A share of files, by the seed, is refused whole without a fault; that is not the sender's mistake."""
    desk = Desk(share)
    taken = [bool(desk.house.open_mail(read_mail(claim_file(bill_of(1), control=number)))) for number in range(1, 101)]
    assert abs(taken.count(False) / 100 - share) < 0.15
    refused = [each for each in await desk.answers() if isinstance(each, InterchangeAcknowledgement)]
    assert len(refused) == taken.count(False)
    assert desk.tally.unreadable == 0


async def test_every_answer_is_sound_to_the_reader() -> None:
    """Refusals are X12 too: none of them leaves a finding."""
    desk = Desk()
    whole = claim_file(bill_of(1))
    for before, after in ((b"GE*1*77", b"GE*2*77"), (b"IEA*1*", b"IEA*3*"), (b"CLM*", b"CLN*"), (b"SE*", b"SE*9")):
        desk.house.open_mail(read_mail(whole.replace(before, after)))
    answers = await desk.answers()
    assert answers
    assert not [each for each in answers if isinstance(each, Finding | Quarantined)]
