"""Who can come in: links to sign in with, sessions and tokens, and shutting somebody out."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from projections.people import person
from web.access.invitations import invite
from web.access.record import What, record
from web.asking import Admin
from web.desks.admin.people import member
from web.desks.shown_once import MadeOnce, Once
from web.download import csv
from web.pages import page, then
from web.site import site_of
from web.words import _

router = APIRouter(prefix="/admin")

MOST, SHOWN = 10_000, 200
SESSION = ("person", "agent", "how", "created_at", "seen_at")
TOKEN = ("person", "name", "prefix", "created_at", "expires_at", "used_at")


@router.post("/people/{id}/link")
def link(request: Request, asks: Admin, id: str, once: Once) -> Response:  # noqa: A002
    """Make a link with which somebody sets a password, and lead to where it is shown."""
    with MadeOnce(request, asks, f"/admin/people/{id}", "link", once) as making:
        invite(site_of(request), id, asks.person, lambda connection, address: making.keep(connection, link=address))
    return making.then()


@router.post("/people/{id}/shut-out")
def shut_out(request: Request, asks: Admin, id: str) -> Response:  # noqa: A002
    """Take password, sessions and tokens away; what they wrote stays, and so do their roles until they are revoked."""
    site = site_of(request)
    known = person(site.views, id)
    if known.person == asks.person:
        return member(request, known.person, 409, refused=_("You would shut yourself out. Ask another admin."))
    site.accounts.remove(known.person)
    record(What.SHUT_OUT, request, person=asks.person, of=known.person)
    return then(f"/admin/people/{known.person}", _("%(person)s cannot sign in any more.") % {"person": known.person})


@router.get("/access")
def everybodys(
    request: Request,
    asks: Admin,
    q: Annotated[str, Query(max_length=80)] = "",
    as_csv: Annotated[Literal["sessions", "tokens"] | None, Query(alias="format")] = None,
) -> Response:
    """Where people are signed in, and their tokens: of everybody, or of those whose id begins like this."""
    del asks
    accounts = site_of(request).accounts
    sessions = [each for each in accounts.sessions.everybodys(MOST) if each.person.startswith(q)]
    tokens = [each for each in accounts.tokens.everybodys(MOST) if each.person.startswith(q)]
    if as_csv == "sessions":
        return csv("sessions", SESSION, ([getattr(each, name) for name in SESSION] for each in sessions))
    if as_csv == "tokens":
        return csv("tokens", TOKEN, ([getattr(each, name) for name in TOKEN] for each in tokens))
    return page(request, "admin/access.html", sessions=sessions[:SHOWN], tokens=tokens[:SHOWN], q=q, most=SHOWN)


@router.post("/sessions/{id}/revoke")
def end_session(request: Request, asks: Admin, id: str) -> Response:  # noqa: A002
    """End a session of anybody."""
    if site_of(request).accounts.sessions.revoke(id):
        record(What.SESSION_REVOKED, request, person=asks.person, of=id)
    return then("/admin/access", _("The session is ended."))


@router.post("/tokens/{id}/revoke")
def end_token(request: Request, asks: Admin, id: str) -> Response:  # noqa: A002
    """End a token of anybody."""
    token = site_of(request).accounts.tokens.revoke(id)
    record(What.TOKEN_REVOKED, request, person=asks.person, of=token.id)
    return then("/admin/access", _("The token %(prefix)s… is ended.") % {"prefix": token.prefix})
