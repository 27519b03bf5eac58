"""Take a ledger's contents away: every entry, every decision or the integrity history, one line at a time, or the log
as files for strangers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import click

from charter.proof.identity import origin
from projections.decision_register import Filter, Line
from projections.decision_register import lines as decisions
from projections.integrity_history import Filter as MarksFilter
from projections.integrity_history import MarkLine, all_marks
from projections.wording import counted
from terminal.command import Group, Word, reading
from terminal.filters import checked
from terminal.options import build, parameters
from terminal.output import document, say
from terminal.progress import Step, progress
from terminal.session import current
from terminal.values import OneOf
from web.exports.cloudevents import of_decision, of_entry, of_mark
from web.exports.csv import table
from web.exports.rows import BATCH, ENTRY, Form, entry_cells, entry_line, stored, written

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
def _entries(form: Form, after: int, opened: bool) -> None:
    """Every entry with its body exactly as it is stored: words of people stay sealed, unless they are asked for.

    CSV neutralises cells that a spreadsheet would run as a formula; cloudevents is CloudEvents 1.0 as NDJSON.
    """
    session = current()
    total = session.ledger.entries_recorder.size()
    rows = stored(session.ledger, after, total, opened=opened)
    out = sys.stdout.buffer
    with progress("Exporting", _stopped) as step:
        counted_rows = counting(rows, step, total - after)
        if form == "csv":
            sys.stdout.writelines(table(ENTRY, map(entry_cells, counted_rows)))
            return
        out.writelines(
            map(of_entry(origin(session.ledger.engine)) if form == "cloudevents" else entry_line, counted_rows)
        )
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
def _decisions(form: Form, **given: Any) -> None:
    """Every decision and open request as it is known, the newest first."""
    session = current()
    wanted = build(Filter, {**checked(session, given), "charter": session.known_charter})
    with progress("Exporting", _stopped) as step:
        found = counting(decisions(session.views, wanted), step)
        _write(form, [field.name for field in fields(Line)], found, of_decision)


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
def _integrity(form: Form, **given: Any) -> None:
    """Every mark of the integrity history, each with its decision, the newest first."""
    session = current()
    wanted = build(MarksFilter, {**checked(session, given), "charter": session.known_charter})
    with progress("Exporting", _stopped) as step:
        found = counting(all_marks(session.views, wanted), step)
        _write(form, [field.name for field in fields(MarkLine)], found, of_mark)


def _write(
    form: Form, names: Sequence[str], rows: Iterable[Any], as_event: Callable[[str], Callable[[Any], str]]
) -> None:
    """Rows with these fields, as CSV, or as one JSON object a line: bare, or a CloudEvent of this ledger."""
    sys.stdout.writelines(written(form, names, rows, as_event(origin(current().ledger.engine))))


def counting(rows: Iterable[Any], step: Step, total: int | None = None) -> Iterator[Any]:
    """The rows, telling now and then how many of how many there were."""
    for number, row in enumerate(rows, start=1):
        yield row
        if number % BATCH == 0:
            step(number, total)


def _stopped(done: int) -> str:
    return f"Stopped after about {done:,} lines. What was written is whole lines; run it again for all of them."
