"""Follows a ledger: gives its entries in order, each once, and waits for new ones without asking all the time."""

from __future__ import annotations

import selectors
import socket
from abc import ABC, abstractmethod
from collections import deque
from contextlib import suppress
from threading import Event, Lock
from typing import TYPE_CHECKING, Any

from eventsourcing.persistence import Notification, Subscription

from charter.store.database import connect_arguments
from charter.store.errors import StoreUnavailable
from charter.store.sqlite import Sqlite

if TYPE_CHECKING:
    from collections.abc import Sequence

    import psycopg

    from charter.store.postgres import Postgres
    from charter.store.recorder import LedgerRecorder

_BATCH = 500
_SHORTEST, _LONGEST = 0.001, 0.05
"""Seconds between two looks at a SQLite file, which cost microseconds: short after news, longer when it is quiet."""
_HEARTBEAT = 30.0
"""Seconds after which a follower of PostgreSQL looks even if nobody called, should a call ever get lost."""
_RETRY = 1.0
"""Seconds between attempts to reach a database that is away."""


class LedgerSubscription(Subscription["LedgerRecorder"]):
    """The entries after a position, for ever: `for entry in subscription` ends when `stop` is called, from any thread.

    Entries are read in order of position, and positions are in the order of commits, so none is missed or comes
    early. A database that is away for a while is waited for.
    """

    def __init__(self, recorder: LedgerRecorder, gt: int | None = None, topics: Sequence[str] = ()) -> None:
        super().__init__(recorder, gt, topics)
        self._seen = gt or 0
        self._batch: deque[Notification] = deque()
        self._bell = _bell(recorder)

    def __exit__(self, *args: object, **kwargs: Any) -> None:
        super().__exit__(*args, **kwargs)
        self._bell.close()

    def stop(self) -> None:
        """End the iteration, at once if it is waiting."""
        super().stop()
        self._bell.ring()

    def __next__(self) -> Notification:
        looks = 0
        while not self._has_been_stopped:
            if self._batch:
                return self._batch.popleft()
            try:
                if self._read():
                    looks = 0
                else:
                    self._bell.wait(looks)
                    looks += 1
            except StoreUnavailable:
                self._bell.rest()
        self._bell.close()
        raise StopIteration

    def _read(self) -> bool:
        """Fetch what is new; whether there was anything, of whatever type."""
        size = self._recorder.size()
        if size <= self._seen:
            return False
        found = self._recorder.select_notifications(self._seen, _BATCH, size, self._topics, inclusive_of_start=False)
        self._batch.extend(found)
        self._seen = found[-1].id if len(found) == _BATCH else size  # others' types are not searched twice
        return True


class _Bell(ABC):
    """Waits for news of a ledger. Waiting may end without any; it never sleeps through one."""

    @abstractmethod
    def wait(self, looks: int, /) -> None:
        """Return when something may have been appended since the last call; `looks` in vain have come before."""

    @abstractmethod
    def rest(self) -> None:
        """Return after a while: the database is away."""

    @abstractmethod
    def ring(self) -> None:
        """End `wait` and `rest` at once; from any thread."""

    @abstractmethod
    def close(self) -> None:
        """Give back what is held; may be called twice, from any thread, after a ring."""


def _bell(recorder: LedgerRecorder) -> _Bell:
    driver = recorder.driver
    if isinstance(driver, Sqlite):
        return _FileBell(recorder)
    from charter.store.postgres import Postgres

    assert isinstance(driver, Postgres)
    return _ServerBell(driver)


class _FileBell(_Bell):
    """A SQLite file tells nobody: look again after a while, and at once when this process has appended."""

    def __init__(self, recorder: LedgerRecorder) -> None:
        self._recorder = recorder
        self._news = Event()
        recorder.follow(self._news)

    def wait(self, looks: int, /) -> None:
        self._news.wait(min(_SHORTEST * 2 ** min(looks, 10), _LONGEST))
        self._news.clear()

    def rest(self) -> None:
        self._news.wait(_RETRY)
        self._news.clear()

    def ring(self) -> None:
        self._news.set()

    def close(self) -> None:
        self._recorder.unfollow(self._news)


class _ServerBell(_Bell):
    """PostgreSQL calls (LISTEN/NOTIFY) on a connection of this follower's own, which is opened when it first waits."""

    def __init__(self, driver: Postgres) -> None:
        self._driver = driver
        self._using = Lock()
        self._rope, self._clapper = socket.socketpair()
        self._rope.setblocking(False)
        self._clapper.setblocking(False)
        self._ears = selectors.DefaultSelector()
        self._ears.register(self._clapper, selectors.EVENT_READ)
        self._listening: psycopg.Connection | None = None
        self._is_closed = False

    def wait(self, _looks: int, /) -> None:
        import psycopg

        with self._using:
            try:
                if self._listening is None:
                    self._listen()  # what came before is for the caller to read, so this does not wait yet
                else:
                    self._hear(_HEARTBEAT)
                    for _ in self._listening.notifies(timeout=0):
                        pass
            except psycopg.OperationalError:
                self._drop()
                self._hear(_RETRY)  # so the caller looks every second meanwhile

    def rest(self) -> None:
        with self._using:
            self._hear(_RETRY)

    def ring(self) -> None:
        with suppress(OSError):  # full: it is ringing already; closed: nobody waits any more
            self._rope.send(b"!")

    def close(self) -> None:
        with self._using:
            self._is_closed = True
            self._drop()
            self._ears.close()
            self._rope.close()
            self._clapper.close()

    def _listen(self) -> None:
        import psycopg

        if self._is_closed:
            return
        # not from the pool: however many follow, they take no connection from those who read and write
        self._listening = psycopg.connect(**connect_arguments(self._driver.engine), autocommit=True)
        self._listening.execute(f'LISTEN "{self._driver.channel}"')
        self._ears.register(self._listening.fileno(), selectors.EVENT_READ)

    def _hear(self, seconds: float) -> None:
        if not self._is_closed:
            self._ears.select(seconds)
            with suppress(BlockingIOError):
                self._clapper.recv(4096)

    def _drop(self) -> None:
        if self._listening is not None:
            for key in list(self._ears.get_map().values()):
                if key.fileobj is not self._clapper:
                    self._ears.unregister(key.fileobj)
            self._listening.close()
            self._listening = None
