"""Times and days as other systems write them, turned into moments in UTC and days of the calendar."""

from calendar import monthrange
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

ISO = "ISO 8601"
_PARTIAL = ("%Y-%m", "%Y")
_LONGEST_DAY = len("2024-05-15")


class Read(NamedTuple):
    """A moment in UTC; `day` where only its day was written, and the moment is that day's beginning."""

    at: datetime
    day: date | None


def moments(formats: Sequence[str]) -> Callable[[str, ZoneInfo], Read | None]:
    """A reader of times in any of the strptime formats (none: ISO 8601), in a zone where they name none.

    None for what is no such time. A log repeats its days, so each is worked out once.
    """

    @lru_cache(maxsize=4_096)
    def worked_out(text: str, zone: ZoneInfo) -> Read | None:
        try:
            if formats:
                return _by_format(text, formats, zone)
            found = datetime.fromisoformat(text)
            day = found.date() if len(text) <= _LONGEST_DAY else None
            return Read((found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC), day)
        except (ValueError, OverflowError):  # the edges of the calendar have no UTC
            return None

    def at_once(text: str, zone: ZoneInfo) -> Read | None:
        if len(text) > _LONGEST_DAY:
            try:
                found = datetime.fromisoformat(text)
                if found.tzinfo is not None:
                    return Read(found.astimezone(UTC), None)
            except (ValueError, OverflowError):
                return None
        return worked_out(text, zone)

    return worked_out if formats else at_once


def local_day(at: datetime, zone: ZoneInfo) -> date | None:
    """The day of a moment where somebody lives; None beyond the edges of the calendar."""
    try:
        return at.astimezone(zone).date()
    except OverflowError:
        return None


def days(formats: Sequence[str], *, last: bool = False) -> Callable[[str], date | None]:
    """A reader of days; a month or a year stands for its first day, or its `last`. None for what is no day."""

    def read(text: str) -> date | None:
        for form in (*formats, *_PARTIAL) if formats else _PARTIAL:
            try:
                found = datetime.strptime(text, form)  # noqa: DTZ007  # a day of the calendar has no zone
            except ValueError:
                continue
            if not last or "%d" in form or "%j" in form:
                return found.date()
            month = found.month if "%m" in form or "%b" in form or "%B" in form else 12
            return date(found.year, month, monthrange(found.year, month)[1])
        if formats:
            return None
        try:
            return datetime.fromisoformat(text).date()
        except ValueError:
            return None

    return read


def _by_format(text: str, formats: Sequence[str], zone: ZoneInfo) -> Read | None:
    for form in formats:
        try:
            found = datetime.strptime(text, form)  # noqa: DTZ007  # the zone follows
        except ValueError:
            continue
        has_time = any(part in form for part in ("%H", "%I", "%c", "%X"))
        return Read(
            (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC), None if has_time else found.date()
        )
    return None
