"""Code lists with the project's own short labels, and how each code is to be treated (field notes 1.4 to 1.9)."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, NamedTuple

CodeList = Literal[
    "acknowledgement",
    "adjustment_group",
    "carc",
    "claim_status",
    "eligibility_refusal",
    "entity",
    "plb_reason",
    "rarc",
    "status_category",
    "status_code",
]

DENIALS = frozenset(
    {
        *("accident", "authorisation", "benefit_limit", "billing_error", "cob_data", "cob_order", "coverage", "denied"),
        *("duplicate", "filing_limit", "identity", "information", "medical", "patient_information", "policy"),
        *("prior_payer_rules", "reroute", "wrong_payer"),
    }
)
"""Classes of adjustment reasons (`carc`) that refuse a claim; the others leave a payment of zero legitimate."""


class Code(NamedTuple):
    """One code: its value, how the case treats it (empty if no rule does), and a label for people."""

    value: str
    treatment: str
    label: str


@cache
def listed(name: CodeList) -> Mapping[str, Code]:
    """Returns all codes of a list by value."""
    text = (files("edi") / "codes" / f"{name}.csv").read_text(encoding="utf-8")
    rows = (Code(*row) for row in csv.reader(text.splitlines()[1:]))
    return MappingProxyType({code.value: code for code in rows})


def code(name: CodeList, value: str) -> Code:
    """Returns a code of a list; one that is not listed has no treatment and says so in its label."""
    return listed(name).get(value) or Code(value, "", "not a listed code")


def label(name: CodeList, value: str) -> str:
    """Returns `value (label)` for people."""
    return f"{value} ({code(name, value).label})"
