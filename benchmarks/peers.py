"""The nearest relative: the eventsourcing library with its own recorders, in three ways to word an event.

As it comes: its declarative aggregate and its JSON transcoder. With pydantic or msgspec: events as frozen models, with
a mapper as small as those in the library's own examples. What it does in none of them: check a rule, know who may
decide, hash, refuse a change to what is stored. On SQLite it opens its file in WAL mode and leaves `synchronous` at
SQLite's own default, mostly FULL; here it is set to FULL wherever it is not. On PostgreSQL `enable_db_functions` stays
off, as it is by default: with it, a reader that follows can miss events.
"""

import os
import socket
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from types import new_class
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, DomainEventProtocol
from eventsourcing.persistence import Mapper, Notification, StoredEvent, Tracking
from eventsourcing.sqlite import SQLiteApplicationRecorder
from eventsourcing.utils import get_topic, resolve_topic
from pydantic import ConfigDict, Field, create_model

from benchmarks import register
from benchmarks.content import FIELDS, Decision
from benchmarks.databases import Place
from benchmarks.peer_views import register_in
from benchmarks.source import COMMIT, Batch, by_commit


def _now() -> datetime:
    return datetime.now(UTC)


Answered: Any = new_class(
    "Answered", (Aggregate,), exec_body=lambda body: body.update(__annotations__=FIELDS, __module__=__name__)
)
"""A decision in the library's declarative style: the event is made from the arguments of its constructor."""

_HEAD: dict[str, Any] = {"originator_id": UUID, "originator_version": int}
_fields: dict[str, Any] = {name: (of, ...) for name, of in (_HEAD | FIELDS).items()}
_fields["timestamp"] = (datetime, Field(default_factory=_now))

PydanticMade: Any = create_model(
    "PydanticMade", __config__=ConfigDict(extra="forbid", frozen=True), __module__=__name__, **_fields
)
"""The event as a pydantic model."""

MsgspecMade: Any = msgspec.defstruct(
    "MsgspecMade",
    [*_HEAD.items(), ("timestamp", datetime, msgspec.field(default_factory=_now)), *FIELDS.items()],
    module=__name__,
    frozen=True,
    kw_only=True,
)
"""The event as a msgspec struct."""


class PydanticMapper(Mapper[UUID]):
    """Between pydantic models and stored events; straight to JSON, which is faster than by way of a dict."""

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        assert isinstance(domain_event, PydanticMade)
        state = domain_event.model_dump_json().encode()
        topic = get_topic(type(domain_event))
        return StoredEvent(domain_event.originator_id, domain_event.originator_version, topic, state)

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        return resolve_topic(stored_event.topic).model_validate_json(stored_event.state)


class MsgspecMapper(Mapper[UUID]):
    """Between msgspec structs and stored events."""

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        state = msgspec.json.encode(domain_event)
        topic = get_topic(type(domain_event))
        return StoredEvent(domain_event.originator_id, domain_event.originator_version, topic, state)

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        return msgspec.json.decode(stored_event.state, type=resolve_topic(stored_event.topic))


class Wording(NamedTuple):
    """One way to word an event: how it is made from a decision, and the mapper it needs (None: the library's own)."""

    made: Callable[[Decision], Any]
    mapper: type[Mapper[UUID]] | None = None


STOCK = Wording(lambda it: Answered(**it.fields))
PYDANTIC = Wording(lambda it: PydanticMade(originator_id=it.id, originator_version=1, **it.fields), PydanticMapper)
MSGSPEC = Wording(lambda it: MsgspecMade(originator_id=it.id, originator_version=1, **it.fields), MsgspecMapper)


class Decisions(Application[UUID]):
    """The library's application, with the mapper a wording needs."""

    def __init__(self, place: Place, mapper: type[Mapper[UUID]] | None) -> None:
        super().__init__({**place.environment, **({"MAPPER_TOPIC": get_topic(mapper)} if mapper else {})})


class Peer:
    """One wording of the event in one database, on one connection."""

    def __init__(self, wording: Wording, place: Place) -> None:
        self._made = wording.made
        self._application = Decisions(place, wording.mapper)
        self._at_once = COMMIT
        recorder = self._application.recorder
        if isinstance(recorder, SQLiteApplicationRecorder):
            with recorder.datastore.get_connection(commit=True) as connection:
                connection.cursor().execute("PRAGMA synchronous = FULL")
        else:
            self._at_once = min(COMMIT, _room_for_events(recorder))

    def log(self, decisions: Sequence[Decision]) -> int:
        """Make one event from the fields of a decision and save it, one commit each."""
        for decision in decisions:
            self._application.save(self._made(decision))
        return len(decisions)

    def load(self, batch: Batch) -> int:
        """Make events from the fields of decisions and save them, 1,000 per commit; parses no file, checks nothing."""
        for decisions in by_commit(batch.decisions, self._at_once):
            self._application.save(*map(self._made, decisions))
        return len(batch.decisions)

    def replay(self) -> int:
        """Read all events in their order, 1,000 at a time, and map each to its type."""
        return sum(len([*map(self._application.mapper.to_domain_event, section)]) for section in self._sections())

    def project(self, view: Place) -> int:
        """Follow all events: map 1,000, insert a row for each and move the tracking position in one commit.

        The library's own runner commits after each event; more per commit is left to a loop like this one.
        """
        with register_in(view) as view_of_register:
            position = 0
            for section in self._sections():
                position = section[-1].id
                rows = [register.row_of_event(self._application.mapper.to_domain_event(it)) for it in section]
                view_of_register.add(rows, Tracking(self._application.name, position))
            return position

    def close(self) -> None:
        """Close the library's pool of connections."""
        self._application.close()

    def _sections(self) -> Iterator[Sequence[Notification]]:
        start = 0
        while section := self._application.recorder.select_notifications(start, COMMIT, inclusive_of_start=False):
            yield section
            start = section[-1].id


def _room_for_events(recorder: Any) -> int:
    """How many events may go into one statement on the recorder's only connection.

    psycopg's pipeline mode, which the recorder uses, waits for ever when a statement does not fit into the buffer of
    the socket (github.com/psycopg/psycopg/issues/685), so the buffer is made as large as the system allows.
    """
    with recorder.datastore.get_connection() as connection, socket.socket(fileno=os.dup(connection.fileno())) as wire:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 << 20)
        return wire.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) // 2048
