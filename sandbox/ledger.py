"""A provider's ledger: it believes that whatever the primary left is the patient's to pay.

Not for threads: the world and the HTTP server use it from one event loop. Time is always an argument, in case time;
dates are dates in UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from activities.ledger_wire import ACCOUNT_LENGTH, PAGE, Balance, Change
from journey.words import Cents, Switch
from sandbox.account import (
    OWED,
    PRIMARY_KINDS,
    SECONDARY_KINDS,
    Account,
    Bucket,
    Hold,
    Kind,
    Line,
    NoSuchAccountError,
    NotPossibleError,
    Part,
    parts_of,
    require_cents,
    whole,
)
from sandbox.dunning import Step, Taken


@dataclass(frozen=True)
class Statement:
    """A statement that reached the patient, and what it asked for in cents."""

    account: str
    on: date
    amount: Cents


class Ledger:
    """All accounts of one provider, their changes in one running order, and the dunning that goes on by itself."""

    def __init__(self) -> None:
        """An empty ledger."""
        self._accounts: dict[str, Account] = {}
        self._changes: list[Change] = []

    # What the billing desk does

    def open_account(
        self,
        account: str,
        charge_cents: Cents,
        at: datetime,
        *,
        autopay: bool = False,
        charges: Mapping[str, Cents] | None = None,
    ) -> None:
        """Book a claim's charge, which the primary owes first.

        Args:
            account: the provider's claim number.
            charge_cents: the total charge.
            at: when.
            autopay: the patient lets the provider draw what a statement asks for.
            charges: what each service line has of it, by control number, where the lines are known.

        Raises:
            NotPossibleError: the account is open already, or the amount is not one.
        """
        if not 0 < len(account) <= ACCOUNT_LENGTH or account in self._accounts:
            raise NotPossibleError(f"an account needs a number of its own, of at most {ACCOUNT_LENGTH} characters")
        require_cents("the charge", charge_cents)
        if charges and sum(charges.values()) != charge_cents:
            raise NotPossibleError("the charges of the lines must add up to the charge")
        self._accounts[account] = Account(account, autopay, _moment(at), charges=dict(charges or {}))
        with self._change(account, at) as book:
            book.add(at, Kind.CHARGE, Bucket.PRIMARY, charge_cents)

    def primary_posted(
        self,
        account: str,
        paid: Cents,
        contractual: Cents,
        at: datetime,
        *,
        shares: Mapping[str, Cents] | None = None,
    ) -> None:
        """Post the primary's decision; the rest moves to the patient, and that is the danger.

        Args:
            account: which account.
            paid: what the primary paid.
            contractual: what nobody owes.
            at: when.
            shares: how the rest falls on the service lines, by control number.

        Raises:
            NotPossibleError: it is posted already, or takes off more than the charge, or the shares are not the rest.
        """
        require_cents("a payment", paid, contractual)
        with self._change(account, at) as book:
            rest = book.total(Bucket.PRIMARY) - paid - contractual
            if book.standing(PRIMARY_KINDS) or rest < 0:
                raise NotPossibleError("the primary's decision is posted once, and takes off no more than the charge")
            if shares and sum(shares.values()) != rest:
                raise NotPossibleError("the shares of the lines must add up to what the primary left")
            book.add(at, Kind.PRIMARY_PAYMENT, Bucket.PRIMARY, -paid)
            book.add(at, Kind.CONTRACTUAL, Bucket.PRIMARY, -contractual)
            book.add(at, Kind.TRANSFER, Bucket.PRIMARY, -rest)
            for service, share in (shares or {"": rest}).items():
                book.add(at, Kind.TRANSFER, Bucket.PATIENT, share, service)

    def unpost_primary(self, account: str, at: datetime) -> None:
        """Take the primary's posting back, as after its reversal: the charge is the primary's again.

        Raises:
            NotPossibleError: nothing of the primary is posted.
        """
        with self._change(account, at) as book:
            if not book.standing(PRIMARY_KINDS):
                raise NotPossibleError("nothing of the primary is posted")
            book.reverse(PRIMARY_KINDS, at)

    def bill_secondary(self, account: str, on: date) -> None:
        """Record that the billing system sent the secondary claim by itself; moves no money."""
        with self._change(account, _start(on)) as book:
            book.billed_on = on

    def deposit(self, account: str, amount: Cents, at: datetime) -> None:
        """Show money of the secondary in the bank; below zero when the payer took it back.

        Raises:
            NotPossibleError: the amount is zero, or more was taken back than came.
        """
        with self._change(account, at) as book:
            if not whole(amount) or not amount or book.total(Bucket.BANK) + amount < 0:
                raise NotPossibleError("a deposit is whole cents, not zero, and no more is taken back than came")
            book.add(at, Kind.DEPOSIT, Bucket.BANK, amount)

    def post_secondary(
        self,
        account: str,
        paid: Cents,
        adjustments: Cents,
        patient_share: Cents,
        at: datetime,
        *,
        parts: Sequence[Part] = (),
    ) -> None:
        """Post the secondary's decision as it should be: the patient's balance becomes the patient's share.

        Args:
            account: which account.
            paid: what the secondary paid.
            adjustments: what it wrote off beyond what the primary had (its non-PR adjustments without OA23).
            patient_share: what it leaves to the patient.
            at: when.
            parts: payment and adjustments by service line, where the remittance tells.

        Raises:
            NotPossibleError: a decision is posted already, or the amounts do not add up to the patient's balance.
        """
        with self._posting(account, paid, at) as book:
            book.post_decision(parts_of(paid, adjustments, parts), patient_share, at)

    def post_next(
        self,
        account: str,
        paid: Cents,
        adjustments: Cents,
        patient_share: Cents,
        at: datetime,
        *,
        parts: Sequence[Part] = (),
    ) -> None:
        """Post the decision of a payer after the secondary; arguments and refusals as `post_secondary`.

        It adds to what is posted of the secondary, which stays.
        """
        require_cents("a payment", paid)
        with self._change(account, at) as book:
            book.post_decision(parts_of(paid, adjustments, parts), patient_share, at)

    def post_as_read(
        self, account: str, paid: Cents, adjustments: Cents, at: datetime, *, parts: Sequence[Part] = ()
    ) -> None:
        """Post what a clerk or an automatic poster reads on a remittance, whether it adds up or not.

        That is how part of a payment, a reduction reported twice, or money that went to the patient gets booked.
        """
        with self._posting(account, paid, at) as book:
            require_cents("an adjustment", adjustments)
            book.post_parts(parts_of(paid, adjustments, parts), at)

    def post_to_suspense(self, account: str, amount: Cents, at: datetime) -> None:
        """Put the secondary's money where nobody looks: unapplied cash; the balances stay."""
        with self._posting(account, amount, at) as book:
            book.add(at, Kind.SUSPENSE, Bucket.UNAPPLIED, amount)

    def post_wrong_bucket(self, account: str, amount: Cents, at: datetime) -> None:
        """Post the payment against the payer instead of the patient, who goes on owing all of it."""
        with self._posting(account, amount, at) as book:
            book.add(at, Kind.SECONDARY_PAYMENT, Bucket.SECONDARY, -amount)

    def unpost_secondary(self, account: str, at: datetime) -> None:
        """Take the secondary's posting back, as after a reversal; the patient's balance opens again.

        Raises:
            NotPossibleError: nothing of the secondary is posted.
        """
        with self._change(account, at) as book:
            if not book.standing(SECONDARY_KINDS):
                raise NotPossibleError("nothing of the secondary is posted")
            book.reverse(SECONDARY_KINDS, at)

    def correct(
        self,
        account: str,
        paid: Cents,
        adjustments: Cents,
        patient_share: Cents,
        at: datetime,
        *,
        parts: Sequence[Part] = (),
    ) -> None:
        """Post the secondary's decision rightly, whatever was posted of it before; arguments as `post_secondary`."""
        require_cents("a payment", paid)
        with self._change(account, at) as book:
            book.reverse(SECONDARY_KINDS, at)
            book.post_decision(parts_of(paid, adjustments, parts), patient_share, at)

    def write_off(self, account: str, at: datetime) -> None:
        """Let go of whatever is still open: the open balance becomes zero in every bucket."""
        with self._change(account, at) as book:
            for bucket in OWED:
                book.add(at, Kind.WRITE_OFF, bucket, -book.total(bucket))

    # What the patient does

    def patient_pays(self, account: str, amount: Cents, at: datetime) -> None:
        """Take a payment of the patient, asked for or not.

        Raises:
            NotPossibleError: the amount is not one.
        """
        require_cents("a payment", amount)
        with self._change(account, at) as book:
            book.add(at, Kind.PATIENT_PAYMENT, Bucket.PATIENT, -amount)

    def refund_patient(self, account: str, amount: Cents, at: datetime) -> None:
        """Give money back to the patient.

        Raises:
            NotPossibleError: it is more than the patient paid.
        """
        require_cents("a refund", amount)
        with self._change(account, at) as book:
            if amount > book.patient_paid:
                raise NotPossibleError("no more is refunded than was paid")
            book.add(at, Kind.REFUND, Bucket.PATIENT, amount)

    def correct_statement(self, account: str, at: datetime) -> None:
        """Send the patient a statement of what stands now, zero included, in place of an earlier wrong one."""
        with self._change(account, at) as book:
            book.state_again(_moment(at))

    # Billing switches

    def set_switches(self, account: str, switches: Iterable[Switch], at: datetime) -> None:
        """Turn switches on; one that takes something back (recall, bureau deletion) does so at once."""
        with self._change(account, at) as book:
            book.turn_on(switches, at)

    def clear_switches(self, account: str, switches: Iterable[Switch], at: datetime) -> None:
        """Turn switches off; what they had held back goes on by its old dates."""
        with self._change(account, at) as book:
            book.switches -= set(switches)

    def place_hold(self, account: str, switches: Iterable[Switch], reason_code: str, at: datetime) -> str:
        """Turn switches on for a reason that is kept; gives the id of the hold."""
        book = self._account(account)
        wanted = tuple(switches)
        hold = Hold(f"hold-{sum(len(each.holds) for each in self._accounts.values()) + 1}", wanted, reason_code, at)
        self.set_switches(account, wanted, at)
        book.holds.append(hold)
        return hold.hold_id

    def release_hold(self, account: str, at: datetime) -> None:
        """Turn every switch off."""
        self.clear_switches(account, Switch, at)

    def recall(self, account: str, at: datetime) -> None:
        """Take the account back from an agency and have a bureau's entry deleted; changes no switch."""
        with self._change(account, at) as book:
            book.undo(Switch, at)

    # The clock of its own

    def run_day(self, on: date) -> None:
        """Do what dunning brings for every account on one day; running a day again changes nothing."""
        for number, book in self._accounts.items():
            for step in book.due(on):
                with self._change(number, _start(on)):
                    book.take(step, _start(on))

    # What can be read

    def accounts(self) -> tuple[str, ...]:
        """Every account, in the order of opening."""
        return tuple(self._accounts)

    def balance(self, account: str, as_of: datetime) -> Balance:
        """The account as it stands, read at a moment.

        Raises:
            NoSuchAccountError: there is no such account.
        """
        return self._account(account).balance(_moment(as_of))

    def changes(self, after: int = 0, limit: int = PAGE) -> tuple[Change, ...]:
        """Changes of all accounts in order, each with the balance right after it."""
        return tuple(self._changes[after : after + limit])

    def lines(self, account: str) -> tuple[Line, ...]:
        """Every line of an account, in the order of booking."""
        return tuple(self._account(account).lines)

    def holds(self, account: str) -> tuple[Hold, ...]:
        """The holds that were asked for, oldest first."""
        return tuple(self._account(account).holds)

    def taken(self, account: str) -> tuple[Taken, ...]:
        """Every step of dunning against the patient, oldest first."""
        return tuple(self._account(account).taken)

    def patient_paid(self, account: str) -> Cents:
        """What the patient paid, less refunds."""
        return self._account(account).patient_paid

    def statements(self, account: str) -> tuple[Statement, ...]:
        """The statements that the patient got, oldest first."""
        return tuple(Statement(account, each.on, each.amount) for each in self._dunned(account, Step.STATEMENT))

    def placements(self, account: str) -> tuple[date, ...]:
        """When the account went to an agency, recalled since or not."""
        return tuple(each.on for each in self._dunned(account, Step.PLACEMENT))

    def _dunned(self, account: str, step: Step) -> Iterator[Taken]:
        return (each for each in self._account(account).taken if each.step is step)

    def _account(self, account: str) -> Account:
        if account not in self._accounts:
            raise NoSuchAccountError("there is no such account")
        return self._accounts[account]

    @contextmanager
    def _posting(self, account: str, amount: Cents, at: datetime) -> Iterator[Account]:
        require_cents("a payment", amount)
        with self._change(account, at) as book:
            if book.standing(SECONDARY_KINDS):
                raise NotPossibleError("the secondary's decision is posted already; correct it or take it back")
            yield book

    @contextmanager
    def _change(self, account: str, at: datetime) -> Iterator[Account]:
        """One change: done whole or not at all, numbered and published when it changed anything."""
        book, at = self._account(account), _moment(at)
        before, lines = book.balance(at), len(book.lines)
        try:
            yield book
        except NotPossibleError:
            del book.lines[lines:]
            raise
        book.watch_patient(at)
        if book.balance(at) != before:
            book.version += 1
            book.changed_at = max(book.changed_at, at)
            self._changes.append(Change(sequence=len(self._changes) + 1, balance=book.balance(at)))


def _moment(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise NotPossibleError("a time needs its zone")
    return at.astimezone(UTC)


def _start(on: date) -> datetime:
    return datetime.combine(on, time(), UTC)
