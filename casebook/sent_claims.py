"""The provider's own claims by the numbers under which they left: what is said of a batch reaches each of them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update

from casebook import register
from casebook.opening import Transaction
from casebook.register import KeyKind
from casebook.tables import SENT_CLAIMS
from journey.words import Frozen, Moment

Key = tuple[KeyKind, str]
"""An interchange, group, set or batch number."""


class SentClaim(Frozen):
    """One claim of a file that bore a number, or with no submission the file itself."""

    blind: str
    """Digest of the number."""
    digest: str
    """The file."""
    submission_id: str
    """The secondary claim; empty on the row of the file itself."""
    case_id: str | None
    """Its case, once there is one."""
    sender: str
    """Who sent the file (GS02)."""
    written_at: Moment
    """The day that the file states."""


def note(
    tx: Transaction,
    practice: str,
    keys: Sequence[Key],
    *,
    submission_id: str,
    digest: str,
    sender: str,
    written_at: Moment,
) -> None:
    """Note under which numbers a claim left; `place` says later whose it is.

    Args:
        tx: the transaction.
        practice: whose file it is.
        keys: the numbers.
        submission_id: the secondary claim; empty for any other claim, which shows only that its file bore the numbers,
            so that an acknowledgement of them speaks of no older file.
        digest: the file.
        sender: who sent it (GS02).
        written_at: the day that it states.
    """
    blinds = register.lock_keys(tx, practice, keys)
    of_file = {"practice": practice, "digest": digest, "sender": sender, "written_at": written_at}
    rows = [
        {**of_file, "kind": kind.value, "blind": blind, "submission_id": submission_id}
        for (kind, _), blind in zip(keys, blinds, strict=True)
    ]
    if rows:
        tx.connection.execute(tx.insert(SENT_CLAIMS).on_conflict_do_nothing(), rows)


def place(tx: Transaction, submission_id: str, case_id: str) -> tuple[SentClaim, ...]:
    """Say whose claim it is; everything noted of it. Ask `register.waiting_under` each `blind` next."""
    same = SENT_CLAIMS.c.submission_id == submission_id
    tx.connection.execute(update(SENT_CLAIMS).where(same).values(case_id=case_id))
    found = tx.connection.execute(select(SENT_CLAIMS).where(same).order_by(SENT_CLAIMS.c.kind)).mappings()
    return tuple(SentClaim.model_validate(dict(each)) for each in found)


def sent_under(tx: Transaction, practice: str, key: Key) -> tuple[SentClaim, ...]:
    """Everything that ever bore a number, newest first.

    Nobody notes more under it before this transaction ends, so that an acknowledgement which finds nothing here may be
    parked.
    """
    kind, value = key
    same = (
        SENT_CLAIMS.c.practice == practice,
        SENT_CLAIMS.c.kind == kind.value,
        SENT_CLAIMS.c.blind == register.lock_key(tx, practice, kind, value),
    )
    newest = select(SENT_CLAIMS).where(*same).order_by(SENT_CLAIMS.c.written_at.desc(), SENT_CLAIMS.c.submission_id)
    return tuple(SentClaim.model_validate(dict(each)) for each in tx.connection.execute(newest).mappings())
