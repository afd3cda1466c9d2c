"""Corrections that travel with an errand: what they may change in the claim, and the claim with them made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pydantic import ValidationError

from journey.claim import Claim

OF_A_POLICY: Final = frozenset(
    {
        "payer_id",
        "payer_name",
        "filing_indicator",
        "group_number",
        "relationship",
        "member_id",
        "member_last_name",
        "member_first_name",
        "member_birth_date",
    }
)
"""What a correction may change in a policy: in the secondary, or in another as `primary.relationship`."""

OF_THE_CLAIM: Final = frozenset(
    {
        "patient_last_name",
        "patient_first_name",
        "patient_birth_date",
        "provider_npi",
        "provider_tin",
        "facility_code",
    }
)
"""What a correction may change in the claim itself."""

_ORDERS: Final = {"primary": 1, "secondary": 2, "tertiary": 3}


class CorrectionError(ValueError):
    """A correction that cannot be made: sending without it would repeat the fault. Names the field, never the value."""


def corrected(claim: Claim, corrections: Mapping[str, str]) -> Claim:
    """The claim with every correction made, field → new value.

    Raises:
        CorrectionError: a field cannot be corrected here, or its new value is none.
    """
    of_claim = {field: value for field, value in corrections.items() if field in OF_THE_CLAIM}
    coverages = {each.order: each.model_dump() for each in claim.coverages}
    for field, value in corrections.items():
        if field in OF_THE_CLAIM:
            continue
        policy, _, name = field.rpartition(".")
        changed = coverages.get(_ORDERS.get(policy or "secondary", 0))
        if changed is None or name not in OF_A_POLICY:
            raise CorrectionError("a correction names a field that cannot be corrected here")
        changed[name] = value
    try:
        return Claim.model_validate(claim.model_dump() | of_claim | {"coverages": list(coverages.values())})
    except ValidationError as problem:
        raise CorrectionError(in_words(problem)) from None


def in_words(problem: ValidationError) -> str:
    """The problem without any value: fields and rules."""
    found = problem.errors(include_input=False, include_url=False, include_context=False)
    return "; ".join(f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}" for each in found)
