"""Who is registered and what each may do; and who it is that asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response

from charter.given import UnknownPerson
from charter.message import PersonId
from charter.terms import Role
from projections.people import Held, Member, people, person
from web import rights
from web.access.record import refused_access
from web.api.asking import At, First, paged, said
from web.api.description import may_answer, with_headers
from web.asking import Admin, Asks
from web.rights import Desk

router = APIRouter(tags=["People"])


@dataclass(frozen=True, slots=True)
class Me:
    """Who asks: the roles they hold, the charters they belong to, and what they came with lets them do."""

    person: str
    via: Literal["session", "token"]
    scopes: tuple[str, ...]
    roles: tuple[Held, ...]
    may_bend: bool
    charters: tuple[str, ...]
    desks: tuple[Desk, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Some people in the order of their ids; `next` leads to the page after (None: these are the last)."""

    items: tuple[Member, ...]
    next: str | None


@router.get("/me", response_model=Me, responses=may_answer(), summary="Who you are here")
def me(site: At, asks: Asks) -> Response:
    """Whom the token or session stands for, and what they may see and do."""
    actor = asks.actor
    charters = rights.readable(actor, site.ledger.charters())
    desks = {desk for charter in (*charters, None) for desk in rights.desks(actor, charter)}
    roles = sorted(actor.roles, key=lambda held: (list(Role).index(held[0]), held[1] or ""))
    return said(
        Me(
            asks.person,
            asks.via,
            tuple(sorted(asks.scopes)),
            tuple(Held(*held) for held in roles),
            actor.may_bend,
            tuple(charters),
            tuple(desk for desk in Desk if desk in desks),
        )
    )


@router.get(
    "/people",
    response_model=Page,
    responses=may_answer(begun=with_headers(200, Link="The next page.")),
    summary="Everybody who is registered",
)
def everybody(
    request: Request,
    site: At,
    asks: Admin,
    text: Annotated[str, Query(max_length=200, description="A part of an id, a name or a department.")] = "",
    after: Annotated[str, Query(max_length=80, description="The `next` of the page before.")] = "",
    first: First = 100,
) -> Response:
    """Everybody who is registered, with their roles. For admins."""
    del asks
    found = people(site.views, after, first + 1, text)
    following = found[first - 1].person if len(found) > first else None
    return paged(request, Page(tuple(found[:first]), following), following)


@router.get("/people/{person}", response_model=Member, responses=may_answer(404), summary="One person")
def one(
    request: Request,
    site: At,
    asks: Asks,
    known: Annotated[PersonId, Path(alias="person", description="The id of the person.")],
) -> Response:
    """One person with their roles. For admins, and for each about themselves."""
    if known != asks.person and not rights.is_admin(asks.actor):
        refused_access(request, UnknownPerson.__name__, asks.person)
        raise UnknownPerson(person=known)
    return said(person(site.views, known))
