"""One account of a provider's ledger: lines that are only ever added to, and balances that are sums over them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum

from activities.ledger_wire import Balance
from journey.facts import PostedLine
from journey.words import Cents, Switch
from sandbox.dunning import UNDOES, Step, Taken, due, stands


class LedgerError(Exception):
    """Anything that the ledger refuses; tells the rule, never an account."""


class NoSuchAccountError(LedgerError):
    """No account of that number was ever opened."""


class NotPossibleError(LedgerError):
    """The request breaks a rule of the ledger, which is its message; nothing was changed."""


class Bucket(StrEnum):
    """Where a line stands: who owes it, or which cash it is."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    PATIENT = "patient"
    UNAPPLIED = "unapplied"
    BANK = "bank"


OWED = (Bucket.PRIMARY, Bucket.SECONDARY, Bucket.PATIENT)
"""The buckets that make up the open balance."""


class Kind(StrEnum):
    """What a line records."""

    CHARGE = "charge"
    PRIMARY_PAYMENT = "primary_payment"
    CONTRACTUAL = "contractual"
    TRANSFER = "transfer"
    SECONDARY_PAYMENT = "secondary_payment"
    SECONDARY_ADJUSTMENT = "secondary_adjustment"
    SUSPENSE = "suspense"
    DEPOSIT = "deposit"
    PATIENT_PAYMENT = "patient_payment"
    REFUND = "refund"
    WRITE_OFF = "write_off"


SECONDARY_KINDS = frozenset({Kind.SECONDARY_PAYMENT, Kind.SECONDARY_ADJUSTMENT, Kind.SUSPENSE})
"""What posting the secondary's decision writes, in whichever place; a correction takes all of it back."""

PRIMARY_KINDS = frozenset({Kind.PRIMARY_PAYMENT, Kind.CONTRACTUAL, Kind.TRANSFER})
"""What posting the primary's decision writes; when the primary takes it back, all of it is undone."""

PATIENT_KINDS = frozenset({Kind.PATIENT_PAYMENT, Kind.REFUND})


@dataclass(frozen=True)
class Line:
    """One line of an account; cents, positive where the bucket grows."""

    at: datetime
    kind: Kind
    bucket: Bucket
    cents: Cents
    service: str = ""
    """Control number of the service line that it is for; empty when it is for the claim as a whole."""


@dataclass(frozen=True)
class Part:
    """What one service line has of a posting; cents."""

    service: str
    paid: Cents = 0
    adjustments: Cents = 0


@dataclass(frozen=True)
class Hold:
    """A hold that somebody asked for; the switches tell whether it acts."""

    hold_id: str
    switches: tuple[Switch, ...]
    reason_code: str
    placed_at: datetime


