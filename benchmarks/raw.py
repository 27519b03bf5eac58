"""The raw limit: what the databases do when nothing but the bytes of the decisions goes in and comes out."""

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import Any

from benchmarks import register
from benchmarks.content import Decision
from benchmarks.databases import Place, connect_sqlite
from benchmarks.source import COMMIT, Batch, by_commit

_TABLE = """CREATE TABLE entries (position {integer} PRIMARY KEY, stream TEXT NOT NULL, version INTEGER NOT NULL,
    type TEXT NOT NULL, recorded_at TEXT NOT NULL, body {bytes} NOT NULL, UNIQUE (stream, version))"""
_PROGRESS = "CREATE TABLE progress (id INTEGER PRIMARY KEY, position {integer} NOT NULL)"
_RECORDED = "2026-11-22T07:15:00.123456Z"
_INSERT = "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?)"
_COLUMNS = "position, stream, version, type, recorded_at, body"
_SELECT = f"SELECT {_COLUMNS} FROM entries WHERE position > ? ORDER BY position LIMIT ?"  # noqa: S608  # nobody's input

Row = tuple[int, str, int, str, str, bytes]


class Raw(ABC):
    """Plain SQL through the database's own driver, on one table with one index.

    No rules, no models, no hashes, no check that anybody else has written meanwhile.
    """

    def __init__(self) -> None:
        self._size = 0

    @abstractmethod
    def log(self, decisions: Sequence[Decision]) -> int:
        """Insert the ready-made bytes of one decision per commit."""

    @abstractmethod
    def load(self, batch: Batch) -> int:
        """Insert ready-made bytes, 1,000 per commit."""

    @abstractmethod
    def project(self, view: Place) -> int:
        """Read 1,000 rows, parse their JSON to dicts, insert a row for each and move the position in one commit."""

    @abstractmethod
    def close(self) -> None:
        """Close the connection."""

    def replay(self) -> int:
        """Read all rows in the order of their positions, 2,000 at a time, and leave the bytes as they are."""
        position = done = 0
        while rows := self._select(position, 2_000):
            position = rows[-1][0]
            done += len(rows)
        return done

    @abstractmethod
    def _select(self, after: int, limit: int) -> list[Row]: ...

    def _rows(self, decisions: Iterable[Decision]) -> list[Row]:
        rows = []
        for decision in decisions:
            self._size += 1
            stream = f"decision/{decision.id.hex}"
            rows.append((self._size, stream, 1, "decision.made", _RECORDED, decision.body))
        return rows


class RawSqlite(Raw):
    """Plain sqlite3: write-ahead log, synchronous=FULL."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self._connection = connect_sqlite(place)
        self._connection.execute(_TABLE.format(integer="INTEGER", bytes="BLOB"))

    def log(self, decisions: Sequence[Decision]) -> int:
        for row in self._rows(decisions):
            self._connection.execute(_INSERT, row)
        return len(decisions)

    def load(self, batch: Batch) -> int:
        for decisions in by_commit(batch.decisions):
            self._connection.execute("BEGIN")
            self._connection.executemany(_INSERT, self._rows(decisions))
            self._connection.execute("COMMIT")
        return len(batch.decisions)

    def project(self, view: Place) -> int:
        position = 0
        with closing(connect_sqlite(view)) as connection:
            connection.execute(register.CREATE)
            connection.execute(_PROGRESS.format(integer="INTEGER"))
            connection.execute("INSERT INTO progress VALUES (1, 0)")
            while rows := self._select(position, COMMIT):
                position = rows[-1][0]
                connection.execute("BEGIN")
                connection.execute("UPDATE progress SET position = ?", (position,))
                connection.executemany(register.SQLITE_INSERT, _registered(rows))
                connection.execute("COMMIT")
        return position

    def close(self) -> None:
        self._connection.close()

    def _select(self, after: int, limit: int) -> list[Row]:
        return self._connection.execute(_SELECT, (after, limit)).fetchall()


class RawPostgres(Raw):
    """Plain psycopg on one connection: prepared statements, COPY where there is more than one row."""

    def __init__(self, place: Place) -> None:
        import psycopg

        super().__init__()
        self._connect = psycopg.connect
        self._connection = self._connect(place.url, autocommit=True, prepare_threshold=0)
        self._connection.execute(_TABLE.format(integer="BIGINT", bytes="BYTEA"))

    def log(self, decisions: Sequence[Decision]) -> int:
        insert = _INSERT.replace("?", "%b")
        for row in self._rows(decisions):
            self._connection.execute(insert, row)
        return len(decisions)

    def load(self, batch: Batch) -> int:
        columns = ("int8", "text", "int4", "text", "text", "bytea")
        for decisions in by_commit(batch.decisions):
            _copy(self._connection, "entries", columns, self._rows(decisions))
        return len(batch.decisions)

    def project(self, view: Place) -> int:
        columns = ("text",) * 7 + ("int4",) + ("text",) * 3
        position = 0
        with self._connect(view.url, autocommit=True, prepare_threshold=0) as connection:
            connection.execute(register.CREATE)
            connection.execute(_PROGRESS.format(integer="BIGINT"))
            connection.execute("INSERT INTO progress VALUES (1, 0)")
            while rows := self._select(position, COMMIT):
                position = rows[-1][0]
                with connection.transaction():
                    connection.execute("UPDATE progress SET position = %s", (position,))
                    _copy(connection, "register", columns, _registered(rows))
        return position

    def close(self) -> None:
        self._connection.close()

    def _select(self, after: int, limit: int) -> list[Row]:
        cursor = self._connection.cursor(binary=True)
        return cursor.execute(_SELECT.replace("?", "%b"), (after, limit)).fetchall()


def _copy(connection: Any, table: str, types: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(types)
        for row in rows:
            copy.write_row(row)


def _registered(rows: Iterable[Row]) -> list[register.Row]:
    return [register.row_of_fields(stream[9:], json.loads(body)) for _, stream, _, _, _, body in rows]
