"""Whose words are where: for each person the streams that hold their data, from when to when, and what is held.

A person is known here by the id of their key, which says nothing. No word of anybody is in this view.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import ClassVar

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    Table,
    select,
)

from charter.catalogue import EVENTS
from charter.decisions.events import HoldPlaced, HoldReleased, RequestLogged
from charter.leaf import instant, stamp
from charter.message import Entry
from charter.subjects.events import ErasureCompleted
from charter.terms import Retained
from projections.engine import Key, Projection, Row, Rows, Views
from projections.stored import Text

metadata = MetaData()

DATA = Table(
    "personal_data",
    metadata,
    Column("stream", Text, primary_key=True),
    Column(
        "place", Integer, primary_key=True, comment="1, 2, 3 …: the people whose words are in the stream, as they came"
    ),
    Column("subject", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("charter", Text, comment="none for the data of those who write here"),
    Column("entries", Integer, nullable=False),
    Column("first_recorded", Text, nullable=False),
    Column("last_recorded", Text, nullable=False),
    Column(
        "last_at", Text, nullable=False, comment="when the newest happened, or was recorded where that is not known"
    ),
    Column("erased", Boolean, nullable=False),
)
Index("personal_data_of", DATA.c.subject)

HELD = Table(
    "personal_data_held",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("hold", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
)

KINDS = {"decision": Retained.REQUESTS.value, "charter": Retained.DELIBERATIONS.value, "person": "people"}
"""What sort of data is in which streams."""


@dataclass(frozen=True, slots=True)
class InStream:
    """What one stream holds of a person: in how many entries, recorded from when to when; `holds` keep it there."""

    stream: str
    kind: str
    charter: str | None
    entries: int
    first_recorded: datetime
    last_recorded: datetime
    erased: bool
    holds: tuple[str, ...]


class PersonalData(Projection):
    """Counts the entries that hold words of each person, stream by stream."""

    name: ClassVar = "personal_data"
    version: ClassVar = 1
    events: ClassVar = frozenset(EVENTS)
    tables: ClassVar = (DATA, HELD)

    def needed(self, entries: Sequence[Entry]) -> Mapping[Table, set[Key]]:
        """Those who were first and second in each stream with words, or with words of somebody who is erased."""
        streams = {entry.stream for entry in entries if entry.subjects}
        for entry in entries:
            if isinstance(entry.event, ErasureCompleted):
                streams.update(entry.event.streams)
        return {DATA: {(stream, place) for stream in streams for place in (1, 2)}}

    def apply(self, rows: Rows, entry: Entry) -> None:
        """One more entry of somebody, a hold more or less, or nothing left of them."""
        match entry.event:
            case HoldPlaced() as event:
                rows.put(HELD, {"stream": entry.stream, "hold": event.hold, "position": entry.position})
            case HoldReleased() as event:
                rows.delete(HELD, (entry.stream, event.hold))
            case ErasureCompleted() as event:
                for stream in event.streams:
                    _, _, row = _find(rows, stream, entry.key)
                    if row is not None:
                        rows.put(DATA, row | {"erased": True})
        for subject in entry.subjects:
            _add(rows, entry, subject)


PERSONAL_DATA = PersonalData()


def _find(rows: Rows, stream: str, subject: str) -> tuple[int, Row | None, Row | None]:
    """The place of somebody in a stream, or the next free one; the first row of the stream, and theirs."""
    first: Row | None = None
    for place in count(1):
        row = rows.get(DATA, (stream, place))
        first = first or row
        if row is None or row["subject"] == subject:
            return place, first, row
    raise AssertionError


def _add(rows: Rows, entry: Entry, subject: str) -> None:
    place, first, row = _find(rows, entry.stream, subject)
    recorded = stamp(entry.recorded_at)
    at = stamp(entry.at or entry.recorded_at)
    if row is not None:
        rows.put(
            DATA, row | {"entries": row["entries"] + 1, "last_recorded": recorded, "last_at": max(row["last_at"], at)}
        )
        return
    kind = entry.stream.partition("/")[0]
    rows.append(
        DATA,
        {
            "stream": entry.stream,
            "place": place,
            "subject": subject,
            "kind": KINDS[kind],
            "charter": _charter(entry, first),
            "entries": 1,
            "first_recorded": recorded,
            "last_recorded": recorded,
            "last_at": at,
            "erased": False,
        },
    )


def _charter(entry: Entry, first: Row | None) -> str | None:
    """The charter that a stream belongs to; a case says it in the entry that begins it."""
    if isinstance(entry.event, RequestLogged):
        return entry.event.charter
    if entry.stream.startswith("charter/"):
        return entry.key
    return None if first is None else str(first["charter"])


def data_of(views: Views, subject: str) -> list[InStream]:
    """Where words of a person are, or were before they were erased, by stream; none for somebody unknown."""
    query = select(DATA).where(DATA.c.subject == subject).order_by(DATA.c.stream)
    with views.reading(PERSONAL_DATA) as connection:
        found = connection.execute(query).all()
        holds = select(HELD).where(HELD.c.stream.in_(query.with_only_columns(DATA.c.stream).order_by(None)))
        held: dict[str, list[str]] = {}
        for row in connection.execute(holds.order_by(HELD.c.position)):
            held.setdefault(row.stream, []).append(row.hold)
    return [
        InStream(
            stream=row.stream,
            kind=row.kind,
            charter=row.charter,
            entries=row.entries,
            first_recorded=instant(row.first_recorded),
            last_recorded=instant(row.last_recorded),
            erased=bool(row.erased),
            holds=tuple(held.get(row.stream, ())),
        )
        for row in found
    ]
