"""Puts a backup back where no ledger is, checks it first, and keeps erased whoever was erased since it was made."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from charter.backup.archive import ACCOUNTS, KEYS, LEDGER, Contents, opened, unpack
from charter.backup.keys import add_keys, destroy, erased_in, without_key
from charter.backup.refusals import LedgerNotPut, PlaceTaken
from charter.backup.take import Check, Places, checked
from charter.backup.workshop import workshop
from charter.files import on_disk, put
from charter.proof.checkpoint import Checkpoint
from charter.publishing.remembered import Tell
from charter.store.errors import library_errors

_BESIDE = ("", "-wal", "-journal")
"""What a ledger's file may be called, and what SQLite may have left of one."""
_DOORS = {"sessions", "links", "visits", "tokens"}
"""Tables of accounts whose rows let somebody in (`web.access.tables`)."""


class PutBack(NamedTuple):
    """A ledger that was put back."""

    contents: Contents
    sealed: Checkpoint
    destroyed: int
    """Keys that were in the backup, of people who were erased since."""
    asked: frozenset[str]
    """People whose erasure was asked for since, and not completed: it has to be asked for again."""
    without_key: int
    """People whose words are in it and whose keys are not."""
    kept_keys: bool
    """Whether a key store was there already: it was kept, and what it lacked added to it."""
    kept_accounts: bool
    """Whether accounts were there already: they were kept, and those of the backup left out."""


def put_back(
    backup: Path, places: Places, check: Check, erased: Sequence[Path] = (), tell: Tell = lambda _: None
) -> PutBack:
    """Put a backup back; `erased` are ledgers or key stores of later, which know who was erased since.

    The keys come first and the ledger last, so that a crash leaves no ledger, and it can be done again; what was left
    by a copy that was killed is removed, and told. Raises PlaceTaken, NotABackup, KeysOfAnother, NothingErasedThere,
    LedgerNotPut and what `check` raises.
    """
    for ending in _BESIDE:
        taken = places.ledger.with_name(places.ledger.name + ending)
        if taken.exists():
            raise PlaceTaken(path=taken)
    since = [erased_in(path) for path in erased]
    done = frozenset().union(*(each.done for each in since))
    with opened(backup) as (contents, archive), workshop(places.ledger, tell, LedgerNotPut) as folder:
        for name in contents.files:
            unpack(backup, archive, contents, name, folder / name)
        sealed = checked(folder / LEDGER, check)
        asked = frozenset().union(*(each.asked for each in since)) - done
        destroyed = destroy(folder / KEYS, done) if done and KEYS in contents.files else 0
        stores = [each for each in (folder / KEYS, places.keys) if each and each.exists()] if places.keys else []
        missing = without_key(folder / LEDGER, stores)  # the last that takes long: a stop there leaves no keys behind
        kept_keys = _put_keys(folder / KEYS, places.keys)
        if kept_keys and done and places.keys:
            destroy(places.keys, done)
        kept_accounts = _put_accounts(folder / ACCOUNTS, places.accounts)
        try:
            put(folder / LEDGER, places.ledger)
        except FileExistsError:
            raise PlaceTaken(path=places.ledger) from None
    return PutBack(contents, sealed, destroyed, asked, missing, kept_keys, kept_accounts)


def _put_keys(copied: Path, place: Path | None) -> bool:
    """Put the copied keys where they belong; whether a key store was there already."""
    if place is None:
        return False
    if place.exists():
        if copied.exists():
            add_keys(place, copied)
        return True
    if copied.exists():
        on_disk(copied)
        put(copied, place)
    return False


def _put_accounts(copied: Path, place: Path | None) -> bool:
    """Put the copied accounts where they belong, unless some are there; whether there were."""
    if place is None or not copied.exists():
        return False
    _sign_out(copied)
    try:
        put(copied, place)
    except FileExistsError:
        return True
    return False


def _sign_out(accounts: Path) -> None:
    """End what opens a door for whoever holds it: a session or link that was ended since must not be good again."""
    with library_errors(), closing(sqlite3.connect(accounts, isolation_level=None)) as database:
        database.execute("PRAGMA secure_delete = ON")
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for table in _DOORS & tables:
            database.execute(f"DELETE FROM {table}")  # noqa: S608  # one of ours
    on_disk(accounts)
