"""The audit log: every entry somebody may read, who wrote it, when it happened and when it was recorded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Query, Request, Response

from charter.catalogue import EVENTS
from charter.terms import BENCH
from projections.audit_log import Filter, lines
from projections.decision_register import named
from projections.engine import Views
from projections.line import Line
from web.asking import Asks, Here
from web.desks.review.asked import asked, file_form, filled, link, narrowed, taken_away, typed
from web.desks.review.names import names_of
from web.forms import Malformed, form
from web.pages import page
from web.problems import status
from web.site import site_of

router = APIRouter(prefix="/review", include_in_schema=False)

AT_ONCE = 50
BATCH = 500
MOST = 20
"""Batches that are looked through for one page."""
OF_ALL = ("ledger/",)
"""Streams that belong to every charter."""


class Part(NamedTuple):
    """A part of the log: its entries, and the positions before and after which there may be more."""

    lines: Sequence[Line]
    older: int | None
    newer: int | None


@router.get("/log")
def show(
    request: Request,
    asks: Asks,
    here: Here,
    before: Annotated[int | None, Query(ge=1, le=2**53)] = None,
    after: Annotated[int | None, Query(ge=0, le=2**53)] = None,
) -> Response:
    """The newest entries, those before or after a position, or all that the address asks for as a file."""
    site, given = site_of(request), typed(request, Filter)
    about: dict[str, Any] = {
        "names": names_of(site, here),
        "types": sorted(EVENTS),
        "given": filled(given),
        "narrowed": narrowed(given),
    }
    try:
        wanted = asked(request, Filter, given)
    except Malformed as wrong:
        nothing: dict[str, Any] = {
            "form": form(Filter, given, wrong),
            "part": Part((), None, None),
            "older": "",
            "newer": "",
        }
        return page(request, "review/log.html", status(wrong), **nothing, **about)
    only = None if asks.actor.has_any(BENCH, None) else here
    if file := file_form(request.query_params.get("format")):
        names = [field.name for field in fields(Line)]
        return taken_away(f"log-{here}", file, names, everything(site.views, wanted, only))
    part = entries(site.views, wanted, only, before=before, after=after if before is None else None)
    return page(
        request,
        "review/log.html",
        form=form(Filter, given),
        part=part,
        older=link(request, "/review/log", filled(given), before=part.older) if part.older else "",
        newer=link(request, "/review/log", filled(given), after=part.newer) if part.newer else "",
        **about,
    )


def entries(views: Views, wanted: Filter, only: str | None, *, before: int | None, after: int | None) -> Part:
    """A page of the log; with `only`, what concerns that charter.

    Where that is little of much, the page may be short: it looks through a bounded number of entries, then leads on.
    """
    if only is None:
        page_ = lines(views, wanted, before=before, after=after, limit=AT_ONCE)
        return Part(page_.lines, page_.older, page_.newer)
    is_rising = after is not None
    place, found = after if is_rising else before, list[Line]()
    for _ in range(MOST):
        page_ = lines(views, wanted, limit=BATCH, **{"after" if is_rising else "before": place})
        theirs = concerning(views, page_.lines, only)
        found = found + theirs if is_rising else theirs + found
        place = page_.newer if is_rising else page_.older
        if place is None or len(found) >= AT_ONCE:
            break
    shown = found[:AT_ONCE] if is_rising else found[-AT_ONCE:]
    first, last = (shown[0].position, shown[-1].position) if shown else (None, None)
    is_cut = len(found) > len(shown)
    if is_rising:
        return Part(shown, first or after, last if is_cut else place)
    return Part(shown, first if is_cut else place, last if before is not None else None)


def concerning(views: Views, found: Sequence[Line], charter: str) -> list[Line]:
    """Those of some entries that concern a charter: its own, those of its decisions, and those of the ledger itself."""
    cases = {line.stream.partition("/")[2] for line in found if line.stream.startswith("decision/")}
    theirs = {case for case, line in named(views, cases).items() if line.charter == charter}
    streams = {f"charter/{charter}", *(f"decision/{case}" for case in theirs)}
    return [line for line in found if line.stream in streams or line.stream.startswith(OF_ALL)]


def everything(views: Views, wanted: Filter, only: str | None) -> Iterator[Line]:
    """All entries of a filter, oldest first."""
    after: int | None = 0
    while after is not None:
        part: Any = lines(views, wanted, after=after, limit=BATCH)
        yield from part.lines if only is None else concerning(views, part.lines, only)
        after = part.newer
