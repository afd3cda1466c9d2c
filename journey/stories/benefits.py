"""What a story says of policies: what somebody learns of one, and what a payer's eligibility answer (271) shows."""

from __future__ import annotations

from datetime import date
from typing import Any

from journey.facts import CoverageChecked, OtherPolicy, PolicyTold
from journey.stories.notes import Brings, Heard
from journey.stories.words import Pattern, UnclearError, pattern
from journey.words import Grade, Party

COVERS = {
    "group plan": "group",
    "retiree plan": "retiree",
    "COBRA": "cobra",
    "private plan": "individual",
    "Medigap": "medigap",
    "TRICARE": "tricare",
    "CHAMPVA": "champva",
    "workers' compensation": "workers_comp",
    "no-fault insurance": "no_fault",
    "liability insurance": "liability",
    "the VA": "veterans",
    "black lung": "black_lung",
    "IHS": "ihs",
}
HOLDERS = {"the patient": "self", "the spouse": "spouse", "a parent": "parent", "somebody else": "other"}
REASONS = {"age": "age", "disability": "disability", "kidney failure": "esrd"}
CUSTODY = {
    "the custodial parent": "custodial",
    "the custodial parent's spouse": "custodial_spouse",
    "the other parent": "non_custodial",
    "the other parent's spouse": "non_custodial_spouse",
    "either parent": "joint",
}

CLAUSES: dict[str, Pattern] = {
    "cover": pattern("{cover}", cover=COVERS),
    "employment": pattern("{employment} employment", employment=("present", "former")),
    "employees": pattern("{count} employees"),
    "held_by": pattern("held by {relation}", relation=HOLDERS),
    "reason": pattern("Medicare because of {reason}", reason=REASONS),
    "esrd_since": pattern("kidney failure since {past}"),
    "no_clause": pattern("no COB clause"),
    "birthday": pattern("birthday {past}"),
    "custody": pattern("child with {custody}", custody=CUSTODY),
    "decree": pattern("{named} by a decree", named=("named", "not named")),
    "parents": pattern("parents {living}", living=("together", "apart")),
    "injury": pattern("{taken} this injury", taken=("covers", "does not cover")),
    "begun": pattern("since {past}"),
    "ended": pattern("ended {past}"),
    "active": pattern("{active}", active=("active", "not active")),
    "active_since": pattern("active since {past}"),
    "search_failed": pattern("search failed"),
    "first_payer": pattern("names {words} first"),
    "second_payer": pattern("names {words} second"),
    "third_payer": pattern("names {words} third"),
    "further_payer": pattern("names {words}"),
    "recorded_since": pattern("on record since {past}"),
    "recorded_until": pattern("on record until {past}"),
}
"""What may follow after a comma; the first that fits is meant."""

OF_POLICY = (
    "cover",
    "employment",
    "employees",
    "held_by",
    "reason",
    "esrd_since",
    "no_clause",
    "birthday",
    "custody",
    "decree",
    "parents",
    "injury",
    "begun",
    "ended",
    "dated",
)
OF_ANSWER = (
    "active",
    "active_since",
    "ended",
    "search_failed",
    "first_payer",
    "second_payer",
    "third_payer",
    "further_payer",
    "recorded_since",
    "recorded_until",
    "dated",
)

_PLACES = {"first_payer": 1, "second_payer": 2, "third_payer": 3, "further_payer": None}


def policy(heard: Heard) -> Brings:
    """What somebody learnt of one of the claim's policies."""
    party = heard.party
    order = next((each.order for each in heard.scene.claim.coverages if each.party is party), None)
    if order is None:
        raise UnclearError(f"{heard.caught['party']} is none of the claim's payers, so it has no policy here")
    base = heard.base(Party.REGISTRATION, Grade.STATED)
    return PolicyTold(**base, order=order, told_by=heard.caught["person"], **_facts(heard.clauses))


def _facts(said: dict[str, Any]) -> dict[str, Any]:
    """The fields of `PolicyTold` that the clauses set."""
    found: dict[str, Any] = {
        "source_of_cover": COVERS.get(said.get("cover", "")),
        "holder_relation": HOLDERS.get(said.get("held_by", "")),
        "medicare_reason": REASONS.get(said.get("reason", "")),
        "custody": CUSTODY.get(said.get("custody", "")),
        "holder_works": _either(said, "employment", "present"),
        "decree_names_holder": _either(said, "decree", "named"),
        "parents_together": _either(said, "parents", "together"),
        "related_to_injury": _either(said, "injury", "covers"),
        "esrd_since": said.get("esrd_since"),
        "since": said.get("begun"),
        "until": said.get("ended"),
    }
    if "employees" in said:
        found["employees"] = 0 if said["employees"] == "no" else int(said["employees"])
    if "no_clause" in said:
        found["has_cob_clause"] = False
    if "birthday" in said:
        found["holder_birthday"] = f"{said['birthday']:%m-%d}"
    return found


def _either(said: dict[str, Any], clause: str, true: str) -> bool | None:
    return said[clause] == true if clause in said else None


def answer(heard: Heard) -> Brings:
    """A payer's eligibility answer: whether its policy is in force, and whom it has on record beside itself."""
    party, said = heard.party, heard.clauses
    began: date | None = said.get("active_since")
    return CoverageChecked(
        **heard.base(party),
        payer=party,
        payer_name=heard.caught["party"],
        active=True if began else _either(said, "active", "active"),
        since=began,
        until=said.get("ended"),
        others=tuple(
            OtherPolicy(
                payer_name=said[clause],
                order=place,
                since=said.get("recorded_since"),
                until=said.get("recorded_until"),
            )
            for clause, place in _PLACES.items()
            if clause in said
        ),
        refusals=("75",) if "search_failed" in said else (),
    )
