"""Keeps the answers up to date: carries new entries into every projection's tables before somebody reads them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from sqlalchemy import URL, Connection, Engine

from charter.ledger import Ledger
from charter.message import NotFound
from projections import tracking
from projections.database import beside, open_views
from projections.feed import holds
from projections.projection import Key, Projection, continued, stored_names
from projections.rebuild import BULK, Difference, Progress, Rebuilt, compare, rebuild
from projections.rows import Row, Rows
from projections.run import Run, ViewFailed, drive
from projections.slots import finish, index, start
from projections.tracking import Place, Slot

__all__ = [
    "Difference",
    "Key",
    "Progress",
    "Projection",
    "Rebuilt",
    "Row",
    "Rows",
    "State",
    "UnknownView",
    "ViewFailed",
    "Views",
    "continued",
    "stored_names",
]

BATCH = 2_000
"""Entries carried in one transaction while somebody waits for an answer."""


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
        failed = self._catch_up(projections)
        for projection in projections:
            if projection.name in failed:
                run = failed[projection.name]
                raise ViewFailed(run.place, str(run.failed))
        with self._opened()[1].connect() as connection, connection.begin():
            yield connection

    def catch_up(self, *projections: Projection) -> None:
        """Carry every entry there is into the given projections, or into all; one that fails waits for who reads it."""
        self._catch_up(projections or self.projections)

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
        rebuilt = rebuild(self.engine, self.ledger.entries_recorder, projections, progress)
        self._catch_up([each for each, result in zip(projections, rebuilt, strict=True) if result.error is None])
        return rebuilt

    def compare(self, names: Sequence[str] | None = None, progress: Progress | None = None) -> list[Difference]:
        """Build some views, or all, aside and report every row that differs from those in use (at most 1,000 a table).

        ViewFailed if a view cannot be built, ComparedElsewhere if somebody else is at it.
        """
        projections = self._named(names)
        with self.reading(*projections):
            pass
        return compare(self.engine, self.ledger.entries_recorder, projections, progress)

    def close(self) -> None:
        """Let go of the databases; the ledger stays open."""
        with self._opening:
            for engine in self._engines or ():
                engine.dispose()
            self._engines = None

    def _named(self, names: Sequence[str] | None) -> list[Projection]:
        known = {projection.name: projection for projection in self.projections}
        for name in names or ():
            if name not in known:
                raise UnknownView(name=name, known=", ".join(known))
        return [known[name] for name in (known if names is None else names)]

    def _catch_up(self, projections: Sequence[Projection]) -> dict[str, Run]:
        """Carry on until all hold what the ledger held at the start, and give those that could not."""
        recorder = self.ledger.entries_recorder
        until = recorder.size()
        failed: dict[str, Run] = {}
        while True:
            waiting = [projection for projection in projections if projection.name not in failed]
            if not waiting:
                return failed
            runs = list(self._runs(waiting))
            if len(runs) == len(waiting) and all(run.is_up_to(until) for run in runs):
                return failed
            limit = BATCH if all(run.is_live for run in runs) else BULK
            for _ in drive(recorder, runs, until, limit):
                pass
            for run in runs:
                if run.failed is not None:
                    failed[run.projection.name] = run
                elif not run.is_live and not run.lost:
                    self._settle(run)

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
