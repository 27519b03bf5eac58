"""The database that the keys are in: a SQLite file for its owner alone, or the schema `keys` in PostgreSQL.

Its connections speak to the drivers themselves, as those of the ledger do: each decision that is logged waits for it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import URL, Engine, PoolProxiedConnection, event

from charter.message import Refused
from charter.privacy.tables import LOCK, NewRow, Statements, statements
from charter.store.database import is_sqlite, make_for_owner, open_database, wal_pages
from charter.store.errors import StoreUnavailable, library_errors

T = TypeVar("T")


class KeysInUse(Refused):
    """Somebody has been reading the key store for long, so traces of a key in it could not be cleared away. The erasure
    is completed by the next command when they are done."""


_MANY = 8
"""New people for whom another thread is worth its while."""


def nothing_to_wait_for() -> None:
    """What is durable already."""


class Inserted(NamedTuple):
    """Who was kept and who was not: the aliases that have somebody already."""

    taken: list[str]
    durable: Callable[[], None]
    """Returns once the others are on the disk; raises what kept them from it."""


class KeyDatabase:
    """A key store's tables, made where there are none. Safe to use from many threads and processes at once."""

    def __init__(self, where: URL) -> None:
        self._engine = _engine(where)
        self.say: Statements = statements(self._engine.dialect.name)
        self._idle: deque[PoolProxiedConnection] = deque()
        if not self.read(self.say.exists):
            self.write((self.say.lock, (LOCK,)) if self.say.lock else None, *((text, ()) for text in self.say.make))

    def read(self, text: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """All rows that a statement gives."""
        return self._while_broken(lambda: self._rows(text, parameters))

    def _rows(self, text: str, parameters: Any) -> list[tuple[Any, ...]]:
        with self._connection() as connection:
            if is_sqlite(self._engine):
                rows: list[tuple[Any, ...]] = connection.execute(text, parameters).fetchall()
            else:
                connection.autocommit = True  # BEGIN and ROLLBACK around it would be two more trips
                rows = connection.execute(text, parameters).fetchall()
                connection.autocommit = False
            return rows

    def write(self, *steps: tuple[str, Any] | None) -> int:
        """Statements with their parameters in one durable transaction; how many rows the last one changed."""
        with self._writing() as cursor:
            for text, parameters in filter(None, steps):
                cursor.execute(text, parameters)
            changed: int = cursor.rowcount
        return changed

    def insert(self, people: Sequence[NewRow]) -> Inserted:
        """Keep new people except where an alias has somebody already. Many go to the disk while their words are sealed,
        a few before this returns."""
        return self._while_broken(lambda: self._insert(people))

    def _insert(self, people: Sequence[NewRow]) -> Inserted:
        text = self.say.insert
        disk = self._disk if len(people) >= _MANY else None
        with ExitStack() as stack:
            cursor = stack.enter_context(self._writing())
            if is_sqlite(self._engine):
                cursor.execute(f"PRAGMA wal_autocheckpoint = {wal_pages(len(people))}")
                taken = [str(person[1]) for person in people if not cursor.execute(text, person).rowcount]
            else:
                columns = tuple(map(list, zip(*people, strict=True)))
                taken = [alias for (alias,) in cursor.execute(text, columns)]
            commit = stack.pop_all().close
        if disk is None:
            commit()
            return Inserted(taken, nothing_to_wait_for)
        return Inserted(taken, disk.submit(commit).result)

    def _while_broken(self, attempt: Callable[[], T]) -> T:
        """Try once more where a server was started anew since it was asked last, and all connections to it are stale.

        Who was kept at the first attempt after all is met as somebody who is there already.
        """
        try:
            return attempt()
        except StoreUnavailable:
            if is_sqlite(self._engine):
                raise
            return attempt()

    @cached_property
    def _disk(self) -> ThreadPoolExecutor:
        """Waits for the disk in a thread of its own, which is there once this returns; raises RuntimeError.

        It must not fail to start later, when a transaction already waits for it, which would lock everybody out.
        """
        disk = ThreadPoolExecutor(1, "keys")
        disk.submit(nothing_to_wait_for)
        return disk

    def leave_no_trace(self) -> None:
        """Clear away the copies of deleted rows that the database itself keeps; raises KeysInUse."""
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            cleared = connection.exec_driver_sql(self.say.clear)
            if is_sqlite(self._engine) and cleared.one()[0]:  # busy: the log still has the rows
                raise KeysInUse

    def close(self) -> None:
        """Give the connections back."""
        if "_disk" in self.__dict__:
            self._disk.shutdown()
        while self._idle:
            self._idle.pop().close()
        self._engine.dispose()

    @contextmanager
    def _writing(self) -> Iterator[Any]:
        """A cursor in a transaction that is durable once the block has ended, and undone if it fails."""
        with self._connection() as connection:
            cursor = connection.cursor()
            try:
                if is_sqlite(self._engine):
                    cursor.execute("BEGIN IMMEDIATE")  # the lock, from the first statement on
                yield cursor
                connection.commit()
            except BaseException:
                with suppress(Exception):  # what went wrong is said below, whether or not it can be undone
                    connection.rollback()
                raise

    @contextmanager
    def _connection(self) -> Iterator[Any]:
        with library_errors():
            try:
                pooled = self._idle.pop()  # the pool's own way takes as long as a small read
            except IndexError:
                pooled = self._engine.raw_connection()
            try:
                yield pooled.driver_connection
            except BaseException:
                is_stale = getattr(pooled.driver_connection, "closed", False)
                pooled.invalidate()
                if is_stale:  # and so are all others
                    self._engine.dispose()
                raise
            if is_sqlite(self._engine):
                self._idle.append(pooled)
            else:  # all threads share a few
                pooled.close()


def _engine(where: URL) -> Engine:
    if where.get_backend_name() == "sqlite":
        Path(str(where.database)).parent.mkdir(parents=True, exist_ok=True)
        make_for_owner(where)
    engine = open_database(where, create=True)
    if is_sqlite(engine):
        event.listen(engine, "connect", _forgetful)
    return engine


def _forgetful(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten
