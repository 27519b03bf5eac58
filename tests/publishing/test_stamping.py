"""Only a checkpoint of all there is gets a time stamp, once, and only one that later verification will bear out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from charter import schema
from charter.leaf import stamp
from charter.ledger import Ledger
from charter.people.commands import RegisterPerson
from charter.proof.checkpoint import Checkpoint, SignedCheckpoint
from charter.proof.note import SigningKey
from charter.proof.stamped import verify_stamps
from charter.proof.verify import checkpoint
from charter.publishing.authority import NoStampGiven
from charter.publishing.stamping import (
    CheckpointDamaged,
    CheckpointOutgrown,
    ClocksDisagree,
    NothingToStamp,
    Outcome,
    RecordedAhead,
    StampedOtherwise,
    stamp_newest,
)
from charter.store.published import Published
from tests.authority import Authority, served

HOUR = timedelta(hours=1)
KEY = SigningKey.new("charter-ledger/test")


class Bench:
    """A ledger and an authority under one clock, unless the authority's is set otherwise."""

    def __init__(self, folder: Path) -> None:
        self.time = datetime(2026, 9, 1, 12, tzinfo=UTC)
        self.ahead = timedelta()
        schema.create(str(folder / "charter.db"))
        self.ledger = Ledger(str(folder / "charter.db"), clock=lambda: self.time)
        self.office = Authority(folder / "office", clock=lambda: self.time + self.ahead)
        self.write("ann")

    def write(self, name: str) -> None:
        """One or two more entries."""
        self.ledger.write(RegisterPerson(person=name, full_name=name), by="ann")

    def publish(self, sealed: Checkpoint | None = None) -> Checkpoint:
        """Publish a checkpoint, of the ledger as it is unless it is given."""
        sealed = sealed or checkpoint(self.ledger.engine)
        note = str(SignedCheckpoint.signed(sealed, KEY))
        Published(self.ledger.engine).add(sealed.size, stamp(self.time), note)
        return sealed

    def stamp(self, answer: Callable[[bytes], bytes] | None = None) -> Outcome:
        """Have the newest one stamped."""
        with served(answer or self.office.answer) as url:
            return stamp_newest(self.ledger, url, self.office.roots)

    def tokens(self) -> list[bytes]:
        """The stamps that are kept."""
        return [row.stamp for row in Published(self.ledger.engine).all() if row.stamp]


def never(_: bytes) -> bytes:
    """An authority that must not be asked."""
    raise AssertionError


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A ledger of a few entries, all of one moment."""
    bench = Bench(tmp_path)
    yield bench
    assert verify_stamps(bench.ledger.engine, bench.office.roots).damage is None, "what was kept is borne out"
    bench.ledger.close()


def test_the_newest_checkpoint_is_stamped(bench: Bench) -> None:
    bench.publish()
    bench.time += HOUR
    bench.write("ben")
    newest = bench.publish()
    outcome = bench.stamp()
    assert (outcome.kept.checkpoint, outcome.kept.stamp.time, outcome.new) == (newest, bench.time, True)
    assert bench.tokens() == [outcome.row.stamp]


def test_it_keeps_the_stamp_it_has(bench: Bench) -> None:
    bench.publish()
    first = bench.stamp()
    bench.time += HOUR
    assert bench.stamp() == first._replace(new=False)


def test_of_two_that_ask_at_once_both_get_the_stamp_that_is_kept(bench: Bench) -> None:
    """While the authority answers one, somebody else's answer is kept."""
    bench.publish()
    others: list[Outcome] = []

    def answer(question: bytes) -> bytes:
        answered = bench.office.answer(question)
        others.append(bench.stamp())
        return answered

    mine = bench.stamp(answer)
    assert mine == others[0]._replace(new=False)


def test_before_the_first_checkpoint_there_is_nothing_to_stamp(bench: Bench) -> None:
    with pytest.raises(NothingToStamp):
        bench.stamp()


def test_entries_that_were_recorded_since_have_to_be_sealed_first(bench: Bench) -> None:
    """Those of the last few minutes do not count."""
    bench.publish()
    bench.time += HOUR
    bench.write("ben")
    bench.time += timedelta(minutes=4)
    assert bench.stamp().new
    bench.publish()
    bench.time += HOUR
    bench.write("cleo")
    bench.time += timedelta(minutes=6)
    with pytest.raises(CheckpointOutgrown):
        bench.stamp(never)


def test_entries_that_were_recorded_since_by_the_authoritys_clock_as_well(bench: Bench) -> None:
    """Six minutes by its clock, three by ours."""
    bench.publish()
    bench.write("ben")
    bench.time, bench.ahead = bench.time + timedelta(minutes=3), timedelta(minutes=3)
    with pytest.raises(CheckpointOutgrown):
        bench.stamp()
    assert bench.tokens() == []


def test_a_clock_that_is_wrong_gets_no_stamp(bench: Bench) -> None:
    bench.publish()
    bench.time += HOUR
    for minutes in (6, -6):
        bench.ahead = timedelta(minutes=minutes)
        with pytest.raises(ClocksDisagree):
            bench.stamp()
    assert bench.tokens() == []


def test_entries_of_a_time_to_come_get_no_stamp(bench: Bench) -> None:
    bench.publish()
    bench.time -= HOUR
    with pytest.raises(RecordedAhead):
        bench.stamp(never)


def test_a_checkpoint_that_the_ledger_does_not_continue_gets_no_stamp(bench: Bench) -> None:
    """One of a tree that was longer, or other, or of no tree at all; the authority is not even asked."""
    sealed = checkpoint(bench.ledger.engine)
    for wrong in (Checkpoint(sealed.origin, 99, sealed.root), Checkpoint(sealed.origin, sealed.size, bytes(32))):
        bench.time += HOUR
        bench.publish(wrong)
        with pytest.raises(CheckpointDamaged):
            bench.stamp(never)
    bench.time += HOUR
    Published(bench.ledger.engine).add(1, stamp(bench.time), "nonsense")
    with pytest.raises(CheckpointDamaged, match="can't be read"):
        bench.stamp(never)


def test_a_stamp_that_does_not_hold_is_not_replaced(bench: Bench, tmp_path: Path) -> None:
    """It is a sign of something, so it is named."""
    sealed = bench.publish()
    [row] = Published(bench.ledger.engine).all()
    other = Authority(tmp_path / "other")
    Published(bench.ledger.engine).stamp(row.size, row.made_at, other.token(str(sealed).encode(), bench.time))
    with pytest.raises(StampedOtherwise, match="a root that is trusted here"):
        bench.stamp()
    bench.office.roots = other.roots


def test_without_an_answer_nothing_is_kept(bench: Bench) -> None:
    bench.publish()
    with pytest.raises(NoStampGiven):
        bench.stamp(lambda _: b"")
    assert bench.tokens() == []
