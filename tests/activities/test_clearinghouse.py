"""The drop folder: each claim and question leaves once in effect, as X12, with its corrections, or is held back."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from activities.clearinghouse import TAKEN, ClearinghouseDrop, Sent
from activities.folders import FolderError
from edi import cob_rules
from edi.claim import BilledClaim
from edi.envelope_out import Controls
from edi.parts import reference
from edi.reader import read
from edi.trading_partner import TRIAL
from journey.case import Action, ActionKind
from journey.claim import Claim
from journey.facts import ClaimHeldBack, RemitAdjudicated, SecondarySubmitted
from journey.words import Grade, Party
from tests.edi.made_claims import Made, billed, plain_decision, remitted
from tests.edi.secondary_orders import claim_in, remits_in, segments_of
from workflows.ports import Errand, Learnt

T0 = datetime(2026, 3, 2, 15, tzinfo=UTC)
SUBMIT = ActionKind.SUBMIT_SECONDARY
ASK = ActionKind.ASK_STATUS
MADE = Made(relations=("18", "18", "18"), filings=("MB", "CI", "CI"), decisions=(plain_decision((18_500, 6_400)),) * 2)

MakeErrand = Callable[..., Errand]


class Book:
    """A register in memory: the same action, the same numbers."""

    def __init__(self) -> None:
        """Nothing was registered yet."""
        self.sent: dict[str, Sent] = {}

    def register_submission(self, practice: str, action_key: str, case_id: str, frequency: str) -> Sent:
        """Count up, once for each key."""
        return self._numbered("SUB", action_key)

    def register_question(self, practice: str, action_key: str, case_id: str, searched_by: str) -> Sent:
        """Count up, once for each key."""
        return self._numbered("QUE", action_key)

    def _numbered(self, kind: str, key: str) -> Sent:
        number = len(self.sent) + 1
        fresh = Sent(f"{kind}-{number}", Controls(interchange=number, group=number, transaction=number))
        return self.sent.setdefault(key, fresh)


@pytest.fixture
def claim() -> Claim:
    """A claim with three policies, as billed to the first; every value in it is confidential."""
    return claim_in(billed(MADE))


@pytest.fixture
def remits(claim: Claim) -> tuple[RemitAdjudicated, ...]:
    """What the first two payers decided."""
    return tuple(fact for at in range(2) for fact in remits_in(remitted(MADE, at), claim))


@pytest.fixture
def errand(claim: Claim, remits: tuple[RemitAdjudicated, ...]) -> MakeErrand:
    """Makes an errand of a kind, with a detail and a key."""

    def make(
        kind: ActionKind, detail: dict[str, str] | None = None, key: str = "case-a:1", to: Party = Party.SECONDARY
    ) -> Errand:
        action = Action(key=key, kind=kind, asked_at=T0, reason="Primary paid 12 Mar", to=to, detail=detail or {})
        return Errand(case_id="case-a", practice="north", action=action, claim=claim, now=T0, prior_remittances=remits)

    return make


@pytest.fixture
def book() -> Book:
    """An empty register."""
    return Book()


@pytest.fixture
def port(tmp_path: Path, book: Book) -> ClearinghouseDrop:
    """The port on an empty drop folder."""
    return ClearinghouseDrop(tmp_path, book)


def files(folder: Path) -> list[str]:
    """Names of all files, hidden ones too."""
    return sorted(each.name for each in folder.iterdir() if each.is_file())


def text_in(folder: Path, name: str = "SUB-1.837") -> str:
    """A file as it left."""
    return (folder / name).read_text(encoding="ascii")


def claim_sent(folder: Path, name: str = "SUB-1.837") -> BilledClaim:
    """The one claim of a file as a partner reads it."""
    (found,) = (each for each in read(io.BytesIO((folder / name).read_bytes())) if isinstance(each, BilledClaim))
    return found


def asked(folder: Path) -> list[str]:
    """The segments of the question."""
    return segments_of(text_in(folder, "QUE-1.276"))


def submitted(learnt: Learnt) -> SecondarySubmitted:
    """The one fact of a submission."""
    (fact,) = learnt.facts
    assert isinstance(fact, SecondarySubmitted)
    return fact


def held_back(learnt: Learnt) -> ClaimHeldBack:
    """The one fact of a claim that did not leave."""
    (fact,) = learnt.facts
    assert isinstance(fact, ClaimHeldBack)
    assert not learnt.outcome.succeeded
    assert all(each in learnt.outcome.problem for each in fact.problems)
    return fact


# ---- claims ---------------------------------------------------------------------------------------------------------


def test_a_claim_leaves_as_x12_that_passes_every_rule(
    port: ClearinghouseDrop, errand: MakeErrand, tmp_path: Path, book: Book
) -> None:
    """Payer, member, decision and the numbers that its answers will return stand in one interchange."""
    detail = {"frequency": "7", "original_payer_claim_number": "SEC9", "protective": "yes", "attachment": "DOC77"}
    port.submit_secondary(errand(SUBMIT, detail))
    sent, text = claim_sent(tmp_path), text_in(tmp_path)
    assert cob_rules.check(text) == ()
    assert (sent.payer.identifier, sent.subscriber.party.identifier) == ("70002", "MEM002")
    assert (sent.frequency, sent.original_payer_claim_number) == ("7", "SEC9")
    assert (reference(sent.references, "D9"), sent.header.reference, sent.header.test) == ("SUB-1", "SUB-1", True)
    assert (sent.where.interchange_control, sent.where.group_control) == ("000000001", "1")
    assert [each.paid_cents for each in sent.other_coverages] == [12_450, None]
    assert "PWK*EB*FX***AC*DOC77" in segments_of(text)


def test_a_submission_is_a_documented_fact(port: ClearinghouseDrop, errand: MakeErrand) -> None:
    """The case learns what went out; writing a file is a document of ours, no receipt."""
    learnt = port.submit_secondary(errand(SUBMIT))
    fact = submitted(learnt)
    assert (learnt.outcome.succeeded, learnt.outcome.reference, learnt.outcome.key) == (True, "SUB-1", "case-a:1")
    assert (fact.submission_id, fact.frequency, fact.payer_id, fact.ours) == ("SUB-1", "1", "70002", True)
    assert (fact.sender, fact.grade, fact.happened_at) == (Party.BATON, Grade.DOCUMENTED, T0)


def test_a_claim_to_the_third_payer_tells_both_decisions(
    port: ClearinghouseDrop, errand: MakeErrand, tmp_path: Path
) -> None:
    """F15: the destination is the third policy, and the fact says whom the claim went to."""
    learnt = port.submit_secondary(errand(SUBMIT, {"destination": "3"}))
    sent = claim_sent(tmp_path)
    assert (sent.coverage.sequence, submitted(learnt).payer_id, submitted(learnt).member_id) == ("T", "70003", "MEM003")
    assert [each.paid_cents for each in sent.other_coverages] == [12_450, 12_450]


def test_corrections_go_into_the_claim_that_leaves(port: ClearinghouseDrop, errand: MakeErrand, tmp_path: Path) -> None:
    """V3: the resubmission has the right member, the primary's policy stays, the fact says which member went out."""
    detail = {"member_id": "NEW-1", "patient_birth_date": "1950-05-31", "provider_npi": "1999999984"}
    learnt = port.submit_secondary(errand(SUBMIT, detail | {"tertiary.member_id": "NEW-3"}))
    sent = claim_sent(tmp_path)
    assert (sent.subscriber.party.identifier, sent.subscriber.birth) == ("NEW-1", date(1950, 5, 31))
    assert [each.insured.identifier for each in sent.other_coverages if each.insured] == ["MEM001", "NEW-3"]
    assert sent.billing.npi == "1999999984"
    assert submitted(learnt).member_id == "NEW-1"


