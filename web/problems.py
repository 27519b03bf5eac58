"""What is said to somebody who was wrong: a page for people, a problem (RFC 9457) for programs, each with a status."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from charter.answers import KeyReused
from charter.desk import Outdated
from charter.leaf import stamp
from charter.ledger import TooBusy
from charter.malformed import wrong
from charter.message import NotAllowed, NotFound, Refused
from charter.store.errors import StoreUnavailable
from projections.engine import ViewFailed
from projections.pages import NotAPage
from web import refusals, rights, signed_out
from web.access.limits import TooManyTries
from web.asking import NoneYet, SignInFirst, WhichOne, known, sign_in_address
from web.forms import Malformed, about, label
from web.pages import is_part, page, then
from web.security import SAFE
from web.words import _, later
from web.work import NotBegun
from web.writer import Overloaded, Stopping

REFUSED, NOT_ALLOWED, NOT_FOUND, MALFORMED, STALE, SLOWED, AWAY = 409, 403, 404, 422, 412, 429, 503
SOON = 2
"""Seconds after which to ask again where something is away for a moment."""
OURS = 500
"""The first status of errors that are no fault of who asks."""
SAYS_NOTHING = later(
    "Something went wrong here, and it was written down. Try again; if it stays, tell whoever runs this."
)
NOTHING_TO_READ = later("Forms are sent to this address; there is nothing to read here.")

STATUS: Mapping[type[Exception], int] = {
    SignInFirst: 401,
    Outdated: STALE,
    WhichOne: MALFORMED,
    KeyReused: MALFORMED,
    NotAPage: MALFORMED,
    TooManyTries: SLOWED,
    TooBusy: AWAY,
    Stopping: AWAY,
    Overloaded: AWAY,
    NotBegun: AWAY,
    StoreUnavailable: AWAY,
    ViewFailed: AWAY,
    NotFound: NOT_FOUND,
    NotAllowed: NOT_ALLOWED,
    Refused: REFUSED,
    Malformed: MALFORMED,
    RequestValidationError: MALFORMED,
}
"""The status of every error that is somebody's, the narrowest class first; any other error is ours."""


def status(error: Exception) -> int:
    """The status of an error, by the narrowest class that it is of."""
    if isinstance(error, HTTPException):
        return error.status_code
    return next((code for kind, code in STATUS.items() if isinstance(error, kind)), 500)


def told(error: Exception, named: Callable[[str], str] = str) -> str:
    """The sentence somebody is told, in the web's words where a refusal names what is typed in a terminal.

    `named` is what a field is called there.
    """
    match error:
        case Refused():
            return refusals.worded(error)
        case HTTPException(status_code=400):
            return _("What was sent cannot be read. Send it as JSON, in UTF-8, with its content type.")
        case HTTPException(status_code=404):
            return _("There is no page here. Check the address, or begin at the start page.")
        case HTTPException(status_code=405):
            return _("This address cannot be used like that.")
        case HTTPException():
            return str(error.detail)
        case RequestValidationError() | Malformed():
            return " ".join(_fields(error, named).values())
        case StoreUnavailable() | ViewFailed():
            return str(error)
        case _:
            return _(SAYS_NOTHING)


def problem(error: Exception, instance: str) -> dict[str, Any]:
    """A problem as RFC 9457 has it: `refusal` is the name of the rule, `errors` what is wrong with which field."""
    code = status(error)
    name = type(error).__name__ if isinstance(error, Refused) else None
    found: dict[str, Any] = {
        "type": f"/problems/{name}" if name else "about:blank",
        "title": refusals.title(error) if name else _(_TITLES.get(code, later("Wrong"))),
        "status": code,
        "detail": told(error),
        "instance": instance,
    }
    if isinstance(error, Refused):
        private = refusals.PRIVATE.get(type(error).__name__, frozenset())
        found["refusal"] = name
        found["facts"] = {name: _fact(value) for name, value in error.facts.items() if name not in private}
    if isinstance(error, RequestValidationError | Malformed):
        found["errors"] = _fields(error)
    return found


def for_api(request: Request, error: Exception) -> Response:
    """A problem, with what a program has to do next in the headers."""
    code = status(error)
    headers = retry_after(error)
    if code == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="charter"'
    headers |= dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    return JSONResponse(problem(error, request.url.path), code, headers, media_type="application/problem+json")


def retry_after(error: Exception) -> dict[str, str]:
    """The header that says in how many seconds to ask again (RFC 9110, 10.2.3), where that may help."""
    if isinstance(error, TooManyTries):
        return {"Retry-After": str(error.facts["seconds"])}
    return {"Retry-After": str(SOON)} if status(error) == AWAY else {}


def for_people(request: Request, error: Exception) -> Response:
    """A page with the sentence; whoever has not signed in is led there first, and what they typed is kept."""
    if kept := signed_out.keep(request, error):
        return kept
    if isinstance(error, SignInFirst):
        if is_part(request):
            return Response(status_code=401, headers={"HX-Redirect": "/sign-in"})
        return then(sign_in_address(request))
    if status(error) >= OURS:
        _forget(request)
    template = "parts/refused.html" if is_part(request) else "refused.html"
    asks = known(request) if isinstance(error, NoneYet) else None
    may_open = asks is not None and rights.may_open(asks.actor)
    sentence = _(NOTHING_TO_READ) if status(error) == 405 and request.method in SAFE else told(error, label)
    told_apart = {"code": status(error), "may_open": may_open, "none_yet": isinstance(error, NoneYet)}
    response = page(request, template, status(error), sentence=sentence, **told_apart)
    response.headers.update(retry_after(error))
    if isinstance(error, HTTPException):
        response.headers.update(error.headers or {})
    return response


def _forget(request: Request) -> None:
    """Leave out of the page what would have to be read for it: reading it may be what failed."""
    request.state.charter, request.state.charters = None, []
    request.state.asker = getattr(request.state, "asker", None)


def answer(request: Request, error: Exception) -> Response:
    """What is answered to an error, whoever asked."""
    path = request.url.path
    return (for_api if path.startswith(("/api/", "/hooks/")) else for_people)(request, error)


_TITLES = {
    400: later("Malformed"),
    401: later("Sign in first"),
    404: later("Not found"),
    405: later("Not that way"),
    413: later("Too large"),
    422: later("Malformed"),
}


def _fields(error: RequestValidationError | Malformed, named: Callable[[str], str] = str) -> dict[str, str]:
    if isinstance(error, Malformed):
        return dict(error.fields)
    found: dict[str, str] = {}
    for detail in error.errors():
        where = ".".join(str(part) for part in detail["loc"] if part not in ("body", "query", "path", "header"))
        found.setdefault(where or "body", about(named(where) if where else _("The body"), wrong(detail)))
    return found


def _fact(value: Any) -> Any:
    if isinstance(value, datetime):
        return stamp(value)
    return value if isinstance(value, str | int | bool) or value is None else str(value)
