"""Everything at once, for taking away: rows as CSV, as JSON or as CloudEvents, a line at a time and in flat memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Literal

from charter.leaf import Row
from charter.ledger import Ledger
from charter.privacy.opener import Opener
from projections.values import plain_value
from web.exports.cloudevents import compact
from web.exports.csv import table

Form = Literal["ndjson", "csv", "cloudevents"]
BATCH = 2_000
ENTRY = ("position", "stream", "version", "type", "recorded_at", "by", "at", "event")
"""The columns of entries as CSV."""


def written(form: Form, names: Sequence[str], rows: Iterable[Any], as_event: Callable[[Any], str]) -> Iterator[str]:
    """Rows with these fields as lines: CSV, or a JSON object each, bare or a CloudEvent as `as_event` writes it."""
    if form == "csv":
        return table(names, ([getattr(row, name) for name in names] for row in rows))
    return map(as_event if form == "cloudevents" else _bare, rows)


def stored(ledger: Ledger, after: int, until: int, *, opened: bool) -> Iterator[Row]:
    """Entries as they are stored up to a position; where asked for, with people's words put back into their bodies."""
    while rows := ledger.entries_recorder.rows(after, BATCH, until):
        yield from in_the_open(ledger, rows) if opened else rows
        after = rows[-1][0]


def in_the_open(ledger: Ledger, rows: Sequence[Row]) -> Iterator[Row]:
    """Entries with people's words put back into their bodies."""
    opener = Opener(ledger.vault, rows)
    for row in rows:
        yield (row[0], row[1], row[2], row[3], row[4], opener.plain(row)[0])


def entry_line(row: Row) -> bytes:
    """An entry as one line of JSON; its body is spliced in as it is stored."""
    position, stream, version, type_, recorded_at, body = row
    head = {"position": position, "stream": stream, "version": version, "type": type_, "recorded_at": recorded_at}
    return compact(head) + b"," + bytes(body)[1:] + b"\n"


def entry_cells(row: Row) -> tuple[Any, ...]:
    """An entry as cells of a table, under the headings `ENTRY`."""
    position, stream, version, type_, recorded_at, body = row
    read = json.loads(body)
    event = json.dumps(read["event"], ensure_ascii=False)
    return (position, stream, version, type_, recorded_at, read["by"], read["at"], event)


def _bare(row: Any) -> str:
    return json.dumps(plain_value(row), ensure_ascii=False, separators=(",", ":")) + "\n"
