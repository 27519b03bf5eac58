"""What was erased: whose words cannot be read any more, who asked for that, when, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from charter.catalogue import entries
from charter.ledger import Ledger
from charter.message import Entry
from charter.subjects.events import ErasureCompleted, ErasureRequested


@dataclass(frozen=True, slots=True)
class Erasure:
    """The erasure of one person's words: asked for by whom, when and why; `completed_at` is None until it is done."""

    subject: str
    by: str
    at: datetime | None
    reason: str
    completed_at: datetime | None
    entries: int | None


def erasures(ledger: Ledger, subjects: Iterable[str]) -> tuple[Erasure, ...]:
    """The erasures of some people, in the order in which they were asked for."""
    streams = {f"subject/{subject}": 0 for subject in subjects}
    found: dict[str, Erasure] = {}
    rows = ledger.entries_recorder.stream_rows(streams) if streams else []
    for entry in entries(rows, ledger.vault):
        match entry.event:
            case ErasureRequested() as event:
                found[entry.key] = Erasure(entry.key, entry.by, entry.at, event.reason, None, None)
            case ErasureCompleted() as event:
                asked = found[entry.key]
                at = entry.at or entry.recorded_at
                found[entry.key] = Erasure(asked.subject, asked.by, asked.at, asked.reason, at, event.entries)
            case _:
                raise AssertionError(entry.type)
    return tuple(found.values())


def people_in(history: Iterable[Entry]) -> list[str]:
    """Everybody whose words are sealed in some entries, in the order in which they come."""
    return list(dict.fromkeys(subject for entry in history for subject in entry.subjects))
