"""Timely filing limits by payer class and payer (field notes 2.2)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journey.claim import Claim, Coverage
from journey.plans.file import standard_plan
from journey.plans.filing import FilingLimit, filing_limit
from journey.words import PayerClass

SERVICE = date(2026, 3, 2)
REMIT = date(2026, 3, 20)


def limit_for(
    payer_class: PayerClass,
    remit: date | None = REMIT,
    service: date = SERVICE,
    payer: str = "P2",
    state: str = "",
    line_of_business: str = "",
) -> FilingLimit:
    """The limit of a claim under the standard plan."""
    secondary = Coverage(order=2, payer_id=payer, payer_name="SECOND", payer_class=payer_class)
    claim = Claim(
        claim_number="C1",
        practice="PR",
        charge=10000,
        service_from=service - timedelta(days=3),
        service_to=service,
        coverages=(Coverage(order=1, payer_id="P1", payer_name="FIRST"), secondary),
    )
    plan = standard_plan().in_force(payer, payer_class, state, line_of_business)
    return filing_limit(claim, remit, plan)


@pytest.mark.parametrize(
    ("service", "limit"),
    [
        (date(2026, 3, 2), date(2027, 3, 2)),
        (date(2027, 3, 2), date(2028, 3, 2)),  # a leap day lies between: still one calendar year
        (date(2028, 2, 29), date(2029, 2, 28)),
    ],
)
@pytest.mark.parametrize("remit", [None, date(2026, 3, 20), date(2027, 1, 10)])
def test_medicare_counts_one_calendar_year_from_service(service: date, limit: date, remit: date | None) -> None:
    """42 CFR 424.44: one calendar year from the last service date; the primary's remittance does not extend it."""
    found = limit_for(PayerClass.MEDICARE, remit=remit, service=service)
    assert (found.limit, found.assumed) == (limit, False)
    assert found.rule == "1 calendar year from the last date of service"


def test_an_unknown_payer_has_the_earlier_of_two_assumed_limits() -> None:
    """Field notes 2.2: 90 days from the remittance or 180 from service, whichever is earlier; both are kept."""
    found = limit_for(PayerClass.UNKNOWN)
    assert found.limit == REMIT + timedelta(days=90)
    assert found.rule == "90 days from the primary remittance"
    assert found.assumed
    assert found.candidates == (
        ("90 days from the primary remittance", date(2026, 6, 18)),
        ("180 days from the last date of service", date(2026, 8, 29)),
    )


def test_a_late_remittance_leaves_the_service_date_in_charge() -> None:
    """When the primary takes five months, the limit from the service date comes first."""
    found = limit_for(PayerClass.UNKNOWN, remit=SERVICE + timedelta(days=150))
    assert found.limit == SERVICE + timedelta(days=180)


def test_before_the_remittance_only_the_service_date_counts() -> None:
    """A case has a limit from its first moment, before the primary has paid."""
    found = limit_for(PayerClass.COMMERCIAL, remit=None)
    assert found.candidates == (("180 days from the last date of service", date(2026, 8, 29)),)


@pytest.mark.parametrize("payer_class", [PayerClass.COMMERCIAL, PayerClass.UNKNOWN])
def test_united_counts_from_the_primary_s_answer(payer_class: PayerClass) -> None:
    """A named payer's rule replaces that of its class, whatever class we took it for: 90 days from the remittance."""
    late = SERVICE + timedelta(days=150)
    found = limit_for(payer_class, remit=late, payer="87726")
    assert (found.limit, found.assumed) == (late + timedelta(days=90), False)


def test_a_limit_that_has_not_begun_is_stood_in_for() -> None:
    """United's limit starts with the remittance; until then 180 days from service stand in, marked as assumed."""
    found = limit_for(PayerClass.COMMERCIAL, remit=None, payer="87726")
    assert (found.limit, found.assumed) == (SERVICE + timedelta(days=180), True)


@pytest.mark.parametrize(
    ("payer_class", "payer", "state", "line_of_business", "limit"),
    [
        (PayerClass.TRICARE, "P2", "", "", date(2027, 3, 2)),
        (PayerClass.MEDICAID, "P2", "", "", REMIT + timedelta(days=180)),
        (PayerClass.MEDICAID, "P2", "NE", "", SERVICE + timedelta(days=180)),
        (PayerClass.MEDICAID, "P2", "SD", "", SERVICE + timedelta(days=180)),
        (PayerClass.MEDICAID, "03432", "", "", SERVICE + timedelta(days=180)),
        (PayerClass.BLUES, "P2", "", "", SERVICE + timedelta(days=180)),
        (PayerClass.BLUES, "P2", "", "FEP", date(2027, 12, 31)),
        (PayerClass.COMMERCIAL, "06111", "", "", REMIT + timedelta(days=90)),
        (PayerClass.COMMERCIAL, "60054", "", "", REMIT + timedelta(days=120)),
        (PayerClass.MEDIGAP, "P2", "", "", REMIT + timedelta(days=90)),
    ],
)
def test_the_published_limits(
    payer_class: PayerClass, payer: str, state: str, line_of_business: str, limit: date
) -> None:
    """Each class and each named payer of field notes 2.2 has the limit that stands there."""
    found = limit_for(payer_class, payer=payer, state=state, line_of_business=line_of_business)
    assert found.limit == limit


@given(
    payer_class=st.sampled_from(PayerClass),
    service=st.dates(date(2020, 1, 1), date(2035, 1, 1)),
    wait=st.none() | st.integers(0, 400),
    payer=st.sampled_from(["P2", "87726", "03432", "60054"]),
)
def test_the_earliest_candidate_wins(payer_class: PayerClass, service: date, wait: int | None, payer: str) -> None:
    """Every claim has a limit after its service date: the earliest candidate, and the rule that gave it."""
    remit = None if wait is None else service + timedelta(days=wait)
    found = limit_for(payer_class, remit=remit, service=service, payer=payer)
    assert (found.rule, found.limit) == min(found.candidates, key=lambda each: each[1])
    assert found.limit > service
