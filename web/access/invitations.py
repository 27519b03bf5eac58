"""The links that are handed to people: to be the first admin, to set a password, to look around in a demonstration."""

from __future__ import annotations

from charter.given import UnknownPerson
from web.access.links import Kind
from web.access.made import Also, nothing_else
from web.access.record import What, record
from web.site import Site


def first_run_link(site: Site) -> str | None:
    """Where the first admin is made, while nobody can sign in yet; None once somebody can."""
    if not site.accounts.nobody_can_sign_in():
        return None
    record(What.LINK_MADE, how=Kind.FIRST)
    return f"{site.settings.address}/first/{site.accounts.links.make(Kind.FIRST)}"


def entry_link(site: Site, person: str) -> str:
    """Where a person of a demonstration is signed in by one press of a button, without a password of their own."""
    record(What.LINK_MADE, how=Kind.ENTRY, of=person)
    return f"{site.settings.address}/enter/{site.accounts.links.make(Kind.ENTRY, person)}"


def invite(site: Site, person: str, by: str | None = None, also: Also[[str]] = nothing_else) -> str:
    """Where a registered person sets their first password, or a new one; raises UnknownPerson.

    Their older links are good no longer. Only who may look after people may hand it to them: `by` is who does.
    """
    if not site.ledger.person(person).registered:
        raise UnknownPerson(person=person)
    kind = Kind.RESET if site.accounts.can_sign_in(person) else Kind.INVITATION
    welcome = f"{site.settings.address}/welcome/"
    secret = site.accounts.links.make(kind, person, lambda connection, secret: also(connection, welcome + secret))
    record(What.LINK_MADE, person=by, how=kind, of=person)
    return welcome + secret
