"""Plain text that fits the screen: widths, wrapping, tables and the few colours that mean something."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterable, Sequence
from functools import partial
from textwrap import wrap
from unicodedata import east_asian_width, normalize

import click

from projections.plain import JOINERS, one_line, plain

__all__ = [
    "NARROW",
    "PIPED",
    "WIDE",
    "alarm",
    "amber",
    "cells",
    "cut",
    "faint",
    "fitted",
    "one_line",
    "pad",
    "paragraph",
    "plain",
    "strong",
    "table",
    "width",
]

COMMAND = re.compile(r"(?:^\s*|(?<=: )|(?<=, then ))charter .*?(?=, then |\. [A-Z]|\.?$)|'charter [^']*'")
"""A command within a line, as it is copied: at its beginning, after a colon, or in quotes."""
NARROW, WIDE = 40, 100
PIPED = 80

strong = partial(click.style, bold=True)
faint = partial(click.style, dim=True)
amber = partial(click.style, fg="yellow")
alarm = partial(click.style, fg="red", bold=True)


def width() -> int:
    """The columns there are to write in: 80 when piped, else as many as the terminal has, within reason."""
    if not sys.stdout.isatty():
        return PIPED
    return max(NARROW, min(shutil.get_terminal_size((PIPED, 24)).columns, WIDE))


def cells(text: str) -> int:
    """How many columns a text takes; colours take none, wide characters two."""
    text = click.unstyle(text)
    if text.isascii():
        return len(text)
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in normalize("NFC", text) if char not in JOINERS)


def cut(text: str, columns: int) -> str:
    """The beginning of a text that takes at most so many columns, with … where something is left out."""
    if cells(text) <= columns:
        return text
    kept, used = [], 1
    for char in normalize("NFC", text):
        used += cells(char)
        if used > columns:
            break
        kept.append(char)
    return "".join(kept).rstrip() + "…"


def pad(text: str, columns: int, *, right: bool = False) -> str:
    """A text filled up with blanks to so many columns."""
    blanks = " " * (columns - cells(text))
    return blanks + text if right else text + blanks


def paragraph(text: str, *, indent: str = "", hanging: str | None = None, columns: int | None = None) -> list[str]:
    """A text as wrapped lines; line breaks in it are kept."""
    columns = columns or width()
    rest = indent if hanging is None else hanging
    lines: list[str] = []
    for part in plain(text).split("\n"):
        first = rest if lines else indent
        lines.extend(
            wrap(part, columns, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)
            or [first.rstrip()]
        )
    return lines


def fitted(words: str) -> str:
    """Words wrapped to the width, with their line breaks kept; a command or a path in them stays whole."""
    lines: list[str] = []
    for line in words.split("\n"):
        whole = COMMAND.sub(lambda command: command[0].replace(" ", "\0"), line)
        lines += wrap(whole, width(), break_long_words=False, break_on_hyphens=False) or [""]
    return "\n".join(lines).replace("\0", " ")


def table(
    headings: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    flexible: int | None = None,
    right: Sequence[int] = (),
    indent: str = "",
) -> list[str]:
    """Rows in aligned columns under their headings; the flexible column is cut so that all fits the width.

    A heading may take several lines.
    """
    body = [list(row) for row in rows]
    parts = [heading.split("\n") for heading in headings]
    high = max(map(len, parts))
    above = list(zip(*([""] * (high - len(part)) + part for part in parts), strict=True))
    widths = [max(map(cells, column)) for column in zip(*above, *body, strict=True)]
    if flexible is not None:
        others = sum(widths) - widths[flexible] + 2 * (len(widths) - 1) + cells(indent)
        widths[flexible] = max(min(widths[flexible], width() - others), min(widths[flexible], 12))

    def line(row: Sequence[str]) -> str:
        fitted = [cut(cell, widths[at]) if at == flexible else cell for at, cell in enumerate(row)]
        padded = [pad(cell, widths[at], right=at in right) for at, cell in enumerate(fitted)]
        return (indent + "  ".join(padded)).rstrip()

    return [*(faint(line(row)) for row in above), *map(line, body)]
