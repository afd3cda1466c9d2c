"""Payload encryption: what the engine stores, and what happens to payloads that cannot be read."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import BaseModel, ValidationError
from temporalio import activity, workflow
from temporalio.api.common.v1 import Payload
from temporalio.client import Client, WorkflowFailureError, WorkflowUpdateFailedError
from temporalio.common import RawValue
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker

from worker.codec import COMPRESS_FROM, KEY_ID, SEALED, SealingCodec
from worker.engine import Engine, embedded_engine
from worker.keys import KeyRing, MissingKeyError

SECRETS = ("Quimby-Zuleika", "W-7781-2290-X", "1961-02-29", "CLM-55-ORCHID", "stray-remark-zinnia")


class Patient(BaseModel):
    """What must never be readable in the engine."""

    name: str = SECRETS[0]
    member_id: str = SECRETS[1]
    born: str = SECRETS[2]


class Note(BaseModel):
    """A fact about somebody."""

    claim: str


@activity.defn
async def fail_about(patient: Patient) -> None:
    """Fails with an error that quotes what it was about, as careless code does."""
    raise ApplicationError(f"cannot send {patient.name}", patient.member_id, non_retryable=True)


@workflow.defn(sandboxed=False)
class Confided:
    """Takes confidential values in every way in which the engine can carry them."""

    def __init__(self) -> None:
        """Nothing heard yet."""
        self.heard: list[str] = []
        self.unreadable: list[str] = []

    @workflow.run
    async def run(self, patient: Patient) -> str:
        """Fail about the patient once two notes have come."""
        await workflow.wait_condition(
            lambda: len(self.heard) + len(self.unreadable) >= 2,
            timeout=timedelta(minutes=1),
            timeout_summary=f"waiting for {patient.name}",
        )
        workflow.set_current_details(patient.name)
        workflow.upsert_memo({"later": patient.member_id})
        if self.unreadable:
            return ", ".join(self.unreadable)
        await workflow.execute_activity(
            fail_about, patient, start_to_close_timeout=timedelta(seconds=10), summary=patient.name
        )
        return patient.name

    @workflow.signal
    async def note(self, raw: RawValue) -> None:
        """Takes what it can read and puts the rest aside."""
        try:
            self.heard.append(workflow.payload_converter().from_payload(raw.payload, Note).claim)
        except (ValidationError, RuntimeError, KeyError) as error:
            self.unreadable.append(str(error))

    @workflow.update
    async def say(self, remark: str) -> str:
        """Answers with what was said."""
        self.heard.append(remark)
        return remark

    @say.validator
    def _refuse_nothing(self, remark: str) -> None:
        if remark == SECRETS[3]:
            raise ApplicationError(f"not {remark}")

    @workflow.query
    def so_far(self) -> list[str]:
        """What was heard."""
        return self.heard


@pytest.fixture
async def queue(client: Client) -> AsyncIterator[str]:
    """A task queue with a worker that has the key."""
    name = f"codec-{uuid4()}"
    async with Worker(client, task_queue=name, workflows=[Confided], activities=[fail_about]):
        yield name


async def confide(client: Client, queue: str) -> None:
    """Send the secrets in every way there is, and see that they arrive."""
    handle = await client.start_workflow(
        Confided.run,
        Patient(),
        id=queue,
        task_queue=queue,
        memo={"patient": SECRETS[0]},
        static_summary=SECRETS[0],
        static_details=SECRETS[1],
    )
    await handle.signal("note", Note(claim=SECRETS[3]))
    with pytest.raises(WorkflowUpdateFailedError):
        await handle.execute_update(Confided.say, SECRETS[3])
    assert await handle.execute_update(Confided.say, SECRETS[4]) == SECRETS[4]
    with pytest.raises(WorkflowFailureError):
        await handle.result()
    assert await handle.query(Confided.so_far) == [SECRETS[3], SECRETS[4]]
    assert (await handle.describe()).id == queue
    assert await (await handle.describe()).memo_value("patient") == SECRETS[0]


def stored(home: Path) -> bytes:
    """Every byte of the engine's database, what is not written back yet included."""
    return b"".join(file.read_bytes() for file in sorted((home / "engine").glob("temporal.sqlite*")))


async def test_nothing_confidential_is_readable_in_the_database(client: Client, queue: str, engine_home: Path) -> None:
    """Inputs, signals, updates, memo, summaries, results and failures are opaque on disk."""
    await confide(client, queue)
    database = stored(engine_home)
    assert queue.encode() in database, "the test looks at the wrong bytes"
    assert not [secret for secret in SECRETS if secret.encode() in database]


