"""The rows that a batch of entries reads and changes: kept in memory, and written all at once at the end.

However the entries are cut into batches, the tables end up the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from operator import itemgetter
from typing import Any

from sqlalchemy import Table

from projections.engine.projection import Key
from projections.engine.statements import Writer

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


class Anew(Rows):
    """What entries lead to in some tables that are taken to be empty; the others are read, and nothing is written."""

    def __init__(self, writers: Mapping[Table, Writer], cursor: Any, tables: Iterable[Table]) -> None:
        super().__init__(writers, cursor)
        for table in tables:
            self._sheets[table] = _Blank(writers[table], cursor)

    def made(self, table: Table) -> list[Row]:
        """The rows of such a table, in the order in which they came."""
        return self._sheets[table].there

    def flush(self) -> None:
        """Never: what was made is for comparing."""
        raise AssertionError


class _Sheet:
    """What a batch knows about one table, by key: new rows, other rows (None: there is none), sums to add."""

    def __init__(self, writer: Writer, cursor: Any) -> None:
        self._writer = writer
        self._cursor = cursor
        self._blank: Row = dict.fromkeys(writer.columns)
        self._width = len(writer.columns)
        self._key_of: Callable[[Row], Key] = _picker(writer.key)
        self._new: dict[Key, Row] = {}  # to be inserted, in the order in which they came
        self._rows: dict[Key, Row | None] = {}
        self._changed: set[Key] = set()  # of the other rows, those to be written or removed
        self._counter = {name: place for place, name in enumerate(writer.counters)}
        self._zeros = [0] * len(writer.counters)
        self._sums: dict[Key, list[int]] = {}
        self._one = dict.fromkeys(writer.counters, 1)
        self._ones: Counter[Key] = Counter()

    def load(self, keys: Iterable[Key]) -> None:
        wanted = [key for key in keys if key not in self._new and key not in self._rows]
        if wanted:
            self._rows.update(dict.fromkeys(wanted))
            self._rows.update((self._key_of(row), row) for row in self._writer.load(self._cursor, wanted))

    @property
    def there(self) -> list[Row]:
        return [*self._new.values(), *(row for row in self._rows.values() if row is not None)]

    def get(self, key: Key) -> Row | None:
        if (row := self._new.get(key)) is not None:
            return row
        if key not in self._rows:
            self.load((key,))
        return self._rows[key]

    def put(self, row: Row) -> None:
        key = self._key_of(row)
        if key in self._new or (key not in self._changed and self._rows.get(key, row) is None):
            self._new[key] = self._complete(row)
        else:
            self._rows[key] = self._complete(row)
            self._changed.add(key)

    def append(self, row: Row) -> None:
        key = self._key_of(row)
        assert key not in self._new and self._rows.get(key) is None, (self._writer.name, key)
        self._new[key] = row if len(row) == self._width else self._complete(row)

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
        if self._new.pop(key, None) is None:
            self._rows[key] = None
            self._changed.add(key)

    def _complete(self, row: Row) -> Row:
        row = {**self._blank, **row}
        assert len(row) == self._width, (self._writer.name, row.keys() - self._blank.keys())
        return row

    def flush(self) -> None:
        # rows are removed first: one that was removed and came again is among the new
        changed = [(key, self._rows[key]) for key in self._changed]
        self._writer.delete(self._cursor, [key for key, row in changed if row is None])
        self._writer.insert(self._cursor, list(self._new.values()))
        self._writer.upsert(self._cursor, [row for _, row in changed if row is not None])
        for key, ones in self._ones.items():
            self._sums.setdefault(key, [0])[0] += ones
        self._writer.add(self._cursor, [(*key, *sums) for key, sums in self._sums.items() if any(sums)])


class _Blank(_Sheet):
    """A table without a row, whatever the database holds."""

    def load(self, keys: Iterable[Key]) -> None:
        self._rows.update((key, None) for key in keys if key not in self._new and key not in self._rows)


def _picker(names: tuple[str, ...]) -> Callable[[Row], Key]:
    if len(names) == 1:
        [name] = names
        return lambda row: (row[name],)
    return itemgetter(*names)
