"""The charter as a PDF that a screen reader can read (PDF/UA-1), made for two sides of A4.

It is set by typst. What the charter says goes in as data, so no word of it can be read as markup, and the same charter
gives the same bytes. The letters are those of the fonts in typst; only where they lack one are the computer's own used.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path

import typst

from charter.message import Refused
from projections.charter_in_force import CharterView
from projections.plain import one_line
from web.documents.charter import Clause, document
from web.words import LANGUAGE, _

TEMPLATE = Path(__file__).with_name("charter.typ")
LEFT = ("measure", "remedy", "owner")
"""The facts in the left column."""
_MISSING = re.compile(r'the text `?"?(?P<text>.+?)"?`? could not be displayed with font')


class NoLetters(Refused):
    """No font on this computer can show {text}, so there is no PDF that everybody could read.
    Install one that has it, such as the Noto fonts, or take the page or the Markdown."""


@lru_cache(maxsize=64)
def pdf(view: CharterView, address: str = "") -> bytes:
    """The charter as a PDF; `address` is where it is read on the web, for its foot. Raises NoLetters."""
    data = json.dumps(_data(view, address), ensure_ascii=False)
    try:
        return _set(data, only_own_fonts=True)
    except typst.TypstError as error:
        if not _lacks_letters(error):
            raise
    try:
        return _set(data, only_own_fonts=False)
    except typst.TypstError as error:
        if not _lacks_letters(error):
            raise
        found = _MISSING.search(str(error))
        raise NoLetters(text=found["text"] if found else _("a letter of it")) from None


def _set(data: str, *, only_own_fonts: bool) -> bytes:
    return typst.compile(
        TEMPLATE,
        format="pdf",
        root=TEMPLATE.parent,
        ignore_system_fonts=only_own_fonts,
        sys_inputs={"data": data},
        pdf_standards="ua-1",
    )


def _lacks_letters(error: typst.TypstError) -> bool:
    return _MISSING.search(str(error)) is not None


def _data(view: CharterView, address: str) -> dict[str, object]:
    found = document(view)
    brand = found.brand
    return {
        "lang": LANGUAGE,
        "heading": _("{brand}: our promises, revision {number}").format(brand=brand, number=found.revision),
        "brand": brand,
        "style": found.style,
        "since": found.since,
        "foot": " · ".join(
            filter(None, [brand, _("Revision {number}").format(number=found.revision), one_line(address)])
        ),
        "page": _("Page {page} of {pages}"),
        "clauses": [_clause(clause) for clause in found.clauses],
    }


def _clause(clause: Clause) -> dict[str, object]:
    """A promise with its facts in two columns: what it takes to keep it, and what is said no to for it."""
    told: dict[bool, list[object]] = {True: [], False: []}
    for fact in clause.facts:
        told[fact.name in LEFT].append(asdict(fact))
    return asdict(clause) | {"left": told[True], "right": told[False]}
