"""What Baton and a provider's ledger say to each other over HTTP: JSON bodies, integer cents, times in UTC.

An adapter for a billing system answers these five questions and needs nothing else; `docs/ledger-openapi.json` is the
same contract for machines. Account numbers identify patients, so they travel in bodies, never in an address.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field

from journey.facts import PostedLine
from journey.words import Cents, Frozen, Moment, Switch

BALANCES: Final = "/v1/balances/read"
HOLDS: Final = "/v1/holds"
RELEASES: Final = "/v1/holds/release"
RECALLS: Final = "/v1/recalls"
CHANGES: Final = "/v1/changes/read"

IDEMPOTENCY_KEY: Final = "Idempotency-Key"
"""Header of every write: the same key with the same body is done once and answered alike."""

PROBLEM_JSON: Final = "application/problem+json"
UNKNOWN_ACCOUNT: Final = "urn:baton:ledger:unknown-account"
"""The `type` of the problem that says: no such account, and asking again will not help."""

PAGE: Final = 500
"""Most changes in one answer."""

ACCOUNT_LENGTH: Final = 64

Account = Annotated[str, Field(min_length=1, max_length=ACCOUNT_LENGTH)]
"""The provider's own claim number."""


class _Wire(Frozen):
    """Frozen, with what stands under a field as its description in the OpenAPI document."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class AccountAsked(_Wire):
    """Body of `BALANCES`, `RELEASES` and `RECALLS`: which account."""

    account: Account


class Balance(_Wire):
    """One account as the ledger shows it; cents."""

    account: Account
    version: int = Field(ge=0)
    """Rises by one with each change of this account; the same version is the same state."""
    as_of: Moment
    open_balance: Cents
    """Charge less payments and adjustments, whoever owes it."""
    patient_balance: Cents
    """The part that stands to the patient, which is what a statement would ask for."""
    primary_posted: Cents = 0
    secondary_posted: Cents = 0
    """What is posted of all payers after the primary."""
    unapplied: Cents = 0
    """Cash of this account that was posted to nothing."""
    deposits: Cents = 0
    """Money of the secondary payer seen in the bank for this claim, posted or not."""
    secondary_billed_on: date | None = None
    switches_on: tuple[Switch, ...] = ()
    statements_sent: int = Field(default=0, ge=0)
    first_statement_on: date | None = None
    """Collections clocks count from it."""
    last_statement_on: date | None = None
    last_statement_amount: Cents | None = None
    """What the newest statement asked for."""
    placed_with_agency: bool = False
    patient_paid: Cents = 0
    """What the patient paid, less what was refunded."""
    lines: tuple[PostedLine, ...] = ()
    """Posting by service line, where the billing system tells lines."""


class HoldRequest(_Wire):
    """Body of `HOLDS`: the switches to turn on; those already on stay on."""

    account: Account
    switches: tuple[Switch, ...] = Field(min_length=1)
    reason_code: str = Field(min_length=1, max_length=32)


class HoldPlaced(_Wire):
    """The ledger took a hold; whether it acts is seen only by reading the balance back."""

    hold_id: str


class HoldReleased(_Wire):
    """The ledger turned every switch of the account off."""

    released: Literal[True] = True


class AccountRecalled(_Wire):
    """The account was asked back from its agency; whether it is back is seen only by reading the balance."""

    recall_id: str


class ChangesAsked(_Wire):
    """Body of `CHANGES`: what happened after a place in the ledger's running order."""

    after: int = Field(default=0, ge=0)
    limit: int = Field(default=PAGE, ge=1, le=PAGE)


class Change(_Wire):
    """One account as it stood right after one change."""

    sequence: int = Field(ge=1)
    """Place in the running order of all accounts."""
    balance: Balance


class Changes(_Wire):
    """A page of changes in order; `last` is what to ask `after` next time."""

    changes: tuple[Change, ...]
    last: int = Field(ge=0)


class Problem(_Wire):
    """Any refusal (RFC 9457); tells field and rule, never a value that was sent."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
