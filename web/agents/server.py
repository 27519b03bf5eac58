"""The MCP server (https://modelcontextprotocol.io): an agent's tools, and what it may read.

An agent acts in the name of a registered person of its own, so that every entry says who it was. Whatever a rule
refuses is told as the error of the tool, in the sentence of the refusal.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from functools import wraps
from typing import Annotated, Any, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

from eventsourcing.persistence import PersistenceError
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError, ToolError
from mcp_types import ToolAnnotations
from pydantic import Field, ValidationError

from charter import __version__
from charter.decisions.commands import AnswerRequest, LogRequest
from charter.malformed import sentences
from charter.message import NotFound, Refused
from charter.store.errors import StoreUnavailable
from charter.terms import Answer, Effect, Fit, Ground, Kind
from projections.engine import ViewFailed, Views
from projections.values import plain_value
from web.agents.desk import Desk
from web.documents.charter import markdown

P = ParamSpec("P")
T = TypeVar("T")

INSTRUCTIONS = """\
A customer charter ledger: what a brand promises, within which limits, and every yes or no that was given under it.

1. Before you answer a request, call may_i_say_yes with the customer's words. Read the promises, their limits and how
   such requests were answered before.
2. A yes cites the promise it keeps and names its effect: upheld, bent or broken. A no cites the limit (or promise) it
   stands on and names its ground, and the reason in words. Partly names both. Never cite a code you were not shown.
3. Log what you answered with log_decision. If you may not bend a promise, or are not sure, use hand_over: a person
   decides.
