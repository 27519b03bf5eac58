"""The sentence that opens the integrity history, with a link from each figure in it to what the figure counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from markupsafe import Markup, escape

from charter.phrase import Phrase
from projections.integrity_history import Figure, Mark
from projections.integrity_sentence import Sum
from web.words import in_words, template


def linked(said: Any, address: Callable[[Mark | Figure], str]) -> Markup:
    """A phrase in the reader's language, as HTML in which each number leads to the address of what it counts."""
    match said:
        case Sum():
            return Markup('<a href="{}">{}</a>').format(address(said.mark), said)
        case Phrase():
            facts = {name: linked(fact, address) for name, fact in said.facts.items()}
            return escape(template(said)).format(**facts)
        case _:
            return escape(in_words(said))
