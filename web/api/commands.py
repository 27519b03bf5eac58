"""Every command of the ledger as an address: its body is the command, its answer says what was written, and where."""

# Without postponed annotations: each endpoint is made for its command, whose type it names.
import re
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from dataclasses import dataclass
from inspect import Parameter, Signature, cleandoc
from typing import Annotated, Any, cast

from fastapi import APIRouter, Body, Request, Response
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from charter.catalogue import AGGREGATES
from charter.charters.commands import (
    OnCharter,
    OnRevision,
    ProposeRevision,
    RecordRevision,
)
from charter.decisions.commands import OnDecision
from charter.desk import Written
from charter.keys.commands import AdoptKey
from charter.message import Command
from charter.people.commands import OnPerson
from charter.subjects.commands import CompleteErasure, RequestErasure
from web.api.asking import said, version
from web.api.description import PREFIX, may_answer
from web.api.examples import EXAMPLES
from web.api.orders import UNDATED, Key, Seen, When, WhenIfKnown, order
from web.asking import soon
from web.site import site_of

Endpoint = Callable[[Request], Awaitable[Response]]


class _Plain(APIRoute):
    """An address whose endpoint reads the request itself; its signature only describes it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The endpoint as it is."""
        return cast("Callable[[Request], Coroutine[Any, Any, Response]]", self.endpoint)


router = APIRouter(prefix="/commands", tags=["Commands"], route_class=_Plain)

LEFT_OUT: dict[type[Command], str] = {
    CompleteErasure: "Only the ledger itself says that an erasure is done, once it is.",
    AdoptKey: "A key is made where the ledger is kept, and its secret half never leaves that place.",
}
"""The commands without an address, each with the reason."""
CARRIED_OUT: dict[type[Command], str] = {
    RequestErasure: "It is more than an entry: the server carries it out, and wants it confirmed (`web.api.erasing`).",
}
"""The commands with an address of their own making."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a command led to: the entries' positions and types, in which stream, and the version it is at now."""

    stream: str
    id: str
    version: int
    positions: tuple[int, ...]
    types: tuple[str, ...]


def commands() -> Iterator[tuple[str, type[Command]]]:
    """Every command that has an address like the others, by its name there: AnswerRequest is answer-request."""
    for aggregate in AGGREGATES:
        for command in aggregate.commands:
            if command not in LEFT_OUT and command not in CARRIED_OUT:
                yield name_of(command), command


def name_of(command: type[Command]) -> str:
    """The name of a command in an address."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", command.__name__).lower()


def done(written: Written) -> Done:
    """What was written, as it is answered."""
    types = tuple(event.name for event in written.events)
    return Done(written.stream, written.key, written.version, tuple(written.positions), types)


def place(command: Command, written: Written) -> str | None:
    """Where what was written can be read."""
    match command:
        case OnRevision() | ProposeRevision() | RecordRevision():
            numbers = [getattr(event, "revision", None) for event in written.events]
            number = next((number for number in numbers if number), getattr(command, "revision", None))
            return f"{PREFIX}/charters/{written.key}/revisions/{number}" if number else None
        case OnCharter():
            return f"{PREFIX}/charters/{written.key}/draft"
        case OnDecision():
            return f"{PREFIX}/decisions/{written.key}"
        case OnPerson():
            return f"{PREFIX}/people/{written.key}"
        case _:
            return None


def answered(command: Command, written: Written) -> Response:
    """201 with what was written, or 200 where all was there already."""
    headers = {"ETag": version(written.version)}
    where = place(command, written)
    if where is not None:
        headers["Location"] = where
    return said(done(written), status=201 if written.events else 200, headers=headers)


def _endpoint(model: type[Command]) -> Endpoint:
    """Gives a command: reads it from the request itself, since many come at once (see `_Plain`)."""

    async def endpoint(request: Request) -> Response:
        ordered = await soon(request, order, request, model, await request.body())
        written = await site_of(request).writer.written(ordered)
        return answered(ordered.command, written)

    when = WhenIfKnown if issubclass(model, UNDATED) else When
    body = Annotated[model, Body(openapi_examples={"": {"value": EXAMPLES[model]}})]  # type: ignore[valid-type]
    described: dict[str, Any] = {"command": body, "key": Key, "seen": Seen, "at": when}
    endpoint.__signature__ = Signature(  # type: ignore[attr-defined]  # what FastAPI reads to describe it
        [
            Parameter(name, Parameter.KEYWORD_ONLY, annotation=kind, default=Parameter.empty if kind is body else None)
            for name, kind in described.items()
        ]
    )
    return endpoint


def _documented() -> dict[int | str, dict[str, Any]]:
    headers = {
        name: {"description": told, "schema": {"type": "string"}}
        for name, told in (("ETag", "The version it is at now."), ("Location", "Where it can be read."))
    }
    there = {"description": "All of it was there already; nothing was written.", "model": Done, "headers": headers}
    written = {"description": "Written, and durable.", "headers": headers}
    return may_answer(400, 404, 409, 412, 413, begun={200: there, 201: written})


_endpoints: dict[str, Endpoint] = {}
for _name, _command in commands():
    _endpoints[f"{PREFIX}/commands/{_name}"] = _endpoint(_command)
    router.add_api_route(
        f"/{_name}",
        _endpoints[f"{PREFIX}/commands/{_name}"],
        methods=["POST"],
        status_code=201,
        response_model=Done,
        responses=_documented(),
        summary=cleandoc(_command.__doc__ or "").partition("\n")[0].rstrip("."),
        description=cleandoc(_command.__doc__ or ""),
        operation_id=_name,
    )


class Straight(BaseRoute):
    """Leads straight to a command, whose address is known as a whole; to try one route after the other takes longer."""

    path = f"{PREFIX}/commands/{{name}}"

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether it is a command that is given; any other method is left to the routes."""
        given = scope["type"] == "http" and scope["method"] == "POST" and scope["path"] in _endpoints
        return (Match.FULL, {"route": self}) if given else (Match.NONE, {})

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer it."""
        response = await _endpoints[scope["path"]](Request(scope, receive, send))
        await response(scope, receive, send)
