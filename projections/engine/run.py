"""One projection on its way through the ledger: takes batches of entries, each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from typing import Any

from sqlalchemy import Engine

from charter.collecting import nothing_thrown_away
from charter.ledger import Ledger
from charter.message import Entry, unwrapped
from charter.store.database import writing
from charter.store.errors import StoreUnavailable, translated
from charter.subjects.events import ErasureCompleted
from projections.engine import unread
from projections.engine.feed import ERASING, Batch, Unreadable, read
from projections.engine.projection import Projection
from projections.engine.purge import reread
from projections.engine.rows import Rows
from projections.engine.slots import writers
from projections.engine.tracking import Place, Slot, advance, note


class ViewFailed(Exception):
    """The view {name} stopped at position {position} ({error}). Everything else works.
    When the cause is mended, run 'charter rebuild {name}'."""

    def __init__(self, place: Place, error: str) -> None:
        self.name = place.projection
        super().__init__(unwrapped(type(self)).format(name=place.projection, position=place.position, error=error))


class Run:
    """One projection's tables in one slot, carried on from a place.

    `lost` means that somebody else has carried them on meanwhile: look again where they are. `failed` says why they
    stopped, `met_erasure` that somebody was erased on their way, `purged` that words of theirs were taken out of them.
    """

    def __init__(self, engine: Engine, projection: Projection, place: Place, failed: str | None = None) -> None:
        self.projection = projection
        self.place = place
        self.lost = False
        self.failed = failed
        self.met_erasure = False
        self.purged = False
        self._engine = engine
        self._writers = writers(engine, projection, Slot(place.slot))

    @property
    def is_live(self) -> bool:
        """Whether these are the tables in use."""
        return self.place.slot == Slot.LIVE

    def is_up_to(self, position: int) -> bool:
        """Whether the tables in use hold all entries up to a position."""
        return self.is_live and self.failed is None and self.place.position >= position

    def take(self, batch: Batch) -> None:
        """Apply the next entries; where one of them fails, those before it are kept, and why is noted."""
        events = self.projection.events | ERASING
        mine = [one for one in batch.entries if one.type in events]
        try:
            self._apply(batch, mine)
        except StoreUnavailable:
            raise
        except _Stopped as stop:
            before = batch.before(stop.position)
            if before.rows:
                self.take(before)
            if not self.lost:
                self._fail(str(stop))
        except Exception as error:  # one projection's mistake is not the others'
            self._fail(f"entries {batch.rows[0][0]} to {batch.position}: {_said(error)}")

    def _apply(self, batch: Batch, mine: Sequence[Entry | Unreadable]) -> None:
        with writing(self._engine) as connection:
            moved = advance(connection, self.place, batch.position, batch.leaf)
            if moved is None:
                self.lost = True
                return
            if mine:
                with closing(connection.connection.cursor()) as cursor:
                    for part, erased in _up_to_erasures(mine, self.projection.events):
                        if part:
                            self._change(Rows(self._writers, cursor), part)
                        if erased is not None:
                            self.met_erasure = True
                            self.purged |= self._purge(cursor, erased, batch.ledger)
                if self.projection.personal and batch.ledger.vault.master is None:
                    sealed = (one.stream for one in mine if isinstance(one, Entry) and one.subjects)
                    unread.note(connection, self.place.build, set(sealed))
        self.place = moved

    def _purge(self, cursor: Any, erased: Entry, ledger: Ledger) -> bool:
        """Words that came in before they were erased go: from views put back from an older copy, for one."""
        event = erased.event
        if not (self.projection.personal and isinstance(event, ErasureCompleted)):
            return False
        if ledger.vault.known(erased.key) == "open":  # a key store put back from an older copy
            ledger.vault.destroy([erased.key])
        return reread(self._writers, cursor, ledger, self.projection, event.streams, erased.position)

    def _change(self, rows: Rows, entries: Sequence[Entry | Unreadable]) -> None:
        rows.load(self.projection.needed([one for one in entries if isinstance(one, Entry)]))
        apply = self.projection.apply
        for entry in entries:
            try:
                apply(rows, _readable(entry))
            except Exception as error:
                if isinstance(translated(error), StoreUnavailable):
                    raise
                raise _Stopped(entry.position, error) from error
        rows.flush()

    def _fail(self, error: str) -> None:
        self.failed = error
        with writing(self._engine) as connection:
            note(connection, self.place, error)


def _up_to_erasures(
    entries: Iterable[Entry | Unreadable], events: frozenset[str]
) -> Iterator[tuple[Sequence[Entry | Unreadable], Entry | None]]:
    """The entries of some types, in parts that end where somebody was erased, with that entry; None after the last."""
    part: list[Entry | Unreadable] = []
    for one in entries:
        if one.type in events:
            part.append(one)
        if one.type in ERASING and isinstance(one, Entry):
            yield part, one
            part = []
    yield part, None


def _readable(entry: Entry | Unreadable) -> Entry:
    if isinstance(entry, Unreadable):
        raise entry.error
    return entry


class _Stopped(Exception):
    def __init__(self, position: int, error: Exception) -> None:
        self.position = position
        super().__init__(f"entry {position}: {_said(error)}")


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]


def drive(ledger: Ledger, runs: Iterable[Run], until: int, limit: int) -> Iterable[int]:
    """Carry all runs on to a position, those furthest behind first; gives the number of entries each step has done.

    Runs at the same position share what is read and decoded. One that fails or is lost is left where it is.
    """
    while going := [run for run in runs if run.place.position < until and not run.lost and run.failed is None]:
        low = min(run.place.position for run in going)
        together = [run for run in going if run.place.position == low]
        ahead = min((run.place.position for run in going if run.place.position > low), default=until)
        with nothing_thrown_away():
            batch = read(ledger, low, ahead, limit, [run.projection for run in together])
            assert batch.rows, f"the ledger has no entries after {low}"
            for run in together:
                run.take(batch)
        yield sum(run.place.position - low for run in together)
