"""One plugin for client, worker and replayer, so that the three can never disagree about what a payload means."""

from __future__ import annotations

from typing import ClassVar

from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes
from temporalio.plugin import SimplePlugin
from temporalio.worker.workflow_sandbox import SandboxRestrictions
from temporalio.workflow import SandboxImportNotificationPolicy

from worker.codec import SealingCodec
from worker.keys import KeyRing
from worker.runner import ContextFreeRunner

PASSED_THROUGH: tuple[str, ...] = (
    "journey",
    "workflows",
    "typing_inspection",
    "holidays",
    "dateutil",
    "six",
    "tzdata",
)
"""Modules that all cases share with the worker, beyond the standard library, pydantic and temporalio, which the
engine's sandbox shares by itself. None has state that a case could change. Loading them anew would cost each case
1.4 MB and 50 ms; a workflow that imports anything else stops the worker at its start.
"""


def baton_plugin(keys: KeyRing, *, plain_readable: bool = False) -> SimplePlugin:
    """What makes an engine connection a Baton connection: payload form, encryption and the workflow sandbox.

    Give it to `Client.connect` (workers take it over from their client) and to `Replayer`.

    Args:
        keys: the ring that seals and opens payloads.
        plain_readable: whether unencrypted payloads are accepted as well; see `SealingCodec`.
    """
    return SimplePlugin(
        "baton",
        data_converter=data_converter(keys, plain_readable=plain_readable),
        workflow_runner=workflow_runner(),
    )


class OneConverter(PydanticPayloadConverter):
    """One converter for the whole process: it has no state but what it learnt about types.

    The library makes one for each case and each turn, and each would learn the same types anew (`make bench`).
    """

    _one: ClassVar[OneConverter | None] = None

    def __new__(cls) -> OneConverter:
        """The one there is."""
        cls._one = cls._one or super().__new__(cls)
        return cls._one

    def __init__(self) -> None:
        """Set up the first time only."""
        if not hasattr(self, "converters"):
            super().__init__()


def data_converter(keys: KeyRing, *, plain_readable: bool = False) -> DataConverter:
    """Pydantic models as JSON, sealed; failures with message and stack trace sealed as well.

    Fields that hold their default are written out: a case in flight keeps the values it was told, even after a later
    version of the code changes a default.
    """
    return DataConverter(
        payload_converter_class=OneConverter,
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
        payload_codec=SealingCodec(keys, plain_readable=plain_readable),
    )


def workflow_runner() -> ContextFreeRunner:
    """The sandbox in which workflows run: it refuses clocks, randomness, I/O and every module not named here."""
    restrictions = SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
    return ContextFreeRunner(
        restrictions=restrictions.with_import_notification_policy(
            SandboxImportNotificationPolicy.WARN_ON_DYNAMIC_IMPORT
            | SandboxImportNotificationPolicy.RAISE_ON_UNINTENTIONAL_PASSTHROUGH
        )
    )
