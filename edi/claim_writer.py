"""The claim as a file: one interchange with one group and one transaction set, plain ASCII, no line breaks."""

import unicodedata

from edi.billed_loops import Seg
from edi.claim_loops import body
from edi.claim_order import ClaimOrder
from edi.envelope_out import Guide, interchange
from edi.secondary_claim import assemble
from edi.trading_partner import Address, TradingPartner

GUIDES = {
    "837P": Guide(functional_id="HC", transaction_set="837", version="005010X222A1"),
    "837I": Guide(functional_id="HC", transaction_set="837", version="005010X223A2"),
}

_NAMED = {
    "NM1": (3, 4, 5, 7),
    "N3": (1, 2),
    "N4": (1, 2),
    "NTE": (2,),
    "PER": (2,),
    "SBR": (4,),
    "K3": (1,),
}
"""Elements that hold names and words, which are sent in capitals; numbers that others gave are never touched."""


def write(order: ClaimOrder) -> str:
    """Returns the claim that was asked for.

    Raises:
        RefusedError: With everything that is missing or contradictory.
    """
    claim = assemble(order)
    segments = [_opening(order), *_ends(order.partner), *body(claim)]
    texts = ["*".join(_plain(segment)) for segment in segments]
    return interchange(texts, GUIDES[order.claim.form], order.partner, order.controls, order.written_at)


def _opening(order: ClaimOrder) -> Seg:
    at = order.written_at
    return ("BHT", "0019", "00", order.submission_id, f"{at:%Y%m%d}", f"{at:%H%M}", "CH")


def _ends(partner: TradingPartner) -> tuple[Seg, ...]:
    """1000A and 1000B."""
    return (
        _named("41", partner.sender),
        ("PER", "IC", partner.contact, "TE", partner.telephone),
        _named("40", partner.receiver),
    )


def _named(entity: str, end: Address) -> Seg:
    return ("NM1", entity, "2", end.name, "", "", "", "", "46", end.party)


def _plain(segment: Seg) -> Seg:
    """The segment in the character set that every receiver takes: names in capitals, accents off."""
    named = _NAMED.get(segment[0], ())
    return tuple(_ascii(each.upper() if at in named else each) for at, each in enumerate(segment))


def _ascii(text: str) -> str:
    if text.isascii():
        return text
    return "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))
