"""The contests: the same operation by raw SQL, by the library in three wordings, and by the ledger, in turns."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Protocol

from benchmarks import content
from benchmarks.databases import Databases, Kind, Place
from benchmarks.measure import in_turns, rate
from benchmarks.ours import Ours
from benchmarks.peers import MSGSPEC as MSGSPEC_WORDING
from benchmarks.peers import PYDANTIC as PYDANTIC_WORDING
from benchmarks.peers import STOCK as STOCK_WORDING
from benchmarks.peers import Peer
from benchmarks.raw import RawPostgres, RawSqlite
from benchmarks.results import MSGSPEC, OURS, PYDANTIC, RAW, STOCK, Part, Speed
from benchmarks.source import Batch

WARM_UP = 20
"""Decisions logged before the clock starts, so that connections, statements and caches are there."""


class Store(Protocol):
    """What every contender can do; each operation says how many things it did."""

    def log(self, decisions: Sequence[content.Decision]) -> int:
        """Write decisions, each in a durable commit of its own."""

    def load(self, batch: Batch) -> int:
        """Write many decisions, many per commit."""

    def replay(self) -> int:
        """Read everything that was written, in its order."""

    def project(self, view: Place) -> int:
        """Make a view of everything that was written."""

    def close(self) -> None:
        """Let go of the database."""


def makers(kind: Kind) -> dict[str, Callable[[Place], Store]]:
    """How each contender is made in an empty place."""
    return {
        RAW: RawSqlite if kind == "sqlite" else RawPostgres,
        STOCK: partial(Peer, STOCK_WORDING),
        PYDANTIC: partial(Peer, PYDANTIC_WORDING),
        MSGSPEC: partial(Peer, MSGSPEC_WORDING),
        OURS: Ours,
    }


class Contests:
    """All contests in one kind of database, over `size` entries and in so many rounds."""

    def __init__(self, databases: Databases, kind: Kind, *, size: int, rounds: int) -> None:
        self._databases = databases
        self._kind = kind
        self._rounds = rounds
        self._size = size
        self._loaded: dict[str, tuple[Place, Store]] = {}
        self._batch: Batch | None = None

    def log(self) -> Speed:
        """One decision per durable commit, one writer; other decisions in each turn, the same for all contenders.

        Disks are moodier than processors, so the turns are shorter and four times as many.
        """
        count, turns = max(self._size // 80, 5), self._rounds * 4
        decisions = content.decisions(count * turns + WARM_UP, seed=2)
        warm_up = list(islice(decisions, WARM_UP))
        portions = [list(islice(decisions, count)) for _ in range(turns)]
        stores = {name: make(self._databases.fresh(self._kind)) for name, make in makers(self._kind).items()}
        for store in stores.values():
            store.log(warm_up)
        measured = in_turns({name: _logging(store, iter(portions)) for name, store in stores.items()}, turns)
        for store in stores.values():
            store.close()
        return Speed(self._kind, "log one decision, durable (decisions/s)", measured, STOCK, 1.0)

    def load(self) -> Speed:
        """Many entries, many per commit, into an empty store in each round."""
        turns = {name: partial(self._load, name) for name in makers(self._kind)}
        measured = in_turns(turns, self._rounds)
        return Speed(self._kind, "import from CSV / append in bulk (entries/s)", measured, MSGSPEC, 1.0)

    def replay(self) -> Speed:
        """Everything that `load` wrote, as typed entries."""
        turns = {name: partial(rate, self._store(name).replay) for name in makers(self._kind)}
        measured = in_turns(turns, self._rounds)
        return Speed(self._kind, "replay to typed entries (entries/s)", measured, PYDANTIC, 1.0)

    def rebuild(self) -> Speed:
        """Views of everything that `load` wrote; one for the others, all there are for ours."""
        turns = {name: partial(self._project, self._store(name)) for name in makers(self._kind)}
        measured = in_turns(turns, self._rounds)
        return Speed(self._kind, "rebuild, per view (views times entries/s)", measured, MSGSPEC, 1.0)

    def views(self) -> list[Part]:
        """Our views all at once and one by one, each then reading and decoding what it needs for itself; once."""
        store = self._store(OURS)
        assert isinstance(store, Ours)
        return [Part(self._kind, name, rate(work)) for name, work in store.rebuilds()]

    def close(self) -> None:
        """Throw everything away."""
        for name in list(self._loaded):
            self._drop(name)

    def _store(self, name: str) -> Store:
        if name not in self._loaded:
            self._load(name)
        return self._loaded[name][1]

    def _load(self, name: str) -> float:
        self._drop(name)
        place = self._databases.fresh(self._kind)
        store = makers(self._kind)[name](place)
        self._loaded[name] = place, store
        batch = self._prepared()
        return rate(lambda: store.load(batch))

    def _prepared(self) -> Batch:
        """As many entries for everybody: two for each row of the file, one for each decision elsewhere."""
        if self._batch is None:
            decisions = list(content.decisions(self._size, imported=True))
            self._batch = Batch(decisions, self._databases.folder / f"{self._kind}.csv")
            content.write_csv(self._batch.csv, decisions[: self._size // 2])
        return self._batch

    def _project(self, store: Store) -> float:
        view = self._databases.fresh(self._kind)
        try:
            return rate(lambda: store.project(view))
        finally:
            self._databases.drop(view)

    def _drop(self, name: str) -> None:
        if name in self._loaded:
            place, store = self._loaded.pop(name)
            store.close()
            self._databases.drop(place)


def _logging(store: Store, portions: Iterator[list[content.Decision]]) -> Callable[[], float]:
    def once() -> float:
        decisions = next(portions)
        return rate(lambda: store.log(decisions))

    return once