@pytest.mark.parametrize(
    "detail",
    [
        {"member_birth_date": "QMB4471190"},
        {"shoe_size": "QMB4471190"},
        {"claim_number": "QMB4471190"},
        {"primary.claim_number": "QMB4471190"},
        {"frequency": "9-QMB4471190"},
        {"protective": "QMB4471190"},
        {"destination": "QMB4471190"},
        {"frequency": "7"},
        {"provider_npi": "QMB4471190"},
        {"member_id": "QMB*4471190"},
        {"insurance_type": "QMB4471190", "filing_indicator": "MB"},
    ],
)
def test_what_is_wrong_is_held_back_before_any_number_is_used(
    port: ClearinghouseDrop, errand: MakeErrand, tmp_path: Path, book: Book, detail: dict[str, str]
) -> None:
    """A claim that a rule refuses never leaves; the fact names field and fix and no value, no number is used up."""
    fact = held_back(port.submit_secondary(errand(SUBMIT, detail)))
    assert fact.problems
    assert "4471190" not in " ".join(fact.problems)
    assert (fact.key, fact.sender, files(tmp_path), book.sent) == ("case-a:1", Party.BATON, [], {})


def test_a_claim_held_back_goes_once_it_is_corrected(
    port: ClearinghouseDrop, errand: MakeErrand, tmp_path: Path
) -> None:
    """Medicare as a later payer needs a reason; the task names the field, and with it the claim leaves."""
    fact = held_back(port.submit_secondary(errand(SUBMIT, {"filing_indicator": "MB"})))
    assert "insurance_type" in " ".join(fact.problems)
    detail = {"filing_indicator": "MB", "insurance_type": "12"}
    assert submitted(port.submit_secondary(errand(SUBMIT, detail, key="case-a:2"))).submission_id == "SUB-1"
    assert claim_sent(tmp_path).coverage.insurance_type == "12"


