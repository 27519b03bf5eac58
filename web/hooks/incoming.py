"""Takes in tickets from helpdesks: each is logged as a request with a link to it, once, however often it is sent."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from charter.decisions.commands import LogRequest
from charter.decisions.refusals import AlreadyLogged
from charter.desk import Order
from charter.given import EARLIEST
from charter.message import NotFound
from web.access.record import refused_access
from web.hooks.sources import HELPDESKS, Kind, Source, Sources, decision_of
from web.hooks.tickets import NoTicket, Ticket
from web.site import Site, site_of
from web.words import _

LONGEST = 1 << 20
"""Bytes of a body."""

router = APIRouter(tags=["helpdesks"])


class NoHelpdesk(NotFound):
    """There is no helpdesk at this address, or its secret is not known yet. Check the address in its settings."""


class Answer(BaseModel):
    """What became of a ticket: the id of its request, or none where nothing was to be logged."""

    model_config = ConfigDict(extra="forbid")

    decision: str | None = Field(description="The id of the request; none for what is no new ticket.")
    new: bool = Field(description="Whether it was logged now; a ticket that is known is left as it is.")


PROBLEM: dict[str, Any] = {"content": {"application/problem+json": {}}}
RESPONSES: dict[int | str, dict[str, Any]] = {
    401: PROBLEM | {"description": "Not signed with the secret, or too long ago."},
    403: PROBLEM | {"description": "The person it is logged for may not log requests under the charter."},
    404: PROBLEM | {"description": "No such helpdesk."},
    409: PROBLEM | {"description": "A rule refuses it."},
    413: PROBLEM | {"description": "Too large."},
    422: PROBLEM | {"description": "Signed, but not what this helpdesk sends about a ticket."},
    503: PROBLEM | {"description": "Nothing was written; send it again."},
}


@router.post("/hooks/in/{kind}/{id}", responses=RESPONSES)
async def take_in(request: Request, kind: str, id: str) -> Answer:  # noqa: A002  # it stands so in the address
    """Log a helpdesk's new ticket as a request. What is sent has to be signed as that helpdesk does."""
    site = site_of(request)
    body = await _body(request)
    source, ticket = await run_in_threadpool(_told, request, site, kind, id, body)
    if ticket is None:
        return Answer(decision=None, new=False)
    decision = decision_of(source.id, ticket.id)
    now = site.ledger.now()
    command = LogRequest(
        decision=decision,
        charter=source.charter,
        request=ticket.request,
        customer=ticket.customer,
        touchpoint=ticket.touchpoint,
        ticket=ticket.link,
        received_at=_believable(ticket.received_at, now),
    )
    try:
        await site.writer.written(Order(command, source.person, now))
    except AlreadyLogged:
        return Answer(decision=decision, new=False)
    return Answer(decision=decision, new=True)


def _told(request: Request, site: Site, kind: str, id_: str, body: bytes) -> tuple[Source, Ticket | None]:
    """The helpdesk that sent it, and the ticket it tells of."""
    sources = Sources.of(site)
    found = sources.find(Kind(kind), id_) if kind in set(Kind) and id_.isascii() and id_.isalnum() else None
    if found is None:
        raise NoHelpdesk
    source, secret = found
    helpdesk = HELPDESKS[source.kind]
    if not helpdesk.signed(request.headers, body, secret, site.ledger.now()):
        refused_access(request, "NotSigned", None)
        said = _("This is not signed with the secret of this helpdesk, or it was long ago. Check the secret there.")
        raise HTTPException(401, said)
    sources.heard(source)
    try:
        said = json.loads(body)
        return source, helpdesk.read(said if isinstance(said, dict) else {}, source.site)
    except NoTicket as error:
        why = _("This is not what the helpdesk sends about a ticket: {why}. See docs/helpdesks.md.")
        raise HTTPException(422, why.format(why=error)) from None
    except (ValueError, RecursionError):
        raise HTTPException(422, _("This is not JSON. See docs/helpdesks.md.")) from None


async def _body(request: Request) -> bytes:
    """All of the body, unless it is too long."""
    parts, size = [], 0
    async for part in request.stream():
        parts.append(part)
        size += len(part)
        if size > LONGEST:
            raise HTTPException(413, _("This is longer than a ticket may be: 1 MiB at most."))
    return b"".join(parts)


def _believable(at: datetime | None, now: datetime) -> datetime | None:
    """When the customer asked, unless a clock there is wrong."""
    return at if at is not None and at.date() >= EARLIEST and at <= now else None
