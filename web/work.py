"""Work that takes longer than an answer may: it goes on while the server answers, one of its kind at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock, Thread
from typing import Generic, TypeVar

import structlog
from eventsourcing.persistence import PersistenceError

from charter.message import Refused
from charter.proof.reread import Progress
from web import refusals
from web.words import _

T = TypeVar("T")

log = structlog.get_logger("charter.server")


@dataclass(frozen=True, slots=True)
class Running:
    """Work that goes on: who asked for it, and how far it is."""

    by: str
    since: datetime
    done: int = 0
    total: int = 0


@dataclass(slots=True)
class Work(Generic[T]):
    """One kind of work: the one that goes on, and what came of the last one that ended."""

    name: str
    running: Running | None = None
    last: T | None = None
    failed: str = ""
    """Why the last one came to nothing, if it did."""
    _lock: Lock = field(default_factory=Lock)
    _thread: Thread | None = None

    def begin(self, by: str, at: datetime, do: Callable[[Progress], T]) -> bool:
        """Begin, unless one goes on already; whether it began."""
        with self._lock:
            if self.running is not None:
                return False
            self.running, self.failed = Running(by, at), ""
        self._thread = Thread(target=self._run, args=(do,), name=self.name, daemon=True)
        self._thread.start()
        return True

    def wait(self, seconds: float) -> None:
        """Wait until none goes on any more, so long at most."""
        if self._thread is not None:
            self._thread.join(seconds)

    def _run(self, do: Callable[[Progress], T]) -> None:
        try:
            self.last = do(self._progress)
        except Refused as refused:
            self.failed = refusals.worded(refused)
        except (PersistenceError, OSError, ValueError) as error:
            self.failed = str(error)
        except Exception:
            self.failed = _("Something went wrong here, and it was written down. Tell whoever runs this server.")
            log.exception("work.failed", work=self.name)
        finally:
            self.running = None

    def _progress(self, done: int, total: int) -> None:
        if self.running is not None:
            self.running = replace(self.running, done=done, total=total)
