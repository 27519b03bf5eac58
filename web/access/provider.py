"""Signing in with a provider (OpenID Connect Core 1.0): the code flow, with PKCE, state, nonce and a verified ID token.

What the provider offers is read from its discovery document once, and its keys again when one is not known.
"""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.base_client import BaseApp
from authlib.integrations.base_client.sync_app import OAuth2Mixin
from authlib.integrations.base_client.sync_openid import OpenIDMixin
from authlib.integrations.httpx_client import OAuth2Client
from joserfc.errors import JoseError

from charter.message import NotAllowed, Refused
from web.access.identities import Visit
from web.settings import LOOPBACK, Provider

TIMEOUT = 10.0
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""How an ID token may be signed: with a key of which we only have the public half."""


class ProviderAway(Refused):
    """{provider} does not answer as it should. Try again in a moment; if it stays, tell whoever runs this."""


class ProviderRefused(Refused):
    """{provider} did not confirm who you are. Begin again, and sign in there."""


class NobodyHere(NotAllowed):
    """{provider} knows you, but nobody of that name is registered here. Ask an admin to register you under the name
    that {provider} gives you, then sign in again."""


class Known(NamedTuple):
    """Whom the provider vouches for: the permanent identity, and the name by which the person may be found here."""

    issuer: str
    subject: str
    name: str | None


class OpenIdProvider(OAuth2Mixin, OpenIDMixin, BaseApp):  # type: ignore[misc]  # authlib has no types
    """The provider of a site, over authlib's own client."""

    client_cls = OAuth2Client

    def __init__(self, provider: Provider) -> None:
        super().__init__(
            None,
            name="provider",
            client_id=provider.client_id,
            client_secret=provider.client_secret,
            server_metadata_url=f"{provider.issuer}/.well-known/openid-configuration",
            client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256", "timeout": TIMEOUT},
        )
        self._provider = provider

    def load_server_metadata(self) -> dict[str, Any]:
        """What the provider says of itself, as far as it is to be believed; raises ProviderAway."""
        try:
            found: dict[str, Any] = super().load_server_metadata()
        except (httpx2.HTTPError, ValueError, TypeError) as error:
            raise ProviderAway(provider=self._provider.name) from error
        places = [found.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
        if found.get("issuer", "").rstrip("/") != self._provider.issuer or not all(map(_is_safe, places)):
            self.server_metadata.clear()
            raise ProviderAway(provider=self._provider.name)
        offered = found.get("id_token_signing_alg_values_supported") or ["RS256"]
        found["id_token_signing_alg_values_supported"] = [name for name in offered if name in ALGORITHMS] or ["RS256"]
        return found

    def address(self, state: str, visit: Visit, back: str) -> str:
        """Where the browser goes; it comes `back` with the state. Raises ProviderAway."""
        made = self.create_authorization_url(back, state=state, nonce=visit.nonce, code_verifier=visit.verifier)
        url: str = made["url"]
        return url

    def known(self, code: str, visit: Visit, back: str) -> Known:
        """Who came back with a code; raises ProviderRefused or ProviderAway."""
        try:
            token = self.fetch_access_token(redirect_uri=back, code=code, code_verifier=visit.verifier)
            claims = self.parse_id_token(token, nonce=visit.nonce)
        except httpx2.HTTPError as error:
            raise ProviderAway(provider=self._provider.name) from error
        except (AuthlibBaseError, JoseError, ValueError, TypeError, KeyError) as error:
            raise ProviderRefused(provider=self._provider.name) from error
        if not claims or not claims.get("sub"):
            raise ProviderRefused(provider=self._provider.name)
        return Known(claims["iss"], claims["sub"], _name(claims, self._provider.claim))


def _name(claims: dict[str, Any], claim: str) -> str | None:
    """The name by which a person may be found here: never an e-mail address that the provider has not verified."""
    value = claims.get(claim)
    if not isinstance(value, str) or (claim == "email" and claims.get("email_verified") is not True):
        return None
    return value.strip().lower() or None


def _is_safe(address: object) -> bool:
    """Whether nobody on the way can read or change what is said at an address."""
    if not isinstance(address, str):
        return False
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
