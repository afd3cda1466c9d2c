"""Registration of the search attributes that cases carry; what they are stands in `workflows.search_keys`."""

from __future__ import annotations

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client

from workflows.search_keys import SENTENCES

WANTED: dict[str, IndexedValueType.ValueType] = {
    key.name: IndexedValueType.ValueType(key.indexed_value_type) for key in SENTENCES
}
"""Name → type of every search attribute. An SQL engine has room for ten keywords and three booleans in a namespace."""


class SearchAttributeError(Exception):
    """The namespace already uses one of our names with another type; names it and the way out."""


async def register(client: Client) -> tuple[str, ...]:
    """Make all search attributes known to the client's namespace; those that are known stay as they are.

    Returns:
        The names that were new, in the order of the table.

    Raises:
        SearchAttributeError: when a name is taken by another type.
    """
    known = await registered(client)
    taken = [name for name, kind in WANTED.items() if known.get(name, kind) != kind]
    if taken:
        raise SearchAttributeError(
            f"namespace {client.namespace} uses {', '.join(taken)} with another type: remove them with "
            "`temporal operator search-attribute remove`, or use another namespace"
        )
    new = {name: kind for name, kind in WANTED.items() if name not in known}
    if new:
        request = AddSearchAttributesRequest(namespace=client.namespace, search_attributes=new)
        await client.operator_service.add_search_attributes(request)
    return tuple(new)


async def registered(client: Client) -> dict[str, IndexedValueType.ValueType]:
    """Name → type of the custom search attributes that the client's namespace has."""
    request = ListSearchAttributesRequest(namespace=client.namespace)
    return dict((await client.operator_service.list_search_attributes(request)).custom_attributes)
