"""Take a ledger's contents away: every entry, every decision or the integrity history, one line at a time, or the log
as files for strangers."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import click

from charter.importing.report import harmless
from projections.decision_register import Filter, Line
from projections.decision_register import lines as decisions
from projections.integrity_history import Filter as MarksFilter
from projections.integrity_history import MarkLine, marks
from terminal.cloudevents import compact, of_decision, of_entry, of_mark
from terminal.command import Group, Word, reading
from terminal.filters import checked
from terminal.identity import origin
from terminal.options import build, parameters
from terminal.output import document, plain_value, say
from terminal.progress import Step, progress
from terminal.session import Session, current
from terminal.text import counted
from terminal.values import OneOf

BATCH = 2_000

export = Group("export", help="Take entries, decisions or the integrity history away, and the log as files.")


def form_option(*forms: str) -> click.Option:
    """--format, with what this export can be written as."""
    return click.Option(["--format", "form"], type=OneOf(forms), default=forms[0], help=f"As what. Else: {forms[0]}.")


@export.add_command
@reading(
    "entries",
    in_json=False,
    examples=[
        "charter export entries --format csv > entries.csv",
        "charter export entries --format cloudevents --after 1200 > new.ndjson",
    ],
    params=[
        form_option("ndjson", "csv", "cloudevents"),
        click.Option(["--after"], type=click.IntRange(0), default=0, metavar="POSITION", help="Only later entries."),
        click.Option(["--open", "opened"], is_flag=True, help="With the words of people in the open, not sealed."),
    ],
)
def _entries(form: str, after: int, opened: bool) -> None:
    """Every entry with its body exactly as it is stored: words of people stay sealed, unless they are asked for.

    CSV neutralises cells that a spreadsheet would run as a formula; cloudevents is CloudEvents 1.0 as NDJSON.
    """
    session = current()
    total = session.ledger.entries_recorder.size()
    rows = _rows(session, after, total, opened=opened)
    out = sys.stdout.buffer
    with progress("Exporting", _stopped) as step:
        if form == "csv":
            names = ("position", "stream", "version", "type", "recorded_at", "by", "at", "event")
            table(names, (_flat(row) for row in counting(rows, step, total - after)))
            return
        write = of_entry(origin(session.ledger.engine)) if form == "cloudevents" else _line
        for row in counting(rows, step, total - after):
            out.write(write(row))
        out.flush()


@export.add_command
@reading(
    "decisions",
    in_json=False,
    charter="option",
    examples=[
        "charter export decisions --format csv --since 2026-01-01 > decisions.csv",
        "charter export decisions --promise REFUND-30 | jq .reason",
    ],
    params=[form_option("ndjson", "csv", "cloudevents"), *parameters(Filter, leave_out=("charter",))],
)
def _decisions(form: str, **given: Any) -> None:
    """Every decision and open request as it is known, the newest first."""
    session = current()
    wanted = build(Filter, {**checked(session, given), "charter": session.known_charter})
    with progress("Exporting", _stopped) as step:
        found = counting(decisions(session.views, wanted), step)
        write(form, [field.name for field in fields(Line)], found, of_decision)


@export.add_command
@reading(
    "tiles",
    examples=["charter export tiles /srv/www/log", "charter export tiles /srv/www/log --compare"],
    params=[
        Word(
            "folder",
            "Where to lay them out; it is made if it is missing.",
            type=click.Path(path_type=Path, file_okay=False),
        ),
        click.Option(["--compare"], is_flag=True, help="Also read again all that was laid out before."),
    ],
)
def _tiles(folder: Path, compare: bool) -> None:
    """The whole log as files for a web server, up to the newest published checkpoint.

    Strangers verify the ledger from them without asking anybody (https://c2sp.org/tlog-tiles). They hold hashes, times
    and the names of streams, and no words. Run it after each 'charter checkpoint': only what is new is written.
    """
    from charter.publishing.tiles import lay_out

    session = current()
    with progress("Laying out", lambda _: "Stopped. What was written stays; run it again for the rest.") as step:
        found = lay_out(session.ledger, folder, compare=compare, progress=step)
    if session.as_json:
        document(found._asdict())
        return
    files = counted(found.written, "file was", "files were")
    there = f", {found.there:,} were there already" if found.there else ""
    say(f"{folder} holds {counted(found.size, 'entry', 'entries')}: {files} written{there}.")


@export.add_command
@reading(
    "integrity",
    in_json=False,
    charter="option",
    examples=["charter export integrity --format csv > integrity.csv"],
    params=[form_option("ndjson", "csv", "cloudevents"), *parameters(MarksFilter, leave_out=("charter",))],
)
def _integrity(form: str, **given: Any) -> None:
    """Every mark of the integrity history, each with its decision, the newest first."""
    session = current()
    wanted = build(MarksFilter, {**checked(session, given), "charter": session.known_charter})
    with progress("Exporting", _stopped) as step:
        found = counting(_marks(session, wanted), step)
        write(form, [field.name for field in fields(MarkLine)], found, of_mark)


def _marks(session: Session, wanted: MarksFilter) -> Iterator[MarkLine]:
    place: str | None = None
    while True:
        page = marks(session.views, wanted, place, BATCH)
        yield from page.marks
        if page.next is None:
            return
        place = page.next


def write(
    form: str, names: Sequence[str], rows: Iterable[Any], as_event: Callable[[str], Callable[[Any], str]]
) -> None:
    """Rows with these fields, as CSV, or as one JSON object a line: bare, or a CloudEvent of this ledger."""
    if form == "csv":
        table(names, ({name: getattr(row, name) for name in names} for row in rows))
        return
    line = as_event(origin(current().ledger.engine)) if form == "cloudevents" else _bare
    for row in rows:
        sys.stdout.write(line(row))


def _bare(row: Any) -> str:
    return json.dumps(plain_value(row), ensure_ascii=False, separators=(",", ":")) + "\n"


def _rows(session: Session, after: int, until: int, *, opened: bool) -> Iterator[Any]:
    """Stored rows up to a position, in batches; where asked for, with people's words put back into their bodies."""
    from charter.privacy.opener import Opener

    while rows := session.ledger.entries_recorder.rows(after, BATCH, until):
        opener = Opener(session.ledger.vault, rows) if opened else None
        yield from ((*row[:5], opener.plain(row)[0]) for row in rows) if opener else rows
        after = rows[-1][0]


def counting(rows: Iterable[Any], step: Step, total: int | None = None) -> Iterator[Any]:
    """The rows, telling now and then how many of how many there were."""
    for number, row in enumerate(rows, start=1):
        yield row
        if number % BATCH == 0:
            step(number, total)


def _stopped(done: int) -> str:
    return f"Stopped after about {done:,} lines. What was written is whole lines; run it again for all of them."


def _line(row: Any) -> bytes:
    """An entry as one line of JSON; its body is spliced in as it is stored."""
    position, stream, version, type_, recorded_at, body = row
    head = {"position": position, "stream": stream, "version": version, "type": type_, "recorded_at": recorded_at}
    return compact(head) + b"," + bytes(body)[1:] + b"\n"


def _flat(row: Any) -> dict[str, Any]:
    position, stream, version, type_, recorded_at, body = row
    read = json.loads(body)
    event = json.dumps(read["event"], ensure_ascii=False)
    return {
        "position": position,
        "stream": stream,
        "version": version,
        "type": type_,
        "recorded_at": recorded_at,
        "by": read["by"],
        "at": read["at"],
        "event": event,
    }


def table(names: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Rows as CSV (RFC 4180, UTF-8), with a heading."""
    names = list(names)
    written = csv.writer(sys.stdout, lineterminator="\n")
    written.writerow(names)
    for row in rows:
        written.writerow([cell(row.get(name)) for name in names])


def cell(value: Any) -> str | int | float:
    """A value as a cell that no spreadsheet takes for a formula; numbers stay numbers."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    known = plain_value(value)
    if known is None:
        return ""
    return harmless(" ".join(map(str, known)) if isinstance(known, list) else str(known))
