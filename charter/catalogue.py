"""Everything that can be asked and all that can have happened, with the permanent names under which it is stored.

The body of an entry is compact JSON in UTF-8, `{"by": who wrote it, "at": when it happened, "event": {…}}`; fields
at their default are left out (a default never changes), and `at` is null when it is not known.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, Generic, TypeVar, get_args

from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent
from pydantic import TypeAdapter
from typing_extensions import TypedDict

from charter.charters import decide as charters
from charter.charters.commands import CharterCommand
from charter.charters.events import CharterEvent
from charter.charters.state import Charter
from charter.charters.state import evolve as evolve_charter
from charter.decisions import decide as decisions
from charter.decisions.commands import DecisionCommand
from charter.decisions.events import DecisionEvent
from charter.decisions.state import Case
from charter.decisions.state import evolve as evolve_case
from charter.leaf import Row, instant, stamp
from charter.message import Command, Draft, Entry, Event, Moment
from charter.people import decide as people
from charter.people.commands import PersonCommand
from charter.people.events import PersonEvent
from charter.people.state import Person
from charter.people.state import evolve as evolve_person
from charter.terms import Given, Needs

AnyCommand = CharterCommand | DecisionCommand | PersonCommand
AnyEvent = CharterEvent | DecisionEvent | PersonEvent


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One kind of stream: what may be asked of it, what happens in it, and the rules between the two."""

    name: str
    commands: tuple[type[Command], ...]
    events: tuple[type[Event], ...]
    initial: Any
    evolve: Callable[[Any, Any, str, datetime | None], Any]
    decide: Callable[[Any, Any, Given], Sequence[Event]]
    needs: Callable[[Any, Any], Needs]


AGGREGATES = (
    Aggregate(
        "charter",
        get_args(CharterCommand),
        get_args(CharterEvent),
        Charter(),
        evolve_charter,
        charters.decide,
        charters.needs,
    ),
    Aggregate(
        "decision",
        get_args(DecisionCommand),
        get_args(DecisionEvent),
        Case(),
        evolve_case,
        decisions.decide,
        decisions.needs,
    ),
    Aggregate(
        "person",
        get_args(PersonCommand),
        get_args(PersonEvent),
        Person(),
        evolve_person,
        people.decide,
        people.needs,
    ),
)
EVENTS: dict[str, type[Event]] = {event.name: event for aggregate in AGGREGATES for event in aggregate.events}
OF_COMMAND = {command: aggregate for aggregate in AGGREGATES for command in aggregate.commands}
OF_STREAM = {aggregate.name: aggregate for aggregate in AGGREGATES}


def aggregate_of(stream: str) -> Aggregate:
    """The kind of a stream, from the part of its name before the slash."""
    return OF_STREAM[stream.partition("/")[0]]


def body(by: str, at: datetime | None, event: Event) -> bytes:
    """The bytes of an entry's body, as they are hashed and stored."""
    # The model's own serializer is called directly: model_dump_json spends as long again on its arguments.
    return b"%b%b}" % (_head(by, at), event.__pydantic_serializer__.to_json(event, exclude_defaults=True))


@lru_cache(maxsize=256)  # the entries that one order leads to share it
def _head(by: str, at: datetime | None) -> bytes:
    happened = f'"{stamp(at)}"' if at else "null"
    return f'{{"by":{_quoted(by)},"at":{happened},"event":'.encode()


@lru_cache(maxsize=256)
def _quoted(by: str) -> str:
    return json.dumps(by, ensure_ascii=False)


E_co = TypeVar("E_co", covariant=True)


class Envelope(TypedDict, Generic[E_co]):
    """The body of an entry, once it is read."""

    by: str
    at: Moment | None
    event: E_co


@cache
def _reader(name: str) -> Callable[[bytes], Envelope[Event]]:
    return TypeAdapter(Envelope[EVENTS[name]]).validator.validate_json  # type: ignore[valid-type]  # one type per name


def entry(row: Row) -> Entry:
    """A stored row as a typed entry, its event in today's wording."""
    position, stream, version, name, recorded_at, stored = row
    read = _reader(name)(stored)
    return Entry(position, stream, version, name, instant(recorded_at), read["by"], read["at"], read["event"].upcast())


def entries(rows: Sequence[Row]) -> Iterator[Entry]:
    """Stored rows as typed entries, in their order."""
    return map(entry, rows)


class EntryMapper(Mapper[str]):
    """The eventsourcing library's mapper between drafts of entries and what is stored of them."""

    def __init__(self) -> None:
        super().__init__(transcoder=JSONTranscoder())

    def to_stored_event(self, domain_event: DomainEventProtocol[str]) -> StoredEvent:
        """What is stored of a draft."""
        assert isinstance(domain_event, Draft)
        draft = domain_event
        return StoredEvent(draft.stream, draft.version, draft.event.name, body(draft.by, draft.at, draft.event))

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[str]:
        """The draft that was stored; position and recorded time belong to the ledger, not to it."""
        read = _reader(stored_event.topic)(stored_event.state)
        stream, version = str(stored_event.originator_id), stored_event.originator_version
        return Draft(stream, version, read["by"], read["at"], read["event"].upcast())
