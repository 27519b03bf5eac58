"""The codes that come nearest to one that is not there: those that begin so, then those written much like it."""

from collections.abc import Collection
from difflib import get_close_matches

MOST = 3


def near(code: str, known: Collection[str]) -> list[str]:
    """At most three codes, the likeliest first; of those that begin with what was typed, the shorter first."""
    begun = sorted((other for other in known if other.startswith(code)), key=lambda other: (len(other), other))
    alike = get_close_matches(code, known, n=MOST)
    return [*dict.fromkeys(begun + alike)][:MOST]
