"""What the ledger holds of people: found by a name that stays out of every address, and shown by an id."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import HTMLResponse

from charter.message import NotFound, Refused
from charter.phrase import Phrase
from charter.subjects.commands import RequestErasure
from charter.subjects.events import ErasureCompleted
from charter.terms import BENCH, Role
from projections.erasure import erase
from projections.finding import meant, without_names
from projections.retention import due, kept
from projections.subject_data import SubjectData, subject_data
from projections.values import plain_value
from web import refusals, rights
from web.asking import Asker, Asks, not_yours
from web.documents.subject import page as subject_page
from web.download import AsCsv, csv
from web.forms import Filled, Form, Malformed, form, read
from web.pages import local, page, then, zone_of
from web.problems import status
from web.site import site_of
from web.words import _

FIRST = 50
MOST = 1_000
EVERYBODY = 1_000_000
DUE = ("subject", "streams", "entries", "last_at")
Subject = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]


class NobodyFound(NotFound):
    """Nothing is held of anybody called that here. Type the customer as it was logged, or the id of one of their
    decisions."""


class SayItIsMeant(Refused):
    """Nothing was erased. It can never be undone, so say that it is meant: tick the box above the button."""


def keeper(request: Request, asks: Asks) -> None:
    """Who may see what is held of a person, in whichever charter: reviewers and leaders of all charters, and admins."""
    if not (asks.actor.has_any(BENCH, None) or asks.actor.has(Role.ADMIN, None)):
        raise not_yours(request, asks, Phrase("reviewers and leaders of all charters, and admins"))
    request.state.charters = rights.readable(asks.actor, site_of(request).ledger.charters())
    if request.state.charters:
        request.state.charter = request.state.charters[0]


router = APIRouter(prefix="/review", dependencies=[Depends(keeper)], include_in_schema=False)


@router.get("/subjects")
def ask(request: Request) -> Response:
    """The form that finds somebody."""
    return page(request, "review/subjects.html", people=[], who="", wrong="")


@router.post("/subjects")
def found(request: Request, given: Filled) -> Response:
    """Who is meant: their page, or those to choose from. What was typed is kept nowhere."""
    site = site_of(request)
    who = given.get("who", [""])[-1]
    people = meant(site.ledger, who) if who else []
    if len(people) == 1:
        return then(f"/review/subjects/{people[0]}")
    if not people:
        wrong = NobodyFound()
        return page(request, "review/subjects.html", status(wrong), people=[], who=who, wrong=refusals.worded(wrong))
    data = [subject_data(site.views, each) for each in people]
    return page(request, "review/subjects.html", people=data, who=who, wrong="")


@router.get("/subjects/{subject}")
def show(request: Request, asks: Asks, subject: Subject) -> Response:
    """Everything that is held of a person: where, in which words, what was decided, and what keeps it."""
    return page(request, "review/subject.html", data=_data(request, subject), **_may(asks))


@router.get("/subjects/{subject}/data")
def export(request: Request, subject: Subject, form: Annotated[str, Query(alias="format")] = "html") -> Response:
    """The same to hand out, for whoever asks what is held of them: as a page that needs nothing else, or as JSON."""
    data = _data(request, subject)
    if form == "json":
        text = json.dumps(plain_value(data), ensure_ascii=False, indent=2) + "\n"
        response = Response(text, media_type="application/json")
    else:
        lines = subject_page(data, site_of(request).ledger.now(), _shown(zone_of(request)))
        response = HTMLResponse("\n".join(lines) + "\n")
        form = "html"
    response.headers["Content-Disposition"] = f'attachment; filename="{subject[:8]}.{form}"'
    response.headers["Cache-Control"] = "no-store"
    return response


@router.get("/subjects/{subject}/erase")
def confirm(request: Request, subject: Subject) -> Response:
    """What would go, before it does."""
    return _erase(request, _data(request, subject), _blank())


@router.post("/subjects/{subject}/erase")
def erased(request: Request, asks: Asks, subject: Subject, given: Filled) -> Response:
    """Erase what is sealed for a person, for ever, once it was said that this is meant."""
    site = site_of(request)
    data = _data(request, subject)
    try:
        asked = read(RequestErasure, given, subject=subject)
        without_names(asked.reason, data)
        if given.get("meant", [""])[-1] != "true":
            raise SayItIsMeant
        written = erase(site.views, subject, reason=asked.reason, by=asks.person)
    except (Malformed, Refused) as wrong:
        return _erase(request, data, form(RequestErasure, given, wrong, only=("reason",)), status(wrong))
    [event] = [event for event in written.events if isinstance(event, ErasureCompleted)]
    said = _("The key to {entries} entries is destroyed. Copies that were handed out before are not.")
    return then(f"/review/subjects/{subject}", said.format(entries=f"{event.entries:,}"))


@router.get("/retention")
def retention(
    request: Request,
    first: Annotated[int, Query(ge=1, le=MOST)] = FIRST,
    as_csv: AsCsv = None,
) -> Response:
    """For how long data is kept, and whose is due. Nothing is erased by itself."""
    site = site_of(request)
    if as_csv:
        lines = due(site.views, EVERYBODY).lines
        return csv("due", DUE, ([getattr(line, name) for name in DUE] for line in lines))
    return page(
        request, "review/retention.html", due=due(site.views, first), periods=kept(site.ledger), first=first, most=MOST
    )


def _data(request: Request, subject: str) -> SubjectData:
    data = subject_data(site_of(request).views, subject)
    if not data.about:
        raise NobodyFound
    return data


def _may(asks: Asker) -> dict[str, bool]:
    return {"erases": asks.actor.has(Role.ADMIN, None), "reads": asks.actor.has_any(BENCH, None)}


def _blank() -> Form:
    return form(RequestErasure, only=("reason",))


def _erase(request: Request, data: SubjectData, written: Form, code: int = 200) -> Response:
    return page(request, "review/erase.html", code, data=data, form=written)


def _shown(zone: ZoneInfo) -> Callable[[datetime | None], str]:
    def shown(moment: datetime | None) -> str:
        if moment is None:
            return _("at an unknown time")
        return local(moment, zone)

    return shown
