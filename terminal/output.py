"""What goes where: data to standard output, words about it to standard error, the next command only to a person."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from typing import Any

import click

from projections.values import plain_value
from terminal.session import Session, current
from terminal.text import faint, paragraph

STEERING = re.compile("[\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What JSON leaves as it is although a terminal may obey it."""


def lines(written: Iterable[str]) -> None:
    """Print lines of data."""
    click.echo("\n".join(written))


def say(words: str) -> None:
    """Print a sentence of data, wrapped."""
    lines(paragraph(words))


def tell(words: str) -> None:
    """Print a sentence about the work to standard error."""
    click.echo(words, err=True)


def then(*commands: str) -> None:
    """Keep the next useful commands; they are shown when all else is said."""
    current().next_commands = commands


def show_next(session: Session) -> None:
    """Show the next useful commands, if a person is reading."""
    if sys.stderr.isatty() and sys.stdout.isatty() and not session.as_json:
        for place, command in enumerate(session.next_commands):
            click.echo(faint(("Next: " if place == 0 else "      ") + command), err=True)


def document(value: Any) -> None:
    """Print a value as one JSON document; field names are those of the product, times are in UTC."""
    text = json.dumps(plain_value(value), ensure_ascii=False, indent=2)
    click.echo(STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text))
