"""What an admin makes outside the ledger: a checkpoint that seals it, and backups. Both go on in the background."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from fastapi import APIRouter, Request, Response

from charter.backup.kept import Kept, kept_in
from charter.backup.make import make
from charter.backup.refusals import BackupNotWritten
from charter.leaf import instant
from charter.ledger import Ledger
from charter.message import Refused
from charter.phrase import Phrase
from charter.proof.reread import Progress
from charter.publishing import signing_key
from charter.publishing.publish import signers
from charter.publishing.sealing import name_of, seal
from charter.store.database import is_sqlite
from charter.store.published import Published
from projections.published import published
from projections.wording import counted
from web import refusals
from web.access.record import What, record
from web.asking import Admin
from web.pages import then
from web.site import Site, site_of
from web.work import Work

router = APIRouter(prefix="/admin/system")
PAGE = "/admin/system#outside"
SHOWN = 50
"""Backups that are listed."""


class Made(NamedTuple):
    """What was made: when, who asked for it, what it is in a sentence, and what else there is to know."""

    at: datetime
    by: str
    words: Phrase
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outside:
    """What is made outside of one server's ledger."""

    checkpoint: Work[Made] = field(default_factory=lambda: Work("checkpoint"))
    backup: Work[Made] = field(default_factory=lambda: Work("backup"))


def of_site(site: Site) -> Outside:
    """What is made outside of a site's ledger."""
    del site
    return Outside()


@router.post("/checkpoint")
def checkpoint(request: Request, asks: Admin) -> Response:
    """Begin to make a checkpoint, as `charter checkpoint` does."""
    site = site_of(request)

    def do(_: Progress) -> Made:
        notes: list[str] = []
        words = published(seal(site.ledger, notes.append))
        return Made(site.ledger.now(), asks.person, words, tuple(notes))

    if site.once(of_site).checkpoint.begin(asks.person, site.ledger.now(), do):
        record(What.CHECKPOINT_BEGUN, request, person=asks.person)
    return then(PAGE)


@router.post("/backup")
def backup(request: Request, asks: Admin) -> Response:
    """Begin to make a backup in the server's folder and to check it, as `charter backup` does."""
    site = site_of(request)
    folder = site.settings.backups
    if folder is None:
        raise NoBackupFolder

    def do(progress: Progress) -> Made:
        if not folder.is_dir():
            raise BackupNotWritten(path=folder, why="the folder is gone")
        notes: list[str] = []
        taken = make(site.ledger.engine.url, folder, site.ledger.now(), notes.append, progress)
        if taken.without_key:
            people = counted(taken.without_key, "person", "people")
            notes.append(Phrase("The keys of {people} are missing, in the ledger as in the copy.", people=people))
        words = Phrase(
            "{name} is made. Of {entries}, each hashed again: nothing is missing or altered.",
            name=taken.path.name,
            entries=counted(taken.contents.size, "entry", "entries"),
        )
        return Made(site.ledger.now(), asks.person, words, tuple(notes))

    if site.once(of_site).backup.begin(asks.person, site.ledger.now(), do):
        record(What.BACKUP_BEGUN, request, person=asks.person)
    return then(PAGE)


class NoBackupFolder(Refused):
    """This server has no folder for backups. Whoever runs it names one, in CHARTER_BACKUPS."""


def shown(site: Site) -> dict[str, Any]:
    """What the page tells of both: what can be made, what goes on, and what there is."""
    ledger, folder = site.ledger, site.settings.backups
    kept, wrong = _kept(folder) if folder and is_sqlite(ledger.engine) else ([], "")
    return {
        "outside": site.once(of_site),
        "sqlite": is_sqlite(ledger.engine),
        "unsigned": _why_unsigned(ledger),
        "newest": _newest(ledger),
        "folder": folder,
        "backups": kept[:SHOWN],
        "number": len(kept),
        "unreadable": wrong,
    }


def _newest(ledger: Ledger) -> tuple[int, datetime] | None:
    """How many entries the checkpoint published last seals, and when it was made."""
    row = Published(ledger.engine).latest()
    return (row.size, instant(row.made_at)) if row else None


def _why_unsigned(ledger: Ledger) -> str:
    """Why this server cannot sign a checkpoint; empty where it can."""
    try:
        signers(ledger, signing_key.required(name_of(ledger)))
    except Refused as refused:
        return refusals.worded(refused)
    return ""


def _kept(folder: Path) -> tuple[list[Kept], str]:
    """The backups in a folder, and why it cannot be looked into, if it cannot."""
    try:
        return kept_in(folder), ""
    except OSError as error:
        return [], f"{folder}: {error.strerror}"