def test_remittances_that_were_taken_back_are_not_told(
    port: ClearinghouseDrop, errand: MakeErrand, tmp_path: Path, remits: tuple[RemitAdjudicated, ...]
) -> None:
    """An errand may bring all that was heard: what a reversal undid is no decision, and without one nothing leaves."""
    first = remits[0]
    minus = tuple(each.model_copy(update={"amount": -each.amount}) for each in first.adjustments)
    back = first.model_copy(
        update={"fact_id": "back", "claim_status": "22", "charge": -first.charge, "paid": -first.paid,
                "adjustments": minus, "happened_at": first.happened_at + timedelta(days=1)}
    )  # fmt: skip
    reversed_ = errand(SUBMIT).model_copy(update={"prior_remittances": (first, back)})
    assert "no standing decision" in " ".join(held_back(port.submit_secondary(reversed_)).problems)
    again = first.model_copy(update={"fact_id": "again", "happened_at": back.happened_at + timedelta(days=1)})
    corrected = errand(SUBMIT).model_copy(update={"prior_remittances": (first, back, again)})
    assert submitted(port.submit_secondary(corrected))


def test_the_same_action_writes_the_same_file_once(port: ClearinghouseDrop, errand: MakeErrand, tmp_path: Path) -> None:
    """A retry after a crash finds its file and leaves it: same numbers, same content, same facts."""
    first = port.submit_secondary(errand(SUBMIT))
    content = (tmp_path / "SUB-1.837").read_bytes()
    inode = (tmp_path / "SUB-1.837").stat().st_ino
    assert port.submit_secondary(errand(SUBMIT)) == first
    assert (tmp_path / "SUB-1.837").stat().st_ino == inode
    (tmp_path / "SUB-1.837").unlink()
    port.submit_secondary(errand(SUBMIT))
    assert (tmp_path / "SUB-1.837").read_bytes() == content
    assert files(tmp_path) == ["SUB-1.837"]


def test_a_retry_does_not_send_again_what_was_collected(
    port: ClearinghouseDrop, errand: MakeErrand, tmp_path: Path
) -> None:
    """The clearinghouse moved the file before the answer reached us: a second one would be a duplicate claim (I2)."""
    first = port.submit_secondary(errand(SUBMIT))
    (tmp_path / TAKEN).mkdir()
    (tmp_path / "SUB-1.837").rename(tmp_path / TAKEN / "SUB-1.837")
    assert port.submit_secondary(errand(SUBMIT)) == first
    assert files(tmp_path) == []


def test_another_action_is_another_submission(port: ClearinghouseDrop, errand: MakeErrand, tmp_path: Path) -> None:
    """A resubmission has numbers of its own."""
    port.submit_secondary(errand(SUBMIT))
    port.submit_secondary(errand(SUBMIT, key="case-a:2"))
    assert files(tmp_path) == ["SUB-1.837", "SUB-2.837"]
    assert claim_sent(tmp_path, "SUB-2.837").where.interchange_control == "000000002"


