"""The ledger: commands go in, rules decide, entries are appended; nothing else ever writes one."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from threading import RLock
from typing import Any, NamedTuple

from eventsourcing.application import Application
from eventsourcing.persistence import IntegrityError, Mapper, StoredEvent
from eventsourcing.utils import Environment
from sqlalchemy import Engine

from charter.catalogue import OF_COMMAND, EntryMapper, aggregate_of, body, entries
from charter.charters.state import Charter
from charter.decisions.refusals import UnknownDecision
from charter.decisions.state import Case
from charter.message import Command, Draft, Entry, Event, Refused
from charter.people.state import Person
from charter.store.database import open_database
from charter.store.factory import LedgerFactory
from charter.store.recorder import LedgerRecorder
from charter.terms import Given

ATTEMPTS = 200
BATCH = 2_000


class Order(NamedTuple):
    """A command with who gives it and when it happened (None: not known, which only history allows).

    `expect` is the version of the stream the writer has seen; another one is refused as Outdated.
    """

    command: Command
    by: str
    at: datetime | None
    expect: int | None = None


class Written(NamedTuple):
    """What an order led to: the events, in one stream, and their positions; none when all was there already."""

    stream: str
    version: int
    events: tuple[Event, ...]
    positions: tuple[int, ...] = ()

    @property
    def key(self) -> str:
        """What the stream is about: the slug of a charter, the id of a decision or of a person."""
        return self.stream.partition("/")[2]


class Outdated(Refused):
    """Somebody else wrote to {stream} meanwhile: you saw version {seen}, it is at {version}.
    Look again, then decide."""


class TooBusy(Refused):
    """Others kept writing to the same place {attempts} times in a row. Nothing was written; try again."""


class ManyDecisions(Refused):
    """More than one decision starts with {prefix}: {some}. Type more of it."""


def now() -> datetime:
    """The time, aware and in UTC."""
    return datetime.now(UTC)


class Ledger(Application[str]):
    """A ledger in a SQLite file or a PostgreSQL database; it must exist and be of this software's schema.

    Raises NoLedger or NeedsUpgrade when it is not, StoreUnavailable when the database cannot be reached.
    """

    name = "charter"

    def __init__(self, database: str | Engine, clock: Callable[[], datetime] = now) -> None:
        self._engine = database if isinstance(database, Engine) else open_database(database)
        self._clock = clock
        self._writing = RLock()
        self._kept: dict[str, _Held] = {}
        super().__init__()

    def construct_factory(self, env: Environment) -> LedgerFactory:
        """The library's way to our recorder."""
        return LedgerFactory(self._engine, env=env, clock=self._clock)

    def construct_mapper(self) -> Mapper[str]:
        """The library's way to our bodies."""
        return EntryMapper()

    @property
    def engine(self) -> Engine:
        """The database the ledger is in."""
        return self._engine

    @property
    def entries_recorder(self) -> LedgerRecorder:
        """Our recorder, with everything it can do beyond the library's contract."""
        assert isinstance(self.recorder, LedgerRecorder)
        return self.recorder

    def write(self, command: Command, *, by: str, at: datetime | None = None, expect: int | None = None) -> Written:
        """Write what one command leads to, now or as having happened `at`; raises Refused."""
        [outcome] = self.write_all([Order(command, by, at or self._clock(), expect)])
        if isinstance(outcome, Refused):
            raise outcome
        return outcome

    def write_all(self, orders: Sequence[Order]) -> list[Written | Refused]:
        """Write what many commands lead to, in their order and in one transaction.

        A refused order does not harm the others. Deciding is pure, so a lost race is simply decided again.
        """
        with self._writing:
            for _ in range(ATTEMPTS):
                desk = _Desk(self.entries_recorder, self._kept, self._clock())
                desk.prepare(orders)
                outcomes = [desk.take(order) for order in orders]
                try:
                    positions = iter(desk.append())
                except IntegrityError:
                    continue
                return [_placed(outcome, positions) for outcome in outcomes]
        raise TooBusy(attempts=ATTEMPTS)

    def entries(self, after: int = 0, until: int | None = None, types: Sequence[str] = ()) -> Iterator[Entry]:
        """Entries in the order of their positions, typed, read in batches."""
        while rows := self.entries_recorder.rows(after, BATCH, until, types):
            yield from entries(rows)
            after = rows[-1][0]

    def stream(self, stream: str) -> list[Entry]:
        """All entries of one stream."""
        return list(entries(self.entries_recorder.stream_rows({stream: 0})))

    def charter(self, slug: str) -> Charter:
        """A charter as the rules see it now; not opened when there is none."""
        state = self._state(f"charter/{slug}")
        assert isinstance(state, Charter)
        return state

    def person(self, person: str) -> Person:
        """A person as the rules see them now; not registered when there is none."""
        state = self._state(f"person/{person}")
        assert isinstance(state, Person)
        return state

    def decision(self, decision: str) -> Case:
        """A request and its decision as the rules see them now; its stage is unknown when there is none."""
        state = self._state(f"decision/{decision}")
        assert isinstance(state, Case)
        return state

    def find_decision(self, prefix: str) -> str:
        """The id of the one decision that starts with a prefix; raises UnknownDecision or ManyDecisions."""
        found = [stream.partition("/")[2] for stream in self._starting(f"decision/{prefix.lower()}", 4)]
        if not found:
            raise UnknownDecision(decision=prefix)
        if len(found) > 1:
            shown = ", ".join(known[: len(prefix) + 4] for known in found[:3])
            raise ManyDecisions(prefix=prefix, some=shown + (" …" if len(found) > 3 else ""))
        return found[0]

    def charters(self) -> list[str]:
        """The slugs of all charters."""
        return [stream.partition("/")[2] for stream in self._starting("charter/", 10_000)]

    def people(self) -> list[str]:
        """The ids of all people."""
        return [stream.partition("/")[2] for stream in self._starting("person/", 100_000)]

    def _starting(self, prefix: str, limit: int) -> list[str]:
        return self.entries_recorder.streams_starting(prefix, limit)

    def _state(self, stream: str) -> Any:
        with self._writing:
            return _Desk(self.entries_recorder, self._kept, self._clock()).held(stream).state


