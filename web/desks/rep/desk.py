"""The desk itself: one column to answer a request in, with what applies beside it while it is typed."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote, unquote

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import PlainTextResponse

from charter.answers import KeyReused
from charter.charters.commands import AcknowledgeCharter
from charter.charters.promise import Promise
from charter.decisions.commands import AnswerRequest, EscalateRequest, LogRequest
from charter.decisions.refusals import AboveAuthority, AlreadyLogged
from charter.ids import fresh_id
from charter.message import Refused
from charter.terms import Role
from projections.charter_in_force import CharterView, in_force
from projections.people import people
from projections.precedents import precedents
from web.asking import Asks, Here
from web.desks.rep import call
from web.desks.rep.applies import applying, clauses, distinct
from web.desks.rep.missing import all_wrong
from web.forms import Filled, Malformed, SignedInAgain, Typed, read
from web.pages import page, then, with_query
from web.problems import status, told
from web.site import Site, site_of
from web.words import _

router = APIRouter(prefix="/desk")
Logged = Annotated[str | None, Query(pattern="^[0-9a-f]{32}$")]
SHOWN = 3
"""Precedents that are shown."""
LOOKED_AT = 60
"""Precedents of which those are taken that differ from each other."""
PEOPLE = 1_000
"""People among whom leaders are looked for, to be offered when a request is handed over."""
TOUCHPOINT = "touchpoint"
"""A cookie with where the last request reached the rep: the next one mostly comes the same way."""
MONTH = 30 * 24 * 3600


@router.get("")
def desk(request: Request, asks: Asks, here: Here, logged: Logged = None) -> Response:
    """An empty desk, with what was logged last above it."""
    given = {TOUCHPOINT: [unquote(request.cookies.get(TOUCHPOINT, ""))]}
    return _desk(request, asks.person, here, given, logged=logged)


@router.post("")
def save(request: Request, asks: Asks, here: Here, given: Filled) -> Response:
    """Log what was typed, and begin the next; or look up what applies, where a browser has no JavaScript."""
    if "look" in given:
        return _desk(request, asks.person, here, given)
    site, now = site_of(request), site_of(request).ledger.now()
    try:
        orders = call.orders(given, here, asks.person, now, _promises(in_force(site.views, here)))
        written = site.write_together(orders)[0].key
    except (Malformed, Refused) as first:
        models = (LogRequest, EscalateRequest) if call.one(given, "answer") == call.ESCALATE else (AnswerRequest,)
        wrong = all_wrong(first, given, models, asks.actor, site.ledger.charter(here).standing, now)
        return _desk(request, asks.person, here, given, wrong)
    response = then(with_query(request, "/desk", logged=written))
    response.set_cookie(
        TOUCHPOINT,
        quote(call.one(given, TOUCHPOINT)),
        max_age=MONTH,
        path="/desk",
        secure=site.settings.secure,
        httponly=True,
        samesite="lax",
    )
    return response


@router.post("/applies")
def applies(request: Request, here: Here, given: Filled) -> Response:
    """What applies to the request that is being typed."""
    return page(request, "rep/applies.html", part=True, **found(site_of(request), here, call.one(given, "request")))


@router.post("/words")
def words(request: Request, here: Here, given: Filled) -> Response:
    """The words for the customer as they follow from what was typed so far."""
    view = in_force(site_of(request).views, here)
    return PlainTextResponse(call.worded(given, _promises(view)), headers={"Cache-Control": "no-store"})


@router.post("/read/{number}")
def acknowledge(request: Request, asks: Asks, here: Here, number: int) -> Response:
    """Say that the latest revision was read."""
    site = site_of(request)
    command = read(AcknowledgeCharter, {}, charter=here, revision=number)
    site.write(command, asks.person)
    said = _("You have read revision {revision}, and it is on record.").format(revision=command.revision)
    return then(with_query(request, "/desk"), said)


def found(site: Site, charter: str, text: str) -> dict[str, Any]:
    """What applies to a text, and the answers most like it."""
    nearest = distinct(precedents(site.views, text, charter, LOOKED_AT)) if text else []
    view = in_force(site.views, charter)
    return {
        "searched": bool(text),
        "applying": applying(text, _promises(view), nearest),
        "precedents": nearest[:SHOWN],
        "in_force": view,
    }


def answering(
    site: Site,
    person: str,
    charter: str,
    given: Typed,
    wrong: Malformed | Refused | None,
    *,
    with_request: bool = False,
) -> dict[str, Any]:
    """What the fields of an answer need to be shown, with all that was typed."""
    given = call.handed_over(given, wrong)
    promises = _promises(in_force(site.views, charter))
    return {
        "form": call.shown(given, wrong, with_request=with_request),
        "keys": call.KEYS,
        "applies": call.APPLIES,
        "needed": call.NEEDED,
        "worded": call.one(given, "worded"),
        "clauses": list(clauses(promises)),
        "leaders": [leader for leader in _leaders(site, charter) if leader != person],
        "over": isinstance(wrong, AboveAuthority),
    }


def _desk(
    request: Request,
    person: str,
    charter: str,
    given: Typed,
    wrong: Malformed | Refused | None = None,
    *,
    logged: str | None = None,
) -> Response:
    site = site_of(request)
    again = isinstance(wrong, KeyReused | AlreadyLogged)
    signed_in = told(wrong) if isinstance(wrong, SignedInAgain) else ""
    earlier = call.one(given, "decision")
    context = answering(site, person, charter, given, None if again or signed_in else wrong, with_request=True)
    context |= found(site, charter, call.one(given, "request"))
    return page(
        request,
        "rep/desk.html",
        status(wrong) if wrong else 200,
        case=fresh_id() if again or not earlier else earlier,
        again=earlier if again else None,
        signed_in=signed_in,
        logged=_logged(site, charter, logged),
        unread=site.ledger.charter(charter).unread_by(person),
        **context,
    )


def _logged(site: Site, charter: str, decision: str | None) -> Any:
    """The decision that was logged last, where it is one of this charter."""
    if decision is None:
        return None
    case = site.ledger.decision(decision)
    return {"id": decision, "reply": case.reply} if case.charter == charter else None


def _leaders(site: Site, charter: str) -> list[str]:
    """People a request can be handed to, of the first few: any other can be typed."""
    members = people(site.views, limit=PEOPLE)
    return [
        member.person
        for member in members
        if any(held.role is Role.LEADER and held.charter in (None, charter) for held in member.roles)
    ]


def _promises(view: CharterView | None) -> tuple[Promise, ...]:
    return view.promises if view else ()
