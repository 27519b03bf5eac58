"""What protects every page and call: strict headers, a look at where a request comes from, and a limit on its size.

A browser may load nothing from elsewhere and run nothing that stands in a page (Content-Security-Policy). Whatever
changes something has to come from a page of this site: by the browser's own word (`Origin`, `Sec-Fetch-Site`) and,
for who is signed in with a cookie, by a token that only our pages carry, in the field `csrf` or the header
`X-CSRF-Token`. What is answered to somebody who is signed in is kept by nobody (`Cache-Control: no-store`).
(OWASP ASVS 5: 3.3, 3.4, 3.5, 14.3.)

The session's cookie is `__Host-charter`: only sent over https, to this host alone, and never shown to a script. Reached
over plain http on this computer's own loopback, it has to be `charter`, as browsers keep no `__Host-` cookie there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.access.record import refused_access
from web.access.secret import csrf_token, equal
from web.received import TooLarge, is_form, kept, limited, replayed, texts
from web.settings import LOOPBACK, Settings
from web.words import _

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
EMBEDDABLE = POLICY.replace("frame-ancestors 'none'", "frame-ancestors *")
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), clipboard-write=(self)",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_AS_SENT = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
STRICT_TRANSPORT = "max-age=63072000; includeSubDomains"
SAFE = frozenset(("GET", "HEAD", "OPTIONS", "TRACE"))
MOST = 4 * 1024 * 1024
"""Bytes that a request may bring."""
MOST_OF_FORM = 1024 * 1024
"""And a form, which is taken apart field by field while everybody waits."""
WITHOUT_TOKEN = ("/sign-in", "/first/", "/welcome/", "/enter/")
"""Where somebody comes in: a cookie from before means nothing there, and a one-time link is a secret itself."""
FOR_PROBES = ("/healthz", "/readyz")
"""What a supervisor asks by whatever name it has for the host."""
FOR_ANYBODY = ("/static/", "/log/")
"""What is the same for everybody, signed in or not."""
FIELD, HEADER = "csrf", "X-CSRF-Token"

Answer = Callable[[Request, Exception], Response]


def cookie_name(settings: Settings) -> str:
    """What the cookie of a session is called."""
    return "__Host-charter" if settings.secure else "charter"


def give_cookie(response: Response, settings: Settings, name: str, secret: str, seconds: int | None = None) -> None:
    """Let the browser keep a secret: until it is closed, or for some seconds; no script can read it."""
    response.set_cookie(name, secret, seconds, path="/", secure=settings.secure, httponly=True, samesite="lax")


def take_cookie(response: Response, settings: Settings, name: str) -> None:
    """Let the browser forget it."""
    response.delete_cookie(name, path="/", secure=settings.secure, httponly=True, samesite="lax")


def embeddable(response: Response) -> Response:
    """Allow other sites to show this one answer in a frame of theirs."""
    response.headers["Content-Security-Policy"] = EMBEDDABLE
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def protect(app: FastAPI, settings: Settings, answer: Answer) -> None:
    """Put the guard before everything that the application answers; `answer` makes what is said to who is refused."""
    app.add_middleware(Guard, settings=settings, answer=answer)


class Guard:
    """Refuses what comes from elsewhere, wants a token for what changes something, and puts the headers on answers.

    `answer` makes what is said to somebody who is refused.
    """

    def __init__(self, app: ASGIApp, settings: Settings, answer: Answer, most: int = MOST) -> None:
        self._app = app
        self._answer = answer
        self._most = most
        self._secure = settings.secure
        self._cookie = cookie_name(settings)
        self._origins = frozenset(_origins(settings.address))
        self._hosts = frozenset(map(_host, self._origins))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        careful = _Careful(send, private=self._is_private(request), secure=self._secure)
        try:
            self._require_host(request)
            _require_text(scope)
            most = min(self._most, MOST_OF_FORM) if is_form(request.headers) else self._most
            received = limited(request.headers, receive, most)
            if scope["method"] not in SAFE:
                self._require_own_page(request.headers)
                if self._needs_token(request):
                    received = await self._require_token(request, received)
            await self._app(scope, received, careful)
        except HTTPException as error:
            if careful.begun:
                raise
            refused_access(request, _names(error), None)
            await self._say(request, error, receive, careful)
        except Exception as error:
            if not careful.begun:
                await self._say(request, error, receive, careful)
            raise

    async def _say(self, request: Request, error: Exception, receive: Receive, send: Send) -> None:
        response = await run_in_threadpool(self._answer, request, error)
        await response(request.scope, receive, send)

    def _is_private(self, request: Request) -> bool:
        known = "authorization" in request.headers or self._cookie in request.cookies
        return known and not request.scope["path"].startswith(FOR_ANYBODY)

    def _require_host(self, request: Request) -> None:
        host = _port_left_out(request.headers.get("host", ""))
        if host not in self._hosts and request.scope["path"] not in FOR_PROBES:
            raise WrongHost(421, _("This server is not reached by that name. Use the address it was set up with."))

    def _require_own_page(self, headers: Headers) -> None:
        origin, fetched = headers.get("origin"), headers.get("sec-fetch-site", "none")
        if fetched not in ("same-origin", "none") or (origin is not None and origin.lower() not in self._origins):
            raise Forged(403, _("This came from a page of another site, so nothing was done. Begin again on ours."))

    def _needs_token(self, request: Request) -> bool:
        if request.headers.get(
            "authorization", ""
        ).strip():  # which other sites cannot send; the cookie is not looked at
            return False
        return self._cookie in request.cookies and not request.scope["path"].startswith(WITHOUT_TOKEN)

    async def _require_token(self, request: Request, receive: Receive) -> Receive:
        """What the application receives, after it was looked at; raises Forged."""
        given = request.headers.get(HEADER)
        again = receive
        if given is None and is_form(request.headers):
            body, again = await kept(receive)
            form = await Request(request.scope, replayed(body)).form()
            request.state.sent = texts(form)
            field = form.get(FIELD)
            given = field if isinstance(field, str) else None
            await form.close()
        if given is None or not equal(given, csrf_token(request.cookies[self._cookie])):
            raise Forged(403, _("This page is from before you signed in, so nothing was done. Load it again."))
        return again


def _require_text(scope: Scope) -> None:
    """Raise NotText for the character NUL in an address, which no text has and not every database takes in one."""
    if "\0" in scope["path"] or b"%00" in scope["query_string"]:
        raise NotText(422, _("The address has a character that stands in no text. Leave %00 out of it."))


class NotText(HTTPException):
    """An address that is no text."""


class Forged(HTTPException):
    """A request that did not come from a page of ours."""


class WrongHost(HTTPException):
    """A request for another host."""


class _Careful:
    """Puts the headers on an answer; what it says itself stays, except that private things are kept by nobody."""

    def __init__(self, send: Send, *, private: bool, secure: bool) -> None:
        self._send = send
        self._private = private
        self._secure = secure
        self.begun = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            said = {name for name, _ in message["headers"]}
            message["headers"] = [*message["headers"], *(pair for pair in _AS_SENT if pair[0] not in said)]
            headers = MutableHeaders(scope=message)
            if self._secure:
                headers["Strict-Transport-Security"] = STRICT_TRANSPORT
                message["headers"] = [_only_https(name, value) for name, value in message["headers"]]
                headers = MutableHeaders(scope=message)
            if self._private or "set-cookie" in headers:
                headers["Cache-Control"] = "no-store"
            else:
                headers.setdefault("Cache-Control", "no-store")
        await self._send(message)


def _only_https(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    """A header; a cookie goes over https only, whoever sets it."""
    is_open = name.lower() == b"set-cookie" and b"; secure" not in value.lower()
    return name, value + b"; Secure" if is_open else value


def _origins(address: str) -> Iterable[str]:
    """The address as an origin (RFC 6454); on loopback, under each of its names."""
    parts = urlsplit(address.lower())
    names = LOOPBACK if parts.hostname in LOOPBACK else (parts.hostname or "",)
    usual = {"http": 80, "https": 443}[parts.scheme]
    port = f":{parts.port}" if parts.port not in (None, usual) else ""
    for name in names:
        yield f"{parts.scheme}://{f'[{name}]' if ':' in name else name}{port}"


def _host(origin: str) -> str:
    return origin.partition("://")[2]


def _port_left_out(host: str) -> str:
    """A Host header as browsers write it: in lower case, without the port that is usual."""
    return host.lower().removesuffix(":80").removesuffix(":443")


def _names(error: HTTPException) -> str:
    return (
        type(error).__name__
        if isinstance(error, Forged | NotText | WrongHost | TooLarge)
        else f"HTTP {error.status_code}"
    )
