"""One decision with everything that happened to it, what proves it, and what a reviewer may do about it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import PlainTextResponse

from charter.desk import Outdated
from charter.message import NotFound, Refused
from charter.proof.stored import StoredTree
from charter.publishing import proofs
from charter.publishing.publish import PublishedUnreadable
from projections.decision_trail import Trail, trail
from projections.wording import STAGES, short
from web.asking import Asks
from web.desks.review import sealed
from web.desks.review.acts import ACTS, Act, open_to
from web.desks.review.asked import in_zone, link
from web.desks.review.looking import Decision
from web.desks.review.names import names_of
from web.desks.review.packing import asked_open, pack
from web.desks.seen import HappenedMeanwhile, version_seen
from web.forms import Filled, Form, Malformed, Typed, form, read
from web.pages import page, then, zone_of
from web.problems import status, told
from web.site import site_of
from web.words import _

router = APIRouter(prefix="/review/decisions/{decision}", include_in_schema=False)


class NoSuchAct(NotFound):
    """There is nothing called {name} to do about a decision. Look at its page for what there is."""


@router.get("")
def show(
    request: Request, asks: Asks, decision: Decision, known_at: Annotated[str, Query(max_length=40)] = ""
) -> Response:
    """The trail like a letter file, with what proves it at the end; or as it was known at a time."""
    if not known_at:
        return _shown(request, asks, decision)
    moment = datetime.fromisoformat(in_zone(known_at, zone_of(request, request.state.charter), "known_at"))
    return _shown(request, asks, decision, known_at=moment)


def _shown(
    request: Request,
    asks: Asks,
    decision: str,
    refused: Refused | None = None,
    known_at: datetime | None = None,
    *,
    opened: bool = False,
) -> Response:
    found = trail(site_of(request).views, decision, known_at)
    checkpoint, unreadable = _newest(request)
    context: dict[str, Any] = {
        "trail": found,
        "stages": STAGES,
        "known_at": known_at,
        "acts": {} if known_at else open_to(asks.actor, found),
        "sealed": checkpoint,
        "unreadable": unreadable,
        "refused": told(refused) if refused else "",
        "opened": opened,
        "opens": site_of(request).ledger.vault.master is not None,
    }
    return page(request, "review/trail.html", status(refused) if refused else 200, **context)


def _newest(request: Request) -> tuple[sealed.Sealed | None, str]:
    try:
        return sealed.newest(site_of(request).ledger), ""
    except PublishedUnreadable as wrong:
        return None, told(wrong)


@router.get("/proof")
def proof(request: Request, decision: Decision, entry: Annotated[int | None, Query(ge=1)] = None) -> Response:
    """The tlog-proof of one entry: of the one with the answer, unless another is asked for."""
    ledger = site_of(request).ledger
    history = ledger.stream(f"decision/{decision}")
    chosen = proofs.meant(history, entry)
    made = proofs.prove(ledger, StoredTree(ledger.entries_recorder), proofs.newest(ledger), chosen.position)
    name = f"{short(decision)}-{chosen.version}-{chosen.type}.tlog-proof"
    return PlainTextResponse(str(made), headers={"Content-Disposition": f'attachment; filename="{name}"'})


@router.post("/evidence")
def evidence(request: Request, asks: Asks, decision: Decision, given: Filled) -> Response:
    """The evidence pack of the decision; where there is none to be had, its page says why."""
    try:
        return pack(site_of(request), [decision], short(decision), opened=asked_open(given))
    except Refused as refused:
        return _shown(request, asks, decision, refused, opened="opened" in given)


@router.get("/{act}")
def ask(request: Request, decision: Decision, act: str) -> Response:
    """The form of one thing to do."""
    found = trail(site_of(request).views, decision)
    return _form(request, found, act, _blank(_act(act), found), len(found.steps))


@router.post("/{act}")
def done(request: Request, asks: Asks, decision: Decision, act: str, given: Filled) -> Response:
    """Do it, and show the trail with what was added; refused, the form says why."""
    site, chosen = site_of(request), _act(act)
    try:
        command = read(chosen.command, given, decision=decision)
        site.write(command, asks.person, expect=version_seen(given))
    except (Malformed, Refused) as refused:
        wrong = HappenedMeanwhile() if isinstance(refused, Outdated) else refused
        found = trail(site.views, decision)
        written = form(chosen.command, given, wrong, leave_out=("decision",))
        return _form(request, found, act, written, len(found.steps), status(wrong))
    return then(link(request, f"/review/decisions/{decision}", {}), _(chosen.done))


def _form(request: Request, found: Trail, name: str, written: Form, seen: int, code: int = 200) -> Response:
    return page(
        request,
        "review/act.html",
        code,
        trail=found,
        name=name,
        act=_act(name),
        form=written,
        seen=seen,
        stages=STAGES,
        codes=_codes(request, found) if any(field.name == "cite" for field in written.fields) else (),
    )


def _codes(request: Request, found: Trail) -> tuple[str, ...]:
    """What can be cited, or could be once: promises with their limits."""
    names = names_of(site_of(request), found.asked.charter)
    return tuple(sorted((*names.promises, *names.limits)))


def _blank(act: Act, found: Trail) -> Form:
    """The form with what is known already: the only hold there is."""
    known: Typed = {"hold": [found.holds[0]]} if len(found.holds) == 1 and act is ACTS["release"] else {}
    return form(act.command, known, leave_out=("decision",))


def _act(name: str) -> Act:
    if name not in ACTS:
        raise NoSuchAct(name=name)
    return ACTS[name]
