"""Everything that can be asked and all that can have happened, with the permanent names under which it is stored."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Generic, TypeVar, get_args

from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent
from pydantic import ConfigDict, TypeAdapter
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
from charter.given import Given, Needs
from charter.keys import decide as keys
from charter.keys.commands import KeyCommand
from charter.keys.events import KeyEvent
from charter.keys.state import Keys
from charter.keys.state import evolve as evolve_keys
from charter.leaf import Row, instant
from charter.message import Command, Draft, Entry, Event, Moment
from charter.people import decide as people
from charter.people.commands import PersonCommand
from charter.people.events import PersonEvent
from charter.people.state import Person
from charter.people.state import evolve as evolve_person
from charter.privacy.envelope import sealed
from charter.privacy.opener import Opener
from charter.privacy.vault import Vault
from charter.subjects import decide as subjects
from charter.subjects.commands import SubjectCommand
from charter.subjects.events import SubjectEvent
from charter.subjects.state import Subject
from charter.subjects.state import evolve as evolve_subject

AnyCommand = CharterCommand | DecisionCommand | PersonCommand | KeyCommand | SubjectCommand
AnyEvent = CharterEvent | DecisionEvent | PersonEvent | KeyEvent | SubjectEvent


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
    Aggregate(
        "ledger",
        get_args(KeyCommand),
        get_args(KeyEvent),
        Keys(),
        evolve_keys,
        keys.decide,
        keys.needs,
    ),
    Aggregate(
        "subject",
        get_args(SubjectCommand),
        get_args(SubjectEvent),
        Subject(),
        evolve_subject,
        subjects.decide,
        subjects.needs,
    ),
)
EVENTS: dict[str, type[Event]] = {event.name: event for aggregate in AGGREGATES for event in aggregate.events}
OF_COMMAND = {command: aggregate for aggregate in AGGREGATES for command in aggregate.commands}
OF_STREAM = {aggregate.name: aggregate for aggregate in AGGREGATES}


def aggregate_of(stream: str) -> Aggregate:
    """The kind of a stream, from the part of its name before the slash."""
    return OF_STREAM[stream.partition("/")[0]]


E_co = TypeVar("E_co", covariant=True)


class Envelope(TypedDict, Generic[E_co]):
    """The body of an entry, once it is read."""

    by: str
    at: Moment | None
    event: E_co


@cache
def _reader(name: str) -> Callable[[bytes], Envelope[Event]]:
    hiding = ConfigDict(hide_input_in_errors=True)  # what cannot be read may be a person's words
    adapter = TypeAdapter(Envelope[EVENTS[name]], config=hiding)  # type: ignore[valid-type]  # one type per name
    return adapter.validator.validate_json


def entry(row: Row, opener: Opener | None = None) -> Entry:
    """A stored row as a typed entry, its event in today's wording; without an opener its words must be in the open."""
    position, stream, version, name, recorded_at, stored = row
    plain, subjects = opener.plain(row) if opener else (stored, ())
    read = _reader(name)(plain)
    by, at, event = read["by"], read["at"], read["event"].upcast()
    return Entry(position, stream, version, name, instant(recorded_at), by, at, event, subjects)


def entries(rows: Sequence[Row], vault: Vault) -> Iterator[Entry]:
    """Stored rows as typed entries, in their order."""
    opener = Opener(vault, rows)
    return (entry(row, opener) for row in rows)


class EntryMapper(Mapper[str]):
    """The eventsourcing library's mapper between drafts of entries and what is stored of them."""

    def __init__(self, vault: Vault) -> None:
        super().__init__(transcoder=JSONTranscoder())
        self._vault = vault

    def to_stored_event(self, domain_event: DomainEventProtocol[str]) -> StoredEvent:
        """What is stored of a draft."""
        assert isinstance(domain_event, Draft)
        [stored] = sealed([domain_event], {}, self._vault).events
        return stored

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[str]:
        """The draft that was stored; position and recorded time belong to the ledger, not to it."""
        stream, version = str(stored_event.originator_id), stored_event.originator_version
        row = (0, stream, version, stored_event.topic, "", stored_event.state)
        plain, _ = Opener(self._vault, [row]).plain(row)
        read = _reader(stored_event.topic)(plain)
        return Draft(stream, version, read["by"], read["at"], read["event"].upcast())
