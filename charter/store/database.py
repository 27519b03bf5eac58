"""Where a ledger is kept: opens its SQLite file or PostgreSQL database so that what is acknowledged stays.

An address is a path (`charter.db`), `sqlite:///path`, or `postgresql://user@host/database` with the parameters that
PostgreSQL's own tools take (several hosts and `target_session_attrs=read-write`, for one).
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, PoolProxiedConnection, QueuePool, create_engine, event, make_url
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from charter.store.errors import NoLedger, StoreUnavailable, translated

LOCK_TIMEOUT = 60
"""Seconds that a writer waits for the others before it gives up."""

_KEPT = 16
"""Connections to a SQLite file that are kept for the next who asks; to make one takes longer than most reads."""

SERVED, PATIENCE = 10, 10.0
"""Connections to a PostgreSQL server for one purpose, at most, and the seconds that one waits until one is free."""

_PRAGMAS = (
    "synchronous = FULL",  # a commit returns when it is on the disk
    "fullfsync = ON",  # on macOS fsync alone leaves it in the drive's cache
    "checkpoint_fullfsync = ON",
    "cache_size = -65536",  # 64 MiB, negative means KiB
    "journal_size_limit = 67108864",
    "recursive_triggers = ON",  # so that a REPLACE meets the triggers that refuse a DELETE
)


def address(where: str | Path | URL) -> URL:
    """The SQLAlchemy URL for a path or address; ValueError for one that is neither SQLite nor PostgreSQL."""
    if isinstance(where, URL):
        url = where
    elif isinstance(where, str) and "://" in where:
        url = make_url(where)
    else:
        return URL.create("sqlite", database=str(where))
    backend = url.drivername.partition("+")[0]
    if backend in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    if backend == "sqlite" and url.database not in (None, "", ":memory:"):
        return url
    msg = f"a ledger is kept in a file (charter.db) or in PostgreSQL (postgresql://…), not in {shown(url)}"
    raise ValueError(msg)


def shown(where: str | Path | URL | Engine) -> str:
    """An address as people are told it: a path as such, and never a password."""
    url = where.url if isinstance(where, Engine) else where if isinstance(where, URL) else address(where)
    is_file = url.get_backend_name() == "sqlite" and url.database
    return str(url.database) if is_file else url.render_as_string(hide_password=True)


def beside(ledger: URL, part: str) -> URL:
    """Where that is kept of a ledger which is no entry: its `keys`, its `accounts`.

    It is where CHARTER_KEYS or CHARTER_ACCOUNTS says; else next to a SQLite ledger, `charter.keys.db` next to
    `charter.db`, and in a PostgreSQL ledger's own database. ValueError as for `address`.
    """
    given = os.environ.get(variable_of(part))
    if given:
        return address(given)
    if ledger.get_backend_name() != "sqlite":
        return ledger
    path = Path(str(ledger.database))
    return address(path.with_name(f"{path.stem}.{part}.db"))


def variable_of(part: str) -> str:
    """The variable of the environment that says where such a part is."""
    return f"CHARTER_{part.upper()}"


def is_sqlite(engine: Engine) -> bool:
    """Whether the ledger is a SQLite file (else it is in PostgreSQL)."""
    return engine.dialect.name == "sqlite"


def open_database(where: str | Path | URL, *, read_only: bool = False, create: bool = False) -> Engine:
    """An engine for a ledger's database; nothing is connected to before it is used.

    Opening never makes a ledger: NoLedger where a SQLite file is missing. (`create` makes the file: it is for tables
    that can be built again, such as views; `charter.schema.create` makes ledgers.) Whatever keeps the database from
    being used becomes `StoreUnavailable`, for those who use the engine as for those who use the recorder.

    On SQLite, SQLAlchemy's own `engine.begin()` begins with a read; to write, use `writing`.
    """
    url = address(where)
    if url.get_backend_name() == "sqlite":
        engine = _sqlite(url, read_only=read_only, create=create)
    else:
        engine = create_engine(
            url,
            hide_parameters=True,
            poolclass=_Few,
            pool_size=SERVED,  # all that there may be are kept: a server takes longer to make one than to answer
            max_overflow=0,
            pool_timeout=PATIENCE,
            pool_use_lifo=True,
        )
        if read_only:
            event.listen(engine, "connect", _read_only)
    event.listen(engine, "handle_error", _unavailable)
    return engine


def make_for_owner(where: URL) -> None:
    """Make a missing SQLite file so that only its owner can read it, and with it what SQLite puts beside it."""
    # One that is there is not even opened: closing it would drop the locks that this process has on it
    # (https://www.sqlite.org/howtocorrupt.html, 2.2). What else is in the way SQLite says itself.
    with suppress(OSError):
        os.close(os.open(str(where.database), os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A connection in a transaction that may write from its first statement on; commits, or rolls back on an exception.

    On SQLite it takes the write lock at once (BEGIN IMMEDIATE): a transaction that reads first and writes later fails
    as "locked", without waiting, when another has written in between.
    """
    with engine.connect().execution_options(ledger_writes=True) as connection, connection.begin():
        yield connection


