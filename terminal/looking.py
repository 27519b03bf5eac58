"""Look at the ledger itself: every entry that was written, and all that can be written."""

from __future__ import annotations

from inspect import cleandoc
from typing import Any

import click

from charter.catalogue import EVENTS
from projections.audit_log import Filter
from projections.audit_log import lines as entries_of
from projections.line import Line
from projections.wording import NO_MATCH
from terminal.command import reading
from terminal.filters import known
from terminal.options import build, parameters
from terminal.output import document, lines, tell, then
from terminal.session import current
from terminal.text import amber, faint, paragraph, strong
from terminal.times import shown

FIRST = 20


@reading(
    "log",
    examples=[
        "charter log",
        "charter log --stream charter/skyline --first 100",
        "charter log --by ann --since 2026-11-01 --json",
    ],
    params=[
        *parameters(Filter),
        click.Option(
            ["--first"],
            type=click.IntRange(1, 1000),
            default=FIRST,
            metavar="N",
            help=f"At most so many. Else: {FIRST}.",
        ),
        click.Option(["--after"], type=click.IntRange(0), metavar="POSITION", help="Those after a position."),
        click.Option(["--before"], type=click.IntRange(1), metavar="POSITION", help="Those before a position."),
    ],
)
def log(first: int, after: int | None, before: int | None, **given: Any) -> None:
    """Read every entry: who wrote it, when it happened, what it says. Without a choice: the newest ones."""
    session = current()
    if after is not None and before is not None:
        msg = "Give --after or --before, not both."
        raise click.UsageError(msg)
    if kind := given.get("type"):
        known("kind of entry", kind, EVENTS, "See: charter events")
    by = given.get("by")
    if by and not entries_of(session.views, Filter(by=by), limit=1).lines:
        known("person", by, session.ledger.people(), "See: charter person list")
    page = entries_of(session.views, build(Filter, given), after=after, before=before, limit=first)
    if session.as_json:
        document(page)
        return
    if not page.lines:
        tell(NO_MATCH if session.ledger.entries_recorder.size() else "Nothing has been written yet.")
        return
    lines(line for entry in page.lines for line in _entry(entry))
    if page.older:
        then(f"charter log --before {page.lines[0].position}")
    if page.newer:
        then(f"charter log --after {page.lines[-1].position}")


def _entry(entry: Line) -> list[str]:
    late = f" (recorded late, {shown(entry.recorded_at)})" if entry.recorded_late else ""
    head = f"{entry.position:>6}  {shown(entry.at):<16}  "
    about = f" [{entry.stream.removeprefix('decision/')[:8]}]" if entry.stream.startswith("decision/") else ""
    found = paragraph(entry.sentence + about, indent=head, hanging=" " * len(head))
    return [*found, *([amber(" " * (len(head) - 1) + late)] if late else [])]


@reading("events", examples=["charter events", "charter events --json"])
def events() -> None:
    """List all that can be written into a ledger, under the names it is stored by for ever."""
    from charter.catalogue import AGGREGATES

    if current().as_json:
        document(
            [
                {
                    "type": event.name,
                    "about": aggregate.name,
                    "meaning": cleandoc(event.__doc__ or ""),
                    "schema": event.model_json_schema(),
                }
                for aggregate in AGGREGATES
                for event in aggregate.events
            ]
        )
        return
    written: list[str] = []
    for aggregate in AGGREGATES:
        written += ["", strong(f"About a {aggregate.name}")]
        for event in aggregate.events:
            indent = " " * 24
            written += paragraph(cleandoc(event.__doc__ or ""), indent=f"  {event.name:<22}", hanging=indent)
            written += map(faint, paragraph(", ".join(event.model_fields), indent=indent))
    lines(written[1:])
