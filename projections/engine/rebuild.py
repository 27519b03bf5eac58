"""Builds views again from the ledger, in place of those in use or only to see whether they are the same.

Rows are compared in the order of their keys, a pair at a time, so the size of a table does not matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from heapq import merge
from itertools import chain, groupby, islice
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, MetaData, Table, Text, collate, select

from charter.ledger import Ledger
from charter.store.database import is_sqlite
from projections.engine import tracking
from projections.engine.projection import Key, Projection
from projections.engine.purge import ViewsInUse, clear
from projections.engine.run import Run, ViewFailed, drive
from projections.engine.slots import discard, finish, index, start
from projections.engine.tracking import Slot

BULK = 4_000
"""Entries carried in one transaction while tables are built from the beginning."""
SHOWN = 1_000
"""At most so many differences are told of one table."""

Progress = Callable[[int, int], None]
"""Told how many entries are done and how many there are, counted once for each view."""


class Rebuilt(NamedTuple):
    """One view that was built again: up to which entry, or why it could not be."""

    name: str
    version: int
    position: int
    error: str | None


class Difference(NamedTuple):
    """One row that is not what the ledger says: as it is, and as it should be (None: no such row)."""

    projection: str
    table: str
    key: Key
    found: dict[str, Any] | None
    expected: dict[str, Any] | None


class ComparedElsewhere(Exception):
    """Somebody else began to compare the same views. Try again when they are done."""

    def __init__(self) -> None:
        super().__init__(type(self).__doc__)


def rebuild(
    engine: Engine, ledger: Ledger, projections: Sequence[Projection], progress: Progress | None = None
) -> list[Rebuilt]:
    """Build anew from the first entry, beside the tables in use, which serve until the new ones take their place."""
    runs = _built(engine, ledger, projections, Slot.NEXT, progress)
    for run in runs:
        if run.failed is None and not run.lost and index(engine, run.projection, run.place):
            finish(engine, run.place)
    _cleared(engine, runs)
    return [Rebuilt(run.projection.name, run.projection.version, run.place.position, run.failed) for run in runs]


def compare(
    engine: Engine, ledger: Ledger, projections: Sequence[Projection], progress: Progress | None = None
) -> list[Difference]:
    """What differs between the tables in use, which must be caught up, and new ones, which are removed again."""
    differences: list[Difference] = []
    runs: list[Run] = []
    try:
        runs = _built(engine, ledger, projections, Slot.CHECK, progress)
        for run in runs:
            differences += _compared(engine, ledger, run)
    finally:
        for projection in projections:
            discard(engine, projection.name, Slot.CHECK)
    _cleared(engine, runs)
    return differences


def _cleared(engine: Engine, runs: Sequence[Run]) -> None:
    """Where somebody's key was there again and is gone now, what was read with it goes, too."""
    if any(run.purged for run in runs):
        with suppress(ViewsInUse):  # the words are out of the rows; the rest goes with the next erasure
            clear(engine, [run.projection for run in runs])


def _built(
    engine: Engine,
    ledger: Ledger,
    projections: Sequence[Projection],
    slot: Slot,
    progress: Progress | None,
) -> list[Run]:
    until = ledger.entries_recorder.size()
    runs = []
    for projection in projections:
        place = start(engine, projection, slot)
        assert place is not None
        runs.append(Run(engine, projection, place))
    done = 0
    for step in drive(ledger, runs, until, BULK):
        done += step
        if progress is not None:
            progress(done, until * len(runs))
    return runs


def _compared(engine: Engine, ledger: Ledger, run: Run) -> list[Difference]:
    """What differs in one snapshot, with both at the same position: others may carry on the tables in use meanwhile."""
    while True:
        if run.lost:
            raise ComparedElsewhere
        if run.failed is not None:
            raise ViewFailed(run.place, run.failed)
        with engine.connect() as connection, connection.begin():
            if not is_sqlite(engine):
                connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            live = tracking.places(connection, [run.projection.name])[run.projection.name, Slot.LIVE]
            if live.position == run.place.position:
                found = (islice(_differences(connection, run, table), SHOWN) for table in run.projection.tables)
                return list(chain.from_iterable(found))
        for _ in drive(ledger, [run], live.position, BULK):
            pass


def _differences(connection: Connection, run: Run, table: Table) -> Iterator[Difference]:
    found = _in_order(connection, table, "found")
    copy = table.to_metadata(MetaData(), name=f"{Slot.CHECK.prefix}{table.name}")
    expected = _in_order(connection, copy, "expected")
    for key, rows in groupby(merge(found, expected, key=itemgetter(0)), key=itemgetter(0)):
        pair = {side: row for _, side, row in rows}
        if pair.get("found") != pair.get("expected"):
            yield Difference(run.projection.name, table.name, key, pair.get("found"), pair.get("expected"))


def _in_order(connection: Connection, table: Table, side: str) -> Iterator[tuple[Key, str, dict[str, Any]]]:
    """A table's rows by key, in the order of bytes in both databases, which is Python's order of text."""
    key = list(table.primary_key.columns)
    by_bytes = not is_sqlite(connection.engine)
    order = [collate(column, "C") if by_bytes and isinstance(column.type, Text) else column for column in key]
    query = select(table).order_by(*order).execution_options(stream_results=True, yield_per=1_000)
    for row in connection.execute(query).mappings():
        yield tuple(row[column.name] for column in key), side, dict(row)
