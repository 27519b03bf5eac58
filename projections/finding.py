"""Finds whose data is meant, however that is said, and sees to it that a reason which stays does not name them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress

from charter.decisions.refusals import UnknownDecision
from charter.ledger import Ledger, ManyDecisions
from charter.message import Refused
from projections.erased import people_in
from projections.subject_data import SubjectData

SHORTEST = 3
"""Letters of a word from which on it may tell who somebody is."""


class ReasonNamesThem(Refused):
    """The reason names the person ({word}), and it stays when they are erased. Say it without that."""


def meant(ledger: Ledger, who: str) -> list[str]:
    """The people that may be meant, by the ids of their data.

    They are found by the customer as logged, somebody's id or name, the id of a decision, or that of the data itself.
    """
    return list(dict.fromkeys(_meant(ledger, who.strip())))


def _meant(ledger: Ledger, who: str) -> Iterator[str]:
    plain = who.lower()
    if len(plain) == 32 and (ledger.vault.known(plain) != "missing" or ledger.streams_of(plain)):
        yield plain
        return
    if plain and set(plain) <= set("0123456789abcdef"):
        with suppress(UnknownDecision, ManyDecisions):  # a customer's number may look like the beginning of an id
            yield from people_in(ledger.stream(f"decision/{ledger.find_decision(plain)}"))
    yield from people_in(ledger.stream(f"person/{plain}"))
    for kind in ("customer", "person"):
        known = ledger.vault.find(kind, who)
        if known is not None:
            yield known


def without_names(reason: str, data: SubjectData) -> None:
    """Raises ReasonNamesThem for a name, ticket or address of theirs, or a word of one: nobody can erase the reason."""
    said = (words for about in data.about for entry in about.entries for words in entry.words)
    naming = [*data.names, *(words.text for words in said if words.label in ("ticket", "contact"))]
    spoken = reason.casefold()
    in_reason = set(re.findall(r"\w+", spoken))
    for name in map(str.casefold, naming):
        parts = {part for part in re.findall(r"\w+", name) if len(part) >= SHORTEST}
        if len(name) >= SHORTEST and name in spoken:
            parts.add(name)
            in_reason.add(name)
        if found := (parts or {name}) & in_reason:
            raise ReasonNamesThem(word=" ".join(max(found, key=len).split()))
