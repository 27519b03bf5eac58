"""The tables of the key store, and what is asked of them, in the words of each database."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import URL, Engine, event, inspect

from charter.store.database import is_sqlite, open_database, writing

_LOCK = 5_206_340_271_884_113


class Statements(NamedTuple):
    """The text of each statement; the comment gives its parameters in order."""

    make: tuple[str, ...]
    several: Callable[[Sequence[str]], Any]
    """A list of text as one parameter."""
    insert: str  # what `rows` makes of people; nothing happens where an alias has somebody
    rows: Callable[[Sequence[tuple[str, str | None, bytes]]], Any]
    """What `insert` takes for people: each with an alias or None, and a wrapped key."""
    by_alias: str  # aliases → alias, subject, wrapped
    by_subject: str  # subjects → subject, wrapped
    erased_of: str  # subjects → those that were erased
    all_erased: str
    remember_erased: str  # subject
    destroy: str  # subjects
    mark: str  # → the mark of the master key
    set_mark: str  # mark
    clear: str


@cache
def statements(database: str) -> Statements:
    """The texts for a database, "sqlite" or "postgresql"."""
    return _postgres() if database == "postgresql" else _sqlite()


def open_keys(where: URL) -> Engine:
    """An engine for a key store; a missing SQLite file is made, for its owner alone."""
    if where.get_backend_name() == "sqlite":
        path = Path(str(where.database))
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # before SQLite would make it readable for all
    engine = open_database(where, create=True)
    if is_sqlite(engine):
        event.listen(engine, "connect", _forgetful)
    return engine


def _forgetful(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten
    connection.execute("PRAGMA wal_autocheckpoint = 16000")  # 64 MiB: imports write the same pages of the index again


def leave_no_trace(engine: Engine) -> None:
    """Clear away the copies of deleted rows that the database itself keeps."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(statements(engine.dialect.name).clear)


def prepare(engine: Engine, mark: bytes | None) -> bytes | None:
    """Make the tables if they are not there; any number of processes may try at once.

    Gives the mark of the master key that the store belongs to, which is `mark` if it had none.
    """
    say = statements(engine.dialect.name)
    schema = None if is_sqlite(engine) else "keys"
    if not inspect(engine).has_table("vault", schema):
        with writing(engine) as connection:
            if not is_sqlite(engine):  # on SQLite whoever may write is alone
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
            for statement in say.make:
                connection.exec_driver_sql(statement)
    with engine.connect() as connection:
        known = connection.exec_driver_sql(say.mark).scalar_one()
    if known is None and mark is not None:
        with writing(engine) as connection:
            connection.exec_driver_sql(say.set_mark, (mark,))
            known = connection.exec_driver_sql(say.mark).scalar_one()
    return None if known is None else bytes(known)


def _sqlite() -> Statements:
    return Statements(
        make=(
            """CREATE TABLE IF NOT EXISTS subjects (
                subject TEXT PRIMARY KEY, alias TEXT UNIQUE, wrapped BLOB NOT NULL
            ) WITHOUT ROWID""",
            "CREATE TABLE IF NOT EXISTS erased (subject TEXT PRIMARY KEY) WITHOUT ROWID",
            """CREATE TABLE IF NOT EXISTS vault (
                id INTEGER PRIMARY KEY CHECK (id = 1), mark BLOB
            )""",
            "INSERT OR IGNORE INTO vault (id) VALUES (1)",
        ),
        several=lambda texts: json.dumps(list(texts)),
        insert="INSERT INTO subjects (subject, alias, wrapped) VALUES (?, ?, ?) ON CONFLICT (alias) DO NOTHING",
        rows=list,
        by_alias="SELECT alias, subject, wrapped FROM subjects WHERE alias IN (SELECT value FROM json_each(?))",
        by_subject="SELECT subject, wrapped FROM subjects WHERE subject IN (SELECT value FROM json_each(?))",
        erased_of="SELECT subject FROM erased WHERE subject IN (SELECT value FROM json_each(?))",
        all_erased="SELECT subject FROM erased",
        remember_erased="INSERT INTO erased (subject) VALUES (?) ON CONFLICT DO NOTHING",
        destroy="DELETE FROM subjects WHERE subject IN (SELECT value FROM json_each(?))",
        mark="SELECT mark FROM vault",
        set_mark="UPDATE vault SET mark = coalesce(mark, ?)",
        clear="PRAGMA wal_checkpoint(TRUNCATE)",
    )


def _postgres() -> Statements:
    return Statements(
        make=(
            "CREATE SCHEMA IF NOT EXISTS keys",
            """CREATE TABLE IF NOT EXISTS keys.subjects (
                subject text COLLATE "C" PRIMARY KEY, alias text COLLATE "C" UNIQUE, wrapped bytea NOT NULL
            )""",
            'CREATE TABLE IF NOT EXISTS keys.erased (subject text COLLATE "C" PRIMARY KEY)',
            """CREATE TABLE IF NOT EXISTS keys.vault (
                id integer PRIMARY KEY CHECK (id = 1), mark bytea
            )""",
            "INSERT INTO keys.vault (id) VALUES (1) ON CONFLICT DO NOTHING",
        ),
        several=list,
        insert="""INSERT INTO keys.subjects (subject, alias, wrapped)
            SELECT * FROM unnest(%s::text[], %s::text[], %s::bytea[]) ON CONFLICT (alias) DO NOTHING""",
        rows=lambda rows: tuple(map(list, zip(*rows, strict=True))),
        by_alias="SELECT alias, subject, wrapped FROM keys.subjects WHERE alias = ANY(%s)",
        by_subject="SELECT subject, wrapped FROM keys.subjects WHERE subject = ANY(%s)",
        erased_of="SELECT subject FROM keys.erased WHERE subject = ANY(%s)",
        all_erased="SELECT subject FROM keys.erased",
        remember_erased="INSERT INTO keys.erased (subject) VALUES (%s) ON CONFLICT DO NOTHING",
        destroy="DELETE FROM keys.subjects WHERE subject = ANY(%s)",
        mark="SELECT mark FROM keys.vault",
        set_mark="UPDATE keys.vault SET mark = coalesce(mark, %s)",
        clear="VACUUM keys.subjects",
    )
