"""The tables of the key store, and what is asked of them, in the words of each database."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

NewRow = tuple[str, str | None, bytes]
"""Somebody who is about to be kept: subject, alias if there is one, wrapped key."""
LOCK = 5_206_340_271_884_113
"""What PostgreSQL's lock is called under which the tables are made."""


class Statements(NamedTuple):
    """The text of each statement; the comment gives its parameters in order."""

    exists: str  # → a row, if the tables are there
    lock: str | None  # LOCK; nobody else makes the tables until the transaction ends
    make: tuple[str, ...]
    several: Callable[[Sequence[str]], Any]
    """A list of text as one parameter."""
    insert: str
    """Takes a `NewRow`, and does nothing where its alias has somebody; PostgreSQL's takes a list of each of the three,
    and gives the aliases that have."""
    by_alias: str  # aliases → alias, subject, wrapped
    by_subject: str  # subjects → subject, wrapped
    erased_of: str  # subjects → those that were erased
    all_erased: str
    remember_erased: str  # subjects
    destroy: str  # subjects
    mark: str  # → the mark of the master key
    set_mark: str  # mark
    clear: str


@cache
def statements(database: str) -> Statements:
    """The texts for a database, "sqlite" or "postgresql"."""
    return _postgres() if database == "postgresql" else _sqlite()


def _sqlite() -> Statements:
    return Statements(
        exists="SELECT 1 FROM sqlite_master WHERE name = 'vault'",
        lock=None,  # whoever may write is alone
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
        by_alias="SELECT alias, subject, wrapped FROM subjects WHERE alias IN (SELECT value FROM json_each(?))",
        by_subject="SELECT subject, wrapped FROM subjects WHERE subject IN (SELECT value FROM json_each(?))",
        erased_of="SELECT subject FROM erased WHERE subject IN (SELECT value FROM json_each(?))",
        all_erased="SELECT subject FROM erased",
        remember_erased="INSERT OR IGNORE INTO erased (subject) SELECT value FROM json_each(?)",
        destroy="DELETE FROM subjects WHERE subject IN (SELECT value FROM json_each(?))",
        mark="SELECT mark FROM vault",
        set_mark="UPDATE vault SET mark = coalesce(mark, ?)",
        clear="PRAGMA wal_checkpoint(TRUNCATE)",
    )


def _postgres() -> Statements:
    return Statements(
        exists="SELECT 1 WHERE to_regclass('keys.vault') IS NOT NULL",
        lock="SELECT pg_advisory_xact_lock(%s)",
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
        insert="""WITH given AS (
                SELECT * FROM unnest(%b::text[], %b::text[], %b::bytea[]) AS given (subject, alias, wrapped)
            ), kept AS (
                INSERT INTO keys.subjects (subject, alias, wrapped) SELECT * FROM given
                ON CONFLICT (alias) DO NOTHING RETURNING subject
            ) SELECT alias FROM given WHERE NOT EXISTS (SELECT FROM kept WHERE kept.subject = given.subject)""",
        by_alias="SELECT alias, subject, wrapped FROM keys.subjects WHERE alias = ANY(%s)",
        by_subject="SELECT subject, wrapped FROM keys.subjects WHERE subject = ANY(%s)",
        erased_of="SELECT subject FROM keys.erased WHERE subject = ANY(%s)",
        all_erased="SELECT subject FROM keys.erased",
        remember_erased="INSERT INTO keys.erased (subject) SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING",
        destroy="DELETE FROM keys.subjects WHERE subject = ANY(%s)",
        mark="SELECT mark FROM keys.vault",
        set_mark="UPDATE keys.vault SET mark = coalesce(mark, %s)",
        clear="VACUUM keys.subjects",
    )
