"""The time stamps kept in a ledger hold against its entries, or the first that does not is named."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from eventsourcing.persistence import StoredEvent
from sqlalchemy import Engine

from charter import schema
from charter.leaf import stamp
from charter.proof.checkpoint import Checkpoint, SignedCheckpoint
from charter.proof.damage import Damage, Kind
from charter.proof.note import SigningKey
from charter.proof.stamped import Stamps, verify_stamps
from charter.proof.verify import checkpoint, verify
from charter.store.database import open_database
from charter.store.published import Published
from charter.store.recorder import LedgerRecorder
from tests.authority import Authority

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority as it should be."""
    return Authority(tmp_path_factory.mktemp("office"))


class Kept:
    """A ledger with entries of any time, and checkpoints stamped at any time."""

    def __init__(self, place: str, office: Authority) -> None:
        schema.create(place)
        self.engine: Engine = open_database(place)
        self.office, self.count = office, 0
        self.key = SigningKey.new("charter-ledger/test")

    def record(self, *times: datetime) -> None:
        """An entry at each time."""
        moments = iter(times)
        with LedgerRecorder(self.engine, clock=lambda: next(moments)) as recorder:
            for _ in times:
                self.count += 1
                recorder.insert_events([StoredEvent(f"decision/{self.count}", 1, "decision.made", b"{}")])

    def stamp(self, at: datetime, sealed: Checkpoint | None = None, token: bytes | None = None) -> None:
        """Publish a checkpoint, of the ledger as it is unless it is given, and have it stamped."""
        sealed = sealed or checkpoint(self.engine)
        published = Published(self.engine)
        row = published.add(sealed.size, stamp(at), str(SignedCheckpoint.signed(sealed, self.key)))
        published.stamp(row.size, row.made_at, token or self.office.token(str(sealed).encode(), at))

    def found(self) -> Stamps:
        """What the stamps of a ledger that is whole in itself come to."""
        assert verify(self.engine).ok
        return verify_stamps(self.engine, self.office.roots)

    def damage(self) -> Damage:
        """The first thing that is wrong with them."""
        damage = self.found().damage
        assert damage is not None
        return damage


@pytest.fixture
def kept(tmp_path: Path, office: Authority) -> Iterator[Kept]:
    """A ledger of three entries, an hour apart, from noon on."""
    kept = Kept(str(tmp_path / "charter.db"), office)
    kept.record(NOON, NOON + HOUR, NOON + 2 * HOUR)
    yield kept
    kept.engine.dispose()


def test_stamps_that_hold(kept: Kept) -> None:
    kept.stamp(NOON + 3 * HOUR)
    kept.record(NOON + 4 * HOUR)
    kept.stamp(NOON + 5 * HOUR)
    good, damage = kept.found()
    assert damage is None
    assert [(each.checkpoint.size, each.stamp.time) for each in good] == [(3, NOON + 3 * HOUR), (4, NOON + 5 * HOUR)]


def test_a_checkpoint_without_a_stamp_says_nothing(kept: Kept) -> None:
    Published(kept.engine).add(3, stamp(NOON), str(SignedCheckpoint.signed(checkpoint(kept.engine), kept.key)))
    assert kept.found() == ([], None)


def test_an_entry_that_was_back_dated(kept: Kept) -> None:
    """Recorded, it says, between what it follows and the stamp that does not know it."""
    kept.stamp(NOON + 9 * HOUR)
    kept.record(NOON + 4 * HOUR, NOON + 20 * HOUR)
    assert (kept.damage().position, kept.damage().kind) == (4, Kind.BACK_DATED)


def test_postgresql_keeps_the_same(postgres_url: str, office: Authority) -> None:
    """Tokens and times come back as they were put there."""
    kept = Kept(postgres_url, office)
    kept.record(NOON, NOON + HOUR)
    kept.stamp(NOON + 9 * HOUR)
    assert len(kept.found().good) == 1
    kept.record(NOON + 2 * HOUR)
    assert kept.damage().position == 3
    kept.engine.dispose()


def test_an_entry_that_says_it_came_after_the_stamp_over_it(kept: Kept) -> None:
    kept.stamp(NOON + HOUR)
    assert (kept.damage().position, kept.damage().kind) == (3, Kind.BACK_DATED)


def test_a_history_that_was_rewritten_after_a_stamp(kept: Kept) -> None:
    """With hashes that fit: the stamp is over another root."""
    sealed = checkpoint(kept.engine)
    kept.stamp(NOON + 3 * HOUR, Checkpoint(sealed.origin, 3, bytes(32)))
    damage = kept.damage()
    assert (damage.position, damage.kind) == (None, Kind.CHANGED)
    assert damage.sentence.startswith(
        "Entries 1 to 3 are not the ones under the time stamp of Harbour Time Office at 2026-09-01T15:00:00.000000Z"
    )


def test_a_ledger_that_was_cut_off_after_a_stamp(kept: Kept) -> None:
    sealed = checkpoint(kept.engine)
    kept.stamp(NOON + 3 * HOUR, Checkpoint(sealed.origin, 5, sealed.root))
    damage = kept.damage()
    assert (damage.position, damage.kind) == (4, Kind.CUT_OFF)
    assert "The ledger ends at 3" in damage.sentence


def test_a_stamp_of_another_checkpoint(kept: Kept) -> None:
    """The first that does not hold is named; those before it are told."""
    kept.stamp(NOON + 3 * HOUR)
    kept.record(NOON + 4 * HOUR)
    kept.stamp(NOON + 5 * HOUR, token=kept.office.token(b"something else", NOON + 5 * HOUR))
    good, damage = kept.found()
    assert len(good) == 1
    assert damage is not None
    assert damage.sentence == (
        "The time stamp over the checkpoint of 4 entries, made at 2026-09-01T17:00:00.000000Z, does not hold: it is "
        "over something else than this checkpoint."
    )


def test_a_stamp_over_what_is_no_checkpoint(kept: Kept) -> None:
    row = Published(kept.engine).add(3, stamp(NOON), "nonsense\n")
    Published(kept.engine).stamp(row.size, row.made_at, kept.office.token(b"nonsense\n", NOON))
    assert "does not hold: the checkpoint can't be read" in kept.damage().sentence
