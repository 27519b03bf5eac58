"""Gives the eventsourcing library a ledger to work on, by environment variables.

`PERSISTENCE_MODULE=charter.store.factory` and `CHARTER_LEDGER=<path or address>`.
"""

from __future__ import annotations

from typing import NoReturn

from eventsourcing.persistence import (
    AggregateRecorder,
    InfrastructureFactory,
    InfrastructureFactoryError,
    ProcessRecorder,
    TrackingRecorder,
)

from charter.store.database import open_database
from charter.store.recorder import LedgerRecorder


class LedgerFactory(InfrastructureFactory[TrackingRecorder]):
    """The library's way to a `LedgerRecorder`. A ledger has one recorder only: of all entries, in one order."""

    LEDGER = "CHARTER_LEDGER"
    """The variable with the ledger's address, as `open_database` takes it."""

    _opened: tuple[LedgerRecorder, ...] = ()

    def application_recorder(self) -> LedgerRecorder:
        """The recorder of the ledger at CHARTER_LEDGER; NoLedger if there is none there."""
        where = self.env.get(self.LEDGER)
        if not where:
            msg = f"{self.LEDGER} does not say where the ledger is."
            raise InfrastructureFactoryError(msg)
        recorder = LedgerRecorder(open_database(where))
        self._opened += (recorder,)
        return recorder

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        """Refused: every entry of a ledger has a position among all."""
        _refuse(f"recorder of {purpose} beside its entries")

    def tracking_recorder(self, tracking_recorder_class: type[TrackingRecorder] | None = None) -> TrackingRecorder:
        """Refused: a projection keeps its position with its own rows."""
        name = tracking_recorder_class.__name__ if tracking_recorder_class else "tracking recorder"
        _refuse(f"{name}: projections keep their position with their own rows")

    def process_recorder(self) -> ProcessRecorder:
        """Refused, as `tracking_recorder`."""
        _refuse("process recorder: projections keep their position with their own rows")

    def close(self) -> None:
        """Close the recorders that were given out."""
        for recorder in self._opened:
            recorder.close()
        self._opened = ()


def _refuse(what: str) -> NoReturn:
    msg = f"A ledger has no {what}."
    raise InfrastructureFactoryError(msg)
