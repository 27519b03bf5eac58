"""Copies a SQLite database as it is at one moment, while others go on writing to it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from charter.files import on_disk
from charter.proof.reread import Progress
from charter.store.database import connect_arguments, open_database
from charter.store.errors import library_errors

_PAGES = 4096
"""Pages that are copied at a time: 16 MiB, after which a stop is heard."""


def copy_database(source: Path, target: Path, progress: Progress | None = None) -> None:
    """Make `target`, for its owner alone, the same as `source` at the moment this begins; nobody waits for it.

    All that was committed before is in it, and of what is committed meanwhile nothing. NoLedger where there is no
    source, StoreUnavailable where it or the disk cannot be used.
    """
    engine = open_database(source, read_only=True)
    with (
        library_errors(),
        closing(sqlite3.connect(**connect_arguments(engine))) as there,
        closing(_new(target)) as here,
    ):
        there.execute("BEGIN")
        there.execute("SELECT count(*) FROM sqlite_master").fetchone()  # from here on it sees this moment and no other
        there.backup(here, pages=_PAGES, progress=_told(progress))
        there.execute("ROLLBACK")
        here.execute("PRAGMA journal_mode = DELETE")  # all of it in one file
    engine.dispose()
    on_disk(target)


def _new(path: Path) -> sqlite3.Connection:
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    return sqlite3.connect(path, isolation_level=None)


def _told(progress: Progress | None) -> Callable[[int, int, int], None] | None:
    if progress is None:
        return None
    return lambda _status, remaining, total: progress(total - remaining, total)
