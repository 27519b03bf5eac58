"""One attempt to write: what the orders need is read, the rules decide, and all that follows is appended at once."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from charter.catalogue import OF_COMMAND, aggregate_of, entries
from charter.given import Actor, DataOf, Given, Hold, Needs, Standing
from charter.message import Command, Draft, Event, Refused
from charter.privacy.envelope import sealed, sealed_for, sealed_parts
from charter.privacy.vault import Vault
from charter.store.entries import Answered
from charter.store.errors import Overtaken
from charter.store.recorder import LedgerRecorder
from charter.subjects.state import Erasure

_KEPT = ("charter/", "person/")
"""The streams whose states outlive an attempt to write."""


class Order(NamedTuple):
    """A command with who gives it and when it happened (None: not known, which only history allows).

    `expect` is the version of the stream the writer has seen; another one is refused as Outdated. An order with a `key`
    that the same person has used before is not written again but answered as it was then (`charter.answers`).
    """

    command: Command
    by: str
    at: datetime | None
    expect: int | None = None
    key: str | None = None


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
    """The state of a stream at a version, known to be current when the ledger had `size` entries.

    `subject` is the person whose words were sealed in it last.
    """

    state: Any
    version: int
    size: int
    subject: str | None = None


class _Surroundings(NamedTuple):
    """What a rule may look at beside its own state, the writer and the time."""

    people: Mapping[str, Actor]
    charters: Mapping[str, Standing]
    cases: frozenset[str]
    data: Mapping[str, DataOf]
    erasing: frozenset[str]


class _Happened(NamedTuple):
    """What one order led to in its stream, from which version on."""

    first: int
    events: Sequence[Event]
    by: str
    at: datetime | None


class Desk:
    """One attempt to write: the states it has read, at which versions, and what it wants to append.

    States of charters and people outlive the attempt in `kept`, since every decision needs them again; those of
    decisions and of whose words are sealed do not, since there are too many.
    """

    def __init__(self, recorder: LedgerRecorder, vault: Vault, kept: dict[str, Held], clock: datetime) -> None:
        self._recorder = recorder
        self._vault = vault
        self._kept = kept
        self._now = clock
        self._size = recorder.size()
        self._held: dict[str, Held] = {}
        self._read: dict[str, int] = {}
        self._drafts: list[Draft] = []
        self._unfolded: dict[str, _Happened] = {}
        self._surroundings: dict[tuple[str, Needs], _Surroundings] = {}

    def decide_all(self, orders: Sequence[Order]) -> list[Written | Refused]:
        """Decide orders one after the other, each on top of those before it; what they speak to is read in one go."""
        streams = [order.command.stream for order in orders]
        self._load({*streams, *(f"person/{order.by}" for order in orders)})
        return [self._decide(stream, order) for stream, order in zip(streams, orders, strict=True)]

    def held(self, stream: str) -> Held:
        """The state of a stream, with what this attempt has decided so far."""
        if stream not in self._held:
            self._load((stream,))
        if stream in self._unfolded:
            self._fold(stream)
        return self._held[stream]

    def _decide(self, stream: str, order: Order) -> Written | Refused:
        aggregate = OF_COMMAND[type(order.command)]
        held = self.held(stream)
        try:
            if order.expect is not None and order.expect != held.version:
                raise Outdated(stream=stream, seen=order.expect, version=held.version)
            events = aggregate.decide(held.state, order.command, self._given(held.state, order))
        except Refused as refusal:
            return refusal
        if events:
            happened = _Happened(held.version + 1, events, order.by, order.at)
            self._drafts += [
                Draft(stream, version, order.by, order.at, event)
                for version, event in enumerate(events, happened.first)
            ]
            self._unfolded[stream] = happened  # folded when it is asked for: most decisions of an import never are
            if not stream.startswith("decision/"):
                self._surroundings.clear()
        return Written(stream, held.version + len(events), tuple(events))

    def append(self, answers: Sequence[Answered] = ()) -> Sequence[int]:
        """Append the drafts, with what is answered to orders with a key, if nothing that was read has changed.

        Raises the library's IntegrityError.
        """
        if not self._drafts:
            return ()
        subjects = {stream: held.subject for stream, held in self._held.items()}
        written = sealed(self._drafts, subjects, self._vault)
        self._refuse_erased(written.known)
        self._read |= {f"subject/{subject}": 0 for subject in written.new}  # nobody can have erased them before
        positions = self._recorder.insert_events(written.events, after=self._size, reads=self._read, answers=answers)
        assert positions is not None
        for stream in list(self._unfolded):
            if stream.startswith(_KEPT):
                self._fold(stream)
        for stream, held in self._held.items():  # all of it was read, and nothing that was read has changed
            if stream.startswith(_KEPT):
                self._kept[stream] = held._replace(size=positions[-1])
        return positions

    def _refuse_erased(self, subjects: Iterable[str]) -> None:
        """Somebody may be erased just now, and what was sealed under the old key would be lost: it is sealed anew.

        Who is erased from here on is noticed when the entries are appended: their streams count as read.
        """
        streams = [f"subject/{subject}" for subject in subjects]
        self._load(streams)
        if any(self._held[stream].state.erasure is Erasure.COMPLETED for stream in streams):
            msg = "somebody whose words were to be written was erased; decide again"
            raise Overtaken(msg)

    def _given(self, state: Any, order: Order) -> Given:
        needs = OF_COMMAND[type(order.command)].needs(state, order.command)
        around = self._surroundings.get((order.by, needs)) or self._look_around(order.by, needs)
        empty = self._size == 0 and not self._drafts
        people, charters, cases, data, erasing = around
        return Given(order.by, order.at, self._now, people, charters, cases, empty, data, erasing)

    def _look_around(self, by: str, needs: Needs) -> _Surroundings:
        """What a rule needs from other streams; kept, since thousands of decisions are made in the same ones."""
        people, charters = {}, {}
        for person in (by, *needs.people):
            actor = self.held(f"person/{person}").state.actor
            if actor is not None:
                people[person] = actor
        for slug in needs.charters:
            known = self.held(f"charter/{slug}").state
            if known.opened:
                charters[slug] = known.standing
        cases = frozenset(case for case in needs.cases if self.held(f"decision/{case}").version)
        data = {subject: self._data_of(subject) for subject in needs.subjects}
        erasing = frozenset(stream for stream in needs.whose if self._is_erasing(stream))
        around = _Surroundings(people, charters, cases, data, erasing)
        if not (needs.cases or needs.subjects or needs.whose):
            self._surroundings[by, needs] = around
        return around

    def _data_of(self, subject: str) -> DataOf:
        """Where a person's words are and what holds them, whatever the command says; a hold placed meanwhile is seen.

        A case that begins meanwhile is not, so whoever carries an erasure out looks once more before anything is gone:
        by then its request is in the ledger, and no hold is placed any more.
        """
        part = sealed_for(subject)
        name = f"words/{subject}"  # no stream: where the words are was found by reading all bodies, once
        known = self._kept.get(name) or Held((), 0, 0)
        streams = sorted({*known.state, *self._recorder.streams_holding(part, known.size)})
        self._kept[name] = Held(tuple(streams), 0, self._size)
        self._load(streams)
        entries_of = sum(part in row[5] for row in self._recorder.stream_rows(dict.fromkeys(streams, 0)))
        cases = (stream for stream in streams if stream.startswith("decision/"))
        holds = (Hold(case.partition("/")[2], hold) for case in cases for hold in self.held(case).state.holds)
        return DataOf(tuple(streams), entries_of, tuple(holds))

    def _is_erasing(self, stream: str) -> bool:
        """Whether words in a stream are being erased, or none are left that are not."""
        rows = self._recorder.stream_rows({stream: 0})
        subjects = {part.subject for row in rows for part in sealed_parts(row[5])}
        erasures = {self.held(f"subject/{subject}").state.erasure for subject in subjects}
        return Erasure.REQUESTED in erasures or erasures == {Erasure.COMPLETED}

    def _fold(self, stream: str) -> None:
        held, evolve = self._held[stream], aggregate_of(stream).evolve
        state = held.state
        first, events, by, at = self._unfolded.pop(stream)
        for event in events:
            state = evolve(state, event, by, at)
        self._held[stream] = Held(state, first + len(events) - 1, self._size, held.subject)

    def _load(self, streams: Iterable[str]) -> None:
        """Hold streams as they were when the ledger had the size this attempt began with."""
        missing = [stream for stream in streams if stream not in self._held]
        stale: dict[str, int] = {}
        for stream in missing:
            held = self._kept.get(stream) or Held(aggregate_of(stream).initial, 0, -1)
            if held.size != self._size:
                stale[stream] = held.version
                held = held._replace(size=self._size)
            self._held[stream] = held
        for found in entries(self._recorder.stream_rows(stale), self._vault) if stale else ():
            held = self._held[found.stream]
            state = aggregate_of(found.stream).evolve(held.state, found.event, found.by, found.at)
            subject = found.subjects[-1] if found.subjects else held.subject
            self._held[found.stream] = Held(state, found.version, self._size, subject)
        for stream in missing:
            held = self._held[stream]
            self._read[stream] = held.version
            if stream.startswith(_KEPT):
                self._kept[stream] = held
