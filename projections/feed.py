"""Entries as projections take them: in batches of bounded size, decoded once, however many projections look at them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from charter.catalogue import entry
from charter.leaf import Row, leaves
from charter.message import Entry
from charter.store.recorder import LedgerRecorder
from projections.projection import Projection

FETCH = 1_000
"""Entries asked of the ledger at once."""
WEIGHT = 8 << 20
"""Bytes of bodies from which on a batch is large enough, however few its entries."""


class Unreadable(NamedTuple):
    """An entry that could not be decoded, and why; it stops only those projections that look at entries of its type."""

    position: int
    type: str
    error: Exception


class Batch(NamedTuple):
    """The entries after one position up to another, for a projection that has seen all before them."""

    rows: Sequence[Row]
    entries: Sequence[Entry | Unreadable]

    @property
    def position(self) -> int:
        """The last entry's position."""
        return self.rows[-1][0]

    @property
    def leaf(self) -> bytes:
        """The last entry's leaf hash."""
        return leaves(self.rows[-1:])[0]

    def before(self, position: int) -> Batch:
        """The part of the batch before a position."""
        return Batch(
            [row for row in self.rows if row[0] < position], [one for one in self.entries if one.position < position]
        )


def read(recorder: LedgerRecorder, after: int, until: int, limit: int, readers: Iterable[Projection]) -> Batch:
    """The next entries, at most `limit`, decoded where at least one of the readers looks at their type."""
    rows: list[Row] = []
    weight = 0
    while len(rows) < limit and weight < WEIGHT:
        fetched = recorder.rows(after, min(FETCH, limit - len(rows)), until)
        if not fetched:
            break
        rows += fetched
        after = fetched[-1][0]
        weight += sum(len(row[5]) for row in fetched)
    wanted = frozenset().union(*(reader.events for reader in readers))
    return Batch(rows, [_decoded(row) for row in rows if row[3] in wanted])


def holds(recorder: LedgerRecorder, position: int, leaf: bytes) -> bool:
    """Whether the ledger's entry at a position is the one with this leaf hash; true at the beginning."""
    return position == 0 or leaves(recorder.rows(position - 1, 1, position)) == [leaf]


def _decoded(row: Row) -> Entry | Unreadable:
    try:
        return entry(row)
    except Exception as error:  # whatever is wrong with it is said to those who need it
        return Unreadable(row[0], row[3], error)
