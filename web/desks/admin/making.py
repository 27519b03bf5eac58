"""Where an admin has a checkpoint or a backup made, and sees how far it is and what there is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from charter.backup.workshop import cut_off_in
from charter.leaf import instant
from charter.ledger import Ledger
from charter.message import Refused
from charter.publishing import signing_key
from charter.publishing.publish import signers
from charter.publishing.sealing import name_of
from charter.store.database import is_sqlite
from charter.store.published import Published
from web import refusals
from web.asking import Admin
from web.making import BackupsUnreadable, backups, begin_backup, begin_checkpoint, of_site
from web.pages import then
from web.site import Site

router = APIRouter(prefix="/admin/system")
PAGE = "/admin/system#making"
SHOWN = 50
"""Backups that are listed."""


@router.post("/checkpoint")
def checkpoint(request: Request, asks: Admin) -> Response:
    """Begin to make a checkpoint."""
    begin_checkpoint(request, asks.person)
    return then(PAGE)


@router.post("/backup")
def backup(request: Request, asks: Admin) -> Response:
    """Begin to make a backup."""
    begin_backup(request, asks.person)
    return then(PAGE)


def shown(site: Site) -> dict[str, Any]:
    """What the page tells of both: what can be made, what goes on, what was cut off, and what there is."""
    ledger, folder = site.ledger, site.settings.backups if is_sqlite(site.ledger.engine) else None
    try:
        kept, wrong = backups(folder) if folder else [], ""
    except BackupsUnreadable as refused:
        kept, wrong = [], refusals.worded(refused)
    return {
        "making": site.once(of_site),
        "sqlite": is_sqlite(ledger.engine),
        "unsigned": _why_unsigned(ledger),
        "newest": _newest(ledger),
        "folder": folder,
        "cut_off": cut_off_in(folder) if folder else [],
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
