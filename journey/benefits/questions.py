"""The questions that settle an order of benefits: for each fact, what to ask, and whom."""

from __future__ import annotations

from journey.benefits.facts import Known
from journey.words import Party

QUESTIONS: dict[str, tuple[str, Party | None]] = {
    "source_of_cover": (
        "Where does the {policy} policy come from: present employment, retirement, COBRA, bought privately, a public "
        "programme, an accident insurer?",
        Party.PATIENT,
    ),
    "holder_relation": (
        "Who holds the {policy} policy: the patient, a spouse, a parent, somebody else?",
        Party.PATIENT,
    ),
    "holder_works": ("Does the {policy} policy come with present employment, or with a former one?", Party.PATIENT),
    "employees": (
        "How many employees has the employer behind the {policy} policy (of several, the largest): fewer than 20, "
        "20 to 99, 100 or more?",
        Party.EMPLOYER,
    ),
    "medicare_reason": ("Why does the patient have Medicare: age, disability, or kidney failure?", Party.PATIENT),
    "esrd_since": ("In which month did Medicare because of kidney failure begin, or could it have begun?", None),
    "since": ("Since when does the {policy} policy cover the patient?", None),
    "holder_birthday": ("On which day and month was the holder of the {policy} policy born?", Party.PATIENT),
    "custody": (
        "With whom does the child live: is the holder of the {policy} policy the custodial parent, that parent's "
        "spouse, the other parent, that parent's spouse, or is custody joint?",
        Party.PATIENT,
    ),
    "decree_names_holder": (
        "Does a court decree make the holder of the {policy} policy responsible for the child's health care?",
        Party.PATIENT,
    ),
    "parents_together": ("Are the child's parents married or living together?", Party.PATIENT),
    "related_to_injury": (
        "Are these services for the injury or condition that {policy} covers, and has {policy} taken them on?",
        None,
    ),
}
"""For each field: the question, and whom to ask; None is the policy's own payer."""


def question(policy: Known, field: str) -> tuple[str, Party]:
    """What to ask of a policy, and whom."""
    text, whom = QUESTIONS[field]
    return text.format(policy=policy.payer_name), whom or policy.party
