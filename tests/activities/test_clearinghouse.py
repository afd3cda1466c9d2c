"""The drop folder: each submission and question leaves once in effect, with its corrections, under stable numbers."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from activities.clearinghouse import TAKEN, ClearinghouseDrop, Controls
from activities.folders import FolderError
from journey.case import ActionKind
from journey.claim import Claim
from journey.facts import RemitAdjudicated, SecondarySubmitted
from journey.words import Grade, Party
from workflows.ports import Errand, Learnt, StatusQuestion, SubmissionRequest

T0 = datetime(2026, 3, 2, 15, tzinfo=UTC)
SUBMIT = ActionKind.SUBMIT_SECONDARY
ASK = ActionKind.ASK_STATUS

MakeErrand = Callable[..., Errand]


class Book:
    """A register in memory: the same action, the same numbers."""

    def __init__(self) -> None:
        """Nothing was registered yet."""
        self.submissions: dict[str, Controls] = {}
        self.questions: dict[str, str] = {}

    def register_submission(self, practice: str, action_key: str, case_id: str, frequency: str) -> Controls:
        """Count up, once for each key."""
        number = len(self.submissions) + 1
        fresh = Controls(f"sub-{number}", f"{number:09}", str(number), f"{number:04}")
        return self.submissions.setdefault(action_key, fresh)

    def register_question(self, practice: str, action_key: str, case_id: str, searched_by: str) -> str:
        """Count up, once for each key."""
        return self.questions.setdefault(action_key, f"que-{len(self.questions) + 1}")


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


def request_in(folder: Path, name: str = "sub-1.claim.json") -> SubmissionRequest:
    """The submission as a partner reads it."""
    return SubmissionRequest.model_validate_json((folder / name).read_bytes())


def question_in(folder: Path) -> StatusQuestion:
    """The question as a partner reads it."""
    return StatusQuestion.model_validate_json((folder / "que-1.status.json").read_bytes())


def submitted(learnt: Learnt) -> SecondarySubmitted:
    """The one fact of a submission."""
    (fact,) = learnt.facts
    assert isinstance(fact, SecondarySubmitted)
    return fact


def test_a_submission_carries_all_that_the_claim_needs(
    port: ClearinghouseDrop, errand: MakeErrand, tmp_path: Path, claim: Claim, remit: RemitAdjudicated
) -> None:
    """Claim, payer, what the primary decided, and the numbers that its answers will return."""
    port.submit_secondary(
        errand(SUBMIT, {"frequency": "7", "original_payer_claim_number": "ICN5", "protective": "yes"})
    )
    request = request_in(tmp_path)
    assert (request.claim, request.prior_remittances) == (claim, (remit,))
    assert (request.payer_id, request.payer_name) == ("SEC22", "Second Mutual")
    assert (request.frequency, request.original_payer_claim_number, request.protective) == ("7", "ICN5", True)
    numbers = (request.interchange_control, request.group_control, request.transaction_control)
    assert numbers == ("000000001", "1", "0001")
    assert request.written_at == T0


def test_a_submission_is_a_documented_fact(port: ClearinghouseDrop, errand: MakeErrand) -> None:
    """The case learns what went out; writing a file is a document of ours, no receipt."""
    learnt = port.submit_secondary(errand(SUBMIT))
    fact = submitted(learnt)
    assert (learnt.outcome.succeeded, learnt.outcome.reference, learnt.outcome.key) == (True, "sub-1", "case-a:1")
    assert (fact.submission_id, fact.frequency, fact.payer_id, fact.ours) == ("sub-1", "1", "SEC22", True)
    assert (fact.sender, fact.grade, fact.happened_at) == (Party.BATON, Grade.DOCUMENTED, T0)


def test_corrections_go_into_the_claim_that_leaves(
    port: ClearinghouseDrop, errand: MakeErrand, tmp_path: Path, claim: Claim
) -> None:
    """V3: the resubmission has the right member, the primary's policy stays, the fact says which member went out."""
    detail = {"member_id": "NEW-1", "member_birth_date": "1950-05-31", "provider_npi": "1888888887"}
    learnt = port.submit_secondary(errand(SUBMIT, detail))
    sent = request_in(tmp_path).claim
    assert (sent.secondary.member_id, sent.secondary.member_birth_date) == ("NEW-1", date(1950, 5, 31))
    assert (sent.primary, sent.provider_npi) == (claim.primary, "1888888887")
    assert submitted(learnt).member_id == "NEW-1"


@pytest.mark.parametrize(
    "detail",
    [
        {"member_birth_date": "QMB4471190"},
        {"shoe_size": "QMB4471190"},
        {"claim_number": "QMB4471190"},
        {"frequency": "9-QMB4471190"},
        {"protective": "QMB4471190"},
    ],
)
def test_what_cannot_be_corrected_is_not_sent(
    port: ClearinghouseDrop, errand: MakeErrand, tmp_path: Path, book: Book, detail: dict[str, str]
) -> None:
    """Sending the claim without the correction would repeat the fault: nothing leaves, people hear why, no value."""
    learnt = port.submit_secondary(errand(SUBMIT, detail))
    assert (learnt.outcome.succeeded, learnt.facts) == (False, ())
    assert learnt.outcome.problem
    assert "QMB4471190" not in learnt.outcome.problem
    assert (files(tmp_path), book.submissions) == ([], {})


def test_the_same_action_writes_the_same_file_once(port: ClearinghouseDrop, errand: MakeErrand, tmp_path: Path) -> None:
    """A retry after a crash finds its file and leaves it: same numbers, same content, same facts."""
    first = port.submit_secondary(errand(SUBMIT))
    content = (tmp_path / "sub-1.claim.json").read_bytes()
    inode = (tmp_path / "sub-1.claim.json").stat().st_ino
    assert port.submit_secondary(errand(SUBMIT)) == first
    assert (tmp_path / "sub-1.claim.json").read_bytes() == content
    assert (tmp_path / "sub-1.claim.json").stat().st_ino == inode
    assert files(tmp_path) == ["sub-1.claim.json"]


