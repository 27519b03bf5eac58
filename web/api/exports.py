"""Everything at once, for taking away: decisions, entries and the integrity history, streamed a line at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import StreamingResponse

from charter.given import Actor
from charter.leaf import Row
from charter.message import NotAllowed
from charter.proof.identity import origin
from projections.decision_register import Filter, Line, lines
from projections.integrity_history import Filter as MarksFilter
from projections.integrity_history import MarkLine, all_marks
from web import rights
from web.api.asking import At, asked
from web.api.belonging import readable
from web.api.description import CSV, NDJSON, kinds, may_answer
from web.asking import Asks, Here
from web.download import download
from web.exports.cloudevents import of_decision, of_entry, of_mark
from web.exports.csv import table
from web.exports.rows import BATCH, ENTRY, Form, entry_cells, entry_line, in_the_open, written
from web.site import Site

router = APIRouter(prefix="/exports", tags=["Exports"])

As = Annotated[Form, Query(alias="format", description="NDJSON, CSV, or CloudEvents 1.0 as NDJSON.")]


class SealedForYou(NotAllowed):
    """The words of people are for leaders, reviewers and admins to take away. Leave out open=yes."""


@router.get(
    "/decisions",
    response_class=StreamingResponse,
    responses=may_answer(404, 409, begun=kinds(NDJSON, CSV)),
    summary="Every decision",
)
def decisions(
    site: At,
    here: Here,
    wanted: Annotated[Filter, Depends(asked(Filter, leave_out=("charter",)))],
    form: As = "ndjson",
) -> Response:
    """Every decision and open request of a charter as it is known, the newest first."""
    found = lines(site.views, wanted.model_copy(update={"charter": here}))
    names = [field.name for field in fields(Line)]
    return download(f"decisions-{here}", form, written(form, names, found, of_decision(origin(site.ledger.engine))))


@router.get(
    "/integrity",
    response_class=StreamingResponse,
    responses=may_answer(404, 409, begun=kinds(NDJSON, CSV)),
    summary="Every mark of the integrity history",
)
def integrity(
    site: At,
    here: Here,
    wanted: Annotated[MarksFilter, Depends(asked(MarksFilter, leave_out=("charter",)))],
    form: As = "ndjson",
) -> Response:
    """Every mark of the integrity history of a charter, each with its decision, the newest first."""
    found = all_marks(site.views, wanted.model_copy(update={"charter": here}))
    names = [field.name for field in fields(MarkLine)]
    return download(f"integrity-{here}", form, written(form, names, found, of_mark(origin(site.ledger.engine))))


@router.get(
    "/entries",
    response_class=StreamingResponse,
    responses=may_answer(begun=kinds(NDJSON, CSV)),
    summary="Every entry",
)
def entries(
    site: At,
    asks: Asks,
    form: As = "ndjson",
    after: Annotated[int, Query(ge=0, le=2**53, description="Only entries after this position.")] = 0,
    opened: Annotated[Literal["yes", "no"], Query(alias="open", description="With people's words in the open.")] = "no",
) -> Response:
    """Every entry that you may read, with its body exactly as it is stored: the words of people stay sealed.

    With open=yes, the words of those are put back whose words you may take away: a leader or reviewer those under
    their charters, an admin those of people.
    """
    if opened == "yes" and not _may_open(asks.actor, site):
        raise SealedForYou
    rows = _readable(site, asks.actor, after, opened=opened == "yes")
    if form == "csv":
        return download("entries", form, table(ENTRY, map(entry_cells, rows)))
    line = of_entry(origin(site.ledger.engine)) if form == "cloudevents" else entry_line
    return download("entries", form, map(line, rows))


def _may_open(actor: Actor, site: Site) -> bool:
    return rights.is_admin(actor) or any(
        rights.Desk.REVIEWER in rights.desks(actor, slug) for slug in site.ledger.charters()
    )


def _readable(site: Site, actor: Actor, after: int, *, opened: bool) -> Iterator[Row]:
    recorder = site.ledger.entries_recorder
    until = recorder.size()
    while rows := recorder.rows(after, BATCH, until):
        after = rows[-1][0]
        mine = readable(site.ledger, actor, rows)
        open_ones = {each.row[0] for each in mine if each.opened} if opened else set()
        in_open = {
            row[0]: row for row in in_the_open(site.ledger, [each.row for each in mine if each.row[0] in open_ones])
        }
        yield from (in_open.get(each.row[0], each.row) for each in mine)
