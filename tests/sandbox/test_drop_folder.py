"""The clearinghouse's own reading of the drop folder: what it understands, and what it refuses with which words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox import people
from sandbox.adjudication import primary_decision
from sandbox.drop_folder import Mail, read_mail, take
from sandbox.people import Bill
from sandbox.requests import ClaimRequest, StatusRequest
from sandbox.scene import CLEARINGHOUSE
from sandbox.x12_reading import ReadGroup, ReadSet, cents, is_amount
from sandbox.x12_syntax import interchange_set, syntax_set
from sandbox.x12_writer import Interchange, Partner, Separators, money, write
from tests.sandbox.drops import COORDINATOR, claim_transaction, question, secondary_claim

AT = datetime(2026, 3, 20, 15, 42, tzinfo=UTC)
SERVED, DECIDED = date(2026, 2, 20), date(2026, 3, 10)


def bill_of(seed: int = 1, form: str = "837P", dependent: bool = False, pays_first: int = 0) -> Bill:
    """An invented claim with two policies, the second held by a relative if asked for."""
    rng = Random(seed)
    practice, patient = people.practice(rng), people.person(rng)
    return Bill(
        claim_number=f"A{seed:06d}",
        form=form,
        facility="13" if form == "837I" else "11",
        patient=patient,
        practice=practice,
        primary=people.policy(rng, people.COMMERCIAL[pays_first], patient),
        secondary=people.policy(rng, people.COMMERCIAL[pays_first + 1], patient, dependent),
        lines=people.lines(rng, form, SERVED, 2),
        diagnoses=people.diagnoses(rng),
    )


def claim_file(bill: Bill, **more: Any) -> bytes:
    """The claim of a bill on its way to the secondary."""
    return secondary_claim(bill, primary_decision(Random(7), bill.lines), DECIDED, AT, **more)


def only(mail: Mail) -> Any:
    """The one request of a file."""
    (request,) = mail.requests
    return request


def group_of(mail: Mail) -> ReadGroup:
    """The one group of a file."""
    assert mail.file
    (group,) = mail.file.groups
    return group


@pytest.mark.parametrize("form", ["837P", "837I"])
@pytest.mark.parametrize("dependent", [False, True])
def test_a_claim_is_understood_loop_by_loop(form: str, dependent: bool) -> None:
    """Numbers, places, people, lines and everything that the primary decided arrive as they were written."""
    bill = bill_of(3, form, dependent)
    decision = primary_decision(Random(7), bill.lines)
    read = only(read_mail(claim_file(bill, frequency="7", original="S123", submission="sub-9")))
    assert isinstance(read, ClaimRequest)
    assert (read.submission_id, read.group_control, read.transaction_control) == ("sub-9", "77", "00770001")
    assert (read.sequence, read.payer_id, read.member_id) == ("S", bill.other.payer.payer_id, bill.other.member_id)
    assert (read.claim_number, read.charge, read.form, read.facility) == (
        bill.claim_number, bill.charge, form, bill.facility,
    )  # fmt: skip
    assert (read.frequency, read.original_payer_claim_number, read.sent_at) == ("7", "S123", AT)
    assert read.npis[0] == bill.practice.npi
    assert read.diagnoses == bill.diagnoses
    assert read.relationship == bill.other.relationship
    assert read.patient.birth == bill.patient.birth
    assert read.subscriber.birth == bill.other.holder.birth
    (first,) = read.prior_payers
    assert (first.sequence, first.payer_id, first.paid) == ("P", bill.primary.payer.payer_id, decision.paid)
    assert [each.control_number for each in read.lines] == [each.control_number for each in bill.lines]
    assert [(each.charge, each.procedure, each.revenue_code, each.service_date) for each in read.lines] == [
        (each.charge, each.procedure, each.revenue_code, each.service_date) for each in bill.lines
    ]
    for line, decided in zip(read.lines, decision.lines, strict=True):
        (prior,) = line.priors
        assert (prior.paid, prior.adjustments, prior.decided_on) == (decided.paid, decided.adjustments, DECIDED)


@pytest.mark.parametrize("dependent", [False, True])
def test_a_question_is_understood(dependent: bool) -> None:
    """TRN, payer, claim number, member, charge and days of a 276, whether or not the patient is the member."""
    bill = bill_of(5, dependent=dependent)
    read = only(read_mail(question(bill, bill.other, "que-1", AT)))
    assert isinstance(read, StatusRequest)
    assert (read.question_id, read.payer_id, read.claim_number) == (
        "que-1", bill.other.payer.payer_id, bill.claim_number,
    )  # fmt: skip
    assert (read.member_id, read.charge, read.sent_at) == (bill.other.member_id, bill.charge, AT)
    assert (read.service_from, read.service_to) == (bill.service_from, bill.service_to)


def test_a_range_of_days_keeps_both_ends() -> None:
    """DTP*472 as RD8 is a range, and its last day is not its first."""
    data = question(bill_of(5), bill_of(5).other, "que-1", AT)
    asked = data.replace(b"DTP*472*D8*20260220", b"DTP*472*RD8*20260213-20260227")
    read = only(read_mail(asked))
    assert (read.service_from, read.service_to) == (date(2026, 2, 13), date(2026, 2, 27))


@pytest.mark.parametrize("marks", [Separators("|", ">", "^", "~", ""), Separators("*", ":", "!", "'", "\r\n")])
def test_separators_are_those_of_the_file(marks: Separators) -> None:
    """Whatever ISA announces is used, and nothing else."""
    bill = bill_of(2)
    made = claim_transaction(bill, primary_decision(Random(7), bill.lines), DECIDED, AT)
    file = Interchange(Partner("BATON", "Baton", marks), CLEARINGHOUSE, AT, 5, (made,))
    assert only(read_mail(write(file))).lines == only(read_mail(claim_file(bill))).lines


def test_a_file_may_hold_several_claims() -> None:
    """Each transaction set is a claim of its own, and one that cannot be read takes no other with it."""
    made = [
        claim_transaction(bill, primary_decision(Random(7), bill.lines), DECIDED, AT, f"sub-{number}")
        for number, bill in enumerate(map(bill_of, (1, 2, 3)))
    ]
    data = write(Interchange(COORDINATOR, CLEARINGHOUSE, AT, 5, tuple(made)))
    assert [each.submission_id for each in read_mail(data).requests] == ["sub-0", "sub-1", "sub-2"]  # type: ignore[union-attr]
    charge = f"CLM*A000002*{money(bill_of(2).charge)}*".encode()
    mail = read_mail(data.replace(charge, b"CLM*A000002*much*"))
    assert [each.submission_id for each in mail.requests] == ["sub-0", "sub-2"]  # type: ignore[union-attr]
    assert [each.sound for each in group_of(mail).sets] == [True, False, True]
    assert syntax_set(group_of(mail)).segments[-1] == ("AK9", "P", "3", "3", "2")


def test_files_are_taken_once_and_in_order(tmp_path: Path) -> None:
    """A file moves to `taken/` before it is read; unfinished files under other names stay."""
    bill = bill_of(1)
    (tmp_path / "b.837").write_bytes(claim_file(bill, submission="second"))
    (tmp_path / "a.276").write_bytes(question(bill, bill.other, "first", AT))
    (tmp_path / ".c.837.part").write_bytes(b"ISA")
    kinds = [only(each).kind for each in take(tmp_path)]
    assert kinds == ["status_question", "secondary_claim"]
    assert sorted(each.name for each in (tmp_path / "taken").iterdir()) == ["a.276", "b.837"]
    assert list(take(tmp_path)) == []
    assert (tmp_path / ".c.837.part").exists()


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        (b"IEA*1*000000077", b"IEA*1*000000078", "001"),
        (b"IEA*1*", b"IEA*2*", "021"),
        (b"IEA*1*000000077~", b"", "023"),
        (b"GS*HC", b"ZZ*HC", "022"),
    ],
)
def test_an_envelope_that_does_not_fit_is_refused_whole(before: bytes, after: bytes, fault: str) -> None:
    """TA1 names the interchange by its number and says why; nothing in it is taken."""
    mail = read_mail(claim_file(bill_of(1)).replace(before, after))
    assert mail.requests == ()
    assert mail.file
    assert mail.file.fault == fault
    assert interchange_set(mail.file).segments == (("TA1", "000000077", "260320", "1542", "R", fault),)


@pytest.mark.parametrize("data", [b"", b"ISA", b"hello" * 40, b"ISA" + b"*" * 200])
def test_what_has_no_envelope_cannot_be_answered(data: bytes) -> None:
    """Without an ISA nobody knows whom to tell."""
    assert read_mail(data) == Mail(None)


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [(b"GE*1*77", b"GE*1*78", "4"), (b"GE*1*77", b"GE*2*77", "5"), (b"GE*1*77~", b"", "3")],
)
def test_a_group_that_does_not_fit_is_refused(before: bytes, after: bytes, fault: str) -> None:
    """AK9 refuses the group with the reason of its trailer."""
    mail = read_mail(claim_file(bill_of(1)).replace(before, after))
    assert mail.requests == ()
    assert syntax_set(group_of(mail)).segments == (
        ("AK1", "HC", "77", "005010X222A1"), ("AK9", "R", "1", "1", "0", fault),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        (b"ST*837*00770001*005010X222A1", b"ST*834*00770001*005010X222A1", "1"),
        (b"ST*837*00770001*005010X222A1", b"ST*837*00770001*004010X098A1", "1"),
        (b"*00770001~\nGE", b"*00770002~\nGE", "3"),
        (b"BHT*0019*00*sub-1*20260320*1542*CH~", b"", "4"),
    ],
)
def test_a_transaction_set_that_does_not_fit_is_refused(before: bytes, after: bytes, fault: str) -> None:
    """IK5 says R with the reason; the set's own number is returned, so that the sender finds the claim."""
    data = claim_file(bill_of(1))
    assert before in data
    mail = read_mail(data.replace(before, after))
    assert mail.requests == ()
    segments = syntax_set(group_of(mail)).segments
    assert segments[1][2] == "00770001"
    assert segments[-2] == ("IK5", "R", fault)
    assert segments[-1] == ("AK9", "R", "1", "1", "0")


