"""The ledgers that the faults are tried on."""

from tests.store.conftest import engine, ledger_url, place, recorder

__all__ = ["engine", "ledger_url", "place", "recorder"]
