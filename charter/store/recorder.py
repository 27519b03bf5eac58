"""Writes entries to the ledger, each at the next position and sealed into the tree, and reads them back in order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from threading import Event, Lock
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, cast
from uuid import UUID

from eventsourcing.persistence import ApplicationRecorder, Notification, StoredEvent
from sqlalchemy import Engine

from charter import schema
from charter.leaf import leaves, refuse_control_characters, stamp
from charter.store.database import is_sqlite
from charter.store.driver import Answer, Columns, Driver
from charter.store.entries import ALL, Answered, Entries, frontier_of
from charter.store.errors import HeadDamaged, Overtaken, library_errors
from charter.tree import Frontier, TileRoot

if TYPE_CHECKING:
    from charter.store.subscription import LedgerSubscription

_FORGOTTEN_AT_ONCE = 2_000


def now() -> datetime:
    """The computer's time in UTC."""
    return datetime.now(UTC)


class LedgerRecorder(Entries, ApplicationRecorder):
    """The entries of one ledger, as the eventsourcing library's recorder and for the ledger and its projections.

    Safe to use from many threads and processes: positions are gap-free and in the order of commits, so whoever has seen
    position n has seen all before it. What goes wrong in the database is raised as the library's exceptions, or as
    `StoreUnavailable` with a sentence that says what to do.
    """

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime] = now) -> None:
        """Use the ledger behind `engine`; NoLedger or NeedsUpgrade if it can't be. The clock gives aware datetimes."""
        try:
            with library_errors():
                schema.require_newest(engine)
                super().__init__(_driver(engine))
        except BaseException:
            engine.dispose()  # the caller may have no other hold of it
            raise
        self._clock = clock
        self._appending = Lock()
        self._followers: set[Event] = set()

    # Writing

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        *,
        after: int | None = None,
        reads: Mapping[str, int] | None = None,
        answers: Sequence[Answered] = (),
        **kwargs: Any,
    ) -> Sequence[int] | None:
        """Append entries in one transaction and return their positions once they are durable; None if there are none.

        `after` is the size of the ledger that the caller decided on, and `reads` the version of each stream it looked
        at (0 for one that was not there): if the ledger has grown since and one of those streams with it, nothing is
        written and `Overtaken` is raised. `answers` are kept with the entries, in the same transaction. IntegrityError
        if a stream already has such a version, or a key an answer; ValueError for a control character in a stream or
        type. All entries of one call carry the same recorded time, never earlier than the last.
        """
        if kwargs:
            msg = f"a ledger does not know what to do with {', '.join(kwargs)}"
            raise TypeError(msg)
        if not stored_events:
            return None
        refuse_control_characters(cast("str", event.originator_id) for event in stored_events)
        refuse_control_characters(event.topic for event in stored_events)
        with self._appending, library_errors():
            try:
                size, frontier, last = self._begin()
                if reads and after is not None and after != size:
                    self._refuse_overtaken(after, reads)
                # the clock is read under the lock, and even so never goes back here where the computer's does
                recorded_at = max(stamp(self._clock()), last)
                rows, roots, seal = _sealed(stored_events, size, frontier, recorded_at)
                kept: list[Answer] = [
                    (it.key, it.digest, it.stream, it.version, size + 1 + it.position, it.entries, recorded_at)
                    for it in answers
                ]
                self._driver.commit(rows, roots, (seal.size, seal.to_bytes(), recorded_at), kept)
            except BaseException:
                self._driver.abandon()
                raise
        for follower in tuple(self._followers):
            follower.set()
        return list(range(size + 1, seal.size + 1))

    def _begin(self) -> tuple[int, bytes, str]:
        head = self._driver.begin()
        if head is None:
            raise HeadDamaged
        return head

    def _refuse_overtaken(self, after: int, reads: Mapping[str, int]) -> None:
        if after == 0:  # whoever decided in an empty ledger decided on just that
            msg = "The ledger was empty when it was read and is not any more. Read again and decide again."
            raise Overtaken(msg)
        streams = self._driver.overtaken(reads)
        if streams:
            msg = f"{', '.join(sorted(streams))} changed after it was read; read again and decide again"
            raise Overtaken(msg)

    def forget_answers(self, before: datetime) -> int:
        """Delete the answers to orders with a key that were recorded before a time; how many there were.

        A few at a time, so that nobody waits for it.
        """
        forgotten = 0
        while True:
            with self._appending, library_errors():
                some = self._driver.forget_answers(stamp(before), _FORGOTTEN_AT_ONCE)
            forgotten += some
            if some < _FORGOTTEN_AT_ONCE:
                return forgotten

    # Reading, as the library asks

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """The entries of one stream with gt < version <= lte, at most `limit`, oldest first unless `desc`."""
        bounds = (-1 if gt is None else gt, ALL if lte is None else lte, ALL if limit is None else limit)
        rows = self._read(self._say.stream_down if desc else self._say.stream_up, (originator_id, *bounds))
        return [StoredEvent(stream, version, type_, body) for _, stream, version, type_, _, body in rows]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """The entries from position `start` (or after it) up to `stop`, of the types in `topics` if any are given."""
        above = 0 if start is None else start - 1 if inclusive_of_start else start
        rows = self.rows(above, limit, stop, topics)
        return [
            Notification(stream, version, type_, body, position) for position, stream, version, type_, _, body in rows
        ]

    def max_notification_id(self) -> int | None:
        """The newest entry's position; None if there is none."""
        return self.size() or None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> LedgerSubscription:
        """An iterator of the entries after position `gt`, which waits for new ones; leave it with `stop` or `with`."""
        from charter.store.subscription import LedgerSubscription

        return LedgerSubscription(self, gt=gt, topics=topics)

    # Beginning and end

    @property
    def driver(self) -> Driver:
        """The database, as a follower needs it."""
        return self._driver

    def follow(self, news: Event) -> None:
        """Set `news` after each append of this recorder, until `unfollow`."""
        self._followers.add(news)

    def unfollow(self, news: Event) -> None:
        """The opposite of `follow`."""
        self._followers.discard(news)

    def close(self) -> None:
        """Give back the connections; whoever asks again gets new ones."""
        with self._appending:
            self._driver.close()
        self._driver.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def _driver(engine: Engine) -> Driver:
    if is_sqlite(engine):
        from charter.store.sqlite import Sqlite

        return Sqlite(engine)
    from charter.store.postgres import Postgres

    return Postgres(engine)


def _sealed(
    events: Sequence[StoredEvent], size: int, frontier: bytes, recorded_at: str
) -> tuple[list[Columns], list[TileRoot], Frontier]:
    """The rows to insert after `size` entries, the tile roots they complete, and the tree with them."""
    rows = [
        (position, cast("str", event.originator_id), event.originator_version, event.topic, recorded_at, event.state)
        for position, event in enumerate(events, size + 1)
    ]
    hashes = leaves(rows)
    tree = frontier_of(size, frontier)
    completed: list[TileRoot] = []
    tree.extend(hashes, completed)
    return [(*row, leaf) for row, leaf in zip(rows, hashes, strict=True)], completed, tree
