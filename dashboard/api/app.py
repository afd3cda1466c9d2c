"""The API as an application of its own, mounted under /api/v1, with its document at /api/v1/openapi.json."""

from __future__ import annotations

import json
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.datastructures import State

from dashboard.api import (
    accounts,
    bulk,
    cases,
    events,
    feeding,
    hooks,
    insights,
    intake,
    outages,
    packets,
    plan,
    saying,
)
from dashboard.api.guarding import Guard
from dashboard.api.problems import Problem, handle_problems, problems

PREFIX: Final = "/api/v1"
ROUTERS: Final[tuple[APIRouter, ...]] = (
    cases.router,
    saying.router,
    saying.seen,
    bulk.looking,
    bulk.router,
    packets.router,
    events.router,
    insights.router,
    outages.router,
    plan.router,
    intake.router,
    feeding.router,
    accounts.router,
    accounts.audit,
    hooks.router,
)
TAGS: Final = {
    "Cases": "Who holds the file, what must they do, by when.",
    "Say": "What people say to a case. The answer tells at once whether it counts, and why not.",
    "Packets": "Evidence packets.",
    "Events": "Live changes.",
    "Insights": "Figures for supervisors.",
    "Outages": "Many cases that one payer keeps waiting.",
    "Plan": "The journey table and all deadlines, and changes of them.",
    "Intake": "What reached us, and what lies aside.",
    "Feed": "Facts of other systems.",
    "Administration": "Users, tokens, and who looked at what.",
    "Webhooks": "Signed messages to other systems when cases change.",
}
ABOUT: Final = """\
Everything that Baton's pages can do, for other systems.

- **Sign in** with a token: `Authorization: Bearer baton_…`. A token may do what both its scopes and its user's role \
allow; everything is limited to the user's practice.
- **Money** is integer US cents; **moments** are UTC (RFC 3339); days are the provider's.
- **Errors** are problem documents (RFC 9457) that name fields and rules, never values; `instance` is a reference to \
tell when you ask.
- **Repeat safely**: send `Idempotency-Key` with what changes something. For 48 hours the same key with the same \
request is done once and answered alike (`Idempotent-Replayed: true`); with another request it is 422, while the first \
is under way 409.
- **Pages**: lists give `next`; send it back as `after`. A case that moves in the list meanwhile may be missed or seen \
twice; no other is.
- **Limits**: 1,200 requests a minute for each token; beyond that 429 with `Retry-After`.
- **Views of people's data are noted** with who looked."""


class _Document(FastAPI):
    """An application whose document says once what a problem is."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document; made once."""
        if self.openapi_schema is None:
            document = super().openapi()
            problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            document["components"]["schemas"] |= {**problem.pop("$defs"), "Problem": problem}
            for told in (told for methods in document["paths"].values() for told in methods.values()):
                if "requestBody" in told:
                    told["responses"] |= {str(status): says for status, says in problems(400, 413).items()}
        assert self.openapi_schema is not None
        return self.openapi_schema


def api(state: State | None = None) -> FastAPI:
    """The API.

    Args:
        state: the state of the application that it is mounted in, with its premises; none to read the document alone.
    """
    app = _Document(
        title="Baton",
        version="1",
        description=ABOUT,
        openapi_tags=[{"name": name, "description": says} for name, says in TAGS.items()],
        servers=[{"url": PREFIX}],
        root_path_in_servers=False,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=_operation,
    )
    if state is not None:
        app.state = state
    for router in ROUTERS:
        app.include_router(router)
    handle_problems(app)
    app.add_middleware(Guard)
    return app


def openapi() -> str:
    """The document in JSON: the text of `docs/api-openapi.json`."""
    return json.dumps(api().openapi(), indent=2, ensure_ascii=False) + "\n"


def _operation(route: APIRoute) -> str:
    return route.name
