"""The integrity history as programs read it: its counts, as a line of months or by what they are of, and each mark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from projections.integrity_history import Count, Figure, Filter, Group, Mark, MarkLine, Summary, by, marks, summary
from projections.integrity_sentence import sentence
from web.api.asking import After, At, First, asked, paged, said
from web.api.description import may_answer, with_headers
from web.asking import Here

router = APIRouter(prefix="/integrity", tags=["Integrity"])

Wanted = Annotated[Filter, Depends(asked(Filter, leave_out=("charter",)))]


@dataclass(frozen=True, slots=True)
class History:
    """What the history comes to, as a sentence and in figures, and counted by month, promise, rep or ground."""

    sentence: str
    summary: Summary
    by: Group
    counts: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class Marks:
    """Some marks, newest first; `next` leads to the page after (None: these are the last)."""

    items: tuple[MarkLine, ...]
    next: str | None


@router.get("", response_model=History, responses=may_answer(404, 409), summary="The integrity history in numbers")
def history(
    site: At,
    here: Here,
    wanted: Wanted,
    group: Annotated[Group, Query(alias="by", description="What the counts are of; each month has one.")] = "month",
) -> Response:
    """How often a no kept a promise, and how often a yes bent or broke one, with the base of every figure."""
    meant = wanted.model_copy(update={"charter": here})
    whole = summary(site.views, meant)
    return said(History(sentence(whole, meant), whole, group, tuple(by(site.views, meant, group))))


@router.get(
    "/marks",
    response_model=Marks,
    responses=may_answer(404, 409, begun=with_headers(200, Link="The next page.")),
    summary="The marks behind the numbers",
)
def line(
    request: Request,
    site: At,
    here: Here,
    wanted: Wanted,
    mark: Annotated[
        Mark | Figure | None, Query(description="Only marks of this kind, or those a figure of the sentence counts.")
    ] = None,
    after: After = None,
    first: First = 50,
) -> Response:
    """Every mark, newest first; each leads to its decision."""
    found = marks(site.views, wanted.model_copy(update={"charter": here}), after, first, mark)
    return paged(request, Marks(found.marks, found.next), found.next)
