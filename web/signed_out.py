"""A form that is sent after its session has ended: kept for its person, and shown to them again once they are back."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import unquote, urlencode, urlsplit

from fastapi import Request, Response
from starlette.types import Message, Receive, Scope, Send

from web.access.kept import HOUR, KeptForm
from web.asking import Asker, SignInFirst, known, whole_address
from web.forms import CSRF, SHOWN_AGAIN, WHOSE, takes_words
from web.pages import is_part, page, then
from web.received import is_form, replayed, texts
from web.security import HEADER, SAFE, Forged, cookie_name, give_cookie, take_cookie
from web.settings import Settings
from web.site import site_of
from web.words import _

SIGN_IN, AGAIN = "/sign-in", "/sign-in/again"
DESKS = ("/desk", "/charter", "/review", "/admin")
"""Where forms are whose words are kept; elsewhere, secrets are typed."""
KEPT_NOWHERE = "/review/subjects"
"""Where somebody is looked for by name, and the page says that what is typed is kept nowhere."""
OF_BROWSER = (b"host", b"cookie", b"user-agent", b"accept-language")
"""Headers that are the browser's, whatever it asks for."""
OF_CONNECTION = ("type", "asgi", "http_version", "scheme", "server", "client", "root_path")
"""Parts of a request that are the connection's."""


def cookie(settings: Settings) -> str:
    """What the cookie is called that opens what was kept."""
    return f"{cookie_name(settings)}-kept"


async def has_sent(request: Request, error: Exception) -> bool:
    """Whether a form was sent by somebody who has to sign in first; it is read here, so that it can be kept."""
    if not isinstance(error, SignInFirst) or request.method in SAFE or not is_form(request.headers):
        return False
    async with request.form() as given:
        request.state.sent = texts(given)
    return True


def keep(request: Request, error: Exception) -> Response | None:
    """Keep what was sent without a session, and lead to where one signs in; to the form, whoever has done so already.

    None for what is no form of this person's: it is answered like any other error.
    """
    sent: list[tuple[str, str]] = getattr(request.state, "sent", [])
    path = request.url.path
    if not isinstance(error, SignInFirst | Forged) or not path.startswith(DESKS) or path == KEPT_NOWHERE:
        return None
    if "route" in request.scope and not takes_words(request):
        return None
    site, asks = site_of(request), known(request)
    person = site.accounts.kept.whose(dict(sent).get(WHOSE, ""))
    if person is None or (asks and asks.person != person):
        return None
    if is_part(request) or request.headers.get("sec-fetch-mode", "navigate") != "navigate":
        sentence = _("You were signed out meanwhile. What you type is not lost: send it, sign in, and find it again.")
        return page(request, "parts/refused.html", 403, sentence=sentence)
    fields = tuple((name, text) for name, text in sent if name not in (CSRF, WHOSE))
    secret = site.accounts.kept.keep(person, KeptForm(whole_address(request), fields))
    response = then(AGAIN if asks else SIGN_IN)
    give_cookie(response, site.settings, cookie(site.settings), secret, int(HOUR.total_seconds()))
    return response


def waits_for(request: Request) -> str | None:
    """Whom a form waits for that was sent in this browser."""
    secret = _secret(request)
    return site_of(request).accounts.kept.person(secret) if secret else None


def forget(request: Request, response: Response) -> None:
    """Let go what was kept in this browser."""
    site, secret = site_of(request), _secret(request)
    if secret:
        site.accounts.kept.forget(secret)
        take_cookie(response, site.settings, cookie(site.settings))


def shown_again(request: Request, asks: Asker) -> Response | None:
    """The form that waits for whoever asks, filled as it was sent; None where none does."""
    form = site_of(request).accounts.kept.show(_secret(request), asks.person)
    return ShownAgain(form, asks.csrf) if form else None


def _secret(request: Request) -> str:
    return request.cookies.get(cookie(site_of(request).settings), "")


class ShownAgain(Response):
    """What the address of a form answers to it when nothing is done: the form, filled as it was sent.

    It is asked as if the form came now from a page of ours, past the same guard; `SHOWN_AGAIN` stops it where what was
    typed is read, before anything can be written.
    """

    def __init__(self, form: KeptForm, csrf: str) -> None:
        super().__init__()
        self._form = form
        self._csrf = csrf

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the form."""
        parts = urlsplit(self._form.address)
        body = urlencode(self._form.fields, errors="replace").encode()
        told = {
            "content-type": "application/x-www-form-urlencoded",
            "content-length": str(len(body)),
            HEADER: self._csrf,
        }
        kept = [(name, value) for name, value in scope["headers"] if name in OF_BROWSER]
        asked = {name: scope[name] for name in OF_CONNECTION if name in scope} | {
            "method": "POST",
            "path": unquote(parts.path),
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "headers": kept + [(name.lower().encode(), value.encode()) for name, value in told.items()],
            "state": {},
        }

        async def well(message: Message) -> None:
            if message.get("status") == HTTPStatus.CONFLICT:
                message["status"] = HTTPStatus.OK
            await send(message)

        token = SHOWN_AGAIN.set(True)
        try:
            await scope["app"](asked, replayed(body, receive), well)
        finally:
            SHOWN_AGAIN.reset(token)
