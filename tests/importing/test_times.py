"""Times and days are read as they were meant, and what is none is said to be none."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import hypothesis
import pytest
from hypothesis import strategies as st

from charter.importing.times import days, local_day, moments

AUCKLAND = ZoneInfo("Pacific/Auckland")
GERMAN = ("%d.%m.%Y %H:%M", "%d.%m.%Y")


@pytest.mark.parametrize(
    ("text", "formats", "moment", "day"),
    [
        ("2024-05-15T15:00:00-05:00", (), datetime(2024, 5, 15, 20, tzinfo=UTC), None),
        ("2024-05-15 15:00", (), datetime(2024, 5, 15, 3, tzinfo=UTC), None),
        ("2024-05-15T15:00:00Z", (), datetime(2024, 5, 15, 15, tzinfo=UTC), None),
        ("2024-05-15", (), datetime(2024, 5, 14, 12, tzinfo=UTC), date(2024, 5, 15)),
        ("15.05.2024 15:00", GERMAN, datetime(2024, 5, 15, 3, tzinfo=UTC), None),
        ("15.05.2024", GERMAN, datetime(2024, 5, 14, 12, tzinfo=UTC), date(2024, 5, 15)),
    ],
)
def test_a_time_is_read(text: str, formats: tuple[str, ...], moment: datetime, day: date | None) -> None:
    """In its own zone, or in the one given; a bare day is known to be one."""
    assert moments(formats)(text, AUCKLAND) == (moment, day)


@pytest.mark.parametrize("text", ["yesterday", "2024-02-30", "15.05.2024", "0001-01-01", "9999-12-31T23:00:00-05:00"])
def test_what_is_no_time_is_none(text: str) -> None:
    """Also the edges of the calendar, which have no UTC where they are."""
    assert moments(())(text, AUCKLAND) is None


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024-02-29", date(2024, 2, 29), date(2024, 2, 29)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("2024-02-29T12:00", date(2024, 2, 29), date(2024, 2, 29)),
        ("every spring", None, None),
    ],
)
def test_a_month_or_a_year_has_a_first_and_a_last_day(text: str, first: date | None, last: date | None) -> None:
    """Which of them is meant depends on whether something begins or ends."""
    assert days(())(text) == first
    assert days((), last=True)(text) == last


def test_days_in_another_form() -> None:
    """A format of the mapping comes first; ISO dates are then not guessed."""
    assert days(("%d/%m/%Y",))("03/04/2024") == date(2024, 4, 3)
    assert days(("%m/%Y",), last=True)("02/2023") == date(2023, 2, 28)
    assert days(("%d/%m/%Y",))("2024-04-03") is None


def test_the_last_moment_of_the_calendar_has_no_day_further_east() -> None:
    """It would be in the year 10000."""
    assert local_day(datetime(9999, 12, 31, 23, tzinfo=UTC), AUCKLAND) is None


@hypothesis.given(st.text() | st.datetimes().map(str) | st.datetimes(timezones=st.timezones()).map(datetime.isoformat))
def test_no_text_crashes(text: str) -> None:
    """Any cell is a time or it is not."""
    for read in (moments(()), moments(GERMAN)):
        found = read(text, AUCKLAND)
        assert found is None or found.at.tzinfo is UTC
    days(())(text)
