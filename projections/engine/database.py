"""Where views are kept: a second file beside a SQLite ledger (charter.views.db), or PostgreSQL's schema `views`.

They can be built again from the ledger at any time, so a commit need not wait for the disk: after a power cut they
may have fallen back a little, rows and positions together, and catch up.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, event

from charter.store.database import address, is_sqlite, make_for_owner, open_database


def beside(ledger: Engine) -> URL:
    """Where the views of a ledger are kept unless somebody says otherwise."""
    if not is_sqlite(ledger):
        return ledger.url
    path = Path(str(ledger.url.database))
    return address(path.with_name(f"{path.stem}.views.db"))


def open_views(where: str | Path | URL, *, read_only: bool = False) -> Engine:
    """An engine for views; a missing SQLite file is made, for its owner alone: words of people stand open in it."""
    where = address(where)
    if where.get_backend_name() == "sqlite":
        make_for_owner(where)
    engine = open_database(where, read_only=read_only, create=True)
    if is_sqlite(engine):
        event.listen(engine, "connect", _sqlite)
        return engine
    event.listen(engine, "connect", _postgres)
    if read_only:
        event.listen(engine, "connect", _one_moment)
    return engine


def _sqlite(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA cache_size = -24576")  # 24 MiB: it is beside the ledger's own
    connection.execute("PRAGMA wal_autocheckpoint = 16000")  # 64 MiB: building writes the same index pages many times


def _postgres(connection: Any, _record: object) -> None:
    connection.execute("SET search_path TO views")
    connection.execute("SET synchronous_commit TO off")
    connection.commit()


def _one_moment(connection: Any, _record: object) -> None:
    """What is read in one go is as of one moment, as it is in SQLite.

    Said once for each connection: said to the engine, SQLAlchemy says it again each time, and takes it back.
    """
    from psycopg import IsolationLevel

    connection.isolation_level = IsolationLevel.REPEATABLE_READ
