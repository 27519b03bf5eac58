"""Which streams came into the views while the master key was not at hand: their words are put in once it is."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Column, Connection, MetaData, Table, Text, delete, func, select, text

unread = Table(
    "unread",
    MetaData(),
    Column("build", Text, primary_key=True, comment="whose tables: as in tracking"),
    Column("stream", Text, primary_key=True),
)
_c = unread.c


def note(connection: Connection, build: str, streams: Iterable[str]) -> None:
    """Keep that the words of these streams could not be read."""
    rows = [{"build": build, "stream": stream} for stream in streams]
    if rows:
        into = text("INSERT INTO unread (build, stream) VALUES (:build, :stream) ON CONFLICT DO NOTHING")
        connection.execute(into, rows)


def count(connection: Connection, build: str) -> int:
    """How many there are."""
    return connection.execute(select(func.count()).where(_c.build == build)).scalar_one()


def some(connection: Connection, build: str, limit: int) -> list[str]:
    """The first of them."""
    return list(connection.scalars(select(_c.stream).where(_c.build == build).order_by(_c.stream).limit(limit)))


def done(connection: Connection, build: str, streams: Iterable[str]) -> None:
    """These have been read."""
    connection.execute(delete(unread).where(_c.build == build, _c.stream.in_(list(streams))))
