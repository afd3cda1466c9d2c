"""The claim's money from remittances and ledger, in cents; what the patient truly owes, where the ledger errs."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from functools import cached_property

from journey import verdicts
from journey.case import Money
from journey.claim import Claim
from journey.facts import Fact, LedgerRead, PaymentOffset, RemitAdjudicated, SupervisorDecided
from journey.verdicts import Verdict
from journey.words import Cents, Frozen, Party

_DECISIONS = frozenset({Verdict.PAID, Verdict.ZERO})


class Mismatch(StrEnum):
    """How a ledger differs from the remittances (field notes 3.4)."""

    UNPOSTED = "not posted"
    SUSPENSE = "cash in suspense"
    PARTIAL = "posted in part"
    WRONG_BUCKET = "posted to the wrong bucket"
    FALSE_CREDIT = "false credit"


def sum_of(remit: RemitAdjudicated, group: str) -> Cents:
    """The adjustments of one group."""
    return sum(each.amount for each in remit.adjustments if each.group == group)


def patient_share(remit: RemitAdjudicated) -> Cents:
    """The sum of PR adjustments; CLP05 is not trusted (field notes 1.3)."""
    return sum_of(remit, "PR")


def standing_remits(evidence: Iterable[Fact], payer: Party) -> list[RemitAdjudicated]:
    """A payer's remittances that nothing took back: no reversals, none reversed, the latest of each claim number."""
    by_number: dict[str, RemitAdjudicated] = {}
    for remit in evidence:
        if not isinstance(remit, RemitAdjudicated) or remit.payer is not payer:
            continue
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


def written_off(evidence: Iterable[Fact]) -> bool:
    """True once a supervisor, with a second person, gave the balance up; the patient owes nothing then."""
    return any(
        isinstance(each, SupervisorDecided) and each.decision == "write_off" and each.second_person for each in evidence
    )


class Books(Frozen):
    """The remittances of both payers as they stand, and the newest ledger state."""

    charge: Cents
    primary: tuple[RemitAdjudicated, ...]
    secondary: tuple[RemitAdjudicated, ...]
    ledger: LedgerRead | None
    given_up: bool
    offset: Cents = 0
    """What provider-level adjustments took from this claim's payments."""

    @cached_property
    def primary_share(self) -> Cents:
        """What the primary left to the patient, the secondary's business."""
        return sum(patient_share(each) for each in self.primary)

    @cached_property
    def secondary_paid(self) -> Cents:
        """What the secondary paid, over all its standing decisions."""
        return sum(each.paid for each in self.secondary)

    @cached_property
    def secondary_share(self) -> Cents:
        """What the secondary left to the patient; it must not repeat the primary's (field notes 1.3)."""
        return sum(patient_share(each) for each in self.secondary)

    @cached_property
    def expected(self) -> Cents | None:
        """What the patient owes when all is posted; None until the secondary has decided."""
        if self.given_up:
            return 0
        return self.secondary_share if self.secondary else None

    @cached_property
    def rolled(self) -> Cents | None:
        """PRp − S − W, where W leaves out OA23 and OA209; equals `expected` for a compliant payer."""
        if not self.secondary:
            return None
        other = sum(
            each.amount
            for remit in self.secondary
            for each in remit.adjustments
            if each.group != "PR" and (each.group, each.reason) not in {("OA", "23"), ("OA", "209")}
        )
        return self.primary_share - self.secondary_paid - other

    @cached_property
    def reports_twice(self) -> bool:
        """True when the secondary left out OA23 and reports the prior payer's reductions again (F16)."""
        return self.rolled is not None and self.rolled != self.secondary_share

    def mismatch(self) -> Mismatch | None:
        """How the ledger differs from the expected balance; None if it agrees, or nothing can be said yet."""
        ledger, expected = self.ledger, self.expected
        if ledger is None or expected is None or self.reconciled:
            return None
        if ledger.open_balance < 0:
            return Mismatch.FALSE_CREDIT
        if self.given_up:
            return Mismatch.WRONG_BUCKET
        return self._posting_mismatch(ledger)

    def _posting_mismatch(self, ledger: LedgerRead) -> Mismatch:
        if not ledger.secondary_posted and self.secondary_paid:
            return Mismatch.SUSPENSE if ledger.unapplied else Mismatch.UNPOSTED
        if ledger.secondary_posted < self.secondary_paid:
            return Mismatch.PARTIAL
        return Mismatch.WRONG_BUCKET

    @cached_property
    def reconciled(self) -> bool:
        """True when the ledger shows the expected balance, the payments, and no loose cash."""
        ledger, expected = self.ledger, self.expected
        if ledger is None or expected is None:
            return False
        balanced = ledger.open_balance == ledger.patient_balance == expected and ledger.unapplied == 0
        return balanced and (self.given_up or ledger.secondary_posted == self.secondary_paid)

    @cached_property
    def at_risk(self) -> Cents:
        """Cents that a patient would be billed for although an insurer has not decided or the ledger is wrong."""
        return 0 if self.reconciled else max(0, self.primary_share - (self.expected or 0))


def books(claim: Claim, evidence: tuple[Fact, ...], ledger: LedgerRead | None) -> Books:
    """The books of a case from its evidence."""
    return Books.model_construct(
        charge=claim.charge,
        primary=tuple(decisions(evidence, Party.PRIMARY)),
        secondary=tuple(decisions(evidence, Party.SECONDARY)),
        ledger=ledger,
        given_up=written_off(evidence),
        offset=sum(each.amount for each in evidence if isinstance(each, PaymentOffset)),
    )


def money(claim: Claim, of: Books) -> Money:
    """The figures that pages and reports show."""
    ledger = of.ledger
    return Money.model_construct(
        charge=claim.charge,
        primary_paid=sum(each.paid for each in of.primary) if of.primary else None,
        primary_patient_share=of.primary_share if of.primary else None,
        secondary_paid=of.secondary_paid if of.secondary else None,
        secondary_patient_share=of.secondary_share if of.secondary else None,
        expected_balance=of.expected,
        rolled_balance=of.rolled,
        ledger_balance=ledger.open_balance if ledger else None,
        ledger_patient_balance=ledger.patient_balance if ledger else None,
        unapplied=ledger.unapplied if ledger else 0,
        offset=of.offset,
        at_risk=of.at_risk,
    )
