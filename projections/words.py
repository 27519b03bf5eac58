"""The words of a text, as they are searched for: without case, accents and signs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

LONGEST = 40
"""Characters of a word; what is longer is no word, but a key or a number, and is cut into pieces."""

_WORD = re.compile(rf"[^\W_]{{1,{LONGEST}}}")
# looked for at the beginning of words only: else 10,000 letters without a sign take 10,000 times 10,000 steps
_CODE = re.compile(r"(?<![^\W_])[^\W_]+(?:[-.][^\W_]+)+")
_SIGNS = str.maketrans("", "", "-.")


def words(text: str) -> list[str]:
    """The words in their order; any text is fine, and signs, operators and emoji separate words.

    Only letters and digits are left of a word, so that it means the same to every database and can never be taken for
    an operator: "Don't RE-BOOK, café!" gives don, t, re, book, cafe.
    """
    return _WORD.findall(_plain(text))


def code_words(codes: Iterable[str]) -> list[str]:
    """Codes as one word each, unlike any other: who looks for a refund does not mean all that cites REFUND-30."""
    return [f"0{_plain(code).translate(_SIGNS)}"[:LONGEST] for code in codes]


class Typed(NamedTuple):
    """What was typed: its words, and what may be a code as such, each once; and which of them may go on."""

    words: list[str]
    unfinished: set[str]


def typed(text: str) -> Typed:
    """The words of a text that is being typed; the last one may be unfinished where no space or sign follows."""
    plain, coded = words(text), _CODE.findall(text)
    found = dict.fromkeys((*plain, *code_words(coded)))
    last = plain[-1:] if text[-1:].isalnum() else []
    last_code = code_words(coded[-1:]) if coded and text.endswith(coded[-1]) else []
    return Typed(list(found), {*last, *last_code})


def _plain(text: str) -> str:
    text = text.casefold()
    if text.isascii():
        return text
    # letters and their accents come apart (Unicode's form KD), and the accents go
    apart = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).casefold()
