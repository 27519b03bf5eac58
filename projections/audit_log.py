"""The audit log: every entry of the ledger, who wrote it, when it happened, when it was recorded and what it says.

Kept is only what entries are looked for by; an entry itself is read from the ledger when it is shown, and its sentence
is made then. So no word of it is here a second time, and a better sentence needs no rebuild.
"""

from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Index,
    MetaData,
    Table,
    asc,
    desc,
    select,
    union_all,
)

from charter.catalogue import AGGREGATES, EVENTS, entries
from charter.leaf import Row as StoredRow
from charter.ledger import Ledger
from charter.message import Entry, Moment
from charter.store.tables import entries as stored
from projections.engine import Projection, Rows, Views
from projections.line import Line
from projections.recorded import recorded_before
from projections.stored import Text

BEYOND = 2**62
"""After every position there can be."""

LAST = "\U0010ffff"
"""After every character there can be in a stream's name."""

AT_ONCE = 500
"""Entries of named streams that are looked at with one question."""

metadata = MetaData()

LOG = Table(
    "audit_log",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("type", Text, nullable=False),
    Column("by", Text, nullable=False),
    Index("audit_log_type", "type", "position"),
    Index("audit_log_by", "by", "type", "position"),
)


class Filter(BaseModel):
    """Which entries to show; what is left out does not matter. Times are recorded times."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stream: str = Field("", description="The beginning of a stream's name: charter/skyline, decision/3f, person/.")
    by: str | None = Field(None, description="Who wrote it.")
    type: str | None = Field(None, description="What happened, for example decision.reversed.")
    since: Moment | None = Field(None, description="Recorded at this time or later.")
    until: Moment | None = Field(None, description="Recorded before this time.")


EVERYTHING = Filter()


@dataclass(frozen=True, slots=True)
class Page:
    """Entries in the order of their positions; ask `before=older` or `after=newer` for those next to them."""

    lines: tuple[Line, ...]
    older: int | None
    newer: int | None


class AuditLog(Projection):
    """Keeps who wrote which kind of entry."""

    name = "audit_log"
    version = 1
    events = frozenset(EVENTS)
    tables = (LOG,)

    def apply(self, rows: Rows, entry: Entry) -> None:
        """One row for each entry."""
        rows.append(LOG, {"position": entry.position, "type": entry.type, "by": entry.by})


AUDIT_LOG = AuditLog()


def lines(
    views: Views,
    filter: Filter = EVERYTHING,  # noqa: A002 # the word people use
    *,
    after: int | None = None,
    before: int | None = None,
    limit: int = 50,
) -> Page:
    """At most `limit` entries: the first after a position or, without that, the last (before a position, if given)."""
    assert after is None or before is None, "a page lies on one side of a position"
    first, end = _recorded_between(views.ledger, filter)
    with views.reading(AUDIT_LOG) as connection:
        search = _search(connection, views.ledger, filter)
        if after is not None:
            found = search.oldest(max(first, after + 1), end, limit + 1)
            shown, more_older, more_newer = found[:limit], False, len(found) > limit
            if shown:
                more_older = bool(search.newest(first, shown[0], 1))
        else:
            found = search.newest(first, end if before is None else min(end, before), limit + 1)
            shown, more_older, more_newer = found[:limit][::-1], len(found) > limit, False
            if shown and before is not None:
                more_newer = bool(search.oldest(shown[-1] + 1, end, 1))
    return Page(
        lines=tuple(map(Line.of, _entries(views.ledger, shown))),
        older=shown[0] if more_older else None,
        newer=shown[-1] if more_newer else None,
    )


def of_types(views: Views, types: Sequence[str], after: int, until: int, limit: int) -> list[StoredRow]:
    """The first entries of some types with after < position <= until, as they are stored; few are found among many."""
    with views.reading(AUDIT_LOG) as connection:
        walks = [[LOG.c.type == type_] for type_ in types]
        positions = _AlongIndexes(connection, walks).oldest(after + 1, until + 1, limit)
    return _stored(views.ledger, positions)


class _Search(ABC):
    """A way to find the positions that a filter lets through."""

    def oldest(self, first: int, end: int, limit: int) -> list[int]:
        """The first ones from `first` on and before `end`, rising."""
        return self._found(first, end, limit, newest=False)

    def newest(self, first: int, end: int, limit: int) -> list[int]:
        """The last ones from `first` on and before `end`, falling."""
        return self._found(first, end, limit, newest=True)

    @abstractmethod
    def _found(self, first: int, end: int, limit: int, *, newest: bool) -> list[int]: ...


def _search(connection: Connection, ledger: Ledger, filter: Filter) -> _Search:  # noqa: A002
    by = [LOG.c.by == filter.by] if filter.by else []
    kinds = [kind for kind in AGGREGATES if f"{kind.name}/".startswith(filter.stream)]
    if not kinds:
        return _InStreams(
            connection, ledger, filter.stream, [*by, *([LOG.c.type == filter.type] if filter.type else [])]
        )
    types = [event.name for kind in kinds for event in kind.events if filter.type in (None, event.name)]
    if types == list(EVENTS) and not by:
        return _AlongIndexes(connection, [[]])
    return _AlongIndexes(connection, [[LOG.c.type == type_, *by] for type_ in types])


class _AlongIndexes(_Search):
    """Looks at no more entries than are asked for, however many there are.

    An index can be walked in the order of positions only where all that stands before the position in it is given. So a
    filter by person walks once for each type of entry, and the walks are merged.
    """

    def __init__(self, connection: Connection, walks: Sequence[Sequence[ColumnElement[bool]]]) -> None:
        self._connection = connection
        self._walks = [select(LOG.c.position).where(*conditions) for conditions in walks]

    def _found(self, first: int, end: int, limit: int, *, newest: bool) -> list[int]:
        order: Callable[[Any], Any] = desc if newest else asc
        within = (LOG.c.position >= first, LOG.c.position < end)
        walks = [walk.where(*within).order_by(order(LOG.c.position)).limit(limit).subquery() for walk in self._walks]
        if not walks:
            return []
        merged = union_all(*(select(walk.c.position) for walk in walks)).subquery()
        query = select(merged.c.position).order_by(order(merged.c.position)).limit(limit)
        return list(self._connection.scalars(query))


class _InStreams(_Search):
    """Looks at the entries of the streams whose names begin so; the ledger has an index of those itself."""

    def __init__(
        self, connection: Connection, ledger: Ledger, begin: str, conditions: Sequence[ColumnElement[bool]]
    ) -> None:
        self._connection = connection
        self._conditions = conditions
        query = select(stored.c.position).where(stored.c.stream >= begin, stored.c.stream < begin + LAST)
        with ledger.engine.connect() as opened:
            self._positions = sorted(opened.scalars(query))

    def _found(self, first: int, end: int, limit: int, *, newest: bool) -> list[int]:
        positions = self._positions[bisect_left(self._positions, first) : bisect_left(self._positions, end)]
        if newest:
            positions.reverse()
        found: list[int] = []
        for start in range(0, len(positions), AT_ONCE):
            found += self._fitting(positions[start : start + AT_ONCE])
            if len(found) >= limit:
                break
        return found[:limit]

    def _fitting(self, positions: list[int]) -> list[int]:
        if not self._conditions:
            return positions
        query = select(LOG.c.position).where(LOG.c.position.in_(positions), *self._conditions)
        fitting = set(self._connection.scalars(query))
        return [position for position in positions if position in fitting]


def _recorded_between(ledger: Ledger, filter: Filter) -> tuple[int, int]:  # noqa: A002
    """The first position recorded within the filter's time, and the first one after it."""
    first = 1 + recorded_before(ledger, filter.since) if filter.since else 1
    return first, 1 + recorded_before(ledger, filter.until) if filter.until else BEYOND


def _entries(ledger: Ledger, positions: Sequence[int]) -> Iterator[Entry]:
    return entries(_stored(ledger, positions), ledger.vault)


def _stored(ledger: Ledger, positions: Sequence[int]) -> list[StoredRow]:
    columns = [column for column in stored.c if column.name != "leaf"]
    query = select(*columns).where(stored.c.position.in_(positions)).order_by(stored.c.position)
    with ledger.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(query)]
