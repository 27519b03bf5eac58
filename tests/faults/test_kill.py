"""Kill -9 during appends: what was acknowledged is there, nothing is there twice or half, and the ledger verifies."""

from __future__ import annotations

from itertools import chain, count
from random import Random

import pytest

from charter.proof.verify import verify
from charter.store.recorder import LedgerRecorder
from tests.faults.writer import start

TOGETHER = 5
"""Writers that run at once, each to be killed."""


def test_killed_writers(request: pytest.FixtureRequest, ledger_url: str, recorder: LedgerRecorder) -> None:
    """After each round of kills all acknowledged entries are in their places, without gap or duplicate."""
    kills = 200 if request.config.getoption("--full-faults", default=False) else 20 if "://" not in ledger_url else 10
    random = Random(kills)
    numbers = count()
    expected: dict[int, bytes] = {}
    for _ in range(kills // TOGETHER):
        writers = [start(ledger_url, f"w{next(numbers)}", 1_000_000) for _ in range(TOGETHER)]
        for writer in writers:
            writer.acknowledged.append(writer.heard.recv())  # now it is at work
        for writer in writers:
            writer.listen(random.uniform(0.0, 0.08))  # the moment of the kill; the others go on meanwhile
            writer.kill()
        for positions, bodies in chain.from_iterable(writer.acknowledged for writer in writers):
            assert len(positions) == len(bodies)
            assert expected.keys().isdisjoint(positions)
            expected |= zip(positions, bodies, strict=True)
        # A server may still be committing what a killed writer had sent in full. Whoever commits holds the head row,
        # and whoever waits for it has nobody left to go on: once we have had the lock, nothing more can come.
        recorder.driver.begin()
        recorder.driver.abandon()
        rows = recorder.rows(0, 2**40)
        assert [row[0] for row in rows] == list(range(1, recorder.size() + 1))
        stored = {row[0]: row[5] for row in rows}
        assert expected.items() <= stored.items()
        assert len(set(stored.values())) == len(stored)
        assert verify(ledger_url).ok
        _whole_calls(stored)


def _whole_calls(stored: dict[int, bytes]) -> None:
    """A call that was killed half-way has left nothing: each that is there has all of its entries."""
    sizes: dict[bytes, int] = {}
    for body in stored.values():
        call = body.rpartition(b"/")[0]
        sizes[call] = sizes.get(call, 0) + 1
    for call, size in sizes.items():
        number = int(call.rpartition(b"/")[2])
        assert size == (60 if number % 10 == 9 else 1 + number % 3), call
