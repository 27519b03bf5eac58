"""Makes a backup of a ledger in files: copied while it is written to, checked, packed, and read again."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine

from charter import __version__
from charter.backup.archive import ACCOUNTS, KEYS, LEDGER, Contents, pack
from charter.backup.copying import copy_database
from charter.backup.keys import without_key
from charter.backup.refusals import BackupExists, BackupNotWritten
from charter.files import put
from charter.leaf import stamp
from charter.proof.checkpoint import Checkpoint
from charter.proof.reread import Progress
from charter.store.database import open_database

Check = Callable[[Engine], Checkpoint]
"""Says what a copied ledger comes to, and raises if anything is wrong with it."""


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


def take(places: Places, target: Path, at: datetime, check: Check, progress: Progress | None = None) -> Taken:
    """Make a backup, as a new file or in a folder under the name of its time.

    The ledger is copied first and the keys after it: a key is made before the first entry that is sealed under it, so
    none can be missing. Who is erased in between has no key in the copy. Raises BackupExists, BackupNotWritten, what
    `check` raises, and NoLedger or StoreUnavailable where the databases cannot be read.
    """
    path = target / f"charter-{at:%Y%m%dT%H%M%SZ}.backup" if target.is_dir() else target
    if path.exists():
        raise BackupExists(path=path)
    with _workshop(path) as folder:
        files = {}
        for name, place in ((LEDGER, places.ledger), (KEYS, places.keys), (ACCOUNTS, places.accounts)):
            if place is not None and (name == LEDGER or place.exists()):
                copy_database(place, folder / name, progress if name == LEDGER else None)
                files[name] = folder / name
        sealed = checked(folder / LEDGER, check)
        missing = without_key(folder / LEDGER, files.get(KEYS)) if places.keys else 0
        draft = folder / f"{secrets.token_hex(4)}.zip"
        facts = {"ledger": sealed.origin, "size": sealed.size, "root": sealed.root.hex()}
        contents = pack(draft, files, made_at=stamp(at), software=__version__, **facts)
        put(draft, path)
    return Taken(path, contents, path.stat().st_size, missing)


def checked(ledger: Path, check: Check) -> Checkpoint:
    """What a ledger in a file comes to; raises what `check` raises."""
    engine = open_database(ledger, read_only=True)
    try:
        return check(engine)
    finally:
        engine.dispose()


@contextmanager
def _workshop(path: Path) -> Iterator[Path]:
    """A folder beside the backup, for its owner alone, that is gone afterwards."""
    try:
        with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
            yield Path(folder)
    except FileExistsError:
        raise BackupExists(path=path) from None
    except OSError as error:
        raise BackupNotWritten(path=path, why=error.strerror) from None
