"""The people that the ledger's words speak of: whose data there is, what is held of them, and whose is due."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from charter.given import Actor
from charter.message import Line, Message, SubjectId
from charter.subjects.refusals import NoSuchSubject
from charter.terms import BENCH
from projections.finding import meant
from projections.retention import Due, due
from projections.subject_data import SubjectData, subject_data
from web import rights
from web.access.record import refused_access
from web.api.asking import At, said
from web.api.description import may_answer
from web.asking import Admin, Asks
from web.site import Site

router = APIRouter(tags=["Subjects"])


class Search(Message):
    """Whose data is meant, however that is said; in the body, since an address is written down in many places."""

    who: Line


@router.post(
    "/subjects/search",
    response_model=list[str],
    responses=may_answer(400, 413),
    summary="Find whose data is meant",
)
def searching(site: At, asks: Asks, wanted: Search) -> Response:
    """The ids of the people that may be meant: by the customer as logged, an id or a name, or the id of a decision."""
    found = meant(site.ledger, wanted.who)
    return said([subject for subject in found if _found(site, asks.actor, subject) is not None])


@router.get(
    "/subjects/{subject}", response_model=SubjectData, responses=may_answer(404), summary="All that is held of a person"
)
def showing(
    request: Request,
    site: At,
    asks: Asks,
    subject: Annotated[SubjectId, Path(description="The id in the sealed entries.")],
) -> Response:
    """All that the ledger holds of one person: where, since when, in which words, and what was decided.

    For admins, and for leaders and reviewers of every charter that it is found under.
    """
    found = _found(site, asks.actor, subject)
    if found is None:
        refused_access(request, NoSuchSubject.__name__, asks.person)
        raise NoSuchSubject(subject=subject)
    return said(found)


@router.get("/retention/due", response_model=Due, responses=may_answer(), summary="Whose data is due")
def is_due(
    site: At, asks: Admin, first: Annotated[int, Query(ge=1, le=100_000, description="At most so many.")] = 50
) -> Response:
    """Whose data is all older than it may be kept, and not held; the longest due first. For admins.

    Nothing is ever erased by itself.
    """
    del asks
    return said(due(site.views, first))


def _found(site: Site, actor: Actor, subject: str) -> SubjectData | None:
    """What is held of a person, for whom may see it; None where that is nothing."""
    found = subject_data(site.views, subject)
    return found if found.about and _may_see(actor, found) else None


def _may_see(actor: Actor, data: SubjectData) -> bool:
    if rights.is_admin(actor):
        return True
    return all(about.where.charter is not None and actor.has_any(BENCH, about.where.charter) for about in data.about)
