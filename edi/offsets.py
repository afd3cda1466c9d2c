"""Money moved at provider level (PLB): what it means for the claim it names and for the claims it was taken from."""

from __future__ import annotations

from collections.abc import Iterator

from edi.remittance import ProviderAdjustment, RemittanceTotals
from edi.sighting import Reception, Sighting, payer_keys, stamped
from journey.facts import PaymentOffset
from journey.words import Grade


def offsets(item: RemittanceTotals, reception: Reception) -> Iterator[Sighting]:
    """A PLB that names a claim is an event of that claim; what all of them move is one of each claim paid (1.6)."""
    for number, each in enumerate(item.provider_adjustments):
        if each.reference and each.cents:
            yield _named(item, number, each, reception)
    net = sum(each.cents for each in item.provider_adjustments)
    if net and item.header.trace:
        yield _of_the_payment(item, net, reception)


def _named(item: RemittanceTotals, number: int, each: ProviderAdjustment, reception: Reception) -> Sighting:
    fact = PaymentOffset.model_validate(
        {
            **_stamp(item, str(number), reception),
            "reason": each.reason,
            "amount": each.cents,
            "trace": item.header.trace,
            "settles": each.reference,
        }
    )
    return Sighting(fact, (("claim_number", each.reference), ("payer_claim_number", each.reference)))


def _of_the_payment(item: RemittanceTotals, net: int, reception: Reception) -> Sighting:
    """What the payment lacks, or has beyond its claims, after adjustments that only offset each other.

    The adjustment that moves most in this direction gives the reason; the claims or accounts that all of them settled
    are named together.
    """
    moving = [each for each in _unpaired(item.provider_adjustments) if each.cents * net > 0]
    largest = max(moving, key=lambda each: abs(each.cents))
    settled = dict.fromkeys(each.reference for each in moving if each.reference)
    header = item.header
    fact = PaymentOffset.model_validate(
        {
            **_stamp(item, "net", reception),
            "reason": largest.reason,
            "amount": net,
            "trace": header.trace,
            "names_claim": False,
            "settles": ", ".join(settled),
        }
    )
    return Sighting(fact, payer_keys("trace", header.payer.ids, header.payer.name, header.trace)[:1])


def _unpaired(adjustments: tuple[ProviderAdjustment, ...]) -> list[ProviderAdjustment]:
    """The adjustments without those that another of the same payment takes back to the cent (72, FB, WO pairs)."""
    left: list[ProviderAdjustment] = []
    for each in adjustments:
        counterpart = next((other for other in left if other.cents == -each.cents), None)
        if counterpart is not None:
            left.remove(counterpart)
        elif each.cents:
            left.append(each)
    return left


def _stamp(item: RemittanceTotals, part: str, reception: Reception) -> dict[str, object]:
    day = item.header.payment_date
    return stamped(f"{item.digest}/plb/{part}", day, item.where, reception, Grade.SETTLED)
