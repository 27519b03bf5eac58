"""Sends webhooks in the background: every message in order, until it is taken or nobody has taken it for days.

Several server processes may run: one of them holds the lease and sends, another takes it over when that one is gone. A
message may still come twice, after a crash or at such a change; its id tells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import lru_cache
from random import SystemRandom
from secrets import token_hex
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import Row, select, update

from charter.decisions.state import Case
from charter.leaf import Row as Stored
from charter.store.errors import StoreUnavailable
from web.access.database import upsert
from web.hooks import message
from web.hooks.hooks import Hooks, types_of
from web.hooks.patience import GIVE_UP, wait
from web.hooks.post import Reply
from web.hooks.tables import HOOKS, LEASE

if TYPE_CHECKING:
    from web.site import Site

LEASE_LASTS = timedelta(seconds=60)
LOOK = 1.0
"""Seconds between two looks at whether there is something to send."""
_AT_ONCE = 4
_BATCH = 200
"""Entries that are looked at for one webhook before the lease is looked at again."""
_GONE = 410

log = structlog.get_logger("charter.webhooks")


@contextmanager
def sending(site: Site) -> Iterator[None]:
    """Send the webhooks of a site in the background while the block runs."""
    sender = Sender(Hooks.of(site))
    sender.start()
    try:
        yield
    finally:
        sender.stop()


class Sender:
    """The one who sends, in one server process. `chance` gives numbers from 0 to 1."""

    def __init__(self, hooks: Hooks, chance: Callable[[], float] | None = None) -> None:
        self._hooks = hooks
        self._chance = chance or SystemRandom().random
        self._me = token_hex(8)
        self._ended = Event()
        self._thread: Thread | None = None
        self._charter_of = lru_cache(maxsize=10_000)(self._charter)

    def start(self) -> None:
        """Begin to send, in a thread."""
        self._thread = Thread(target=self._run, name="webhooks", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the messages that are on their way, and let another process send."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
        try:
            self._release()
        except StoreUnavailable as error:  # then it ends by itself
            log.warning("webhooks.lease_kept", why=type(error).__name__)

    def _run(self) -> None:
        while True:
            more = False
            try:
                more = self.step()
            except StoreUnavailable as error:
                log.warning("webhooks.waiting", why=type(error).__name__)
            except Exception:
                log.exception("webhooks.failed")
            if self._ended.wait(0 if more else LOOK):
                return

    def step(self) -> bool:
        """Send what is due, if nobody else does; whether there is more to send at once."""
        now = self._hooks.ledger.now()
        due = self._due(now)
        if not due or not self._lease(now):
            return False
        with ThreadPoolExecutor(min(_AT_ONCE, len(due)), thread_name_prefix="webhook") as threads:
            return any(list(threads.map(self._serve, due)))

    def _due(self, now: datetime) -> list[Row[Any]]:
        """The webhooks with something to look at; one that has come further than the ledger begins at its end."""
        size = self._hooks.ledger.entries_recorder.size()
        waiting = (HOOKS.c.next_at.is_(None)) | (HOOKS.c.next_at <= now)
        with self._hooks.database.reading() as connection:
            behind = select(HOOKS).where(HOOKS.c.paused.is_(None), waiting, HOOKS.c.position != size)
            rows = connection.execute(behind.order_by(HOOKS.c.id)).all()
        for row in rows:
            if row.position > size:  # the ledger was put back from a backup
                self._move(row, row.position, size)
        return [row for row in rows if row.position < size]

    def _lease(self, now: datetime) -> bool:
        """Whether this process sends: it holds the lease, or the one that held it did not renew it."""
        mine = {"holder": self._me, "until": now + LEASE_LASTS}
        with self._hooks.database.writing() as connection:
            connection.execute(upsert(connection, LEASE).values(id=1, **mine).on_conflict_do_nothing())
            free = (LEASE.c.holder == self._me) | (LEASE.c.until <= now)
            return connection.execute(update(LEASE).where(free).values(mine)).rowcount == 1

    def _release(self) -> None:
        with self._hooks.database.writing() as connection:
            now = self._hooks.ledger.now()
            connection.execute(update(LEASE).where(LEASE.c.holder == self._me).values(until=now))

    def _serve(self, hook: Row[Any]) -> bool:
        """Send what comes next to one webhook, up to the first message that is not taken; whether there is more."""
        ledger = self._hooks.ledger
        recorder, types, source = ledger.entries_recorder, types_of(hook.types), self._hooks.source
        reached = hook.position
        end = min(recorder.size(), reached + _BATCH) if not types else recorder.size()
        rows = recorder.rows(reached, _BATCH, end, types)
        begun = ledger.now()
        for row in rows:
            if self._ended.is_set() or ledger.now() - begun > LEASE_LASTS / 3:
                return True
            charter = self._charter_of(row[1])
            if hook.charter is not None and charter != hook.charter:
                continue
            now = ledger.now()
            reply = self._hooks.sent(hook.url, hook.secret, message.of_entry(row, charter, source), now)
            if not reply.taken:
                self._failed(hook.id, reached, reply, now)
                return False
            if not self._delivered(hook.id, reached, row, reply, now):
                return False  # removed, or somebody else sends by now
            reached = row[0]
        full = len(rows) == _BATCH
        passed = rows[-1][0] if full else end
        if passed > reached:
            self._move(hook, reached, passed)
        return full or passed < recorder.size()

    def _move(self, hook: Row[Any], reached: int, passed: int) -> None:
        with self._hooks.database.writing() as connection:
            there = (HOOKS.c.id == hook.id) & (HOOKS.c.position == reached)
            connection.execute(update(HOOKS).where(there).values(position=passed))

    def _delivered(self, id_: str, reached: int, row: Stored, reply: Reply, now: datetime) -> bool:
        values = {"position": row[0], "failures": 0, "failing_since": None, "next_at": None}
        with self._hooks.database.writing() as connection:
            there = (HOOKS.c.id == id_) & (HOOKS.c.position == reached)
            said = {"said": reply.words, "said_at": now}
            return connection.execute(update(HOOKS).where(there).values(values | said)).rowcount == 1

    def _failed(self, id_: str, reached: int, reply: Reply, now: datetime) -> None:
        """Plan the next attempt, or give up where the receiver is gone for good."""
        there = (HOOKS.c.id == id_) & (HOOKS.c.position == reached)
        with self._hooks.database.writing() as connection:
            row = connection.execute(select(HOOKS.c.failures, HOOKS.c.failing_since).where(there)).one_or_none()
            if row is None:
                return
            since, failures = row.failing_since or now, row.failures + 1
            pause = None
            if reply.status == _GONE:
                pause = "the receiver says it is gone for good (410)"
            elif now - since >= GIVE_UP:
                pause = f"nothing was taken for {GIVE_UP.days} days"
            values = {
                "failures": failures,
                "failing_since": since,
                "next_at": None if pause else now + wait(failures, self._chance, reply.retry_after),
                "paused": pause,
                "said": reply.words,
                "said_at": now,
            }
            connection.execute(update(HOOKS).where(there).values(values))
        log.warning("webhook.not_taken", hook=id_, status=reply.status, failures=failures, paused=pause is not None)

    def _charter(self, stream: str) -> str | None:
        """The charter that a stream belongs to; none for people and the ledger itself."""
        kind, _, key = stream.partition("/")
        if kind == "charter":
            return key
        if kind == "decision":
            case: Case = self._hooks.ledger.decision(key)
            return case.charter
        return None
