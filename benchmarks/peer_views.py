"""Where the eventsourcing library keeps a projection: its tracking recorders, with the register as their view."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from eventsourcing.persistence import InfrastructureFactory, Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.sqlite import SQLiteTrackingRecorder
from psycopg.sql import SQL

from benchmarks import register
from benchmarks.databases import Place


class Register(Protocol):
    """A view that is written together with its position."""

    def add(self, rows: Sequence[register.Row], tracking: Tracking) -> None:
        """Insert rows and move the position in one commit."""


class SqliteRegister(SQLiteTrackingRecorder):
    """The register in a SQLite file."""

    def construct_create_table_statements(self) -> list[str]:
        return [*super().construct_create_table_statements(), register.CREATE]

    def add(self, rows: Sequence[register.Row], tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.executemany(register.SQLITE_INSERT, rows)


class PostgresRegister(PostgresTrackingRecorder):
    """The register in a PostgreSQL database."""

    def __init__(self, datastore: Any, **options: Any) -> None:
        super().__init__(datastore, **options)
        self.sql_create_statements.append(SQL(register.CREATE).format())

    def add(self, rows: Sequence[register.Row], tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.executemany(register.POSTGRES_INSERT, rows)


@contextmanager
def register_in(place: Place) -> Iterator[Register]:
    """A new register in an empty place."""
    factory = InfrastructureFactory[Any].construct(place.environment)
    try:
        yield factory.tracking_recorder(SqliteRegister if place.kind == "sqlite" else PostgresRegister)
    finally:
        factory.close()
