"""How a value is written for a program: sets in order, times in UTC, in the names of the product."""

from __future__ import annotations

from typing import Any


def plain_value(value: Any) -> Any:
    """A value made of what JSON knows: sets in order, times in ISO 8601 with Z."""
    from pydantic_core import to_jsonable_python

    if isinstance(value, frozenset | set):
        value = sorted(value)
    return to_jsonable_python(value, by_alias=True)
