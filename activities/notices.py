"""Notices to people: a line in the log, and a signed message to a webhook where one is set."""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import Final

import httpx2
import structlog
from temporalio import activity

from activities.errands import done, failed
from activities.exchange import RefusedError, post
from activities.ledger_wire import IDEMPOTENCY_KEY
from workflows.ports import Errand, Learnt, Notice, Notices

SIGNATURE: Final = "Baton-Signature"
"""Header that proves a notice to be ours: `sha256=` and the HMAC-SHA256 of the body in hex."""

NOT_ACCEPTED = frozenset({400, 409, 413, 415, 422})
"""Statuses by which a webhook says that this notice will never do."""

LOG = structlog.stdlib.get_logger("baton.notices")


def signature(secret: bytes, body: bytes) -> str:
    """The value of `SIGNATURE` for a body; receivers compare it in constant time."""
    return f"sha256={hmac.digest(secret, body, sha256).hex()}"


class Noticeboard(Notices):
    """Tells the log always and the webhook if there is one; a webhook that fails is told again by the engine."""

    def __init__(self, http: httpx2.Client | None = None, webhook: str = "", secret: bytes = b"") -> None:
        """Take what there is.

        Args:
            http: the client for the webhook; needed when there is one.
            webhook: its address, which may be confidential; empty for none.
            secret: signs each message; empty for no signature.
        """
        if webhook and http is None:
            raise ValueError("a webhook needs a client")
        self._http = http
        self._webhook = webhook
        self._secret = secret

    @activity.defn(name="notify", no_thread_cancel_exception=True)
    def notify(self, errand: Errand) -> Learnt:
        """Tell the people of `action.to`; a receiver knows a repeated notice by its key.

        Raises:
            activities.exchange.ExchangeError: the webhook gave no usable answer.
        """
        notice = _notice(errand)
        try:
            self._send(notice)
        except RefusedError as refusal:
            if refusal.status not in NOT_ACCEPTED:
                raise
            return Learnt(outcome=failed(errand, f"the webhook does not accept the notice (status {refusal.status})"))
        # Without the reason: it is written for people and may tell dates of the claim.
        told = notice.model_dump(mode="json", include={"key", "case_id", "to", "escalation_id", "kind", "rung"})
        LOG.info("notice.given", webhook=bool(self._webhook), **told)
        return Learnt(outcome=done(errand))

    def _send(self, notice: Notice) -> None:
        if not self._webhook or self._http is None:
            return
        body = notice.model_dump_json().encode()
        headers = {IDEMPOTENCY_KEY: notice.key}
        if self._secret:
            headers[SIGNATURE] = signature(self._secret, body)
        post(self._http, self._webhook, body, headers)


def _notice(errand: Errand) -> Notice:
    action = errand.action
    return Notice(
        key=errand.action.key,
        case_id=errand.case_id,
        to=action.to,
        escalation_id=action.detail.get("escalation_id", ""),
        kind=action.detail.get("kind", ""),
        rung=action.detail.get("rung", ""),
        reason=action.reason,
        at=errand.now,
    )
