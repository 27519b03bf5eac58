"""A form that is sent after its session has ended: kept for its person, and shown to them again once they are back."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import unquote, urlencode, urlsplit

from fastapi import Request, Response
from starlette.types import Message, Receive, Scope, Send

from web import kept_forms, refusals
from web.access.keeping import KeptPage, spoken_of
from web.access.kept import MOST_IN_ALL, MOST_OF_OWN, TooManyForms
from web.asking import Asker, SignInFirst, known, whole_address
from web.forms import CSRF, SHOWN_AGAIN, WHOSE, takes_words
from web.pages import is_part, page, then
from web.received import is_form, replayed, texts
from web.security import HEADER, SAFE, Forged, cookie_name
from web.site import site_of
from web.words import _

SIGN_IN = "/sign-in"
DESKS = ("/desk", "/charter", "/review", "/admin")
"""Where forms are whose words are kept; elsewhere, secrets are typed."""
KEPT_NOWHERE = "/review/subjects"
"""Where somebody is looked for by name, and the page says that what is typed is kept nowhere."""
OF_BROWSER = (b"host", b"cookie", b"user-agent", b"accept-language")
"""Headers that are the browser's, whatever it asks for."""
OF_CONNECTION = ("type", "asgi", "http_version", "scheme", "server", "client", "root_path")
"""Parts of a request that are the connection's."""


async def has_sent(request: Request, error: Exception) -> bool:
    """Whether a form was sent by somebody who has to sign in first; it is read here, so that it can be kept."""
    if not isinstance(error, SignInFirst) or request.method in SAFE or not is_form(request.headers):
        return False
    async with request.form() as given:
        request.state.sent = texts(given)
    return True


def keep(request: Request, error: Exception) -> Response | None:
    """Keep what was sent without a session, and lead to where one signs in; to the form, whoever has done so already.

    Each form has its own address, so that each tab comes back to what was typed in it.

    None for what is no form of this person's: it is answered like any other error.
    """
    sent: list[tuple[str, str]] = getattr(request.state, "sent", [])
    path = request.url.path
    if not isinstance(error, SignInFirst | Forged) or not path.startswith(DESKS) or path == KEPT_NOWHERE:
        return None
    if "route" in request.scope and not takes_words(request):
        return None
    site, asks = site_of(request), known(request)
    mark = dict(sent).get(WHOSE, "")
    person = site.accounts.kept.whose(mark)
    if person is None or (asks and asks.person != person):
        return None
    if is_part(request) or request.headers.get("sec-fetch-mode", "navigate") != "navigate":
        sentence = _("You were signed out meanwhile. What you type is not lost: send it, sign in, and find it again.")
        return page(request, "parts/refused.html", 403, sentence=sentence)
    fields = tuple((name, text) for name, text in sent if name not in (CSRF, WHOSE))
    held = kept_forms.FORMS.secrets(request).values()
    own = site.accounts.kept.is_own(mark, request.cookies.get(cookie_name(site.settings), ""))
    most = None if asks else MOST_OF_OWN if own else MOST_IN_ALL
    try:
        secret = site.accounts.kept.keep(person, KeptPage(whole_address(request), fields), held, most)
    except TooManyForms as why:
        return page(request, "refused.html", 409, sentence=refusals.worded(why), code=409, none_yet=False)
    again = kept_forms.address(spoken_of(secret))
    response = then(again if asks else f"{SIGN_IN}?next={again}")
    kept_forms.FORMS.give(request, response, secret)
    return response


def shown_again(request: Request, asks: Asker, id_: str) -> Response | None:
    """A form that waits for whoever asks, filled as it was sent; None where it does not."""
    secret = kept_forms.FORMS.secret(request, id_)
    form = site_of(request).accounts.kept.show(secret, asks.person)
    return ShownAgain(form, asks.csrf) if form else None


class ShownAgain(Response):
    """What the address of a form answers to it when nothing is done: the form, filled as it was sent.

    It is asked as if the form came now from a page of ours, past the same guard; `SHOWN_AGAIN` stops it where what was
    typed is read, before anything can be written.
    """

    def __init__(self, form: KeptPage, csrf: str) -> None:
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
