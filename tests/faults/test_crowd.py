"""Many processes write at once: no gap, no duplicate, no error, and whoever follows misses nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import chain, islice
from threading import Timer

import pytest

from charter.proof.verify import verify
from charter.store.recorder import LedgerRecorder
from tests.faults.writer import SHARED, Writer, start


def acknowledged(writers: list[Writer]) -> dict[int, bytes]:
    """What all writers were told is written, once they have ended without an error."""
    assert [writer.finish() for writer in writers] == [0] * len(writers)
    together: dict[int, bytes] = {}
    for positions, bodies in chain.from_iterable(writer.acknowledged for writer in writers):
        assert together.keys().isdisjoint(positions)
        together |= zip(positions, bodies, strict=True)
    return together


def test_sixteen_writers(request: pytest.FixtureRequest, ledger_url: str, recorder: LedgerRecorder) -> None:
    """Sixteen processes append as fast as they can, and none is ever told that the ledger is locked."""
    calls = 300 if request.config.getoption("--full-faults", default=False) else 20
    told = acknowledged([start(ledger_url, f"w{number}", calls) for number in range(16)])
    rows = recorder.rows(0, 2**40)
    assert {row[0]: row[5] for row in rows} == told
    assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
    assert verify(ledger_url).ok


def test_sixteen_deciders(request: pytest.FixtureRequest, ledger_url: str, recorder: LedgerRecorder) -> None:
    """Sixteen processes decide on the same stream: each decision counts once, on what was newest."""
    calls = 50 if request.config.getoption("--full-faults", default=False) else 4
    told = acknowledged([start(ledger_url, f"w{number}", calls, contending=True) for number in range(16)])
    rows = recorder.stream_rows({SHARED: 0})
    assert [row[2] for row in rows] == list(range(1, 16 * calls + 1))
    assert {row[0]: row[5] for row in rows} == told
    assert verify(ledger_url).ok


def test_following_eight_writers(request: pytest.FixtureRequest, ledger_url: str, recorder: LedgerRecorder) -> None:
    """A follower gets every entry of eight processes, strictly in order, while they write."""
    calls = 500 if request.config.getoption("--full-faults", default=False) else 30
    entries = 8 * sum(60 if number % 10 == 9 else 1 + number % 3 for number in range(calls))
    with recorder.subscribe() as subscription, ThreadPoolExecutor(1) as beside:
        alarm = Timer(30, subscription.stop)  # by then it has missed something that was written long ago
        told = beside.submit(acknowledged, [start(ledger_url, f"w{number}", calls) for number in range(8)])
        told.add_done_callback(lambda _: alarm.start())
        followed = list(islice(subscription, entries))
        told.result()
        alarm.cancel()
    assert [each.id for each in followed] == list(range(1, entries + 1))
    assert {each.id: each.state for each in followed} == told.result()
