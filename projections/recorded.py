"""Up to which entry the ledger had come at a time; entries stand in the order in which they were recorded."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from datetime import datetime

from charter.leaf import stamp
from charter.ledger import Ledger


def recorded_before(ledger: Ledger, moment: datetime) -> int:
    """The position of the last entry that was recorded before a time (aware); 0 for none. Reads some twenty entries."""
    return bisect_left(_positions(ledger), stamp(moment), key=_recorded_at(ledger))


def recorded_by(ledger: Ledger, moment: datetime) -> int:
    """The same, of the last one that was recorded at that time or before."""
    return bisect_right(_positions(ledger), stamp(moment), key=_recorded_at(ledger))


def _positions(ledger: Ledger) -> range:
    return range(1, ledger.entries_recorder.size() + 1)


def _recorded_at(ledger: Ledger) -> Callable[[int], str]:
    return lambda position: ledger.entries_recorder.rows(position - 1, 1)[0][4]
