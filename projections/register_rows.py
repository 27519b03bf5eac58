"""What the register of decisions is made of: one row for each request, kept as it was known at any time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from sqlalchemy import Boolean, Column, Index, Integer, MetaData, Table, literal_column, or_

from charter.charters.events import CharterOpened
from charter.decisions.events import (
    CauseAssigned,
    DecisionAppealed,
    DecisionCorrected,
    DecisionEvent,
    DecisionMade,
    DecisionReversed,
    DecisionUpheld,
    InformationAsked,
    RequestClassified,
    RequestCorrected,
    RequestEscalated,
    RequestLogged,
    RequestWithdrawn,
)
from charter.decisions.state import Stage
from charter.message import Entry
from charter.terms import Gap
from projections.codes import codes, spaced
from projections.days import day_in, stamp, stamp_or_empty
from projections.engine import Key, Projection, Row, Rows, continued, stored_names
from projections.stored import Text, listed, unlisted
from projections.waiting_rows import WAITING, wait

metadata = MetaData()


def _facts() -> list[Column[Any]]:
    """What is known of one decision; empty text where it is sorted or compared by something that is not known."""
    return [
        Column(
            "at", Text, nullable=False, comment="when it was decided, or reached the stage it is in; empty: unknown"
        ),
        Column("day", Text, nullable=False, comment="the day of that in the charter's zone"),
        Column("charter", Text, nullable=False),
        Column("stage", Text, nullable=False),
        Column("received_at", Text),
        Column("recorded_at", Text, nullable=False, comment="when the ledger learned of it"),
        Column("answer", Text),
        Column("ground", Text),
        Column("effect", Text),
        Column("first_answer", Text, comment="the answer before it was reversed"),
        Column("revision", Integer),
        Column("label", Text, comment="the version of the charter that an imported case names"),
        Column("rep", Text, comment="who decided"),
        Column("reversed_by", Text),
        Column("customer", Text),
        Column("touchpoint", Text),
        Column("kind", Text),
        Column("fit", Text),
        Column("ticket", Text),
        Column("request", Text, nullable=False),
        Column("reason", Text),
        Column("cited", Text, nullable=False, comment="codes, a space before and after each"),
        Column("cause", Text),
        Column("gaps", Text, nullable=False),
        Column("source", Text),
        Column("source_row", Text),
        Column("appealed", Boolean, nullable=False),
        Column("overturned", Boolean, nullable=False),
    ]


DECISION = Table(
    "register",
    metadata,
    Column("id", Text, primary_key=True),
    Column("known_from", Text, nullable=False, comment="recorded time since which this is what is known"),
    *_facts(),
)
_c = DECISION.c
# what a filter asks for stands in the index, so that no row is opened that is not shown
_FACETS = (_c.charter, _c.answer, _c.ground, _c.effect, _c.touchpoint, _c.kind, _c.fit, _c.stage, _c.day)
Index("register_by_time", _c.at, _c.id, _c.rep, *_FACETS, _c.known_from)
Index("register_by_rep", _c.rep, _c.at, _c.id, *_FACETS, _c.cited)
# few of all are like these, and a question that says so word for word is led along an index of them alone
UNSETTLED = _c.stage != literal_column(f"'{Stage.DECIDED}'")
CAME_BACK = or_(_c.appealed, _c.overturned)
_IN_STAGE = dict.fromkeys((_c.stage, _c.at, _c.id, _c.rep, *_FACETS))
Index("register_unsettled", *_IN_STAGE, sqlite_where=UNSETTLED, postgresql_where=UNSETTLED)
Index("register_came_back", _c.rep, _c.at, _c.id, sqlite_where=CAME_BACK, postgresql_where=CAME_BACK)

PAST = Table(
    "register_past",
    metadata,
    Column("id", Text, primary_key=True),
    Column("known_from", Text, primary_key=True),
    Column("known_until", Text, nullable=False, comment="recorded time from which something else was known"),
    *_facts(),
)
CITATION = Table(
    "register_citation",
    metadata,
    Column("code", Text, primary_key=True, comment="what is cited, and for a limit its promise, too"),
    Column("at", Text, primary_key=True),
    Column("decision", Text, primary_key=True),
    sqlite_with_rowid=False,
)
COUNTED = ("charter", "stage", "answer", "ground", "effect", "touchpoint", "kind", "fit")
TALLY = Table(
    "register_tally",
    metadata,
    *(Column(name, Text, primary_key=True, comment="empty: none") for name in COUNTED),
    Column("requests", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""How many requests are alike in all that there are only a few of."""
ZONE = Table("register_zone", metadata, Column("charter", Text, primary_key=True), Column("zone", Text, nullable=False))


class DecisionRegister(Projection):
    """One line for each request, with everything to find it by."""

    name: ClassVar = "decision_register"
    version: ClassVar = 2
    events: ClassVar = stored_names(DecisionEvent, CharterOpened)
    tables: ClassVar = (DECISION, PAST, CITATION, TALLY, WAITING, ZONE)
    personal: ClassVar = dict.fromkeys((DECISION, PAST), ("customer", "request", "reason", "ticket"))

    def needed(self, entries: Sequence[Entry]) -> Mapping[Table, set[Key]]:
        """The decisions that began before."""
        began = continued(entries)
        return {DECISION: began, WAITING: began}

    def apply(self, rows: Rows, entry: Entry) -> None:
        """A first line, or another one in its place; the old one stays as what was known until then."""
        event = entry.event
        wait(rows, entry)
        if isinstance(event, CharterOpened):
            rows.append(ZONE, {"charter": event.charter, "zone": event.zone})
        elif isinstance(event, RequestLogged):
            first = _first(rows, entry, event)
            rows.append(DECISION, first)
            rows.add(TALLY, _counted(first), requests=1)
        else:
            before = rows.get(DECISION, entry.key)
            assert before is not None, entry.stream
            if changes := _changes(rows, before, entry):
                _replace(rows, before, {**before, **changes, "known_from": stamp(entry.recorded_at)})


