"""Golden histories: what earlier versions of a case did is replayed, so that no case in flight is broken unseen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from tests.workflows.record_histories import HISTORIES, KEYS, missing
from worker.keys import read_key_file
from worker.plugin import baton_plugin
from worker.registry import WORKFLOWS

RECORDED = sorted(HISTORIES.glob("*.json"))


def history_of(path: Path) -> WorkflowHistory:
    """A recorded history."""
    return WorkflowHistory.from_json(path.stem, path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
async def test_it_replays(path: Path) -> None:
    """The workflow of today takes the steps that were taken then; where it must not, gate the change with `patched`."""
    replayer = Replayer(workflows=WORKFLOWS, plugins=[baton_plugin(read_key_file(KEYS))])
    await replayer.replay_workflow(history_of(path))


def test_every_story_of_this_release_is_recorded() -> None:
    """A new story needs its history: `python -m tests.workflows.record_histories`."""
    assert missing() == []


async def test_a_changed_step_would_be_noticed() -> None:
    """The guard itself: a history in which another step was taken does not replay."""
    path = next(each for each in RECORDED if "happy" in each.stem)
    history = json.loads(path.read_text(encoding="utf-8"))
    step = next(each for each in history["events"] if each["eventType"].endswith("UPSERT_WORKFLOW_SEARCH_ATTRIBUTES"))
    labels = step.pop("upsertWorkflowSearchAttributesEventAttributes")
    step["eventType"] = "EVENT_TYPE_TIMER_STARTED"
    step["timerStartedEventAttributes"] = {
        "timerId": "77",
        "startToFireTimeout": "60s",
        "workflowTaskCompletedEventId": labels["workflowTaskCompletedEventId"],
    }
    replayer = Replayer(workflows=WORKFLOWS, plugins=[baton_plugin(read_key_file(KEYS))])
    with pytest.raises(Exception, match="TMPRL1100"):
        await replayer.replay_workflow(WorkflowHistory.from_json("changed", json.dumps(history)))
