"""Makes a backup of a ledger in files: copied while it is written to, checked, packed, and read again."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import NamedTuple, Protocol

from sqlalchemy import Engine

from charter import __version__
from charter.backup.archive import ACCOUNTS, KEYS, LEDGER, Contents, pack
from charter.backup.copying import copy_database
from charter.backup.keys import without_key
from charter.backup.refusals import BackupExists
from charter.backup.workshop import workshop
from charter.files import put
from charter.leaf import stamp
from charter.proof.checkpoint import Checkpoint
from charter.proof.reread import Progress
from charter.publishing.remembered import Tell
from charter.store.database import open_database

Check = Callable[[Engine], Checkpoint]
"""Says what a copied ledger comes to, and raises if anything is wrong with it."""


class Checking(Protocol):
    """A check that tells how far it is."""

    def __call__(self, engine: Engine, /, *, progress: Progress | None) -> Checkpoint:
        """Do as a `Check` does."""


class Places(NamedTuple):
    """Where the databases of one ledger are. Only the first has to be there."""

    ledger: Path
    keys: Path | None
    accounts: Path | None


class Taken(NamedTuple):
    """A backup that was made: where it is, what is in it, and of how many people the key was missing already."""

    path: Path
    contents: Contents
    bytes: int
    without_key: int


def take(
    places: Places,
    target: Path,
    at: datetime,
    check: Checking,
    progress: Progress | None = None,
    tell: Tell = lambda _: None,
) -> Taken:
    """Make a backup, as a new file or in a folder under the name of its time.

    The ledger is copied first and the keys after it: a key is made before the first entry that is sealed under it, so
    none can be missing. Who is erased in between has no key in the copy. `progress` is told the percent of all there is
    to do, of 100; what an exception of it cuts off leaves nothing. What was left by a copy that was killed is removed,
    and told. Raises BackupExists for a file that is there, BackupNotWritten, what `check` raises, and NoLedger or
    StoreUnavailable where the databases cannot be read.
    """
    if target.exists() and not target.is_dir():
        raise BackupExists(path=target)
    with workshop(next(_names(target, at)), tell) as folder:
        bytes_ = [place.stat().st_size if place and place.exists() else 0 for place in places]
        to_search = bytes_[0] if places.keys else 0
        *copying, checking, searching, packing = _parts(progress, [*bytes_, bytes_[0], to_search, 2 * sum(bytes_)])
        files = {}
        for name, place, step in zip((LEDGER, KEYS, ACCOUNTS), places, copying, strict=True):
            if place is not None and (name == LEDGER or place.exists()):
                copy_database(place, folder / name, step)
                files[name] = folder / name
        sealed = checked(folder / LEDGER, partial(check, progress=checking))
        stores = [files[KEYS]] if KEYS in files else []
        missing = without_key(folder / LEDGER, stores, searching) if places.keys else 0
        draft = folder / f"{secrets.token_hex(4)}.zip"
        facts = {"ledger": sealed.origin, "size": sealed.size, "root": sealed.root.hex()}
        contents = pack(draft, files, packing, made_at=stamp(at), software=__version__, **facts)
        path = _put(draft, target, at)
    return Taken(path, contents, path.stat().st_size, missing)


def checked(ledger: Path, check: Check) -> Checkpoint:
    """What a ledger in a file comes to; raises what `check` raises."""
    engine = open_database(ledger, read_only=True)
    try:
        return check(engine)
    finally:
        engine.dispose()


def _names(target: Path, at: datetime) -> Iterator[Path]:
    """What a backup may be called: in a folder by its time, and those of one second are numbered."""
    if not target.is_dir():
        yield target
        return
    name = f"charter-{at:%Y%m%dT%H%M%SZ}"
    yield target / f"{name}.backup"
    yield from (target / f"{name}-{number}.backup" for number in count(2))


def _put(draft: Path, target: Path, at: datetime) -> Path:
    """Give a backup the first of its names that is free; raises BackupExists where none is."""
    for path in _names(target, at):
        with suppress(FileExistsError):
            put(draft, path)
            return path
    raise BackupExists(path=target)


def _parts(progress: Progress | None, weights: Sequence[int]) -> list[Progress | None]:
    """The progress of one step after the other, which together are told as percent of the whole."""
    if progress is None:
        return [None] * len(weights)
    whole = max(sum(weights), 1)

    def told(before: int, weight: int, done: int, total: int) -> None:
        progress(100 * (before + weight * done // max(total, 1)) // whole, 100)

    return [partial(told, sum(weights[:number]), weight) for number, weight in enumerate(weights)]
