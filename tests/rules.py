"""How a rule is said in a test: given what happened, when somebody asks for something, then this happens or is refused.

Pure: a rule is asked with the people and charters of the cast below, and no ledger is near.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, Self, TypeVar

from charter.catalogue import OF_COMMAND, Aggregate
from charter.given import Actor, DataOf, Given, Hold, InForce, Standing
from charter.message import Command, Event, Refused
from charter.terms import Role

E = TypeVar("E", bound=Event)

NOW = datetime(2026, 6, 15, 9, 30, tzinfo=UTC)
"""When everything happens that does not say when."""


def person(name: str, *roles: Role | tuple[Role, str], may_bend: bool = False) -> Actor:
    """Somebody with roles, each for all charters unless it names one."""
    held = frozenset(role if isinstance(role, tuple) else (role, None) for role in roles)
    return Actor(name, "Care", held, may_bend)


CAST = {
    actor.id: actor
    for actor in (
        person("ann", Role.LEADER, may_bend=True),
        person("ben", Role.LEADER),
        person("rita", Role.REP),
        person("mara", Role.REP, may_bend=True),
        person("rex", Role.REVIEWER),
        person("adam", Role.ADMIN),
        person("nora"),
        person("harry", (Role.LEADER, "harbour"), (Role.REP, "harbour"), (Role.REVIEWER, "harbour")),
    )
}
"""Leaders ann and ben, reps rita and mara (who may bend), reviewer rex, admin adam, nora without a role, and harry,
who is everything, but for another brand. `sam` is a stranger."""

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
MARCH = datetime(2026, 3, 1, tzinfo=UTC)
JULY = datetime(2026, 7, 1, tzinfo=UTC)

SKYLINE = Standing(
    "skyline",
    "UTC",
    (
        InForce(1, NEW_YEAR, None, frozenset({"REFUND-30", "FAX"}), frozenset({"REFUND-30.1", "FAX.1"})),
        InForce(2, MARCH, None, frozenset({"REFUND-30", "REBOOK"}), frozenset({"REFUND-30.1", "REFUND-30.2"})),
        InForce(3, JULY, None, frozenset({"REFUND-60", "REBOOK"}), frozenset({"REFUND-60.1"})),
    ),
)
HARBOUR = Standing("harbour", "UTC", (InForce(1, NEW_YEAR, None, frozenset({"BOAT"}), frozenset({"BOAT.1"})),))
UNPUBLISHED = Standing("quiet", "UTC")
CHARTERS = {standing.charter: standing for standing in (SKYLINE, HARBOUR, UNPUBLISHED)}
"""skyline has three revisions: since January, since March, from July on; harbour is another brand; quiet has none."""


class By(NamedTuple):
    """An event with the person who wrote it, and when it happened if that matters."""

    name: str
    event: Event
    at: datetime | None = None


def by(name: str, event: Event, at: datetime | None = None) -> By:
    """An event that somebody in particular wrote; the others are ann's, and happened when the question is asked."""
    return By(name, event, at)


@dataclass(frozen=True)
class Scenario:
    """What has happened so far, who asks, and when."""

    history: tuple[By, ...] = ()
    who: str = "ann"
    at: datetime | None = NOW
    now: datetime = NOW
    people: Mapping[str, Actor] = field(default_factory=lambda: CAST)
    charters: Mapping[str, Standing] = field(default_factory=lambda: CHARTERS)
    cases: frozenset[str] = frozenset()
    empty: bool = False
    data: Mapping[str, DataOf] = field(default_factory=dict)
    erasing: frozenset[str] = frozenset()

    def by(self, who: str, *, at: datetime | None = None) -> Self:
        """The person who asks, of something that happened `at` (now when left out)."""
        return replace(self, who=who, at=at or self.now)

    def at_an_unknown_time(self) -> Self:
        """Nobody knows when it happened."""
        return replace(self, at=None)

    def on(self, now: datetime) -> Self:
        """The time it is."""
        return replace(self, now=now, at=now)

    def knowing(self, *people: Actor, charters: tuple[Standing, ...] = (), cases: tuple[str, ...] = ()) -> Self:
        """Other people, charters or decisions that exist."""
        return replace(
            self,
            people={**self.people, **{actor.id: actor for actor in people}},
            charters={**self.charters, **{standing.charter: standing for standing in charters}},
            cases=self.cases | frozenset(cases),
        )

    def with_data(self, subject: str, *streams: str, holds: tuple[Hold, ...] = ()) -> Self:
        """Words of somebody in these streams, one entry each, and what holds them there."""
        return replace(self, data={**self.data, subject: DataOf(streams, len(streams), holds)})

    def while_erasing(self, *streams: str) -> Self:
        """Somebody whose words are in these streams is to be erased."""
        return replace(self, erasing=self.erasing | frozenset(streams))

    def in_an_empty_ledger(self) -> Self:
        """Nothing at all has happened yet, and nobody is registered."""
        return replace(self, people={}, charters={}, empty=True)

    def when(self, command: Command) -> Outcome:
        """Ask for something."""
        aggregate = OF_COMMAND[type(command)]
        known = (self.people, self.charters, self.cases, self.empty, self.data, self.erasing)
        given = Given(self.who, self.at, self.now, *known)
        try:
            return Outcome(list(aggregate.decide(self.state(aggregate), command, given)), None)
        except Refused as refusal:
            return Outcome(None, refusal)

    def state(self, aggregate: Aggregate) -> Any:
        """What the rules know of the aggregate after the history."""
        state = aggregate.initial
        for name, event, at in self.history:
            state = aggregate.evolve(state, event, name, at or self.at)
        return state


class Outcome(NamedTuple):
    """What was answered: events, or a refusal."""

    events: list[Event] | None
    refusal: Refused | None

    def then(self, *expected: Event) -> list[Event]:
        """Exactly these events happen."""
        assert self.refusal is None, f"refused: {self.refusal}"
        assert self.events == list(expected)
        return list(expected)

    def happens(self) -> list[Event]:
        """Something happens, and these are the events."""
        assert self.refusal is None, f"refused: {self.refusal}"
        assert self.events
        return self.events

    def event(self, kind: type[E]) -> E:
        """One event of this kind happens, and this is it."""
        [event] = self.happens()
        assert isinstance(event, kind)
        return event

    def refused(self, refusal: type[Refused], *saying: str) -> None:
        """Nothing happens, for this reason, in a sentence that holds these words and no loose ends."""
        assert type(self.refusal) is refusal, f"wanted {refusal.__name__}, got {self.refusal or self.events!r}"
        message = str(self.refusal)
        assert_well_worded(message)
        for words in saying:
            assert words in message


def assert_well_worded(message: str) -> None:
    """A message is filled in, ends like a sentence, and shows nothing of how it was made."""
    for leftover in ("{", "}", "None", "<", "frozenset", "datetime", "  ", " ."):
        assert leftover not in message, message
    assert message[-1] in ".?…", message


def given(*history: Event | By) -> Scenario:
    """What has happened so far, in the stream the command will speak to."""
    written = tuple(event if isinstance(event, By) else By("ann", event) for event in history)
    return Scenario(written)


def day(month: int, number: int, hour: int = 12) -> datetime:
    """A moment of 2026, in UTC."""
    return datetime(2026, month, number, hour, tzinfo=UTC)


A_MOMENT = timedelta(microseconds=1)
