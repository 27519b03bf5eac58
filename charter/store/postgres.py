"""A ledger in PostgreSQL: the head row is the lock, so positions have no gaps and follow the order of commits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, TypeVar, cast

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import Engine, PoolProxiedConnection, Table

from charter.store.database import LOCK_TIMEOUT, SERVED
from charter.store.driver import Answer, Columns, Driver
from charter.store.errors import OutcomeUnknown
from charter.store.statements import statements
from charter.store.tables import answered, entries
from charter.tree import TileRoot

_T = TypeVar("_T")
_COPY_ENTRIES, _COPY_ANSWERS = 50, 10
"""Rows beyond which COPY is faster than prepared inserts in a pipeline."""
LARGE = 10_000
"""Entries from which on PostgreSQL may keep its plans for who opens a ledger: it does not read so many for a few."""
_ENTRY_TYPES = ("int8", "text", "int4", "text", "text", "bytea", "bytea")
_ANSWER_TYPES = ("text", "bytea", "text", "int4", "int8", "int4", "text")

# A server whose default is to acknowledge before the commit is on the disk is not asked to here; stricter stays.
_PREPARE = (
    f"SET lock_timeout = '{LOCK_TIMEOUT}s'",
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'",
)


class Postgres(Driver):
    """`Driver` on psycopg 3. One connection is kept for appending; if it breaks in between, another takes its place."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._kept: PoolProxiedConnection | None = None
        [(schema, size)] = self.read(f"SELECT current_schema(), ({self.say.size})")
        self.say = statements("postgresql", large=(size or 0) >= LARGE)
        self.channel = f"{schema}.entries"
        """What is notified of each append."""
        self._begin = f"BEGIN; {self.say.lock_head}"
        self._copy_entries, self._copy_answers = map(_copy_into, (entries, answered))
        self._notify = f'NOTIFY "{self.channel}"'

    def read(self, text: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return _while_broken(lambda: self._read(text, parameters))

    def _read(self, text: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        pooled = self.engine.raw_connection()
        connection = _connection(pooled)
        try:
            with _breaking(connection):
                # one statement sees one moment; BEGIN and ROLLBACK around it would be two more trips
                connection.autocommit = True
                return connection.cursor(binary=True).execute(text, parameters).fetchall()
        finally:
            if connection.info.transaction_status == TransactionStatus.IDLE:
                connection.autocommit = False
                pooled.close()
            else:
                pooled.invalidate()

    def streams(self, versions: Mapping[str, int]) -> tuple[Any, ...]:
        return (list(versions), list(versions.values()))

    def names(self, values: Iterable[str]) -> Any:
        return list(values)

    def begin(self) -> tuple[int, bytes, str] | None:
        return _while_broken(self._lock_head)

    def _lock_head(self) -> tuple[int, bytes, str] | None:
        writer = self._kept_writer()
        try:
            with _breaking(writer):
                cursor = psycopg.ClientCursor(writer)
                cursor.execute(
                    self._begin
                )  # two statements in one trip, which takes a cursor without server parameters
                cursor.nextset()
                return cast("tuple[int, bytes, str] | None", cursor.fetchone())
        except _Broken:
            self.close()
            raise

    def overtaken(self, versions: Mapping[str, int]) -> list[str]:
        return [stream for (stream,) in self._kept_writer().execute(self.say.overtaken, self.streams(versions))]

    def commit(
        self,
        rows: Sequence[Columns],
        roots: Sequence[TileRoot],
        head: tuple[int, bytes, str],
        answers: Sequence[Answer] = (),
    ) -> None:
        writer = self._kept_writer()
        try:
            if len(rows) > _COPY_ENTRIES:
                _copy(writer, self._copy_entries, _ENTRY_TYPES, rows)
                rows = ()
            if len(answers) > _COPY_ANSWERS:
                _copy(writer, self._copy_answers, _ANSWER_TYPES, answers)
                answers = ()
            with writer.pipeline():  # all in one trip; errors arrive at its end, and then nothing is committed
                for row in rows:
                    writer.execute(self.say.insert, row, prepare=True)
                for root in roots:
                    writer.execute(self.say.insert_root, root, prepare=True)
                for answer in answers:
                    writer.execute(self.say.insert_answer, answer, prepare=True)
                writer.execute(self.say.move_head, head, prepare=True)
                writer.execute(self._notify, prepare=True)
                writer.execute("COMMIT", prepare=True)
        except psycopg.OperationalError as error:
            if writer.closed:
                raise OutcomeUnknown from error
            raise

    def forget_answers(self, before: str, limit: int) -> int:
        return len(self.read(self.say.forget_answers, (before, limit)))  # its own transaction, as of all it reads

    def abandon(self) -> None:
        if self._kept is None:
            return
        writer = _connection(self._kept)
        with suppress(psycopg.Error):
            if not writer.closed and writer.info.transaction_status != TransactionStatus.IDLE:
                writer.execute("ROLLBACK")
        if writer.closed or writer.info.transaction_status != TransactionStatus.IDLE:
            self._kept.invalidate()
            self._kept = None

    def close(self) -> None:
        if self._kept is not None:
            kept, self._kept = self._kept, None
            kept.invalidate()  # its settings are for appending only, so it does not go back to the pool

    def _kept_writer(self) -> psycopg.Connection:
        if self._kept is None:
            kept = self.engine.raw_connection()
            writer = _connection(kept)
            try:
                with _breaking(writer):
                    writer.autocommit = True  # our own BEGIN and COMMIT
                    for setting in _PREPARE:
                        writer.execute(setting)
            except BaseException:
                kept.invalidate()
                raise
            self._kept = kept
        return _connection(self._kept)


def _copy_into(table: Table) -> str:
    return f"COPY {table.name} ({', '.join(table.columns.keys())}) FROM STDIN (FORMAT BINARY)"


def _copy(writer: psycopg.Connection, into: str, types: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with writer.cursor().copy(into) as copy:
        copy.set_types(types)
        for row in rows:
            copy.write_row(row)


class _Broken(psycopg.OperationalError):
    """The connection no longer works."""


@contextmanager
def _breaking(connection: psycopg.Connection) -> Iterator[None]:
    """Tell a connection that broke from a statement that failed."""
    try:
        yield
    except psycopg.OperationalError as error:
        if connection.closed:
            raise _Broken(*error.args) from error
        raise


def _while_broken(attempt: Callable[[], _T]) -> _T:
    """Try on the next connection where one has broken since it was last used, as all have when the server restarts.

    For what writes nothing. Each attempt uses up one that the pool had kept; a new one that fails is another error.
    """
    for _ in range(SERVED):
        with suppress(_Broken):
            return attempt()
    return attempt()


def _connection(pooled: PoolProxiedConnection) -> psycopg.Connection:
    return cast("psycopg.Connection", pooled.driver_connection)
