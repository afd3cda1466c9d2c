"""Search attributes: registered once, usable at once, never redefined silently."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client
from temporalio.common import SearchAttributePair, TypedSearchAttributes

from worker.engine import EngineOptions, embedded_engine
from worker.search_attributes import WANTED, SearchAttributeError, register, registered
from workflows.search_keys import HOP


async def test_registering_again_changes_nothing(client: Client) -> None:
    """The embedded engine knows all names from its start, and each further registration is a no-op."""
    assert WANTED.items() <= (await registered(client)).items()
    assert await register(client) == ()


async def test_a_case_can_carry_them_at_once(client: Client) -> None:
    """No waiting between registration and the first case."""
    labels = TypedSearchAttributes([SearchAttributePair(HOP, "received")])
    handle = await client.start_workflow("Any", id=f"case-{uuid4()}", task_queue="nobody", search_attributes=labels)
    assert (await handle.describe()).typed_search_attributes[HOP] == "received"


async def test_a_name_that_is_taken_stops_with_the_way_out(tmp_path: Path) -> None:
    """A namespace in which somebody uses our name otherwise is refused, since every search would be wrong."""
    async with embedded_engine(tmp_path, EngineOptions(namespace="theirs")) as engine:
        theirs = await Client.connect(engine.address, namespace="default")
        request = AddSearchAttributesRequest(
            namespace="default", search_attributes={"BatonHop": IndexedValueType.INDEXED_VALUE_TYPE_INT}
        )
        await theirs.operator_service.add_search_attributes(request)
        with pytest.raises(SearchAttributeError, match=r"BatonHop.*search-attribute remove"):
            await register(theirs)
        assert await registered(theirs) == dict(request.search_attributes)


def test_they_fit_into_an_sql_engine() -> None:
    """An SQL engine has ten keyword columns and three of the other kinds for a namespace; its owner needs some too."""
    kinds = Counter(WANTED.values())
    assert kinds.pop(IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD) <= 8
    assert all(count <= 3 for count in kinds.values())
