"""What the tables of views hold, and a small view of our own to try the engine with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from sqlalchemy import Boolean, Column, Index, Integer, MetaData, Table, select

from charter.decisions.events import DecisionEvent, DecisionMade, DecisionReversed, RequestLogged
from charter.message import Entry
from projections.engine import Key, Projection, Rows, Views, continued, stored_names
from projections.stored import Text

metadata = MetaData()
CASES = Table(
    "try_cases",
    metadata,
    Column("id", Text, primary_key=True),
    Column("answer", Text),
    Column("open", Boolean, nullable=False),
    Index("try_cases_by_answer", "answer"),
)
ANSWERS = Table(
    "try_answers",
    metadata,
    Column("answer", Text, primary_key=True),
    Column("cases", Integer, nullable=False),
    Column("reversed", Integer, nullable=False),
)


class Answers(Projection):
    """Which answers there are, and how many of each; a reversed one counts no more."""

    name: ClassVar = "answers"
    version: ClassVar = 1
    events: ClassVar = stored_names(DecisionEvent)
    tables: ClassVar = (CASES, ANSWERS)

    def needed(self, entries: Sequence[Entry]) -> Mapping[Table, set[Key]]:
        return {CASES: continued(entries)}

    def apply(self, rows: Rows, entry: Entry) -> None:
        match entry.event:
            case RequestLogged():
                rows.append(CASES, {"id": entry.key, "open": True})
            case DecisionMade() as event:
                rows.put(CASES, {"id": entry.key, "answer": event.answer, "open": False})
                rows.add(ANSWERS, {"answer": event.answer}, cases=1)
            case DecisionReversed() as event:
                before = rows.get(CASES, entry.key)
                assert before is not None
                rows.put(CASES, {**before, "answer": event.answer})
                rows.add(ANSWERS, {"answer": before["answer"]}, cases=-1)
                rows.add(ANSWERS, {"answer": event.answer}, cases=1, reversed=1)
            case _:
                pass


def answers(views: Views, projection: Projection) -> dict[str, int]:
    """The answers as they are read: by name."""
    with views.reading(projection) as connection:
        return {row.answer: row.cases for row in connection.execute(select(ANSWERS))}


def everything(views: Views) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables that are kept, as they are read."""
    with views.reading(*views.projections) as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for projection in views.projections
            for table in projection.tables
        }