async def test_without_the_plugin_the_same_bytes_would_be_readable(engine: Engine, tmp_path: Path) -> None:
    """The test above can fail: a client without the plugin leaves the same values in the clear."""
    async with embedded_engine(tmp_path) as bare:
        plain = await Client.connect(bare.address, data_converter=pydantic_data_converter)
        async with Worker(plain, task_queue="plain", workflows=[Confided], activities=[fail_about]):
            await confide(plain, "plain")
        database = stored(tmp_path)
    assert [secret for secret in SECRETS if secret.encode() in database] == list(SECRETS)


async def test_history_names_the_key_of_every_payload(client: Client, queue: str, keys: KeyRing) -> None:
    """An operator sees in a history which key is needed to read it."""
    await confide(client, queue)
    history = (await client.get_workflow_handle(queue).fetch_history()).to_json_dict()
    text = json.dumps(history)
    assert text.count(KEY_ID) >= 8
    assert keys.current not in text  # it stands there as base64, like all metadata


async def test_an_unsealed_or_altered_signal_is_put_aside_and_blocks_nothing(
    client: Client, queue: str, engine: Engine, keys: KeyRing
) -> None:
    """Whoever may signal the engine without our key can neither be believed nor jam a case."""
    handle = await client.start_workflow(Confided.run, Patient(), id=queue, task_queue=queue)
    forger = await Client.connect(engine.address)
    await forger.get_workflow_handle(queue).signal("note", {"claim": "forged"})
    [sealed] = await SealingCodec(keys).encode([Payload(metadata={"encoding": b"json/plain"}, data=b'{"claim": "x"}')])
    sealed.data = sealed.data[:-1] + bytes([sealed.data[-1] ^ 1])
    await forger.get_workflow_handle(queue).signal("note", RawValue(sealed))
    reasons = await asyncio.wait_for(handle.result(), 20)
    assert "refused/not-encrypted" in reasons
    assert "refused/broken-seal" in reasons


async def test_a_missing_key_is_told_by_name(keys: KeyRing) -> None:
    """A withdrawn key stops reading with its id, instead of guessing or skipping."""
    sealed = await SealingCodec(keys).encode([Payload(data=b"x")])
    with pytest.raises(MissingKeyError, match=keys.current):
        await SealingCodec(KeyRing.new()).decode(sealed)


async def test_payloads_survive_a_rotation(keys: KeyRing) -> None:
    """A key rotated in mid-journey leaves every earlier payload readable."""
    payload = Payload(metadata={"encoding": b"json/plain", "messageType": b"M"}, data=b"1")
    sealed = await SealingCodec(keys).encode([payload])
    assert await SealingCodec(keys.rotated()).decode(sealed) == [payload]


async def test_plain_payloads_are_read_only_when_that_was_asked_for(keys: KeyRing) -> None:
    """Accepting unencrypted payloads is a deliberate step of a migration, never the default."""
    plain = Payload(metadata={"encoding": b"json/plain"}, data=b"1")
    [refused] = await SealingCodec(keys).decode([plain])
    assert refused.metadata["encoding"] == b"refused/not-encrypted"
    assert refused.data == b""
    assert await SealingCodec(keys, plain_readable=True).decode([plain]) == [plain]


@pytest.mark.parametrize("size", [0, 1, COMPRESS_FROM, 200_000])
async def test_large_payloads_are_compressed_before_sealing(keys: KeyRing, size: int) -> None:
    """Encrypted data cannot be compressed afterwards, so large payloads shrink first; all sizes come back whole."""
    payload = Payload(metadata={"encoding": b"json/plain"}, data=b"a" * size)
    [sealed] = await SealingCodec(keys).encode([payload])
    assert sealed.metadata["encoding"] == SEALED
    assert len(sealed.data) < max(COMPRESS_FROM, size / 10)
    assert await SealingCodec(keys).decode([sealed]) == [payload]


async def test_the_marks_on_a_payload_cannot_be_changed(keys: KeyRing) -> None:
    """Key id and compression mark are part of what is sealed."""
    [sealed] = await SealingCodec(keys).encode([Payload(data=b"a" * 5000)])
    del sealed.metadata["baton-compression"]
    [refused] = await SealingCodec(keys).decode([sealed])
    assert refused.metadata["encoding"] == b"refused/broken-seal"
