"""The provider's ledger over HTTP: read an account, hold its billing, release it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Protocol

import httpx2
from pydantic import BaseModel
from temporalio import activity

from activities import ledger_wire as wire
from activities.errands import done, failed
from activities.exchange import Model, RefusedError, UnreadableError, parse, post
from journey.facts import LedgerRead
from journey.words import Grade, Party, Switch
from workflows.ports import Errand, Learnt
from workflows.ports import Ledger as LedgerPort

DEFAULT_REASON = "COB-PENDING"
NOT_ACCEPTED = frozenset({400, 409, 413, 415, 422})
"""Statuses by which the ledger says that this request will never do."""


class Opaque(Protocol):
    """Makes an identifier that tells nothing from confidential parts, always the same from the same."""

    def __call__(self, kind: str, *parts: str) -> str:
        """The identifier; `kind` becomes its beginning."""


class LedgerClient:
    """What the ledger understands, as calls; safe to share between threads.

    Every call raises `activities.exchange.ExchangeError` when it brings no usable answer.
    """

    def __init__(self, http: httpx2.Client, token: Callable[[], str]) -> None:
        """Take a client whose base is the ledger, and what gives the bearer token at each call."""
        self._http = http
        self._token = token

    def balance(self, account: str) -> wire.Balance:
        """The account as the ledger shows it; an answer about another account is no answer."""
        balance = self._ask(wire.BALANCES, wire.AccountAsked(account=account), wire.Balance)
        if balance.account != account:
            raise UnreadableError("the ledger answered for another account")
        return balance

    def hold(self, account: str, switches: tuple[Switch, ...], reason_code: str, key: str) -> wire.HoldPlaced:
        """Ask for switches to be turned on; the same key asks once."""
        order = wire.HoldRequest(account=account, switches=switches, reason_code=reason_code)
        return self._ask(wire.HOLDS, order, wire.HoldPlaced, key)

    def release(self, account: str, key: str) -> wire.HoldReleased:
        """Ask for every switch to be turned off; the same key asks once."""
        return self._ask(wire.RELEASES, wire.AccountAsked(account=account), wire.HoldReleased, key)

    def recall(self, account: str, key: str) -> wire.AccountRecalled:
        """Ask for the account back from its agency, and for the deletion of bureau reports; the same key asks once."""
        return self._ask(wire.RECALLS, wire.AccountAsked(account=account), wire.AccountRecalled, key)

    def changes(self, after: int, limit: int = wire.PAGE) -> wire.Changes:
        """A page of changes after a place in the running order."""
        return self._ask(wire.CHANGES, wire.ChangesAsked(after=after, limit=limit), wire.Changes)

    def _ask(self, path: str, body: BaseModel, answer: type[Model], key: str = "") -> Model:
        headers = {"authorization": f"Bearer {self._token()}"}
        if key:
            headers[wire.IDEMPOTENCY_KEY] = key
        return parse(answer, post(self._http, path, body.model_dump_json().encode(), headers))


NOT_SET = "no ledger is set (BATON_LEDGER_URL)"


class LedgerOverHttp(LedgerPort):
    """The ledger port; a refusal that no retry can help comes back as a failed outcome, all else is retried."""

    def __init__(self, client: LedgerClient, opaque: Opaque) -> None:
        """Take the ledger, and what makes fact ids."""
        self._client = client
        self._opaque = opaque

    @activity.defn(name="read_ledger", no_thread_cancel_exception=True)
    def read_ledger(self, errand: Errand) -> Learnt:
        """The account of the errand's claim as a fact."""
        return self._read_after(errand, lambda: "")

    @activity.defn(name="request_hold", no_thread_cancel_exception=True)
    def request_hold(self, errand: Errand) -> Learnt:
        """Ask for the hold of `detail['switches']` (all six when not given), and read back what stands."""
        return self._read_after(errand, partial(self._hold, errand))

    @activity.defn(name="release_hold", no_thread_cancel_exception=True)
    def release_hold(self, errand: Errand) -> Learnt:
        """Ask for the release, and read back what stands."""
        return self._read_after(errand, partial(self._release, errand))

    @activity.defn(name="recall_account", no_thread_cancel_exception=True)
    def recall_account(self, errand: Errand) -> Learnt:
        """Ask for the account back from its agency, and read back whether it still lies there."""
        return self._read_after(errand, partial(self._recall, errand))

    def _recall(self, errand: Errand) -> str:
        return self._client.recall(errand.claim.claim_number, errand.action.key).recall_id

    def _hold(self, errand: Errand) -> str:
        reason = errand.action.detail.get("reason_code", DEFAULT_REASON)
        placed = self._client.hold(errand.claim.claim_number, _switches(errand), reason, errand.action.key)
        return placed.hold_id

    def _release(self, errand: Errand) -> str:
        self._client.release(errand.claim.claim_number, errand.action.key)
        return ""

    def _read_after(self, errand: Errand, effect: Callable[[], str]) -> Learnt:
        try:
            reference = effect()
            balance = self._client.balance(errand.claim.claim_number)
        except RefusedError as refusal:
            problem = _lasting(refusal)
            if not problem:
                raise
            return Learnt(outcome=failed(errand, problem))
        return Learnt(outcome=done(errand, reference), facts=(as_fact(balance, errand.now, self._opaque),))


class NoLedger(LedgerPort):
    """Where no ledger is set: every errand to it fails at once, and the case asks for a person."""

    @activity.defn(name="read_ledger", no_thread_cancel_exception=True)
    def read_ledger(self, errand: Errand) -> Learnt:
        """Nothing can be read."""
        return Learnt(outcome=failed(errand, NOT_SET))

    @activity.defn(name="request_hold", no_thread_cancel_exception=True)
    def request_hold(self, errand: Errand) -> Learnt:
        """Nothing can be held: a person must do it in the billing system."""
        return Learnt(outcome=failed(errand, NOT_SET))

    @activity.defn(name="release_hold", no_thread_cancel_exception=True)
    def release_hold(self, errand: Errand) -> Learnt:
        """Nothing can be released."""
        return Learnt(outcome=failed(errand, NOT_SET))

    @activity.defn(name="recall_account", no_thread_cancel_exception=True)
    def recall_account(self, errand: Errand) -> Learnt:
        """Nobody can be asked: a person must call the agency."""
        return Learnt(outcome=failed(errand, NOT_SET))


def as_fact(balance: wire.Balance, learnt_at: datetime, opaque: Opaque) -> LedgerRead:
    """A balance as a fact; the same state of the same account is the same fact, however it reached us."""
    shown = balance.model_dump(exclude={"account", "as_of"})
    return LedgerRead(
        fact_id=opaque("ledger", balance.account, str(balance.version)),
        happened_at=balance.as_of,
        learnt_at=max(learnt_at, balance.as_of),
        source="ledger",
        sender=Party.LEDGER,
        grade=Grade.SETTLED,
        **shown,
    )


def _switches(errand: Errand) -> tuple[Switch, ...]:
    named = errand.action.detail.get("switches", "").replace(",", " ").split()
    return tuple(Switch(name) for name in named) or tuple(Switch)


def _lasting(refusal: RefusedError) -> str:
    """Why asking again will not help, empty when it may (a token can be replaced, an address put right)."""
    if refusal.problem == wire.UNKNOWN_ACCOUNT:
        return "the ledger does not know this account"
    if refusal.status in NOT_ACCEPTED:
        return f"the ledger does not accept the request (status {refusal.status})"
    return ""
