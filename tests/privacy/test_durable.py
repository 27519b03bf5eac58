"""No entry is in the ledger whose key could still be lost, however many new people it speaks of."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from threading import Thread
from typing import Any

import pytest
from eventsourcing.persistence import DatabaseError

from charter.decisions.commands import LogRequest
from charter.desk import Order
from charter.message import Refused
from charter.privacy.vault import Vault
from tests.projections.airline import Airline

MANY = 40


def requests(airline: Airline) -> list[Order]:
    """Of customers whom nobody knew before."""
    asked = (
        LogRequest(decision=f"{number:032x}", charter="skyline", request="Tea.", customer=f"C-9{number}")
        for number in range(MANY)
    )
    return [Order(command, "rita", airline.now) for command in asked]


def customers(airline: Airline) -> list[str | None]:
    """As another process finds them."""
    vault = Vault.beside(airline.ledger.engine)
    try:
        return [vault.find("customer", f"C-9{number}") for number in range(MANY)]
    finally:
        vault.close()


def key_store(airline: Airline) -> Any:
    """The tables of the keys."""
    return airline.ledger.vault._opened()


class Slow:
    """A disk to which nothing goes before somebody waits for it."""

    def __init__(self) -> None:
        self.waited_for = 0

    def submit(self, commit: Callable[[], None]) -> Slow:
        """Put it off."""
        self._commit = commit
        return self

    def result(self) -> None:
        """It cannot be put off any longer."""
        self.waited_for += 1
        self._commit()

    def shutdown(self) -> None:
        """Nothing is left to do."""


def test_the_keys_are_on_the_disk_before_the_entries_are_appended(
    airline_anywhere: Airline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their way there begins before the words are sealed, and is waited for."""
    airline, disk = airline_anywhere, Slow()
    recorder = airline.ledger.entries_recorder
    insert, found = recorder.insert_events, []

    def appended(*events: Any, **known: Any) -> Sequence[int] | None:
        found.extend(customers(airline))
        return insert(*events, **known)

    monkeypatch.setattr(key_store(airline), "_disk", disk)
    monkeypatch.setattr(recorder, "insert_events", appended)
    written = airline.ledger.write_all(requests(airline))
    assert not any(isinstance(outcome, Refused) for outcome in written)
    assert disk.waited_for == 1
    assert len(set(found)) == MANY
    assert None not in found


def test_where_the_keys_do_not_get_to_the_disk_nothing_is_written(airline: Airline) -> None:
    """And what is tried again afterwards, on another connection, is."""
    connection: sqlite3.Connection = key_store(airline)._idle[-1].driver_connection
    size = airline.ledger.entries_recorder.size()

    def no_commit(action: int, what: str | None, *_: str | None) -> int:
        denied = action == sqlite3.SQLITE_TRANSACTION and what == "COMMIT"
        return sqlite3.SQLITE_DENY if denied else sqlite3.SQLITE_OK

    connection.set_authorizer(no_commit)
    with pytest.raises(DatabaseError, match="not authorized"):
        airline.ledger.write_all(requests(airline))
    assert airline.ledger.entries_recorder.size() == size
    assert set(customers(airline)) == {None}
    assert all(not isinstance(outcome, Refused) for outcome in airline.ledger.write_all(requests(airline)))
    assert None not in customers(airline)


def test_where_no_thread_can_wait_for_the_disk_nobody_is_locked_out(
    airline: Airline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A transaction that nobody ends would keep everybody from the keys, in other processes too."""

    def no_room(_: Thread) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched, pytest.raises(RuntimeError):
        patched.setattr(Thread, "start", no_room)
        airline.ledger.write_all(requests(airline))
    assert all(not isinstance(outcome, Refused) for outcome in airline.ledger.write_all(requests(airline)))
    assert None not in customers(airline)
