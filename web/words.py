"""The words of the pages, from their catalogue: another language is another file in `translations/`."""

from __future__ import annotations

import os
from gettext import NullTranslations, translation
from pathlib import Path

CATALOGUES = Path(__file__).parent / "translations"
LANGUAGE = os.environ.get("CHARTER_LANGUAGE") or "en"
"""The language of the pages; one server speaks one."""

translations: NullTranslations = translation("messages", CATALOGUES, [LANGUAGE], fallback=True)


def _(text: str) -> str:
    """A text of the pages in the reader's language."""
    return translations.gettext(text)


def ngettext(one: str, many: str, number: int) -> str:
    """A text of the pages for a number of things, in the reader's language."""
    return translations.ngettext(one, many, number)
