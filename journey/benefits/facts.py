"""What is known of each policy on one day of service: the claim's own words, what people told, what payers answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from journey.claim import Coverage
from journey.evidence.kept import order as in_order
from journey.facts import CoverageChecked, Fact, PolicyTold
from journey.words import Party, PayerClass

THE_CLAIM = "the claim"
"""Where a fact comes from that the claim itself states."""

PLAN = "plan"
"""A health plan, as the claim says; whether it comes with work is not known."""

PLANS = frozenset({PLAN, "group", "retiree", "cobra", "individual"})
"""Kinds of cover whose order the plans' own text settles (field notes 3.1 B)."""

ACCIDENT = ("workers_comp", "no_fault", "liability")
"""Insurers that pay for one injury only."""

SERVICE_BOUND = (*ACCIDENT, "black_lung", "veterans")
"""Insurers that are in the order only for the services that are theirs."""

_BY_INDICATOR: dict[str, str] = {
    "MA": "medicare",
    "MB": "medicare",
    "16": "medicare",  # a Medicare Advantage plan stands where Medicare stands
    "MC": "medicaid",
    "CH": "tricare",
    "VA": "veterans",
    "WC": "workers_comp",
    "AM": "no_fault",
    "LM": "liability",
    "FI": PLAN,
    "BL": PLAN,
    "CI": PLAN,
    "12": PLAN,
    "13": PLAN,
    "14": PLAN,
    "15": PLAN,
    "HM": PLAN,
}
"""What SBR09 says of the kind of cover."""

_BY_CLASS: dict[PayerClass, str] = {
    PayerClass.MEDICARE: "medicare",
    PayerClass.MEDICAID: "medicaid",
    PayerClass.TRICARE: "tricare",
    PayerClass.MEDIGAP: "medigap",
    PayerClass.BLUES: PLAN,
    PayerClass.COMMERCIAL: PLAN,
}

_BY_RELATIONSHIP = {"18": "self", "01": "spouse", "19": "parent", "53": "other", "G8": "other"}
"""SBR02: what the policy's holder is to the patient; 19 says that the patient is the holder's child."""

_SOMEBODY = "somebody"
"""The holder is not the patient, and nobody said who it is."""

_TOLD = (
    "holder_works", "employees", "medicare_reason", "esrd_since", "since", "until", "has_cob_clause", "holder_birthday",
    "custody", "decree_names_holder", "parents_together", "related_to_injury",
)  # fmt: skip
"""Fields of `PolicyTold` that are taken over as they are."""


@dataclass(frozen=True, slots=True)
class Known:
    """One policy, as far as it is known; None and '' where nobody has said."""

    order: int
    """Its place as billed."""
    payer_name: str
    party: Party
    source_of_cover: str = ""
    """A source of `PolicyTold`, `PLAN`, or '' when even that is not known."""
    holder_relation: str = ""
    holder_works: bool | None = None
    employees: int | None = None
    medicare_reason: str = ""
    esrd_since: date | None = None
    since: date | None = None
    until: date | None = None
    active: bool | None = None
    """What the payer's eligibility answer says."""
    has_cob_clause: bool | None = None
    holder_birthday: str = ""
    custody: str = ""
    decree_names_holder: bool | None = None
    parents_together: bool | None = None
    related_to_injury: bool | None = None
    learnt: Mapping[str, str] = field(default_factory=dict)
    """For each field that is known, the fact that says so."""

    @property
    def kind(self) -> str:
        """The source of cover, if it is known; a plan that comes with present employment is a group plan."""
        return "group" if self.source_of_cover == PLAN and self.holder_works else self.source_of_cover

    @property
    def is_plan(self) -> bool:
        """True for a health plan of whatever footing."""
        return self.kind in PLANS

    @property
    def is_dependent(self) -> bool | None:
        """Whether somebody other than the patient holds the policy; None when nobody has said."""
        return self.holder_relation != "self" if self.holder_relation else None

    @property
    def relation(self) -> str:
        """What the holder is to the patient; '' when nobody has said."""
        return "" if self.holder_relation == _SOMEBODY else self.holder_relation


@dataclass(frozen=True, slots=True)
class Scene:
    """The policies in force on one day of service, and those that are not, each with the reason."""

    day: date
    policies: tuple[Known, ...]
    out: tuple[tuple[Known, str], ...] = ()
    born: date | None = None
    """The patient's date of birth."""

    @property
    def medicare(self) -> Known | None:
        """The patient's Medicare, if it is in force."""
        return next((each for each in self.policies if each.kind == "medicare"), None)

    def policy(self, order: int) -> Known:
        """The policy in force that was billed in this place."""
        return next(each for each in self.policies if each.order == order)


def scene_on(coverages: tuple[Coverage, ...], born: date | None, evidence: Iterable[Fact], day: date) -> Scene:
    """What is known of a claim's policies on a day; facts may be given in any order.

    Args:
        coverages: the policies as billed.
        born: the patient's date of birth.
        evidence: whatever was learnt.
        day: the day of service.
    """
    known = known_policies(coverages, evidence)
    standing = [(each, why_out(each, day, born)) for each in known]
    return Scene(
        day=day,
        policies=tuple(each for each, why in standing if not why),
        out=tuple((each, why) for each, why in standing if why),
        born=born,
    )


