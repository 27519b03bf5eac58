"""The words of the pages, from their catalogue: another language is another file in `translations/`."""

from __future__ import annotations

import os
from datetime import date
from enum import StrEnum
from gettext import NullTranslations, translation
from pathlib import Path
from typing import Any

from charter.phrase import Phrase
from projections.plain import long_day
from projections.wording import words

CATALOGUES = Path(os.environ.get("CHARTER_TRANSLATIONS") or Path(__file__).parent / "translations")
LANGUAGE = os.environ.get("CHARTER_LANGUAGE") or "en"
"""The language of the pages; one server speaks one."""

translations: NullTranslations = translation("messages", CATALOGUES, [LANGUAGE], fallback=True)


def _(text: str) -> str:
    """A text of the pages in the reader's language."""
    return translations.gettext(text) if text else ""


def later(text: str) -> str:
    """A text that stands in the catalogue and is translated by `_` when it is shown."""
    return text


def ngettext(one: str, many: str, number: int) -> str:
    """A text of the pages for a number of things, in the reader's language."""
    return translations.ngettext(one, many, number)


def said(value: Any) -> Any:
    """What is read, in the reader's language where it is a phrase; anything else as it is."""
    if not isinstance(value, Phrase):
        return value
    return template(value).format(**{name: in_words(fact) for name, fact in value.facts.items()})


def begun(text: str) -> str:
    """What is read, as a sentence begins with it."""
    text = said(text)
    return text[:1].upper() + text[1:]


def template(phrase: Phrase) -> str:
    """What a phrase is made from, in the reader's language."""
    return ngettext(phrase.template, phrase.many, phrase.number) if phrase.many else _(phrase.template)


def in_words(fact: Any) -> Any:
    """What stands inside a sentence: a fixed value, too, is read in words, and a day as 22 November 2026."""
    if isinstance(fact, date):
        fact = long_day(fact)
    return said(words(fact) if isinstance(fact, StrEnum) else fact)
