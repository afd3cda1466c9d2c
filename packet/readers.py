"""Who may read what of a packet: the least that serves the purpose (45 CFR 164.502(b); field notes 6), as a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Final


class Reader(StrEnum):
    """For whom a packet is made."""

    FULL = auto()
    """A case manager or supervisor of the practice: what payment needs."""
    PAYER = auto()
    """One of the claim's payers: its own policy, the claim, and what passed between it and us."""
    AUDITOR = auto()
    """Who checks the process: everything that was done, no name and no identifier of a person."""
    OPERATOR = auto()
    """Who runs the system: case id, hops and clocks."""


READER_WORDS: Final[dict[Reader, str]] = {
    Reader.FULL: "the practice's own case managers and supervisors",
    Reader.PAYER: "the payer named above, about its own policy and this claim",
    Reader.AUDITOR: "auditors of the process",
    Reader.OPERATOR: "operators of the system",
}
"""Each reader as the packet names it."""


class Cell(StrEnum):
    """What a reader gets of one kind of data."""

    SHOWN = auto()
    OWN = auto()
    """Only where it concerns the payer that reads."""
    PRIOR = auto()
    """Where it concerns that payer or one before it: the claim to a later payer carries it."""
    MASKED = auto()
    """The end of an identifier; a sentence without the names and identifiers that it holds."""
    HIDDEN = auto()


class Datum(StrEnum):
    """Kinds of data in a packet, as far as readers differ."""

    PACKET = auto()
    CHAIN = auto()
    RESULT = auto()
    SENTENCE = auto()
    ATTENTION = auto()
    HOLDER = auto()
    HOLDER_WORDS = auto()
    PATIENT = auto()
    BIRTH_DATE = auto()
    CLAIM_NUMBER = auto()
    SERVICE = auto()
    CHARGE = auto()
    LINES = auto()
    PROVIDER = auto()
    POLICY = auto()
    MEMBER_ID = auto()
    POLICYHOLDER = auto()
    HOP = auto()
    EVIDENCE = auto()
    BREAK = auto()
    BREAK_WORDS = auto()
    CLOCK = auto()
    CLOCK_WORDS = auto()
    CONTACT = auto()
    CONTACT_PERSON = auto()
    CONTACT_WORDS = auto()
    REFERENCE = auto()
    NOTE = auto()
    STAFF = auto()
    CORRECTION = auto()
    CORRECTION_VALUE = auto()
    SUBMISSION = auto()
    ACKNOWLEDGEMENT = auto()
    PAYER_CLAIM_NUMBER = auto()
    PAID = auto()
    DECIDED = auto()
    TRACE = auto()
    BALANCE = auto()
    LEDGER = auto()
    HOLD = auto()
    HOLD_WORDS = auto()
    ESCALATION = auto()
    ESCALATION_WORDS = auto()
    ORDER = auto()
    ORDER_WORDS = auto()
    FILING = auto()
    CLOSING = auto()
    ENTRY = auto()
    ENTRY_WORDS = auto()
    REASON = auto()
    FILE = auto()


@dataclass(frozen=True)
class Holds:
    """Marks a field of a packet with the kind of data that it holds; a field without it is shown to nobody."""

    datum: Datum


_LETTERS: Final = {"S": Cell.SHOWN, "O": Cell.OWN, "P": Cell.PRIOR, "M": Cell.MASKED, "-": Cell.HIDDEN}

_TABLE: Final = """
    packet              S S S S    case id, who asked, when, for whom
    chain               S S S S    the evidence chain and its verdict
    result              S - S -    how the case ended
    sentence            S - M -    the case in one sentence
    attention           S - M -    why a person must look
    holder              S - S -    who has the file, by when
    holder_words        S - M -    what they must do
    patient             S S - -    the patient's name
    birth_date          S S - -    the patient's birth date
    claim_number        S S M -    the provider's claim number
    service             S S S -    form and dates of service
    charge              S S S -    the amount charged
    lines               S S - -    procedures and amounts by line
    provider            S S M -    the provider's identifiers
    policy              S O S -    payers and the order of policies
    member_id           S O M -    member ids and group numbers
    policyholder        S O - -    names of policyholders
    hop                 S O S S    which hop is proven, how well, since when
    evidence            S O S -    what speaks for and against a hop
    break               S - S -    where the journey broke
    break_words         S - M -    why, and what to ask
    clock               S - S S    running deadlines and when they ring
    clock_words         S - M -    what started and moved a deadline
    contact             S O S -    calls and letters: when, with whom, what was said
    contact_person      S O M -    who said it
    contact_words       S - M -    what is to be done by their word
    reference           S O M -    call references and document numbers
    note                S - - -    further words of a contact
    staff               S - S -    who acted on our side
    correction          S O S -    what was put right
    correction_value    S - M -    the value before and after
    submission          S O S -    claims sent, with control numbers
    acknowledgement     S O S -    what came back: TA1, 999, 277CA
    payer_claim_number  S O M -    the payer's claim number
    paid                S P S -    what a payer paid and left to the patient
    decided             S O S -    a payer's decision with its codes
    trace               S O M -    numbers of payments
    balance             S - S -    expected balance, dollars at risk
    ledger              S - S -    what the provider's ledger shows
    hold                S - S -    the billing hold and its history
    hold_words          S - M -    why a hold was asked for
    escalation          S - S -    escalations and their ladder
    escalation_words    S - M -    why they were raised
    order               S - S -    supervisors' decisions
    order_words         S - M -    their reasons
    filing              S O S -    the filing limit and what proves timely filing
    closing             S - S -    what the closing rests on
    entry               S O S S    entries of the evidence: number, kind, hash
    entry_words         S O M -    what each says
    reason              S - M -    why each decision came out so
    file                S - S -    files that evidence was read from
"""
"""One row for each kind of data: full, payer, auditor, operator, and what it is in words. S shown, O own, P own and
those before, M masked, - hidden."""


def _rows() -> dict[Datum, tuple[tuple[Cell, ...], str]]:
    rows = {}
    for line in _TABLE.strip().splitlines():
        name, *letters, words = line.split(maxsplit=5)
        rows[Datum(name)] = tuple(_LETTERS[each] for each in letters), words
    return rows


_ROWS: Final = _rows()

SEES: Final[Mapping[tuple[Datum, Reader], Cell]] = {
    (datum, reader): cell for datum, (cells, _) in _ROWS.items() for reader, cell in zip(Reader, cells, strict=True)
}
"""What each reader gets of each kind of data."""

DATUM_WORDS: Final[Mapping[Datum, str]] = {datum: words for datum, (_, words) in _ROWS.items()}
"""Each kind of data as people call it."""


def cell(datum: Datum, reader: Reader) -> Cell:
    """What a reader gets of a kind of data; nothing where the table does not say."""
    return SEES.get((datum, reader), Cell.HIDDEN)


def told(reader: Reader, *cells: Cell) -> tuple[str, ...]:
    """The kinds of data, in words, of which a reader gets one of these."""
    return tuple(words for datum, words in DATUM_WORDS.items() if cell(datum, reader) in cells)
