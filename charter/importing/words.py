"""Codes, short names and ids, made in the same way of whatever a charter file or a decision file writes."""

import re
import unicodedata
from functools import lru_cache
from hashlib import sha256

LONGEST = 60
_LIMIT = re.compile(r"\.[1-9][0-9]{0,2}$")
_NOT_IN_CODE = re.compile(r"[^A-Z0-9]+")
_NOT_IN_SLUG = re.compile(r"[^a-z0-9.]+")
_SEPARATORS = re.compile(r"[.-]*-[.-]*|\.{2,}")


@lru_cache(maxsize=4_096)
def code(text: str, *, limits: bool = False) -> str | None:
    """The code for a promise's id or name: "Children's Interests" becomes CHILDRENS-INTERESTS; None if nothing is left.

    With `limits` an ending such as .2 is kept, and REFUND-30.2 is the second limit of REFUND-30; without, it reads
    REFUND-30-2, as a promise numbered like a section of a document.
    """
    ending = _LIMIT.search(text) if limits else None
    stem = text[: ending.start()] if ending else text
    made = _cut(_NOT_IN_CODE.sub("-", _plain(stem).upper()).strip("-")).upper()
    return made + (ending[0] if ending else "") if made else None


@lru_cache(maxsize=4_096)
def slug(text: str) -> str | None:
    """The short name for a charter's id: "foi-ON-M" becomes foi-on-m; None if nothing is left."""
    made = _SEPARATORS.sub("-", _NOT_IN_SLUG.sub("-", _plain(text).lower())).strip(".-")
    return _cut(made) or None


def case_id(source: str, row: str) -> str:
    """The id of the decision that a row of a source becomes: the same for the same row, whenever it is imported."""
    return sha256(f"{source}\n{row}".encode(errors="surrogatepass")).hexdigest()[:32]


def _plain(text: str) -> str:
    """Letters without their accents, apostrophes gone."""
    folded = unicodedata.normalize("NFKD", text.replace("'", "").replace("\u2019", ""))
    return folded.encode("ascii", "ignore").decode()


def _cut(made: str) -> str:
    """At most `LONGEST` characters; what is cut off leaves a check of the whole, so that two names stay two."""
    if len(made) <= LONGEST:
        return made
    return f"{made[: LONGEST - 9].rstrip('.-')}-{sha256(made.encode()).hexdigest()[:8]}"
