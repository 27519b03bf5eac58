"""A process that appends and tells what was acknowledged, to be killed at any moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count, islice
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from time import monotonic

from eventsourcing.persistence import IntegrityError, StoredEvent

from charter.store.database import open_database
from charter.store.recorder import LedgerRecorder

SHARED = "charter/shared"
"""The stream that all writers add to."""

Acknowledged = tuple[list[int], list[bytes]]
"""Positions, and the bodies that are there."""

# New writers are forked off a process that has imported everything and opened nothing, so that 200 are soon started.
_processes = get_context("forkserver")
_processes.set_forkserver_preload(["pytest", "charter.schema", "charter.store.sqlite", "tests.faults.writer"])


def append(url: str, name: str, calls: int, told: Connection) -> None:
    """Append entries in calls of different sizes; send the positions and bodies of each call once it has returned."""
    with LedgerRecorder(open_database(url)) as recorder:
        for number in islice(count(), calls):
            size = 60 if number % 10 == 9 else 1 + number % 3  # on PostgreSQL, large calls go another way
            bodies = [b"%s/%d/%d" % (name.encode(), number, each) for each in range(size)]
            events = [StoredEvent(f"{name}/{number}", version, "t", body) for version, body in enumerate(bodies, 1)]
            told.send((recorder.insert_events(events), bodies))
    told.close()


def contend(url: str, name: str, calls: int, told: Connection) -> None:
    """Add to one stream that others add to as well: decide on what was read, and again where somebody was faster."""
    with LedgerRecorder(open_database(url)) as recorder:
        for number in range(calls):
            body = b"%s/%d" % (name.encode(), number)
            positions = None
            while positions is None:
                size = recorder.size()
                version = len(recorder.stream_rows({SHARED: 0}))
                event = StoredEvent(SHARED, version + 1, "t", body)
                try:
                    positions = recorder.insert_events([event], after=size, reads={SHARED: version})
                except IntegrityError:  # Overtaken is one: somebody was faster, so read and decide again
                    continue
            told.send((positions, [body]))
    told.close()


@dataclass
class Writer:
    """A writer that runs, and what it has acknowledged so far."""

    process: BaseProcess
    heard: Connection
    acknowledged: list[Acknowledged] = field(default_factory=list)

    def listen(self, seconds: float) -> None:
        """Take in what it says for so long, or until it ends."""
        until = monotonic() + seconds
        while (left := until - monotonic()) > 0 and wait([self.heard], left):
            try:
                self.acknowledged.append(self.heard.recv())
            except EOFError:
                return

    def kill(self) -> None:
        """End it without warning (SIGKILL), and take in what it still said."""
        self.process.kill()
        self.finish()

    def finish(self) -> int:
        """Take in everything until it ends; its exit code."""
        try:
            while True:
                self.acknowledged.append(self.heard.recv())
        except EOFError:
            self.heard.close()
        self.process.join()
        return self.process.exitcode or 0


def start(url: str, name: str, calls: int, *, contending: bool = False) -> Writer:
    """A new writer."""
    heard, told = _processes.Pipe(duplex=False)
    process = _processes.Process(target=contend if contending else append, args=(url, name, calls, told))
    process.start()
    told.close()  # ours: so that there is an end when the writer's is closed
    return Writer(process, heard)