def _sqlite(url: URL, *, read_only: bool, create: bool) -> Engine:
    path = Path(str(url.database)).absolute()
    if not create and not path.is_file():
        raise NoLedger(shown(url))
    arguments = _file_arguments(path, read_only=read_only, create=create)

    def connect() -> sqlite3.Connection:
        connection: sqlite3.Connection = sqlite3.connect(**arguments)
        try:
            _prepare(connection, read_only=read_only)
        except BaseException as error:
            connection.close()
            if not isinstance(error, UnicodeDecodeError):
                raise
            # SQLite quotes what is damaged in the schema, which may be no text any more
            damaged = sqlite3.DatabaseError("malformed database schema")
            damaged.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            raise damaged from None
        return connection

    engine = create_engine(
        url,
        creator=connect,
        hide_parameters=True,  # an error is shown, and kept
        pool_size=_KEPT,
        max_overflow=-1,  # each thread that reads may have one: readers never wait for each other
        pool_use_lifo=True,  # the one used last has in its cache what is asked most
    )
    event.listen(engine, "begin", _begin)
    return engine


class _Few(QueuePool):
    """Connections to a server: who finds none free in time is told so as whoever finds no server is."""

    def connect(self) -> PoolProxiedConnection:
        try:
            return super().connect()
        except PoolTimeoutError as error:
            msg = "More ask the ledger's database at this moment than it has connections for. Try again in a moment."
            raise StoreUnavailable(msg) from error


def wal_pages(rows: int) -> int:
    """Pages of 4 KiB after which SQLite moves its log into the file, where a commit has so many rows.

    Seldom while much is written, for it is the same pages of an index again and again; soon otherwise, for a log that
    is still growing makes each commit half as slow again.
    """
    return 16_000 if rows >= 100 else 1_000


def connect_arguments(engine: Engine) -> dict[str, Any]:
    """What sqlite3.connect or psycopg.connect takes, by name, to reach the same database on a connection of one's own.

    On SQLite for reading only.
    """
    if is_sqlite(engine):
        return _file_arguments(Path(str(engine.url.database)).absolute(), read_only=True)
    _, named = engine.dialect.create_connect_args(engine.url)
    return {name: value for name, value in named.items() if name != "context"}  # SQLAlchemy's own adaptations


def _file_arguments(path: Path, *, read_only: bool = False, create: bool = False) -> dict[str, Any]:
    mode = "mode=rwc" if create else "mode=rw"
    if read_only and not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        # From a disk that may only be read SQLite can't share the log's index; where there is no log, it needs none.
        has_log = path.with_name(path.name + "-wal").exists()
        mode = "mode=ro" if has_log else "mode=ro&immutable=1"
    return {
        "database": f"file:{quote(str(path))}?{mode}",  # https://www.sqlite.org/uri.html
        "uri": True,
        "timeout": LOCK_TIMEOUT,
        "isolation_level": None,  # the module begins no transactions of its own: ours are explicit
        "check_same_thread": False,  # the pool gives a connection to one thread at a time
    }


def _prepare(connection: sqlite3.Connection, *, read_only: bool) -> None:
    if read_only:
        connection.execute("PRAGMA query_only = ON")
    else:
        # A restored copy may have lost WAL mode. While others have it open this may fail as locked, and then it is only
        # slower: the rollback journal is as durable.
        with suppress(sqlite3.OperationalError):
            connection.execute("PRAGMA journal_mode = WAL")
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("ledger_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _read_only(connection: Any, _record: object) -> None:
    connection.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
    connection.commit()


def _unavailable(context: ExceptionContext) -> StoreUnavailable | None:
    known = translated(context.original_exception)
    return known if isinstance(known, StoreUnavailable) else None
