"""What the ledger holds of one person, as one HTML page to hand to them, which needs nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from charter.phrase import Phrase
from projections.subject_data import About, Said, SubjectData
from projections.wording import counted, decided
from web.documents.frame import framed, safe
from web.words import _

STYLE = """
:root { color-scheme: light dark; }
body { font: 1.05rem/1.55 Georgia, "Times New Roman", serif; max-width: 42rem; margin: 3rem auto; padding: 0 1.2rem; }
header { margin-bottom: 3rem; }
h1 { font-size: 2.2rem; line-height: 1.15; margin: 0 0 .4rem; }
.since, dt { font: .85rem/1.5 system-ui, sans-serif; opacity: .8; }
.since { margin: 0; }
section { margin: 0 0 2.6rem; break-inside: avoid; }
h2 { font-size: 1.1rem; margin: 0; }
dl { display: grid; grid-template-columns: 10rem 1fr; gap: .3rem 1rem; margin: 0; }
dd { margin: 0; grid-column: 2; }
dt { grid-column: 1; padding-top: .15rem; }
@media (max-width: 34rem) { dl { display: block; } dd { margin-bottom: .4rem; } }
@media print {
  @page { size: A4; margin: 16mm 18mm; }
  body { font-size: 9.5pt; margin: 0; max-width: none; padding: 0; }
  header { margin-bottom: 7mm; }
  section { margin-bottom: 5mm; }
  dl { gap: .5mm 4mm; }
}
.entry { margin: 1rem 0; }
.entry p { margin: 0; }
.when { font: .85rem/1.5 system-ui, sans-serif; opacity: .8; }
dl { margin-top: .3rem; }
dd { white-space: pre-wrap; }
"""


Shown = Callable[[datetime | None], str]
"""How a moment is written where the reader is."""


def page(data: SubjectData, now: datetime, shown: Shown) -> list[str]:
    """The page as lines; every word is escaped."""
    title = _("What is held of {name}").format(name=", ".join(data.names) or _("one person"))
    held = Phrase(
        "{entries} in {places}, as of {day}.",
        entries=counted(data.entries, "entry", "entries"),
        places=counted(len(data.about), "place", "places"),
        day=shown(now),
    )
    known = _("Known in the ledger as {subject}.").format(subject=data.subject)
    body = [
        "<header>",
        f"<h1>{safe(title)}</h1>",
        f'<p class="since">{safe(held)}</p>',
        f'<p class="since">{safe(known)}</p>',
        *_state(data, shown),
        "</header>",
        "<main>",
        *(line for about in data.about for line in _section(about, shown)),
        "</main>",
    ]
    return framed(title, STYLE, body)


def _state(data: SubjectData, shown: Shown) -> Iterator[str]:
    if data.erasure is not None:
        day = shown(data.erasure.completed_at)[:10] if data.erasure.completed_at else _("a day to come")
        erased = _("Erased on {day}, for: {reason}").format(day=day, reason=data.erasure.reason)
        yield f'<p class="since">{safe(erased)}</p>'
    if data.holds:
        held = _("Has to be kept: {holds}").format(holds=", ".join(data.holds))
        yield f'<p class="since">{safe(held)}</p>'


def _section(about: About, shown: Shown) -> Iterator[str]:
    where = about.where
    kind, key = where.stream.split("/", 1)
    titles = {
        "decision": _("Request {id}").format(id=key[:8]),
        "charter": _("Deliberation on the charter {id}").format(id=key),
        "person": _("Who writes here: {id}").format(id=key),
    }
    code = f' <span class="code">{safe(where.charter)}</span>' if kind == "decision" and where.charter else ""
    yield "<section>"
    yield f"<h2>{safe(titles[kind])}{code}</h2>"
    if about.answered is not None:
        yield f'<p class="statement">{safe(decided(about.answered))}</p>'
    for entry in about.entries:
        yield from _entry(entry, shown)
    yield "</section>"


def _entry(entry: Said, shown: Shown) -> Iterator[str]:
    yield '<div class="entry">'
    yield f'<p><span class="when">{safe(shown(entry.at))}</span> {safe(entry.sentence)}</p>'
    if entry.words:
        yield "<dl>"
        for words in entry.words:
            yield f"<dt>{safe(_(words.label.replace('_', ' ')))}</dt><dd>{safe(words.text)}</dd>"
        yield "</dl>"
    yield "</div>"
