"""The charter in force: what a brand promises on any day, as it is known now or as it was known at any earlier time.

Which revision is in force at a moment is decided by the same rule that decisions are checked by
(`charter.given.Standing.in_force`). This view keeps what that rule needs, and from when until when the ledger knew it:
a publication counts from the time it was recorded until the time its withdrawal was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Column, Connection, Integer, MetaData, Row, Table, or_, select

from charter.charters.events import (
    CharterOpened,
    RevisionProposed,
    RevisionPublished,
    RevisionRecorded,
    RevisionWithdrawn,
)
from charter.charters.promise import Promise
from charter.given import UnknownCharter
from charter.leaf import instant
from charter.message import Entry, NotFound
from charter.terms import Gap
from projections.days import read, stamp, written
from projections.engine import Key, Projection, Rows, Views, stored_names
from projections.revision_views import ends, standing
from projections.stored import Text, listed, packed, unlisted, unpacked

metadata = MetaData()

CHARTERS = Table(
    "charter_in_force_charters",
    metadata,
    Column("charter", Text, primary_key=True),
    Column("brand", Text, nullable=False),
    Column("style", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("opened_at", Text),
)
REVISIONS = Table(
    "charter_in_force_revisions",
    metadata,
    Column("charter", Text, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("label", Text),
    Column("summary", Text),
    Column("promises", Text, nullable=False, comment="the complete wording, packed"),
    Column("promise_count", Integer, nullable=False),
    Column("gaps", Text, nullable=False, comment="separated by line ends"),
    Column("history", Boolean, nullable=False, comment="published before this ledger existed"),
    Column("effective_at", Text, comment="none for history without a date"),
    Column("until", Text, comment="for history that ended without a successor"),
    Column("published_at", Text, comment="none where not known"),
    Column("recorded_at", Text, comment="when the publication was recorded; none before"),
    Column("withdrawn_at", Text, comment="when the withdrawal was recorded"),
)


class NothingInForce(NotFound):
    """No revision of {charter} was in force {when}. See: charter revision list {charter}."""


@dataclass(frozen=True, slots=True)
class CharterView:
    """A charter as it was in force from `effective_at` (None: a day not known) until `until` (None: no end known)."""

    slug: str
    brand: str
    style: str
    zone: str
    revision: int
    label: str | None
    summary: str | None
    effective_at: datetime | None
    until: datetime | None
    published_at: datetime | None
    recorded_at: datetime
    recorded_late: bool
    gaps: tuple[Gap, ...]
    promises: tuple[Promise, ...]


@dataclass(frozen=True, slots=True)
class CharterLine:
    """A charter in a list: the revision in force now with its number of promises, and the next one, if any."""

    slug: str
    brand: str
    style: str
    zone: str
    opened_at: datetime | None
    revision: int | None
    effective_at: datetime | None
    promises: int
    next_revision: int | None
    next_effective_at: datetime | None


class CharterInForce(Projection):
    """Keeps every revision's wording, when it takes effect and since when that is known."""

    name = "charter_in_force"
    version = 1
    events = stored_names(CharterOpened, RevisionProposed, RevisionPublished, RevisionRecorded, RevisionWithdrawn)
    tables = (CHARTERS, REVISIONS)

    def needed(self, entries: Sequence[Entry]) -> Mapping[Table, set[Key]]:
        """Publications and withdrawals speak of revisions that are here."""
        return {
            REVISIONS: {
                (entry.key, entry.event.revision)
                for entry in entries
                if isinstance(entry.event, RevisionPublished | RevisionWithdrawn)
            }
        }

    def apply(self, rows: Rows, entry: Entry) -> None:
        """A revision gets its wording when it is proposed, and its time when it is published."""
        match entry.event:
            case CharterOpened() as event:
                opened = {
                    "brand": event.brand,
                    "style": event.style,
                    "zone": event.zone,
                    "opened_at": written(entry.at),
                }
                rows.put(CHARTERS, {"charter": entry.key, **opened})
            case RevisionProposed() as event:
                rows.append(
                    REVISIONS, _wording(entry, event) | {"summary": event.summary, "gaps": "", "history": False}
                )
            case RevisionPublished() as event:
                times = {"effective_at": written(event.effective_at), "published_at": written(entry.at)}
                _change(rows, entry, event.revision, times | {"recorded_at": stamp(entry.recorded_at)})
            case RevisionWithdrawn() as event:
                _change(rows, entry, event.revision, {"withdrawn_at": stamp(entry.recorded_at)})
            case RevisionRecorded() as event:
                times = {"effective_at": written(event.effective_at), "until": written(event.until)}
                history = {"label": event.label, "gaps": listed(event.gaps), "history": True}
                rows.append(
                    REVISIONS, _wording(entry, event) | history | times | {"recorded_at": stamp(entry.recorded_at)}
                )


