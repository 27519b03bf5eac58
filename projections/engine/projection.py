"""What an answer is made of: tables, and how one entry of the ledger changes their rows.

A projection never refuses an entry and never writes one. The same entries give the same rows, whoever reads them, in
however many batches, and whenever.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, get_args

from sqlalchemy import Table

from charter.message import Entry

if TYPE_CHECKING:
    from projections.engine.rows import Anew, Row, Rows

Key = tuple[Any, ...]
"""The primary key of a row: one value per key column, in the table's order."""


class Projection(ABC):
    """One question's tables, and what each entry does to them.

    A table has a primary key, and columns of text, whole numbers and booleans only (times as `charter.leaf.stamp`
    writes them), so that rows go to both databases by their fastest way. Its columns say what a row has; indexes are
    made when the rows are in. Neither tables nor columns are ever changed in place: `version` counts up, and the
    tables are built anew beside the old ones.
    """

    name: ClassVar[str]
    """What people call it: `charter rebuild NAME`."""
    version: ClassVar[int] = 1
    """To be counted up whenever the tables, or what an entry does to them, change."""
    events: ClassVar[frozenset[str]]
    """The stored names of the events it looks at (`stored_names`)."""
    tables: ClassVar[tuple[Table, ...]]
    """Its tables, from a MetaData of its own; no two projections have a table of the same name."""
    personal: ClassVar[Mapping[Table, tuple[str, ...]]] = {}
    """The columns that may hold a person's words, to be purged when the person is erased.

    A row with such columns belongs to one stream: the entries of that stream alone, with what tables without such
    columns say, make it. So it can be made again from what those entries say when a key is gone. What else is made of
    such rows (`purge`) is mended from the row as it was and as it is.
    """

    def needed(self, entries: Sequence[Entry]) -> Mapping[Table, set[Key]]:
        """The rows that these entries will look at, to be read at once; what is left out is read one by one, slowly."""
        del entries
        return {}

    def purge(self, rows: Rows, made: Anew) -> bool:
        """Take the words that are in `made` no more out of the rows of one stream; whether there were any.

        `made` is what the stream's entries lead to now, by themselves.
        """
        changed = False
        for table in self.personal:
            for now in made.made(table):
                changed |= self.reword(rows, table, now) is not None
        return changed

    def reword(self, rows: Rows, table: Table, now: Row) -> Row | None:
        """Give a row the words it has now; the row as it was, or None where it has these words already."""
        before = rows.get(table, tuple(now[column.name] for column in table.primary_key.columns))
        words = {name: now[name] for name in self.personal[table]}
        if before is None or all(before[name] == value for name, value in words.items()):
            return None
        rows.put(table, before | words)
        return before

    @abstractmethod
    def apply(self, rows: Rows, entry: Entry) -> None:
        """Change rows as one entry asks for: nothing but `rows` and `entry` may be looked at, no clock and no file."""


def stored_names(*unions: Any) -> frozenset[str]:
    """The stored names of events, or of all events in unions of them such as `DecisionEvent`."""
    return frozenset(event.name for union in unions for event in get_args(union) or (union,))


def continued(entries: Sequence[Entry]) -> set[Key]:
    """The keys of streams that began before these entries: only they can have rows already."""
    seen = {entry.key for entry in entries}
    begun = {entry.key for entry in entries if entry.version == 1}
    return {(key,) for key in seen - begun}
