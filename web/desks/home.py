"""The start page: what waits for whoever signed in, and for everybody else the charters that are public."""

from __future__ import annotations

from urllib.parse import unquote

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from charter.given import Actor
from charter.terms import Role
from projections.charter_in_force import in_force
from web import rights
from web.asking import CHOSEN, known
from web.desks.public.charters import charters
from web.pages import SAID
from web.site import Site, site_of

router = APIRouter()


@router.get("/", include_in_schema=False)
def home(request: Request) -> Response:
    """Lead whoever signed in to where their work is, and everybody else to the public charters.

    Whoever has just signed out is told so there; that page takes a cookie back, and so is kept by nobody.
    """
    asks = known(request)
    if asks is None:
        said = unquote(request.cookies.get(SAID, ""))
        response = charters(request, said)
        if said:
            response.delete_cookie(SAID)
        return response
    last = request.cookies.get(CHOSEN, "")
    return RedirectResponse(_begins(site_of(request), asks.actor, last), 303)


def _begins(site: Site, actor: Actor, last: str) -> str:
    """Where the work of a person is: a rep's on the desk, a leader's at the charter, a reviewer's in the history."""
    every = site.ledger.charters()
    belongs = rights.readable(actor, every)
    if not every and rights.may_open(actor):
        return "/charter/open"
    if not belongs:
        return "/admin" if rights.is_admin(actor) else "/you"
    here = last if last in belongs else belongs[0]
    leads = actor.has(Role.LEADER, here)
    if leads and in_force(site.views, here) is None:
        return "/charter"
    if actor.has(Role.REP, here):
        return "/desk"
    return "/charter" if leads else "/review"
