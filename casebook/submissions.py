"""What we sent out: control numbers, secondary claims and status questions, each registered once per action."""

from __future__ import annotations

from typing import Final, Literal

from sqlalchemy import ColumnElement, select

from casebook.opening import Transaction
from casebook.tables import CONTROL_NUMBERS, QUESTIONS, SUBMISSIONS
from journey.words import Frozen, Moment

Frequency = Literal["1", "7", "8"]
"""CLM05-3: first, replacement, void."""

_HIGHEST: Final = 999_999_999
"""ISA13 has nine digits; the numbers of a series then begin again."""


class Numbered(Frozen):
    """The control numbers of what we wrote, as its acknowledgements return them."""

    interchange: int
    """ISA13, which a TA1 returns."""
    functional_group: int
    """GS06, which a 999 returns in AK102."""
    transaction_set: int
    """ST02, which a 999 returns in AK202."""

    @property
    def interchange_control(self) -> str:
        """ISA13: nine digits."""
        return f"{self.interchange:09d}"

    @property
    def group_control(self) -> str:
        """GS06: a number without leading zeros."""
        return str(self.functional_group)

    @property
    def transaction_control(self) -> str:
        """ST02: four to nine digits."""
        return f"{self.transaction_set:04d}"


class Submission(Numbered):
    """A secondary claim that we wrote."""

    submission_id: str
    case_id: str
    action_key: str
    frequency: Frequency = "1"
    written_at: Moment


class Question(Numbered):
    """A status question that we asked; its id returns as the trace of the answer (TRN02)."""

    question_id: str
    case_id: str
    action_key: str
    searched_by: str
    asked_at: Moment


def allocate(tx: Transaction, name: str, count: int = 1) -> int:
    """The first of `count` numbers of a series that nobody else gets; a rolled back transaction gives them back."""
    row = tx.insert(CONTROL_NUMBERS).values(name=name, last=count)
    taken = row.on_conflict_do_update(index_elements=["name"], set_={"last": CONTROL_NUMBERS.c.last + count}).returning(
        CONTROL_NUMBERS.c.last
    )
    return int(tx.connection.execute(taken).scalar_one()) - count + 1


def register_submission(
    tx: Transaction,
    *,
    submission_id: str,
    case_id: str,
    action_key: str,
    frequency: Frequency,
    written_at: Moment,
) -> Submission:
    """Give a secondary claim its control numbers, or those it was given when the same action was tried before."""
    tx.lock(action_key)
    known = _submissions(tx, SUBMISSIONS.c.action_key == action_key)
    if known:
        return known[0]
    written = Submission(
        submission_id=submission_id,
        case_id=case_id,
        action_key=action_key,
        frequency=frequency,
        written_at=written_at,
        **_control_numbers(tx),
    )
    tx.connection.execute(SUBMISSIONS.insert().values(written.model_dump()))
    return written


def submission(tx: Transaction, submission_id: str) -> Submission | None:
    """The claim that was sent under this id."""
    found = _submissions(tx, SUBMISSIONS.c.submission_id == submission_id)
    return found[0] if found else None


def submissions_of(tx: Transaction, case_id: str) -> tuple[Submission, ...]:
    """The claims that were written for a case, newest first."""
    return _submissions(tx, SUBMISSIONS.c.case_id == case_id)


def submissions_for(
    tx: Transaction, *, interchange: str = "", group: str = "", transaction: str = ""
) -> tuple[Submission, ...]:
    """The claims that an acknowledgement speaks of, newest first.

    Args:
        tx: the transaction.
        interchange: TA101, as received; empty when the acknowledgement does not say.
        group: AK102.
        transaction: AK202.

    Returns:
        All that fit every number given, leading zeros aside; none when no number was given or one is not ours.
    """
    given = {"interchange": interchange, "functional_group": group, "transaction_set": transaction}
    named = {name: number.strip() for name, number in given.items() if number.strip()}
    if not named or not all(number.isascii() and number.isdigit() for number in named.values()):
        return ()
    return _submissions(tx, *(SUBMISSIONS.c[name] == int(number) for name, number in named.items()))


def register_question(
    tx: Transaction, *, question_id: str, case_id: str, action_key: str, searched_by: str, asked_at: Moment
) -> Question:
    """Give a status question its control numbers, or those it was given when the same action asked before."""
    tx.lock(action_key)
    known = _question(tx, QUESTIONS.c.action_key == action_key)
    if known:
        return known
    asked = Question(
        question_id=question_id,
        case_id=case_id,
        action_key=action_key,
        searched_by=searched_by,
        asked_at=asked_at,
        **_control_numbers(tx),
    )
    tx.connection.execute(QUESTIONS.insert().values(asked.model_dump()))
    return asked


def question(tx: Transaction, question_id: str) -> Question | None:
    """The question that an answer's trace names."""
    return _question(tx, QUESTIONS.c.question_id == question_id)


def question_in(tx: Transaction, interchange: str) -> Question | None:
    """The question that left in an interchange (ISA13), leading zeros aside; None when it held none of ours."""
    number = interchange.strip()
    if not (number.isascii() and number.isdigit()):
        return None
    return _question(tx, QUESTIONS.c.interchange == int(number))


def _control_numbers(tx: Transaction) -> dict[str, int]:
    """Claims and questions share three series: no two files of ours bear the same number."""
    series = ("interchange", "functional_group", "transaction_set")
    return {name: (allocate(tx, name) - 1) % _HIGHEST + 1 for name in series}


def _submissions(tx: Transaction, *conditions: ColumnElement[bool]) -> tuple[Submission, ...]:
    newest = select(SUBMISSIONS).where(*conditions).order_by(SUBMISSIONS.c.written_at.desc())
    return tuple(Submission.model_validate(dict(each)) for each in tx.connection.execute(newest).mappings())


def _question(tx: Transaction, condition: ColumnElement[bool]) -> Question | None:
    newest = select(QUESTIONS).where(condition).order_by(QUESTIONS.c.asked_at.desc())
    found = tx.connection.execute(newest).mappings().first()
    return Question.model_validate(dict(found)) if found else None
