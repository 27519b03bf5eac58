"""For how long data about people is kept, and whose is due: a list, from which nothing is ever erased by itself."""

from __future__ import annotations

import click

from charter.charters.commands import SetRetention
from charter.charters.events import RetentionSet
from charter.desk import Written
from projections.wording import counted
from terminal.command import Group, reading
from terminal.orders import order
from terminal.output import document, lines, tell, then
from terminal.session import current
from terminal.text import table
from terminal.times import shown

FIRST = 50

retention = Group("retention", help="For how long data about people is kept, and whose is due.")


def _set(written: Written) -> str:
    [event] = written.events
    assert isinstance(event, RetentionSet)
    then("charter retention due")
    months = counted(event.months, "month")
    return (
        f"Data of {event.kind} under {written.key} is due {months} after its newest entry. Nothing is erased by itself."
    )


retention.add_command(
    order(SetRetention, "set", "kind", "months", said=_set, examples=["charter retention set requests 36"])
)


@retention.add_command
@reading("show", examples=["charter retention show", "charter retention show --json"])
def _show() -> None:
    """Show for how long each kind of data is kept under each charter."""
    from projections.retention import kept

    session = current()
    periods = kept(session.ledger)
    if session.as_json:
        document(periods)
        return
    if not periods:
        tell("There is no charter yet.")
        return
    rows = [(each.charter, str(each.kind), str(each.months) if each.months else "without an end") for each in periods]
    lines(table(["Charter", "Kind of data", "Months"], rows))
    then("charter retention set requests 36", "charter retention due")


@retention.add_command
@reading(
    "due",
    examples=["charter retention due", "charter retention due --first 500 --json"],
    params=[
        click.Option(
            ["--first"],
            type=click.IntRange(1, 100_000),
            default=FIRST,
            metavar="N",
            help=f"At most so many. Else: {FIRST}.",
        )
    ],
)
def _due(first: int) -> None:
    """List whose data is all older than it may be kept, and not held; the longest due first. Nothing is erased."""
    from projections.retention import due

    session = current()
    found = due(session.views, first)
    if session.as_json:
        document(found)
        return
    if not found.lines:
        tell("Nobody's data is due.")
        return
    rows = [(line.subject, f"{line.streams:,}", f"{line.entries:,}", shown(line.last_at)[:10]) for line in found.lines]
    lines(table(["Person", "Places", "Entries", "Newest"], rows, right=(1, 2)))
    if found.total > len(found.lines):
        tell(f"{len(found.lines)} of {found.total:,}. For more: --first {found.total}")
    oldest = found.lines[0].subject
    then(f"charter subject show {oldest}", f'charter subject erase {oldest} --reason "Retention"')
