"""A ledger in a SQLite file: one writer at a time in all processes, readers never wait."""

from __future__ import annotations

import json
import sqlite3
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, cast

from sqlalchemy import Engine, PoolProxiedConnection

from charter.store.database import wal_pages
from charter.store.driver import Answer, Columns, Driver
from charter.tree import TileRoot


class Sqlite(Driver):
    """`Driver` on the sqlite3 module. Connections are kept, one for appending, with what they have cached."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._pooled: PoolProxiedConnection | None = None
        self._writer: sqlite3.Connection | None = None
        self._wal_pages = 0
        self._idle: deque[PoolProxiedConnection] = deque()

    def read(self, text: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        try:
            pooled = self._idle.pop()  # the pool's own way takes as long as a small read
        except IndexError:
            pooled = self.engine.raw_connection()
        try:
            # read to the end: an open cursor would hold its snapshot, and with it the log's space
            rows = _connection(pooled).execute(text, parameters).fetchall()
        except BaseException:
            pooled.close()
            raise
        self._idle.append(pooled)
        return rows

    def streams(self, versions: Mapping[str, int]) -> tuple[Any, ...]:
        return (json.dumps(dict(versions)),)

    def names(self, values: Iterable[str]) -> Any:
        return json.dumps(list(values))

    def begin(self) -> tuple[int, bytes, str] | None:
        writer = self._writer or self._connect()
        writer.execute("BEGIN IMMEDIATE")  # the lock; a crash from here to COMMIT leaves nothing
        head: tuple[int, bytes, str] | None = writer.execute(self.say.lock_head).fetchone()
        return head

    def overtaken(self, versions: Mapping[str, int]) -> list[str]:
        assert self._writer
        return [stream for (stream,) in self._writer.execute(self.say.overtaken, self.streams(versions))]

    def commit(
        self,
        rows: Sequence[Columns],
        roots: Sequence[TileRoot],
        head: tuple[int, bytes, str],
        answers: Sequence[Answer] = (),
    ) -> None:
        writer = self._writer
        assert writer
        if len(rows) == 1:
            writer.execute(self.say.insert, rows[0])
        else:
            writer.executemany(self.say.insert, rows)
        if roots:
            writer.executemany(self.say.insert_root, roots)
        if answers:
            writer.executemany(self.say.insert_answer, answers)
        writer.execute(self.say.move_head, head)
        pages = wal_pages(len(rows))
        if pages != self._wal_pages:
            writer.execute(f"PRAGMA wal_autocheckpoint = {pages}")
            self._wal_pages = pages
        writer.execute("COMMIT")

    def forget_answers(self, before: str, limit: int) -> int:
        writer = self._writer or self._connect()
        return len(writer.execute(self.say.forget_answers, (before, limit)).fetchall())

    def abandon(self) -> None:
        # SQLite itself ends the transaction after some errors, a full disk for one
        if self._writer and self._writer.in_transaction:
            with suppress(sqlite3.Error):
                self._writer.execute("ROLLBACK")

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()
        if self._pooled is not None:
            self._pooled.close()
            self._pooled = self._writer = None

    def _connect(self) -> sqlite3.Connection:
        self._pooled = self.engine.raw_connection()
        self._writer = _connection(self._pooled)
        self._wal_pages = 0
        return self._writer


def _connection(pooled: PoolProxiedConnection) -> sqlite3.Connection:
    return cast("sqlite3.Connection", pooled.driver_connection)
