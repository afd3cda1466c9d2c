"""An OpenID provider to sign in at: discovery, keys, the authorisation page and the token endpoint, over real HTTP.

It is strict as a good one is (client, redirect address, PKCE, one use of a code) and lies only when told to.
"""

from __future__ import annotations

import asyncio
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_urlsafe
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, urlencode

from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.serving import serve

CLIENT, SECRET = "baton", "what-the-provider-gave-us"


@dataclass
class Provider:
    """One provider and the person who sits before it.

    Attributes:
        person: what it says of whoever signs in.
        says: claims of the signed word that are replaced (None leaves one out).
        further: what its userinfo page tells; None when there is no such page.
        signs_with: the key that signs; another than the published one is a forgery.
        asked: the parameters of every authorisation request.
    """

    address: str = ""
    person: dict[str, Any] = field(default_factory=dict)
    says: dict[str, Any] = field(default_factory=dict)
    further: dict[str, Any] | None = None
    is_well: bool = True
    denies: bool = False
    asked: list[dict[str, str]] = field(default_factory=list)
    published: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"}))
    signs_with: RSAKey | None = None
    key_id: str = "k1"
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def app(self) -> Starlette:
        """Its pages."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._describe),
                Route("/keys", self._keys),
                Route("/authorise", self._authorise),
                Route("/token", self._token, methods=["POST"]),
                Route("/userinfo", self._userinfo),
            ]
        )

    async def _describe(self, _: Request) -> Response:
        if not self.is_well:
            return JSONResponse({"error": "down for maintenance"}, 503)
        described = {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorise",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
            "id_token_signing_alg_values_supported": ["RS256", "none"],
            "scopes_supported": ["openid", "profile", "email", "groups"],
        }
        if self.further is not None:
            described["userinfo_endpoint"] = f"{self.address}/userinfo"
        return JSONResponse(described)

    async def _keys(self, _: Request) -> Response:
        return JSONResponse({"keys": [self.published.as_dict(private=False)]})

    async def _authorise(self, request: Request) -> Response:
        asked = dict(request.query_params)
        self.asked.append(asked)
        if asked.get("client_id") != CLIENT or asked.get("code_challenge_method") != "S256":
            return JSONResponse({"error": "invalid_request"}, 400)
        if self.denies:
            return RedirectResponse(
                f"{asked['redirect_uri']}?{urlencode({'error': 'access_denied', 'state': asked['state']})}", 302
            )
        code = token_urlsafe(16)
        self._codes[code] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}", 302)

    async def _token(self, request: Request) -> Response:
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        asked = self._codes.pop(form.get("code", ""), None)
        if asked is None or form.get("redirect_uri") != asked["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        if _challenge(form.get("code_verifier", "")) != asked["code_challenge"]:
            return JSONResponse({"error": "invalid_grant", "error_description": "PKCE"}, 400)
        token = {"access_token": "opaque", "token_type": "Bearer", "expires_in": 300}
        return JSONResponse({**token, "id_token": self._word(asked["nonce"])})

    async def _userinfo(self, request: Request) -> Response:
        if request.headers.get("authorization") != "Bearer opaque":
            return JSONResponse({"error": "invalid_token"}, 401)
        return JSONResponse(self.further)

    def _word(self, nonce: str) -> str:
        now = int(time.time())
        usual = {"iss": self.address, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce}
        claims = {**usual, **self.person, **self.says}
        key = self.signs_with or self.published
        return jwt.encode(
            {"alg": "RS256", "kid": self.key_id}, {name: said for name, said in claims.items() if said is not None}, key
        )


def _challenge(verifier: str) -> str:
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")


@contextmanager
def identity_provider(**person: Any) -> Iterator[Provider]:
    """A provider at work on a free port, for the length of a block."""
    provider, up, over = Provider(person=person), Event(), Event()

    async def work() -> None:
        async with serve(provider.app()) as address:
            provider.address = address
            up.set()
            await asyncio.to_thread(over.wait)

    thread = Thread(target=asyncio.run, args=(work(),), daemon=True)
    thread.start()
    assert up.wait(10)
    try:
        yield provider
    finally:
        over.set()
        thread.join(10)