@pytest.mark.parametrize(
    ("name", "element", "text", "complaint"),
    [
        ("SBR", 1, "", ("SBR", "8", "1", "1")),
        ("CLM", 2, "12.345", ("CLM", "8", "2", "6")),
        ("SV1", 2, "", ("SV1", "8", "2", "1")),
        ("DTP", 3, "20261340", ("DTP", "8", "3", "8")),
        ("CLM", 5, "", ("CLM", "8", "5", "1")),
    ],
)
def test_a_segment_that_cannot_be_used_is_named(
    name: str, element: int, text: str, complaint: tuple[str, str, str, str]
) -> None:
    """IK3 and IK4 name segment, loop, place and element, and never the value."""
    lines = claim_file(bill_of(1)).decode().split("~\n")
    at = next(place for place, each in enumerate(lines) if each.startswith(f"{name}*"))
    parts = lines[at].split("*")
    parts[element] = text
    lines[at] = "*".join(parts)
    mail = read_mail("~\n".join(lines).encode())
    assert mail.requests == ()
    _, _, where, what, end, _ = syntax_set(group_of(mail)).segments
    assert (where[1], where[4], what[1], what[3]) == complaint
    assert where[2] == str(at - 1)  # ST, the third segment of the file, is the first of the set
    assert end == ("IK5", "R", "5")
    assert not text or text not in str((where, what))


