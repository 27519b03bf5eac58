"""The words of a text, as they are searched for: without case, accents and signs."""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"[^\W_]{1,40}")  # what is longer is no word, but a key or a number: it is cut into pieces


def words(text: str) -> list[str]:
    """The words in their order; any text is fine, and signs, operators and emoji separate words.

    Only letters and digits are left of a word, so that it means the same to every database and can never be taken for
    an operator: "Don't RE-BOOK, café!" gives don, t, re, book, cafe.
    """
    text = text.casefold()
    if not text.isascii():
        # letters and their accents come apart (Unicode's form KD), and the accents go
        text = "".join(
            sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign)
        ).casefold()
    return _WORD.findall(text)
