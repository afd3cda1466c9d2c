"""The identity provider's side of a sign-in: where to send people, and whom its signed word is about.

IdentityError
└── ProviderAwayError   it does not answer, or not as an identity provider does
"""

from __future__ import annotations

import logging
from typing import Any, Final

import httpx2
from authlib.integrations.base_client import OAuthError  # type: ignore[import-untyped]
from authlib.integrations.starlette_client import StarletteOAuth2App  # type: ignore[import-untyped]
from joserfc.errors import JoseError

from journey.words import Frozen

SIGNATURES: Final = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"})
"""Only what a provider signs with a key of its own; never `none`, never a shared secret."""

LEEWAY: Final = 60  # seconds: how far the provider's clock may be from ours
PATIENCE: Final = httpx2.Timeout(10.0, connect=5.0)
SCOPES: Final = ("openid", "profile", "email")
NAMES: Final = ("preferred_username", "email", "sub")

# At its most talkative the library would write what proves that we began a sign-in.
logging.getLogger("authlib").setLevel(logging.WARNING)


class IdentityError(Exception):
    """The provider vouches for nobody, or in a way that cannot be trusted; says which rule, never a value."""


class ProviderAwayError(IdentityError):
    """The provider cannot be asked now."""


class Asked(Frozen):
    """Where to send a browser, and what the answer must fit."""

    address: str
    state: str
    nonce: str
    verifier: str


class Person(Frozen):
    """A person whom the provider vouches for."""

    subject: str
    """What the provider calls them for ever."""
    name: str
    """What they sign in with there; lower case."""
    shown_name: str
    groups: frozenset[str]


class IdentityProvider:
    """One OpenID provider, as it describes itself; asked about itself once, when first needed."""

    def __init__(self, issuer: str, client_id: str, client_secret: str | None) -> None:
        """Take the provider's address and what it calls us."""
        self.issuer = issuer
        self._client_id = client_id
        self._app: Any = StarletteOAuth2App(
            None,
            "elsewhere",
            client_id=client_id,
            client_secret=client_secret,
            server_metadata_url=f"{issuer}/.well-known/openid-configuration",
            client_kwargs={"scope": " ".join(SCOPES), "code_challenge_method": "S256", "timeout": PATIENCE},
        )

    async def ask(self, back: str) -> Asked:
        """Begin a sign-in that ends at `back`.

        Raises:
            ProviderAwayError: the provider does not answer.
        """
        described = await self._described()
        scopes = (*SCOPES, "groups") if "groups" in described.get("scopes_supported", ()) else SCOPES
        begun = await self._app.create_authorization_url(back, scope=" ".join(scopes))
        return Asked(address=begun["url"], state=begun["state"], nonce=begun["nonce"], verifier=begun["code_verifier"])

    async def person(self, back: str, code: str, nonce: str, verifier: str) -> Person:
        """Whom the provider vouches for.

        Args:
            back: the same address as in `ask`.
            code: what the provider gave the browser.
            nonce: what its word must repeat.
            verifier: proves that we began this sign-in.

        Raises:
            ProviderAwayError: the provider does not answer.
            IdentityError: it vouches for nobody, or its word is forged, old, or meant for somebody else.
        """
        await self._described()
        try:
            token = await self._app.fetch_access_token(redirect_uri=back, code=code, code_verifier=verifier)
            claims = await self._claims(token, nonce)
            if "groups" not in claims:
                claims = {**await self._further(token, claims["sub"]), **claims}
        except httpx2.HTTPError:
            raise ProviderAwayError("the provider does not answer") from None
        except (OAuthError, JoseError, ValueError, KeyError, TypeError) as problem:
            raise IdentityError(type(problem).__name__) from None
        return _person(claims)

    async def _claims(self, token: dict[str, Any], nonce: str) -> dict[str, Any]:
        """What the signed part says, once signature, issuer, audience, time and nonce were checked."""
        expected = {
            "iss": {"essential": True, "value": self._app.server_metadata["issuer"]},
            "aud": {"essential": True, "value": self._client_id},
        }
        claims = await self._app.parse_id_token(token, nonce, expected, leeway=LEEWAY)
        if claims is None:
            raise IdentityError("the provider gave no signed word")
        return dict(claims)

    async def _further(self, token: dict[str, Any], subject: str) -> dict[str, Any]:
        """What the provider tells on request, about the same person; some tell groups only there."""
        if "userinfo_endpoint" not in self._app.server_metadata:
            return {}
        told = dict(await self._app.userinfo(token=token))
        return told if told.get("sub") == subject else {}

    async def _described(self) -> dict[str, Any]:
        """How the provider describes itself."""
        try:
            described: dict[str, Any] = await self._app.load_server_metadata()
            usable = described["issuer"].rstrip("/") == self.issuer
            usable = usable and bool(described["authorization_endpoint"] and described["token_endpoint"])
        except (httpx2.HTTPError, ValueError, KeyError, TypeError, AttributeError):
            usable = False
        if not usable:
            self._app.server_metadata.clear()
            raise ProviderAwayError("the provider does not describe itself")
        offered = described.get("id_token_signing_alg_values_supported") or ["RS256"]
        described["id_token_signing_alg_values_supported"] = [each for each in offered if each in SIGNATURES]
        return described


def _person(claims: dict[str, Any]) -> Person:
    name = next(str(claims[each]) for each in NAMES if claims.get(each))
    groups = claims.get("groups") or ()
    return Person(
        subject=str(claims["sub"]),
        name=name.strip().lower(),
        shown_name=str(claims.get("name") or name),
        groups=frozenset([groups] if isinstance(groups, str) else map(str, groups)),
    )
