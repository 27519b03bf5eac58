"""What a witness remembers of each log: the newest checkpoint it cosigned, on the disk before anybody hears of it.

A SQLite file of its own. One transaction reads what is known and writes what is new, so that two requests at once, or
two programs on one file, never both go on from the same checkpoint. It keeps no write-ahead log: that could lose its
end without a trace, and with it what was cosigned last.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from charter.message import NotFound, Refused
from charter.tree import EMPTY_ROOT

_WAIT = 30
"""Seconds to wait for another program that writes."""
_MARK = 0x63777431
"""SQLite's application_id of such a file: "cwt1"."""


class MemoryMissing(NotFound):
    """There is no memory of a witness at {path}. If this witness has cosigned before, bring its memory back: without
    it, it could cosign a second history. If it never has: charter witness serve --new …"""


class MemoryInTheWay(Refused):
    """{path} exists already, so no new memory is made there. Leave --new out to go on with it."""


class NotAMemory(Refused):
    """{path} cannot be used as the memory of a witness: {why}."""


class Seen(NamedTuple):
    """The newest tree of a log that was cosigned; the empty one if none was."""

    size: int = 0
    root: bytes = EMPTY_ROOT


class Log:
    """One log while its memory is held: nobody else changes what is known of it until the block ends."""

    def __init__(self, database: sqlite3.Connection, origin: str) -> None:
        self._database = database
        self._origin = origin
        row = database.execute("SELECT size, root FROM seen WHERE origin = ?", (origin,)).fetchone()
        self.seen = Seen(*row) if row else Seen()

    def remember(self, size: int, root: bytes, note: str) -> None:
        """Put a newer checkpoint in the place of the one that is known; kept for good when the block ends."""
        self._database.execute(
            "INSERT INTO seen (origin, size, root, note) VALUES (?, ?, ?, ?) ON CONFLICT (origin)"
            " DO UPDATE SET size = excluded.size, root = excluded.root, note = excluded.note",
            (self._origin, size, root, note),
        )


class Memory:
    """The memory in a file; safe for many threads. Raises MemoryMissing, MemoryInTheWay or NotAMemory."""

    def __init__(self, path: Path, *, new: bool = False) -> None:
        if path.exists() == new:
            raise (MemoryInTheWay if new else MemoryMissing)(path=path)
        self._lock = Lock()
        try:
            self._database = sqlite3.connect(path, timeout=_WAIT, isolation_level=None, check_same_thread=False)
            try:
                self._prepare(new=new)
            except BaseException:
                self._database.close()
                raise
        except (sqlite3.Error, ValueError) as error:
            raise NotAMemory(path=path, why=error) from None

    def _prepare(self, *, new: bool) -> None:
        run = self._database.execute
        if new:
            run("PRAGMA journal_mode = DELETE")
            run("BEGIN IMMEDIATE")
            run(f"PRAGMA application_id = {_MARK}")
            run(
                "CREATE TABLE seen (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL,"
                " note TEXT NOT NULL, CHECK (size >= 0 AND length(root) = 32)) WITHOUT ROWID"
            )
            run("COMMIT")
        elif run("PRAGMA application_id").fetchone()[0] != _MARK:
            msg = "it is something else"
            raise ValueError(msg)
        run("PRAGMA synchronous = EXTRA")  # a commit returns when it is on the disk, the end of the journal too
        run("PRAGMA fullfsync = ON")

    @contextmanager
    def of(self, origin: str) -> Iterator[Log]:
        """Hold what is known of a log; what the block remembers is on the disk when it ends, or not at all."""
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield Log(self._database, origin)
                self._database.execute("COMMIT")
            except BaseException:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()
