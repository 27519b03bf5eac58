"""A page that needs nothing else: one file, which loads nothing and runs nothing wherever it is opened."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from projections.plain import plain
from web.words import LANGUAGE, said


def framed(title: str, style: str, body: Iterable[str]) -> list[str]:
    """A whole page as lines, around the lines of its body; the title is escaped here, the body by whoever gives it."""
    return [
        "<!doctype html>",
        f'<html lang="{escape(LANGUAGE)}">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>{safe(title)}</title>",
        f"<style>{style}</style>",
        "</head>",
        "<body>",
        *body,
        "</body>",
        "</html>",
    ]


def safe(text: object) -> str:
    """Text in the reader's language, without markup, and without what could turn a line of it around."""
    return escape(plain(str(said(text))))