@pytest.mark.parametrize("name", ["CLM", "NM1*PR", "NM1*IL", "SBR", "SV1", "HL*2"])
def test_a_segment_that_is_missing_is_named(name: str) -> None:
    """Nothing is guessed: without a needed segment the set is refused."""
    data = claim_file(bill_of(1)).decode()
    kept = [each for each in data.split("~\n") if not each.startswith(name)]
    count = len(kept) - 5  # ISA, GS, GE, IEA, and what follows the last terminator
    ended = [f"SE*{count}*00770001" if each.startswith("SE*") else each for each in kept]
    mail = read_mail("~\n".join(ended).encode())
    assert mail.requests == ()
    (refused,) = group_of(mail).sets
    assert isinstance(refused, ReadSet)
    assert refused.fault == "5"


def test_an_undated_file_waits_for_nothing() -> None:
    """A file whose group bears no moment is handled at once: a bad date must not stop the world."""
    mail = read_mail(claim_file(bill_of(1)).replace(b"*20260320*1542*77*", b"*today*now*77*"))
    assert mail.sent_at < AT - timedelta(days=10_000)


@given(st.integers(-(10**9), 10**9))
def test_money_comes_back_as_it_was_written(amount: int) -> None:
    """Cents to X12 and back is the same number."""
    assert is_amount(money(amount))
    assert cents(money(amount)) == amount


@pytest.mark.parametrize("text", ["", "-", ".", "1.234", "1e3", "NaN", "1,5", "١", "1.", "--1"])
def test_what_is_no_amount_is_not_read_as_one(text: str) -> None:
    """Exponents, foreign digits, a third decimal: refused, not rounded."""
    assert not is_amount(text)


@given(st.data())
def test_no_damage_is_an_error_of_ours(data: st.DataObject) -> None:
    """Whatever bytes arrive, reading ends in requests or in a refusal."""
    whole = bytearray(claim_file(bill_of(1)))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at] = data.draw(st.integers(0, 255))
    mail = read_mail(bytes(whole))
    sound = mail.file is not None and not mail.file.fault
    assert sound or mail.requests == ()
