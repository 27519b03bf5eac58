"""A bit flips anywhere in a ledger's file: verification fails, or every entry is exactly what was recorded."""

from __future__ import annotations

import sqlite3
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from eventsourcing.persistence import PersistenceError, StoredEvent

from charter import schema
from charter.proof.verify import checkpoint, verify
from charter.store.database import open_database
from charter.store.errors import NoLedger
from charter.store.recorder import LedgerRecorder

ROWS = "SELECT position, stream, version, type, recorded_at, body, leaf FROM entries ORDER BY position"


def test_a_flipped_bit(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Wherever it is: in an entry, an index, a page's head, the schema, or where nothing is kept."""
    flips = 5_000 if request.config.getoption("--full-faults", default=False) else 150
    place, copy = tmp_path / "charter.db", tmp_path / "copy.db"
    schema.create(place)
    engine = open_database(place)
    with LedgerRecorder(engine) as recorder:
        for number in range(60):
            recorder.insert_events([StoredEvent(f"s/{number}", at, "t", b"%d" % at * 20) for at in range(1, 8)])
        outside = checkpoint(engine)
    whole, rows = place.read_bytes(), _rows(place)
    assert not place.with_name("charter.db-wal").exists()  # all of it is in the file
    random, came = Random(flips), Counter[str]()
    for number in range(flips):
        flipped = bytearray(whole)
        at, bit = random.randrange(len(whole)), random.randrange(8)
        flipped[at] ^= 1 << bit
        copy.write_bytes(flipped)
        try:
            verdict = verify(copy, against=outside)
        except (PersistenceError, NoLedger) as error:
            assert str(error)
            came["not readable"] += 1
            continue
        finally:
            for beside in ("copy.db-wal", "copy.db-shm", "copy.db-journal"):
                (tmp_path / beside).unlink(missing_ok=True)
        if verdict.ok:
            assert _rows(copy) == rows, (number, at, bit)
        else:
            assert verdict.damage is not None
            assert verdict.damage.sentence
        came["whole" if verdict.ok else "damaged"] += 1
    assert came["damaged"] > flips // 4


def test_a_page_of_the_head_row(tmp_path: Path) -> None:
    """What says how far the ledger has come can't be read at all: that is damage, and it is named."""
    place = tmp_path / "charter.db"
    schema.create(place)
    with sqlite3.connect(place) as database:
        [size] = database.execute("PRAGMA page_size").fetchone()
        [page] = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'head'").fetchone()
    database.close()
    data = bytearray(place.read_bytes())
    data[(page - 1) * size : page * size] = b"\xff" * size
    place.write_bytes(data)
    damage = verify(place).damage
    assert damage is not None
    assert "missing, or can't be read" in damage.sentence


def test_a_position_that_is_no_number(tmp_path: Path) -> None:
    """As after a flip in the schema, which says what the column holds."""
    place = tmp_path / "charter.db"
    schema.create(place)
    with LedgerRecorder(open_database(place)) as recorder:
        recorder.insert_events([StoredEvent("s", at, "t", b"{}") for at in range(1, 4)])
    with sqlite3.connect(place) as database:
        for statement in (
            "ALTER TABLE entries RENAME TO before",
            "CREATE TABLE entries AS SELECT * FROM before",
            "UPDATE entries SET position = 'x' WHERE position = 3",
        ):
            database.execute(statement)
    database.close()
    damage = verify(place).damage
    assert damage is not None
    assert damage.position == 3


def _rows(place: Path) -> list[tuple[object, ...]]:
    with sqlite3.connect(place) as database:
        found = database.execute(ROWS).fetchall()
    database.close()
    return found
