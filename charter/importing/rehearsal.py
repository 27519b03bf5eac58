"""What an import would do, found out without writing anything."""

import sqlite3
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Self

from charter.decisions.commands import RecordCase
from charter.desk import Order, Written
from charter.leaf import instant, stamp
from charter.ledger import Ledger
from charter.message import Refused


class Rehearsal:
    """Decides orders as the ledger would, each on top of all that were given before it, and writes none.

    What would have been written is kept in a temporary database on disk, so that a row whose id came up a million rows
    ago meets it, and memory stays flat. A context manager.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._seen = sqlite3.connect("")  # an empty name: a file that only this connection sees and that goes with it
        self._seen.execute("CREATE TABLE seen (id TEXT PRIMARY KEY, command TEXT, by TEXT, at TEXT) WITHOUT ROWID")

    def write_all(self, orders: Sequence[Order]) -> list[Written | Refused]:
        """What `Ledger.write_all` would answer."""
        before = [order for each in orders for order in self._recall(each)]
        outcomes = self._ledger.rehearse_all([*before, *orders])[len(before) :]
        self._remember(
            order
            for order, outcome in zip(orders, outcomes, strict=True)
            if isinstance(outcome, Written) and outcome.events
        )
        return outcomes

    def _recall(self, order: Order) -> list[Order]:
        """The order that would have started the same case."""
        assert isinstance(order.command, RecordCase)
        found = self._seen.execute("SELECT command, by, at FROM seen WHERE id = ?", (order.command.decision,))
        return [
            Order(RecordCase.model_validate_json(command), by, instant(at) if at else None) for command, by, at in found
        ]

    def _remember(self, orders: Iterable[Order]) -> None:
        rows = [
            (order.command.decision, order.command.model_dump_json(), order.by, stamp(order.at) if order.at else None)
            for order in orders
            if isinstance(order.command, RecordCase)
        ]
        self._seen.executemany("INSERT OR IGNORE INTO seen VALUES (?, ?, ?, ?)", rows)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._seen.close()
