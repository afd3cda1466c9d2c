"""The claim's money from remittances and ledger, in cents; what the patient truly owes, where the ledger errs."""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property

from journey.books import contract
from journey.books.methods import Due
from journey.books.remits import LATER, is_primary_open, is_taken_back, written_down, written_off
from journey.books.remits import decisions as decisions
from journey.books.remits import is_protected as is_protected
from journey.books.remits import paid_elsewhere as paid_elsewhere
from journey.books.remits import patient_share as patient_share
from journey.case import Case, Money
from journey.claim import Claim
from journey.evidence.kept import ledger_reads
from journey.facts import ClaimAcknowledged, CorrectionMade, Fact, LedgerRead, PaymentOffset, RemitAdjudicated
from journey.plans.plan import Benefit
from journey.words import Cents, Frozen, Party, PayerClass

SEQUESTRATION = "253"
SPLIT_CATEGORY = "A5"


class Mismatch(StrEnum):
    """How a ledger differs from the remittances (field notes 3.4)."""

    UNPOSTED = "not posted"
    SUSPENSE = "cash in suspense"
    PARTIAL = "posted in part"
    OFFSET = "payment kept to settle something else"
    POSTED_TWICE = "payment posted twice"
    WRONG_BUCKET = "posted to the wrong bucket"
    FALSE_CREDIT = "false credit"
    OVERPAID = "the patient paid more than is owed"
    PROTECTED = "a patient is charged who may not be"
    PROVIDER_LIABLE = "the patient is charged for what the provider lost"


