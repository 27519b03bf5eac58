"""A person's own page: who they are here, their password, where they are signed in, and their programs' tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response

from charter.message import NotAllowed, NotFound, Refused
from charter.terms import Role
from web import refusals
from web.access import tokens
from web.access.accounts import WrongPassword
from web.access.limits import TooManyTries
from web.access.passwords import SHORTEST
from web.access.record import What, record, refused_access
from web.access.tokens import Scope
from web.asking import Asker, Asks
from web.desks import shown_once
from web.desks.shown_once import MadeOnce, Once
from web.desks.sign_in.coming_in import Entered, about, address, full_name, leave
from web.pages import page, then
from web.problems import SLOWED, retry_after
from web.site import site_of
from web.words import _

router = APIRouter(include_in_schema=False)

YOU = "/you"
MADE = f"{YOU}/tokens/made"


class InBrowserOnly(NotAllowed):
    """A program cannot change how its person comes in. Sign in with a browser."""


class UnknownSession(NotFound):
    """You are not signed in there any more. Nothing has to be done."""


def _in_person(request: Request, asks: Asks) -> Asker:
    if asks.session is None:
        refused_access(request, InBrowserOnly.__name__, asks.person)
        raise InBrowserOnly
    return asks


InPerson = Annotated[Asker, Depends(_in_person)]
Id = Annotated[str, Path(pattern="^[0-9a-f]{16}$")]


@router.get(YOU)
def you(request: Request, asks: InPerson) -> Response:
    """The page."""
    return _you(request, asks)


@router.post(f"{YOU}/password")
def change_password(request: Request, asks: InPerson, given: Entered) -> Response:
    """Change the password; whoever is signed in elsewhere no longer is, nor are programs where that is asked for."""
    site = site_of(request)
    assert asks.session is not None
    tokens = given.get("tokens") == "true"
    try:
        ended = site.accounts.change_password(
            asks.person,
            asks.session,
            given.get("present", ""),
            given.get("password", ""),
            about=about(site, asks.person),
            address=address(request),
            tokens=tokens,
        )
    except Refused as why:
        record(What.PASSWORD_REFUSED, request, person=asks.person, why=type(why).__name__)
        status = SLOWED if isinstance(why, TooManyTries) else 403 if isinstance(why, WrongPassword) else 422
        response = _you(request, asks, status, password_refused=refusals.worded(why), ends_tokens=tokens)
        response.headers.update(retry_after(why))
        return response
    record(What.PASSWORD_CHANGED, request, person=asks.person)
    said = [_("Your password is changed.")]
    if ended.sessions:
        said.append(_("You are signed out everywhere else."))
    if ended.tokens:
        record(What.TOKEN_REVOKED, request, person=asks.person, of=asks.person)
        said.append(_("All your tokens are revoked."))
    return then(YOU, " ".join(said))


@router.post(f"{YOU}/sessions/end-others")
def end_others(request: Request, asks: InPerson) -> Response:
    """Sign the person out everywhere but here."""
    site_of(request).accounts.sessions.revoke_all(asks.person, but=asks.session)
    record(What.SESSION_REVOKED, request, person=asks.person, of=asks.person)
    return then(YOU, _("You are signed out everywhere else."))


@router.post(f"{YOU}/sessions/{{session}}/end")
def end(request: Request, asks: InPerson, session: Id) -> Response:
    """Sign the person out in one browser; raises UnknownSession."""
    if not site_of(request).accounts.sessions.revoke(session, asks.person):
        raise UnknownSession
    record(What.SESSION_REVOKED, request, person=asks.person, of=asks.person)
    said = _("You are signed out there.")
    return leave(request, said) if session == asks.session else then(YOU, said)


@router.post(f"{YOU}/tokens")
def make_token(request: Request, asks: InPerson, given: Entered, once: Once) -> Response:
    """Make a token, and lead to where it is shown."""
    days = given.get("days", "").strip()
    scopes = [Scope.READ, Scope.WRITE] if given.get("writes") == "true" else [Scope.READ]
    try:
        # a number that cannot be read as one is refused like one that is too small
        lasts = timedelta(days=int(days) if days.isascii() and days.isdigit() and len(days) < 5 else 0)
        with MadeOnce(request, asks, MADE, "token", once) as making:
            _text, token = site_of(request).accounts.tokens.make(
                asks.person,
                given.get("name", ""),
                scopes,
                lasts,
                also=lambda connection, text, token: making.keep(connection, text=text, token=token.id),
            )
            record(What.TOKEN_MADE, request, person=asks.person, of=token.id)
    except Refused as why:
        typed = {"name": given.get("name", "")[:100], "days": days[:4], "writes": Scope.WRITE in scopes}
        return _you(request, asks, 422, token_refused=refusals.worded(why), typed=typed)
    return making.then()


@router.get(MADE)
def made(request: Request, asks: InPerson) -> Response:
    """The token that was just made, this once."""
    shown = shown_once.shown(request, asks)
    tokens = {each.id: each for each in site_of(request).accounts.tokens.of(asks.person)}
    token = tokens.get(shown.get("token", ""))
    if token is None:
        return then(YOU, shown.get("said", ""))
    return page(request, "sign_in/token.html", text=shown["text"], token=token)


@router.post(f"{YOU}/tokens/{{token}}/revoke")
def revoke_token(request: Request, asks: InPerson, token: Id) -> Response:
    """End a token; raises UnknownToken."""
    ended = site_of(request).accounts.tokens.revoke(token, asks.person)
    record(What.TOKEN_REVOKED, request, person=asks.person, of=token)
    return then(YOU, _("The token %(name)s is revoked.") % {"name": ended.name})


def _you(request: Request, asks: Asker, status: int = 200, **refused: Any) -> Response:
    accounts, now = site_of(request).accounts, site_of(request).ledger.now()
    context: dict[str, Any] = {
        "name": full_name(site_of(request), asks.person),
        "roles": sorted(asks.actor.roles, key=lambda held: (list(Role).index(held[0]), held[1] or "")),
        "has_password": accounts.passwords.has(asks.person),
        "provider": site_of(request).settings.provider,
        "sessions": accounts.sessions.of(asks.person),
        "tokens": accounts.tokens.of(asks.person),
        "now": now,
        "shortest": SHORTEST,
        "longest_days": tokens.LONGEST.days,
        "password_refused": "",
        "ends_tokens": False,
        "token_refused": "",
        "typed": {"name": "", "days": tokens.USUAL.days, "writes": False},
    }
    return page(request, "sign_in/you.html", status, **(context | refused))
