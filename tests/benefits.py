"""Policies in short, for tests of the order of benefits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from journey.benefits.order import Ordering, Undecided, order_of_benefits
from journey.claim import Claim, Coverage, ServiceLine
from journey.facts import CoverageChecked, Fact, OtherPolicy, PolicyTold
from journey.words import Party, PayerClass

DAY = date(2026, 2, 20)
TOLD = datetime(2026, 3, 1, 12, tzinfo=UTC)
OLD = date(1955, 6, 15)
"""Born so that the patient is well over 65."""
YOUNG = date(1990, 6, 15)

Policy = dict[str, Any]
"""A name, a class, fields of `Coverage`, and fields of `PolicyTold`."""

_OF_COVERAGE = ("payer_class", "filing_indicator", "relationship", "member_birth_date", "payer_id")


def policy(name: str, cover: str = "", **fields: Any) -> Policy:
    """One policy; `cover` is what people told of its source."""
    told = {"source_of_cover": cover} if cover else {}
    return {"name": name, **told, **fields}


def medicare(**fields: Any) -> Policy:
    """The patient's Medicare, as a claim names it."""
    return policy("Medicare", payer_class=PayerClass.MEDICARE, relationship="18", **fields)


def medicaid(**fields: Any) -> Policy:
    """The patient's Medicaid."""
    return policy("Medicaid", payer_class=PayerClass.MEDICAID, relationship="18", **fields)


def plan(name: str, cover: str = "", relationship: str = "18", **fields: Any) -> Policy:
    """A commercial plan, the patient's own unless said otherwise."""
    return policy(name, cover, payer_class=PayerClass.COMMERCIAL, relationship=relationship, **fields)


def working(name: str, employees: int | None = None, **fields: Any) -> Policy:
    """A group plan of a present employment."""
    size = {} if employees is None else {"employees": employees}
    return plan(name, "group", holder_works=True, **(size | fields))


def told(order: int, number: int = 0, **fields: Any) -> PolicyTold:
    """What somebody told of the policy in this place; a higher number was told later."""
    at = TOLD + timedelta(hours=number)
    return PolicyTold(
        fact_id=f"told {order}.{number}", happened_at=at, learnt_at=at, order=order, told_by="Dana", **fields
    )


def answered(party: Party, number: int = 0, **fields: Any) -> CoverageChecked:
    """A payer's eligibility answer."""
    at = TOLD + timedelta(hours=number)
    base = {"fact_id": f"271 {party} {number}", "happened_at": at, "learnt_at": at, "sender": party, "payer": party}
    return CoverageChecked(**(base | fields))


def other(name: str, order: int | None = None, **fields: Any) -> OtherPolicy:
    """A further payer that an eligibility answer names."""
    return OtherPolicy(payer_name=name, order=order, **fields)


def billed(*policies: Policy, day: date = DAY, until: date | None = None, born: date | None = OLD) -> Claim:
    """A claim with these policies in the order billed."""
    coverages = tuple(
        Coverage(
            order=order,
            payer_name=each["name"],
            **({"payer_id": f"P{each['name']}"} | {name: each[name] for name in _OF_COVERAGE if name in each}),
        )
        for order, each in enumerate(policies, 1)
    )
    return Claim(
        claim_number="C1",
        practice="PR",
        charge=100000,
        service_from=day,
        service_to=until or day,
        coverages=coverages,
        lines=(ServiceLine(number=1, procedure="99213", charge=100000, service_date=day),),
        patient_birth_date=born,
    )


def facts(*policies: Policy) -> list[Fact]:
    """What was told of these policies, one fact each."""
    fields = [{k: v for k, v in each.items() if k not in ("name", *_OF_COVERAGE)} for each in policies]
    return [told(order, **each) for order, each in enumerate(fields, 1) if each]


def ordered(*policies: Policy, more: Iterable[Fact] = (), **of_claim: Any) -> Ordering | Undecided:
    """The order of benefits of these policies, billed in the order given."""
    return order_of_benefits(billed(*policies, **of_claim), [*facts(*policies), *more])


def payers(*policies: Policy, **of_claim: Any) -> list[str]:
    """The payers in their order; AssertionError with the question while it is open."""
    found = ordered(*policies, **of_claim)
    assert isinstance(found, Ordering), found
    return list(found.payers)


def rules(*policies: Policy, **of_claim: Any) -> list[str]:
    """The rule of each step."""
    found = ordered(*policies, **of_claim)
    assert isinstance(found, Ordering), found
    return [each.rule for each in found.steps]


def missing(*policies: Policy, **of_claim: Any) -> tuple[str, str, Party]:
    """What must be known of whom, and whom to ask."""
    found = ordered(*policies, **of_claim)
    assert isinstance(found, Undecided), found
    name = policies[found.policy - 1]["name"]
    return name, found.missing, found.ask
