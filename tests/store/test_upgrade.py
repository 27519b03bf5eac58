"""A ledger that earlier software wrote is brought to today's tables, all of it or nothing; its entries stay."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from eventsourcing.persistence import StoredEvent
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from charter import schema
from charter.decisions.commands import LogRequest
from charter.decisions.events import RequestLogged
from charter.leaf import leaves
from charter.ledger import Ledger
from charter.privacy.vault import Vault
from charter.proof.checkpoint import Checkpoint
from charter.proof.stored import StoredTree
from charter.proof.verify import checkpoint, verify
from charter.store.database import open_database, writing
from charter.store.errors import HeadDamaged, NeedsUpgrade
from charter.store.published import Published
from charter.store.recorder import LedgerRecorder
from charter.tree import Frontier
from tests.ledgers import put_file, put_in_server

SIZE, ROOT = 888, "6a8edb71ef1cb59e0b0e909ad71641e517315d7936d3add2e63aa763a15bdfab"
SECOND_SIZE, SECOND_ROOT = 321, "d7bd0d8543fdd718432d9d264797d4a0b1e2be3aa4e2a910e5da72d519cceafc"


@pytest.fixture
def old(place: str, tmp_path: Path) -> Iterator[Engine]:
    """A ledger of the first version, on either database."""
    if "://" in place:
        put_in_server("0001", place, tmp_path / "source.db")
    else:
        put_file("0001", Path(place))
    engine = open_database(place)
    yield engine
    engine.dispose()


@pytest.fixture
def second(place: str, tmp_path: Path) -> Iterator[Engine]:
    """A ledger of the second version, with words of people sealed, on either database."""
    if "://" in place:
        put_in_server("0002", place, tmp_path / "source.db")
    else:
        put_file("0002", Path(place))
    engine = open_database(place)
    yield engine
    engine.dispose()


def sealed(engine: Engine) -> Checkpoint:
    """What the head row of a ledger seals."""
    return checkpoint(engine)


def test_upgraded_and_verified(old: Engine) -> None:
    """It verifies before and after, every event of it reads, every entry can be proved, and it goes on."""
    before = sealed(old)
    assert before.size == SIZE
    assert verify(old).ok  # which needs no new tables
    with pytest.raises(NeedsUpgrade, match="charter upgrade"):
        LedgerRecorder(old)
    with old.connect() as connection:
        rows = connection.execute(text("SELECT * FROM entries ORDER BY position")).all()
    schema.upgrade(old)
    assert schema.current(old) == schema.newest()
    with old.connect() as connection:
        assert connection.execute(text("SELECT * FROM entries ORDER BY position")).all() == rows
    assert sealed(old) == before
    assert verify(old, against=before).ok
    ledger = Ledger(old)
    assert [entry.position for entry in ledger.entries()] == list(range(1, SIZE + 1))
    tree = StoredTree(ledger.entries_recorder)
    for position in (1, 256, 257, 768, SIZE):
        tree.inclusion(position, before)
    ledger.entries_recorder.insert_events([StoredEvent("decision/new", n, "t", b"{}") for n in range(1, 300)])
    ledger.close()
    assert verify(old, against=before).ok


def test_the_second_version_upgraded(second: Engine, tmp_path: Path) -> None:
    """It verifies, every word opens with the keys of then, and from now on orders with a key are written once."""
    before = sealed(second)
    assert (before.size, before.root.hex()) == (SECOND_SIZE, SECOND_ROOT)
    with pytest.raises(NeedsUpgrade, match="charter upgrade"):
        LedgerRecorder(second)
    schema.upgrade(second)
    assert schema.current(second) == schema.newest()
    assert verify(second, against=before).ok
    assert [published.size for published in Published(second).all()] == [SECOND_SIZE]
    ledger = Ledger(second, vault=Vault(put_file("0002.keys", tmp_path / "old.keys.db")))
    requests = [entry.event.request for entry in ledger.entries() if isinstance(entry.event, RequestLogged)]
    assert len(requests) > 100
    assert not any("[" in request for request in requests)
    order = LogRequest(charter="larkwing", request="My seat, please.", customer="C-1")
    written = ledger.write(order, by="mara", key="k")
    assert ledger.write(order, by="mara", key="k") == written
    assert written.positions == (SECOND_SIZE + 1,)
    ledger.close()
    assert verify(second, against=before).ok


def test_upgraded_twice(old: Engine) -> None:
    """Whoever upgrades again changes nothing."""
    schema.upgrade(old)
    with old.connect() as connection:
        roots = connection.execute(text("SELECT * FROM subtrees ORDER BY level, number")).all()
    schema.upgrade(old)
    with old.connect() as connection:
        assert connection.execute(text("SELECT * FROM subtrees ORDER BY level, number")).all() == roots
    assert len(roots) == SIZE // 256


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE head SET size = 887, frontier = substr(frontier, 1, 256)",
        "UPDATE head SET size = 2000",
        "DELETE FROM head",
    ],
)
def test_a_damaged_one_is_left_as_it_is(old: Engine, damage: str) -> None:
    """Where entries and head row do not fit, no roots are made of them: the ledger stays what it was."""
    with writing(old) as connection:
        connection.execute(text(damage))
    with pytest.raises(HeadDamaged, match="charter verify"):
        schema.upgrade(old)
    assert schema.current(old) == "0001"
    assert not verify(old).ok


def append_as_before(engine: Engine, size: int) -> None:
    """Add empty entries up to a size, as software of the first version does: it knows of no roots."""
    with writing(engine) as connection:
        lock = "" if engine.dialect.name == "sqlite" else " FOR UPDATE"
        count, frontier, last = connection.execute(
            text(f"SELECT size, frontier, recorded_at FROM head{lock}")  # noqa: S608 - the test's own words
        ).one()
        rows = [(n, f"decision/as-before-{n}", 1, "t", last, b"{}") for n in range(count + 1, size + 1)]
        hashes = leaves(rows)
        tree = Frontier.from_bytes(count, frontier)
        tree.extend(hashes)
        for row, leaf in zip(rows, hashes, strict=True):
            names = ("p", "s", "v", "t", "r", "b", "l")
            connection.execute(
                text("INSERT INTO entries VALUES (:p, :s, :v, :t, :r, :b, :l)"),
                dict(zip(names, (*row, leaf), strict=True)),
            )
        connection.execute(
            text("UPDATE head SET size = :size, frontier = :frontier"), {"size": size, "frontier": tree.to_bytes()}
        )


def test_old_software_that_still_runs(old: Engine) -> None:
    """It may go on until it would leave out a root, and then writes nothing; today's software completes that root."""
    schema.upgrade(old)
    append_as_before(old, 1023)
    with pytest.raises(DBAPIError, match="start the program again"):
        append_as_before(old, 1024)
    assert sealed(old).size == 1023
    with LedgerRecorder(old) as recorder:
        recorder.insert_events([StoredEvent("decision/today", 1, "t", b"{}")])
    assert verify(old).ok
    assert sealed(old).size == 1024


