"""What waits for an answer, in the order in which it should be taken: the urgent first, then the oldest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from charter.decisions.state import Stage
from charter.terms import Level
from projections.decision_register import Line, line
from projections.engine import Views
from projections.register_rows import DECISION, DECISION_REGISTER
from projections.waiting_rows import WAITING

STAGES = (Stage.ESCALATED, Stage.OPEN, Stage.ASKED)
"""The stages of a request that has no answer."""
_BATCH = 500
_c = WAITING.c


class Waiting(NamedTuple):
    """A request without an answer, with what triage and a handing over said of it."""

    line: Line
    urgency: Level | None = None
    risk: Level | None = None
    department: str | None = None
    handed_to: str | None = None


class Page(NamedTuple):
    """Some requests, the next to be taken first, and where the next page begins (None: these are the last)."""

    waiting: tuple[Waiting, ...]
    next: str | None


class Total(NamedTuple):
    """How many requests wait, and how many of them were handed to one person by name."""

    waiting: int
    handed: int


def page(
    views: Views, charter: str, stages: Sequence[Stage] = STAGES, after: str | None = None, limit: int = 50
) -> Page:
    """At most `limit` requests of a charter that have no answer; `after` is the `next` of the page before.

    It begins again with the first where that request does not wait any more.
    """
    asked = select(WAITING, *(column for column in DECISION.c if column.name not in _c))
    with views.reading(DECISION_REGISTER) as connection:
        where = [*_asked(charter, stages), *_beyond(connection, after)]
        both = asked.select_from(WAITING.join(DECISION, DECISION.c.id == _c.id)).where(*where)
        rows = connection.execute(both.order_by(_c.turn, _c.since, _c.id).limit(limit + 1)).all()
    shown = rows[:limit]
    found = (Waiting(line(row), _level(row.urgency), _level(row.risk), row.department, row.handed_to) for row in shown)
    return Page(tuple(found), shown[-1].id if len(rows) > limit else None)


def waiting(views: Views, charter: str, stages: Sequence[Stage] = STAGES) -> Iterator[Waiting]:
    """All of them, read a batch at a time."""
    place: str | None = None
    while True:
        found = page(views, charter, stages, place, _BATCH)
        yield from found.waiting
        place = found.next
        if place is None:
            return


def total(views: Views, charter: str, stages: Sequence[Stage] = STAGES, person: str = "") -> Total:
    """How many there are, and how many of them were handed to a person, whose name may be written in any case."""
    handed = func.count().filter(func.lower(_c.handed_to) == person)
    with views.reading(DECISION_REGISTER) as connection:
        return Total(*connection.execute(select(func.count(), handed).where(*_asked(charter, stages))).one())


def _asked(charter: str, stages: Sequence[Stage]) -> tuple[ColumnElement[bool], ...]:
    return (_c.charter == charter, _c.stage.in_(stages))


def _beyond(connection: Connection, after: str | None) -> list[ColumnElement[bool]]:
    """What follows a request in the order of turns."""
    place = connection.execute(select(_c.turn, _c.since, _c.id).where(_c.id == after)).one_or_none()
    if place is None:
        return []
    younger = or_(_c.since > place.since, and_(_c.since == place.since, _c.id > place.id))
    return [or_(_c.turn > place.turn, and_(_c.turn == place.turn, younger))]


def _level(text: str | None) -> Level | None:
    return None if text is None else Level(text)
