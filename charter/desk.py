"""One attempt to write: what the orders need is read, the rules decide, and all that follows is appended at once."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from eventsourcing.persistence import StoredEvent

from charter.catalogue import OF_COMMAND, aggregate_of, body, entries
from charter.message import Command, Draft, Event, Refused
from charter.store.recorder import LedgerRecorder
from charter.terms import Given


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


class Held(NamedTuple):
    """The state of a stream at a version, known to be current when the ledger had `size` entries."""

    state: Any
    version: int
    size: int


class Desk:
    """One attempt to write: the states it has read, at which versions, and the drafts it wants to append.

    States of charters and people outlive the attempt in `kept`, since every decision needs them again; those of
    decisions do not, since there are too many.
    """

    def __init__(self, recorder: LedgerRecorder, kept: dict[str, Held], clock: datetime) -> None:
        self._recorder = recorder
        self._kept = kept
        self._now = clock
        self._size = recorder.size()
        self._held: dict[str, Held] = {}
        self._read: dict[str, int] = {}
        self._drafts: list[Draft] = []

    def prepare(self, orders: Iterable[Order]) -> None:
        """Read the streams that the orders speak to and act from in one go."""
        streams = {order.command.stream for order in orders}
        streams.update(f"person/{order.by}" for order in orders)
        self._load(streams)

    def held(self, stream: str) -> Held:
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
            state = aggregate.evolve(state, event, order.by, order.at)
        self._held[stream] = Held(state, version, self._size)
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
        for stream, held in self._held.items():  # all of it was read, and nothing that was read has changed
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
            held = self._kept.get(stream) or Held(aggregate_of(stream).initial, 0, -1)
            self._held[stream] = held
            if held.size != self._size:
                stale[stream] = held.version
        self._forward(stale)
        for stream in streams:
            self._read.setdefault(stream, self._held[stream].version)

    def _forward(self, stale: Mapping[str, int]) -> None:
        for found in entries(self._recorder.stream_rows(stale)) if stale else ():
            held = self._held[found.stream]
            state = aggregate_of(found.stream).evolve(held.state, found.event, found.by, found.at)
            self._held[found.stream] = Held(state, found.version, held.size)
        for stream in stale:
            held = self._held[stream]._replace(size=self._size)
            self._held[stream] = held
            if not stream.startswith("decision/"):
                self._kept[stream] = held
