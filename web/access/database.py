"""The database of accounts: a SQLite file for its owner alone, or the schema `accounts` in PostgreSQL.

A SQLite ledger `charter.db` has it beside it in `charter.accounts.db`, a PostgreSQL one in its own database;
CHARTER_ACCOUNTS names any other place (a path or address). Nothing in it is a fact of a charter: whoever loses it has
to invite people again, and no more. Several processes may use it at once.

Tables are declared with `MetaData(schema="accounts")`, and made by `have` where they are missing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from sqlalchemy import (
    URL,
    BigInteger,
    Column,
    Connection,
    Dialect,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    TypeDecorator,
    event,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite

from charter.message import Refused
from charter.store.database import address, beside, is_sqlite, make_for_owner, open_database, shown, writing
from charter.store.errors import library_errors

SCHEMA = "accounts"
LOCK = 5_206_340_271_884_114
"""What PostgreSQL's lock is called under which the tables are made."""

_AT_ONCE = 8
"""Questions of `rows` that are asked at the same time, each on a connection: a server has a hundred for everybody."""

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)

_PARTS = Table(
    "parts",
    MetaData(schema=SCHEMA),
    Column("part", String, primary_key=True),
    Column("version", Integer, nullable=False),
)


class AccountsFromNewerSoftware(Refused):
    """The accounts in {place} were made by a newer version of this software. Install that version, or a newer one."""


class Moment(TypeDecorator[datetime]):
    """A moment, aware and in UTC, kept as the microseconds since 1970."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """What is stored for a moment."""
        del dialect
        return None if value is None else (value - _BEGINNING) // timedelta(microseconds=1)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """The moment that was stored."""
        del dialect
        return moment(value)


def moment(stored: int | None) -> datetime | None:
    """The moment that was stored."""
    return None if stored is None else _BEGINNING + timedelta(microseconds=stored)


class AccountsDatabase:
    """Where accounts are kept. Safe to use from many threads and processes at once."""

    def __init__(self, where: str | Path | URL) -> None:
        url = address(where)
        if url.get_backend_name() == "sqlite":
            Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
            make_for_owner(url)
        opened = open_database(url, create=True)
        if is_sqlite(opened):
            event.listen(opened, "connect", _forgetful)
            opened = opened.execution_options(schema_translate_map={SCHEMA: None})
        self.engine: Engine = opened
        self._idle: deque[Any] = deque()
        self._few = nullcontext() if is_sqlite(opened) else BoundedSemaphore(_AT_ONCE)
        self._had: set[tuple[str, int]] = set()

    @classmethod
    def beside(cls, ledger: Engine) -> AccountsDatabase:
        """The accounts of a ledger, wherever CHARTER_ACCOUNTS or the ledger's own place says they are."""
        return cls(beside(ledger.url, "accounts"))

    @property
    def place(self) -> str:
        """Where the accounts are, as people are told it."""
        return shown(self.engine)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that only reads."""
        with self.engine.connect() as connection:
            if is_sqlite(self.engine):
                yield connection
            else:  # each statement by itself: BEGIN and ROLLBACK would be two more trips
                yield connection.execution_options(isolation_level="AUTOCOMMIT")

    def rows(self, text: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """All rows that a statement gives, in the driver's own words and types: ten times as fast as `reading`."""
        with self._few, library_errors():
            try:
                connection = self._idle.pop()
            except IndexError:
                connection = self._alone()
            try:
                rows: list[tuple[Any, ...]] = connection.execute(text, parameters).fetchall()
            except BaseException:
                connection.close()
                self._close_idle()  # where the server went away, it did for all of them
                raise
            self._idle.append(connection)
            return rows

    def _alone(self) -> Any:
        """A connection of the driver's own to which each statement is a transaction; the pool does not get it back."""
        pooled = self.engine.raw_connection()
        connection: Any = pooled.driver_connection
        pooled.detach()
        if not is_sqlite(self.engine):
            connection.autocommit = True
        return connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection in one durable transaction, on SQLite alone from its first statement on."""
        with writing(self.engine) as connection:
            yield connection

    def have(self, part: str, version: int, tables: MetaData) -> None:
        """Make the tables of one part of the software where they are missing; AccountsFromNewerSoftware.

        They are looked for once: whatever asks for them with every request asks for nothing.
        """
        if (part, version) in self._had:
            return
        if self._version(part) is None:
            with self.writing() as connection:
                if not is_sqlite(self.engine):
                    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
                    connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
                _PARTS.create(connection, checkfirst=True)
                tables.create_all(connection)
                if connection.execute(_version_of(part)).scalar() is None:
                    connection.execute(insert(_PARTS).values(part=part, version=version))
        if (self._version(part) or 0) > version:
            raise AccountsFromNewerSoftware(place=self.place)
        self._had.add((part, version))

    def _version(self, part: str) -> int | None:
        with self.reading() as connection:
            there = inspect(connection).has_table("parts", schema=None if is_sqlite(self.engine) else SCHEMA)
            return connection.execute(_version_of(part)).scalar() if there else None

    def close(self) -> None:
        """Give the connections back."""
        self._close_idle()
        self.engine.dispose()

    def _close_idle(self) -> None:
        while self._idle:
            self._idle.pop().close()


def upsert(connection: Connection, table: Table) -> Any:
    """An INSERT that can say what to do with a row that is there already, in the words of the database at hand."""
    return (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(table)


def _version_of(part: str) -> Any:
    return select(_PARTS.c.version).where(_PARTS.c.part == part)


def _forgetful(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten
