"""Work that takes longer than an answer may: it goes on while the server answers, one of its kind at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_hex
from threading import Lock, Thread
from typing import Generic, TypeVar

import structlog
from eventsourcing.persistence import PersistenceError

from charter.message import Refused
from charter.proof.reread import Progress
from web import refusals
from web.words import _
from web.writer import Stopping

T = TypeVar("T")

log = structlog.get_logger("charter.server")


class NotBegun(Refused):
    """This server has no room for more work just now: {why}. Nothing was begun; try again in a moment."""


class CutOff(Refused):
    """The server was stopped before this was done. Begin it again."""


@dataclass(slots=True)
class Run(Generic[T]):
    """One time that work was begun: who asked for it, how far it is, and what came of it once it has ended."""

    what: str
    by: str
    since: datetime
    id: str = field(default_factory=lambda: token_hex(8))
    done: int = 0
    total: int = 0
    made: T | None = None
    failed: str = ""
    """Why it came to nothing, if it did."""


@dataclass(slots=True)
class Work(Generic[T]):
    """One kind of work: the one that goes on, and what came of the last one that ended."""

    name: str
    running: Run[T] | None = None
    last: T | None = None
    failed: str = ""
    """Why the last one came to nothing, if it did."""
    _lock: Lock = field(default_factory=Lock)
    _thread: Thread | None = None
    _stopping: bool = False

    def begin(self, by: str, at: datetime, do: Callable[[Progress], T]) -> tuple[Run[T], bool]:
        """Begin, unless one goes on already: the one that goes on now, and whether it was begun for this.

        Raises NotBegun and Stopping.
        """
        with self._lock:
            if self._stopping:
                raise Stopping
            if (going := self.running) is not None:
                return going, False
            run = Run[T](self.name, by, at)
            thread = Thread(target=self._run, args=(run, do), name=self.name, daemon=True)
            self.running, before, self.failed = run, self.failed, ""
            try:
                thread.start()
            except RuntimeError as error:
                self.running, self.failed = None, before
                raise NotBegun(why=error) from None
            self._thread = thread
        return run, True

    def wait(self, seconds: float) -> None:
        """Wait until none goes on any more, so long at most."""
        if self._thread is not None:
            self._thread.join(seconds)

    def stop(self) -> None:
        """Begin no more, and cut off the one that goes on where it next says how far it is."""
        with self._lock:
            self._stopping = True

    def _run(self, run: Run[T], do: Callable[[Progress], T]) -> None:
        def progress(done: int, total: int) -> None:
            run.done, run.total = done, total
            if self._stopping:
                raise CutOff

        try:
            self.last = run.made = do(progress)
        except CutOff as cut:
            run.failed = _on_one_line(refusals.worded(cut))
            log.warning("work.cut_off", work=self.name, by=run.by)
        except Refused as refused:
            run.failed = _on_one_line(refusals.worded(refused))
        except (PersistenceError, OSError, ValueError) as error:
            run.failed = _on_one_line(str(error)) or type(error).__name__
        except Exception:
            run.failed = _("Something went wrong here, and it was written down. Tell whoever runs this server.")
            log.exception("work.failed", work=self.name)
        finally:
            with self._lock:
                self.failed, self.running = run.failed, None


def _on_one_line(words: str) -> str:
    return " ".join(words.split())
