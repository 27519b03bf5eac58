"""Which words of an event speak of a person: those that its model marks as personal, wherever in it they stand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, NamedTuple, TypeAlias, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from charter.message import Message, Personal

Mask: TypeAlias = "Personal | dict[str, Mask] | list[Mask]"
"""Where personal text stands in a JSON value: here; in fields of an object; or in each item of a list."""


class Marked(NamedTuple):
    """What is personal in one type of event or command."""

    top: set[str]
    """Fields of the event itself that hold personal text."""
    in_order: tuple[str, ...]
    """The same, as they stand in the event."""
    customer: str | None
    """The one of them that says who the customer is."""
    nested: dict[str, Mask]
    """Fields that hold personal text further inside."""


class Value(NamedTuple):
    """One personal text inside an event: where, what it says, and whether it names a person whose own it is."""

    path: str
    text: str
    names: Literal["customer", "person"] | None


@cache
def marked(message: type[Message]) -> Marked:
    """What is personal in an event or a command of this type."""
    masks = _of_model(message)
    top = {name for name, mask in masks.items() if isinstance(mask, Personal)}
    customer = [name for name in top if getattr(masks[name], "names", None) == "customer"]
    assert len(customer) <= 1, message
    nested: dict[str, Mask] = {name: mask for name, mask in masks.items() if not isinstance(mask, Personal)}
    in_order = tuple(name for name in message.model_fields if name in top)
    return Marked(top, in_order, customer[0] if customer else None, nested)


def _of_model(model: type[BaseModel]) -> dict[str, Mask]:
    found = {name: _mask(hint) for name, hint in get_type_hints(model, include_extras=True).items()}
    return {name: mask for name, mask in found.items() if mask is not None and name in model.model_fields}


def _mask(hint: Any) -> Mask | None:
    if get_origin(hint) is Annotated:
        inner, *notes = get_args(hint)
        return next((note for note in notes if isinstance(note, Personal)), None) or _mask(inner)
    if get_origin(hint) in (Union, UnionType):
        return next((mask for mask in map(_mask, get_args(hint)) if mask is not None), None)
    if get_origin(hint) is tuple:
        item = _mask(get_args(hint)[0])
        return None if item is None else [item]
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return _of_model(hint) or None
    return None


def taken_out(event_json: bytes, masks: dict[str, Mask]) -> tuple[bytes, list[Value]]:
    """An event's JSON without the personal text that stands further inside, and that text.

    A field is left out; an item of a list becomes an empty text, so that the others keep their places.
    """
    event = json.loads(event_json)
    values = list(_take(event, masks, ""))
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode(), values


def _take(holder: Any, masks: Mask, path: str) -> Iterator[Value]:
    if isinstance(masks, dict):
        steps: list[tuple[Any, Mask]] = [(name, mask) for name, mask in masks.items() if name in holder]
    else:
        assert isinstance(masks, list)
        steps = [(at, masks[0]) for at in range(len(holder))]
    for step, mask in steps:
        value = holder[step]
        if not isinstance(mask, Personal):
            yield from _take(value, mask, f"{path}{step}/")
        elif value is not None:
            yield Value(f"{path}{step}", value, mask.names)
            if isinstance(holder, list):
                holder[step] = ""
            else:
                del holder[step]


def put_back(event_json: bytes, values: dict[str, str]) -> bytes:
    """The event's JSON with text put back where it was taken from; ValueError where there is no such place."""
    event = json.loads(event_json)
    for path, text in values.items():
        holder = event
        *steps, last = path.split("/")
        for step in steps:
            holder = holder[int(step)] if isinstance(holder, list) else holder[step]
        if isinstance(holder, list):
            holder[int(last)] = text
        else:
            holder[last] = text
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
