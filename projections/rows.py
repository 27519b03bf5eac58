"""The rows that a batch of entries reads and changes: kept in memory, and written all at once at the end.

However the entries are cut into batches, the tables end up the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from operator import itemgetter
from typing import Any

from sqlalchemy import Table

from projections.projection import Key
from projections.statements import Writer

Row = dict[str, Any]


class Rows:
    """The unit of work of one batch; everything a projection may look at and change."""

    def __init__(self, writers: Mapping[Table, Writer], cursor: Any) -> None:
        self._sheets = {table: _Sheet(writer, cursor) for table, writer in writers.items()}

    def load(self, needed: Mapping[Table, Iterable[Key]]) -> None:
        """Read rows ahead, each table's with one statement."""
        for table, keys in needed.items():
            self._sheets[table].load(keys)

    def get(self, table: Table, key: Key | str | int) -> Row | None:
        """A copy of the row as the entries so far have left it; None if there is none."""
        row = self._sheets[table].get(key if isinstance(key, tuple) else (key,))
        return None if row is None else dict(row)

    def put(self, table: Table, row: Row) -> None:
        """Insert the row, or replace the one with its key; columns that are left out are NULL."""
        self._sheets[table].put(row)

    def append(self, table: Table, row: Row) -> None:
        """Insert a row that is known to be new: the fastest way to write. Columns that are left out are NULL."""
        self._sheets[table].append(row)

    def add(self, table: Table, key: Mapping[str, Any] | Key, **deltas: int) -> None:
        """Add to counters, which begin at 0; a row whose counters are all 0 again is no row.

        A table of counters has whole numbers beside its key, and is written by `add` only.
        """
        sheet = self._sheets[table]
        sheet.add((key if isinstance(key, tuple) else sheet.ordered(key),), deltas)

    def add_to_each(self, table: Table, keys: Iterable[Key], **deltas: int) -> None:
        """Add the same to the counters of many rows."""
        self._sheets[table].add(keys, deltas)

    def delete(self, table: Table, key: Key | str | int) -> None:
        """Remove the row, if there is one."""
        self._sheets[table].delete(key if isinstance(key, tuple) else (key,))

    def flush(self) -> None:
        """Write everything that has changed, each table's with a few statements, whatever the number of rows."""
        for sheet in self._sheets.values():
            sheet.flush()


class _Sheet:
    """What a batch knows about one table, by key: rows (None: there is none), which of them to write, sums to add."""

    def __init__(self, writer: Writer, cursor: Any) -> None:
        self._writer = writer
        self._cursor = cursor
        self._blank: Row = dict.fromkeys(writer.columns)
        self._key_of: Callable[[Row], Key] = _picker(writer.key)
        self._rows: dict[Key, Row | None] = {}
        self._absent: set[Key] = set()  # not in the table, known for certain
        self._changed: dict[Key, None] = {}  # a set that keeps its order: rows are written as they came
        self._sums: dict[Key, list[int]] = {}
        self._counter = {name: place for place, name in enumerate(writer.counters)}
        self._one = dict.fromkeys(writer.counters, 1)
        self._ones: Counter[Key] = Counter()
        self._zeros = [0] * len(writer.counters)

    def load(self, keys: Iterable[Key]) -> None:
        wanted = [key for key in keys if key not in self._rows]
        if not wanted:
            return
        for row in self._writer.load(self._cursor, wanted):
            self._rows[self._key_of(row)] = row
        for key in wanted:
            if key not in self._rows:
                self._rows[key] = None
                self._absent.add(key)

    def get(self, key: Key) -> Row | None:
        if key not in self._rows:
            self.load((key,))
        return self._rows[key]

    def put(self, row: Row) -> None:
        key = self._key_of(row)
        self._rows[key] = self._complete(row)
        self._changed[key] = None

    def append(self, row: Row) -> None:
        key = self._key_of(row)
        assert self._rows.get(key) is None, (self._writer.name, key)
        self._rows[key] = self._complete(row)
        if key not in self._changed:  # one that was deleted a moment ago is still in the table
            self._absent.add(key)
            self._changed[key] = None

    def ordered(self, key: Mapping[str, Any]) -> Key:
        assert key.keys() == set(self._writer.key), (self._writer.name, tuple(key))
        return tuple(key[name] for name in self._writer.key)

    def add(self, keys: Iterable[Key], deltas: Mapping[str, int]) -> None:
        if len(self._counter) == 1 and deltas == self._one:
            self._ones.update(keys)  # the commonest case, at the speed of C
            return
        changes = [(self._counter[name], delta) for name, delta in deltas.items()]
        for key in keys:
            sums = self._sums.get(key)
            if sums is None:
                sums = self._sums[key] = self._zeros.copy()
            for place, delta in changes:
                sums[place] += delta

    def delete(self, key: Key) -> None:
        self._rows[key] = None
        self._changed[key] = None

    def _complete(self, row: Row) -> Row:
        if len(row) < len(self._blank):
            row = {**self._blank, **row}
        assert len(row) == len(self._blank), (self._writer.name, row.keys() - self._blank.keys())
        return row

    def flush(self) -> None:
        if self._changed:
            gone: list[Key] = []
            new: list[Row] = []
            other: list[Row] = []
            for key in self._changed:
                row = self._rows[key]
                if row is not None:
                    (new if key in self._absent else other).append(row)
                elif key not in self._absent:
                    gone.append(key)
            self._writer.delete(self._cursor, gone)
            self._writer.insert(self._cursor, new)
            self._writer.upsert(self._cursor, other)
        for key, ones in self._ones.items():
            self._sums.setdefault(key, [0])[0] += ones
        if self._sums:
            self._writer.add(self._cursor, [(*key, *sums) for key, sums in self._sums.items() if any(sums)])


def _picker(names: tuple[str, ...]) -> Callable[[Row], Key]:
    if len(names) == 1:
        [name] = names
        return lambda row: (row[name],)
    return itemgetter(*names)
