"""What partners write is sound X12: read back by Baton without a finding, and by two independent validators."""

from __future__ import annotations

import io
import logging
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from random import Random
from typing import Any

import oxedi
import pytest
import pyx12.params
import pyx12.x12n_document

from sandbox.adjudication import Adjudication, Adjustment, primary_decision, refused, reversed_decision
from sandbox.casting import population
from sandbox.people import MEDICARE, lines
from sandbox.truth import Manner
from sandbox.x12_coverage import Eligibility, Known, coverage_set
from sandbox.x12_remittance import Payment, ProviderAdjustment, RemittedClaim, remittance_set
from sandbox.x12_writer import Interchange, Partner, Separators, TransactionSet, adjustments, money, write

START = datetime(2026, 3, 2, 5, tzinfo=UTC)
SCRIPT = population(16, 3, START)[0]
PAYMENT = Payment(MEDICARE[0], SCRIPT.bill.practice, date(2026, 4, 1), "T1")


def remitted(decision: Adjudication, status: str = "2") -> RemittedClaim:
    """One claim of a remittance."""
    return RemittedClaim(SCRIPT.bill, SCRIPT.bill.other, status, decision, "N1")


async def test_every_file_is_read_back_without_a_finding(make_stage: Any, problems: Any) -> None:
    """All kinds of files of a whole world, in five ways of writing, are clean to Baton's reader."""
    stage = await make_stage(claims=40).play()
    for name, data in stage.good:
        assert not problems(data), name
    kinds = {name.split("-")[1] for name in stage.files}
    assert kinds == {"837p", "837i", "835", "277ca", "277", "999", "271"}


async def test_remittances_balance_and_say_what_was_decided(make_stage: Any, items: Any) -> None:
    """BPR02 = ΣCLP04 − ΣPLB in every file, and the amounts of each claim are those of its script."""
    stage = await make_stage(claims=40).play()
    said: dict[str, set[tuple[str, int, int]]] = {}
    for name, data in stage.files.items():
        if "-835-" not in name:
            continue
        for each in items(data):
            if each.type == "remittance_totals":
                assert each.balanced
                assert each.paid_cents >= 0
            elif each.type == "remittance_claim":
                said.setdefault(each.number, set()).add((each.status, each.charge_cents, each.paid_cents))
    for script in stage.world.scripts.values():
        mine = said[script.claim_number]
        assert (script.primary_status, script.bill.charge, script.primary.paid) in mine
        if script.second:
            assert (script.second.status, script.bill.charge, script.standing.paid) in mine
        if script.manner is Manner.SPLIT:
            parts = [(charge, paid) for status, charge, paid in mine if status == "2"]
            assert tuple(map(sum, zip(*parts, strict=True))) == (script.bill.charge, script.final.paid)
        elif script.resolution not in ("R5", "R6"):
            assert ("20" if script.forwards_on else "2", script.bill.charge, script.final.paid) in mine
        if script.tertiary:
            assert ("3", script.bill.charge, script.tertiary.paid) in mine


async def test_takebacks_are_carried_until_they_are_made_up_for(make_stage: Any, items: Any) -> None:
    """What a run cannot pay back stands as FB in it and is taken from later runs: all FB of a payer add up to zero."""
    stage = await make_stage(claims=60, only="F9").play()
    carried: Counter[str] = Counter()
    for name, data in stage.files.items():
        if "-835-" in name:
            for each in items(data):
                if each.type == "remittance_totals":
                    moved = sum(p.cents for p in each.provider_adjustments if p.reason == "FB")
                    carried[each.header.payer.identifier] += moved
    assert any("-835-" in name for name in stage.files)
    assert all(cents <= 0 for cents in carried.values())


