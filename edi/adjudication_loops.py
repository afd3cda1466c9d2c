"""An earlier payer's decision as segments: CAS and AMT of 2320, and 2430 (field notes 1.11)."""

from collections.abc import Iterable, Iterator

from edi.billed_loops import Seg, element, trimmed
from edi.money import amount_text
from edi.prior_decision import LineDecision, PriorDecision
from journey.facts import Adjustment, RemitLine

_TRIOS = 6
"""Adjustments that one CAS holds."""
_PROCEDURES = frozenset({"ER", "HC", "HP", "IV", "WK"})
"""Kinds of procedure code that a claim may name; a remittance may use others."""


def decision_of_claim(decision: PriorDecision) -> Iterator[Seg]:
    """Yields CAS, AMT*D and, unless the patient's share stands on the lines, AMT*EAF."""
    yield from adjustments(decision.adjustments)
    yield ("AMT", "D", amount_text(decision.paid))
    if not decision.shares_by_line:
        yield ("AMT", "EAF", amount_text(decision.share))


def decision_of_line(payer_id: str, decision: PriorDecision, made: LineDecision, service: Seg) -> Iterator[Seg]:
    """Yields SVD, CAS, DTP*573 and, where the share stands on the lines, AMT*EAF.

    Args:
        payer_id: That of 2330B.
        decision: The whole decision.
        made: What it says of this line.
        service: SV1 or SV2 of the line.
    """
    line, institutional = made.line, service[0] == "SV2"
    revenue = (line.revenue_code or element(service, 1)) if institutional else ""
    into = str(made.into) if made.into else ""
    yield trimmed(
        ("SVD", payer_id, amount_text(line.paid), _procedure(line, service), revenue, line.units or "1", into)
    )
    yield from adjustments(line.adjustments)
    yield ("DTP", "573", "D8", f"{decision.decided_on:%Y%m%d}")
    if decision.shares_by_line:
        yield ("AMT", "EAF", amount_text(made.share))


def _procedure(line: RemitLine, service: Seg) -> str:
    """SVD03: as decided, else as billed; empty on a line that has a revenue code only."""
    if line.qualifier in _PROCEDURES and line.procedure:
        return ":".join((line.qualifier, line.procedure, *line.modifiers))
    billed = element(service, 2 if service[0] == "SV2" else 1)
    return ":".join(billed.split(":")[:6])


def adjustments(given: Iterable[Adjustment]) -> Iterator[Seg]:
    """Yields CAS, one for each group and six reasons; zeros are left out, what is said twice is added up."""
    groups: dict[str, dict[tuple[str, str], int]] = {}
    for each in given:
        reasons = groups.setdefault(each.group, {})
        key = (each.reason, each.quantity)
        reasons[key] = reasons.get(key, 0) + each.amount
    for group, reasons in groups.items():
        said = [(reason, amount_text(cents), quantity) for (reason, quantity), cents in reasons.items() if cents]
        for start in range(0, len(said), _TRIOS):
            yield trimmed(("CAS", group, *(value for trio in said[start : start + _TRIOS] for value in trio)))
