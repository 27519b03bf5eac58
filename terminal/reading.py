"""Read the charter in force: today, on any day, or as it was known at an earlier time."""

from __future__ import annotations

import sys
from datetime import date, datetime, timedelta

import click

from charter.given import UnknownCharter
from charter.message import Refused
from terminal.command import reading
from terminal.output import document, lines, then
from terminal.session import current
from terminal.times import long_day
from terminal.values import DAY, MOMENT, OneOf

FORMS = ["text", "md", "html", "pdf", "json"]


class NotForAScreen(Refused):
    """A PDF cannot be read in a terminal. Keep it in a file: charter show --format pdf > charter.pdf."""


@reading(
    "show",
    charter="word",
    examples=[
        "charter show",
        "charter show skyline --as-of 2026-03-01",
        "charter show --format html > charter.html",
        "charter show --format pdf > charter.pdf",
        "charter show --as-of 2026-03-01 --known-at 2026-03-05T12:00 --json",
    ],
    params=[
        click.Option(["--as-of"], type=DAY, metavar="DAY", help="As it was in force at the end of a day. Else: now."),
        click.Option(["--known-at"], type=MOMENT, metavar="TIME", help="As the ledger knew it at a time. Else: now."),
        click.Option(["--format", "form"], type=OneOf(FORMS), default="text", help="As what."),
    ],
)
def show(as_of: date | None, known_at: datetime | None, form: str) -> None:
    """Read the charter in force, as a document."""
    from projections.charter_in_force import NothingInForce, in_force

    session = current()
    view = in_force(session.views, session.charter, _end_of(as_of) if as_of else None, known_at)
    if view is None:
        when = f"on {long_day(as_of)}" if as_of else "then" if known_at else "yet"
        raise NothingInForce(charter=session.charter, when=when)
    if session.as_json or form == "json":
        document(view)
    elif form == "html":
        from web.documents.page import page

        lines(page(view).splitlines())
    elif form == "pdf":
        from web.documents.pdf import pdf

        if sys.stdout.isatty():
            raise NotForAScreen
        click.echo(pdf(view), nl=False)
    elif form == "md":
        from web.documents.charter import markdown

        lines(markdown(view))
    else:
        from terminal.document import text

        lines(text(view))
        then(f"charter revision show {view.revision}", "charter revision diff")


def _end_of(day: date) -> datetime:
    """The last moment of a day where the charter lives."""
    session = current()
    state = session.ledger.charter(session.charter)
    if not state.opened:
        raise UnknownCharter(charter=session.charter)
    return state.standing.midnight(day + timedelta(days=1)) - timedelta(microseconds=1)
