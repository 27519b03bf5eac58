"""What is known of the erasure of one person's data."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, assert_never

from charter.subjects.events import ErasureCompleted, ErasureRequested, SubjectEvent


class Erasure(StrEnum):
    """How far an erasure has come."""

    NONE = "none"
    REQUESTED = "requested"
    COMPLETED = "completed"


class Subject(NamedTuple):
    """A person's data: whether its erasure was requested or completed, by whom, when and why."""

    erasure: Erasure = Erasure.NONE
    by: str = ""
    at: datetime | None = None
    reason: str = ""


def evolve(state: Subject, event: SubjectEvent, by: str, at: datetime | None) -> Subject:
    """The state after one more event, written by somebody."""
    match event:
        case ErasureRequested():
            return Subject(Erasure.REQUESTED, by, at, event.reason)
        case ErasureCompleted():
            return state._replace(erasure=Erasure.COMPLETED)
        case _:
            assert_never(event)
