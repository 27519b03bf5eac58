"""Times and days as views keep them: as text that sorts as they do, a day being one where the charter lives."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement

from charter import leaf


@lru_cache(maxsize=16_384)  # one view after the other asks for those of a batch
def stamp(moment: datetime) -> str:
    """A moment as the ledger writes it, such as 2026-11-22T07:15:00.123456Z."""
    return leaf.stamp(moment)


def stamp_or_empty(moment: datetime | None) -> str:
    """The same; empty where it is not known, in a key or an order."""
    return "" if moment is None else stamp(moment)


def written(moment: datetime | None) -> str | None:
    """The same; None where it is not known."""
    return None if moment is None else stamp(moment)


def read(text: str | None) -> datetime | None:
    """The moment that was written in one of these ways."""
    return leaf.instant(text) if text else None


@lru_cache(maxsize=16_384)
def day_in(zone: str, at: datetime | None) -> str:
    """The calendar day of a moment in a time zone, as 2026-11-22; empty for none."""
    return "" if at is None else at.astimezone(_zone(zone)).date().isoformat()


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def between(
    day: ColumnElement[str], at: ColumnElement[str], since: date | None, until: date | None
) -> list[ColumnElement[bool]]:
    """The rows of these days, both ends included; rows without a day belong to no period.

    The day is what counts. The time only leads the way through the index: no zone is a whole day from UTC.
    """
    found: list[ColumnElement[bool]] = []
    if since is not None:
        found += [day >= since.isoformat(), at >= shifted(since, -1)]
    if until is not None:
        found += [day <= until.isoformat(), day > "", at < shifted(until, 2), at > ""]
    return found


def shifted(day: date, days: int) -> str:
    """A day so many days later, as text; before or after any other where there is no such day."""
    try:
        return (day + timedelta(days=days)).isoformat()
    except OverflowError:  # the first or the last day there is
        return "" if days < 0 else "~"


def month_end(day: date) -> date:
    """The last day of the month that a day is in."""
    return day.replace(day=monthrange(day.year, day.month)[1])