async def test_claims_carry_both_policies(make_stage: Any, items: Any) -> None:
    """The 837 to the primary names the secondary in 2320; the copy to the secondary carries the primary's decision."""
    stage = await make_stage(claims=40).play()
    billed = [each for name, data in stage.good if "-837" in name for each in items(data)]
    scripts = stage.world.scripts
    for each in billed:
        script = scripts.get(each.number)
        if script is None:
            assert not each.other_coverages
            continue
        assert each.charge_cents == script.bill.charge
        assert each.billing.npi == script.bill.practice.npi
        if each.coverage.sequence == "P":
            assert each.payer.identifier == script.bill.primary.payer.payer_id
            named = [other.payer.identifier for other in each.other_coverages]
            assert named == [policy.payer.payer_id for policy in script.bill.policies[1:]]
        else:
            assert each.payer.identifier == script.bill.other.payer.payer_id
            said = sum(a.paid_cents for line in each.lines for a in line.adjudications)
            assert each.other_coverages[0].paid_cents == (None if script.bare else script.primary.paid)
            assert said == (0 if script.bare else script.primary.paid)
    assert {each.coverage.sequence for each in billed} == {"P", "S"}
    assert any(each.patient is not None for each in billed)


async def test_files_hold_several_claims(make_stage: Any, items: Any) -> None:
    """Partners send daily batches, not a file for each claim."""
    stage = await make_stage(claims=40).play()
    sizes = [len(items(data)) for name, data in stage.files.items() if "-837p-" in name]
    assert max(sizes) > 2


async def test_oxedi_finds_nothing_in_any_remittance(make_stage: Any) -> None:
    """An independent reader with SNIP 1 to 3 agrees: structure, codes, claim, service and transaction balance."""
    stage = await make_stage(claims=40).play()
    remittances = [data for name, data in stage.files.items() if "-835-" in name]
    assert remittances
    for data in remittances:
        assert not list(oxedi.parse(data).diagnostics)


async def test_pyx12_accepts_every_kind_of_file(make_stage: Any) -> None:
    """An independent validator of the guides agrees on 837P, 837I, 835, 277CA and 999 (it maps neither 277 nor 271)."""
    stage = await make_stage(claims=40).play()
    logging.disable(logging.CRITICAL)
    try:
        checked: Counter[str] = Counter()
        for name, data in stage.files.items():
            kind = name.split("-")[1]
            if kind not in ("277", "271") and checked[kind] < 3:
                checked[kind] += 1
                assert accepted_by_pyx12(data), name
    finally:
        logging.disable(logging.NOTSET)
    assert set(checked) == {"837p", "837i", "835", "277ca", "999"}


def accepted_by_pyx12(data: bytes) -> bool:
    """Validate one file in memory."""
    source = io.StringIO(data.decode("ascii"))
    return bool(pyx12.x12n_document.x12n_document(pyx12.params.params(), source, io.StringIO(), None))


def test_money_is_written_without_needless_zeros() -> None:
    """X12 decimals: no trailing zeros, a leading minus, cents kept."""
    assert [money(cents) for cents in (0, 5, 50, 1250, 100_000, -30_000, -1)] == [
        "0", "0.05", "0.5", "12.5", "1000", "-300", "-0.01",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "separators", [Separators(), Separators("|", ">", "^", "~", ""), Separators("*", "<", "^", "'")]
)
def test_separators_are_the_senders_own(separators: Separators) -> None:
    """The ISA announces what the file uses, and counts and control numbers agree."""
    content = TransactionSet("835", "005010X221A1", "HP", (("SVC", ("HC", "99213"), "1"),))
    sender = Partner("S", "Sender", separators)
    text = write(Interchange(sender, Partner("R", "Receiver"), START, 7, (content, content))).decode()
    assert text[3] == separators.element
    assert text[104] == separators.component
    assert text[105] == separators.segment
    assert f"HC{separators.component}99213" in text
    assert text.count(f"SE{separators.element}3{separators.element}") == 2
    assert f"GE{separators.element}2{separators.element}7" in text


def test_a_payment_is_never_below_zero() -> None:
    """A reversal alone must be carried forward; the writer refuses a negative payment."""
    back = remitted(reversed_decision(SCRIPT.primary), "22")
    with pytest.raises(ValueError, match="less than nothing"):
        remittance_set([back], PAYMENT)
    moved = ProviderAdjustment("FB", "T1", -SCRIPT.primary.paid)
    kept = Payment(PAYMENT.payer, PAYMENT.practice, PAYMENT.on, PAYMENT.trace, (moved,))
    assert remittance_set([back], kept).segments[0][1] == "H"


