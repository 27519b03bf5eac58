"""The codes and the people that a filter may ask for, offered while somebody types."""

from __future__ import annotations

from typing import NamedTuple

from charter.charters.promise import codes
from web.site import Site

MOST = 500
"""People who are offered; anybody else is found by typing their whole id."""


class Names(NamedTuple):
    """What is known under a charter."""

    promises: tuple[str, ...]
    limits: tuple[str, ...]
    people: tuple[str, ...]


def names_of(site: Site, charter: str) -> Names:
    """Every promise and limit the charter ever had, and the people registered here."""
    state = site.ledger.charter(charter)
    found: set[str] = {*state.last_limit, *state.draft}
    for wording in (tuple(state.draft.values()), *(revision.promises for revision in state.revisions.values())):
        found = found.union(*codes(wording))
    promises = sorted(code for code in found if "." not in code)
    limits = sorted(code for code in found if "." in code)
    return Names(tuple(promises), tuple(limits), tuple(sorted(site.ledger.people())[:MOST]))
