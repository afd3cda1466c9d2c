"""Search attributes: the few plain labels by which the engine itself can list and count cases."""

from __future__ import annotations

from typing import Any

from temporalio.common import SearchAttributeKey, SearchAttributeUpdate

from journey.case import Case, HoldState

PRACTICE = SearchAttributeKey.for_keyword("BatonPractice")
HOP = SearchAttributeKey.for_keyword("BatonHop")
BREAK = SearchAttributeKey.for_keyword("BatonBreak")
ESCALATION = SearchAttributeKey.for_keyword("BatonEscalation")
ATTENTION = SearchAttributeKey.for_bool("BatonAttention")
ON_HOLD = SearchAttributeKey.for_bool("BatonOnHold")

SENTENCES: dict[SearchAttributeKey[Any], str] = {
    PRACTICE: "The billing office whose case it is.",
    HOP: "The first hop that is not proven yet; 'done' when all are.",
    BREAK: "Where the journey broke, as V1a to V5 or F8 to F11; 'none' while nothing is suspected.",
    ESCALATION: "The kind of the newest open escalation; 'none' without one.",
    ATTENTION: "Whether a person must look at the case itself, as for a message that could not be read.",
    ON_HOLD: "Whether the patient's billing is on hold.",
}
"""Every search attribute with its meaning. The engine stores them in the clear: never anything about a person here.

Holder and next due moment are left out on purpose: they change with almost every fact, and the casebook has them.
"""

Labels = dict[SearchAttributeKey[Any], str | bool]


def labels_of(case: Case) -> Labels:
    """The labels of a case as it stands."""
    working = case.open_escalations
    return {
        PRACTICE: case.claim.practice,
        HOP: case.hop.value if case.hop else "done",
        BREAK: case.break_point.mode.value if case.break_point else "none",
        ESCALATION: max(working, key=lambda each: each.rung_since).kind.value if working else "none",
        ATTENTION: bool(case.attention),
        ON_HOLD: case.hold.state in (HoldState.REQUESTED, HoldState.VERIFIED),
    }


def changes(before: Labels, after: Labels) -> list[SearchAttributeUpdate[Any]]:
    """What has to be told to the engine to get from one set of labels to the other; empty when nothing changed."""
    return [key.value_set(value) for key, value in after.items() if before.get(key) != value]
