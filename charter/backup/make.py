"""Makes a backup of the ledger that is in use: finds its databases, and compares with what is known outside."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy import URL

from charter.backup.refusals import OnlyFiles
from charter.backup.take import Places, Taken, take
from charter.backup.whole import whole
from charter.proof.checkpoint import Checkpoint
from charter.proof.identity import origin
from charter.proof.reread import Progress
from charter.publishing.remembered import Tell, by_name, by_place, recall
from charter.store.database import address, beside, open_database, shown, variable_of


def make(
    where: str | URL,
    target: Path,
    at: datetime,
    tell: Tell,
    progress: Progress | None = None,
    *,
    keys: bool = True,
    workers: int = 1,
) -> Taken:
    """Make a backup of a ledger in files as a new file, or in a folder under the name of its time.

    The copy, which is checked in so many processes, has to be whole and to continue what was verified or signed here
    before. Without `keys` the key store is left out. What is not part of it, and what cannot be read, is told. Raises
    OnlyFiles and what `take` raises.
    """
    places = places_of(where, tell)
    check = partial(whole, outside=known_of(where, tell), workers=workers)
    return take(places if keys else places._replace(keys=None), target, at, check, progress, tell)


def places_of(where: str | URL, tell: Tell) -> Places:
    """Where the databases of a ledger are; raises OnlyFiles."""
    url = address(where)
    if url.get_backend_name() != "sqlite":
        raise OnlyFiles(place=shown(url))
    return Places(Path(str(url.database)), _file(url, "keys", tell), _file(url, "accounts", tell))


def known_of(where: str | URL, tell: Tell) -> list[Checkpoint]:
    """What was verified or signed here before, of the ledger that is there now; raises NoLedger."""
    engine = open_database(where, read_only=True)
    try:
        return recall(by_place(where), by_name(origin(engine)), tell=tell)
    finally:
        engine.dispose()


def _file(ledger: URL, part: str, tell: Tell) -> Path | None:
    """Where a part of a ledger is; None where it is in PostgreSQL, which is told."""
    url = beside(ledger, part)
    if url.get_backend_name() == "sqlite":
        return Path(str(url.database))
    tell(f"{shown(url)} ({variable_of(part)}) is in PostgreSQL: it is not part of a backup, see docs/backup.md.")
    return None