def test_a_reversal_negates_everything() -> None:
    """CLP02 = 22: charge, payment and adjustments negated in their groups, no patient share (field notes 1.7)."""
    kept = Payment(
        PAYMENT.payer, PAYMENT.practice, PAYMENT.on, "T1", (ProviderAdjustment("FB", "T1", -SCRIPT.primary.paid),)
    )
    segments = remittance_set([remitted(reversed_decision(SCRIPT.primary), "22")], kept).segments
    head = next(each for each in segments if each[0] == "CLP")
    assert head[3:6] == (money(-SCRIPT.bill.charge), money(-SCRIPT.primary.paid), "")


def test_a_refusal_accounts_for_the_whole_charge() -> None:
    """Nothing paid: the whole charge under one reason, or what the primary left of it beside OA23."""
    decision = primary_decision(Random(1), lines(Random(1), "837P", date(2026, 3, 1)))
    whole = refused(decision, "CO", "31")
    assert whole.paid == 0
    assert whole.written_off == decision.charge


def test_adjustments_are_six_to_a_segment() -> None:
    """A CAS has room for six reasons; a seventh begins another segment of the group, and none is lost."""
    given = [Adjustment(group="CO", reason=str(number), cents=number) for number in range(1, 9)]
    segments = adjustments(given)
    assert [each[:2] for each in segments] == [("CAS", "CO")] * 2
    assert [each[place] for each in segments for place in range(2, len(each), 3)] == [each.reason for each in given]


def test_at_the_claim_each_reason_stands_once() -> None:
    """Lines' adjustments at claim level are sums by group and reason, and the claim still balances."""
    said = replace(remitted(SCRIPT.final), by_line=False)
    stated = [each for each in remittance_set([said], PAYMENT).segments if each[0] == "CAS"]
    reasons = [(each[1], each[place]) for each in stated for place in range(2, len(each), 3)]
    assert len(set(reasons)) == len(reasons)
    assert set(reasons) == {(each.group, each.reason) for line in SCRIPT.final.lines for each in line.adjustments}


def test_a_plb_has_room_for_six() -> None:
    """Seven moves of one run stand in two segments, and the payment takes off all of them."""
    moved = tuple(ProviderAdjustment("WO", f"R{number}", 100) for number in range(7))
    payment = Payment(PAYMENT.payer, PAYMENT.practice, PAYMENT.on, "T1", moved)
    segments = remittance_set([remitted(SCRIPT.primary)], payment).segments
    assert [(len(each) - 3) // 2 for each in segments if each[0] == "PLB"] == [6, 1]
    assert segments[0][2] == money(SCRIPT.primary.paid - 700)


def test_money_may_move_without_a_claim() -> None:
    """A remittance that only recoups pays nothing, carries the rest forward and has no LX."""
    moved = (ProviderAdjustment("WO", "R1", 500), ProviderAdjustment("FB", "T1", -500))
    segments = remittance_set([], Payment(PAYMENT.payer, PAYMENT.practice, PAYMENT.on, "T1", moved)).segments
    assert segments[0][:3] == ("BPR", "H", "0")
    assert not [each for each in segments if each[0] in ("LX", "CLP")]


@pytest.mark.parametrize("own", [True, False])
def test_a_271_tells_coverage_and_the_other_payers(items: Any, own: bool) -> None:
    """Active on the day, since when, and who else is on the COB record at which place; ended says until when."""
    bill = next(each.bill for each in population(60, 3, START) if (each.bill.primary.relationship == "18") is own)
    since, seen = date(2024, 1, 1), date(2026, 4, 1)
    first = Eligibility(bill, bill.primary, True, since, None, (Known(bill.other, 2, since, seen),))
    second = Eligibility(bill, bill.other, False, since, date(2026, 1, 31))
    sender = Partner(bill.primary.payer.payer_id, bill.primary.payer.name)
    data = write(
        Interchange(sender, Partner("R", "Receiver"), START, 7, (coverage_set(sender, [first, second], START, "B"),))
    )
    active, ended = items(data)
    assert (active.active, active.since, active.until, active.verified) == (True, since, None, seen)
    assert [(each.identifier, each.order) for each in active.others] == [(bill.other.payer.payer_id, 2)]
    assert active.subscriber.party.identifier == bill.primary.member_id
    assert (active.dependent is None) is own
    assert (ended.active, ended.until, ended.others) == (False, date(2026, 1, 31), ())
