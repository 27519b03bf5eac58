"""SQLite's write-ahead log loses its end or a bit is flipped in it: the checkpoint kept outside shows every loss.

SQLite drops what comes after the damage without a word, and `PRAGMA integrity_check` finds nothing wrong with the rest.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest
from eventsourcing.persistence import StoredEvent

from charter import schema
from charter.proof.checkpoint import Checkpoint
from charter.proof.damage import Kind
from charter.proof.verify import checkpoint, verify
from charter.store.database import open_database
from charter.store.errors import NoLedger
from charter.store.recorder import LedgerRecorder

CALLS = 120


class Copied(NamedTuple):
    """A ledger as it lay on the disk, its newest entries in the log, and what its writer had been told by then."""

    file: bytes
    log: bytes
    told: list[bytes]
    """The body of each acknowledged entry, by position."""
    outside: Checkpoint


@pytest.fixture(scope="module", params=["all in the log", "the end in the log"])
def copied(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Copied:
    """A ledger that was copied while its writer still had it open."""
    place = tmp_path_factory.mktemp("copied") / "charter.db"
    schema.create(place)
    told: list[bytes] = []
    engine = open_database(place)
    with LedgerRecorder(engine) as recorder:
        for number in range(CALLS):
            if number == CALLS // 2 and request.param == "the end in the log":
                with closing(sqlite3.connect(place)) as other:
                    assert other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone() == (0, 0, 0)
            bodies = [b"%d/%d" % (number, each) for each in range(1 + number % 5)]
            events = [StoredEvent(f"call/{number}", version, "t", body) for version, body in enumerate(bodies, 1)]
            assert recorder.insert_events(events) == list(range(len(told) + 1, len(told) + 1 + len(bodies)))
            told += bodies
        outside = checkpoint(engine)
        return Copied(place.read_bytes(), place.with_name("charter.db-wal").read_bytes(), told, outside)


def cut(log: bytes, random: Random) -> bytes:
    """The log without its end."""
    return log[: random.randrange(len(log))]


def flip(log: bytes, random: Random) -> bytes:
    """The log with one bit flipped, or a few."""
    damaged = bytearray(log)
    for _ in range(random.choice((1, 1, 1, 2, 8))):
        damaged[random.randrange(len(damaged))] ^= 1 << random.randrange(8)
    return bytes(damaged)


@pytest.mark.parametrize("damage", [cut, flip])
def test_a_damaged_log(
    request: pytest.FixtureRequest, copied: Copied, damage: Callable[[bytes, Random], bytes], tmp_path: Path
) -> None:
    """Whatever acknowledged entry is lost, verification fails and names the first one; what is there was written."""
    times = 250 if request.config.getoption("--full-faults", default=False) else 25  # in each of four tests
    random = Random(times)
    lost = 0
    for number in range(times):
        place = tmp_path / f"{number}" / "charter.db"
        place.parent.mkdir()
        place.write_bytes(copied.file)
        place.with_name("charter.db-wal").write_bytes(damage(copied.log, random))
        left = _bodies(place)
        assert left == copied.told[: len(left or ())], number
        lost += left != copied.told
        if left is None:
            with pytest.raises(NoLedger):
                verify(place, against=copied.outside)
        elif left == copied.told:
            assert verify(place, against=copied.outside).ok
        else:
            assert verify(place).ok, "SQLite recovers whole transactions: only the checkpoint shows what is missing"
            found = verify(place, against=copied.outside).damage
            assert found is not None, number
            assert (found.position, found.kind) == (len(left) + 1, Kind.CUT_OFF)
        shutil.rmtree(place.parent)
    assert lost > times // 2  # otherwise nothing was tried


def _bodies(place: Path) -> list[bytes] | None:
    """What SQLite recovers, without a word about the rest; None where not even the tables are left."""
    with sqlite3.connect(place) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        try:
            found = [body for (body,) in database.execute("SELECT body FROM entries ORDER BY position")]
        except sqlite3.OperationalError:
            found = None
    database.close()
    return found