What is written stays for ever. Words of people are sealed; do not put names into other fields than those for them.
"""

Charter = Annotated[str | None, Field(description="The charter's short name; may be left out where there is only one.")]
Request = Annotated[str, Field(description="What the customer asks, in their words.", min_length=1, max_length=20_000)]
Customer = Annotated[str | None, Field(description="Who asks: best a customer number.")]
Touchpoint = Annotated[str | None, Field(description="Where it reached us: phone, chat, desk …")]
Ticket = Annotated[str | None, Field(description="The ticket it came from, for example its address.")]
Key = Annotated[
    str | None,
    Field(description="Any text of your own for this one request: sent again with the same key, it is logged once."),
]
READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
WRITES = ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=False)


def make_server(views: Views, person: str) -> MCPServer[Any]:
    """A server for one agent, who acts as a registered person; raises UnknownPerson."""
    desk = Desk(views, person)
    desk.actor  # noqa: B018  # whoever is not registered is told before anything is served
    with suppress(PersistenceError):  # where nothing can be written, there is still much to ask
        views.ledger.forget_answers()
    server: MCPServer[Any] = MCPServer(
        "charter-ledger", version=__version__, instructions=INSTRUCTIONS, log_level="WARNING"
    )
    _reading(server, desk)
    _writing(server, desk)
    _resources(server, desk)
    return server


def _told(function: Callable[P, T]) -> Callable[P, T]:
    """A tool whose refusals are its error, in their own sentence."""

    @wraps(function)
    def told(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except ValidationError as error:
            raise ToolError(" ".join(sentences(error, {}))) from None
        except (Refused, StoreUnavailable, ViewFailed) as error:
            raise ToolError(str(error)) from None

    return told


def _reading(server: MCPServer[Any], desk: Desk) -> None:
    @server.tool(annotations=READS)
    @_told
    def may_i_say_yes(
        request: Request,
        charter: Charter = None,
        first: Annotated[int, Field(description="How many precedents.", ge=1, le=25)] = 5,
    ) -> dict[str, Any]:
        """What to answer a request by: promises and limits in force with their codes, the most fitting first, and how
        requests like it were answered before, with the ids of those decisions."""
        return desk.may_i_say_yes(request, charter, first)

    @server.tool(annotations=READS)
    @_told
    def show_decision(
        decision: Annotated[str, Field(description="The id of a decision, or the beginning of it.", min_length=4)],
    ) -> dict[str, Any]:
        """Everything that happened to one request, the wording it cited then and now, and where it is proved."""
        return desk.show(decision)

    @server.tool(annotations=READS)
    @_told
    def read_charter(
        charter: Charter = None,
        as_of: Annotated[
            date | None, Field(description="As it was in force at the end of a day; now if left out.")
        ] = None,
    ) -> dict[str, Any]:
        """The charter in force, complete: every promise with its limits, owner, measure and remedy."""
        view = desk.read_charter(charter)
        if as_of is not None:
            view = desk.read_charter(charter, _end(as_of, view.zone))
        plain: dict[str, Any] = plain_value(view)
        return plain


def _writing(server: MCPServer[Any], desk: Desk) -> None:
    @server.tool(annotations=WRITES)
    @_told
    def log_decision(
        request: Request,
        answer: Annotated[Answer, Field(description="yes, no or partly.")],
        cite: Annotated[list[str], Field(description="Codes of the promise or limit it stands on.")],
        charter: Charter = None,
        ground: Annotated[Ground | None, Field(description="Why a no is a no.")] = None,
        effect: Annotated[Effect | None, Field(description="What a yes does to the promise.")] = None,
        reason: Annotated[str | None, Field(description="The reason, in words.")] = None,
        told: Annotated[str | None, Field(description="What the customer was told.")] = None,
        customer: Customer = None,
        touchpoint: Touchpoint = None,
        ticket: Ticket = None,
        kind: Annotated[Kind | None, Field(description="support: part of the offer; service: not predictable.")] = None,
        fit: Annotated[Fit | None, Field(description="How well the customer fits the ideal client.")] = None,
        key: Key = None,
    ) -> dict[str, Any]:
        """Log a request with the answer you gave; it stays for ever. The rules decide whether you may."""
        slug, codes = desk.charter_of(charter), tuple(cite)
        asked = {"request": request, "customer": customer, "touchpoint": touchpoint, "ticket": ticket, "kind": kind}
        reply = {"answer": answer, "ground": ground, "effect": effect, "cite": codes, "reason": reason, "told": told}
        given = {"charter": slug, **asked, "fit": fit, **reply}
        return desk.answer(AnswerRequest(**_given(given)), key)

    @server.tool(annotations=WRITES)
    @_told
    def hand_over(
        request: Request,
        reason: Annotated[str, Field(description="Why you do not answer it yourself.", min_length=1)],
        charter: Charter = None,
        to: Annotated[str | None, Field(description="The person or role it is handed to.")] = None,
        customer: Customer = None,
        touchpoint: Touchpoint = None,
        ticket: Ticket = None,
        key: Key = None,
    ) -> dict[str, Any]:
        """Log a request without an answer, and hand it to somebody with more authority."""
        slug = desk.charter_of(charter)
        asked = {"request": request, "customer": customer, "touchpoint": touchpoint, "ticket": ticket}
        return desk.hand_over(LogRequest(**_given({"charter": slug, **asked})), reason, to, key)


def _resources(server: MCPServer[Any], desk: Desk) -> None:
    def read(charter: str) -> str:
        try:
            return "\n".join(markdown(desk.read_charter(charter)))
        except NotFound as error:
            raise ResourceNotFoundError(str(error)) from None
        except (Refused, StoreUnavailable, ViewFailed) as error:
            raise ResourceError(str(error)) from None

    for slug in desk.charters():
        about = {"name": slug, "description": f"The charter {slug} in force, to read.", "mime_type": "text/markdown"}
        server.resource(f"charter://{slug}", **about)(_bound(read, slug))  # type: ignore[arg-type]  # its options by name
    server.resource(
        "charter://{charter}", name="charter", description="A charter in force.", mime_type="text/markdown"
    )(read)


def _bound(read: Callable[[str], str], slug: str) -> Callable[[], str]:
    def this() -> str:
        return read(slug)

    return this


def _given(values: dict[str, Any]) -> dict[str, Any]:
    """Only what was given: the same call again has to be the same order."""
    return {name: value for name, value in values.items() if value is not None}


def _end(day: date, zone: str) -> datetime:
    """The last moment of a day where the charter lives."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)) - timedelta(microseconds=1)