DECISION_REGISTER = DecisionRegister()


def _first(rows: Rows, entry: Entry, event: RequestLogged) -> Row:
    zone = rows.get(ZONE, event.charter)
    assert zone is not None, event.charter
    at = event.received_at or entry.at
    recorded_at = stamp(entry.recorded_at)
    return {
        "id": entry.key,
        "known_from": recorded_at,
        "at": stamp_or_empty(at),
        "day": day_in(zone["zone"], at),
        "charter": event.charter,
        "stage": Stage.OPEN,
        "received_at": None if event.received_at is None else stamp(event.received_at),
        "recorded_at": recorded_at,
        "customer": event.customer,
        "touchpoint": event.touchpoint,
        "kind": event.kind,
        "fit": event.fit,
        "ticket": event.ticket,
        "request": event.request,
        "cited": "",
        "gaps": "",
        "source": event.source,
        "source_row": event.row,
        "appealed": False,
        "overturned": False,
    }


def _changes(rows: Rows, row: Row, entry: Entry) -> Row:
    match entry.event:
        case DecisionMade() as event:
            return {
                **_reached(rows, row, entry, Stage.DECIDED, event.gaps),
                **_said(row, entry, event.rep, event.reason),
                **_answer(event),
                "label": event.label,
                "recorded_at": stamp(entry.recorded_at),
            }
        case RequestClassified() as event:
            return {"kind": event.kind, "fit": event.fit or row["fit"]}
        case RequestCorrected() as event:
            return {name: value for name in _ON_REQUEST if (value := getattr(event, name)) is not None}
        case InformationAsked() as event:
            return _reached(rows, row, entry, Stage.ASKED, event.gaps) | _said(row, entry, event.rep, event.question)
        case RequestEscalated() as event:
            return _reached(rows, row, entry, Stage.ESCALATED, event.gaps) | _said(row, entry, event.rep, event.reason)
        case RequestWithdrawn() as event:
            return {**_reached(rows, row, entry, Stage.WITHDRAWN, event.gaps), "reason": event.reason}
        case DecisionReversed() as event:
            changes = {**_answer(event), "reason": event.reason, "gaps": "", "reversed_by": entry.by}
            first = row["first_answer"] or row["answer"]
            return {**changes, "stage": Stage.DECIDED, "first_answer": first, "overturned": True}
        case DecisionAppealed():
            return {"stage": Stage.APPEALED, "appealed": True}
        case DecisionUpheld():
            return {"stage": Stage.DECIDED}
        case DecisionCorrected() as event:
            return _corrected(row, event)
        case CauseAssigned() as event:
            return {"cause": event.cause}
        case _:
            return {}


_ON_REQUEST = ("request", "customer", "touchpoint", "kind", "fit", "ticket")


def _reached(rows: Rows, row: Row, entry: Entry, stage: Stage, gaps: Sequence[Gap]) -> Row:
    zone = rows.get(ZONE, row["charter"])
    assert zone is not None, row["charter"]
    day = day_in(zone["zone"], entry.at)
    return {"stage": stage, "at": stamp_or_empty(entry.at), "day": day, "gaps": listed(gaps)}


def _said(row: Row, entry: Entry, rep: str | None, reason: str | None) -> Row:
    # whoever writes the entry is the one who acts, except where it brings in what others did
    return {"rep": rep or (entry.by if row["source"] is None else None), "reason": reason}


def _answer(event: DecisionMade | DecisionReversed) -> Row:
    return {
        "answer": event.answer,
        "ground": event.ground,
        "effect": event.effect,
        "revision": event.revision,
        "cited": spaced(event.cited),
    }


def _corrected(row: Row, event: DecisionCorrected) -> Row:
    """What was corrected is not missing any more."""
    changes: Row = {}
    mended: set[Gap] = set()
    if event.ground is not None:
        changes["ground"] = event.ground
        mended.add(Gap.NO_GROUND)
    if event.effect is not None:
        changes["effect"] = event.effect
        mended.add(Gap.NO_EFFECT)
    if event.cited is not None:
        changes["cited"] = spaced(event.cited)
        mended |= {Gap.UNCITED, Gap.NOT_IN_FORCE}
    if event.reason is not None:
        changes["reason"] = event.reason
        mended.add(Gap.NO_REASON)
    return {**changes, "gaps": listed(gap for gap in unlisted(row["gaps"]) if gap not in mended)}


def _replace(rows: Rows, before: Row, now: Row) -> None:
    if before["known_from"] != now["known_from"]:  # what held for no time at all was never known
        rows.append(PAST, {**before, "known_until": now["known_from"]})
    rows.put(DECISION, now)
    if _counted(before) != _counted(now):
        rows.add(TALLY, _counted(before), requests=-1)
        rows.add(TALLY, _counted(now), requests=1)
    if (before["cited"], before["at"]) != (now["cited"], now["at"]):
        for code in codes(before["cited"]):
            rows.delete(CITATION, (code, before["at"], before["id"]))
        for code in codes(now["cited"]):
            rows.append(CITATION, {"code": code, "at": now["at"], "decision": now["id"]})


def _counted(row: Row) -> Key:
    return tuple(row.get(name) or "" for name in COUNTED)
