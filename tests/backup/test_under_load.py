"""A backup that is made while many write has everything that was acknowledged before it began, and is whole."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Lock

import pytest

from charter import schema
from charter.backup.keys import without_key
from charter.backup.put_back import put_back
from charter.backup.take import Places, take
from charter.backup.whole import whole
from charter.charters.commands import OpenCharter
from charter.decisions.commands import LogRequest
from charter.ledger import Ledger
from charter.message import Entry
from charter.people.commands import RegisterPerson
from charter.privacy.vault import Vault
from charter.proof.verify import verify
from charter.store.errors import StoreUnavailable

WRITERS = 8
WAIT = 60


def founded(where: str) -> str:
    """A new ledger with a charter in it."""
    schema.create(where)
    ledger = Ledger(where)
    ledger.write(RegisterPerson(person="ann", full_name="Ann Weaver", department="Care"), by="ann")
    ledger.write(OpenCharter(charter="skyline", brand="Skyline", style="Plain.", zone="UTC"), by="ann")
    ledger.close()
    return where


class Crowd:
    """Eight writers, each with connections of its own, who log requests of new customers until they are stopped."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._lock = Lock()
        self._stop = Event()
        self._enough = Event()
        self._acknowledged: list[tuple[str, str]] = []

    def write(self, number: int) -> None:
        """One of them."""
        ledger = Ledger(self._where)
        try:
            count = 0
            while not self._stop.is_set():
                count += 1
                words = f"request {count} of writer {number}"
                asked = LogRequest(charter="skyline", request=words, customer=f"C-{number}-{count}")
                ledger.write(asked, by="ann")
                with self._lock:
                    self._acknowledged.append((asked.decision, words))
                    if len(self._acknowledged) >= 5 * WRITERS:
                        self._enough.set()
        finally:
            self._enough.set()
            ledger.close()

    def acknowledged(self) -> dict[str, str]:
        """The words of each request that is known to be written by now; waits until there are some."""
        assert self._enough.wait(WAIT)
        with self._lock:
            return dict(self._acknowledged)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """They write while the block runs."""
        with ThreadPoolExecutor(WRITERS) as threads:
            work = [threads.submit(self.write, number) for number in range(WRITERS)]
            try:
                yield
            finally:
                self._stop.set()
        for each in work:
            each.result()


def words_in(ledger: Ledger) -> dict[str, str]:
    """The words of every request, opened."""
    found: Iterator[Entry] = ledger.entries(types=["request.logged"])
    return {entry.key: entry.event.request for entry in found}  # type: ignore[attr-defined]  # of that type


def test_a_backup_under_load_has_all_that_was_acknowledged_before(tmp_path: Path) -> None:
    where = Path(founded(str(tmp_path / "charter.db")))
    crowd, check = Crowd(str(where)), whole
    with crowd.at_work():
        before = crowd.acknowledged()
        places = Places(where, where.with_name("charter.keys.db"), None)
        taken = take(places, tmp_path / "b.zip", datetime.now(UTC), check)
    assert taken.without_key == 0
    there = tmp_path / "there"
    there.mkdir()
    again = Places(there / "charter.db", there / "charter.keys.db", None)
    made = put_back(taken.path, again, check)
    assert (made.without_key, made.sealed.size) == (0, taken.contents.size)
    assert verify(there / "charter.db").ok
    ledger = Ledger(str(there / "charter.db"), vault=Vault(there / "charter.keys.db"))
    try:
        assert before.items() <= words_in(ledger).items()
    finally:
        ledger.close()


def test_a_disk_without_room_for_the_copy_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where = Path(founded(str(tmp_path / "charter.db")))

    def full(*_: object) -> None:
        msg = "The disk that holds the ledger is full. Make room and try again."
        raise StoreUnavailable(msg)

    monkeypatch.setattr("charter.backup.take.copy_database", full)
    folder = tmp_path / "backups"
    folder.mkdir()
    with pytest.raises(StoreUnavailable):
        take(Places(where, None, None), folder, datetime.now(UTC), whole)
    assert list(folder.iterdir()) == []


# PostgreSQL, as docs/backup.md has it


def test_pg_dump_under_load_has_all_that_was_acknowledged_before(postgres_url: str, tmp_path: Path) -> None:
    from tests.postgres import copy_of, plain, tool

    crowd = Crowd(founded(postgres_url))
    dump = tmp_path / "ledger.dump"
    with crowd.at_work():
        before = crowd.acknowledged()
        tool(
            *("pg_dump", "--format=custom", "--serializable-deferrable", "--exclude-schema=views"),
            *(f"--file={dump}", plain(postgres_url)),
        )
    with copy_of(dump) as other:
        assert verify(other).ok
        ledger = Ledger(other)
        try:
            assert before.items() <= words_in(ledger).items()
            ledger.write(LogRequest(charter="skyline", request="and on"), by="ann")
        finally:
            ledger.close()
        assert verify(other).ok


def test_a_copy_without_its_keys_says_of_how_many_they_are_missing(tmp_path: Path) -> None:
    where = Path(founded(str(tmp_path / "charter.db")))
    assert without_key(where, [where.with_name("charter.keys.db")]) == 0
    assert without_key(where, []) == 1
