"""What is written down about coming in: each sign-in, each refusal of access, and what changes who may come in.

An entry says what happened, to which registered person (by id) and at which route (its template, never the address that
was typed). It never has a secret, a name, an address, or a word that somebody typed: what may be said is listed here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import structlog
from starlette.requests import HTTPConnection


class What(StrEnum):
    """What can happen."""

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGN_IN_SLOWED = "sign_in_slowed"
    SIGNED_OUT = "signed_out"
    SESSION_REVOKED = "session_revoked"
    PASSWORD_SET = "password_set"  # noqa: S105  # the name of an event
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  # the name of an event
    PASSWORD_REFUSED = "password_refused"  # noqa: S105  # the name of an event
    LINK_MADE = "link_made"
    LINK_USED = "link_used"
    LINK_REFUSED = "link_refused"
    TOKEN_MADE = "token_made"  # noqa: S105  # the name of an event
    TOKEN_REVOKED = "token_revoked"  # noqa: S105  # the name of an event
    IDENTITY_LINKED = "identity_linked"
    IDENTITY_UNKNOWN = "identity_unknown"
    PROVIDER_FAILED = "provider_failed"
    SHUT_OUT = "shut_out"
    CHECKPOINT_BEGUN = "checkpoint_begun"
    BACKUP_BEGUN = "backup_begun"
    ACCESS_REFUSED = "access_refused"


_WARNINGS = {
    What.SIGN_IN_FAILED,
    What.SIGN_IN_SLOWED,
    What.PASSWORD_REFUSED,
    What.LINK_REFUSED,
    What.IDENTITY_UNKNOWN,
    What.PROVIDER_FAILED,
    What.ACCESS_REFUSED,
}
_PLAIN = re.compile(r"[^A-Za-z0-9 _.,:;@+*/{}()\[\]=-]")
_MOST = 200


def record(
    what: What,
    request: HTTPConnection | None = None,
    *,
    person: str | None = None,
    how: str | None = None,
    why: str | None = None,
    of: str | None = None,
) -> None:
    """Write down what happened: to whom, by which way in, for which reason (a refusal's name), and of whom or which.

    `person` is a registered person's id, never what somebody typed as theirs.
    """
    facts: dict[str, Any] = {"person": person, "how": how, "why": why, "of": of}
    if request is not None:
        facts |= {"method": request.scope.get("method"), "route": route(request.scope)}
    clean = {name: harmless(value) for name, value in facts.items() if value is not None}
    log = structlog.get_logger("charter.access")
    (log.warning if what in _WARNINGS else log.info)(str(what), **clean)


def refused_access(request: HTTPConnection, refusal: str, person: str | None) -> None:
    """Write down that somebody was not let in, by the name of the refusal."""
    record(What.ACCESS_REFUSED, request, person=person, why=refusal)


def route(scope: Mapping[str, Any]) -> str:
    """The template of the route that a request came to (/c/{slug}); "unknown" where it came to none.

    A route itself knows no more than its own router does; with what stands before it, FastAPI keeps it elsewhere.
    """
    whole = scope.get("fastapi", {}).get("effective_route_context")
    return str(getattr(whole or scope.get("route"), "path", None) or "unknown")


def harmless(value: str) -> str:
    """Words that cannot pretend to be another line or another fact of the record, of 200 characters at most."""
    return _PLAIN.sub("?", value[:_MOST])
