"""The casebook as the case's port and as the register of what left us."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from temporalio import activity

from activities.clearinghouse import Sent
from casebook import reading, record, submissions
from casebook.chain import EvidenceEntry
from casebook.opening import Casebook
from edi.envelope_out import Controls
from workflows import ports

RETURNED = 20
"""Characters of our id that a 277CA must return (REF*D9 of the claim)."""


class Bookkeeper(ports.Casebook):
    """Writes pages; a page written before changes nothing."""

    def __init__(self, casebook: Casebook) -> None:
        """Take an open casebook."""
        self._casebook = casebook

    @activity.defn(name="record", no_thread_cancel_exception=True)
    def record(self, page: ports.Page) -> None:
        """Write one turn of a case, in one transaction.

        A worker that died after writing leaves its turn to be taken again, then perhaps together with newer facts and
        so under another revision: what the case has applied once is not written as applied a second time.
        """
        with self._casebook.writing() as tx:
            tx.lock(page.case.case_id)
            applied = [each.fact.fact_id for each in page.entries if each.applied]
            heard = reading.heard_of(tx, page.case.case_id, applied)
            entries = [
                EvidenceEntry(fact=each.fact, applied=each.applied, reasons=each.reasons, actions=each.actions)
                for each in page.entries
                if not (each.applied and each.fact.fact_id in heard)
            ]
            record.record(tx, page.case, page.sentence, entries)


class SentRegister:
    """Gives submissions and questions their numbers; the same action always has the same ones."""

    def __init__(self, casebook: Casebook, opaque: Callable[..., str], now: Callable[[], datetime]) -> None:
        """Take the casebook, the keyed digest and the case clock."""
        self._casebook = casebook
        self._opaque = opaque
        self._now = now

    def register_submission(self, practice: str, action_key: str, case_id: str, frequency: str) -> Sent:
        """The id and control numbers of an action's submission."""
        with self._casebook.writing() as tx:
            sent = submissions.register_submission(
                tx,
                submission_id=self._opaque("sub", practice, action_key)[:RETURNED].upper(),
                case_id=case_id,
                action_key=action_key,
                frequency="7" if frequency == "7" else "8" if frequency == "8" else "1",
                written_at=self._now(),
            )
        return Sent(sent.submission_id, _controls(sent))

    def register_question(self, practice: str, action_key: str, case_id: str, searched_by: str) -> Sent:
        """The id and control numbers of an action's status question."""
        with self._casebook.writing() as tx:
            asked = submissions.register_question(
                tx,
                question_id=self._opaque("ask", practice, action_key),
                case_id=case_id,
                action_key=action_key,
                searched_by=searched_by,
                asked_at=self._now(),
            )
        return Sent(asked.question_id, _controls(asked))


def _controls(sent: submissions.Numbered) -> Controls:
    return Controls(interchange=sent.interchange, group=sent.functional_group, transaction=sent.transaction_set)
