"""The people: who is registered, what each may do, and how an admin changes that."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from charter.message import Refused
from charter.people.commands import GrantAuthority, GrantRole, OnPerson, RegisterPerson, RevokeAuthority, RevokeRole
from charter.terms import Role
from projections.people import people, person
from web import refusals
from web.asking import Admin
from web.desks import shown_once
from web.desks.sign_in.coming_in import Entered
from web.download import AsCsv, csv
from web.forms import Filled, Form, Malformed, Typed, form, read
from web.pages import page, then
from web.problems import status
from web.site import site_of
from web.words import _, later

router = APIRouter(prefix="/admin")

PAGE = 50
EVERYBODY = 1_000_000
NEW = ("person", "full_name", "department", "contact")
DONE = {
    GrantRole: later("%(person)s holds the role now."),
    RevokeRole: later("%(person)s holds that role no longer."),
    GrantAuthority: later("%(person)s may bend promises now."),
    RevokeAuthority: later("%(person)s may bend promises no longer."),
}


@router.get("")
def listing(
    request: Request,
    asks: Admin,
    q: Annotated[str, Query(max_length=100)] = "",
    after: Annotated[str, Query(max_length=80)] = "",
    as_csv: AsCsv = None,
) -> Response:
    """Everybody who is registered, by a part of the id, the name or the department."""
    del asks
    return _listing(request, q, after, as_csv=bool(as_csv))


@router.post("/people")
def register(request: Request, asks: Admin, given: Filled) -> Response:
    """Register a person."""
    site = site_of(request)
    try:
        command = read(RegisterPerson, given)
        site.write(command, asks.person)
    except (Malformed, Refused) as wrong:
        return _listing(request, shown=form(RegisterPerson, given, wrong, only=NEW), code=status(wrong))
    said = _("%(person)s is registered. Grant a role, and make a link to sign in.") % {"person": command.person}
    return then(f"/admin/people/{command.person}", said)


@router.get("/people/{id}")
def show(request: Request, asks: Admin, id: str) -> Response:  # noqa: A002  # the name in the address
    """One person: their roles and authority, where they are signed in, their tokens; a new link to sign in, once."""
    return member(request, id, **shown_once.shown(request, asks))


@router.post("/people/{id}/grant")
def grant(request: Request, asks: Admin, id: str, given: Filled) -> Response:  # noqa: A002
    """Grant a role, for all charters or one."""
    return _change(request, asks, GrantRole, id, given)


@router.post("/people/{id}/revoke")
def revoke(request: Request, asks: Admin, id: str, given: Entered) -> Response:  # noqa: A002
    """Revoke a role as it is held."""
    return _change(request, asks, RevokeRole, id, {name: [text] for name, text in given.items()})


@router.post("/people/{id}/authority")
def authority(request: Request, asks: Admin, id: str, given: Entered) -> Response:  # noqa: A002
    """Let somebody bend promises, or take that back."""
    may = given.get("may") == "yes"
    return _change(request, asks, GrantAuthority if may else RevokeAuthority, id, {})


def member(request: Request, id_: str, code: int = 200, **more: Any) -> Response:
    """The page of one person, with what an admin has just been told."""
    site = site_of(request)
    known = person(site.views, id_)
    told = {"refused": "", "link": "", "granting": {}} | more
    return page(
        request,
        "admin/person.html",
        code,
        member=known,
        roles=list(Role),
        slugs=site.ledger.charters(),
        can_sign_in=site.accounts.can_sign_in(id_),
        sessions=site.accounts.sessions.of(id_),
        tokens=site.accounts.tokens.of(id_),
        **told,
    )


def _change(request: Request, asks: Admin, model: type[OnPerson], id_: str, given: Typed) -> Response:
    site = site_of(request)
    granting = given if model is GrantRole else {}
    try:
        site.write(read(model, given, person=id_), asks.person)
    except Malformed as wrong:
        return member(request, id_, status(wrong), refused=" ".join(wrong.fields.values()), granting=granting)
    except Refused as wrong:
        return member(request, id_, status(wrong), refused=refusals.worded(wrong), granting=granting)
    return then(f"/admin/people/{id_}", _(DONE[model]) % {"person": id_})


def _listing(
    request: Request, q: str = "", after: str = "", *, shown: Form | None = None, code: int = 200, as_csv: bool = False
) -> Response:
    views = site_of(request).views
    if as_csv:
        rows = (
            (each.person, each.name, each.department or "", _roles(each.roles), "yes" if each.may_bend else "no")
            for each in people(views, limit=EVERYBODY, text=q)
        )
        return csv("people", ("person", "name", "department", "roles", "may_bend"), rows)
    found = people(views, after, PAGE + 1, q)
    more = found[PAGE - 1].person if len(found) > PAGE else None
    return page(
        request,
        "admin/people.html",
        code,
        people=found[:PAGE],
        q=q,
        more=more,
        form=shown or form(RegisterPerson, only=NEW),
        opened=bool(site_of(request).ledger.charters()),
    )


def _roles(held: Any) -> str:
    return ", ".join(each.role + (f" ({each.charter})" if each.charter else "") for each in held)
