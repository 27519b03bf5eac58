"""A period of the integrity history as parts that were added up already: years, months and days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from sqlalchemy import Table

from projections.days import month_end, shifted
from projections.integrity_tables import DAYS, MONTHS, YEARS


class Piece(NamedTuple):
    """A part of a period that a tally has: from one year, month or day to another, both included."""

    tally: Table
    first: str
    last: str


def pieces(since: date | None, until: date | None, *, by_years: bool) -> Iterator[Piece]:
    """A period as years, the months before and after them, and the days before and after those."""
    first, last = "0", "~"  # before and after any other
    if since is not None:
        end = month_end(since)
        if until is not None and until < end:
            yield Piece(DAYS, since.isoformat(), until.isoformat())
            return
        first = since.isoformat()[:7]
        if since.day > 1:
            yield Piece(DAYS, since.isoformat(), end.isoformat())
            first = shifted(end, 1)[:7]
    if until is not None:
        last = until.isoformat()[:7]
        if until < month_end(until):
            yield Piece(DAYS, f"{last}-01", until.isoformat())
            last = shifted(until, -until.day)[:7]
    if first <= last:
        yield from _years(first, last) if by_years else (Piece(MONTHS, first, last),)


def _years(first: str, last: str) -> Iterator[Piece]:
    if first[:4] == last[:4]:
        yield Piece(MONTHS, first, last)
        return
    begins, ends = first == "0" or first.endswith("-01"), last == "~" or last.endswith("-12")
    if not begins:
        yield Piece(MONTHS, first, f"{first[:4]}-12")
    if not ends:
        yield Piece(MONTHS, f"{last[:4]}-01", last)
    year = first[:4] if begins else f"{int(first[:4]) + 1:04}"
    if year <= (until := last[:4] if ends else f"{int(last[:4]) - 1:04}"):
        yield Piece(YEARS, year, until)