class Books(Frozen):
    """The remittances of all payers as they stand, and the newest ledger state."""

    charge: Cents
    primary: tuple[RemitAdjudicated, ...]
    secondary: tuple[RemitAdjudicated, ...]
    """Decisions of every payer after the primary, in the order of payers."""
    ledger: LedgerRead | None
    given_up: bool
    offset: Cents = 0
    """What provider-level adjustments that name this claim took from its payments."""
    kept: Cents = 0
    """What was taken from the payment of this claim to settle something else (F7)."""
    taken_back: bool = False
    """A provider-level adjustment takes this claim's money back, and nothing has undone it (F9)."""
    primary_open: bool = False
    """The primary took its decision back and has not decided again: no later decision can stand on it (F18)."""
    split: bool = False
    """The payer split the claim on acceptance (277CA A5): its decision comes in parts."""
    has_third: bool = False
    """The claim names a third policy."""
    cover_ended: bool = False
    """Both sides say that the policy was not in force, and nothing else was found (F14)."""
    medicaid_decided: bool = False
    """A Medicaid plan has decided: what it leaves is never the patient's to be chased for."""
    statement_corrected: bool = False
    """Somebody sent a corrected statement after the newest one."""
    benefit: Benefit = Benefit()

    @cached_property
    def primary_share(self) -> Cents:
        """What the primary left to the patient, the secondary's business."""
        return sum(patient_share(each) for each in self.primary)

    @cached_property
    def secondary_paid(self) -> Cents:
        """What the later payers paid us, over all their standing decisions."""
        return sum(each.paid for each in self.secondary)

    @cached_property
    def last(self) -> tuple[RemitAdjudicated, ...]:
        """The decisions of the last payer that has decided."""
        third = tuple(each for each in self.secondary if each.payer is Party.TERTIARY)
        return third or self.secondary

    @cached_property
    def secondary_share(self) -> Cents:
        """What the last payer left to the patient; it must not repeat the primary's (field notes 1.3)."""
        return sum(patient_share(each) for each in self.last)

    @cached_property
    def paid_elsewhere(self) -> Cents:
        """What later payers paid to the patient or somebody else (F17)."""
        return sum(paid_elsewhere(each) for each in self.secondary)

    @cached_property
    def is_protected(self) -> bool:
        """True when a payer's standing word is that the patient may not be billed (F22)."""
        return any(is_protected(each) for each in (*self.primary, *self.secondary))

    @cached_property
    def in_parts(self) -> bool:
        """True while parts of a claim that the payer split are still undecided."""
        decided = sum(each.charge for each in self.secondary if each.payer is Party.SECONDARY)
        return self.split and bool(self.secondary) and decided < self.charge

    @cached_property
    def waits_for_third(self) -> bool:
        """True while a third policy has yet to decide on what the secondary left (F15)."""
        unheard = self.has_third and self.last is self.secondary and not self.cover_ended
        return unheard and bool(self.secondary) and self.secondary_share > 0

    @cached_property
    def expected(self) -> Cents | None:
        """What the patient owes when all is posted; None until every payer has decided in full."""
        if self.given_up:
            return 0
        if self.taken_back or self.primary_open or self.in_parts:
            return None
        if self.cover_ended and not self.secondary:
            return 0 if self.is_protected else self.primary_share
        if not self.secondary:
            return None
        if self.waits_for_third:
            return None
        return 0 if self.is_protected else self.secondary_share + self.paid_elsewhere

    @cached_property
    def rolled(self) -> Cents | None:
        """PRp − S − W, rolled forward from the primary's share; equals `expected` for payers that report rightly."""
        if not self.secondary or self.in_parts:
            return None
        return self.primary_share - self.secondary_paid - sum(written_down(each) for each in self.secondary)

    @cached_property
    def reports_twice(self) -> bool:
        """True when a later payer left out OA23 and reports the prior payers' reductions again (F16)."""
        return self.rolled is not None and self.rolled != self.secondary_share + self.paid_elsewhere

    @cached_property
    def write_off(self) -> Cents:
        """What is rightly written off after the primary: PRp − S less what is left to the patient (field notes 3.4)."""
        return self.primary_share - self.secondary_paid - (self.expected or 0)

    @cached_property
    def still_owed(self) -> Cents | None:
        """What the ledger should show to the patient: what is expected, less what the patient has paid already."""
        if self.expected is None:
            return None
        return max(0, self.expected - self._patient_paid)

    @property
    def _patient_paid(self) -> Cents:
        return self.ledger.patient_paid if self.ledger else 0

    @cached_property
    def overpaid(self) -> Cents:
        """What the patient paid beyond what is owed; 0 until that is known (F20)."""
        return 0 if self.expected is None else max(0, self._patient_paid - self.expected)

    # ---- what the contract says -------------------------------------------------------------------------------------

    @cached_property
    def by_contract(self) -> Due | None:
        """What the secondary should have paid and left; None where the plan does not name the payer's method."""
        decided = bool(self.secondary) and not self.in_parts and not self.cover_ended
        return contract.due(self.benefit, self.primary) if decided else None

    @cached_property
    def underpaid(self) -> Cents:
        """By how much the secondary's payment is short of the contract; a review, not a posting error (3.4)."""
        if self.by_contract is None or self.paid_elsewhere:
            return 0
        second = [each for each in self.secondary if each.payer is Party.SECONDARY]
        held = sum(each.amount for remit in second for each in remit.adjustments if each.reason == SEQUESTRATION)
        return contract.shortfall(self.benefit, self.by_contract, sum(each.paid for each in second) + held)

    # ---- what the ledger shows --------------------------------------------------------------------------------------

    def mismatch(self) -> Mismatch | None:
        """How the ledger differs from the expected balance; None if it agrees, or nothing can be said yet."""
        ledger, expected = self.ledger, self.expected
        if ledger is None or expected is None or self.reconciled:
            return None
        if self.given_up:
            return Mismatch.FALSE_CREDIT if ledger.open_balance < 0 else Mismatch.PROVIDER_LIABLE
        if ledger.secondary_posted < self.secondary_paid and ledger.open_balance >= 0:
            return self._unposted(ledger)
        return self._wrongly_posted(ledger)

    def _unposted(self, ledger: LedgerRead) -> Mismatch:
        if ledger.secondary_posted:
            return Mismatch.PARTIAL
        if ledger.unapplied:
            return Mismatch.SUSPENSE
        return Mismatch.OFFSET if self.kept and not ledger.deposits else Mismatch.UNPOSTED

    def _wrongly_posted(self, ledger: LedgerRead) -> Mismatch:
        if ledger.secondary_posted > self.secondary_paid:
            return Mismatch.POSTED_TWICE
        if self.overpaid and ledger.open_balance >= -self.overpaid:
            return Mismatch.OVERPAID
        if ledger.open_balance < 0:
            return Mismatch.FALSE_CREDIT
        protected = self.is_protected and ledger.patient_balance > 0
        return Mismatch.PROTECTED if protected else Mismatch.WRONG_BUCKET

    @cached_property
    def posted_in_full(self) -> bool:
        """True when the ledger shows all that the later payers paid."""
        return self.ledger is not None and self.ledger.secondary_posted == self.secondary_paid

    @cached_property
    def reconciled(self) -> bool:
        """True when the ledger shows the expected balance and the payments, no loose cash and nothing to refund."""
        ledger = self.ledger
        if ledger is None or self.still_owed is None:
            return False
        balanced = ledger.open_balance == ledger.patient_balance == self.still_owed and ledger.unapplied == 0
        return balanced and not self.overpaid and (self.given_up or ledger.secondary_posted == self.secondary_paid)

    @cached_property
    def statement_wrong(self) -> bool:
        """True when the newest statement asked the patient for another amount than is owed, and none corrected it."""
        ledger = self.ledger
        if ledger is None or ledger.last_statement_amount is None or self.expected is None:
            return False
        owed = {self.expected, self.still_owed}
        return self.reconciled and ledger.last_statement_amount not in owed and not self.statement_corrected

    @cached_property
    def at_risk(self) -> Cents:
        """Cents that a patient would be billed for although an insurer has not decided or the ledger is wrong."""
        return 0 if self.reconciled else max(0, self.primary_share - (self.expected or 0))


