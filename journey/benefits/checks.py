"""What people may not tell of a policy: nothing, something impossible, or two things that exclude each other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from journey.claim import Claim
from journey.facts import FactBase, PolicyTold

_ABOUT_NOTHING = frozenset({*FactBase.model_fields, "kind", "order", "told_by"})
_FORMER = ("retiree", "cobra")
_LEAP_YEAR = 2024


def refusal_of(told: PolicyTold, claim: Claim) -> str:
    """Why this claim's policies cannot be told so, with the way out; empty if they can."""
    return next(_problems(told, claim), "")


def _problems(told: PolicyTold, claim: Claim) -> Iterator[str]:
    places = [each.order for each in claim.coverages]
    if told.order not in places:
        yield f"the claim has no policy {told.order}; it names {', '.join(map(str, places))}"
    if not says_something(told):
        yield "say at least one thing about the policy: its kind of cover, who holds it, the employer's size, dates"
    if told.holder_birthday and not _is_day(told.holder_birthday):
        yield "write the holder's birthday as month and day, MM-DD"
    yield from _dates(told, claim)
    yield from _contradictions(told)


def says_something(told: PolicyTold) -> bool:
    """True when anything was told besides which policy it is about."""
    return any(getattr(told, name) not in (None, "") for name in told.__class__.model_fields.keys() - _ABOUT_NOTHING)


def _is_day(text: str) -> bool:
    try:
        written = date.fromisoformat(f"{_LEAP_YEAR}-{text}")
    except ValueError:
        return False
    return f"{written:%m-%d}" == text


def _dates(told: PolicyTold, claim: Claim) -> Iterator[str]:
    if told.since and told.until and told.until < told.since:
        yield "the policy would end before it begins"
    born = claim.patient_birth_date
    if born and any(each is not None and each < born for each in (told.esrd_since, told.until)):
        yield "that date lies before the patient was born"


def _contradictions(told: PolicyTold) -> Iterator[str]:
    own = told.holder_relation == "self"
    if told.holder_is_patient is not None and told.holder_relation and told.holder_is_patient is not own:
        yield "the holder is the patient, or somebody else, not both"
    if told.holder_works and told.source_of_cover in _FORMER:
        yield "a retiree plan or COBRA comes with a former employment, not with a present one"
    if told.medicare_reason and told.source_of_cover not in (None, "medicare"):
        yield "only Medicare has a reason for Medicare"
