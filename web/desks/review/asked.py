"""What a list was asked for in its address, and how the whole of it is taken away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any, TypeVar

from fastapi import Request, Response
from pydantic import BaseModel

from web.download import download
from web.exports.rows import Form, written
from web.forms import Malformed, Typed, form, read
from web.pages import with_query, zone_of
from web.words import _

M = TypeVar("M", bound=BaseModel)


def typed(request: Request, model: type[BaseModel]) -> dict[str, list[str]]:
    """What the address gives of a filter's fields; which charter is meant is known already."""
    query = request.query_params
    names = (name for name in model.model_fields if name != "charter")
    return {name: [query[name].strip()] for name in names if query.get(name, "").strip()}


def asked(request: Request, model: type[M], given: Typed, **fixed: Any) -> M:
    """A filter from what was typed; a moment without a zone is one of the reader's. Raises Malformed."""
    zone = zone_of(request, getattr(request.state, "charter", None))
    moments = [field.name for field in form(model).fields if field.kind == "moment" and field.name in given]
    return read(model, {**given, **{name: [in_zone(given[name][-1], zone, name)] for name in moments}}, **fixed)


def in_zone(text: str, zone: tzinfo, name: str) -> str:
    """A moment with its zone: the one that was typed, else the reader's. Raises Malformed for the field `name`."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone)
        for shown in (UTC, zone):  # a day at either end of the calendar may have none there
            moment.astimezone(shown)
        return moment.isoformat()
    except (ValueError, OverflowError):
        raise Malformed({name: _("This is not a time. Write it as 2026-03-01T12:00.")}) from None


def link(request: Request, address: str, given: Mapping[str, object], **more: object) -> str:
    """An address with a filter and what else it says."""
    return with_query(request, address, **(dict(given) | more))


def filled(given: Typed, *leave_out: str) -> dict[str, str]:
    """A filter as the parts of an address."""
    return {name: values[-1] for name, values in given.items() if values and name not in leave_out}


def narrowed(given: Typed) -> bool:
    """Whether anything at all is asked for."""
    return bool(filled(given))


def taken_away(name: str, form: Form, names: Sequence[str], rows: Iterable[Any]) -> Response:
    """All rows as a file called `name`: CSV, or one JSON object a line."""
    return download(name, form, written(form, names, rows, str))


def file_form(text: str | None) -> Form | None:
    """As what a list is asked for, if it is asked for as a file."""
    return "csv" if text == "csv" else "ndjson" if text == "ndjson" else None
