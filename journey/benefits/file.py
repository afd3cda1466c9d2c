"""A small file of policies, without a case: for training, and to try what a fact would change."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from journey.claim import Claim, Coverage
from journey.facts import PolicyTold

FIELDS: dict[str, str] = {
    "cover": "source_of_cover",
    "holder": "holder_relation",
    "works": "holder_works",
    "employees": "employees",
    "reason": "medicare_reason",
    "esrd_since": "esrd_since",
    "since": "since",
    "until": "until",
    "clause": "has_cob_clause",
    "birthday": "holder_birthday",
    "custody": "custody",
    "decree": "decree_names_holder",
    "together": "parents_together",
    "injury": "related_to_injury",
}
"""What a policy's facts are called where people write them, and the field of `PolicyTold` that each one is."""

Cover = Literal[
    "group", "retiree", "cobra", "individual", "medicare", "medigap", "medicaid", "tricare", "champva",
    "workers-comp", "no-fault", "liability", "veterans", "black-lung", "ihs",
]  # fmt: skip
Holder = Literal["self", "spouse", "parent", "other"]
Reason = Literal["age", "disability", "esrd"]
Custody = Literal["custodial", "custodial-spouse", "non-custodial", "non-custodial-spouse", "joint"]
_AS_WRITTEN = frozenset({"cover", "custody"})
"""What people write with a hyphen where the fields have an underscore."""


class PolicyFileError(ValueError):
    """A file of policies that cannot be read; `problems` names every place, and no value."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        """Takes the problems, in the order of the file."""
        super().__init__("\n".join(problems))
        self.problems = problems


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    payer: str = Field(min_length=1)
    cover: Cover | None = None
    holder: Holder | None = None
    works: bool | None = None
    employees: int | None = Field(default=None, ge=0)
    reason: Reason | None = None
    esrd_since: date | None = None
    since: date | None = None
    until: date | None = None
    clause: bool | None = None
    birthday: str = Field(default="", pattern=r"^(\d\d-\d\d)?$")
    custody: Custody | None = None
    decree: bool | None = None
    together: bool | None = None
    injury: bool | None = None


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    day: date
    patient_born: date | None = None
    policy: tuple[_Row, ...] = Field(min_length=1)


def read_policies(text: str, is_json: bool = False) -> tuple[Claim, tuple[PolicyTold, ...]]:
    """The policies of a file as a claim billed in this order, and what the file tells of each.

    Raises:
        PolicyFileError: lists everything that is wrong.
    """
    try:
        written: Any = json.loads(text) if is_json else tomllib.loads(text)
        file = _File.model_validate(written)
    except ValidationError as error:
        raise PolicyFileError(tuple(_problems(error))) from None
    except ValueError:
        raise PolicyFileError((f"this is not {'JSON' if is_json else 'TOML'}",)) from None
    return _claim(file), tuple(_told(file, order, row) for order, row in enumerate(file.policy, 1))


def _problems(error: ValidationError) -> Iterator[str]:
    for each in error.errors(include_input=False, include_url=False, include_context=False):
        first, *rest = each["loc"] or ("the file",)
        place = f"policy {rest[0] + 1}" if first == "policy" and rest and isinstance(rest[0], int) else str(first)
        field = f", {rest[1]}" if len(rest) > 1 else ""
        yield f"{place}{field}: {each['msg']}"


def _claim(file: _File) -> Claim:
    return Claim(
        claim_number="",
        practice="",
        charge=0,
        service_from=file.day,
        service_to=file.day,
        coverages=tuple(
            Coverage(order=order, payer_id="", payer_name=row.payer) for order, row in enumerate(file.policy, 1)
        ),
        patient_birth_date=file.patient_born,
    )


def _told(file: _File, order: int, row: _Row) -> PolicyTold:
    at = datetime(file.day.year, file.day.month, file.day.day, tzinfo=UTC)
    return PolicyTold(
        fact_id=f"policy {order} of the file", happened_at=at, learnt_at=at, order=order, **in_full(row.model_dump())
    )


def in_full(written: Mapping[str, Any]) -> dict[str, Any]:
    """What people wrote of a policy, by the names of the fields of `PolicyTold`; what they left out is left out."""
    told = {name: value for name, value in written.items() if name in FIELDS and value not in (None, "")}
    return {FIELDS[name]: value.replace("-", "_") if name in _AS_WRITTEN else value for name, value in told.items()}
