"""The charter as one HTML page that needs nothing else: it reads well on a phone, in the dark and on paper."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from projections.charter_in_force import CharterView
from terminal.document import facts, since
from terminal.text import plain

STYLE = """
:root { color-scheme: light dark; }
body { font: 1.05rem/1.55 Georgia, "Times New Roman", serif; max-width: 42rem; margin: 3rem auto; padding: 0 1.2rem; }
header { margin-bottom: 3rem; }
h1 { font-size: 2.2rem; line-height: 1.15; margin: 0 0 .4rem; }
.style { font-size: 1.2rem; font-style: italic; margin: 0 0 1.2rem; }
.since, dt, .code { font: .85rem/1.5 system-ui, sans-serif; opacity: .8; }
.since { margin: 0; }
section { margin: 0 0 2.6rem; break-inside: avoid; }
h2 { font-size: 1.1rem; margin: 0; }
.code { font-weight: normal; white-space: nowrap; margin-left: .5rem; }
.statement { font-size: 1.45rem; line-height: 1.35; margin: .3rem 0 .9rem; }
dl { display: grid; grid-template-columns: 10rem 1fr; gap: .3rem 1rem; margin: 0; }
dd { margin: 0; grid-column: 2; }
dt { grid-column: 1; padding-top: .15rem; }
@media (max-width: 34rem) { dl { display: block; } dd { margin-bottom: .4rem; } }
@media print {
  @page { size: A4; margin: 16mm 18mm; }
  body { font-size: 9.5pt; margin: 0; max-width: none; padding: 0; }
  header { margin-bottom: 7mm; }
  section { margin-bottom: 5mm; }
  .statement { font-size: 12pt; margin: .5mm 0 1.5mm; }
  dl { gap: .5mm 4mm; }
}
"""


def html(view: CharterView) -> list[str]:
    """The page as lines; every word of the charter is escaped."""
    return [
        "<!doctype html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{_safe(view.brand)}: our promises, revision {view.revision}</title>",
        f"<style>{STYLE}</style>",
        "</head>",
        "<body>",
        "<header>",
        f"<h1>{_safe(view.brand)}</h1>",
        f'<p class="style">{_safe(view.style)}</p>',
        *(f'<p class="since">{_safe(sentence)}</p>' for sentence in since(view)),
        "</header>",
        "<main>",
        *_promises(view),
        "</main>",
        "</body>",
        "</html>",
    ]


def _promises(view: CharterView) -> Iterator[str]:
    for promise in view.promises:
        yield f'<section id="{_safe(promise.code)}">'
        yield f'<h2>{_safe(promise.title)}<span class="code">{_safe(promise.code)}</span></h2>'
        yield f'<p class="statement">{_safe(promise.statement)}</p>'
        yield "<dl>"
        for label, parts in facts(promise):
            yield f"<dt>{_safe(label)}</dt>"
            yield from (f"<dd>{_safe(part)}</dd>" for part in parts)
        yield "</dl>"
        yield "</section>"


def _safe(text: str) -> str:
    return escape(plain(text))