def books(
    claim: Claim,
    evidence: tuple[Fact, ...],
    ledger: LedgerRead | None,
    benefit: Benefit | None = None,
    *,
    cover_ended: bool = False,
) -> Books:
    """The books of a case from its evidence.

    Args:
        claim: as billed.
        evidence: in order of happening.
        ledger: the newest state of the account.
        benefit: what the plan says of the secondary's contract.
        cover_ended: both sides say that the secondary policy was not in force (F14).
    """
    later = tuple(each for payer in LATER for each in decisions(evidence, payer))
    offsets = [each for each in evidence if isinstance(each, PaymentOffset)]
    traces = {each.trace for each in later if each.trace}
    deciders = {each.payer for each in later}
    return Books.model_construct(
        charge=claim.charge,
        primary=tuple(decisions(evidence, Party.PRIMARY)),
        secondary=later,
        ledger=ledger,
        given_up=written_off(evidence),
        offset=sum(each.amount for each in offsets if each.names_claim),
        kept=max(0, sum(each.amount for each in offsets if not each.names_claim and each.trace in traces)),
        taken_back=is_taken_back(evidence),
        primary_open=is_primary_open(evidence),
        split=any(_is_split(each) for each in evidence),
        has_third=claim.coverage(3) is not None,
        cover_ended=cover_ended,
        medicaid_decided=any(
            each.payer_class is PayerClass.MEDICAID and each.party in deciders for each in claim.coverages[1:]
        ),
        statement_corrected=_statement_corrected(evidence, ledger),
        benefit=benefit or Benefit(),
    )


def _is_split(fact: Fact) -> bool:
    return isinstance(fact, ClaimAcknowledged) and fact.category == SPLIT_CATEGORY and fact.sender in LATER


def _statement_corrected(evidence: tuple[Fact, ...], ledger: LedgerRead | None) -> bool:
    """True when somebody sent a corrected statement no earlier than the day of the newest one."""
    since = ledger.last_statement_on if ledger else None
    return any(
        isinstance(each, CorrectionMade)
        and each.corrects == "statement"
        and (since is None or each.happened_at.date() >= since)
        for each in evidence
    )


def books_of(case: Case) -> Books:
    """The books of a case as it was decided last; without the contract, which is the plan's."""
    reads, shown = ledger_reads(case.evidence), case.money
    # Without any decision of a later payer, only ended cover lets a balance be expected that nobody gave up.
    undecided = shown.secondary_paid is None and shown.expected_balance is not None
    return books(case.claim, case.evidence, reads[-1] if reads else None, cover_ended=undecided)


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
        kept=of.kept,
        patient_paid=ledger.patient_paid if ledger else 0,
        contract_paid=of.by_contract.secondary if of.by_contract else None,
        contract_share=of.by_contract.patient if of.by_contract else None,
        underpaid=of.underpaid,
    )
