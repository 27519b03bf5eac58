"""What of the ledger somebody may read, entry by entry: that of the charters they belong to, and their own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from weakref import WeakKeyDictionary

from charter.given import Actor
from charter.leaf import Row
from charter.ledger import Ledger
from charter.terms import BENCH
from web import rights

MOST = 200_000
"""Decisions whose charter is remembered; it never changes."""

_charters: WeakKeyDictionary[Ledger, dict[str, str]] = WeakKeyDictionary()


def charter_of(ledger: Ledger, decision: str) -> str | None:
    """The charter a decision belongs to; None where there is no such decision."""
    return charters_of(ledger, (decision,)).get(decision)


def charters_of(ledger: Ledger, decisions: Iterable[str]) -> Mapping[str, str]:
    """The charter that each of some decisions belongs to, where there is such a decision."""
    known = _charters.setdefault(ledger, {})
    wanted = set(decisions)
    missing = {f"decision/{decision}": 0 for decision in wanted if decision not in known}
    found = {decision: known[decision] for decision in wanted if decision in known}
    if missing:
        rows = ledger.entries_recorder.stream_rows(missing)
        fresh = {row[1].partition("/")[2]: _begun_under(row) for row in rows if row[2] == 1}
        if len(known) > MOST:
            known.clear()
        known |= fresh
        found |= fresh
    return found


def _begun_under(row: Row) -> str:
    """The charter in the first entry of a decision, which is no word of a person and never sealed."""
    charter: str = json.loads(row[5])["event"]["charter"]
    return charter


class Readable(NamedTuple):
    """An entry that may be read, and whether the words of people in it may be."""

    row: Row
    opened: bool


def readable(ledger: Ledger, actor: Actor, rows: Sequence[Row]) -> list[Readable]:
    """Those of some entries that somebody may read.

    Whoever belongs to a charter reads what was written about it and its decisions; the words of people in them are for
    its leaders and reviewers, as whole lists of them are. Admins read what was written about people, whose words are
    erased and by which keys it is signed; everybody reads what was written about themselves.
    """
    decisions = (row[1].partition("/")[2] for row in rows if row[1].startswith("decision/"))
    charters = charters_of(ledger, decisions)
    found = []
    for row in rows:
        kind, _, key = row[1].partition("/")
        if kind in ("decision", "charter"):
            charter = charters[key] if kind == "decision" else key
            if rights.belongs(actor, charter):
                found.append(Readable(row, actor.has_any(BENCH, charter)))
        elif rights.is_admin(actor) or row[1] == f"person/{actor.id}":
            found.append(Readable(row, opened=True))
    return found
