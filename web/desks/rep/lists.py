"""What waits for an answer, what a rep decided, and what of it came back: lists by address, paged and to take away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import ValidationError

from charter.decisions.state import Stage
from charter.malformed import wrongs
from projections.decision_register import Filter, Line, lines
from projections.decision_register import page as register
from projections.waiting import STAGES, Waiting, total, waiting
from projections.waiting import page as queue
from web.asking import Asks, Here
from web.download import AsCsv, csv
from web.forms import Form, Malformed, Typed, form, label
from web.pages import page
from web.site import site_of
from web.words import _

router = APIRouter(prefix="/desk")
PAGE = 30
"""Lines of one page."""
ASKED = ("answer", "ground", "effect", "promise", "stage", "touchpoint", "since", "until", "text")
"""What a rep's own decisions can be filtered by."""
HEADINGS = (
    *("id", "stage", "received_at", "decided_at", "answer", "ground", "effect", "cited", "revision", "request"),
    *("reason", "customer", "touchpoint", "ticket", "first_answer", "reversed_by"),
)

After = Annotated[str | None, Query(max_length=200)]


@router.get("/open")
def open_requests(
    request: Request, asks: Asks, here: Here, stage: Stage | None = None, after: After = None, as_csv: AsCsv = None
) -> Response:
    """The requests without an answer, in the order in which they should be taken."""
    stages = (stage,) if stage in STAGES else STAGES
    views = site_of(request).views
    if as_csv:
        rows = _rows_waiting(waiting(views, here, stages))
        return csv(f"{here}-waiting", ("urgency", "risk", "department", "handed_to", *HEADINGS), rows)
    found, many = queue(views, here, stages, after, PAGE), total(views, here, stages, asks.person)
    return page(
        request,
        "rep/open.html",
        waiting=found.waiting,
        mine=many.handed,
        total=many.waiting,
        next=found.next,
        stage=stage,
        stages=STAGES,
    )


@router.get("/mine")
def mine(request: Request, asks: Asks, here: Here, after: After = None, as_csv: AsCsv = None) -> Response:
    """The decisions of whoever asks, newest first, found by whatever is known of them."""
    typed = {name: request.query_params.getlist(name) for name in ASKED}
    values = {name: given[-1].strip() for name, given in typed.items() if given and given[-1].strip()}
    try:
        wanted = Filter(**values, charter=here, rep=asks.person)
        wrong = None
    except ValidationError as error:
        wanted = Filter(charter=here, rep=asks.person)
        wrong = Malformed({name: f"{label(name)} {why}" for name, why in wrongs(error)})
    views = site_of(request).views
    if as_csv and wrong is None:
        return csv(f"{here}-{asks.person}", HEADINGS, map(_row, lines(views, wanted)))
    found = register(views, wanted, after, PAGE)
    return page(
        request,
        "rep/mine.html",
        422 if wrong else 200,
        lines=found.lines,
        next=found.next,
        asked=values,
        form=_filters(typed, wrong),
    )


@router.get("/mine/returned")
def returned(request: Request, asks: Asks, here: Here, after: After = None, as_csv: AsCsv = None) -> Response:
    """What came back of what whoever asks decided: appealed, looked at again, or reversed."""
    views = site_of(request).views
    wanted = Filter(charter=here, rep=asks.person)
    if as_csv:
        return csv(f"{here}-{asks.person}-came-back", HEADINGS, map(_row, lines(views, wanted, came_back=True)))
    found = register(views, wanted, after, PAGE, came_back=True)
    return page(request, "rep/returned.html", lines=found.lines, next=found.next)


def _filters(typed: Typed, wrong: Malformed | None) -> Form:
    """The fields to find decisions by."""
    found = form(Filter, typed, wrong, only=ASKED)
    return found._replace(fields=tuple(field._replace(unset=_("any")) for field in found.fields))


def _row(line: Line) -> tuple[object, ...]:
    return (
        line.id,
        line.stage,
        line.received_at,
        line.at if line.answer else None,
        line.answer,
        line.ground,
        line.effect,
        line.cited,
        line.revision,
        line.request,
        line.reason,
        line.customer,
        line.touchpoint,
        line.ticket,
        line.first_answer,
        line.reversed_by,
    )


def _rows_waiting(found: Iterable[Waiting]) -> Iterator[tuple[object, ...]]:
    for each in found:
        yield each.urgency, each.risk, each.department, each.handed_to, *_row(each.line)
