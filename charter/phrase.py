"""English that can be said in another language: a phrase knows the template it was made from, and what fills it.

Nothing that writes or reads the ledger knows a language. What it says is a phrase where somebody will read it, so that
whoever shows it can translate the template, then fill it. A phrase is its English text to everybody else.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from typing import Any, Self


class Phrase(str):
    """A text made from a template with named places; `many` is the template for a number that is not 1."""

    __slots__ = ("facts", "many", "number", "template")
    template: str
    facts: dict[str, Any]
    many: str
    number: int

    def __new__(cls, template: str, many: str = "", number: int = 1, /, **facts: Any) -> Self:
        """A phrase; what fills it may be phrases too. Raises KeyError where something is missing."""
        made = super().__new__(cls, (many if many and number != 1 else template).format(**facts))
        made.template, made.many, made.number, made.facts = template, many, number, facts
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[str, str, int], dict[str, Any]]:
        return (self.template, self.many, self.number), self.facts


def plural(one: str, many: str, number: int, /, **facts: Any) -> Phrase:
    """A phrase about a number of things, which its templates call {number}: 1 entry, 1,200 entries."""
    return Phrase(one, many, number, **{"number": f"{number:,}"} | facts)


def joined(separator: str, parts: Iterable[str]) -> Phrase:
    """Phrases in a row, with what stands between them in every language."""
    placed = {f"part{number}": part for number, part in enumerate(parts)}
    return Phrase(separator.join(f"{{{name}}}" for name in placed), **placed)


def either(parts: Iterable[str]) -> str:
    """Phrases of which one is meant: a or b or c."""
    return reduce(lambda one, other: Phrase("{one} or {other}", one=one, other=other), parts)
