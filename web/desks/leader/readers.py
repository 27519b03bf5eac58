"""Who has read and acknowledged a revision, by department."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from charter.charters.commands import AcknowledgeCharter
from projections.acknowledgements import Coverage, acknowledgements
from web.asking import Asks, Here
from web.download import AsCsv, csv
from web.pages import page, then, with_query
from web.site import site_of
from web.words import _

router = APIRouter(prefix="/charter/revisions/{number}")


@router.get("/readers")
def readers(
    request: Request,
    asks: Asks,
    here: Here,
    number: int,
    as_csv: AsCsv = None,
) -> Response:
    """Who has acknowledged it and who has not, by department."""
    found = acknowledgements(site_of(request).views, here, number)
    if as_csv:
        return csv(f"{here}-revision-{number}-readers", ("department", "person", "acknowledged_at"), _rows(found))
    mine = [reader for department in found.departments for reader in department.acknowledged]
    has_read = any(reader.person == asks.person for reader in mine)
    return page(request, "leader/readers.html", coverage=found, has_read=has_read)


@router.post("/acknowledge")
def acknowledge(request: Request, asks: Asks, here: Here, number: int) -> Response:
    """Say that one has read the latest revision."""
    site = site_of(request)
    site.write(AcknowledgeCharter(charter=here, revision=number), asks.person)
    said = _("You have acknowledged revision %(number)s.") % {"number": number}
    return then(with_query(request, f"/charter/revisions/{number}"), said)


def _rows(found: Coverage) -> list[tuple[object, ...]]:
    return [
        (department.name, reader.person, reader.at)
        for department in found.departments
        for reader in (*department.acknowledged, *department.missing)
    ]
