"""What an admin makes outside the ledger: a checkpoint that seals it, and backups. Both go on in the background."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import NamedTuple, TypeVar

from fastapi import Request

from charter.answers import KeyReused
from charter.backup.kept import Kept, kept_in
from charter.backup.make import make, places_of
from charter.backup.refusals import BackupNotWritten
from charter.backup.workshop import leave_mark
from charter.message import Refused
from charter.phrase import Phrase
from charter.proof.reread import Progress
from charter.publishing.sealing import seal
from projections.published import published
from projections.wording import counted
from web.access.record import What, record
from web.site import Site, site_of
from web.work import CutOff, Run, Work

N = TypeVar("N")
MOST = 1_000
"""How many of those that were begun are known by their ids and keys; the oldest are forgotten first."""


class Made(NamedTuple):
    """What was made: when, who asked for it, what it is in a sentence, and what else there is to know."""

    at: datetime
    by: str
    words: Phrase
    notes: tuple[str, ...] = ()


class NoBackupFolder(Refused):
    """This server has no folder for backups. Whoever runs it names one, in CHARTER_BACKUPS."""


class BackupsUnreadable(Refused):
    """The folder for backups cannot be looked into. {folder}: {why}. Tell whoever runs this server."""


@dataclass(slots=True)
class Making:
    """What is made outside of one server's ledger, and the runs of it, by their ids and by the keys they came with."""

    checkpoint: Work[Made] = field(default_factory=lambda: Work("checkpoint"))
    backup: Work[Made] = field(default_factory=lambda: Work("backup"))
    runs: dict[str, Run[Made]] = field(default_factory=dict)
    _keys: dict[tuple[str, str], Run[Made]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def begin(
        self, work: Work[Made], by: str, at: datetime, do: Callable[[Progress], Made], key: str | None
    ) -> tuple[Run[Made], bool]:
        """Begin, unless one goes on already, or what came with this key came to something.

        Gives what was begun then or now, and whether it was now; raises KeyReused, NotBegun and Stopping.
        """
        with self._lock:
            known = self._keys.get((by, key)) if key else None
            if known is not None and known.what != work.name:
                raise KeyReused
            if known is not None and not known.failed:
                return known, False
            run, begun = work.begin(by, at, do)
            _keep(self.runs, run.id, run)
            if key:
                _keep(self._keys, (by, key), run)
        return run, begun


def _keep(runs: dict[N, Run[Made]], name: N, run: Run[Made]) -> None:
    runs[name] = run
    if len(runs) > MOST:
        del runs[next(iter(runs))]


def of_site(site: Site) -> Making:
    """What is made outside of a site's ledger."""
    del site
    return Making()


def begin_checkpoint(request: Request, by: str, key: str | None = None) -> Run[Made]:
    """Begin to make a checkpoint, as `charter checkpoint` does; raises what `Making.begin` raises."""
    site = site_of(request)

    def do(_: Progress) -> Made:
        notes: list[str] = []
        words = published(seal(site.ledger, notes.append))
        return Made(site.ledger.now(), by, words, tuple(notes))

    making = site.once(of_site)
    run, begun = making.begin(making.checkpoint, by, site.ledger.now(), do, key)
    if begun:
        record(What.CHECKPOINT_BEGUN, request, person=by)
    return run


def begin_backup(request: Request, by: str, key: str | None = None) -> Run[Made]:
    """Begin to make a backup in the server's folder and to check it, as `charter backup` does.

    Raises OnlyFiles, NoBackupFolder and what `Making.begin` raises.
    """
    site = site_of(request)
    places_of(site.ledger.engine.url, lambda _: None)
    folder, at = folder_of(site), site.ledger.now()

    def do(progress: Progress) -> Made:
        try:
            return _backup(site, folder, at, by, progress)
        except CutOff:
            with suppress(OSError):
                leave_mark(folder, at)  # for whoever looks once the server runs again
            raise

    making = site.once(of_site)
    run, begun = making.begin(making.backup, by, at, do, key)
    if begun:
        record(What.BACKUP_BEGUN, request, person=by)
    return run


def _backup(site: Site, folder: Path, at: datetime, by: str, progress: Progress) -> Made:
    if not folder.is_dir():
        raise BackupNotWritten(path=folder, why="the folder is gone")
    notes: list[str] = []
    taken = make(site.ledger.engine.url, folder, at, notes.append, progress)
    if taken.without_key:
        people = counted(taken.without_key, "person", "people")
        notes.append(Phrase("The keys of {people} are missing, in the ledger as in the copy.", people=people))
    words = Phrase(
        "{name} is made. Of {entries}, each hashed again: nothing is missing or altered.",
        name=taken.path.name,
        entries=counted(taken.contents.size, "entry", "entries"),
    )
    return Made(site.ledger.now(), by, words, tuple(notes))


def folder_of(site: Site) -> Path:
    """The folder in which a server's backups are made; raises NoBackupFolder."""
    if site.settings.backups is None:
        raise NoBackupFolder
    return site.settings.backups


def backups(folder: Path) -> list[Kept]:
    """The backups in a folder, the newest first; raises BackupsUnreadable."""
    try:
        return kept_in(folder)
    except OSError as error:
        raise BackupsUnreadable(folder=folder, why=error.strerror) from None
