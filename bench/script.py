"""What one Baton case did, read from its history as a script for the floor."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

from bench.floor import Step

HEARD = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED
RANG = EventType.EVENT_TYPE_TIMER_FIRED
ARMED = EventType.EVENT_TYPE_TIMER_STARTED
AT_HAND = EventType.EVENT_TYPE_MARKER_RECORDED
"""A local activity that ended; which one stands in the marker, in the clear."""
ASKED = EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
ENDED = EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED
LABELLED = EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES
STARTED = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED
BILLED = (STARTED, HEARD, ARMED, ASKED, LABELLED)
"""What a hosted engine bills one by one; local activities are billed once for the task that they ran in."""


def script_of(events: Sequence[HistoryEvent]) -> list[Step]:
    """Its messages, effects and timers, in the order in which the engine saw them."""
    steps: list[Step] = []
    asked: dict[int, str] = {}
    for event in events:
        if event.event_type == ASKED:
            asked[event.event_id] = f"{event.activity_task_scheduled_event_attributes.activity_type.name}#{len(asked)}"
            steps.append(Step("do", asked[event.event_id]))
        elif event.event_type == ENDED:
            steps.append(Step("done", asked[event.activity_task_completed_event_attributes.scheduled_event_id]))
        elif event.event_type == ARMED:
            wait = event.timer_started_event_attributes.start_to_fire_timeout.ToTimedelta()
            steps.append(Step("arm", seconds=wait.total_seconds()))
        elif event.event_type == AT_HAND:
            steps.append(_at_hand(event))
        elif event.event_type in (HEARD, RANG):
            steps.append(Step("hear" if event.event_type == HEARD else "ring"))
    return steps


def _at_hand(event: HistoryEvent) -> Step:
    told = json.loads(event.marker_recorded_event_attributes.details["data"].payloads[0].data)
    kind = str(told["activity_type"])
    return Step("write") if kind == "record" else Step("at hand", f"{kind}#at-hand-{event.event_id}")


def in_words(steps: Sequence[Step]) -> str:
    """How much of what is in a script."""
    counts = Counter(each.verb for each in steps)
    kinds = Counter(each.what.partition("#")[0] for each in steps if each.verb in ("do", "at hand"))
    effects = ", ".join(f"{number} {kind}" for kind, number in kinds.items())
    return (
        f"{counts['hear']} messages, {counts['at hand']} local and {counts['do']} other activities ({effects}), "
        f"{counts['write']} casebook writes, {counts['arm']} timers armed, {counts['ring']} rang"
    )


def billable(events: Sequence[HistoryEvent]) -> int:
    """Actions that a hosted engine would bill for this history."""
    at_hand = [each.marker_recorded_event_attributes for each in events if each.event_type == AT_HAND]
    tasks = {each.workflow_task_completed_event_id for each in at_hand}
    return sum(event.event_type in BILLED for event in events) + len(tasks)
