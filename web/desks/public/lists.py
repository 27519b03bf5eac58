"""What is public beside the wordings: a feed of them, and what is declined and why, as a page and as CSV."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from charter.given import EARLIEST, LATEST
from projections.charter_in_force import in_force
from projections.plain import long_day
from web import atom
from web.desks.public import declined, formats
from web.desks.public.cacheable import cacheable
from web.desks.public.page import asked, at, page
from web.desks.public.published import Published, changed, told_at, wording
from web.exports.csv import table
from web.pages import PAGES
from web.site import site_of
from web.words import LANGUAGE, _, said

router = APIRouter()
Day = Annotated[date | None, Query(ge=EARLIEST, le=LATEST)]
NEWEST = 50
"""Revisions in a feed."""


@at(router, "/c/{slug}/feed.atom")
def feed(request: Request, slug: str) -> Response:
    """The published wordings as an Atom feed."""
    site, known = site_of(request), asked(request, slug)
    address = f"{site.settings.address}/c/{known.slug}"
    born = known.line.opened_at.isoformat() if known.line.opened_at else ""  # tells it from one of that name elsewhere
    items = []
    for line in known.revisions[:NEWEST]:
        change = changed(site.views, known, line.revision)
        told = PAGES.get_template("public/changes.html").render(change=change, side=formats.side, bare=True)
        day = said(long_day(line.effective_from)) if line.effective_from else _("a day not known")
        of = _("Revision {number}, in force from {day}")
        if line.replaced:
            of = _("Revision {number}, replaced before its day, {day}")
        title = of.format(number=line.revision, day=day)
        summary = line.summary or line.label or said(change.diff.sentence)
        where = f"{address}/revisions/{line.revision}"
        items.append(
            atom.Item(atom.ident(born, known.slug, f"{line.revision}"), title, where, told_at(line), summary, told)
        )
    body = atom.feed(
        ident=atom.ident(born, known.slug),
        title=_("{brand}: the revisions of our charter").format(brand=known.brand),
        author=known.brand,
        address=f"{address}/feed.atom",
        page=address,
        items=items,
        language=LANGUAGE,
    )
    return cacheable(request, body, "application/atom+xml; charset=utf-8")


@at(router, "/c/{slug}/register")
def register(
    request: Request,
    slug: str,
    since: Day = None,
    until: Day = None,
) -> Response:
    """What is declined and why: by promise, limit and ground, over twelve months unless other days are asked for."""
    known, found = _register(request, slug, since, until)
    days = f"?since={found.since}&until={found.until}"
    return page(request, "register", known=known, found=found, grounds=declined.GROUNDS, days=days)


@at(router, "/c/{slug}/register.csv")
def register_csv(
    request: Request,
    slug: str,
    since: Day = None,
    until: Day = None,
) -> Response:
    """The same numbers for a spreadsheet."""
    known, found = _register(request, slug, since, until)
    headings = ("code", "text", "serves", "noes", *declined.GROUNDS, "no-ground")
    body = "".join(table(headings, declined.lines(found))).encode()
    named = f'attachment; filename="{known.slug}-register.csv"'
    return cacheable(request, body, "text/csv; charset=utf-8", Content_Disposition=named)


def _register(
    request: Request, slug: str, since: date | None, until: date | None
) -> tuple[Published, declined.Register]:
    views, known = site_of(request).views, asked(request, slug)
    last = until or known.days.day(views.ledger.now())
    first = since or formats.a_year_before(last)
    view = in_force(views, known.slug) or wording(views, known, known.revisions[0].revision)
    return known, declined.register(views, view, first, last)