@dataclass
class Account:
    """The book of one claim.

    Attributes:
        number: the provider's claim number.
        autopay: the patient lets the provider draw what a statement asks for.
        changed_at: when it last changed in a way that its balance shows.
        lines: every line, in the order of booking.
        taken: every step of dunning, oldest first.
        switches: the billing switches that are on.
        holds: the holds that were asked for, oldest first.
        version: counts the changes that its balance shows.
        billed_on: when the billing system sent the secondary claim by itself.
        patient_since: when the present patient balance opened; None while there is none.
        taken_before: how many steps were taken before it opened.
        charges: the charge of each service line by its control number; empty when only the claim's is known.
    """

    number: str
    autopay: bool
    changed_at: datetime
    lines: list[Line] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)
    switches: set[Switch] = field(default_factory=set)
    holds: list[Hold] = field(default_factory=list)
    version: int = 0
    billed_on: date | None = None
    patient_since: date | None = None
    taken_before: int = 0
    charges: Mapping[str, Cents] = field(default_factory=dict)

    def add(self, at: datetime, kind: Kind, bucket: Bucket, cents: Cents, service: str = "") -> None:
        """Book a line, if there is anything to book."""
        if cents:
            self.lines.append(Line(at, kind, bucket, cents, service))

    def total(self, *buckets: Bucket) -> Cents:
        """What stands in buckets."""
        return sum(line.cents for line in self.lines if line.bucket in buckets)

    def posted(self, kind: Kind) -> Cents:
        """What payments of a kind took off the open balance."""
        return -sum(line.cents for line in self.lines if line.kind is kind and line.bucket in OWED)

    @property
    def patient_paid(self) -> Cents:
        """What the patient paid, less what was refunded."""
        return -sum(line.cents for line in self.lines if line.kind in PATIENT_KINDS)

    def standing(self, kinds: frozenset[Kind]) -> dict[tuple[Kind, Bucket, str], Cents]:
        """What stands of the postings of some kinds, by kind, bucket and service line."""
        found: Counter[tuple[Kind, Bucket, str]] = Counter()
        for line in self.lines:
            if line.kind in kinds:
                found[line.kind, line.bucket, line.service] += line.cents
        return {place: cents for place, cents in found.items() if cents}

    def post_decision(self, parts: Sequence[Part], patient_share: Cents, at: datetime) -> None:
        """Take a later payer's decision off the patient's balance; what the patient paid already stays the patient's.

        Raises:
            NotPossibleError: the amounts do not add up to the patient's balance.
        """
        adjusted = sum(each.adjustments for each in parts)
        require_cents("an adjustment or a patient's share", adjusted, patient_share)
        before = self.total(Bucket.PATIENT) + self.patient_paid
        if before - sum(each.paid for each in parts) - adjusted != patient_share:
            raise NotPossibleError("payment, adjustments and the patient's share must add up to the patient's balance")
        self.post_parts(parts, at)

    def post_parts(self, parts: Sequence[Part], at: datetime) -> None:
        """Take payments and adjustments off the patient's balance, whatever they add up to."""
        for each in parts:
            self.add(at, Kind.SECONDARY_PAYMENT, Bucket.PATIENT, -each.paid, each.service)
            self.add(at, Kind.SECONDARY_ADJUSTMENT, Bucket.PATIENT, -each.adjustments, each.service)

    def reverse(self, kinds: frozenset[Kind], at: datetime) -> None:
        """Book the opposite of whatever stands of the postings of some kinds."""
        for (kind, bucket, service), cents in self.standing(kinds).items():
            self.add(at, kind, bucket, -cents, service)

    def turn_on(self, switches: Iterable[Switch], at: datetime) -> None:
        """Turn switches on; one that takes something back does so at once."""
        self.switches |= set(switches)
        self.undo(self.switches, at)

    def undo(self, switches: Iterable[Switch], at: datetime) -> None:
        """Take back what stands and what these switches take back: a placement, a report to a bureau."""
        for switch in switches:
            done, undo = UNDOES.get(switch, (None, None))
            if done and undo and stands(done, self.taken):
                self.taken.append(Taken(undo, at.astimezone(UTC).date(), self.total(Bucket.PATIENT)))

    def due(self, on: date) -> tuple[Step, ...]:
        """The steps of dunning that a day brings."""
        if self.patient_since is None:
            return ()
        steps = due(on, self.patient_since, self.taken[self.taken_before :], self.switches)
        return tuple(step for step in steps if step is not Step.DRAW or self.autopay)

    def take(self, step: Step, at: datetime) -> None:
        """Take one step of dunning, unless an earlier one of the day left nothing to ask for."""
        asked = self.total(Bucket.PATIENT)
        if asked <= 0:
            return
        self.taken.append(Taken(step, at.date(), asked))
        if step is Step.DRAW:
            self.add(at, Kind.PATIENT_PAYMENT, Bucket.PATIENT, -asked)

    def state_again(self, at: datetime) -> None:
        """Send a statement of what stands now, nothing included; dunning starts over from it."""
        asked = max(self.total(Bucket.PATIENT), 0)
        self.taken_before = len(self.taken)
        self.taken.append(Taken(Step.STATEMENT, at.date(), asked))
        if self.patient_since is not None:
            self.patient_since = at.date()

    def watch_patient(self, at: datetime) -> None:
        """Start the statement clock when a patient balance opens, stop it when none is left."""
        if self.total(Bucket.PATIENT) <= 0:
            self.patient_since = None
        elif self.patient_since is None:
            self.patient_since = at.date()
            self.taken_before = len(self.taken)

    def balance(self, as_of: datetime) -> Balance:
        """The account as it stands, for a reader at a moment that is not before its last change."""
        statements = [each for each in self.taken if each.step is Step.STATEMENT]
        return Balance(
            account=self.number,
            version=self.version,
            as_of=max(as_of, self.changed_at),
            open_balance=self.total(*OWED),
            patient_balance=self.total(Bucket.PATIENT),
            primary_posted=self.posted(Kind.PRIMARY_PAYMENT),
            secondary_posted=self.posted(Kind.SECONDARY_PAYMENT),
            unapplied=self.total(Bucket.UNAPPLIED),
            deposits=self.total(Bucket.BANK),
            secondary_billed_on=self.billed_on,
            switches_on=tuple(switch for switch in Switch if switch in self.switches),
            statements_sent=len(statements),
            first_statement_on=statements[0].on if statements else None,
            last_statement_on=statements[-1].on if statements else None,
            last_statement_amount=statements[-1].amount if statements else None,
            placed_with_agency=stands(Step.PLACEMENT, self.taken),
            patient_paid=self.patient_paid,
            lines=tuple(self._posted_line(number, charge) for number, charge in self.charges.items()),
        )

    def _posted_line(self, number: str, charge: Cents) -> PostedLine:
        mine = [line for line in self.lines if line.service == number]
        paid = -sum(line.cents for line in mine if line.kind is Kind.SECONDARY_PAYMENT and line.bucket in OWED)
        owed = sum(line.cents for line in mine if line.bucket is Bucket.PATIENT)
        return PostedLine(number=number, charge=charge, secondary_posted=paid, patient_balance=owed)


def parts_of(paid: Cents, adjustments: Cents, parts: Sequence[Part] = ()) -> Sequence[Part]:
    """The posting by service line, or as one part when nobody tells the lines.

    Raises:
        NotPossibleError: the parts do not add up to the posting.
    """
    if not parts:
        return (Part("", paid, adjustments),)
    if (sum(each.paid for each in parts), sum(each.adjustments for each in parts)) != (paid, adjustments):
        raise NotPossibleError("the parts of a posting must add up to it")
    return parts


def require_cents(what: str, *amounts: Cents) -> None:
    """Refuse what cannot be an amount.

    Raises:
        NotPossibleError: names the field, not the amount.
    """
    if not all(whole(cents) and cents >= 0 for cents in amounts):
        raise NotPossibleError(f"{what} is whole cents and not below zero")


def whole(cents: object) -> bool:
    """Whether something is an integer number of cents."""
    return isinstance(cents, int) and not isinstance(cents, bool)
