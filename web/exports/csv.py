"""Rows as CSV (RFC 4180, UTF-8), for spreadsheets: no cell of it is run as a formula."""

from __future__ import annotations

import csv as standard
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from charter.importing.report import harmless
from projections.values import plain_value


def table(headings: Sequence[str], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """The lines of a table, its headings first; cells are values as the views have them."""
    line = standard.writer(_Line()).writerow
    yield line(headings)
    for row in rows:
        yield line([cell(value) for value in row])


class _Line:
    """What a writer of CSV writes to, and gets its line back from."""

    @staticmethod
    def write(line: str) -> str:
        return line


def cell(value: Any) -> str | int | float:
    """A value as a cell that no spreadsheet takes for a formula; a number stays one, what is not known is empty."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    known = plain_value(value)
    if known is None:
        return ""
    return harmless(" ".join(map(str, known)) if isinstance(known, list) else str(known))
