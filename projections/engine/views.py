"""Keeps the answers up to date: carries new entries into every projection's tables before somebody reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from sqlalchemy import URL, Connection, Engine

from charter.ledger import Ledger
from charter.message import NotFound
from projections.engine import tracking
from projections.engine.database import beside, open_views
from projections.engine.feed import ends_with, holds
from projections.engine.projection import Projection
from projections.engine.purge import ViewsInUse, clear, purge, read_again
from projections.engine.rebuild import BULK, Difference, Progress, Rebuilt, compare, rebuild
from projections.engine.run import Run, ViewFailed, drive
from projections.engine.slots import finish, index, start
from projections.engine.tracking import Place, Slot

BATCH = 2_000
"""Entries carried in one transaction while somebody waits for an answer."""
SMALL = 200
"""The same where somebody gives way to more urgent things after each."""


class UnknownView(NotFound):
    """There is no view called {name}. There are: {known}."""


class State(NamedTuple):
    """How one projection stands: its tables' version, the last entry they hold, how many are missing, what failed."""

    name: str
    version: int
    position: int
    behind: int
    error: str | None


class Views:
    """All answers about one ledger, kept beside it. Safe to use from many threads and processes at once.

    `database` is a path or an address; left out, a second file beside a SQLite ledger, or the schema `views` in a
    PostgreSQL one. `projections` are those it keeps; left out, all there are (`projections.catalogue`).
    """

    def __init__(
        self, ledger: Ledger, database: str | Path | URL | None = None, projections: Sequence[Projection] | None = None
    ) -> None:
        self.ledger = ledger
        self._where = beside(ledger.engine) if database is None else database
        self._given = projections
        self._opening = Lock()
        self._engines: tuple[Engine, Engine] | None = None

    @cached_property
    def projections(self) -> tuple[Projection, ...]:
        """Everything that is kept here."""
        if self._given is not None:
            return tuple(self._given)
        from projections.catalogue import ALL

        return ALL

    @property
    def engine(self) -> Engine:
        """The database that views are written to."""
        return self._opened()[0]

    def _opened(self) -> tuple[Engine, Engine]:
        """One to write and one that can only read, which is opened when what it reads is there."""
        with self._opening:
            if self._engines is None:
                writer = open_views(self._where)
                tracking.prepare(writer)
                self._engines = (writer, open_views(self._where, read_only=True))
            return self._engines

    @contextmanager
    def reading(self, *projections: Projection) -> Iterator[Connection]:
        """A connection that can only read, with these projections caught up: what was written before is in them.

        All that is read from it is as of one moment. ViewFailed if one of them could not be caught up.
        """
        with self._opened()[1].connect() as connection:
            if not self._is_current(connection, projections):
                connection.rollback()
                failed = self._catch_up(projections)
                if failed:
                    run = next(failed[projection.name] for projection in projections if projection.name in failed)
                    raise ViewFailed(run.place, str(run.failed))
                tracking.hold(connection, _tables(projections))
            yield connection

    def _is_current(self, connection: Connection, projections: Sequence[Projection]) -> bool:
        """Whether what the connection sees from now on holds every entry there is; most often, nobody wrote since.

        The ledger is asked after the snapshot was taken: whatever was written before is in it, if nothing came since.
        """
        if not tracking.hold(connection, _tables(projections)):
            return False
        known = tracking.places(connection)
        ends = set()
        for projection in projections:
            place = known.get((projection.name, Slot.LIVE))
            if place is None or place.version != projection.version or place.error is not None:
                return False
            if place.unread and self.ledger.vault.master is not None:
                return False
            ends.add((place.position, place.leaf))
        return len(ends) == 1 and ends_with(self.ledger.entries_recorder, *ends.pop())

    def catch_up(self, *projections: Projection, give_way: Callable[[], None] | None = None) -> None:
        """Carry every entry there is into the given projections, or into all; one that fails waits for who reads it.

        Where others have something more urgent to do on the same processor, `give_way` is called after each small step.
        """
        self._catch_up(projections or self.projections, give_way)

    def status(self) -> list[State]:
        """How each projection stands, without carrying anything on."""
        size = self.ledger.entries_recorder.size()
        with self.engine.connect() as connection:
            known = tracking.places(connection)
        states = []
        for projection in self.projections:
            live, building = known.get((projection.name, Slot.LIVE)), known.get((projection.name, Slot.NEXT))
            place = live or building or Place(projection.name, Slot.LIVE, projection.version)
            error = place.error or (building.error if building else None)
            states.append(State(place.projection, place.version, place.position, max(0, size - place.position), error))
        return states

    def rebuild(self, names: Sequence[str] | None = None, progress: Progress | None = None) -> list[Rebuilt]:
        """Build some views, or all, anew from the first entry; the old ones serve until the new take their place.

        A projection that fails says so in its result and keeps its old tables.
        """
        projections = self._named(names)
        rebuilt = rebuild(self.engine, self.ledger, projections, progress)
        self._catch_up([each for each, result in zip(projections, rebuilt, strict=True) if result.error is None])
        return rebuilt

    def compare(self, names: Sequence[str] | None = None, progress: Progress | None = None) -> list[Difference]:
        """Build some views, or all, aside and report every row that differs from those in use (at most 1,000 a table).

        ViewFailed if a view cannot be built, ComparedElsewhere if somebody else is at it.
        """
        projections = self._named(names)
        with self.reading(*projections):
            pass
        return compare(self.engine, self.ledger, projections, progress)

    def purge(self, streams: Sequence[str]) -> tuple[str, ...]:
        """Take words that can be read no more out of the rows of these streams, and out of the database's free space.

        Gives the names of the views that were purged: all that keep words. ViewsInUse if old words could not be cleared
        away because somebody reads the views; that is to be tried again.
        """
        known = self._all()
        purge(self.engine, self.ledger, known, streams)
        clear(self.engine, known)
        return tuple(projection.name for projection in known if projection.personal)

    def close(self) -> None:
        """Let go of the databases; the ledger stays open."""
        with self._opening:
            for engine in self._engines or ():
                engine.dispose()
            self._engines = None

    def _all(self) -> list[Projection]:
        """Everything that may have tables here, whether it is kept by this object or by another."""
        from projections.catalogue import ALL

        return list({projection.name: projection for projection in (*ALL, *self.projections)}.values())

    def _named(self, names: Sequence[str] | None) -> list[Projection]:
        known = {projection.name: projection for projection in self.projections}
        for name in names or ():
            if name not in known:
                raise UnknownView(name=name, known=", ".join(known))
        return [known[name] for name in (known if names is None else names)]

    def _catch_up(
        self, projections: Sequence[Projection], give_way: Callable[[], None] | None = None
    ) -> dict[str, Run]:
        """Carry on until all hold what the ledger held at the start, and give those that could not."""
        until = self.ledger.entries_recorder.size()
        failed: dict[str, Run] = {}
        self._read_sealed(projections)
        while True:
            waiting = [projection for projection in projections if projection.name not in failed]
            if not waiting:
                return failed
            runs = list(self._runs(waiting))
            if len(runs) == len(waiting) and all(run.is_up_to(until) for run in runs):
                return failed
            limit = BULK if not all(run.is_live for run in runs) else SMALL if give_way else BATCH
            for _ in drive(self.ledger, runs, until, limit):
                if give_way:
                    give_way()
            if any(run.purged for run in runs):
                with suppress(ViewsInUse):  # the words are out of the rows; the rest goes with the next erasure
                    clear(self.engine, [run.projection for run in runs])
            for run in runs:
                if run.failed is not None:
                    failed[run.projection.name] = run
                elif not run.is_live and not run.lost:
                    self._settle(run)
            if any(run.met_erasure for run in runs):  # views from an older copy that nobody asks for have words, too
                self._catch_up([each for each in self.projections if each.personal and each not in projections])

    def _read_sealed(self, projections: Sequence[Projection]) -> None:
        """Words that came in while the master key was not at hand are put in, now that it is."""
        if self.ledger.vault.master is None:
            return
        named = {projection.name: projection for projection in projections}
        with self.engine.connect() as connection:
            known = tracking.places(connection, named)
        for place in known.values():
            projection = named[place.projection]
            if place.unread and place.version == projection.version:
                read_again(self.engine, self.ledger, projection, place)

    def _runs(self, projections: Sequence[Projection]) -> Iterator[Run]:
        """Each projection from where its tables are: those in use if they are good, else those to take their place."""
        with self.engine.connect() as connection:
            known = tracking.places(connection, [projection.name for projection in projections])
        good = {place.build for place in known.values() if self._is_good(place)}
        for projection in projections:
            seen = [known[key] for key in ((projection.name, slot) for slot in Slot) if key in known]
            usable = [place for place in seen if place.build in good and place.version == projection.version]
            # those that are built only to compare never take the place of others
            place = next((each for each in usable if each.slot != Slot.CHECK), None)
            newer = next((each for each in seen if each.version > projection.version), None)
            if place is None and newer is not None:
                yield Run(self.engine, projection, newer, "its tables were made by a newer version of this software")
                continue
            place = place or start(self.engine, projection, Slot.NEXT, seen)
            if place is not None:
                yield Run(self.engine, projection, place)

    def _is_good(self, place: Place) -> bool:
        """Whether the ledger is the one these tables were made from: not put back to an older day, nor replaced."""
        return holds(self.ledger.entries_recorder, place.position, place.leaf)

    def _settle(self, run: Run) -> None:
        """Tables that are complete take the place of those in use, unless somebody else carries them on already."""
        if index(self.engine, run.projection, run.place):
            finish(self.engine, run.place)


def _tables(projections: Sequence[Projection]) -> list[str]:
    return [table.name for projection in projections for table in projection.tables]
