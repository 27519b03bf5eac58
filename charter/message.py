"""What is said to the ledger and what it remembers: commands, events, refusals, entries and the values in them."""

import inspect
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

NO_CONTROL = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
ONE_LINE = r"^[^\x00-\x1f\x7f]*$"


ERASED = "[erased]"
"""What is read in place of a person's words once the key they were sealed with is destroyed."""
SEALED = "[sealed]"
"""What is read in place of a person's words where the key to them is not at hand."""


class Personal:
    """Marks a field that may speak of a person, so that it is sealed, and erased with the person's key.

    It speaks of the person its stream is about. Where its own text says who that is, `names` says what sort of person:
    the "customer" of a case, or some "person" whose data this one value is.
    """

    def __init__(self, names: Literal["customer", "person"] | None = None) -> None:
        self.names = names

    def __repr__(self) -> str:
        return f"Personal({self.names or ''})"


Text = Annotated[str, StringConstraints(min_length=1, max_length=20_000, pattern=NO_CONTROL)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=ONE_LINE)]
PersonalText = Annotated[Text, Personal()]
PersonalLine = Annotated[Line, Personal()]
CustomerLine = Annotated[Line, Personal("customer")]
ParticipantLine = Annotated[Line, Personal("person")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:[-.][a-z0-9]+)*$", max_length=60)]
PersonId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:[-._@+][a-z0-9]+)*$", max_length=80)]
PromiseCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]+(?:-[A-Z0-9]+)*$", max_length=60)]
LimitCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]+(?:-[A-Z0-9]+)*\.[1-9][0-9]{0,5}$", max_length=64)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]+(?:-[A-Z0-9]+)*(?:\.[1-9][0-9]{0,5})?$", max_length=64)]
CaseId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
SubjectId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
RevisionNumber = Annotated[int, Field(ge=1, le=1_000_000)]
Day = date


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is UTC:
        return moment
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("lies outside the years 1 to 9999 in UTC") from None


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]


class Message(BaseModel):
    """A frozen value: equal when its fields are equal, complete when it exists.

    An error never quotes what was given: it may be a person's words, and errors are kept and shown.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)


class Command(Message):
    """Something a person asks of the ledger, in the imperative; its fields are the options, the form and the API."""

    @property
    def stream(self) -> str:
        """The stream of entries this command speaks to, for example `charter/skyline`."""
        raise AssertionError(type(self).__name__)


class Event(Message):
    """Something that has happened, in the past tense; stored for ever under its `name`, never under a Python path."""

    name: ClassVar[str]

    @classmethod
    def of(cls, **fields: Any) -> Self:
        """The event with all its fields, in their order, from values that a command has validated already.

        Four times as fast as validating them again, which counts where a million rows are imported.
        """
        names, as_set = _names(cls)
        assert tuple(fields) == names, fields  # their order is that of the bytes that are stored
        event = cls.__new__(cls)
        fill = object.__setattr__  # as pydantic's own model_construct does: the event is frozen
        fill(event, "__dict__", fields)
        fill(event, "__pydantic_fields_set__", as_set)
        fill(event, "__pydantic_extra__", None)
        fill(event, "__pydantic_private__", None)
        return event

    def upcast(self) -> "Event":
        """What this event means today: itself, unless its wording was replaced by a newer version."""
        return self


@cache
def _names(event: type[Event]) -> tuple[tuple[str, ...], set[str]]:
    return tuple(event.model_fields), set(event.model_fields)


class Draft(NamedTuple):
    """An entry before the ledger has given it a position and a time."""

    stream: str
    version: int
    by: str
    at: datetime | None
    event: Event

    @property
    def originator_id(self) -> str:
        """The stream, as the eventsourcing library calls it."""
        return self.stream

    @property
    def originator_version(self) -> int:
        """The version, as the eventsourcing library calls it."""
        return self.version


class Entry(NamedTuple):
    """One line of the ledger.

    `position` counts 1, 2, 3 … over the whole ledger, `version` over the stream. `at` is when it happened in the world
    (None: not known, in history only), `recorded_at` when the ledger learned it; both are aware and in UTC. `subjects`
    are the ids of the people whose words are sealed in it.
    """

    position: int
    stream: str
    version: int
    type: str
    recorded_at: datetime
    by: str
    at: datetime | None
    event: Event
    subjects: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What the stream is about: the slug of a charter, the id of a decision or of a person."""
        return self.stream.partition("/")[2]


def unwrapped(kind: type[Exception]) -> str:
    """What the docstring of an error says, without the line breaks of the code; its paragraphs are lines."""
    paragraphs = inspect.cleandoc(kind.__doc__ or "").split("\n\n")
    return "\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


class Refused(Exception):
    """A rule says no. The docstring of each refusal is its message, filled from the facts it was raised with."""

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        super().__init__(unwrapped(type(self)).format(**facts))

    @classmethod
    def every(cls) -> Iterator[type[Self]]:
        """Every refusal there is, this one first; the catalogue in the documentation is made from it."""
        yield cls
        for narrower in cls.__subclasses__():
            yield from narrower.every()


class NotFound(Refused):
    """There is no {what} called {name}."""


class NotAllowed(Refused):
    """{by} may not do this."""
