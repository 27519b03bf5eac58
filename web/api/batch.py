"""Many commands in one go: a line each, answered a line each in the same order; a refused one harms no other."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import to_json
from starlette.concurrency import run_in_threadpool

from charter.decisions.commands import NewRequest, OnDecision
from charter.desk import Order, Written
from charter.malformed import wrongs
from charter.message import Command, Moment, Refused
from web.api.asking import At
from web.api.belonging import charter_of
from web.api.commands import commands, done, place
from web.api.description import NDJSON, may_answer
from web.api.orders import KEY, UNDATED, Writes, read, within
from web.asking import Asker
from web.forms import Malformed, about
from web.problems import problem
from web.site import Site
from web.words import _
from web.writer import Outcome

router = APIRouter(prefix="/commands", tags=["Commands"])

AT_ONCE = 500
"""Orders that share a commit; each such part is answered when it is durable."""
MOST = 10_000
"""Lines that are taken in one go."""

MODELS: Mapping[str, type[Command]] = dict(commands())


class Line(BaseModel):
    """One order: the command's name, its fields beside it or in `body`, and how it is to be written."""

    model_config = ConfigDict(extra="allow", hide_input_in_errors=True)

    command: str
    key: Annotated[str, Field(pattern=KEY)] | None = None
    expect: Annotated[int, Field(ge=0)] | None = None
    at: Moment | str | None = None
    body: dict[str, Any] | None = None


_read = TypeAdapter(Line)


@router.post(
    "",
    summary="Many commands, a line each",
    response_class=StreamingResponse,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                NDJSON: {
                    "schema": {"type": "string"},
                    "example": '{"command":"log-request","charter":"larkwing","request":"May I bring my dog?"}\n'
                    '{"command":"triage-request","key":"4711","body":{"decision":"…","urgency":"high","risk":"low",'
                    '"department":"Airport desk"}}\n',
                }
            },
        }
    },
    responses=may_answer(
        400,
        413,
        begun={
            200: {
                "description": "A line for each order, in their order: its number, its status, and what was written or "
                "what is wrong.",
                "content": {
                    NDJSON: {
                        "schema": {"type": "string"},
                        "example": '{"line":1,"status":201,"stream":"decision/5f…","id":"5f…","version":1,'
                        '"positions":[1290],"types":["request.logged"]}\n',
                    }
                },
            }
        },
    ),
    operation_id="many-commands",
)
async def many(request: Request, site: At, by: Writes) -> StreamingResponse:
    """Give many orders in one go, as NDJSON: each line a command with its fields, or with its fields in `body`.

    `key`, `expect` and `at` are what Idempotency-Key, If-Match and `at` are elsewhere. Orders share durable commits,
    and what one writes, the next one sees. At most 10,000 lines.
    """
    lines = [line for line in (await request.body()).split(b"\n") if line.strip()]
    if len(lines) > MOST:
        raise Malformed({"body": _("The body has more than {most:,} lines. Send them in parts.").format(most=MOST)})
    return StreamingResponse(_answers(request, site, by, lines), media_type=NDJSON)


async def _answers(request: Request, site: Site, by: Asker, lines: Sequence[bytes]) -> AsyncIterator[bytes]:
    """The answers, a part at a time: its orders are written together."""
    begun: dict[str, NewRequest] = {}
    for start in range(0, len(lines), AT_ONCE):
        part = lines[start : start + AT_ONCE]
        read = await run_in_threadpool(_orders, request, site, by, part, begun)
        orders = [found for found in read if isinstance(found, Order)]
        outcomes = iter(await _written(site, orders))
        told = (
            _told(request, number, found, next(outcomes) if isinstance(found, Order) else found)
            for number, found in enumerate(read, start + 1)
        )
        yield b"".join(told)


async def _written(site: Site, orders: Sequence[Order]) -> Sequence[Outcome]:
    """What comes of the orders; where the writer takes none, that is what comes of each."""
    try:
        return await site.writer.many(orders) if orders else ()
    except Refused as refusal:
        return [refusal] * len(orders)


def _orders(
    request: Request, site: Site, by: Asker, lines: Sequence[bytes], begun: dict[str, NewRequest]
) -> list[Order | Refused | Malformed]:
    return [_order(request, site, by, line, begun) for line in lines]


def _order(
    request: Request, site: Site, by: Asker, line: bytes, begun: dict[str, NewRequest]
) -> Order | Refused | Malformed:
    """The order in a line, or what is wrong with it; `begun` are the requests of the lines before it."""
    try:
        given = _line(line)
        command = _command(given)
        at = _happened(site, type(command), given)
        within(request, by, _earlier(site, command, begun) or command)
        if isinstance(command, NewRequest):
            begun[command.decision] = command
    except (Malformed, Refused) as wrong:
        return wrong
    return Order(command, by.person, at, given.expect, given.key)


def _earlier(site: Site, command: Command, begun: Mapping[str, NewRequest]) -> NewRequest | None:
    """The request of an earlier line that a command is about; a decision the ledger has says itself whose it is."""
    if isinstance(command, NewRequest) or not isinstance(command, OnDecision):
        return None
    earlier = begun.get(command.decision)
    return earlier if earlier is not None and charter_of(site.ledger, command.decision) is None else None


def _line(line: bytes) -> Line:
    try:
        return _read.validate_json(line)
    except ValidationError as error:
        found = {name or "line": about(name or _("The line"), wrong) for name, wrong in wrongs(error)}
        raise Malformed(found) from None


def _happened(site: Site, model: type[Command], given: Line) -> datetime | None:
    """When it happened: now, unless a time was given; None where it is said that nobody knows, of history."""
    if given.at == "unknown" and issubclass(model, UNDATED):
        return None
    if isinstance(given.at, str):
        raise Malformed({"at": _("at is not a time such as 2026-11-22T07:15:00Z.")})
    return given.at or site.ledger.now()


def _command(given: Line) -> Command:
    model = MODELS.get(given.command)
    if model is None:
        raise Malformed({"command": _("There is no command {name} here.").format(name=given.command[:60])})
    return read(model, to_json(given.model_extra if given.body is None else given.body, inf_nan_mode="constants"))


def _told(request: Request, number: int, order: object, outcome: Outcome | Malformed) -> bytes:
    if isinstance(outcome, Written):
        assert isinstance(order, Order)
        fields: dict[str, Any] = {"line": number, "status": 201 if outcome.events else 200}
        written = done(outcome)
        fields |= {name: getattr(written, name) for name in written.__slots__}
        where = place(order.command, outcome)
        return to_json(fields | ({"location": where} if where else {})) + b"\n"
    told = problem(outcome, request.url.path)
    return to_json({"line": number, "status": told["status"], "problem": told}) + b"\n"
