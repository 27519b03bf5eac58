"""Who asks, and about which charter: from the cookie of a browser or the token of a program."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal, NamedTuple, ParamSpec, TypeVar
from urllib.parse import quote

from fastapi import Depends, Query, Request, params
from starlette.concurrency import run_in_threadpool

from charter.given import Actor, UnknownCharter
from charter.message import NotAllowed, Refused
from charter.terms import Role
from projections.wording import listed
from web import forms, rights
from web.access.record import refused_access
from web.access.sessions import Session
from web.access.tokens import Token
from web.rights import Desk
from web.security import SAFE, cookie_name
from web.site import site_of

P = ParamSpec("P")
T = TypeVar("T")
CHARTER = "Which charter; may be left out by whoever belongs to one alone."
CHOSEN = "shown"
"""A cookie with the charter that was looked at last, of several: a page that is about none leads back to it."""
FOR_PROGRAMS = "/api/"
"""Where a token may change something."""


class SignInFirst(NotAllowed):
    """Sign in first."""


class NotYours(NotAllowed):
    """This part is for {roles}. An admin can grant you the role."""


class ReadOnly(NotAllowed):
    """This token may only read. Make one that may write."""


class FormsAreForPeople(NotAllowed):
    """The forms of pages are for people in a browser. A program gives the same order to the API, below /api/v1."""


class WhichOne(Refused):
    """You belong to more than one charter: {charters}. Say which one, with charter=NAME."""


class NoneYet(Refused):
    """You belong to no charter yet. A leader opens one, or an admin grants you a role in one."""


class Asker(NamedTuple):
    """Who asks: a registered person, by a session in a browser or by a token of theirs."""

    person: str
    actor: Actor
    via: Literal["session", "token"]
    scopes: frozenset[str]
    csrf: str
    session: str | None = None

    @property
    def may_write(self) -> bool:
        """Whether what was presented allows to write at all."""
        return "write" in self.scopes


def known(request: Request) -> Asker | None:
    """Who asks, if they have signed in; looked up once for each request, and that they did is noted."""
    if not hasattr(request.state, "asker"):
        _recognise(request, _presented(request))
    asker: Asker | None = request.state.asker
    return asker


async def soon(request: Request, ask: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    """Call what has to know who asks, and reads little else: here, where a file of this computer gives it faster than a
    thread takes over; in a thread, where a server is asked or something has to be noted."""
    site = site_of(request)
    if site.is_in_files:
        presented = _presented(request)
        if presented is None or site.accounts.is_noted(presented):
            _recognise(request, presented)
            return ask(*given, **named)
    return await run_in_threadpool(ask, *given, **named)


def _presented(request: Request) -> Session | Token | None:
    """What the request came with, if it is good."""
    site = site_of(request)
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme:
        return site.accounts.tokens.find(given.strip()) if scheme.lower() == "bearer" else None
    cookie = request.cookies.get(cookie_name(site.settings))
    return site.accounts.sessions.find(cookie) if cookie else None


def _recognise(request: Request, presented: Session | Token | None) -> None:
    site = site_of(request)
    request.state.asker = None
    if presented is None:
        return
    if not site.accounts.is_noted(presented):
        site.accounts.note(presented)
    actor = site.ledger.person(presented.person).actor
    if actor is None:
        return
    if isinstance(presented, Token):
        request.state.asker = Asker(presented.person, actor, "token", presented.scopes, "")
    else:
        both = frozenset({"read", "write"})
        request.state.asker = Asker(presented.person, actor, "session", both, presented.csrf, presented.id)


def asker(request: Request) -> Asker:
    """Who asks; raises SignInFirst, and FormsAreForPeople where a program sends the form of a page.

    The API looks at what a token may do, order by order; a page makes links to sign in with and hands out roles.
    A form that is only shown again gets no further than to where what was typed is read; raises PressedTooLate.
    """
    found = known(request)
    if found is None:
        refused_access(request, SignInFirst.__name__, None)
        raise SignInFirst
    if found.via == "token" and request.method not in SAFE and not request.scope["path"].startswith(FOR_PROGRAMS):
        refused_access(request, FormsAreForPeople.__name__, found.person)
        raise FormsAreForPeople
    if forms.SHOWN_AGAIN.get() and not forms.takes_words(request):
        raise forms.PressedTooLate
    return found


Asks = Annotated[Asker, Depends(asker)]


def here(
    request: Request, asks: Asks, charter: Annotated[str | None, Query(max_length=60, description=CHARTER)] = None
) -> str:
    """The charter that is meant: as given, else the one the person belongs to.

    Raises NoneYet, UnknownCharter or WhichOne.

    A page shows the one looked at last, else the first of several, and offers the others; a program has to say which.
    """
    site = site_of(request)
    belongs = rights.readable(asks.actor, site.ledger.charters())
    request.state.charters = belongs
    if charter is not None:
        if charter not in belongs:
            refused_access(request, UnknownCharter.__name__, asks.person)
            raise UnknownCharter(charter=charter)
        found = charter
    elif not belongs:
        raise NoneYet
    elif len(belongs) > 1 and asks.via == "token":
        raise WhichOne(charters=", ".join(belongs))
    else:
        last = request.cookies.get(CHOSEN, "")
        found = last if last in belongs else belongs[0]
    request.state.charter = found
    return found


Here = Annotated[str, Depends(here)]


def not_yours(request: Request, asks: Asker, roles: str) -> NotYours:
    """The refusal of a part that is for others, written down."""
    refused_access(request, NotYours.__name__, asks.person)
    return NotYours(roles=roles)


def at_desk(desk: Desk) -> params.Depends:
    """A dependency for the pages of one desk: raises NotYours for whoever has not its role."""

    def only(request: Request, asks: Asks, here: Here) -> None:
        if desk not in rights.desks(asks.actor, here):
            raise not_yours(request, asks, listed([rights.HOLDERS[role] for role in rights.WORKS_AT[desk]]))

    return Depends(only)  # type: ignore[no-any-return]  # FastAPI says Any of what it makes here


def only_admins(request: Request, asks: Asks) -> Asker:
    """Who asks, when they look after people and the system; raises NotYours."""
    if not rights.is_admin(asks.actor):
        raise not_yours(request, asks, rights.HOLDERS[Role.ADMIN])
    return asks


Admin = Annotated[Asker, Depends(only_admins)]


def sign_in_address(request: Request) -> str:
    """Where somebody signs in who wanted this page, and comes back to it afterwards."""
    return "/sign-in" if request.method != "GET" else f"/sign-in?next={quote(whole_address(request), safe='')}"


def whole_address(request: Request) -> str:
    """The path of a request, with its query."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")