def test_a_retry_does_not_send_again_what_was_collected(
    port: ClearinghouseDrop, errand: MakeErrand, tmp_path: Path
) -> None:
    """The clearinghouse moved the file before the answer reached us: a second one would be a duplicate claim (I2)."""
    first = port.submit_secondary(errand(SUBMIT))
    (tmp_path / TAKEN).mkdir()
    (tmp_path / "sub-1.claim.json").rename(tmp_path / TAKEN / "sub-1.claim.json")
    assert port.submit_secondary(errand(SUBMIT)) == first
    assert files(tmp_path) == []


def test_another_action_is_another_submission(port: ClearinghouseDrop, errand: MakeErrand, tmp_path: Path) -> None:
    """A resubmission has numbers of its own."""
    port.submit_secondary(errand(SUBMIT))
    port.submit_secondary(errand(SUBMIT, key="case-a:2"))
    assert files(tmp_path) == ["sub-1.claim.json", "sub-2.claim.json"]


def test_two_workers_with_one_errand_send_one_claim(
    port: ClearinghouseDrop, errand: MakeErrand, tmp_path: Path
) -> None:
    """A worker that was thought dead and its successor may both write; one file of one content stands."""
    workers = [threading.Thread(target=port.submit_secondary, args=(errand(SUBMIT),)) for _ in range(6)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert files(tmp_path) == ["sub-1.claim.json"]
    assert request_in(tmp_path).submission_id == "sub-1"


def test_a_folder_in_trouble_is_tried_again_with_the_same_numbers(
    book: Book, errand: MakeErrand, tmp_path: Path
) -> None:
    """An unmounted share delays a claim and neither loses nor doubles it; the error tells nobody's data."""
    share = tmp_path / "share"
    port = ClearinghouseDrop(share, book)
    with pytest.raises(FolderError) as raised:
        port.submit_secondary(errand(SUBMIT))
    assert not {"PT-778812", "QMB4471190", "Quillfeather"} & set(str(raised.value).split())
    share.mkdir()
    assert submitted(port.submit_secondary(errand(SUBMIT))).submission_id == "sub-1"
    assert files(share) == ["sub-1.claim.json"]


def test_names_of_files_tell_nothing(port: ClearinghouseDrop, errand: MakeErrand, tmp_path: Path) -> None:
    """File names reach logs of every transfer program on the way (I11)."""
    port.submit_secondary(errand(SUBMIT))
    port.ask_status(errand(ASK, key="case-a:2"))
    assert files(tmp_path) == ["que-1.status.json", "sub-1.claim.json"]


def test_a_question_by_member_and_date(port: ClearinghouseDrop, errand: MakeErrand, tmp_path: Path) -> None:
    """The first search: exact dates of service and the charge; its outcome brings no fact, the answer will."""
    learnt = port.ask_status(errand(ASK, {"search": "member_and_date", "payer_claim_number": ""}))
    question = question_in(tmp_path)
    assert (learnt.outcome.reference, learnt.facts) == ("que-1", ())
    assert (question.service_from, question.service_to, question.charge) == (
        date(2026, 2, 10),
        date(2026, 2, 11),
        100_000,
    )
    assert (question.member_id, question.member_last_name, question.payer_id) == ("QMB4471190", "Quillfeather", "SEC22")


def test_a_question_by_range_is_another_search(port: ClearinghouseDrop, errand: MakeErrand, tmp_path: Path) -> None:
    """Two answers make 'no record' only if they were searched differently: wider dates, no charge (field notes 1.9)."""
    port.ask_status(errand(ASK, {"search": "member_and_range"}))
    question = question_in(tmp_path)
    assert (question.service_from, question.service_to, question.charge) == (date(2026, 2, 3), date(2026, 2, 18), None)


def test_a_question_by_the_payers_number(port: ClearinghouseDrop, errand: MakeErrand, tmp_path: Path) -> None:
    """Where the payer once gave a number, it is the surest search."""
    port.ask_status(errand(ASK, {"search": "payer_claim_number", "payer_claim_number": "ICN5"}))
    assert question_in(tmp_path).payer_claim_number == "ICN5"


def test_a_question_uses_the_corrected_member(port: ClearinghouseDrop, errand: MakeErrand, tmp_path: Path) -> None:
    """Asking by the wrong member after the correction would find nothing and look like a lost claim."""
    port.ask_status(errand(ASK, {"search": "member_and_date", "member_id": "NEW-1"}))
    assert question_in(tmp_path).member_id == "NEW-1"


def test_an_unknown_search_ends_the_errand(port: ClearinghouseDrop, errand: MakeErrand, tmp_path: Path) -> None:
    """No retry helps a search that does not exist; nothing leaves."""
    assert not port.ask_status(errand(ASK, {"search": "by_shoe_size"})).outcome.succeeded
    assert files(tmp_path) == []


def test_a_partner_needs_only_json(port: ClearinghouseDrop, errand: MakeErrand, tmp_path: Path) -> None:
    """Partners read with their own code: plain JSON, dates as text, money as integers."""
    port.submit_secondary(errand(SUBMIT))
    told = json.loads((tmp_path / "sub-1.claim.json").read_text(encoding="utf-8"))
    assert (told["kind"], told["claim"]["charge"], told["claim"]["service_from"]) == (
        "secondary_claim",
        100_000,
        "2026-02-10",
    )
