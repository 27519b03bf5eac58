"""Where the templates of pages are, and how they are read: what is put in is escaped, and nothing may be missing."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_eval_context
from jinja2.filters import do_join
from jinja2.nodes import EvalContext
from markupsafe import Markup

from web import words


def templates() -> Environment:
    """The templates with the words of their language; what else a page asks for is put in by who makes it.

    A phrase that is put in, by itself or into a text, is said in that language.
    """
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        finalize=words.said,
    )
    made.newstyle_gettext = True  # type: ignore[attr-defined]  # the extension's: texts are filled here, not there
    made.globals |= {"_": _text, "gettext": _text, "ngettext": _counted}
    made.filters |= {"said": words.said, "capitalize": words.begun, "join": _joined}
    return made


@pass_eval_context
def _joined(context: EvalContext, parts: Iterable[Any], separator: str = "") -> str:
    """Jinja's join, of phrases as they are said."""
    text: str = do_join(context, map(words.said, parts), separator)
    return text


def _text(text: str, /, **facts: Any) -> Markup:
    return _filled(words._(text), facts)


def _counted(one: str, many: str, number: int, /, **facts: Any) -> Markup:
    return _filled(words.ngettext(one, many, number), {"num": number} | facts)


def _filled(text: str, facts: dict[str, Any]) -> Markup:
    """A text of ours with what was put into it, escaped."""
    return Markup(text) % {name: words.in_words(fact) for name, fact in facts.items()}  # noqa: S704  # from the catalogue
