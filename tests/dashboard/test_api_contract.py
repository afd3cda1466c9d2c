"""The API keeps to its document whatever it is sent: generated requests, valid and not, to every operation."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from casebook import reading
from dashboard.api.app import openapi
from dashboard.roles import Role
from tests.dashboard.api_keys import caller
from tests.dashboard.conftest import NOBODY, Desk, Filled, desk_at

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    ignored_auth,
    unsupported_method,
]
ENDLESS = "/events"
"""Its answer ends with the server; `test_api_events` is about it."""

EXAMPLES = 8
OPERATIONS = [
    (method.upper(), path)
    for path, methods in json.loads(openapi())["paths"].items()
    for method in methods
    if path != ENDLESS
]


@pytest.fixture(scope="module")
def shared(filled: Filled, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One desk for all generated requests: nothing that they do is looked at."""
    with desk_at(filled, tmp_path_factory.mktemp("contract"), NOBODY) as made:
        yield made


@pytest.fixture(autouse=True)
def _no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """More requests than anybody may send in a minute."""
    from limits import parse

    monkeypatch.setattr("dashboard.api.callers.API", parse("1000000/minute"))


def some_case(desk: Desk) -> str:
    """A case that is there: generated ids find none."""
    with desk.premises.book.reading() as tx:
        return reading.list_cases(tx, limit=1).rows[0].case_id


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_operation_keeps_to_its_document(shared: Desk, method: str, path: str) -> None:
    """No request brings a failure of ours, a status, content type or body that the document does not name.

    A service feeds facts, a supervisor does everything else.
    """
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", shared.app)
    role = Role.SERVICE if path == "/facts" else Role.SUPERVISOR
    shown = {"Authorization": caller(shared, role).headers["Authorization"]}
    operation = schema[path][method]
    known = st.sampled_from([{}, {"case_id": some_case(shared)}])
    cases = st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode))

    @seed(20261126)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases, real=known)
    def holds(case: schemathesis.Case, real: dict[str, str]) -> None:
        if set(real) <= set(case.path_parameters):
            case.path_parameters = {**case.path_parameters, **real}
        case.call_and_validate(headers=shown, checks=CHECKS)

    holds()
