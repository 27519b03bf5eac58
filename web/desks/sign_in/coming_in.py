"""What all ways of coming in share: what was typed, exactly; where to go on; and the cookie of the new session."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated

from fastapi import Depends, Request, Response

from charter.charters.events import CharterOpened
from charter.people.events import PersonRegistered
from web import kept_forms
from web.desks.shown_once import SECRETS
from web.pages import then
from web.security import cookie_name, give_cookie, take_cookie
from web.site import Site, site_of

_LOCAL = re.compile(r"/(?![/\\])[!-\[\]-~]*")
_FORM = re.compile(re.escape(kept_forms.address("")) + "[0-9a-f]{16}")


async def entered(request: Request) -> Mapping[str, str]:
    """What a form brought, to the character: a password may begin with a blank."""
    data = await request.form()
    return {name: value for name, value in data.items() if isinstance(value, str)}


Entered = Annotated[Mapping[str, str], Depends(entered)]


def local(wanted: str) -> str:
    """Where somebody wanted to go, if that is on this site; else the start page.

    A path in visible ASCII without a backslash, which browsers read as a slash, and not `//`, which names a host. Of
    the pages where people sign in, only a form that waits is gone on to.
    """
    if wanted.startswith("/sign-in"):
        return wanted if _FORM.fullmatch(wanted) else "/"
    return wanted if _LOCAL.fullmatch(wanted) else "/"


def enter(request: Request, secret: str, person: str, wanted: str, said: str = "") -> Response:
    """Lead somebody in, with the cookie of the session that has begun: to a form that waits for them, if one does.

    What waits for somebody else is let go: whoever comes in now must not come upon it.
    """
    settings = site_of(request).settings
    response = then(kept_forms.after_sign_in(request, person, local(wanted)), said)
    kept_forms.FORMS.forget(request, response, but=person)
    give_cookie(response, settings, cookie_name(settings), secret)
    return response


def leave(request: Request, said: str = "") -> Response:
    """Lead somebody out."""
    settings = site_of(request).settings
    response = then("/", said)
    kept_forms.FORMS.forget(request, response)
    SECRETS.forget(request, response)
    take_cookie(response, settings, cookie_name(settings))
    return response


def cookie(request: Request) -> str | None:
    """The secret of the session that the browser has."""
    return request.cookies.get(cookie_name(site_of(request).settings))


def address(request: Request) -> str | None:
    """Where the browser is: counted under, never written down."""
    return request.client.host if request.client else None


def agent(request: Request) -> str | None:
    """What the browser says it is."""
    return request.headers.get("user-agent")


def about(site: Site, person: str) -> Iterator[str]:
    """Words that a person's password may not be made of: their names, and those of the charters."""
    yield from (person, full_name(site, person))
    yield from brands(site)


def full_name(site: Site, person: str) -> str:
    """The name that others are shown of a registered person."""
    registered = site.ledger.stream(f"person/{person}")[0].event
    assert isinstance(registered, PersonRegistered)
    return registered.full_name


def brands(site: Site) -> Iterator[str]:
    """The names of the charters and of their brands."""
    for slug in site.ledger.charters():
        yield slug
        for entry in site.ledger.stream(f"charter/{slug}")[:1]:
            if isinstance(entry.event, CharterOpened):
                yield entry.event.brand