def test_two_workers_with_one_errand_send_one_claim(
    port: ClearinghouseDrop, errand: MakeErrand, tmp_path: Path
) -> None:
    """A worker that was thought dead and its successor may both write; one file of one content stands."""
    workers = [threading.Thread(target=port.submit_secondary, args=(errand(SUBMIT),)) for _ in range(6)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert files(tmp_path) == ["SUB-1.837"]
    assert claim_sent(tmp_path).header.reference == "SUB-1"


def test_a_folder_in_trouble_is_tried_again_with_the_same_numbers(
    book: Book, errand: MakeErrand, tmp_path: Path
) -> None:
    """An unmounted share delays a claim and neither loses nor doubles it; the error tells nobody's data."""
    share = tmp_path / "share"
    port = ClearinghouseDrop(share, book)
    with pytest.raises(FolderError) as raised:
        port.submit_secondary(errand(SUBMIT))
    assert not {"CT778812", "MEM002", "QUILLFEATHER"} & set(str(raised.value).split())
    share.mkdir()
    assert submitted(port.submit_secondary(errand(SUBMIT))).submission_id == "SUB-1"
    assert files(share) == ["SUB-1.837"]


def test_names_of_files_tell_nothing(port: ClearinghouseDrop, errand: MakeErrand, tmp_path: Path) -> None:
    """File names reach logs of every transfer program on the way (I11)."""
    port.submit_secondary(errand(SUBMIT))
    port.ask_status(errand(ASK, key="case-a:2"))
    assert files(tmp_path) == ["QUE-2.276", "SUB-1.837"]


def test_who_sends_to_whom_and_when_is_the_offices(errand: MakeErrand, book: Book, tmp_path: Path) -> None:
    """Both ends are settings, and the file states the time of day where the office works."""
    receiver = TRIAL.receiver.model_copy(update={"party": "HOUSE9", "identifier": "HOUSE9"})
    partner = TRIAL.model_copy(update={"receiver": receiver, "test": False})
    port = ClearinghouseDrop(tmp_path, book, partner, ZoneInfo("America/New_York"))
    port.submit_secondary(errand(SUBMIT))
    sent = claim_sent(tmp_path)
    assert sent.header.receiver is not None
    assert (sent.header.receiver.identifier, sent.header.test) == ("HOUSE9", False)
    assert "BHT*0019*00*SUB-1*20260302*1000*CH" in segments_of(text_in(tmp_path))


# ---- questions ------------------------------------------------------------------------------------------------------


def test_a_question_by_member_and_date(port: ClearinghouseDrop, errand: MakeErrand, tmp_path: Path) -> None:
    """The first search: exact dates of service and the charge; its outcome brings no fact, the answer will."""
    learnt = port.ask_status(errand(ASK, {"search": "member_and_date", "payer_claim_number": ""}))
    assert (learnt.outcome.reference, learnt.facts) == ("QUE-1", ())
    told = {"TRN*1*QUE-1", "NM1*IL*1*QUILLFEATHER*ADA****MI*MEM002", "AMT*T3*249", "DTP*472*D8*20260210"}
    assert told <= set(asked(tmp_path))
    assert "NM1*PR*2*PAYER 2*****PI*70002" in asked(tmp_path)


def test_a_question_by_range_is_another_search(port: ClearinghouseDrop, errand: MakeErrand, tmp_path: Path) -> None:
    """Two answers make 'no record' only if they were searched differently: wider dates, no charge (field notes 1.9)."""
    port.ask_status(errand(ASK, {"search": "member_and_range"}))
    assert "DTP*472*RD8*20260203-20260217" in asked(tmp_path)
    assert [each for each in asked(tmp_path) if each.startswith("AMT")] == []


def test_a_question_by_the_payers_number(port: ClearinghouseDrop, errand: MakeErrand, tmp_path: Path) -> None:
    """Where the payer once gave a number, it is the surest search."""
    port.ask_status(errand(ASK, {"search": "payer_claim_number", "payer_claim_number": "ICN5"}))
    assert "REF*1K*ICN5" in asked(tmp_path)


def test_a_question_uses_the_corrected_member(port: ClearinghouseDrop, errand: MakeErrand, tmp_path: Path) -> None:
    """Asking by the wrong member after the correction would find nothing and look like a lost claim."""
    port.ask_status(errand(ASK, {"search": "member_and_date", "member_id": "NEW-1"}))
    assert "NM1*IL*1*QUILLFEATHER*ADA****MI*NEW-1" in asked(tmp_path)


@pytest.mark.parametrize(("to", "payer"), [(Party.PRIMARY, "70001"), (Party.TERTIARY, "70003")])
def test_a_question_goes_to_whom_it_is_asked_of(
    port: ClearinghouseDrop, errand: MakeErrand, tmp_path: Path, to: Party, payer: str
) -> None:
    """The first payer may be asked whether it forwarded, the third what became of its claim."""
    port.ask_status(errand(ASK, to=to))
    assert [each.split("*")[9] for each in asked(tmp_path) if each.startswith("NM1*PR")] == [payer]


@pytest.mark.parametrize(
    "detail", [{"search": "by_shoe_size"}, {"search": "payer_claim_number"}, {"member_id": "QMB~4471190"}]
)
def test_a_question_that_cannot_be_asked_ends_the_errand(
    port: ClearinghouseDrop, errand: MakeErrand, tmp_path: Path, book: Book, detail: dict[str, str]
) -> None:
    """No retry helps a search that does not exist or lacks its key; nothing leaves, no value is told."""
    outcome = port.ask_status(errand(ASK, detail)).outcome
    assert not outcome.succeeded
    assert "4471190" not in outcome.problem
    assert (files(tmp_path), book.sent) == ([], {})
