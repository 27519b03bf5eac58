"""What waits for an answer, what a rep decided, and what of it came back: lists by address, paged and to take away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import ValidationError

from charter.decisions.state import Stage
from charter.malformed import wrongs
from projections.days import stamp_or_empty
from projections.decision_register import Filter, Line, lines
from projections.decision_register import page as register
from projections.engine import Views
from projections.pages import cursor
from web.asking import Asks, Here
from web.desks.rep.waiting import STAGES, Waiting, page_of, waiting
from web.download import AsCsv, csv
from web.forms import Form, Malformed, Typed, form, label
from web.pages import page
from web.site import site_of

router = APIRouter(prefix="/desk")
PAGE = 30
"""Lines of one page."""
LOOKED_THROUGH = 500
"""Lines that are read together to find what came back, which is little of all."""
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
    found = waiting(site_of(request).views, here, stages)
    if as_csv:
        return csv(f"{here}-waiting", ("urgency", "risk", "department", "handed_to", *HEADINGS), _rows_waiting(found))
    shown, following = page_of(found, after, PAGE)
    mine = [each for each in found if each.is_for(asks.person)]
    return page(
        request, "rep/open.html", waiting=shown, mine=mine, total=len(found), next=following, stage=stage, stages=STAGES
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
        return csv(f"{here}-{asks.person}-came-back", HEADINGS, map(_row, filter(came_back, lines(views, wanted))))
    found, following = _came_back(views, wanted, after)
    return page(request, "rep/returned.html", lines=found, next=following)


def _filters(typed: Typed, wrong: Malformed | None) -> Form:
    """The fields to find decisions by; no request in a list is in a stage that is not known."""
    found = form(Filter, typed, wrong, only=ASKED)
    fields = (
        field._replace(choices=tuple(choice for choice in field.choices if choice[0] != Stage.UNKNOWN))
        for field in found.fields
    )
    return found._replace(fields=tuple(fields))


def came_back(line: Line) -> bool:
    """Whether somebody did not leave an answer at that."""
    return line.appealed or line.overturned


def _came_back(views: Views, wanted: Filter, after: str | None) -> tuple[list[Line], str | None]:
    """A page of what came back, and where the next begins."""
    found: list[Line] = []
    while True:
        some = register(views, wanted, after, LOOKED_THROUGH)
        for line in some.lines:
            if not came_back(line):
                continue
            if len(found) == PAGE:
                return found, after
            found.append(line)
            after = cursor(stamp_or_empty(line.at), line.id)
        if some.next is None:
            return found, None
        after = some.next


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
