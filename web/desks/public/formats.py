"""The forms a charter is handed out in, how one is asked for, and what its pages say of days and changes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Literal

from markupsafe import Markup, escape

from projections.charter_in_force import CharterView
from projections.diff import Mark, Segment
from projections.plain import plain
from web.documents.charter import as_json, markdown

Form = Literal["html", "md", "json", "pdf"]
TYPES: dict[str, Form] = {
    "text/html": "html",
    "text/markdown": "md",
    "application/json": "json",
    "application/pdf": "pdf",
}
LEAP_DAY = (2, 29)
SUFFIXES: dict[str, Form] = {"md": "md", "json": "json", "pdf": "pdf"}


def suffix(name: str) -> tuple[str, Form | None]:
    """A name without the suffix that asks for a form, and that form; None where there is no such suffix."""
    stem, dot, end = name.rpartition(".")
    return (stem, SUFFIXES[end]) if dot and stem and end in SUFFIXES else (name, None)


def accepted(accept: str) -> Form:
    """The form that an Accept header likes best of those there are (RFC 9110, 12.5.1); a page where it does not say."""
    wanted: dict[str, float] = {}
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        wanted[name] = min((_quality(one) for one in parameters if one.startswith("q=")), default=1.0)
    best = max(TYPES, key=lambda name: wanted.get(name, 0.0))
    return TYPES[best] if wanted.get(best, 0.0) > 0 else "html"


def written(view: CharterView, form: Form, address: str) -> tuple[bytes, str]:
    """A charter in a form, with its media type; `address` is where it is read on the web. Raises NoLetters."""
    match form:
        case "md":
            return ("\n".join(markdown(view)) + "\n").encode(), "text/markdown; charset=utf-8"
        case "json":
            return f"{as_json(view)}\n".encode(), "application/json"
        case _:
            from web.documents.pdf import pdf

            return pdf(view, address), "application/pdf"


def side(segments: Iterable[Segment], mark: Mark) -> Markup:
    """One side of a change: what was kept, with what was removed or what was added marked in it."""
    tags = {Mark.REMOVED: "del", Mark.ADDED: "ins"}
    shown = (one for one in segments if one.mark in (Mark.KEPT, mark))
    return Markup().join(_tagged(plain(one.text), tags.get(one.mark)) for one in shown) or Markup("—")


def a_year_before(day: date) -> date:
    """The first of the twelve months that end with a day."""
    month, number = day.month, day.day
    same = day.replace(year=day.year - 1, day=28 if (month, number) == LEAP_DAY else number)
    return same + timedelta(days=1)


def _tagged(text: str, tag: str | None) -> Markup:
    """A text in a tag, without the space around it, which reads badly when it is struck out."""
    words = text.strip()
    if tag is None or not words:
        return escape(text)
    before, _, after = text.partition(words)
    return Markup("{}<{}>{}</{}>{}").format(before, tag, words, tag, after)


def _quality(parameter: str) -> float:
    try:
        return float(parameter.removeprefix("q="))
    except ValueError:
        return 0.0
