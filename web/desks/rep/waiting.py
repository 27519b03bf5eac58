"""What waits for an answer, in the order in which it should be taken: the urgent first, then the oldest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from charter.catalogue import entries
from charter.decisions.events import RequestEscalated, RequestTriaged
from charter.decisions.state import Stage
from charter.given import BEGINNING
from charter.ledger import Ledger
from charter.terms import Level
from projections.decision_register import Filter, Line, lines
from projections.engine import Views

STAGES = (Stage.ESCALATED, Stage.OPEN, Stage.ASKED)
"""The stages of a request that has no answer."""
AT_ONCE = 500
"""Requests that are read together."""
_URGENT = {Level.HIGH: 0, Level.MEDIUM: 1, None: 2, Level.LOW: 3}


class Waiting(NamedTuple):
    """A request without an answer, with what triage and a handing over said of it."""

    line: Line
    urgency: Level | None = None
    risk: Level | None = None
    department: str | None = None
    handed_to: str | None = None

    @property
    def since(self) -> datetime | None:
        """When the customer asked."""
        return self.line.received_at

    def is_for(self, person: str) -> bool:
        """Whether it was handed to this person by name."""
        return self.handed_to is not None and self.handed_to.casefold() == person.casefold()


def waiting(views: Views, charter: str, stages: Sequence[Stage] = STAGES) -> list[Waiting]:
    """All requests of a charter that have no answer, in the order in which they should be taken."""
    found = [line for stage in stages for line in lines(views, Filter(charter=charter, stage=stage))]
    return sorted(_handled(views.ledger, found), key=_order)


def page_of(found: Sequence[Waiting], after: str | None, limit: int) -> tuple[list[Waiting], str | None]:
    """At most `limit` of these that follow the one with the id `after`, and where the next page begins."""
    ids = [each.line.id for each in found]
    begin = ids.index(after) + 1 if after in ids else 0
    shown = list(found[begin : begin + limit])
    return shown, shown[-1].line.id if begin + limit < len(found) else None


def _order(each: Waiting) -> tuple[int, datetime, str]:
    return _URGENT[each.urgency], each.since or BEGINNING, each.line.id


def _handled(ledger: Ledger, found: Sequence[Line]) -> Iterator[Waiting]:
    """The newest triage and handing over of each, read from its own entries: the register does not keep them."""
    for begin in range(0, len(found), AT_ONCE):
        some = found[begin : begin + AT_ONCE]
        said = _said(ledger, [line.id for line in some])
        for line in some:
            triage, handed = said.get((line.id, RequestTriaged)), said.get((line.id, RequestEscalated))
            assert isinstance(triage, RequestTriaged | None)
            assert isinstance(handed, RequestEscalated | None)
            to = handed.to if handed else None
            if triage is None:
                yield Waiting(line, handed_to=to)
            else:
                yield Waiting(line, triage.urgency, triage.risk, triage.department, to)


def _said(ledger: Ledger, ids: Iterable[str]) -> dict[tuple[str, type], RequestTriaged | RequestEscalated]:
    rows = ledger.entries_recorder.stream_rows(dict.fromkeys((f"decision/{each}" for each in ids), 0))
    return {
        (entry.key, type(entry.event)): entry.event
        for entry in entries(rows, ledger.vault)
        if isinstance(entry.event, RequestTriaged | RequestEscalated)
    }
