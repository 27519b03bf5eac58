"""The eventsourcing library's own published test cases hold for the ledger's recorder, on both databases."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path
from uuid import uuid4

from eventsourcing.tests import persistence

from charter import schema
from charter.store.database import open_database
from charter.store.recorder import LedgerRecorder
from tests.postgres import drop_database, new_database


class _Ledger(persistence.RecorderTestCase):
    """A new ledger for each test."""

    def place(self) -> str:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return str(Path(folder.name) / "charter.db")

    def create_recorder(self) -> LedgerRecorder:
        url = self.place()
        schema.create(url)
        recorder = LedgerRecorder(open_database(url))
        self.addCleanup(recorder.close)
        self.addCleanup(_join_readers, set(threading.enumerate()))
        return recorder

    def new_originator_id(self) -> str:
        return str(uuid4())


def _join_readers(before: set[threading.Thread]) -> None:
    """The library's test of many threads leaves its readers running for a moment."""
    for thread in set(threading.enumerate()) - before:
        thread.join()


class _OnPostgres(_Ledger):
    def place(self) -> str:
        url = new_database()
        self.addCleanup(drop_database, url)
        return url


class TestRecorderOnSqlite(_Ledger, persistence.ApplicationRecorderTestCase[LedgerRecorder]):
    """Appending, reading, following, many threads."""

    def test_insert_subscribe(self) -> None:
        """What has been recorded and what comes is given in order, and iteration stops when told to."""
        self.optional_test_insert_subscribe()


class TestRecorderOnPostgres(_OnPostgres, TestRecorderOnSqlite):
    """The same in PostgreSQL."""


class TestPositionsOnSqlite(_Ledger, persistence.NonInterleavingNotificationIDsBaseCase):
    """Entries of one call have neighbouring positions."""


class TestPositionsOnPostgres(_OnPostgres, persistence.NonInterleavingNotificationIDsBaseCase):
    """The same in PostgreSQL."""
