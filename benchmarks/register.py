"""The view that raw SQL and the peers project to: one row per decision, as a register of decisions would show it."""

from collections.abc import Mapping
from typing import Any

CREATE = """CREATE TABLE register (id TEXT PRIMARY KEY, charter TEXT, answer TEXT, ground TEXT, effect TEXT, cited TEXT,
    rep TEXT, revision INTEGER, received_at TEXT, decided_at TEXT, request TEXT)"""
COLUMNS = ("charter", "answer", "ground", "effect", "cited", "rep", "revision", "received_at", "decided_at", "request")
SQLITE_INSERT = f"INSERT INTO register VALUES ({', '.join('?' * (len(COLUMNS) + 1))})"  # noqa: S608  # nobody's input
POSTGRES_INSERT = SQLITE_INSERT.replace("?", "%s")

Row = tuple[Any, ...]


def row_of_fields(key: str, fields: Mapping[str, Any]) -> Row:
    """The row of a decision that was read into a dict, with its times as text."""
    return (
        key,
        fields["charter"],
        fields["answer"],
        fields["ground"],
        fields["effect"],
        fields["cited"][0],
        fields["rep"],
        fields["revision"],
        fields["received_at"],
        fields["decided_at"],
        fields["request"],
    )


def row_of_event(event: Any) -> Row:
    """The row of a decision that was read into an object with the same fields, its times being datetimes."""
    return (
        event.originator_id.hex,
        event.charter,
        event.answer,
        event.ground,
        event.effect,
        event.cited[0],
        event.rep,
        event.revision,
        event.received_at.isoformat(),
        event.decided_at.isoformat(),
        event.request,
    )
