"""One request over HTTP, with everything that can go wrong on the way as a typed error that tells no content.

ExchangeError
├── UnreachableError   no answer, or half of one; the effect may have happened
├── UnwellError        the other side is there and cannot do it now (5xx, 408, 425, 429)
├── UnreadableError    an answer that is not what was agreed: garbage, too long, a redirect
└── RefusedError       a definite no (any other 4xx), with its status and the type of its problem
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import TypeVar

import httpx2
from pydantic import BaseModel, ValidationError

from activities.ledger_wire import Problem

MOST_BYTES = 1_048_576
MOST_SECONDS = 30.0
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
TIMEOUT = httpx2.Timeout(10.0, connect=5.0)
LATER = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})

# The library logs every address that it asks, and a webhook's address is often its credential.
logging.getLogger("httpx2").setLevel(logging.WARNING)

Model = TypeVar("Model", bound=BaseModel)


class ExchangeError(Exception):
    """A request that brought no usable answer; another try may. Never tells an address, a body or a header."""


class UnreachableError(ExchangeError):
    """No answer came; whether the other side did what was asked is not known."""


class UnwellError(ExchangeError):
    """The other side answered that it cannot do it now."""


class UnreadableError(ExchangeError):
    """The other side answered something that was not agreed."""


class RefusedError(ExchangeError):
    """The other side refused.

    Attributes:
        status: the HTTP status.
        problem: the `type` of the problem it told, empty when it told none.
    """

    def __init__(self, status: int, problem: str = "") -> None:
        """Keep status and type; titles and details are the other side's text and might name a patient."""
        self.status = status
        self.problem = problem
        super().__init__(f"refused with status {status}")


def client(base_url: str = "") -> httpx2.Client:
    """A client for the partner at an address, safe to share between threads; close it at the end."""
    local = httpx2.URL(base_url).host in LOOPBACK  # a site's proxy cannot reach what runs beside us
    return httpx2.Client(base_url=base_url, timeout=TIMEOUT, follow_redirects=False, trust_env=not local)


def post(http: httpx2.Client, url: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    """Send JSON and give the answer's body, of which no more than `MOST_BYTES` are read.

    Args:
        http: the client.
        url: an address or a path under the client's base.
        body: JSON.
        headers: beyond the content type.

    Raises:
        ExchangeError: as drawn above.
    """
    sent = {"content-type": "application/json", "accept-encoding": "identity", **headers}
    try:
        with http.stream("POST", url, content=body, headers=sent) as response:
            answer = _read(response)
            _refuse_failure(response.status_code, answer)
            return answer
    except httpx2.HTTPError as error:
        raise UnreachableError(f"no answer ({type(error).__name__})") from None


def parse(model: type[Model], answer: bytes) -> Model:
    """Read an answer as what was agreed.

    Raises:
        UnreadableError: it is something else; names the first field that is wrong.
    """
    try:
        return model.model_validate_json(answer)
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors(include_input=False, include_url=False)[0]["loc"])
        raise UnreadableError(f"the answer is no {model.__name__}: {place or 'not JSON'}") from None


def _read(response: httpx2.Response) -> bytes:
    until, answer = time.monotonic() + MOST_SECONDS, bytearray()
    for chunk in response.iter_raw():
        answer += chunk
        if len(answer) > MOST_BYTES:
            raise UnreadableError(f"the answer is longer than {MOST_BYTES} bytes")
        if time.monotonic() > until:
            raise UnreachableError(f"the answer was not complete after {MOST_SECONDS:.0f} seconds")
    return bytes(answer)


def _refuse_failure(status: int, answer: bytes) -> None:
    if status in LATER or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise UnwellError(f"the other side cannot do it now (status {status})")
    if status >= HTTPStatus.BAD_REQUEST:
        raise RefusedError(status, _problem_type(answer))
    if not 200 <= status < 300:
        raise UnreadableError(f"the other side answered with status {status}")


def _problem_type(answer: bytes) -> str:
    try:
        return parse(Problem, answer).type
    except UnreadableError:
        return ""
