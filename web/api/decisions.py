"""Decisions as programs read them: the register, one decision's whole trail, and how requests like it were answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from projections.decision_register import Filter, Line, count, page
from projections.decision_trail import Trail, trail
from projections.precedents import Precedent, precedents
from web.api.asking import After, At, First, KnownAt, OfDecision, asked, paged, said, version
from web.api.description import may_answer, with_headers
from web.asking import Here

router = APIRouter(tags=["Decisions"])

Wanted = Annotated[Filter, Depends(asked(Filter, leave_out=("charter",)))]


@dataclass(frozen=True, slots=True)
class Page:
    """Some decisions, newest first; `next` leads to the page after (None: these are the last)."""

    items: tuple[Line, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class Total:
    """How many there are."""

    total: int


@router.get(
    "/decisions",
    response_model=Page,
    responses=may_answer(404, 409, begun=with_headers(200, Link="The next page.")),
    summary="The register",
)
def register(
    request: Request, site: At, here: Here, wanted: Wanted, after: After = None, first: First = 50
) -> Response:
    """Decisions and open requests of a charter, the newest first, by anything that is known of them."""
    found = page(site.views, wanted.model_copy(update={"charter": here}), after, first)
    return paged(request, Page(found.lines, found.next), found.next)


@router.get("/decisions/count", response_model=Total, responses=may_answer(404, 409), summary="How many there are")
def counting(site: At, here: Here, wanted: Wanted) -> Response:
    """How many decisions and open requests of a charter match."""
    return said(Total(count(site.views, wanted.model_copy(update={"charter": here}))))


@router.get(
    "/decisions/{decision}",
    response_model=Trail,
    responses=may_answer(404, begun=with_headers(200, ETag="The decision's version, for If-Match.")),
    summary="One decision with its trail",
)
def showing(site: At, decision: OfDecision, known_at: KnownAt = None) -> Response:
    """One decision with everything that happened to it, under which wording, and where each entry stands."""
    found = trail(site.views, decision, known_at)
    return said(found, headers={"ETag": version(found.steps[-1].version)})


@router.get(
    "/precedents", response_model=list[Precedent], responses=may_answer(404, 409), summary="How the like was answered"
)
def likened(
    site: At,
    here: Here,
    q: Annotated[str, Query(max_length=2_000, description="What the customer asks, as far as it is typed.")],
    first: Annotated[int, Query(ge=1, le=50, description="At most so many.")] = 5,
) -> Response:
    """The answers given to requests like this one, the most alike first, with what became of each."""
    return said(precedents(site.views, q, here, first))
