"""Search attributes: the few plain labels by which the engine itself can list and count cases."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey, SearchAttributePair, SearchAttributeUpdate, TypedSearchAttributes

PRACTICE = SearchAttributeKey.for_keyword("BatonPractice")
HOP = SearchAttributeKey.for_keyword("BatonHop")
BREAK = SearchAttributeKey.for_keyword("BatonBreak")
HOLDER = SearchAttributeKey.for_keyword("BatonHolder")
ESCALATION = SearchAttributeKey.for_keyword("BatonEscalation")
ATTENTION = SearchAttributeKey.for_keyword("BatonAttention")
NEXT_CLOCK = SearchAttributeKey.for_datetime("BatonNextClock")
ON_HOLD = SearchAttributeKey.for_bool("BatonOnHold")

SENTENCES: dict[SearchAttributeKey[Any], str] = {
    PRACTICE: "The billing office whose case it is.",
    HOP: "The first hop that is not proven yet.",
    BREAK: "Where the journey broke, as V1a to V5 or F6 to F22; absent while nothing is suspected.",
    HOLDER: "The party that has the file now.",
    ESCALATION: "The kind of the most urgent open escalation.",
    ATTENTION: "Why a person must look at the case itself, such as a message that could not be read.",
    NEXT_CLOCK: "When the earliest clock runs out, in UTC.",
    ON_HOLD: "Whether the patient's billing is on hold.",
}
"""Every search attribute with its meaning. The engine stores them in the clear: never anything about a person here.
An SQL engine has room for ten keywords, three datetimes and three booleans in a namespace.
"""


class SearchAttributeError(Exception):
    """The namespace already uses one of our names with another type; names it and the way out."""


def search_attributes_for(
    *,
    practice: str,
    hop: str | None = None,
    break_point: str | None = None,
    holder: str | None = None,
    escalation: str | None = None,
    attention: str | None = None,
    next_clock: datetime | None = None,
    on_hold: bool = False,
) -> TypedSearchAttributes:
    """The labels of a case as it stands; whatever is `None` is left out."""
    values: dict[SearchAttributeKey[Any], object] = {
        PRACTICE: practice,
        HOP: hop,
        BREAK: break_point,
        HOLDER: holder,
        ESCALATION: escalation,
        ATTENTION: attention,
        NEXT_CLOCK: next_clock,
        ON_HOLD: on_hold,
    }
    return TypedSearchAttributes(
        [SearchAttributePair(key, value) for key, value in values.items() if value is not None]
    )


def changes(before: TypedSearchAttributes, after: TypedSearchAttributes) -> list[SearchAttributeUpdate[Any]]:
    """What has to be told to the engine to get from one set of labels to the other; empty when nothing changed."""
    gone = [key.value_unset() for key, _ in before if key in SENTENCES and after.get(key) is None]
    return gone + [key.value_set(value) for key, value in after if before.get(key) != value]


async def register(client: Client) -> tuple[str, ...]:
    """Make all search attributes known to the client's namespace; does nothing for those that are known.

    Returns:
        The names that were new.

    Raises:
        SearchAttributeError: when a name is taken by another type.
    """
    known = await _known(client)
    taken = [key.name for key in SENTENCES if known.get(key.name, key.indexed_value_type) != key.indexed_value_type]
    if taken:
        raise SearchAttributeError(
            f"namespace {client.namespace} uses {', '.join(taken)} with another type: remove them with "
            "`temporal operator search-attribute remove`, or use another namespace"
        )
    new = {key.name: key.indexed_value_type for key in SENTENCES if key.name not in known}
    if new:
        request = AddSearchAttributesRequest(namespace=client.namespace, search_attributes=new)  # type: ignore[arg-type]
        await client.operator_service.add_search_attributes(request)
    return tuple(new)


async def _known(client: Client) -> dict[str, int]:
    request = ListSearchAttributesRequest(namespace=client.namespace)
    return dict((await client.operator_service.list_search_attributes(request)).custom_attributes)
