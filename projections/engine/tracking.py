"""How far each projection has come: one row for the tables in use, one for those that are being built beside them.

A position is moved first and conditionally, in the transaction that writes the rows it stands for: of two that carry
the same entries into the same tables, the second finds the position moved and writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from secrets import token_hex
from typing import NamedTuple

from eventsourcing.persistence import IntegrityError, Tracking, TrackingRecorder
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    delete,
    exists,
    insert,
    select,
    update,
)
from sqlalchemy.exc import ProgrammingError

from charter.store.database import is_sqlite, writing
from projections.engine.unread import unread


class Slot(StrEnum):
    """Which of a projection's tables: those in use, those to take their place, or those built only to compare."""

    LIVE = "live"
    NEXT = "next"
    CHECK = "check"

    @property
    def prefix(self) -> str:
        """What the names of the tables begin with."""
        return "" if self is Slot.LIVE else f"{self}_"


class Place(NamedTuple):
    """How far one projection's tables have come: they hold all entries up to `position`, the last of which has `leaf`.

    `build` tells this building of the tables from any other, `tables` names them as they are called in use (another
    version may have others), `error` is why it stopped, `unread` that words came in sealed (`unread`).
    """

    projection: str
    slot: str
    version: int
    position: int = 0
    leaf: bytes = b""
    build: str = ""
    tables: str = ""
    error: str | None = None
    unread: bool = False


tracking = Table(
    "tracking",
    MetaData(),
    Column("projection", Text, primary_key=True),
    Column("slot", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("leaf", LargeBinary, nullable=False),
    Column("build", Text, nullable=False),
    Column("tables", Text, nullable=False),
    Column("error", Text),
)
_t = tracking.c
_order = [_t[name] for name in Place._fields if name != "unread"]
_unread = exists().where(unread.c.build == _t.build).label("unread")


def prepare(engine: Engine) -> None:
    """Make the table, and the schema it is in, if they are not there; any number of processes may try at once."""
    with engine.connect() as connection:
        if engine.dialect.has_table(connection, unread.name):
            return
    with writing(engine) as connection:
        lock(connection)
        if not is_sqlite(engine):
            connection.exec_driver_sql("CREATE SCHEMA IF NOT EXISTS views")
        tracking.create(connection, checkfirst=True)
        unread.create(connection, checkfirst=True)


def lock(connection: Connection) -> None:
    """Until the transaction ends, be the only one to change which tables there are."""
    if not is_sqlite(connection.engine):  # on SQLite whoever may write is alone
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")


def hold(connection: Connection, tables: Iterable[str]) -> bool:
    """Until the transaction ends, keep tables in use from being replaced; False, and it has failed, if one is missing.

    It comes first in a transaction that reads: PostgreSQL looks up a table's name when it is used, however old the
    transaction's view of the rows is, and would find another table there, with rows that the view is too old for.
    """
    if is_sqlite(connection.engine):  # there the names are as old as the rows
        return True
    names = ", ".join(f'"{name}"' for name in tables)
    try:
        connection.exec_driver_sql(f"LOCK TABLE {names} IN ACCESS SHARE MODE")
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) != _UNDEFINED_TABLE:
            raise
        return False
    return True


_UNDEFINED_TABLE = "42P01"  # PostgreSQL's SQLSTATE
_LOCK = 0x6368_6172_7465_7221  # "charter!" in ASCII: PostgreSQL's advisory lock for the tables of views


def places(connection: Connection, names: Iterable[str] | None = None) -> dict[tuple[str, str], Place]:
    """How far the tables have come, of all projections or of some, by projection and slot."""
    query = select(*_order, _unread)
    if names is not None:
        query = query.where(_t.projection.in_(list(names)))
    return {(row.projection, row.slot): Place._make(row) for row in connection.execute(query)}


def begin(connection: Connection, projection: str, slot: Slot, version: int, tables: Iterable[str] = ()) -> Place:
    """A place at the beginning, in place of any other."""
    forget(connection, projection, slot)
    place = Place(projection, slot, version, build=token_hex(4), tables=" ".join(tables))
    connection.execute(insert(tracking).values({column.name: getattr(place, column.name) for column in _order}))
    return place


def advance(connection: Connection, place: Place, position: int, leaf: bytes) -> Place | None:
    """Move on to a position, and any error is over; None if the tables are not at `place` any more."""
    moved = update(tracking).where(*_at(place)).values(position=position, leaf=leaf, error=None)
    if connection.execute(moved).rowcount != 1:
        return None
    return place._replace(position=position, leaf=leaf, error=None)


def stand(connection: Connection, place: Place) -> Place | None:
    """Where the tables of this building are now, and keep them there until the transaction ends; None if they went."""
    same = (_t.projection == place.projection, _t.slot == place.slot, _t.build == place.build)
    found = connection.execute(select(*_order).where(*same).with_for_update()).one_or_none()
    return None if found is None else Place(*found)


def take_over(connection: Connection, place: Place) -> bool:
    """Make the tables at `place` those in use; False if they are not at `place` any more."""
    standing = select(_t.position).where(*_at(place)).with_for_update()
    if connection.execute(standing).one_or_none() is None:
        return False
    forget(connection, place.projection, Slot.LIVE)
    connection.execute(update(tracking).where(*_at(place)).values(slot=Slot.LIVE))
    return True


def note(connection: Connection, place: Place, error: str) -> None:
    """Keep why the tables stay at `place`, if they are still there."""
    connection.execute(update(tracking).where(*_at(place)).values(error=error))


def forget(connection: Connection, projection: str, slot: Slot) -> None:
    """Remove a place."""
    builds = select(_t.build).where(_t.projection == projection, _t.slot == slot)
    connection.execute(delete(unread).where(unread.c.build.in_(builds)))
    connection.execute(delete(tracking).where(_t.projection == projection, _t.slot == slot))


def _at(place: Place) -> tuple[ColumnElement[bool], ...]:
    return (
        _t.projection == place.projection,
        _t.slot == place.slot,
        _t.build == place.build,
        _t.position == place.position,
    )


class ViewsTracking(TrackingRecorder):
    """The same table as the eventsourcing library's tracking recorder, for projections that are run by the library.

    An application's name stands for a projection's, a notification's id for a position in the ledger.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        prepare(engine)

    def insert_tracking(self, tracking: Tracking) -> None:
        """Move on to a position; IntegrityError if it was reached or passed before."""
        name, position = tracking.application_name, tracking.notification_id
        with writing(self._engine) as connection:
            lock(connection)
            place = places(connection, [name]).get((name, Slot.LIVE))
            if place is None:
                place = begin(connection, name, Slot.LIVE, version=0)
            elif place.position >= position:
                msg = f"{name} has been at position {place.position} before, which is not before {position}"
                raise IntegrityError(msg)
            advance(connection, place, position, b"")

    def max_tracking_id(self, application_name: str) -> int | None:
        """The position a projection has reached; None if it has not begun."""
        with self._engine.connect() as connection:
            place = places(connection, [application_name]).get((application_name, Slot.LIVE))
        return None if place is None else place.position
