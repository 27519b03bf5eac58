"""One entry as it is read in a list: who wrote what, when it happened and when it was recorded."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from charter.message import Entry
from projections.sentences import sentence

LATE = timedelta(days=1)
"""What reached the ledger later than this after it happened is shown as recorded late."""


@dataclass(frozen=True, slots=True)
class Line:
    """One entry; `recorded_late` when it was written down much later than it happened."""

    position: int
    stream: str
    version: int
    type: str
    by: str
    at: datetime | None
    recorded_at: datetime
    recorded_late: bool
    sentence: str

    @classmethod
    def of(cls, entry: Entry, **more: Any) -> Self:
        """An entry's line, with what a special kind of line says beside."""
        return cls(
            position=entry.position,
            stream=entry.stream,
            version=entry.version,
            type=entry.type,
            by=entry.by,
            at=entry.at,
            recorded_at=entry.recorded_at,
            recorded_late=recorded_late(entry.at, entry.recorded_at),
            sentence=sentence(entry),
            **more,
        )


def recorded_late(at: datetime | None, recorded_at: datetime) -> bool:
    """Whether something was written down much later than it happened, or without saying when that was."""
    return at is None or recorded_at - at > LATE
