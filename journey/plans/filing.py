"""Timely filing: until when the secondary must have the claim, by which rule, and whether that rule is assumed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from journey.claim import Claim, Coverage
from journey.plans.plan import FilingRule, PlanInForce
from journey.words import Frozen


class FilingLimit(Frozen):
    """The last day on which the secondary accepts the claim, and how it was found."""

    limit: date
    rule: str
    """The rule that won, in words."""
    assumed: bool
    """True when no rule or contract of this payer fixes the limit."""
    candidates: tuple[tuple[str, date], ...]
    """Every rule that applied and the limit it gives, earliest first."""


def filing_limit(
    claim: Claim, primary_remit: date | None, plan: PlanInForce, coverage: Coverage | None = None
) -> FilingLimit:
    """The earliest limit by the rule of the payer's class (field notes 2.2).

    The payer is the secondary, or that of the policy given; for a third payer, the remittance is the secondary's.

    Service dates count from the last one. A rule that counts from the primary's remittance gives nothing before it;
    where that leaves no rule at all, the plan's `filing_before_remit_days` stand in, assumed.
    """
    payer_class = (coverage or claim.secondary).payer_class
    rule = next(each for each in plan.filing if each.payer_class is payer_class)
    found = _candidates(rule, claim.service_to, primary_remit)
    if not found:
        rule = FilingRule(payer_class=rule.payer_class, from_service=plan.filing_before_remit_days)
        found = _candidates(rule, claim.service_to, None)
    words, limit = found[0]
    return FilingLimit(limit=limit, rule=words, assumed=rule.assumed, candidates=tuple(found))


def filing_words(rule: FilingRule) -> list[str]:
    """The parts of a filing rule in words."""
    return [words for words, _ in _parts(rule, date(2000, 1, 1), date(2000, 1, 1))]


def _candidates(rule: FilingRule, service: date, remit: date | None) -> list[tuple[str, date]]:
    dated = [(words, limit) for words, limit in _parts(rule, service, remit) if limit]
    return sorted(dated, key=lambda candidate: candidate[1])


def _parts(rule: FilingRule, service: date, remit: date | None) -> Iterator[tuple[str, date | None]]:
    if rule.years_from_service is not None:
        years = rule.years_from_service
        yield _counted(years, "calendar year", "the last date of service"), _years_after(service, years)
    if rule.from_service is not None:
        days = rule.from_service
        yield _counted(days, "day", "the last date of service"), service + timedelta(days=days)
    if rule.from_remit is not None:
        days = rule.from_remit
        yield _counted(days, "day", "the primary remittance"), remit and remit + timedelta(days=days)
    if rule.year_end_after is not None:
        years = rule.year_end_after
        yield f"31 December, {years} year{'s'[: years != 1]} after the service", date(service.year + years, 12, 31)


def _counted(count: int, unit: str, start: str) -> str:
    return f"{count} {unit}{'s'[: count != 1]} from {start}"


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February: CMS counts to 28 February
        return date(day.year + years, 2, 28)
