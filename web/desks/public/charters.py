"""What everybody may read without signing in: the charter in force, its wordings and what each of them changed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from charter.given import EARLIEST, LATEST
from charter.message import NotFound
from projections.charter_in_force import CharterView, in_force
from projections.plain import long_day
from web.desks.public import formats
from web.desks.public.cacheable import cacheable
from web.desks.public.page import asked, at, page
from web.desks.public.published import (
    NoPublicCharter,
    Published,
    changed,
    public_charter,
    public_charters,
    told_at,
    wording,
)
from web.documents.page import article
from web.security import embeddable
from web.site import site_of

router = APIRouter()

SHOWN = 50
"""Revisions on a page."""
ROBOTS = "User-agent: *\nAllow: /$\nAllow: /c/\nAllow: /static/\nDisallow: /\n"


class NothingThen(NotFound):
    """No revision of the charter of {brand} was in force on {day}. Its revisions are listed below."""


@at(router, "/robots.txt")
def robots(request: Request) -> Response:
    """What search engines may read: the charters."""
    return cacheable(request, ROBOTS.encode(), "text/plain; charset=utf-8")


@at(router, "/favicon.ico")
def favicon(request: Request) -> Response:  # noqa: ARG001  # asked like any other page
    """Where the picture in a tab is."""
    return RedirectResponse("/static/icon.svg", 308)


def charters(request: Request, said: str = "") -> Response:
    """The start page of whoever has not signed in: the charters of all brands, below a sentence that is said once."""
    return page(request, "brands", charters=public_charters(site_of(request).views), said=said)


@at(router, "/c/")
def all_charters(request: Request) -> Response:
    """The same under an address of its own, for whoever has signed in."""
    return charters(request)


@at(router, "/c/{name}")
def charter(request: Request, name: str, as_of: Annotated[date | None, Query()] = None) -> Response:
    """The charter in force, today or at the end of a day; as a page, or as what its suffix or `Accept` asks for."""
    views = site_of(request).views
    try:
        known, form = public_charter(views, name), None
    except NoPublicCharter:
        stem, form = formats.suffix(name)
        if form is None:
            raise
        known = asked(request, stem)
    view = in_force(views, known.slug, _end_of(known, as_of)) if _is_a_day(as_of) else None
    form = form or formats.accepted(request.headers.get("accept", ""))
    if view is None and (as_of or form != "html"):
        day = as_of or known.days.day(views.ledger.now())
        raise NothingThen(brand=known.brand, day=long_day(day))
    if view is None:
        return page(request, "later", known=known)
    if form != "html":
        return _as(request, view, form)
    return _wording(request, known, view, as_of)


@at(router, "/c/{slug}/revisions")
def history(request: Request, slug: str, before: Annotated[int, Query(ge=1, le=1_000_000)] = 1_000_000) -> Response:
    """Every published wording, the newest first, and what each of them changed."""
    views, known = site_of(request).views, asked(request, slug)
    found = [line for line in known.revisions if line.revision < before]
    shown = [(line, changed(views, known, line.revision)) for line in found[:SHOWN]]
    older = found[SHOWN - 1].revision if len(found) > SHOWN else None
    return page(
        request, "revisions", known=known, shown=shown, older=older, told_at=told_at, zone=ZoneInfo(known.line.zone)
    )


@at(router, "/c/{slug}/revisions/{name}")
def revision(request: Request, slug: str, name: str) -> Response:
    """The permanent address of one wording."""
    known = asked(request, slug)
    stem, form = formats.suffix(name)
    view = wording(site_of(request).views, known, _number(known, stem))
    form = form or formats.accepted(request.headers.get("accept", ""))
    return _wording(request, known, view, None, permanent=True) if form == "html" else _as(request, view, form)


@at(router, "/c/{slug}/revisions/{number}/diff")
def diff(
    request: Request, slug: str, number: str, since: Annotated[int | None, Query(ge=1, le=1_000_000)] = None
) -> Response:
    """What one wording changed since the one before it, or since any other, side by side."""
    known = asked(request, slug)
    line = known.numbered(_number(known, number))
    change = changed(site_of(request).views, known, line.revision, since)
    return page(request, "diff", known=known, line=line, change=change, side=formats.side)


@at(router, "/c/{slug}/embed")
def embed(request: Request, slug: str) -> Response:
    """The promises in short, to be shown in a page of the company's own."""
    known = asked(request, slug)
    view = in_force(site_of(request).views, known.slug)
    if view is None:
        return page(request, "later", known=known)
    return embeddable(page(request, "embed", known=known, view=view))


def _number(known: Published, text: str) -> int:
    """The number of a published revision as it stands in an address; raises NoPublicRevision."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= 7 else 0
    return known.numbered(number if text == str(number) else 0).revision


def _is_a_day(day: date | None) -> bool:
    return day is None or EARLIEST <= day <= LATEST


def _end_of(known: Published, day: date | None) -> datetime | None:
    """The last moment of a day where the charter lives."""
    if day is None:
        return None
    return known.days.midnight(day + timedelta(days=1)) - timedelta(microseconds=1)


def _wording(
    request: Request, known: Published, view: CharterView, as_of: date | None, *, permanent: bool = False
) -> Response:
    line = known.numbered(view.revision)
    change = changed(site_of(request).views, known, view.revision)
    told: dict[str, Any] = {
        "known": known,
        "view": view,
        "line": line,
        "change": change,
        "as_of": as_of,
        "permanent": permanent,
    }
    return page(request, "charter", article=article(view), **told)


def _as(request: Request, view: CharterView, form: formats.Form) -> Response:
    """A wording in another form, under a name that says which it is."""
    address = f"{site_of(request).settings.address}/c/{view.slug}/revisions/{view.revision}"
    body, media_type = formats.written(view, form, address)
    named = f'inline; filename="{view.slug}-{view.revision}.{form}"'
    link = f'<{address}>; rel="canonical"'
    return cacheable(request, body, media_type, Content_Disposition=named, Link=link, Vary="Accept")
