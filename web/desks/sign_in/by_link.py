"""Where people come in by a link that works once: to be the first admin, to set a password, or to look around."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from charter.message import NotFound, Refused
from charter.people.commands import RegisterPerson
from charter.terms import Role
from web import forms, refusals
from web.access.links import FirstLinkOver, Kind
from web.access.passwords import SHORTEST, PasswordGuessable, PasswordTooLong, PasswordTooShort
from web.access.record import What, record
from web.desks.sign_in.coming_in import Entered, about, agent, brands, cookie, enter
from web.forms import Malformed
from web.pages import page
from web.site import Site, site_of
from web.words import _

router = APIRouter(include_in_schema=False)

_PasswordRefused = (PasswordTooShort, PasswordTooLong, PasswordGuessable)


@router.get("/first/{link}")
def first(request: Request, link: str) -> Response:
    """The page that makes the first admin, while nobody can sign in."""
    site = site_of(request)
    _require_first(request, site, link)
    return _first(request, link)


@router.post("/first/{link}")
def make_first(request: Request, link: str, given: Entered) -> Response:
    """Register the first admin, or give one that the ledger has a password, and sign them in."""
    site = site_of(request)
    _require_first(request, site, link)
    try:
        person = _become_first(site, link, given)
    except (Malformed, Refused) as why:
        if isinstance(why, FirstLinkOver):
            raise
        return _first(request, link, given, why)
    return _enter_with_password(request, person, Kind.FIRST, _("You can sign in from now on, and invite others."))


def _become_first(site: Site, link: str, given: Entered) -> str:
    """Who is the first to have a password, written in the ledger where it was empty.

    A crash after that leaves a ledger with an admin and a link that is still good: they choose themselves next time.
    """
    person, password = given.get("person", "").strip().lower(), given.get("password", "")
    if admins := _admins(site):
        if person not in admins:
            raise Malformed({"person": _("Choose who you are.")})
        site.accounts.require_good_password(password, about(site, person))
    else:
        typed = {"person": [person], "full_name": [given.get("full_name", "").strip()]}
        command = forms.read(RegisterPerson, typed)
        site.accounts.require_good_password(password, (person, command.full_name, *brands(site)))
        site.write(command, person)
    site.accounts.first(link, person, password)
    return person


def _first(
    request: Request, link: str, given: Entered | None = None, why: Malformed | Refused | None = None
) -> Response:
    typed = {name: [text] for name, text in (given or {}).items() if name != "password"}
    form = forms.form(
        RegisterPerson,
        typed,
        None if isinstance(why, _PasswordRefused) else why,
        only=("person", "full_name"),
        labels={"person": _("Your id"), "full_name": _("Your full name")},
    )
    refused = refusals.worded(why) if isinstance(why, _PasswordRefused) else ""
    status = 200 if why is None else 422
    admins = _admins(site_of(request))
    context = {"form": form, "link": link, "admins": admins, "refused": refused, "shortest": SHORTEST}
    return page(request, "sign_in/first.html", status, **context)


def _require_first(request: Request, site: Site, link: str) -> None:
    try:
        site.accounts.require_first(link)
    except FirstLinkOver:
        record(What.LINK_REFUSED, request, how=Kind.FIRST)
        raise


def _admins(site: Site) -> list[str]:
    """Who looks after people, in a ledger that has people already."""
    return [person for person in site.ledger.people() if (Role.ADMIN, None) in site.ledger.person(person).roles]


@router.get("/welcome/{link}")
def welcome(request: Request, link: str) -> Response:
    """The page that sets the password of whom the link is for."""
    return _welcome(request, link, _invited(request, link))


@router.post("/welcome/{link}")
def set_password(request: Request, link: str, given: Entered) -> Response:
    """Set the password, and sign the person in."""
    site = site_of(request)
    person = _invited(request, link)
    try:
        used = site.accounts.welcome(link, given.get("password", ""), about=about(site, person))
    except _PasswordRefused as why:
        return _welcome(request, link, person, why)
    return _enter_with_password(request, person, used.kind, _("Your password is set. Sign in with it from now on."))


def _enter_with_password(request: Request, person: str, kind: Kind, said: str) -> Response:
    """Sign somebody in who has just set a password by a link of this kind."""
    record(What.LINK_USED, request, person=person, how=kind)
    record(What.PASSWORD_SET, request, person=person)
    secret = site_of(request).accounts.sessions.begin(person, "password", agent(request), cookie(request))
    record(What.SIGNED_IN, request, person=person, how=kind)
    return enter(request, secret, person, "/", said)


def _invited(request: Request, link: str) -> str:
    return _named(request, link, Kind.INVITATION, Kind.RESET)


def _named(request: Request, link: str, *kinds: Kind) -> str:
    """Whom a link of one of these kinds is for; raises LinkOver."""
    try:
        person = site_of(request).accounts.links.find(link, *kinds).person
    except NotFound:
        record(What.LINK_REFUSED, request, how=kinds[0])
        raise
    assert person is not None
    return person


def _welcome(request: Request, link: str, person: str, why: Refused | None = None) -> Response:
    refused = refusals.worded(why) if why else ""
    comes_in = site_of(request).accounts.can_sign_in(person)
    context = {"link": link, "person": person, "refused": refused, "shortest": SHORTEST, "comes_in": comes_in}
    return page(request, "sign_in/welcome.html", 422 if why else 200, **context)


@router.get("/enter/{link}")
def ask_to_enter(request: Request, link: str) -> Response:
    """The page of a link that signs somebody in as it is used; looking at it does not use it."""
    return page(request, "sign_in/enter.html", link=link, person=_entering(request, link))


@router.post("/enter/{link}")
def sign_in_by_link(request: Request, link: str) -> Response:
    """Sign in whom the link is for."""
    person = _entering(request, link)
    secret = site_of(request).accounts.enter(link, agent(request), cookie(request))
    record(What.LINK_USED, request, person=person, how=Kind.ENTRY)
    record(What.SIGNED_IN, request, person=person, how=Kind.ENTRY)
    return enter(request, secret, person, "/")


def _entering(request: Request, link: str) -> str:
    return _named(request, link, Kind.ENTRY)