def known_policies(coverages: tuple[Coverage, ...], evidence: Iterable[Fact]) -> list[Known]:
    """Every policy of the claim with all that is known of it, whatever the day."""
    said = sorted((each for each in evidence if isinstance(each, PolicyTold | CoverageChecked)), key=in_order)
    return [_known(coverages, each, said) for each in sorted(coverages, key=lambda each: each.order)]


def _known(coverages: tuple[Coverage, ...], coverage: Coverage, said: list[PolicyTold | CoverageChecked]) -> Known:
    values: dict[str, Any] = _from_claim(coverage)
    learnt = dict.fromkeys(values, THE_CLAIM)
    told = [each for each in said if isinstance(each, PolicyTold) and each.order == coverage.order]
    checked = [each for each in said if isinstance(each, CoverageChecked) and payer_of(coverages, each) is coverage]
    # A payer's own record of its policy's dates outranks what people say of them, whichever came last.
    for fact, news in (*((each, _told(each, values)) for each in told), *((each, _answered(each)) for each in checked)):
        values |= news
        learnt |= dict.fromkeys(news, fact.fact_id)
    return Known(
        order=coverage.order,
        payer_name=coverage.payer_name or f"policy {coverage.order}",
        party=coverage.party,
        learnt=learnt,
        **values,
    )


def _from_claim(coverage: Coverage) -> dict[str, Any]:
    kind = _kind(coverage)
    # A programme covers the person; only plans and their like have a holder who may be somebody else.
    relation = (
        "self" if kind in ("medicare", "medicaid", "medigap") else _BY_RELATIONSHIP.get(coverage.relationship, "")
    )
    if not relation and coverage.relationship and coverage.relationship != "21":
        relation = _SOMEBODY
    born = coverage.member_birth_date
    values = {"source_of_cover": kind, "holder_relation": relation, "holder_birthday": f"{born:%m-%d}" if born else ""}
    return {name: value for name, value in values.items() if value}


def _kind(coverage: Coverage) -> str:
    if coverage.payer_class is PayerClass.MEDIGAP:
        return "medigap"
    return _BY_INDICATOR.get(coverage.filing_indicator) or _BY_CLASS.get(coverage.payer_class, "")


def _told(told: PolicyTold, before: Mapping[str, Any]) -> dict[str, Any]:
    news = {name: value for name in _TOLD if (value := getattr(told, name)) not in (None, "")}
    if told.source_of_cover:
        news["source_of_cover"] = told.source_of_cover
    if told.holder_relation:
        news["holder_relation"] = told.holder_relation
    elif told.holder_is_patient is True:
        news["holder_relation"] = "self"
    elif told.holder_is_patient is False and before.get("holder_relation") in (None, "self"):
        news["holder_relation"] = _SOMEBODY
    return news


def _answered(checked: CoverageChecked) -> dict[str, Any]:
    if checked.refusals:
        return {}
    values = {"active": checked.active, "since": checked.since, "until": checked.until}
    return {name: value for name, value in values.items() if value is not None}


def payer_of(coverages: tuple[Coverage, ...], checked: CoverageChecked) -> Coverage | None:
    """The one policy whose payer gave an eligibility answer: by its role, else by its ids, else by its name."""
    if checked.payer is not Party.UNKNOWN:
        return _only([each for each in coverages if each.party is checked.payer])
    by_id = [each for each in coverages if each.payer_id and each.payer_id in checked.payer_ids]
    return _only(by_id or [each for each in coverages if is_called(each, checked.payer_name)])


def is_called(coverage: Coverage, payer_name: str) -> bool:
    """Whether a policy's payer is called so, letter case and spaces aside."""
    wanted = payer_name.casefold().split()
    return bool(wanted) and coverage.payer_name.casefold().split() == wanted


def _only(found: list[Coverage]) -> Coverage | None:
    return found[0] if len(found) == 1 else None


# ---- in force on the day --------------------------------------------------------------------------------------------


def why_out(policy: Known, day: date, born: date | None) -> str:
    """Why a policy is not in the order on a day, in words; '' if it is."""
    if policy.since and day < policy.since:
        return f"begins on {policy.since}"
    if policy.until and day > policy.until:
        return f"ended on {policy.until}"
    if policy.active is False and policy.until is None:
        return "is not active by the payer's own answer"
    if policy.kind in SERVICE_BOUND and policy.related_to_injury is False:
        return "does not cover these services"
    return _before_medicare(policy, day, born) if policy.kind == "medicare" else ""


def _before_medicare(policy: Known, day: date, born: date | None) -> str:
    esrd = policy.esrd_since
    if policy.medicare_reason == "esrd" and esrd and month_number(esrd, day) < 1:
        return f"begins with the month of {esrd:%Y-%m}"
    if policy.medicare_reason == "age" and born and not is_aged(born, day):
        return "begins with the month of the 65th birthday"
    return ""


def is_aged(born: date, day: date) -> bool:
    """True from the first day of the month in which a person reaches 65.

    An age is reached on the day before the birthday: born on the first of a month, the month before counts; born on
    29 February, February counts in every year.
    """
    reached = born - timedelta(days=1)
    return (day.year - reached.year) * 12 + day.month - reached.month >= 65 * 12


def month_number(first: date, day: date) -> int:
    """Which month a day lies in, the month of `first` being 1, whatever the days of the month; below 1 before it."""
    return (day.year - first.year) * 12 + day.month - first.month + 1
