"""Errands, and a real ledger and desk over HTTP for the adapters to talk to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

import httpx2
import pytest
from starlette.responses import Response

from activities.exchange import client
from activities.ledger import LedgerClient, LedgerOverHttp, Opaque
from journey.case import Action, ActionKind
from journey.claim import Claim, Coverage
from journey.facts import RemitAdjudicated
from journey.words import Grade, Party
from sandbox.faults import Faults
from sandbox.ledger import Ledger
from sandbox.ledger_http import ledger_app
from sandbox.serving import serve
from workflows.ports import Errand

T0 = datetime(2026, 3, 2, 15, tzinfo=UTC)
ACCOUNT = "PT-778812"
MEMBER = "QMB4471190"

MakeErrand = Callable[..., Errand]


@pytest.fixture
def claim() -> Claim:
    """A claim with two policies; every value in it is confidential."""
    primary = Coverage(order=1, payer_id="PRIM1", payer_name="First Health", member_id="FH-1")
    secondary = Coverage(
        order=2,
        payer_id="SEC22",
        payer_name="Second Mutual",
        member_id=MEMBER,
        member_last_name="Quillfeather",
        member_first_name="Ada",
        member_birth_date=date(1950, 5, 1),
    )
    return Claim(
        claim_number=ACCOUNT,
        practice="north",
        charge=100_000,
        service_from=date(2026, 2, 10),
        service_to=date(2026, 2, 11),
        coverages=(primary, secondary),
        provider_npi="1999999984",
        patient_last_name="Quillfeather",
    )


@pytest.fixture
def remit() -> RemitAdjudicated:
    """The primary's decision on the claim."""
    return RemitAdjudicated(
        fact_id="f1",
        happened_at=T0,
        learnt_at=T0,
        sender=Party.PRIMARY,
        grade=Grade.SETTLED,
        payer=Party.PRIMARY,
        claim_status="1",
        charge=100_000,
        paid=48_000,
    )


@pytest.fixture
def errand(claim: Claim, remit: RemitAdjudicated) -> MakeErrand:
    """Makes an errand of a kind, with a detail and a key."""

    def make(kind: ActionKind, detail: dict[str, str] | None = None, key: str = "case-a:1") -> Errand:
        action = Action(
            key=key, kind=kind, asked_at=T0, reason="Primary paid 12 Mar", to=Party.PROVIDER, detail=detail or {}
        )
        return Errand(
            case_id="case-a", practice="north", action=action, claim=claim, now=T0, prior_remittances=(remit,)
        )

    return make


def opaque(kind: str, *parts: str) -> str:
    """Stands in for the keyed hash of the worker's key ring: the same parts, the same id, and nothing readable."""
    return f"{kind}-{sha256(repr(parts).encode()).hexdigest()[:26]}"


@dataclass
class Partner:
    """A provider's ledger and desk as Baton meets them, with the books and faults behind."""

    url: str
    ledger: Ledger
    faults: Faults
    notices: list[dict[str, Any]]
    http: httpx2.Client
    client: LedgerClient
    port: LedgerOverHttp
    opaque: Opaque


Answering = Callable[[int, bytes, dict[str, str]], AbstractAsyncContextManager[str]]


@pytest.fixture
def answering() -> Answering:
    """Serves one fixed answer to whatever is asked; gives the address."""

    def fixed(status: int, body: bytes, headers: dict[str, str]) -> AbstractAsyncContextManager[str]:
        return serve(Response(body, status, headers))

    return fixed


@pytest.fixture
async def partner() -> AsyncIterator[Partner]:
    """A ledger with one account after its primary, 320.00 standing to the patient, served on this machine."""
    ledger, faults, notices = Ledger(), Faults(), list[dict[str, Any]]()
    ledger.open_account(ACCOUNT, 100_000, T0)
    ledger.primary_posted(ACCOUNT, 48_000, 20_000, T0)
    app = ledger_app(ledger, "t0ken", lambda: T0, notices.append, faults=faults, notice_secret=b"s")
    async with serve(app) as url:
        with client(url) as http:
            spoken = LedgerClient(http, lambda: "t0ken")
            yield Partner(url, ledger, faults, notices, http, spoken, LedgerOverHttp(spoken, opaque), opaque)
