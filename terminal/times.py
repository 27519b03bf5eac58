"""Days and moments as people type and read them: in the user's zone, while the ledger keeps UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from projections.plain import long_day

__all__ = ["NO_TIME", "YEARS", "day_in", "long_day", "shown", "to_day", "to_moment"]

NO_TIME = "unknown"
YEARS = range(1000, 9000)


def shown(moment: datetime | None) -> str:
    """A moment where the user is, to the minute: 2026-11-22 08:15."""
    if moment is None:
        return NO_TIME
    try:
        return moment.astimezone().strftime("%Y-%m-%d %H:%M")
    except (OverflowError, ValueError, OSError):  # beyond what the computer's clock can place
        return moment.strftime("%Y-%m-%d %H:%M UTC")


def day_in(moment: datetime | None, zone: str) -> str:
    """The day of a moment where a charter lives."""
    return NO_TIME if moment is None else moment.astimezone(ZoneInfo(zone)).date().isoformat()


def to_day(text: str) -> date:
    """A day from YYYY-MM-DD; ValueError otherwise, and for years that nobody means."""
    day = date.fromisoformat(text)
    if len(text) != len("2026-11-22") or day.year not in YEARS:
        raise ValueError(text)
    return day


def to_moment(text: str) -> datetime:
    """A moment from ISO 8601: where the user is when it names no zone, midnight for a day. ValueError as above."""
    moment = datetime.fromisoformat(text)
    if moment.year not in YEARS:
        raise ValueError(text)
    return moment.astimezone(UTC)
