"""What the integrity history is made of: a mark for each thing that shows integrity or its loss, and their sums.

Each mark counts in tallies: among all marks of its year, month and day, among those that cite the same, and among those
of the same person. So a question about many years adds up a few hundred numbers and opens no mark.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, Table

from projections.stored import Text

metadata = MetaData()


class Mark(StrEnum):
    """What a mark says."""

    NO = "no"
    PARTLY = "partly"
    YES = "yes"
    UPHELD = "upheld"
    BENT = "bent"
    BROKEN = "broken"
    APPEALED = "appealed"
    STANDS = "upheld after appeal"
    OVERTURNED = "overturned"
    NOT_IN_FORCE = "cites what was not in force"
    WRONG_REVISION = "names a revision that was not in force"
    REVISION = "revision"


class Figure(StrEnum):
    """A figure that counts a part of the marks of a kind, or one mark of each decision."""

    DECISIONS = "first answer"
    TO_STAY_TRUE = "no to stay true"
    OVERTURNED_NOES = "overturned no"


COUNTER = {
    Mark.NO: "noes",
    Mark.PARTLY: "partly",
    Mark.YES: "yes",
    Mark.UPHELD: "upheld",
    Mark.BENT: "bent",
    Mark.BROKEN: "broken",
    Mark.APPEALED: "appealed",
    Mark.STANDS: "stood",
    Mark.OVERTURNED: "overturned",
    Mark.NOT_IN_FORCE: "not_in_force",
    Mark.WRONG_REVISION: "wrong_revision",
}
"""The counter of each kind of mark; a revision is not counted."""

COUNTERS = ("decisions", *COUNTER.values(), "overturned_noes")

NONE = " "
"""Stands for nobody and for no citation in the tallies, where empty text stands for everybody and for any."""


def _facts() -> list[Column[Any]]:
    return [
        Column("at", Text, nullable=False, comment="when it happened; empty: not known"),
        Column("day", Text, nullable=False, comment="the day of that in the charter's zone"),
        Column("charter", Text, nullable=False),
        Column("decision", Text, comment="none for a revision"),
        Column("answer", Text, comment="the answer the mark is about"),
        Column("ground", Text),
        Column("rep", Text, comment="who gave that answer"),
        Column("cited", Text, nullable=False, comment="codes, a space before and after each"),
        Column("revision", Integer, comment="of a revision: its number"),
        Column("label", Text, comment="of a revision that was brought in: what its source called it"),
        Column("first", Boolean, nullable=False, comment="whether it is the decision's first: these count decisions"),
    ]


MARK = Table(
    "integrity_mark",
    metadata,
    Column(
        "position", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, comment="the entry that made it"
    ),
    Column("kind", Text, primary_key=True),
    Column("known_from", Text, nullable=False),
    *_facts(),
)
_c = MARK.c
# what is filtered, grouped and counted by stands in the indexes, so that no mark is opened that is not shown
_FACETS = (_c.charter, _c.ground, _c.day)
_COUNTED = (_c.answer, _c.first)
Index("integrity_by_time", _c.at, _c.position, _c.kind, *_FACETS, _c.rep, *_COUNTED)
Index("integrity_by_kind", _c.kind, _c.at, _c.position, *_FACETS, _c.rep)
Index("integrity_by_rep", _c.rep, _c.at, _c.position, _c.kind, *_FACETS, _c.cited, *_COUNTED)

PAST = Table(
    "integrity_mark_past",
    metadata,
    Column("position", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("known_from", Text, primary_key=True),
    Column("known_until", Text, nullable=False),
    *_facts(),
)
CITED = Table(
    "integrity_cited",
    metadata,
    Column("code", Text, primary_key=True, comment="what is cited, and for a limit its promise, too"),
    Column("at", Text, primary_key=True),
    Column("position", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("kind", Text, primary_key=True),
    sqlite_with_rowid=False,
)


def _tally(name: str, *whose: Column[Any]) -> Table:
    return Table(
        name,
        metadata,
        *whose,
        Column("code", Text, primary_key=True, comment="empty: whatever is cited"),
        Column("period", Text, primary_key=True, comment="2026, 2026-11 or 2026-11-22; empty: not known"),
        Column("charter", Text, primary_key=True),
        Column("ground", Text, primary_key=True, comment="empty: without one"),
        *(Column(counter, Integer, nullable=False) for counter in COUNTERS),
        sqlite_with_rowid=False,
    )


YEARS, MONTHS = (
    _tally(name, Column("rep", Text, primary_key=True, comment="empty: whoever decided"))
    for name in ("integrity_years", "integrity_months")
)
DAYS = _tally("integrity_days")
"""What one person did is told apart by month and year only: in a few days it is little enough to be looked through."""

CASE = Table(
    "integrity_case",
    metadata,
    Column("decision", Text, primary_key=True),
    Column("charter", Text, nullable=False),
    Column("answer", Text),
    Column("ground", Text),
    Column("rep", Text),
    Column("cited", Text, nullable=False),
    Column("marks", Text, nullable=False, comment="position:kind of each mark about the answer as it is, one a line"),
)
REVISION = Table(
    "integrity_revision",
    metadata,
    Column("charter", Text, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("position", BigInteger, nullable=False),
)
ZONE = Table(
    "integrity_zone", metadata, Column("charter", Text, primary_key=True), Column("zone", Text, nullable=False)
)
