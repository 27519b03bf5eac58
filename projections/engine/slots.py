"""The tables of a projection while they are built beside those in use, and how they take their place.

Built without indexes, which are made when the rows are in: that takes a fraction of the time. Each step is a
transaction, and each can be taken again: whoever dies, the next one goes on from the last step.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, Engine, Index, MetaData, Table
from sqlalchemy.exc import NoSuchTableError
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.sql import quoted_name

from charter.store.database import is_sqlite, writing
from charter.store.errors import StoreUnavailable
from projections.engine.projection import Projection
from projections.engine.statements import Writer, writer
from projections.engine.tracking import Place, Slot, begin, forget, lock, places, take_over


def writers(engine: Engine, projection: Projection, slot: Slot) -> dict[Table, Writer]:
    """How to write a projection's tables in a slot."""
    return {table: writer(table, f"{slot.prefix}{table.name}", engine.dialect) for table in projection.tables}


def start(engine: Engine, projection: Projection, slot: Slot, seen: Iterable[Place] | None = None) -> Place | None:
    """Empty tables to be built; None if `seen` is given and these are not the projection's buildings any more."""
    with writing(engine) as connection:
        lock(connection)
        now = places(connection, [projection.name]).values()
        if seen is not None and {place.build for place in seen} != {place.build for place in now}:
            return None  # somebody else began meanwhile, or was done
        _drop(connection, projection.name, slot)
        for table in _copies(projection, slot):
            _create(connection, table)
        tables = (table.name for table in projection.tables)
        return begin(connection, projection.name, slot, projection.version, tables)


def index(engine: Engine, projection: Projection, place: Place) -> bool:
    """Make the indexes that tables in building lack; False if it is not `place`'s building any more."""
    for table in _copies(projection, Slot(place.slot)):
        for one in sorted(table.indexes, key=lambda each: str(each.name)):
            one.name = quoted_name(f"{one.name}_{place.build}", quote=None)  # kept when the table is renamed
            if not _index(engine, table, one, place):
                return False
    return True


def _index(engine: Engine, table: Table, one: Index, place: Place) -> bool:
    with engine.connect() as connection:
        try:
            if _is_virtual(connection, table) or engine.dialect.has_index(connection, table.name, str(one.name)):
                return True
        except NoSuchTableError:  # somebody else was faster, and it is called otherwise now
            return False
    with writing(engine) as connection:
        lock(connection)
        now = places(connection, [place.projection]).get((place.projection, place.slot))
        if now is None or now.build != place.build:
            return False
        connection.execute(CreateIndex(one, if_not_exists=True))
    return True


def finish(engine: Engine, place: Place) -> bool:
    """Let the built tables take the place of those in use; False if that has to be tried again.

    So it has if they are not at `place` any more or, on PostgreSQL, if somebody reads the old ones for longer than a
    moment: who waits for them there makes all others wait.
    """
    try:
        with writing(engine) as connection:
            return _finish(connection, place)
    except StoreUnavailable as error:
        if getattr(error.__cause__, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
            return False
        raise


_LOCK_NOT_AVAILABLE = "55P03"  # PostgreSQL's SQLSTATE


def _finish(connection: Connection, place: Place) -> bool:
    lock(connection)
    old = _tables(connection, place.projection, Slot.LIVE)
    if not take_over(connection, place):
        return False
    on_postgres = not is_sqlite(connection.engine)
    if on_postgres:
        connection.exec_driver_sql("SET LOCAL lock_timeout = '500ms'")
    for name in old:
        connection.exec_driver_sql(f'DROP TABLE "{name}"')
    for name in place.tables.split():
        connection.exec_driver_sql(f'ALTER TABLE "{Slot(place.slot).prefix}{name}" RENAME TO "{name}"')
        if on_postgres:
            connection.exec_driver_sql(f'ANALYZE "{name}"')
    return True


def discard(engine: Engine, projection: str, slot: Slot) -> None:
    """Remove the tables of a projection's slot."""
    with writing(engine) as connection:
        lock(connection)
        _drop(connection, projection, slot)
        forget(connection, projection, slot)


def _copies(projection: Projection, slot: Slot) -> Iterator[Table]:
    return (table.to_metadata(MetaData(), name=f"{slot.prefix}{table.name}") for table in projection.tables)


def _create(connection: Connection, table: Table) -> None:
    if _is_virtual(connection, table):
        columns = ", ".join(column.name for column in table.columns if column.name != "rowid")
        connection.exec_driver_sql(f'CREATE VIRTUAL TABLE "{table.name}" USING fts5({columns}, {table.info["fts5"]})')
    else:
        connection.execute(CreateTable(table))


def _is_virtual(connection: Connection, table: Table) -> bool:
    return "fts5" in table.info and is_sqlite(connection.engine)


def _drop(connection: Connection, projection: str, slot: Slot) -> None:
    for name in _tables(connection, projection, slot):
        connection.exec_driver_sql(f'DROP TABLE "{slot.prefix}{name}"')


def _tables(connection: Connection, projection: str, slot: Slot) -> list[str]:
    """The tables there are in a slot: another version of the projection may have had others."""
    place = places(connection, [projection]).get((projection, slot))
    return [] if place is None else place.tables.split()