CHARTER_IN_FORCE = CharterInForce()


def in_force(
    views: Views, charter: str, at: datetime | None = None, known_at: datetime | None = None
) -> CharterView | None:
    """The charter in force at a moment (None: now), as known at a time (None: now); None where no revision was.

    Both times are aware. Raises UnknownCharter.
    """
    with views.reading(CHARTER_IN_FORCE) as connection:
        opened = _opened(connection, charter)
        known = standing(charter, opened.zone, _published(connection, charter, known_at))
        found = known.in_force(at or views.ledger.now())
        if found is None:
            return None
        return _view(opened, _revision(connection, charter, found.revision), ends(known, found.revision))


def worded(views: Views, charter: str, revision: int, known_at: datetime | None = None) -> CharterView | None:
    """A published revision by its number, whenever it is in force; None where it is not published.

    As known at a time (aware; None: now). Raises UnknownCharter.
    """
    with views.reading(CHARTER_IN_FORCE) as connection:
        opened = _opened(connection, charter)
        known = standing(charter, opened.zone, _published(connection, charter, known_at))
        if all(other.revision != revision for other in known.revisions):
            return None
        return _view(opened, _revision(connection, charter, revision), ends(known, revision))


def charters(views: Views) -> list[CharterLine]:
    """Every charter by its short name, also those with nothing published yet."""
    moment = views.ledger.now()
    with views.reading(CHARTER_IN_FORCE) as connection:
        opened = connection.execute(select(CHARTERS).order_by(CHARTERS.c.charter)).all()
        return [_line(connection, row, moment) for row in opened]


def _published(
    connection: Connection, charter: str, known_at: datetime | None
) -> list[tuple[int, datetime | None, datetime | None]]:
    column = REVISIONS.c
    query = select(column.revision, column.effective_at, column.until).where(column.charter == charter)
    if known_at is None:
        query = query.where(column.recorded_at.is_not(None), column.withdrawn_at.is_(None))
    else:
        then = stamp(known_at)
        query = query.where(column.recorded_at <= then, or_(column.withdrawn_at.is_(None), column.withdrawn_at > then))
    return [(row.revision, read(row.effective_at), read(row.until)) for row in connection.execute(query)]


def _opened(connection: Connection, charter: str) -> Row[Any]:
    found = connection.execute(select(CHARTERS).where(CHARTERS.c.charter == charter)).one_or_none()
    if found is None:
        raise UnknownCharter(charter=charter)
    return found


def _revision(connection: Connection, charter: str, revision: int) -> Row[Any]:
    column = REVISIONS.c
    return connection.execute(select(REVISIONS).where(column.charter == charter, column.revision == revision)).one()


def _line(connection: Connection, opened: Row[Any], at: datetime) -> CharterLine:
    known = standing(opened.charter, opened.zone, _published(connection, opened.charter, None))
    found = known.in_force(at)
    coming = next((later for later in known.revisions if later.effective_at and later.effective_at > at), None)
    return CharterLine(
        slug=opened.charter,
        brand=opened.brand,
        style=opened.style,
        zone=opened.zone,
        opened_at=read(opened.opened_at),
        revision=found.revision if found else None,
        effective_at=found.effective_at if found else None,
        promises=_revision(connection, opened.charter, found.revision).promise_count if found else 0,
        next_revision=coming.revision if coming else None,
        next_effective_at=coming.effective_at if coming else None,
    )


def _view(opened: Row[Any], revision: Row[Any], until: datetime | None) -> CharterView:
    return CharterView(
        slug=opened.charter,
        brand=opened.brand,
        style=opened.style,
        zone=opened.zone,
        revision=revision.revision,
        label=revision.label,
        summary=revision.summary,
        effective_at=read(revision.effective_at),
        until=until,
        published_at=read(revision.published_at),
        recorded_at=instant(revision.recorded_at),
        recorded_late=revision.history,
        gaps=unlisted(revision.gaps),
        promises=unpacked(revision.promises),
    )


def _wording(entry: Entry, event: RevisionProposed | RevisionRecorded) -> dict[str, Any]:
    return {
        "charter": entry.key,
        "revision": event.revision,
        "promises": packed(event.promises),
        "promise_count": len(event.promises),
    }


def _change(rows: Rows, entry: Entry, revision: int, changes: dict[str, str | None]) -> None:
    row = rows.get(REVISIONS, (entry.key, revision))
    assert row is not None, f"revision {revision} of {entry.key} was not proposed before position {entry.position}"
    rows.put(REVISIONS, row | changes)
