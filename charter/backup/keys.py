"""The key store in a backup: whether it has the keys of the ledger beside it, and that who was erased stays erased."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from charter.backup.refusals import KeysOfAnother, NothingErasedThere
from charter.privacy.envelope import SEALED_PART
from charter.privacy.tables import statements
from charter.privacy.vault import Vault
from charter.proof.reread import Progress
from charter.store.database import connect_arguments, open_database
from charter.store.errors import library_errors

_say = statements("sqlite")
_BATCH = 2_000
_SUBJECT = re.compile(rb'"subject":"([0-9a-f]{32})"')


class Erased(NamedTuple):
    """Who was erased, and whose erasure was asked for and is not completed."""

    done: frozenset[str]
    asked: frozenset[str]


def without_key(ledger: Path, stores: Iterable[Path], progress: Progress | None = None) -> int:
    """Of how many people words are sealed in a ledger, but no key is in a key store, though they were not erased."""
    missing: set[str] = set()
    with _reading(ledger) as entries, ExitStack() as opened:
        known = [opened.enter_context(_reading(each)) for each in stores]
        [(total,)] = entries.execute("SELECT max(position) FROM entries")
        sealed = "SELECT position, body FROM entries WHERE instr(body, ?) > 0 ORDER BY position"
        found = entries.execute(sealed, (SEALED_PART,))
        while some := found.fetchmany(_BATCH):
            subjects = {subject for _, body in some for subject in _subjects_in(body)}
            for store in known:
                subjects = _unknown(store, subjects)
            missing |= subjects
            if progress:
                progress(some[-1][0], total)
    return len(missing)


def _subjects_in(body: bytes) -> Iterator[str]:
    return (subject.decode() for subject in _SUBJECT.findall(body, body.rfind(SEALED_PART)))


def _unknown(keys: sqlite3.Connection, subjects: set[str]) -> set[str]:
    wanted = (_say.several(sorted(subjects)),)
    found = {row[0] for row in keys.execute(_say.by_subject, wanted)}
    return subjects - found - {row[0] for row in keys.execute(_say.erased_of, wanted)}


def erased_in(path: Path) -> Erased:
    """Who was erased as a ledger or a key store says, whatever else is in it or wrong with it.

    NoLedger where there is none, NothingErasedThere for any other database.
    """
    with _reading(path) as database:
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
        if "entries" in tables:
            asked = "SELECT stream, max(version) FROM entries WHERE stream >= 'subject/' AND stream < 'subject0'"
            found = {stream.partition("/")[2]: many for stream, many in database.execute(f"{asked} GROUP BY stream")}
            done = frozenset(subject for subject, many in found.items() if many > 1)
            return Erased(done, frozenset(found) - done)
        if "erased" in tables:
            return Erased(frozenset(subject for (subject,) in database.execute(_say.all_erased)), frozenset())
    raise NothingErasedThere(path=path)


def add_keys(store: Path, copied: Path) -> None:
    """Put the copied keys into a key store that is there already, which knows who was erased since they were copied.

    KeysOfAnother, and nothing is changed, where it belongs to another master key.
    """
    with library_errors(), closing(sqlite3.connect(store, isolation_level=None, timeout=60)) as database:
        database.execute("PRAGMA secure_delete = ON")
        database.execute("ATTACH ? AS copied", (str(copied),))
        marks = [row[0] for row in database.execute("SELECT mark FROM main.vault UNION SELECT mark FROM copied.vault")]
        if len([mark for mark in marks if mark is not None]) > 1:
            raise KeysOfAnother(place=store)
        database.execute("BEGIN IMMEDIATE")
        for statement in _ADDING:
            database.execute(statement)
        database.execute("COMMIT")
        database.execute("DETACH copied")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


_ADDING = (
    "INSERT OR IGNORE INTO main.erased (subject) SELECT subject FROM copied.erased",
    "DELETE FROM main.subjects WHERE subject IN (SELECT subject FROM copied.erased)",
    """INSERT OR IGNORE INTO main.subjects (subject, alias, wrapped) SELECT subject, alias, wrapped FROM copied.subjects
        WHERE subject NOT IN (SELECT subject FROM main.erased)""",
    # whoever has come anew under the name since is found by it, and the older key still opens what was written before
    """INSERT OR IGNORE INTO main.subjects (subject, alias, wrapped) SELECT subject, NULL, wrapped FROM copied.subjects
        WHERE subject NOT IN (SELECT subject FROM main.erased)""",
    "UPDATE main.vault SET mark = coalesce(mark, (SELECT mark FROM copied.vault))",
)


def destroy(store: Path, subjects: Iterable[str]) -> int:
    """Destroy the keys of people in a key store, with every trace; how many there were. Raises WrongMasterKey."""
    vault = Vault(store)
    try:
        return vault.destroy(subjects)
    finally:
        vault.close()


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    engine = open_database(path, read_only=True)
    try:
        with library_errors(), closing(sqlite3.connect(**connect_arguments(engine))) as connection:
            connection.execute("PRAGMA query_only = ON")
            yield connection
    finally:
        engine.dispose()
