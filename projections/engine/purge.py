"""Takes a person's words out of the views once their key is destroyed, down to the free pages of the database.

The rows of a stream are made again from its entries, as they read now, and take the place of the old words: just what a
view that is built from the beginning would hold. Tables that nobody reads, or that another version of this software
made, are removed. Then the database is cleared: a row that was replaced leaves its old self behind, in free space, in
the log of changes and in the search index, until these are written anew.

Every step can be taken again, and is when `erasure.completed` is met on the way through the ledger: so words go out of
views that were put back from an older copy, too, and out of those that somebody carried on meanwhile.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from typing import Any

from sqlalchemy import Connection, Engine, Table

from charter.catalogue import entries
from charter.ledger import Ledger
from charter.message import Refused
from charter.store.database import is_sqlite, writing
from charter.store.errors import library_errors
from projections.engine import unread
from projections.engine.projection import Projection
from projections.engine.rows import Anew, Rows
from projections.engine.slots import discard, writers
from projections.engine.statements import Writer
from projections.engine.tracking import Place, Slot, places, stand

AT_ONCE = 200
"""Streams that are purged in one transaction."""
MANY = 20_000
"""Sealed streams from which on tables are built anew when the master key comes."""


class ViewsInUse(Refused):
    """Somebody has been reading the views for long, so old words in them could not be cleared away. The erasure
    is completed by the next command when they are done."""


def purge(engine: Engine, ledger: Ledger, projections: Sequence[Projection], streams: Sequence[str]) -> bool:
    """Make the words in the rows of these streams those that can be read now; whether any were different.

    `projections` are all there are: tables of others are removed. The keys must have been destroyed before.
    """
    known = {projection.name: projection for projection in projections}
    with engine.connect() as connection:
        found = places(connection)
    changed = False
    for place in found.values():
        projection = known.get(place.projection)
        if projection is None or projection.version != place.version or place.slot == Slot.CHECK:
            discard(engine, place.projection, Slot(place.slot))
            changed = True
        elif projection.personal:
            for start in range(0, len(streams), AT_ONCE):
                changed |= _purge(engine, ledger, projection, place, streams[start : start + AT_ONCE])
    return changed


def _purge(engine: Engine, ledger: Ledger, projection: Projection, place: Place, streams: Sequence[str]) -> bool:
    written = writers(engine, projection, Slot(place.slot))
    with writing(engine) as connection:
        # whoever carries the tables on waits meanwhile, or has done so before and its entries are read here
        now = stand(connection, place)
        if now is None:
            return True  # they were built anew meanwhile, with words that nobody can read
        with closing(connection.connection.cursor()) as cursor:
            return reread(written, cursor, ledger, projection, streams, now.position)


def read_again(engine: Engine, ledger: Ledger, projection: Projection, place: Place) -> None:
    """Put in the words of streams that came in sealed, now that the master key is at hand."""
    with engine.connect() as connection:
        many = unread.count(connection, place.build) > MANY
    if many:
        discard(engine, projection.name, Slot(place.slot))  # to build all anew is faster
        return
    written = writers(engine, projection, Slot(place.slot))
    while True:
        with writing(engine) as connection:
            now = stand(connection, place)
            streams = unread.some(connection, place.build, AT_ONCE) if now else []
            if now is None or not streams:
                return
            with closing(connection.connection.cursor()) as cursor:
                reread(written, cursor, ledger, projection, streams, now.position)
            unread.done(connection, place.build, streams)


def reread(
    written: Mapping[Table, Writer],
    cursor: Any,
    ledger: Ledger,
    projection: Projection,
    streams: Iterable[str],
    position: int,
) -> bool:
    """The same within a transaction, for tables that hold the entries up to a position."""
    stored = ledger.entries_recorder.stream_rows(dict.fromkeys(streams, 0))
    chosen = [row for row in stored if row[0] <= position and row[3] in projection.events]
    rows = Rows(written, cursor)
    made = Anew(written, cursor, projection.personal)
    for entry in entries(chosen, ledger.vault):
        projection.apply(made, entry)
    changed = projection.purge(rows, made)
    rows.flush()
    return changed


def clear(engine: Engine, projections: Sequence[Projection]) -> None:
    """Write the database anew where old rows may linger in it; ViewsInUse if somebody keeps it from that.

    On SQLite nothing of them is left in its files. On PostgreSQL their space is free to be written over; that it is not
    overwritten yet, and PostgreSQL's own log of changes, are its administrator's to care for.
    """
    with engine.connect() as connection:
        tables = _with_words(connection, projections)
    if is_sqlite(engine):
        with writing(engine) as connection:
            for name in (name for name, table in tables.items() if "fts5" in table.info):
                # what was deleted from it stays in its index until all of that is merged
                connection.exec_driver_sql(f'INSERT INTO "{name}" ("{name}") VALUES (\'optimize\')')  # noqa: S608
        _write_anew(engine)
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for name in tables:
            # with ANALYZE: the planner's statistics hold words of their own
            connection.exec_driver_sql(f'VACUUM (ANALYZE) "{name}"')


def _write_anew(engine: Engine) -> None:
    """Neither can be done within a transaction, which SQLAlchemy would begin."""
    with closing(engine.raw_connection()) as pooled, library_errors():
        connection = pooled.driver_connection
        assert isinstance(connection, sqlite3.Connection)
        connection.execute("VACUUM")
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise ViewsInUse


def _with_words(connection: Connection, projections: Sequence[Projection]) -> dict[str, Table]:
    """The tables there are that hold words, by what they are called in their slots."""
    personal = {table.name: table for projection in projections for table in projection.personal}
    return {
        f"{Slot(place.slot).prefix}{name}": personal[name]
        for place in places(connection).values()
        for name in place.tables.split()
        if name in personal
    }
