"""What remittances amount to: shares, what was paid elsewhere, which of them stand, what was taken back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from journey.evidence import verdicts
from journey.evidence.verdicts import Verdict
from journey.facts import Adjustment, Fact, PaymentOffset, RemitAdjudicated, SupervisorDecided
from journey.words import Cents, Party

LATER = (Party.SECONDARY, Party.TERTIARY)
"""The payers after the primary, in order."""
_DECISIONS = frozenset({Verdict.PAID, Verdict.ZERO})
_PRIOR_IMPACT = frozenset({("OA", "23"), ("OA", "209")})
"""Adjustments that repeat what earlier payers did; nothing of them is posted again (field notes 1.3)."""
PAID_ELSEWHERE = frozenset({"100", "293", "294"})
"""Paid to the patient, the employer or an attorney instead of us (field notes 1.4)."""
PROTECTED_REMARKS = frozenset({"N781", "N782", "N783"})
PROTECTED_REASONS = frozenset({"209", "303"})
"""The patient may not be billed (QMB and Medicaid; field notes 1.4, 1.5)."""
TAKEBACK_REASONS = frozenset({"WO", "FB"})


def sum_of(remit: RemitAdjudicated, group: str) -> Cents:
    """The adjustments of one group."""
    return sum(each.amount for each in remit.adjustments if each.group == group)


def patient_share(remit: RemitAdjudicated) -> Cents:
    """The sum of PR adjustments; CLP05 is not trusted (field notes 1.3)."""
    return sum_of(remit, "PR")


def paid_elsewhere(remit: RemitAdjudicated) -> Cents:
    """What the payer paid to somebody else, and does not count into the patient's share: the patient owes it (F17)."""
    return sum(each.amount for each in remit.adjustments if each.reason in PAID_ELSEWHERE and each.group != "PR")


def goes_elsewhere(remit: RemitAdjudicated) -> bool:
    """True when a payer says that it paid somebody else, under whatever group (F17)."""
    return any(each.reason in PAID_ELSEWHERE and each.amount > 0 for each in remit.adjustments)


def written_down(remit: RemitAdjudicated) -> Cents:
    """W: what a later payer takes off by itself, less what only repeats earlier payers or went elsewhere."""
    return sum(each.amount for each in remit.adjustments if _is_own(each))


def _is_own(adjustment: Adjustment) -> bool:
    place = adjustment.group, adjustment.reason
    return adjustment.group != "PR" and place not in _PRIOR_IMPACT and adjustment.reason not in PAID_ELSEWHERE


def is_protected(remit: RemitAdjudicated) -> bool:
    """True when a payer says that the patient may not be billed (F22)."""
    return any(protecting_codes(remit))


def protecting_codes(remit: RemitAdjudicated) -> Iterator[str]:
    """The codes that say so."""
    yield from sorted(PROTECTED_REMARKS & set(remit.remarks))
    yield from (f"CARC {each.reason}" for each in remit.adjustments if each.reason in PROTECTED_REASONS)


def standing_remits(evidence: Iterable[Fact], payer: Party) -> list[RemitAdjudicated]:
    """A payer's remittances that nothing took back: no reversals, none reversed, the latest of each claim number."""
    by_number: dict[str, RemitAdjudicated] = {}
    told = [each for each in evidence if isinstance(each, RemitAdjudicated) and each.payer is payer]
    # Reversal and correction come in one file: whatever their ids, the reversal is of what stood before (1.7).
    for remit in sorted(told, key=lambda each: (each.happened_at, each.claim_status != verdicts.REVERSAL)):
        if remit.claim_status == verdicts.REVERSAL:
            by_number.pop(_reversed_number(by_number, remit), None)
        else:
            by_number[remit.payer_claim_number] = remit
    return list(by_number.values())


def _reversed_number(standing: dict[str, RemitAdjudicated], back: RemitAdjudicated) -> str:
    """The claim number that a reversal is of: its own, else that of the newest payment of the same amount."""
    alike = [number for number, each in standing.items() if each.paid == -back.paid]
    return back.payer_claim_number if back.payer_claim_number in standing or not alike else alike[-1]


def decisions(evidence: Iterable[Fact], payer: Party) -> list[RemitAdjudicated]:
    """The standing remittances that decided the claim; refusals are not decisions."""
    return [each for each in standing_remits(evidence, payer) if verdicts.of_remit(each) in _DECISIONS]


def is_primary_open(evidence: Iterable[Fact]) -> bool:
    """True when the primary took its decision back, or left it open, and none of its decisions stands (F18)."""
    facts = tuple(evidence)
    remits = (each for each in facts if isinstance(each, RemitAdjudicated) and each.payer is Party.PRIMARY)
    undone = any(verdicts.of_remit(each) in (Verdict.REVERSED, Verdict.OPEN) for each in remits)
    return undone and not decisions(facts, Party.PRIMARY)


def written_off(evidence: Iterable[Fact]) -> bool:
    """True once a supervisor, with a second person, gave the balance up; the patient owes nothing then."""
    return any(
        isinstance(each, SupervisorDecided) and each.decision == "write_off" and each.second_person for each in evidence
    )


def takebacks(evidence: tuple[Fact, ...]) -> tuple[PaymentOffset, ...]:
    """Provider-level adjustments by which a later payer takes this claim's money back, and those that undo them (F9).

    In turn: one above zero takes it, the next one below zero that makes up for it gives it back. Only what comes after
    the newest decision counts: an adjustment in the same remittance is part of that decision.
    """
    decided = [each.happened_at for payer in LATER for each in decisions(evidence, payer)]
    turns: list[PaymentOffset] = []
    net, taken = 0, False
    for each in evidence:
        if not isinstance(each, PaymentOffset) or not _takes_back(each):
            continue
        net += each.amount
        if taken is not (net > 0):
            taken = net > 0
            turns.append(each)
    after = [each for each in turns if decided and each.happened_at > max(decided)]
    return tuple(after[1:] if after and after[0].amount < 0 else after)


def is_taken_back(evidence: tuple[Fact, ...]) -> bool:
    """True while such an adjustment stands that nothing has undone."""
    turns = takebacks(evidence)
    return bool(turns) and turns[-1].amount > 0


def _takes_back(offset: PaymentOffset) -> bool:
    return offset.names_claim and offset.sender is not Party.PRIMARY and offset.reason in TAKEBACK_REASONS


def own_reductions(remits: Iterable[RemitAdjudicated]) -> list[Adjustment]:
    """The later payers' own reductions, by group and reason; what they only repeat is left out (field notes 1.3)."""
    sums: dict[tuple[str, str], Cents] = {}
    for remit in remits:
        for each in remit.adjustments:
            if _is_own(each):
                place = each.group, each.reason
                sums[place] = sums.get(place, 0) + each.amount
    return [Adjustment(group=group, reason=reason, amount=amount) for (group, reason), amount in sums.items() if amount]
