"""What the ledger holds of one person, as one HTML page to hand to them, which needs nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from html import escape

from projections.subject_data import About, Said, SubjectData
from terminal.page import STYLE
from terminal.text import counted, plain
from terminal.times import shown
from terminal.wording import decided

MORE = """
.entry { margin: 1rem 0; }
.entry p { margin: 0; }
.when { font: .85rem/1.5 system-ui, sans-serif; opacity: .8; }
dl { margin-top: .3rem; }
dd { white-space: pre-wrap; }
"""


def page(data: SubjectData, now: datetime) -> list[str]:
    """The page as lines; every word is escaped."""
    names = ", ".join(data.names) or "one person"
    entries = counted(data.entries, "entry", "entries")
    return [
        "<!doctype html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>What is held of {_safe(names)}</title>",
        f"<style>{STYLE}{MORE}</style>",
        "</head>",
        "<body>",
        "<header>",
        f"<h1>What is held of {_safe(names)}</h1>",
        f'<p class="since">{entries} in {counted(len(data.about), "place")}, as of {_safe(shown(now))}.</p>',
        f'<p class="since">Known in the ledger as {_safe(data.subject)}.</p>',
        *_state(data),
        "</header>",
        "<main>",
        *(line for about in data.about for line in _section(about)),
        "</main>",
        "</body>",
        "</html>",
    ]


def _state(data: SubjectData) -> Iterator[str]:
    if data.erasure is not None:
        day = shown(data.erasure.completed_at)[:10] if data.erasure.completed_at else "a day to come"
        yield f'<p class="since">Erased on {_safe(day)}, for: {_safe(data.erasure.reason)}</p>'
    if data.holds:
        yield f'<p class="since">Has to be kept: {_safe(", ".join(data.holds))}</p>'


def _section(about: About) -> Iterator[str]:
    where = about.where
    kind, _, key = where.stream.partition("/")
    titles = {"decision": "Request", "charter": "Deliberation on the charter", "person": "Who writes here:"}
    code = f' <span class="code">{_safe(where.charter)}</span>' if kind == "decision" and where.charter else ""
    yield "<section>"
    yield f"<h2>{titles[kind]} {_safe(key[:8] if kind == 'decision' else key)}{code}</h2>"
    if about.answered is not None:
        yield f'<p class="statement">{_safe(decided(about.answered))}</p>'
    for entry in about.entries:
        yield from _entry(entry)
    yield "</section>"


def _entry(entry: Said) -> Iterator[str]:
    yield '<div class="entry">'
    yield f'<p><span class="when">{_safe(shown(entry.at))}</span> {_safe(entry.sentence)}</p>'
    if entry.words:
        yield "<dl>"
        for words in entry.words:
            yield f"<dt>{_safe(words.label.replace('_', ' '))}</dt><dd>{_safe(words.text)}</dd>"
        yield "</dl>"
    yield "</div>"


def _safe(text: str | None) -> str:
    return escape(plain(text or ""))
