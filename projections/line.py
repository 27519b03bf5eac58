"""One entry as it is read in a list: who wrote what, when it happened and when it was recorded."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from charter.message import Entry
from projections.sentences import recorded_late, sentence


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
