"""What a decision cites, as one text: the codes of promises and limits with a space before and after each."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import ColumnElement, or_


def spaced(cited: Sequence[str]) -> str:
    """Codes as one text; empty for none."""
    return f" {' '.join(cited)} " if cited else ""


@lru_cache(maxsize=8_192)
def codes(cited: str) -> tuple[str, ...]:
    """What is cited, and of each limit the promise it belongs to: REFUND-30.2 cites REFUND-30, too."""
    found = cited.split()
    return tuple(dict.fromkeys((*found, *(code.partition(".")[0] for code in found))))


def cites(cited: ColumnElement[str], code: str) -> ColumnElement[bool]:
    """Whether such a text cites a limit, or a promise by itself or by one of its limits."""
    itself = cited.contains(f" {code} ", autoescape=True)
    return itself if "." in code else or_(itself, cited.contains(f" {code}.", autoescape=True))
