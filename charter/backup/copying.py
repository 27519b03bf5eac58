"""Copies a SQLite database as it is at one moment, while others go on writing to it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

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


def on_disk(path: Path) -> None:
    """Return once a file or folder is safe on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def put(draft: Path, path: Path) -> None:
    """Give a finished file its name, whole or not at all; FileExistsError where there is something of that name."""
    try:
        os.link(draft, path)
    except FileExistsError:
        raise
    except OSError:  # a disk without links: claim the name first, which a crash here would leave as an empty file
        path.touch(0o600, exist_ok=False)
        draft.replace(path)
    on_disk(path.parent)


def _new(path: Path) -> sqlite3.Connection:
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    return sqlite3.connect(path, isolation_level=None)


def _told(progress: Progress | None) -> Callable[[int, int, int], None] | None:
    if progress is None:
        return None
    return lambda _status, remaining, total: progress(total - remaining, total)
