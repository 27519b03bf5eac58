"""How a long list is read: a page at a time, newest first, from a place that stays valid while the list grows."""

from __future__ import annotations

from charter.leaf import instant
from charter.message import Refused


class NotAPage(Refused):
    """{cursor} is not a place in this list. Begin again with the first page."""


def cursor(at: str, *rest: object) -> str:
    """Where a page ends: its last line's time, and what tells it from others of that time."""
    return "_".join((at, *map(str, rest)))


def parts(cursor: str, number: int) -> list[str]:
    """The parts of a cursor: a time (empty for lines without one, which come last) and what follows it."""
    found = cursor.split("_", number - 1)
    try:
        if found[0]:
            instant(found[0])
    except ValueError:
        found = []
    if len(found) != number:
        raise NotAPage(cursor=cursor[:60])
    return found
