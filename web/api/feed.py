"""The entries as CloudEvents, in their order and as they come: asked for in batches, or sent as a stream."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from time import monotonic
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from charter.catalogue import EVENTS
from charter.leaf import Row
from charter.proof.identity import origin
from projections.audit_log import of_types
from web.api.asking import At
from web.api.belonging import readable
from web.api.description import CLOUDEVENTS, EVENT_STREAM, may_answer
from web.api.news import news_of
from web.asking import Asker, Asks, known
from web.exports.cloudevents import of_entry
from web.exports.rows import in_the_open
from web.forms import Malformed
from web.site import Site
from web.words import _

router = APIRouter(prefix="/events", tags=["Feed"])

LONGEST = 30
"""Seconds that somebody may wait for the next entry."""
HEARTBEAT = 15
"""Seconds between two signs of life of a stream in which nothing happens."""
LOOK_AT = 2_000
"""Entries that are looked through at once for those that somebody may read."""

After = Annotated[int, Query(ge=0, le=2**53, description="Only entries after this position; 0 is the beginning.")]


def _types(
    types: Annotated[
        str | None, Query(max_length=2_000, description="Only these kinds of entries, with commas between them.")
    ] = None,
) -> tuple[str, ...]:
    named = tuple(part.strip() for part in (types or "").split(",") if part.strip())
    unknown = next((name for name in named if name not in EVENTS), None)
    if unknown is not None:
        raise Malformed(
            {"types": _("{name} is no kind of entry. See /api/v1/entries/kinds.").format(name=unknown[:60])}
        )
    return named


Types = Annotated[tuple[str, ...], Depends(_types)]


class Batch(NamedTuple):
    """Events, and the position up to which the ledger was looked through for them."""

    events: list[tuple[int, bytes]]
    until: int


@router.get(
    "",
    response_class=Response,
    responses=may_answer(
        begun={
            200: {
                "description": "Events in their order; none when none came in time. The `Link` header leads on.",
                "headers": {"Link": {"description": "Where to go on.", "schema": {"type": "string"}}},
                "content": {
                    CLOUDEVENTS: {
                        "schema": {
                            "type": "array",
                            "items": {
                                "type": "object",
                                "required": ["specversion", "id", "source", "type", "data"],
                            },
                        }
                    }
                },
            }
        }
    ),
    summary="Entries as CloudEvents, in batches",
)
async def batches(
    request: Request,
    site: At,
    asks: Asks,
    types: Types,
    after: After = 0,
    first: Annotated[int, Query(ge=1, le=1_000, description="At most so many.")] = 100,
    wait: Annotated[float, Query(ge=0, le=LONGEST, description="Seconds to wait, where there is none yet.")] = 0,
) -> Response:
    """The entries after a position, as CloudEvents 1.0; where there is none yet, wait for it.

    You get what you may read: entries about your charters and their decisions. The words of people in them are in the
    open for leaders and reviewers, and sealed for reps.
    """
    news, until = news_of(site.ledger), monotonic() + wait
    found = await run_in_threadpool(_batch, site, asks, after, types, first)
    while not found.events and not news.ended and (left := until - monotonic()) > 0:
        await news.after(found.until, left)
        found = await run_in_threadpool(_batch, site, asks, found.until, types, first)
    further = request.url.include_query_params(after=found.until)
    body = b"[" + b",".join(event for _position, event in found.events) + b"]"
    headers = {"Link": f'<{further.path}?{further.query}>; rel="next"'}
    return Response(body, headers=headers, media_type=CLOUDEVENTS)


@router.get(
    "/stream",
    response_class=StreamingResponse,
    responses=may_answer(
        begun={
            200: {
                "description": "Server-sent events: `id` is the position, `event` the type, `data` a CloudEvent.",
                "content": {EVENT_STREAM: {"schema": {"type": "string"}}},
            }
        }
    ),
    summary="Entries as CloudEvents, as a stream",
)
async def stream(
    request: Request,
    site: At,
    asks: Asks,
    types: Types,
    after: After = 0,
    last: Annotated[
        str | None, Header(alias="Last-Event-ID", description="The position of the last one you have; it goes first.")
    ] = None,
) -> StreamingResponse:
    """The entries after a position and every one to come, as server-sent events, for as long as you listen.

    Whoever was cut off goes on where they were, with the header Last-Event-ID, as browsers do by themselves.
    """
    if last is not None and re.fullmatch(r"[0-9]{1,15}", last) is None:
        raise Malformed({"Last-Event-ID": _("Last-Event-ID is not a position, such as 1284.")})
    begin = int(last) if last is not None else after
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_sent(request, site, asks, begin, types), headers=headers, media_type=EVENT_STREAM)


async def _sent(request: Request, site: Site, asks: Asker, after: int, types: tuple[str, ...]) -> AsyncIterator[bytes]:
    news = news_of(site.ledger)
    yield b"retry: 2000\n\n"
    looked = monotonic()
    while not news.ended and not await request.is_disconnected():
        if monotonic() - looked >= HEARTBEAT:
            looked = monotonic()
            if await run_in_threadpool(_gone, request):
                return
        found = await run_in_threadpool(_batch, site, asks, after, types, LOOK_AT)
        if found.events:
            yield b"".join(b"id: %d\ndata: %s\n\n" % event for event in found.events)
        elif found.until == after and not await news.after(after, HEARTBEAT) and not news.ended:
            yield b": still here\n\n"
        after = found.until


def _gone(request: Request) -> bool:
    """Whether the token or the session has ended since; looked up anew."""
    del request.state.asker
    return known(request) is None


def _batch(site: Site, asks: Asker, after: int, types: tuple[str, ...], limit: int) -> Batch:
    """The next events that somebody may read, at most so many, of the next entries there are."""
    recorder = site.ledger.entries_recorder
    actor = site.ledger.person(asks.person).actor or asks.actor
    size, event = recorder.size(), of_entry(origin(site.ledger.engine))
    found: list[Row] = []
    while after < size and len(found) < limit:
        rows = of_types(site.views, types, after, size, LOOK_AT) if types else recorder.rows(after, LOOK_AT, size)
        mine = readable(site.ledger, actor, rows)[: limit - len(found)]
        opened = [each.row for each in mine if each.opened]
        in_open = {row[0]: row for row in in_the_open(site.ledger, opened)}
        found += [in_open.get(each.row[0], each.row) for each in mine]
        after = found[-1][0] if len(found) == limit else rows[-1][0] if len(rows) == LOOK_AT else size
    return Batch([(row[0], event(row).rstrip(b"\n")) for row in found], max(after, 0))
