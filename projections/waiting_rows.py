"""What the list of what waits is made of: a row for each request that has no answer, in the order it is to be taken."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, MetaData, Table

from charter.decisions.events import (
    DecisionMade,
    InformationAsked,
    RequestEscalated,
    RequestLogged,
    RequestTriaged,
    RequestWithdrawn,
)
from charter.decisions.state import Stage
from charter.message import Entry
from charter.terms import Level
from projections.days import stamp_or_empty
from projections.engine import Row, Rows
from projections.stored import Text

WAITING = Table(
    "register_waiting",
    MetaData(),
    Column("id", Text, primary_key=True),
    Column("charter", Text, nullable=False),
    Column("turn", Integer, nullable=False, comment="0 for what is urgent, then 1, 2, 3"),
    Column("since", Text, nullable=False, comment="when the customer asked; empty: not known"),
    Column("stage", Text, nullable=False),
    Column("urgency", Text, comment="as triage found it"),
    Column("risk", Text),
    Column("department", Text),
    Column("handed_to", Text),
)
_c = WAITING.c
Index("register_waiting_in_turn", _c.charter, _c.turn, _c.since, _c.id, _c.stage, _c.handed_to)

_TURN = {Level.HIGH: 0, Level.MEDIUM: 1, None: 2, Level.LOW: 3}


def wait(rows: Rows, entry: Entry) -> None:
    """From an entry on, let a request wait, wait in another place, or wait no more."""
    match entry.event:
        case RequestLogged() as event:
            since = stamp_or_empty(event.received_at)
            waits = {"charter": event.charter, "turn": _TURN[None], "since": since, "stage": Stage.OPEN}
            rows.append(WAITING, {"id": entry.key, **waits})
        case DecisionMade() | RequestWithdrawn():
            rows.delete(WAITING, entry.key)
        case RequestTriaged() as event:
            triage = {"urgency": event.urgency, "risk": event.risk, "department": event.department}
            _change(rows, entry.key, {**triage, "turn": _TURN[event.urgency]})
        case RequestEscalated() as event:
            _change(rows, entry.key, {"stage": Stage.ESCALATED, "handed_to": event.to})
        case InformationAsked():
            _change(rows, entry.key, {"stage": Stage.ASKED})
        case _:
            pass


def _change(rows: Rows, case: str, changes: Row) -> None:
    before = rows.get(WAITING, case)
    if before is not None:
        rows.put(WAITING, before | changes)
