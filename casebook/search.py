"""Finding cases by what people have at hand: claim number, member id or name, and nothing readable in the database.

Each word is kept as a keyed digest per practice. Upper and lower case, accents and punctuation make no difference; a
name's words may come in any order. Only whole words find something: digests of parts would give the words away.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from sqlalchemy import delete, func, select

from casebook.desk_tables import SEARCH_KEYS
from casebook.opening import Transaction
from casebook.tables import CASES
from journey.claim import Claim

MOST: Final = 100
"""Cases that one search shows at the most."""

LOOKED_THROUGH: Final = 5000
"""Cases that one search puts in order at the most; whoever has more to choose from has to add a word."""

CASE_ID: Final = re.compile(r"(?:case-)?[a-z2-7]{6,26}")
SHORTEST: Final = 2
"""Letters of the shortest word that is kept."""


def terms(text: str) -> tuple[str, ...]:
    """The words of a text as they are compared: small letters and digits alone."""
    return tuple(dict.fromkeys(_plain(each) for each in re.split(r"[\s,;]+", text) if len(_plain(each)) >= SHORTEST))


def identifiers(claim: Claim) -> tuple[str, ...]:
    """Everything of a claim that it can be found by, as written: numbers and ids, names whole."""
    people = [(claim.patient_last_name, claim.patient_first_name)]
    people += [(each.member_last_name, each.member_first_name) for each in claim.coverages]
    numbers = [claim.claim_number, *(each.member_id for each in claim.coverages)]
    return tuple(dict.fromkeys(each for each in (*numbers, *(name for both in people for name in both)) if each))


def digest_of(tx: Transaction, claim: Claim) -> str:
    """One blind digest of all of them: the index is written again only when it changes."""
    return tx.keys.blind("found_by", claim.practice, *identifiers(claim))


def index_case(tx: Transaction, case_id: str, claim: Claim) -> None:
    """Write the words by which a case is found, in place of those it had."""
    tx.connection.execute(delete(SEARCH_KEYS).where(SEARCH_KEYS.c.case_id == case_id))
    rows = [
        {"practice": claim.practice, "blind": _blind(tx, claim.practice, each), "case_id": case_id}
        for each in sorted(_words(claim))
    ]
    if rows:
        tx.connection.execute(SEARCH_KEYS.insert(), rows)


def search(tx: Transaction, practice: str, text: str, limit: int = MOST) -> tuple[str, ...]:
    """Ids of the practice's cases that a text finds, open ones first; one more than `limit` when there are more.

    All words must fit. A number that was written with blanks is tried as one word, too.
    """
    by_words = _with_all(tx, practice, terms(text), limit)
    as_one = _with_all(tx, practice, (_plain(text),), limit) if len(text.split()) > 1 else ()
    by_id = _by_id(tx, practice, text.strip().lower(), limit)
    return tuple(dict.fromkeys((*by_id, *as_one, *by_words)))[: limit + 1]


def _words(claim: Claim) -> set[str]:
    """The words of all identifiers; a double name is kept whole and in its parts."""
    found: set[str] = set()
    for each in identifiers(claim):
        found.update(terms(each))
        found.update(terms(re.sub(r"[-'’]", " ", each)))
    return found


def _plain(word: str) -> str:
    """Letters and digits, small, without accents."""
    apart = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in apart if letter.isalnum())


def _blind(tx: Transaction, practice: str, word: str) -> str:
    return tx.keys.blind("search", practice, word)


def _with_all(tx: Transaction, practice: str, words: Iterable[str], limit: int) -> tuple[str, ...]:
    digests = {_blind(tx, practice, each) for each in words if each}
    if not digests:
        return ()
    keys = select(SEARCH_KEYS.c.case_id).where(SEARCH_KEYS.c.practice == practice, SEARCH_KEYS.c.blind.in_(digests))
    fitting = keys.group_by(SEARCH_KEYS.c.case_id).having(func.count() == len(digests)).limit(LOOKED_THROUGH)
    # Two questions: asked as one, SQLite would begin with all cases of the practice.
    ids = tx.connection.execute(fitting).scalars().all()
    ordered = (
        select(CASES.c.case_id)
        .where(CASES.c.case_id.in_(ids))
        .order_by(CASES.c.closed_at.is_not(None), CASES.c.safe_by, CASES.c.case_id)
    )
    return tuple(tx.connection.execute(ordered.limit(limit + 1)).scalars()) if ids else ()


def _by_id(tx: Transaction, practice: str, text: str, limit: int) -> tuple[str, ...]:
    """Cases whose id begins so, as the terminal's short ids do."""
    if not CASE_ID.fullmatch(text):
        return ()
    begin = text if text.startswith("case-") else f"case-{text}"
    # By id alone, for the same reason; ids are random, so what begins alike is few.
    found = select(CASES.c.case_id, CASES.c.practice).where(CASES.c.case_id >= begin, CASES.c.case_id < f"{begin}~")
    alike = tx.connection.execute(found.order_by(CASES.c.case_id).limit(limit + 1))
    return tuple(case_id for case_id, whose in alike if whose == practice)
