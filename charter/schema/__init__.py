"""The ledger's tables, made and changed by numbered steps: `charter init` takes them all, `charter upgrade` the
missing ones.

The steps are alembic migrations in `versions/`, run from here without any settings file. alembic itself is imported
only to take steps: whether a ledger is up to date is one row to read.
"""

from __future__ import annotations

import secrets
from functools import cache
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, column, select, table
from sqlalchemy.exc import DBAPIError

from charter.files import put
from charter.store.database import address, is_sqlite, open_database, shown, writing
from charter.store.errors import FromNewerSoftware, LedgerExists, NeedsUpgrade, NoLedger, StoreUnavailable

_HERE = Path(__file__).parent
_version = table("alembic_version", column("version_num"))
_LOCK = 0x6368_6172_7465_7220  # "charter " in ASCII: the PostgreSQL advisory lock for whoever changes tables


@cache
def newest() -> str:
    """The version this software works with: the number of the last step, such as "0001"."""
    return max(path.name[:4] for path in (_HERE / "versions").glob("[0-9]*.py"))


def current(engine: Engine) -> str | None:
    """The version a ledger's tables have; None where there are none."""
    try:
        with engine.connect() as connection:
            return connection.execute(select(_version.c.version_num)).scalar_one_or_none()
    except StoreUnavailable:
        raise
    except DBAPIError:  # there is no such table
        return None


def require_newest(engine: Engine) -> None:
    """NoLedger where there are no tables, NeedsUpgrade (or FromNewerSoftware) where they are not of `newest()`."""
    version = current(engine)
    if version is None:
        raise NoLedger(shown(engine))
    if version != newest():
        raise (NeedsUpgrade if version < newest() else FromNewerSoftware)(shown(engine))


def create(where: str | Path | URL) -> None:
    """Make a new, empty ledger; LedgerExists, and nothing is touched, where there is something already.

    However many try at once, one makes it. A crash at any moment leaves a whole ledger or none.
    """
    url = address(where)
    if url.get_backend_name() == "sqlite":
        _create_file(Path(str(url.database)))
        return
    engine = open_database(url)
    try:
        with writing(engine) as connection:
            _lock(connection)
            if engine.dialect.has_table(connection, "entries") or engine.dialect.has_table(
                connection, "alembic_version"
            ):
                raise LedgerExists(shown(url))
            _take_steps(connection)
    finally:
        engine.dispose()


def upgrade(engine: Engine) -> None:
    """Take the steps a ledger lacks, all or none; nothing happens where it lacks none. Several may try at once."""
    if current(engine) is None:
        raise NoLedger(shown(engine))
    with writing(engine) as connection:
        _lock(connection)
        _take_steps(connection)


def grant_application_role(engine: Engine, role: str) -> None:
    """Let a PostgreSQL role append and read, and nothing else.

    INSERT and SELECT on entries, roots and checkpoints, UPDATE of a checkpoint's note and stamp, SELECT and UPDATE on
    the head row, SELECT on the version of the tables; and of answers to orders with a key also DELETE, since they are
    kept for days only. To be run by the tables' owner; the application then signs in as `role`.
    """
    name = engine.dialect.identifier_preparer.quote(role)
    with writing(engine) as connection:
        schema = engine.dialect.identifier_preparer.quote(str(engine.dialect.default_schema_name))
        for statement in (
            f"REVOKE ALL ON entries, head, subtrees, checkpoints, answered, alembic_version FROM {name}",
            f"GRANT USAGE ON SCHEMA {schema} TO {name}",
            f"GRANT SELECT, INSERT ON entries, subtrees, checkpoints TO {name}",
            f"GRANT UPDATE (note, stamp) ON checkpoints TO {name}",
            f"GRANT SELECT, INSERT, DELETE ON answered TO {name}",
            f"GRANT SELECT, UPDATE ON head TO {name}",
            f"GRANT SELECT ON alembic_version TO {name}",
        ):
            connection.exec_driver_sql(statement)


def _create_file(path: Path) -> None:
    # The ledger is made beside its place and then linked to it: the link fails where something has appeared meanwhile.
    # A log left by an earlier ledger would be replayed into the new one, so it counts as something, too.
    leftovers = [path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-journal")]
    for leftover in leftovers:
        if leftover.exists():
            raise LedgerExists(leftover)
    if not path.parent.is_dir():
        msg = f"The folder {path.parent} does not exist. Make it, or choose another place for the ledger."
        raise StoreUnavailable(msg)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        engine = open_database(draft, create=True)
        try:
            with writing(engine) as connection:
                _take_steps(connection)
        finally:
            engine.dispose()  # the last to close it moves the log into the file
        put(draft, path)
    except FileExistsError:
        raise LedgerExists(path) from None
    finally:
        for name in (draft.name, f"{draft.name}-wal", f"{draft.name}-shm"):
            draft.with_name(name).unlink(missing_ok=True)


def _lock(connection: Connection) -> None:
    if not is_sqlite(connection.engine):  # SQLite's write lock, taken by `writing`, does the same
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")


def _take_steps(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
