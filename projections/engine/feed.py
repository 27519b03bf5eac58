"""Entries as projections take them: in batches of bounded size, decoded once, however many projections look at them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from charter.catalogue import entry
from charter.leaf import Row, leaves
from charter.ledger import Ledger
from charter.message import Entry
from charter.privacy.opener import Opener
from charter.store.recorder import LedgerRecorder
from charter.subjects.events import ErasureCompleted
from projections.engine.projection import Projection

FETCH = 1_000
"""Entries asked of the ledger at once."""
WEIGHT = 8 << 20
"""Bytes of bodies from which on a batch is large enough, however few its entries."""

ERASING = frozenset({ErasureCompleted.name})
"""What every projection that keeps words has to know of, whatever else it looks at."""


class Unreadable(NamedTuple):
    """An entry that could not be decoded, and why; it stops only those projections that look at entries of its type."""

    position: int
    type: str
    error: Exception


class Batch(NamedTuple):
    """The entries after one position up to another, for a projection that has seen all before them."""

    rows: Sequence[Row]
    entries: Sequence[Entry | Unreadable]
    ledger: Ledger

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
            [row for row in self.rows if row[0] < position],
            [one for one in self.entries if one.position < position],
            self.ledger,
        )


def read(ledger: Ledger, after: int, until: int, limit: int, readers: Iterable[Projection]) -> Batch:
    """The next entries, at most `limit`, decoded where at least one of the readers looks at their type."""
    rows: list[Row] = []
    weight = 0
    while len(rows) < limit and weight < WEIGHT:
        fetched = ledger.entries_recorder.rows(after, min(FETCH, limit - len(rows)), until)
        if not fetched:
            break
        rows += fetched
        after = fetched[-1][0]
        weight += sum(len(row[5]) for row in fetched)
    wanted = ERASING.union(*(reader.events for reader in readers))
    chosen = [row for row in rows if row[3] in wanted]
    opener = Opener(ledger.vault, chosen)
    return Batch(rows, [_decoded(row, opener) for row in chosen], ledger)


def holds(recorder: LedgerRecorder, position: int, leaf: bytes) -> bool:
    """Whether the ledger's entry at a position is the one with this leaf hash; true at the beginning."""
    return position == 0 or leaves(recorder.rows(position - 1, 1, position)) == [leaf]


def ends_with(recorder: LedgerRecorder, position: int, leaf: bytes) -> bool:
    """Whether the ledger's newest entry is the one at a position, with this leaf hash; at 0, whether it has none."""
    newest = recorder.rows(position - 1, 2) if position else recorder.rows(0, 1)
    return leaves(newest) == ([leaf] if position else [])


def _decoded(row: Row, opener: Opener) -> Entry | Unreadable:
    try:
        return entry(row, opener)
    except Exception as error:  # whatever is wrong with it is said to those who need it
        return Unreadable(row[0], row[3], error)
