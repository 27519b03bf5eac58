"""Acknowledgements: who has read the latest revision of a charter and who has not, department by department."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Column, Connection, Integer, MetaData, Row, Table, select

from charter.charters.events import CharterAcknowledged, RevisionPublished, RevisionRecorded, RevisionWithdrawn
from charter.charters.refusals import NothingPublished, NotPublished, UnknownRevision
from charter.given import UnknownCharter
from charter.message import Entry
from charter.people.events import PersonRegistered
from projections.days import read, stamp, written
from projections.engine import Projection, Rows, Views, stored_names
from projections.stored import Text

metadata = MetaData()

PEOPLE = Table(
    "acknowledgement_people",
    metadata,
    Column("person", Text, primary_key=True),
    Column("full_name", Text, nullable=False),
    Column("department", Text),
    Column("recorded_at", Text, nullable=False),
)
REVISIONS = Table(
    "acknowledgement_revisions",
    metadata,
    Column("charter", Text, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("effective_at", Text),
    Column("recorded_at", Text, nullable=False, comment="when the publication was recorded"),
)
ACKNOWLEDGED = Table(
    "acknowledgements",
    metadata,
    Column("charter", Text, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("person", Text, primary_key=True),
    Column("at", Text),
)


@dataclass(frozen=True, slots=True)
class Reader:
    """A person, and when they acknowledged the revision (None: they have not)."""

    person: str
    name: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Department:
    """How far one department has come; `name` is None for people without a department."""

    name: str | None
    acknowledged: tuple[Reader, ...]
    missing: tuple[Reader, ...]

    @property
    def people(self) -> int:
        """How many people there are."""
        return len(self.acknowledged) + len(self.missing)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far a revision has been read since it was published; `latest` is False once a newer one is."""

    charter: str
    revision: int
    latest: bool
    effective_at: datetime | None
    published_at: datetime | None
    people: int
    acknowledged: int
    departments: tuple[Department, ...]


class Acknowledgements(Projection):
    """Keeps the people, the published revisions and who has acknowledged which."""

    name = "acknowledgements"
    version = 1
    events = stored_names(PersonRegistered, RevisionPublished, RevisionRecorded, RevisionWithdrawn, CharterAcknowledged)
    tables = (PEOPLE, REVISIONS, ACKNOWLEDGED)
    personal: ClassVar[Mapping[Table, tuple[str, ...]]] = {PEOPLE: ("full_name",)}

    def apply(self, rows: Rows, entry: Entry) -> None:
        """A withdrawn publication is as if it had not been; what was acknowledged of it stays on record."""
        match entry.event:
            case PersonRegistered() as event:
                person = {"person": entry.key, "full_name": event.full_name, "department": event.department}
                rows.append(PEOPLE, person | {"recorded_at": stamp(entry.recorded_at)})
            case RevisionPublished() | RevisionRecorded() as event:
                times = {"effective_at": written(event.effective_at), "recorded_at": stamp(entry.recorded_at)}
                rows.append(REVISIONS, {"charter": entry.key, "revision": event.revision, **times})
            case RevisionWithdrawn() as event:
                rows.delete(REVISIONS, (entry.key, event.revision))
            case CharterAcknowledged() as event:
                key = {"charter": entry.key, "revision": event.revision, "person": entry.by}
                rows.append(ACKNOWLEDGED, key | {"at": written(entry.at)})


ACKNOWLEDGEMENTS = Acknowledgements()


def acknowledgements(views: Views, charter: str, revision: int | None = None) -> Coverage:
    """Who has acknowledged a published revision (None: the latest), by department.

    Counted are all who were registered before a newer revision was published, since nobody could acknowledge this one
    afterwards. Raises UnknownCharter, NothingPublished, NotPublished or UnknownRevision.
    """
    with views.reading(ACKNOWLEDGEMENTS) as connection:
        published = _published(connection, charter)
        if not published and not views.ledger.charter(charter).opened:
            raise UnknownCharter(charter=charter)
        if not published and revision is None:
            raise NothingPublished(charter=charter)
        number = max(published) if revision is None else revision
        if number not in published:
            known = number in views.ledger.charter(charter).revisions
            raise (NotPublished if known else UnknownRevision)(charter=charter, revision=number)
        superseded = min((row.recorded_at for other, row in published.items() if other > number), default=None)
        departments = _departments(connection, charter, number, superseded)
        return Coverage(
            charter=charter,
            revision=number,
            latest=number == max(published),
            effective_at=read(published[number].effective_at),
            published_at=read(published[number].recorded_at),
            people=sum(department.people for department in departments),
            acknowledged=sum(len(department.acknowledged) for department in departments),
            departments=departments,
        )


def _published(connection: Connection, charter: str) -> dict[int, Row[Any]]:
    rows = connection.execute(select(REVISIONS).where(REVISIONS.c.charter == charter))
    return {row.revision: row for row in rows}


def _departments(connection: Connection, charter: str, revision: int, superseded: str | None) -> tuple[Department, ...]:
    column = ACKNOWLEDGED.c
    given = select(column.person, column.at).where(column.charter == charter, column.revision == revision)
    acknowledged = {row.person: row.at for row in connection.execute(given)}
    query = select(PEOPLE).order_by(PEOPLE.c.person)
    if superseded is not None:
        query = query.where(PEOPLE.c.recorded_at < superseded)
    have: dict[str | None, list[Reader]] = defaultdict(list)
    have_not: dict[str | None, list[Reader]] = defaultdict(list)
    for row in connection.execute(query):
        at = acknowledged.get(row.person)
        group = have if row.person in acknowledged else have_not
        group[row.department].append(Reader(row.person, row.full_name, read(at)))
    names = sorted({*have, *have_not}, key=lambda name: (name is None, name))
    return tuple(Department(name, tuple(have[name]), tuple(have_not[name])) for name in names)
