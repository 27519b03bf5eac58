"""How rows are written by the thousand: on SQLite one statement run many times, on PostgreSQL COPY and whole columns.

Everything goes to the driver's own cursor, within the transaction of whoever calls.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Dialect, Table
from sqlalchemy.sql.type_api import TypeEngine

from projections.engine.projection import Key

Row = dict[str, Any]
Values = tuple[Any, ...]


class Writer(ABC):
    """One table as it is read and written in bulk; `name` is what it is called now, next_… while it is being built."""

    def __init__(self, table: Table, name: str, dialect: Dialect) -> None:
        self.table = table
        self.name = name
        self.columns = tuple(column.name for column in table.columns)
        self.key = tuple(column.name for column in table.primary_key.columns)
        self.counters = tuple(column for column in self.columns if column not in self.key)
        assert self.key, f"{name} has no primary key"
        quote = dialect.identifier_preparer.quote
        self._types: list[TypeEngine[Any]] = [column.type for column in table.columns]
        self._table = quote(name)
        self._columns = [quote(column) for column in self.columns]
        self._key = [quote(column) for column in self.key]
        rest = [quote(column) for column in self.counters]
        replaced = ", ".join(f"{column} = excluded.{column}" for column in rest)
        summed = ", ".join(f"{column} = {self._table}.{column} + excluded.{column}" for column in rest)
        conflict = f"ON CONFLICT ({', '.join(self._key)}) DO"
        self._replace = f"{conflict} UPDATE SET {replaced}" if rest else f"{conflict} NOTHING"
        self._sum = f"{conflict} UPDATE SET {summed}"
        self._is_zero = " AND ".join(f"{self._table}.{column} = 0" for column in rest)
        self._booleans = [
            column.name for column in table.columns if column.type.result_processor(dialect, None) is not None
        ]

    def load(self, cursor: Any, keys: Sequence[Key]) -> list[Row]:
        """The rows with these keys that there are."""
        rows = [dict(zip(self.columns, values, strict=True)) for values in self._select(cursor, keys)]
        for name in self._booleans:  # SQLite keeps them as 0 and 1
            for row in rows:
                row[name] = None if row[name] is None else bool(row[name])
        return rows

    def insert(self, cursor: Any, rows: Sequence[Row]) -> None:
        """Write rows that are new."""
        if rows:
            self._insert(cursor, self._values(rows))

    def upsert(self, cursor: Any, rows: Sequence[Row]) -> None:
        """Write rows in place of those with the same keys, where there are such."""
        if rows:
            self._upsert(cursor, self._values(rows))

    def add(self, cursor: Any, sums: Sequence[Values]) -> None:
        """Add to counters, given as key and one number per counter; rows that come to zero go."""
        if not sums:
            return
        self._add(cursor, sorted(sums))  # neighbours in the index are written together
        width = len(self.key)
        if shrunk := [values[:width] for values in sums if min(values[width:]) < 0]:
            self._prune(cursor, shrunk)

    @abstractmethod
    def delete(self, cursor: Any, keys: Sequence[Key]) -> None:
        """Remove the rows with these keys."""

    def _values(self, rows: Sequence[Row]) -> list[Values]:
        if len(self.columns) == 1:
            return [(row[self.columns[0]],) for row in rows]
        return list(map(itemgetter(*self.columns), rows))

    @abstractmethod
    def _select(self, cursor: Any, keys: Sequence[Key]) -> list[Values]: ...
    @abstractmethod
    def _insert(self, cursor: Any, values: Sequence[Values]) -> None: ...
    @abstractmethod
    def _upsert(self, cursor: Any, values: Sequence[Values]) -> None: ...
    @abstractmethod
    def _add(self, cursor: Any, sums: Sequence[Values]) -> None: ...
    @abstractmethod
    def _prune(self, cursor: Any, keys: Sequence[Key]) -> None: ...


class SqliteWriter(Writer):
    """On SQLite a statement is prepared once and run for each row, without leaving the process."""

    def __init__(self, table: Table, name: str, dialect: Dialect) -> None:
        super().__init__(table, name, dialect)
        into = f"INTO {self._table} ({', '.join(self._columns)}) VALUES ({', '.join('?' * len(self._columns))})"
        self._put_new = f"INSERT {into}"
        # a virtual table (full text) knows no upsert, but is replaced by its row number
        self._put = f"REPLACE {into}" if "fts5" in table.info else f"INSERT {into} {self._replace}"
        self._increase = f"INSERT {into} {self._sum}"
        self._remove = f"DELETE FROM {self._table} WHERE {' AND '.join(f'{column} = ?' for column in self._key)}"  # noqa: S608  # names of our own
        single = len(self._key) == 1
        given = ["given.value"] if single else [f"json_extract(given.value, '$[{n}]')" for n in range(len(self._key))]
        self._find = (
            f"SELECT {', '.join(f't.{column}' for column in self._columns)} FROM json_each(?) AS given"  # noqa: S608
            f" CROSS JOIN {self._table} AS t ON "
            + " AND ".join(f"t.{column} = {value}" for column, value in zip(self._key, given, strict=True))
        )
        self._single = single

    def delete(self, cursor: Any, keys: Sequence[Key]) -> None:
        if keys:
            cursor.executemany(self._remove, keys)

    def _select(self, cursor: Any, keys: Sequence[Key]) -> list[Values]:
        given = json.dumps([key[0] for key in keys] if self._single else keys)
        found: list[Values] = cursor.execute(self._find, (given,)).fetchall()
        return found

    def _insert(self, cursor: Any, values: Sequence[Values]) -> None:
        cursor.executemany(self._put_new, values)

    def _upsert(self, cursor: Any, values: Sequence[Values]) -> None:
        cursor.executemany(self._put, values)

    def _add(self, cursor: Any, sums: Sequence[Values]) -> None:
        cursor.executemany(self._increase, sums)

    def _prune(self, cursor: Any, keys: Sequence[Key]) -> None:
        cursor.executemany(f"{self._remove} AND {self._is_zero}", keys)


class PostgresWriter(Writer):
    """On PostgreSQL many rows travel as one: new ones by COPY, others as one array for each column."""

    def __init__(self, table: Table, name: str, dialect: Dialect) -> None:
        super().__init__(table, name, dialect)
        columns = ", ".join(self._columns)
        types = [kind.compile(dialect) for kind in self._types]
        arrays = ", ".join(
            f"%s::text[]::{kind}[]" if kind == "TSVECTOR" else f"%s::{kind}[]" for kind in map(_plain, types)
        )
        of_key = [_plain(types[self.columns.index(column)]) for column in self.key]
        given = f"unnest({', '.join(f'%s::{kind}[]' for kind in of_key)}) AS given ({', '.join(self._key)})"
        same = " AND ".join(f"{self._table}.{column} = given.{column}" for column in self._key)
        into = f"INSERT INTO {self._table} ({columns}) SELECT * FROM unnest({arrays})"  # noqa: S608  # names of our own
        self._copy = f"COPY {self._table} ({columns}) FROM STDIN"
        self._put = f"{into} {self._replace}"
        self._increase = f"{into} {self._sum}"
        self._remove = f"DELETE FROM {self._table} USING {given} WHERE {same}"  # noqa: S608
        mine = ", ".join(f"{self._table}.{column}" for column in self._columns)
        self._find = f"SELECT {mine} FROM {given} JOIN {self._table} ON {same}"  # noqa: S608

    def delete(self, cursor: Any, keys: Sequence[Key]) -> None:
        if keys:
            cursor.execute(self._remove, _turned(keys))

    def _select(self, cursor: Any, keys: Sequence[Key]) -> list[Values]:
        found: list[Values] = cursor.execute(self._find, _turned(keys)).fetchall()
        return found

    def _insert(self, cursor: Any, values: Sequence[Values]) -> None:
        with cursor.copy(self._copy) as copy:
            for row in values:
                copy.write_row(row)

    def _upsert(self, cursor: Any, values: Sequence[Values]) -> None:
        cursor.execute(self._put, _turned(values))

    def _add(self, cursor: Any, sums: Sequence[Values]) -> None:
        cursor.execute(self._increase, _turned(sums))

    def _prune(self, cursor: Any, keys: Sequence[Key]) -> None:
        cursor.execute(f"{self._remove} AND {self._is_zero}", _turned(keys))


def writer(table: Table, name: str, dialect: Dialect) -> Writer:
    """The way to write a table in one of the two databases."""
    return (SqliteWriter if dialect.name == "sqlite" else PostgresWriter)(table, name, dialect)


def _turned(rows: Sequence[Values]) -> list[list[Any]]:
    """Rows as columns."""
    return [list(column) for column in zip(*rows, strict=True)]


def _plain(kind: str) -> str:
    """A type without its collation, as a cast takes it."""
    return kind.partition(" COLLATE")[0]
