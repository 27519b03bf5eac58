"""The charter as one HTML page that needs nothing else: it reads well on a phone, in the dark and on paper."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from markupsafe import Markup

from projections.charter_in_force import CharterView
from web.documents.charter import document
from web.templating import templates
from web.words import LANGUAGE

STYLE = Path(__file__).parent.parent / "static" / "public.css"
_TEMPLATES = cache(templates)


def page(view: CharterView) -> str:
    """The whole page, with its style in it; every word of the charter is escaped."""
    style = Markup(STYLE.read_text("utf-8"))  # noqa: S704  # our own file
    return (
        _TEMPLATES()
        .get_template("public/alone.html")
        .render(article=article(view, linked=False), style=style, view=view, language=LANGUAGE)
    )


def article(view: CharterView, *, linked: bool = True) -> Markup:
    """The charter as a part of a page; `linked`: whether the code of a promise leads to its place on the page."""
    drawn = _TEMPLATES().get_template("public/article.html").render(charter=document(view), linked=linked)
    return Markup(drawn)  # noqa: S704  # the template escapes
