"""Whoever follows a ledger gets every entry, once, in order, and stops at once when told to."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Thread, Timer
from time import monotonic
from typing import Any

import pytest
from eventsourcing.persistence import StoredEvent
from sqlalchemy import Engine

from charter.store.database import open_database, writing
from charter.store.recorder import LedgerRecorder

APPEND = """
import sys
from eventsourcing.persistence import StoredEvent
from charter.store.database import open_database
from charter.store.recorder import LedgerRecorder
with LedgerRecorder(open_database(sys.argv[1])) as recorder:
    for line in sys.stdin:
        recorder.insert_events([StoredEvent(line.strip(), 1, "t", b"{}")])
"""


@contextmanager
def following(recorder: LedgerRecorder, gt: int | None = None, topics: Sequence[str] = ()) -> Iterator[Any]:
    """A subscription that ends after a minute, so that an entry it misses is a failure and not a wait."""
    with recorder.subscribe(gt, topics) as subscription:
        alarm = Timer(60, subscription.stop)
        alarm.start()
        try:
            yield subscription
        finally:
            alarm.cancel()


def event(stream: str, type_: str = "t") -> StoredEvent:
    """The first entry of a stream."""
    return StoredEvent(stream, 1, type_, b"{}")


def test_another_process_appends(recorder: LedgerRecorder, ledger_url: str) -> None:
    """What any other process appends arrives, each entry after the last was seen."""
    other = subprocess.Popen([sys.executable, "-c", APPEND, ledger_url], stdin=subprocess.PIPE, text=True)
    assert other.stdin
    with following(recorder) as subscription:
        began = monotonic()
        for number in range(5):
            other.stdin.write(f"s{number}\n")
            other.stdin.flush()
            assert next(subscription).originator_id == f"s{number}"
        assert monotonic() - began < 25  # it is told: looking without being told comes after half a minute
    other.stdin.close()
    assert other.wait() == 0


def test_this_process_appends(recorder: LedgerRecorder) -> None:
    """What the same recorder appends arrives without waiting for the next look."""
    with following(recorder) as subscription:
        for number in range(20):
            writer = Thread(target=recorder.insert_events, args=([event(f"s{number}")],))
            writer.start()
            assert next(subscription).id == number + 1
            writer.join()


def test_stopped_while_waiting(recorder: LedgerRecorder, monkeypatch: pytest.MonkeyPatch) -> None:
    """A follower that waits is let go at once, from another thread."""
    recorder.insert_events([event("a")])
    waiting = Event()
    seen: list[int] = []
    with following(recorder) as subscription:
        wait = subscription._bell.wait

        def waits(looks: int) -> None:
            if looks:  # it has looked in vain, and from here on it waits as long as nothing comes
                waiting.set()
            wait(looks)

        monkeypatch.setattr(subscription._bell, "wait", waits)
        follower = Thread(target=lambda: seen.extend(notification.id for notification in subscription))
        follower.start()
        assert waiting.wait(20)
        subscription.stop()
        follower.join(10)  # its own wait is half a minute
        assert not follower.is_alive()
    assert seen == [1]


def test_only_some_types(recorder: LedgerRecorder) -> None:
    """Entries of other types are passed over, however many there are."""
    recorder.insert_events([event(f"other/{number}", "other") for number in range(1200)])
    recorder.insert_events([event(f"mine/{number}", "mine") for number in range(3)])
    recorder.insert_events([event("last", "other")])
    with following(recorder, topics=["mine"]) as subscription:
        assert [next(subscription).id for _ in range(3)] == [1201, 1202, 1203]
        writer = Thread(target=recorder.insert_events, args=([event("x", "other"), event("y", "mine")],))
        writer.start()
        assert next(subscription).id == 1206
        writer.join()


def test_after_a_position(recorder: LedgerRecorder) -> None:
    """A follower begins where it is told, in large steps as in small ones."""
    recorder.insert_events([event(f"s{number}") for number in range(1500)])
    with following(recorder, gt=700) as subscription:
        assert [next(subscription).id for _ in range(800)] == list(range(701, 1501))


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_a_connection_that_is_cut(recorder: LedgerRecorder, engine: Engine) -> None:
    """When the server drops every connection, following and appending go on, with nothing missed."""
    recorder.insert_events([event("before")])
    dropping = open_database(engine.url)
    with following(recorder) as subscription:
        assert next(subscription).id == 1
        follower_waits = Thread(target=lambda: next(subscription))
        follower_waits.start()
        for number in range(3):
            with writing(dropping) as connection:
                connection.exec_driver_sql(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            assert recorder.insert_events([event(f"after/{number}")]) == [number + 2]
        follower_waits.join(20)
        assert not follower_waits.is_alive()
        assert [next(subscription).id for _ in range(2)] == [3, 4]
    dropping.dispose()
