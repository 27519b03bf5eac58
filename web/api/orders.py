"""How an order comes in: who gives it, within which charters, once, at which version, and when it happened."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Literal

from fastapi import Depends, Header, Query, Request
from pydantic import TypeAdapter, ValidationError

from charter.charters.commands import AcknowledgeCharter, OnCharter, OpenCharter, RecordRevision, SetRetention
from charter.decisions.commands import NewRequest, OnDecision, OnHold, RecordCase
from charter.decisions.refusals import UnknownDecision
from charter.desk import Order
from charter.given import UnknownCharter
from charter.malformed import wrongs
from charter.message import Command, Moment
from web import rights
from web.access.record import refused_access
from web.api.belonging import charter_of
from web.asking import Asker, ReadOnly, asker, soon
from web.forms import Malformed, about
from web.site import site_of
from web.words import _

UNDATED = (RecordCase, RecordRevision)
"""History, of which nobody may know when it happened."""
FOR_ANYBODY = (OpenCharter, AcknowledgeCharter)
"""What is not about a charter that one has to belong to: opening one, and having read what is public."""
FOR_ADMINS = (SetRetention, OnHold)
"""What admins do about every charter, whether they belong to it or not."""

KEY = r"^[\x21-\x7e]{1,200}$"
VERSION = r'^"[0-9]{1,9}"$'
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=KEY,
        description="Made up for this order: sent again with the same key, it is answered as it was, and written once.",
    ),
]
Seen = Annotated[
    str | None,
    Header(
        alias="If-Match",
        pattern=VERSION,
        description='The version you have seen, as its ETag: "7". At another one, nothing is written (412).',
    ),
]
When = Annotated[Moment | None, Query(description="When it happened; now when left out.")]
WhenIfKnown = Annotated[
    Moment | Literal["unknown"] | None,
    Query(description="When it happened; now when left out, and `unknown` where nobody knows."),
]


async def writer(request: Request) -> Asker:
    """Who asks, where what they came with lets them write; raises SignInFirst and ReadOnly."""
    return await soon(request, _writer, request)


def _writer(request: Request) -> Asker:
    asks = asker(request)
    if not asks.may_write:
        refused_access(request, ReadOnly.__name__, asks.person)
        raise ReadOnly
    return asks


Writes = Annotated[Asker, Depends(writer)]


def within(request: Request, by: Asker, command: Command) -> None:
    """Raises UnknownCharter or UnknownDecision for what belongs to charters of others, as if it were not there.

    Whether somebody who belongs to a charter may do it is for the rules alone.
    """
    if isinstance(command, FOR_ANYBODY) or (isinstance(command, FOR_ADMINS) and rights.is_admin(by.actor)):
        return
    ledger = site_of(request).ledger
    refusal: UnknownCharter | UnknownDecision | None = None
    if isinstance(command, OnDecision) and not isinstance(command, NewRequest):
        charter = charter_of(ledger, command.decision)
        if charter is None or not rights.belongs(by.actor, charter):
            refusal = UnknownDecision(decision=command.decision)
    elif isinstance(command, OnCharter | NewRequest) and not rights.belongs(by.actor, command.charter):
        refusal = UnknownCharter(charter=command.charter)
    if refusal is not None:
        refused_access(request, type(refusal).__name__, by.person)
        raise refusal


def expected(seen: str | None) -> int | None:
    """The version in If-Match, where there is one."""
    return int(seen.strip('"')) if seen else None


def order(request: Request, model: type[Command], body: bytes) -> Order:
    """The order in a request; raises SignInFirst, ReadOnly, Malformed, UnknownCharter and UnknownDecision."""
    by = _writer(request)
    key, seen = request.headers.get("idempotency-key"), request.headers.get("if-match")
    wrong = {}
    if key is not None and re.fullmatch(KEY, key) is None:
        wrong["Idempotency-Key"] = _("Idempotency-Key has to be 1 to 200 plain characters, without a space.")
    if seen is not None and re.fullmatch(VERSION, seen) is None:
        wrong["If-Match"] = _('If-Match has to be a version as its ETag gives it, such as "7".')
    wrong |= {name: _("{name} is not known here.").format(name=name) for name in request.query_params if name != "at"}
    if "json" not in request.headers.get("content-type", "json"):
        wrong["body"] = _("The body has to be JSON, and its content type application/json.")
    if wrong:
        raise Malformed(wrong)
    at = _happened(request, undated=issubclass(model, UNDATED))
    command = read(model, body)
    within(request, by, command)
    return Order(command, by.person, at, expected(seen), key)


def _happened(request: Request, *, undated: bool) -> datetime | None:
    at = request.query_params.get("at")
    if at is None:
        return site_of(request).ledger.now()
    if undated and at == "unknown":
        return None
    try:
        return _moment.validate_python(at)
    except ValidationError as error:
        [(_name, wrong)] = wrongs(error)
        raise Malformed({"at": f"at {wrong}"}) from None


_moment: TypeAdapter[datetime] = TypeAdapter(Moment)


def read(model: type[Command], body: bytes | str) -> Command:
    """A command from JSON; raises Malformed with a sentence for each field."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        found = {name or "body": about(name or _("The body"), wrong) for name, wrong in wrongs(error)}
        raise Malformed(found) from None
