"""The ledger itself, entry by entry, and all that can be written into it."""

from __future__ import annotations

from dataclasses import dataclass
from inspect import cleandoc
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from charter.catalogue import AGGREGATES
from charter.given import Actor
from projections.audit_log import Filter, lines
from projections.audit_log import Page as Found
from projections.line import Line
from web import rights
from web.api.asking import At, First, asked, paged, said
from web.api.belonging import charters_of
from web.api.description import may_answer, with_headers
from web.asking import Asks
from web.forms import Malformed
from web.site import Site
from web.words import _

router = APIRouter(prefix="/entries", tags=["Entries"])

LOOKS = 20
"""Pages of entries that are looked through for those somebody may read, before a shorter page is given."""


@dataclass(frozen=True, slots=True)
class Page:
    """Entries in the order of their positions; `older` and `newer` lead to those next to them, as before and after."""

    items: tuple[Line, ...]
    older: int | None
    newer: int | None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of entry: its permanent name, what it is about, what it means, and the shape of its event."""

    type: str
    about: str
    meaning: str
    shape: dict[str, Any]


@router.get(
    "",
    response_model=Page,
    responses=may_answer(begun=with_headers(200, Link="The next page.")),
    summary="The entries, as a log",
)
def log(
    request: Request,
    site: At,
    asks: Asks,
    wanted: Annotated[Filter, Depends(asked(Filter))],
    after: Annotated[int | None, Query(ge=0, le=2**53, description="Only entries after this position.")] = None,
    before: Annotated[int | None, Query(ge=1, le=2**53, description="Only entries before this position.")] = None,
    first: First = 50,
) -> Response:
    """Who wrote what and when, of all that you may read; without a position, the newest entries.

    A page may be shorter than it could be, where many entries next to each other are not yours to read.
    """
    if after is not None and before is not None:
        raise Malformed({"before": _("Give after or before, not both.")})
    found = _readable(site, asks.actor, wanted, after, before, first)
    if after is None:
        return paged(request, found, found.older, "before")
    return paged(request, found, found.newer)


def _readable(site: Site, actor: Actor, wanted: Filter, after: int | None, before: int | None, limit: int) -> Page:
    """A page of those entries that somebody may read, gathered from as many pages as it takes, within reason."""
    items: list[Line] = []
    older, newer = before, after
    for look in range(LOOKS):
        page = lines(site.views, wanted, after=after, before=before, limit=limit)
        mine = _mine(site, actor, page)
        if after is None:
            items, older = [*mine, *items], page.older
            newer = page.newer if look == 0 else newer
            before = older
        else:
            items, newer = [*items, *mine], page.newer
            older = page.older if look == 0 else older
            after = newer
        if len(items) >= limit or (before if after is None else after) is None:
            break
    if after is None and len(items) > limit:
        return Page(tuple(items[-limit:]), items[-limit].position, newer)
    if len(items) > limit:
        return Page(tuple(items[:limit]), older, items[limit - 1].position)
    return Page(tuple(items), older, newer)


def _mine(site: Site, actor: Actor, page: Found) -> list[Line]:
    cases = (line.stream.partition("/")[2] for line in page.lines if line.stream.startswith("decision/"))
    charters = charters_of(site.ledger, cases)
    found = []
    for line in page.lines:
        kind, _, key = line.stream.partition("/")
        if kind in ("decision", "charter"):
            mine = rights.belongs(actor, charters[key] if kind == "decision" else key)
        else:
            mine = rights.is_admin(actor) or line.stream == f"person/{actor.id}"
        if mine:
            found.append(line)
    return found


@router.get("/kinds", response_model=list[Kind], responses=may_answer(), summary="All that can be written")
def kinds(asks: Asks) -> Response:
    """Every kind of entry, under the name it is stored by for ever."""
    del asks
    return said(
        [
            Kind(event.name, aggregate.name, cleandoc(event.__doc__ or ""), event.model_json_schema())
            for aggregate in AGGREGATES
            for event in aggregate.events
        ]
    )
