"""Making a packet: read, composed, reduced to its reader, and noted before it leaves."""

from __future__ import annotations

from casebook.disclosures import note_disclosure
from casebook.opening import Casebook
from journey.case import Case
from journey.plans.file import Plan
from journey.words import Moment, Party
from packet.composing import compose
from packet.contents import Packet
from packet.digests import sealed
from packet.readers import Reader
from packet.reducing import Sight
from packet.sources import gather


class NoSuchReaderError(Exception):
    """Nobody on this claim is the payer that the packet was asked for."""


def make(
    book: Casebook,
    case_id: str,
    plan: Plan,
    *,
    reader: Reader,
    payer: Party = Party.SECONDARY,
    made_at: Moment,
    made_by: str,
) -> Packet:
    """A packet of one case, noted in the casebook as made.

    Args:
        book: the casebook.
        case_id: the case.
        plan: the plan whose titles and sources the packet cites.
        reader: for whom.
        payer: which payer, when a payer reads.
        made_at: the moment, also of everything that is said to be so now.
        made_by: who asks for it.

    Raises:
        NoSuchReaderError: the claim has no policy of that payer.
        NoSuchRowError: the casebook has no such case.
        SealBrokenError: the case's state was altered, so that nothing about it can be told.
    """
    with book.reading() as tx:
        source = gather(tx, case_id, plan)
    eyes = payer if reader is Reader.PAYER else Party.UNKNOWN
    _refuse_stranger(source.case, eyes)
    made = sealed(compose(source, Sight(reader, eyes, source.redaction), made_at=made_at, made_by=made_by))
    with book.writing() as tx:
        note_disclosure(
            tx, case_id=case_id, at=made_at, made_by=made_by, reader=_called(reader, eyes), digest=made.digest
        )
    return made


def _refuse_stranger(case: Case, payer: Party) -> None:
    parties = {each.party for each in case.claim.coverages}
    if payer is not Party.UNKNOWN and payer not in parties:
        raise NoSuchReaderError(f"the claim has no {payer.value} payer: it names {', '.join(sorted(parties))}")


def _called(reader: Reader, payer: Party) -> str:
    return f"{reader.value} {payer.value}" if reader is Reader.PAYER else reader.value
