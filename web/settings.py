"""What whoever runs a server may choose, all of it from the environment: CHARTER_ADDRESS, CHARTER_IDLE_MINUTES …"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from charter.message import Refused

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class WrongSetting(Refused):
    """{name} is set to something that cannot be used: {why}."""


@dataclass(frozen=True)
class Provider:
    """An OpenID Connect provider that people sign in with; `claim` names who they are here."""

    issuer: str
    client_id: str
    client_secret: str
    name: str = "your company account"
    claim: str = "preferred_username"


@dataclass(frozen=True)
class Settings:
    """The choices of one server.

    `address` is how browsers reach it, without a slash at its end; behind https, cookies are only sent over https.
    `publish_log` gives out the checkpoint and the hashes below /log, `publish_entries` the leaf records, too, in which
    people's ids stand. `allowed` are networks that webhooks may reach although they are private. `backups` is the
    folder in which admins make backups.
    """

    address: str = "http://127.0.0.1:8000"
    idle: timedelta = timedelta(minutes=60)
    lifetime: timedelta = timedelta(hours=12)
    provider: Provider | None = None
    publish_log: bool = True
    publish_entries: bool = False
    allowed: tuple[IPv4Network | IPv6Network, ...] = ()
    json_logs: bool = False
    backups: Path | None = None

    @property
    def secure(self) -> bool:
        """Whether browsers reach the server over https."""
        return self.address.startswith("https://")

    @property
    def host(self) -> str:
        """The name, with the port if it is not the usual one, that browsers send as Host."""
        return urlsplit(self.address).netloc

    @classmethod
    def read(
        cls, environ: Mapping[str, str] = os.environ, *, address: str | None = None, here: str | None = None
    ) -> Settings:
        """The choices as the environment has them, but for an address that is given; raises WrongSetting.

        Where neither has one, browsers reach the server as it listens: `here`.
        """
        issuer = environ.get("CHARTER_OIDC_ISSUER")
        return cls(
            address=_address(address or environ.get("CHARTER_ADDRESS") or here or cls.address),
            idle=timedelta(minutes=_number(environ, "CHARTER_IDLE_MINUTES", 60, most=24 * 60)),
            lifetime=timedelta(hours=_number(environ, "CHARTER_SESSION_HOURS", 12, most=24 * 30)),
            provider=_provider(environ, issuer) if issuer else None,
            publish_log=_yes(environ, "CHARTER_PUBLISH_LOG", default=True),
            publish_entries=_yes(environ, "CHARTER_PUBLISH_ENTRIES", default=False),
            allowed=tuple(_networks(environ.get("CHARTER_WEBHOOK_NETWORKS", ""))),
            json_logs=_yes(environ, "CHARTER_JSON_LOGS", default=False),
            backups=_folder(environ, "CHARTER_BACKUPS"),
        )


def _address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise WrongSetting(name="CHARTER_ADDRESS", why="it reads like https://charter.example, without a path")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise WrongSetting(name="CHARTER_ADDRESS", why="passwords would cross the network in the open; use https")
    return f"{parts.scheme}://{parts.netloc}"


def _provider(environ: Mapping[str, str], issuer: str) -> Provider:
    client = environ.get("CHARTER_OIDC_CLIENT_ID")
    secret = environ.get("CHARTER_OIDC_CLIENT_SECRET")
    if not client or not secret:
        raise WrongSetting(
            name="CHARTER_OIDC_ISSUER", why="CHARTER_OIDC_CLIENT_ID and CHARTER_OIDC_CLIENT_SECRET belong to it"
        )
    named = environ.get("CHARTER_OIDC_NAME") or Provider.name
    return Provider(issuer.rstrip("/"), client, secret, named, environ.get("CHARTER_OIDC_CLAIM") or Provider.claim)


def _number(environ: Mapping[str, str], name: str, otherwise: int, *, most: int) -> int:
    text = environ.get(name) or str(otherwise)
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= most:
        raise WrongSetting(name=name, why=f"it is a whole number from 1 to {most:,}")
    return int(text)


def _yes(environ: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = environ.get(name, "").lower()
    if text not in ("", "yes", "no"):
        raise WrongSetting(name=name, why="it is yes or no")
    return default if not text else text == "yes"


def _folder(environ: Mapping[str, str], name: str) -> Path | None:
    text = environ.get(name)
    if not text:
        return None
    path = Path(text).expanduser().resolve()
    if not path.is_dir():
        raise WrongSetting(name=name, why=f"{path} is no folder; make it first, for the user the server runs as")
    return path


def _networks(text: str) -> list[IPv4Network | IPv6Network]:
    try:
        return [ip_network(part.strip()) for part in text.split(",") if part.strip()]
    except ValueError as error:
        raise WrongSetting(name="CHARTER_WEBHOOK_NETWORKS", why=str(error)) from None
