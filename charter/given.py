"""What a rule may look at beside its own state: who writes, when, and what it has to know of other streams."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from types import MappingProxyType
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from charter.message import NotAllowed, NotFound, Refused
from charter.phrase import Phrase, either
from charter.terms import Role


class Actor(NamedTuple):
    """What a rule may know of the person who acts; roles are pairs of role and charter (None: all)."""

    id: str
    department: str | None
    roles: frozenset[tuple[Role, str | None]]
    may_bend: bool

    def has(self, role: Role, charter: str | None) -> bool:
        """Whether the person holds the role, for all charters or for this one."""
        return (role, None) in self.roles or (role, charter) in self.roles

    def has_any(self, roles: Iterable[Role], charter: str | None) -> bool:
        """Whether the person holds one of the roles, for all charters or for this one."""
        return any((role, None) in self.roles or (role, charter) in self.roles for role in roles)


class InForce(NamedTuple):
    """A published revision as a decision sees it: from when until when, and what may be cited from it."""

    revision: int
    effective_at: datetime | None
    until: datetime | None
    promises: frozenset[str]
    limits: frozenset[str]
    label: str | None = None

    def has(self, code: str) -> bool:
        """Whether the code names a promise or a limit of this revision."""
        return code in self.promises or code in self.limits


class Standing(NamedTuple):
    """What others may know of a charter: its zone and its published revisions, earliest first."""

    charter: str
    zone: str
    revisions: tuple[InForce, ...] = ()
    opened_at: datetime | None = None

    def in_force(self, at: datetime) -> InForce | None:
        """The revision in force at a moment; None before the first and after one that ended without a successor."""
        found = bisect_right(self.revisions, at, key=lambda revision: revision.effective_at or BEGINNING)
        if found == 0:
            return None
        revision = self.revisions[found - 1]
        return None if revision.until is not None and at >= revision.until else revision

    def numbered(self, revision: int) -> InForce:
        """A published revision by its number."""
        return next(known for known in self.revisions if known.revision == revision)

    def day(self, at: datetime) -> date:
        """The calendar day of a moment where the charter lives."""
        return at.astimezone(ZoneInfo(self.zone)).date()

    def midnight(self, day: date) -> datetime:
        """The moment a day begins where the charter lives, in UTC."""
        return datetime.combine(day, time(), ZoneInfo(self.zone)).astimezone(UTC)


def known_zone(name: str) -> bool:
    """Whether a name is a time zone, for example Europe/Berlin."""
    return name in available_timezones()


BEGINNING = datetime.min.replace(tzinfo=UTC)
EARLIEST, LATEST = date(1900, 1, 1), date(2999, 12, 31)
"""The first and the last day that is taken for one: any other is a slip of the pen, in history too."""


class Needs(NamedTuple):
    """What a rule has to know from other streams before it can decide.

    `subjects` are people whose data matters, wherever it is; `whose` are streams, of which it matters whether somebody
    whose data is in them is to be erased.
    """

    charters: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    whose: tuple[str, ...] = ()


class Hold(NamedTuple):
    """A legal hold on a decision: nobody's data in it may be erased."""

    decision: str
    hold: str


class DataOf(NamedTuple):
    """Where one person's data is: in which streams, in how many entries, and what holds it there."""

    streams: tuple[str, ...] = ()
    entries: int = 0
    holds: tuple[Hold, ...] = ()


class Given(NamedTuple):
    """Everything a rule may look at beside its own state: the writer, the time, and what it said it needs.

    `data` is that of the subjects it needs; `erasing` are the streams, of those it named, with data of somebody whose
    erasure was requested. Both are read from the ledger, whoever asks: no command can leave a case out.
    """

    by: str
    at: datetime | None
    now: datetime
    people: Mapping[str, Actor]
    charters: Mapping[str, Standing]
    cases: frozenset[str] = frozenset()
    empty: bool = False
    data: Mapping[str, DataOf] = MappingProxyType({})
    erasing: frozenset[str] = frozenset()

    def happened(self) -> datetime:
        """When it happened: now, unless another time was given; raises InTheFuture."""
        if self.at is not None and self.at > self.now:
            raise InTheFuture(at=self.at)
        return self.at or self.now

    @property
    def actor(self) -> Actor:
        """The person who writes; raises UnknownPerson."""
        return self.person(self.by)

    def person(self, person: str) -> Actor:
        """A registered person; raises UnknownPerson."""
        try:
            return self.people[person]
        except KeyError:
            raise UnknownPerson(person=person) from None

    def charter(self, slug: str) -> Standing:
        """A charter that was opened; raises UnknownCharter."""
        try:
            return self.charters[slug]
        except KeyError:
            raise UnknownCharter(charter=slug) from None

    def require(self, charter: str | None, *roles: Role) -> Actor:
        """The writer, when holding one of the roles for the charter; raises MissingRole."""
        actor = self.actor
        if not actor.has_any(roles, charter):
            raise MissingRole.of(actor, roles, charter)
        return actor


class UnknownPerson(NotFound):
    """{person} is not registered here. An admin can do it: charter person register {person} --name "…"."""


class UnknownCharter(NotFound):
    """There is no charter called {charter}. Open it first: charter open {charter} --brand "…" --style "…"."""


class MissingRole(NotAllowed):
    """{by} does not hold the role {roles}{scope}. An admin can grant it: charter person grant {by} ROLE."""

    @classmethod
    def of(cls, actor: Actor, roles: Iterable[Role], charter: str | None) -> "MissingRole":
        """The refusal for a person who holds none of the roles."""
        return cls(by=actor.id, roles=either(roles), scope=scope(charter))


def scope(charter: str | None) -> str:
    """For which charter a role is held, as a part of a sentence; empty for all of them."""
    return Phrase(" for {charter}", charter=charter) if charter else ""


class InTheFuture(Refused):
    """{at} has not come yet. Give the time it happened, or leave it out for now."""
