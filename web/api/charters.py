"""Charters as programs read them: in force on any day, the draft, the revisions, what changed, who has read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from charter.charters.promise import Promise
from charter.message import RevisionNumber
from charter.phrase import Phrase
from charter.terms import Retained, Serves
from projections.acknowledgements import Coverage, acknowledgements
from projections.charter_history import diff_revisions, draft, revision, revisions
from projections.charter_in_force import CharterLine, CharterView, NothingInForce, charters, in_force
from projections.diff import Diff
from projections.revision_views import DraftView, RevisionDetail, RevisionLine
from web import rights
from web.api.asking import AsOf, At, KnownAt, OfCharter, said, version
from web.api.description import may_answer, with_headers
from web.asking import Asks
from web.site import Site

router = APIRouter(prefix="/charters", tags=["Charters"])

Number = Annotated[RevisionNumber, Path(description="The revision's number.")]


@dataclass(frozen=True, slots=True)
class CodeLine:
    """Something that can be cited: a promise, or (`of` names its promise) a limit, with its words on one line."""

    code: str
    of: str | None
    text: str
    serves: Serves | None


@dataclass(frozen=True, slots=True)
class Period:
    """For how many months after its newest entry data of a kind is kept; None: without an end."""

    kind: Retained
    months: int | None


@router.get("", response_model=list[CharterLine], responses=may_answer(), summary="The charters you belong to")
def listing(site: At, asks: Asks) -> Response:
    """Every charter you belong to: which revision is in force, and which comes next."""
    found = charters(site.views)
    mine = set(rights.readable(asks.actor, (line.slug for line in found)))
    return said([line for line in found if line.slug in mine])


@router.get("/{charter}", response_model=CharterView, responses=may_answer(404), summary="The charter in force")
def showing(site: At, charter: OfCharter, as_of: AsOf = None, known_at: KnownAt = None) -> Response:
    """The charter in force, now or at another time, as it is known now or was known then."""
    return said(_in_force(site, charter, as_of, known_at))


@router.get("/{charter}/codes", response_model=list[CodeLine], responses=may_answer(404), summary="What can be cited")
def codes(
    site: At,
    charter: OfCharter,
    begins: Annotated[str, Query(max_length=64, description="Only codes that begin so, in any case.")] = "",
    as_of: AsOf = None,
) -> Response:
    """The codes of promises and limits in force, to complete a citation from."""
    found = _in_force(site, charter, as_of, None)
    lines = (line for promise in found.promises for line in _codes(promise))
    return said([line for line in lines if line.code.startswith(begins.upper())])


@router.get(
    "/{charter}/draft",
    response_model=DraftView,
    responses=may_answer(404, begun=with_headers(200, ETag="The charter's version, for If-Match.")),
    summary="The draft",
)
def drafting(site: At, charter: OfCharter) -> Response:
    """The draft as it is now, with everything that still keeps it from being published, and what it changes."""
    seen = site.ledger.version(f"charter/{charter}")  # before it is read: whoever sends it back has seen this at least
    return said(draft(site.views, charter), headers={"ETag": version(seen)})


@router.get("/{charter}/revisions", response_model=list[RevisionLine], responses=may_answer(404), summary="Revisions")
def history(site: At, charter: OfCharter, known_at: KnownAt = None) -> Response:
    """Every revision by its number, and how far each has come."""
    return said(revisions(site.views, charter, known_at))


@router.get(
    "/{charter}/revisions/{revision}",
    response_model=RevisionDetail,
    responses=may_answer(404, begun=with_headers(200, ETag="The charter's version, for If-Match.")),
    summary="One revision",
)
def one(
    site: At, charter: OfCharter, number: Annotated[Number, Path(alias="revision")], known_at: KnownAt = None
) -> Response:
    """One revision: how it came about, who approved it, its complete wording and what it changed."""
    seen = site.ledger.version(f"charter/{charter}")
    return said(revision(site.views, charter, number, known_at), headers={"ETag": version(seen)})


@router.get(
    "/{charter}/revisions/{revision}/acknowledgements",
    response_model=Coverage,
    responses=may_answer(404),
    summary="Who has read a revision",
)
def read_by(site: At, charter: OfCharter, number: Annotated[Number, Path(alias="revision")]) -> Response:
    """Who has read one published revision and who has not, by department."""
    return said(acknowledgements(site.views, charter, number))


@router.get(
    "/{charter}/acknowledgements",
    response_model=Coverage,
    responses=may_answer(404, 409),
    summary="Who has read the latest revision",
)
def latest_read_by(site: At, charter: OfCharter) -> Response:
    """Who has read the latest published revision and who has not, by department."""
    return said(acknowledgements(site.views, charter))


@router.get("/{charter}/diff", response_model=Diff, responses=may_answer(404), summary="What changed")
def differing(
    site: At,
    charter: OfCharter,
    old: Annotated[RevisionNumber, Query(description="The earlier revision.")],
    new: Annotated[RevisionNumber | None, Query(description="The later one; the draft when left out.")] = None,
) -> Response:
    """What changed between two revisions, or between one and the draft, down to the words."""
    if new is not None:
        return said(diff_revisions(site.views, charter, old, new))
    from projections.diff import diff

    earlier = revision(site.views, charter, old)
    return said(diff(earlier.promises, draft(site.views, charter).promises))


@router.get(
    "/{charter}/retention", response_model=list[Period], responses=may_answer(404), summary="How long data is kept"
)
def keeping(site: At, charter: OfCharter) -> Response:
    """For how long each kind of data about people is kept under the charter."""
    periods = site.ledger.charter(charter).retention
    return said([Period(kind, periods.get(kind)) for kind in Retained])


def _in_force(site: Site, charter: str, as_of: datetime | None, known_at: datetime | None) -> CharterView:
    found = in_force(site.views, charter, as_of, known_at)
    if found is None:
        raise NothingInForce(charter=charter, when=Phrase("then") if as_of or known_at else Phrase("yet"))
    return found


def _codes(promise: Promise) -> list[CodeLine]:
    limits = (CodeLine(limit.code, promise.code, limit.text, limit.serves) for limit in promise.limits)
    return [CodeLine(promise.code, None, promise.title, None), *limits]
