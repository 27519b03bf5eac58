"""Erases a person's words for ever, once somebody who may has confirmed it: asked for, carried out, and recorded."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from charter.desk import Order, Written
from charter.message import Refused
from charter.subjects.commands import RequestErasure
from charter.subjects.events import ErasureCompleted
from charter.subjects.refusals import AlreadyErased
from projections.erasure import carry_out
from projections.finding import without_names
from projections.subject_data import subject_data
from web import rights
from web.api.asking import At, said, version
from web.api.commands import Done, done, name_of
from web.api.description import PREFIX, may_answer
from web.api.orders import Key, Seen, Writes, expected
from web.site import Site

router = APIRouter(prefix="/commands", tags=["Commands"])


class NotConfirmed(Refused):
    """Nothing was erased: it can never be undone. Look at what goes, then send it again with confirm={subject}."""


@router.post(
    f"/{name_of(RequestErasure)}",
    status_code=201,
    response_model=Done,
    responses=may_answer(
        400, 404, 409, 412, 413, begun={201: {"description": "Erased: the entry says how much, and from which views."}}
    ),
    summary="Erase everything that is sealed for a person, for ever",
    operation_id=name_of(RequestErasure),
)
async def erase(
    request: Request,
    site: At,
    by: Writes,
    command: RequestErasure,
    confirm: Annotated[str, Query(max_length=32, description="The subject's id once more.")] = "",
    key: Key = None,
    seen: Seen = None,
) -> Response:
    """Erase everything that is sealed for a person: the key to it is destroyed, and every view is purged.

    The entries stay, and every proof with them. Nothing that is held is erased, and nothing can be brought back: so
    the id of the subject has to be given a second time, as `confirm`.
    """
    del request
    order = Order(command, by.person, site.ledger.now(), expected(seen), key)
    await run_in_threadpool(_allowed, site, order, rights.is_admin(by.actor), confirm)
    await site.writer.written(order)
    written = await run_in_threadpool(_carried_out, site, command.subject, again=key is not None)
    headers = {"ETag": version(written.version), "Location": f"{PREFIX}/subjects/{command.subject}"}
    return said(done(written), status=201, headers=headers)


def _allowed(site: Site, order: Order, admin: bool, confirm: str) -> None:
    """Raises what the rules refuse, ReasonNamesThem and NotConfirmed; an order that was answered before has a key."""
    command = order.command
    assert isinstance(command, RequestErasure)
    if order.key is None or not admin:
        [allowed] = site.ledger.rehearse_all([order])
        if isinstance(allowed, Refused):
            raise allowed
    without_names(command.reason, subject_data(site.views, command.subject))
    if confirm != command.subject:
        raise NotConfirmed(subject=command.subject)


def _carried_out(site: Site, subject: str, *, again: bool) -> Written:
    """What was erased; where the same order was given before, what was erased then."""
    try:
        return carry_out(site.views, subject)
    except AlreadyErased:
        last = site.ledger.stream(f"subject/{subject}")[-1]
        if not again or not isinstance(last.event, ErasureCompleted):
            raise
        return Written(last.stream, last.version, (last.event,), (last.position,))
