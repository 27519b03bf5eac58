"""The integrity history in periods of time, as a chart draws it and a table prints it: the same numbers in both."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby

from projections.days import month_end
from projections.engine import Views
from projections.integrity_history import Count, Counts, Filter, RevisionMark, by, revisions

MOST = 36
"""Periods in one picture; where there are more months, they are put together."""


class Shown(StrEnum):
    """What is counted in a period, in the order in which it is drawn and printed."""

    OFF_BRAND = "off-brand"
    OUT_OF_INTEGRITY = "out-of-integrity"
    NOT_OUR_CLIENT = "not-our-client"
    NOT_AVAILABLE = "not-available"
    NOT_PERMITTED = "not-permitted"
    NO_GROUND = "no-ground"
    BENT = "bent"
    BROKEN = "broken"
    OVERTURNED = "overturned"


NOES = tuple(Shown)[:6]


@dataclass(frozen=True, slots=True)
class Point:
    """One number of the history: what was counted, from the first to the last day of its period."""

    shown: Shown
    since: date
    until: date
    count: int


@dataclass(frozen=True, slots=True)
class Period:
    """A month, a quarter or some years with all its numbers, in the order of `Shown`, and its number of decisions."""

    since: date
    until: date
    decisions: int
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class History:
    """The integrity history in periods without a hole, and the revisions that took effect in it."""

    periods: tuple[Period, ...]
    revisions: tuple[RevisionMark, ...]

    @property
    def totals(self) -> dict[Shown, int]:
        """How many of each there are in all periods."""
        columns = zip(*(period.points for period in self.periods), strict=True)
        return {column[0].shown: sum(point.count for point in column) for column in columns}


def history(views: Views, wanted: Filter) -> History:
    """The integrity history of a filter; what has no day is in no period."""
    months = [count for count in by(views, wanted, "month") if count.key]
    return History(tuple(periods(months)), tuple(mark for mark in revisions(views, wanted) if mark.day))


def periods(months: Sequence[Count]) -> Iterator[Period]:
    """Months as they are, or put together so that one can still tell them apart: by quarters, else by years."""
    dated = [(date.fromisoformat(f"{month.key}-01"), month.counts) for month in months]
    if not dated:
        return
    begin = dated[0][0].year
    years = -(-(dated[-1][0].year - begin + 1) // MOST)
    ways: list[Callable[[date], int]] = [
        lambda day: day.year * 12 + day.month,
        lambda day: day.year * 4 + (day.month - 1) // 3,
        lambda day: (day.year - begin) // years,
    ]
    way = next((way for way in ways if way(dated[-1][0]) - way(dated[0][0]) < MOST), ways[-1])
    for _, group in groupby(dated, lambda one: way(one[0])):
        yield _period(list(group))


def _period(months: list[tuple[date, Counts]]) -> Period:
    since, until = months[0][0], month_end(months[-1][0])
    counts = sum((counts for _, counts in months), Counts())
    points = tuple(Point(shown, since, until, _of(counts, shown)) for shown in Shown)
    return Period(since, until, counts.decisions, points)


def _of(counts: Counts, shown: Shown) -> int:
    number: int = getattr(counts, shown.value.replace("-", "_"))
    return number