def test_upgraded_while_others_append(old: Engine) -> None:
    """An append that has begun is waited for, and its entries are among those that get their roots."""
    began, upgraded = threading.Event(), threading.Event()

    def upgrade() -> None:
        began.set()
        engine = open_database(old.url)
        schema.upgrade(engine)
        engine.dispose()
        upgraded.set()

    other = threading.Thread(target=upgrade)
    with writing(old) as connection:
        lock = "" if old.dialect.name == "sqlite" else " FOR UPDATE"
        connection.execute(text(f"SELECT size FROM head{lock}")).one()  # noqa: S608 - the test's own words
        other.start()
        began.wait()
        assert not upgraded.wait(0.2)
        connection.execute(text("UPDATE head SET recorded_at = recorded_at"))
    append_as_before(old, SIZE + 1)  # before the upgrade or after it
    other.join()
    assert schema.current(old) == schema.newest()
    assert verify(old).ok


def test_the_file_is_what_was_written_then(tmp_path: Path) -> None:
    """The text that the old ledger is kept as gives back its bytes: the root that was written down when it was made."""
    file = put_file("0001", tmp_path / "charter.db")
    connection = sqlite3.connect(file)
    assert connection.execute("SELECT count(*), sum(typeof(body) = 'blob') FROM entries").fetchone() == (SIZE, SIZE)
    connection.close()
    engine = open_database(file)
    assert sealed(engine).root.hex() == ROOT
    engine.dispose()
