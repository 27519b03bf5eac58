"""Whose data is due: all of it older than it may be kept, and nothing of it held. A list; nothing is erased by it."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select

from charter.leaf import instant, stamp
from charter.ledger import Ledger
from charter.terms import Retained
from projections.engine import Views
from projections.personal_data import DATA, HELD, PERSONAL_DATA


@dataclass(frozen=True, slots=True)
class DueLine:
    """A person all of whose data is older than it may be kept: how much there is, and from when the newest is."""

    subject: str
    streams: int
    entries: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """The first of those whose data is due, the longest due first, and how many there are in all."""

    lines: tuple[DueLine, ...]
    total: int


@dataclass(frozen=True, slots=True)
class KeptFor:
    """For how many months one kind of data is kept under one charter; None: without an end."""

    charter: str
    kind: Retained
    months: int | None


def kept(ledger: Ledger) -> list[KeptFor]:
    """For how long each kind of data is kept under each charter."""
    return [
        KeptFor(slug, kind, ledger.charter(slug).retention.get(kind)) for slug in ledger.charters() for kind in Retained
    ]


def due(views: Views, limit: int = 50) -> Due:
    """Who could be erased because all of their data is older than it may be kept and nothing holds it.

    Data of a kind that no period is set for is kept without an end, and with it its person.
    """
    periods = dict(_periods(views))
    if not periods:
        return Due((), 0)
    asked = _due(periods)
    with views.reading(PERSONAL_DATA) as connection:
        found = connection.execute(asked.order_by(func.max(DATA.c.last_at), DATA.c.subject).limit(limit)).all()
    lines = (DueLine(row.subject, row.streams, row.entries, instant(row.last_at)) for row in found)
    return Due(tuple(lines), found[0].total if found else 0)


def _periods(views: Views) -> Iterator[tuple[tuple[str, str], str]]:
    """For each charter and kind of data with a period: the time before which data is due."""
    ledger = views.ledger
    for slug in ledger.charters():
        for kind, months in ledger.charter(slug).retention.items():
            yield (slug, kind.value), stamp(months_before(ledger.now(), months))


def _due(periods: Mapping[tuple[str, str], str]) -> Select[Any]:
    column = DATA.c
    old = or_(
        *(
            and_(column.charter == charter, column.kind == kind, column.last_at < before)
            for (charter, kind), before in periods.items()
        )
    )
    kept = case((old, 0), else_=1)
    held = select(column.subject).where(column.stream.in_(select(HELD.c.stream)))
    return (
        select(
            column.subject,
            func.count().label("streams"),
            func.sum(column.entries).label("entries"),
            func.max(column.last_at).label("last_at"),
            func.count().over().label("total"),
        )
        .where(column.erased.is_(False), column.subject.not_in(held))
        .group_by(column.subject)
        .having(func.sum(kept) == 0)
    )


def months_before(moment: datetime, months: int) -> datetime:
    """The same day and time so many months before, or the month's last day where there is no such day."""
    number = moment.year * 12 + moment.month - 1 - months
    year, month = divmod(number, 12)
    if year < 1:
        return moment.replace(year=1, month=1, day=1)
    day = min(moment.day, monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)