class _Held(NamedTuple):
    """The state of a stream at a version, known to be current when the ledger had `size` entries."""

    state: Any
    version: int
    size: int


class _Desk:
    """One attempt to write: the states it has read, at which versions, and the drafts it wants to append.

    States of charters and people outlive the attempt in `kept`, since every decision needs them again; those of
    decisions do not, since there are too many.
    """

    def __init__(self, recorder: LedgerRecorder, kept: dict[str, _Held], clock: datetime) -> None:
        self._recorder = recorder
        self._kept = kept
        self._now = clock
        self._size = recorder.size()
        self._held: dict[str, _Held] = {}
        self._read: dict[str, int] = {}
        self._drafts: list[Draft] = []

    def prepare(self, orders: Iterable[Order]) -> None:
        """Read the streams that the orders speak to and act from in one go."""
        streams = {order.command.stream for order in orders}
        streams.update(f"person/{order.by}" for order in orders)
        self._load(streams)

    def held(self, stream: str) -> _Held:
        """The state of a stream, with what this attempt has decided so far."""
        if stream not in self._held:
            self._load((stream,))
        return self._held[stream]

    def take(self, order: Order) -> Written | Refused:
        """Decide one order on top of those before it."""
        stream = order.command.stream
        aggregate = OF_COMMAND[type(order.command)]
        held = self.held(stream)
        try:
            if order.expect is not None and order.expect != held.version:
                raise Outdated(stream=stream, seen=order.expect, version=held.version)
            events = aggregate.decide(held.state, order.command, self._given(held.state, order))
        except Refused as refusal:
            return refusal
        state, version = held.state, held.version
        for event in events:
            version += 1
            self._drafts.append(Draft(stream, version, order.by, order.at, event))
            state = aggregate.evolve(state, event, order.by)
        self._held[stream] = _Held(state, version, self._size)
        return Written(stream, version, tuple(events))

    def append(self) -> Sequence[int]:
        """Append the drafts, if nothing that was read has changed; raises the library's IntegrityError."""
        if not self._drafts:
            return ()
        stored = [
            StoredEvent(draft.stream, draft.version, draft.event.name, body(draft.by, draft.at, draft.event))
            for draft in self._drafts
        ]
        positions = self._recorder.insert_events(stored, after=self._size, reads=self._read)
        assert positions is not None
        if positions[0] == self._size + 1:  # nobody was in between, so what is held here is current
            for stream, held in self._held.items():
                if not stream.startswith("decision/"):
                    self._kept[stream] = held._replace(size=positions[-1])
        return positions

    def _given(self, state: Any, order: Order) -> Given:
        needs = OF_COMMAND[type(order.command)].needs(state, order.command)
        people = {}
        for person in (order.by, *needs.people):
            actor = self.held(f"person/{person}").state.actor
            if actor is not None:
                people[person] = actor
        charters = {}
        for slug in needs.charters:
            known = self.held(f"charter/{slug}").state
            if known.opened:
                charters[slug] = known.standing
        cases = frozenset(case for case in needs.cases if self.held(f"decision/{case}").version)
        empty = self._size == 0 and not self._drafts
        return Given(order.by, order.at, self._now, people, charters, cases, empty)

    def _load(self, streams: Iterable[str]) -> None:
        stale: dict[str, int] = {}
        for stream in streams:
            if stream in self._held:
                continue
            held = self._kept.get(stream) or _Held(aggregate_of(stream).initial, 0, -1)
            self._held[stream] = held
            if held.size != self._size:
                stale[stream] = held.version
        self._forward(stale)
        for stream in streams:
            self._read.setdefault(stream, self._held[stream].version)

    def _forward(self, stale: Mapping[str, int]) -> None:
        for found in entries(self._recorder.stream_rows(stale)) if stale else ():
            held = self._held[found.stream]
            state = aggregate_of(found.stream).evolve(held.state, found.event, found.by)
            self._held[found.stream] = _Held(state, found.version, held.size)
        for stream in stale:
            held = self._held[stream]._replace(size=self._size)
            self._held[stream] = held
            if not stream.startswith("decision/"):
                self._kept[stream] = held


def _placed(outcome: Written | Refused, positions: Iterator[int]) -> Written | Refused:
    if isinstance(outcome, Refused):
        return outcome
    return outcome._replace(positions=tuple(next(positions) for _ in outcome.events))
