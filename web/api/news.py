"""Tells whoever waits that something was written, in this process or another, without anybody asking all the time."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from threading import Lock, Thread
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from starlette.concurrency import run_in_threadpool

from charter.ledger import Ledger

if TYPE_CHECKING:
    from charter.store.subscription import LedgerSubscription

_Waiting = tuple[asyncio.AbstractEventLoop, asyncio.Event]


class News:
    """One follower of the ledger for all that wait; it runs while somebody does."""

    def __init__(self, ledger: Ledger) -> None:
        self._recorder = ledger.entries_recorder
        self._waiting: set[_Waiting] = set()
        self._following: LedgerSubscription | None = None
        self._lock = Lock()
        self._ended = False

    async def after(self, position: int, seconds: float) -> bool:
        """Whether there are entries after a position, waiting for the first for some seconds."""
        if await self._is_beyond(position):
            return True
        bell = asyncio.Event()
        waiting = (asyncio.get_running_loop(), bell)
        await run_in_threadpool(self._join, waiting)
        try:
            if not self._ended and not await self._is_beyond(position):  # what came before the bell was hung up
                async with asyncio.timeout(seconds):
                    await bell.wait()
        except TimeoutError:
            pass
        finally:
            self._leave(waiting)
        return await self._is_beyond(position)

    @property
    def waiting(self) -> int:
        """How many wait just now."""
        return len(self._waiting)

    @property
    def ended(self) -> bool:
        """Whether nobody is to wait any more, since the server stops."""
        return self._ended

    def end(self) -> None:
        """Wake everybody, for good: the server stops. From any thread."""
        self._ended = True
        self._ring()

    async def _is_beyond(self, position: int) -> bool:
        return await run_in_threadpool(self._recorder.size) > position

    def _join(self, waiting: _Waiting) -> None:
        with self._lock:
            self._waiting.add(waiting)
            if self._following is None:
                self._following = self._recorder.subscribe(gt=self._recorder.size())
                Thread(target=self._follow, args=(self._following,), name="news", daemon=True).start()

    def _leave(self, waiting: _Waiting) -> None:
        with self._lock:
            self._waiting.discard(waiting)
            if not self._waiting and self._following is not None:
                self._following.stop()
                self._following = None

    def _follow(self, following: LedgerSubscription) -> None:
        for _ in following:
            self._ring()

    def _ring(self) -> None:
        with self._lock:
            waiting = list(self._waiting)
        for loop, bell in waiting:
            with suppress(RuntimeError):  # the loop was closed, and who waited in it went with it
                loop.call_soon_threadsafe(bell.set)


_news: WeakKeyDictionary[Ledger, News] = WeakKeyDictionary()


def news_of(ledger: Ledger) -> News:
    """The news of a ledger, one for all that wait for it."""
    return _news.setdefault(ledger, News(ledger))
