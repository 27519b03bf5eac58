"""Words and days as a document shows them; no word can steer whoever shows it."""

from __future__ import annotations

from datetime import date

from charter.phrase import Phrase

JOINERS = "\u200c\u200d"
"""Of no width, and part of how some scripts and pictures are written."""

MONTHS = (
    Phrase("January"),
    Phrase("February"),
    Phrase("March"),
    Phrase("April"),
    Phrase("May"),
    Phrase("June"),
    Phrase("July"),
    Phrase("August"),
    Phrase("September"),
    Phrase("October"),
    Phrase("November"),
    Phrase("December"),
)

_BLANKS = "\u00a0\u2007\u202f"  # that do not break a line
_ALLOWED = frozenset(("\n", *JOINERS, *_BLANKS))


def plain(text: str) -> str:
    """Text in which everything can be seen: control and direction characters are replaced, line breaks aside."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char in _ALLOWED else "\ufffd" for char in text)


def one_line(text: str) -> str:
    """Such text on one line."""
    return plain(" ".join(text.split()))


def long_day(day: date) -> Phrase:
    """A day as a document names it: 22 November 2026."""
    return Phrase("{day} {month} {year}", day=day.day, month=MONTHS[day.month - 1], year=day.year)


def long_month(day: date) -> Phrase:
    """The month of a day as a document names it: November 2026."""
    return Phrase("{month} {year}", month=MONTHS[day.month - 1], year=day.year)
