"""The eventsourcing library gets its recorder by environment variables, and is told what a ledger does not have."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from eventsourcing.persistence import InfrastructureFactory, InfrastructureFactoryError, StoredEvent

from charter.store.errors import NoLedger
from charter.store.factory import LedgerFactory


def factory(**env: str) -> LedgerFactory:
    """As the library makes it."""
    made = InfrastructureFactory.construct({"PERSISTENCE_MODULE": "charter.store.factory", **env})
    assert isinstance(made, LedgerFactory)
    return made


def test_a_recorder(ledger_url: str) -> None:
    """The recorder is that of the ledger named, and goes when the factory does."""
    made = factory(CHARTER_LEDGER=ledger_url)
    assert made.application_recorder().insert_events([StoredEvent("a", 1, "t", b"{}")]) == [1]
    assert made.application_recorder().size() == 1
    made.close()


def test_no_ledger_named() -> None:
    """Without an address, or with one where nothing is, it says so."""
    with pytest.raises(InfrastructureFactoryError, match="CHARTER_LEDGER does not say"):
        factory().application_recorder()
    with pytest.raises(NoLedger, match="charter init"):
        factory(CHARTER_LEDGER="/nowhere/charter.db").application_recorder()


@pytest.mark.parametrize(
    "ask", [LedgerFactory.aggregate_recorder, LedgerFactory.tracking_recorder, LedgerFactory.process_recorder]
)
def test_what_a_ledger_does_not_have(ask: Callable[[LedgerFactory], object]) -> None:
    """Other recorders are refused in plain words."""
    with pytest.raises(InfrastructureFactoryError, match="A ledger has no"):
        ask(factory())
