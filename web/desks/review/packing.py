"""A pack of evidence as a file to download: made in a temporary file, which is gone when it has been sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from os import SEEK_END
from tempfile import TemporaryFile
from typing import IO

from fastapi import Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict

from charter.evidence import seal
from charter.message import Refused
from charter.privacy import master
from charter.publishing.policy_file import policy
from charter.publishing.roots_file import given_roots
from web.documents.evidence.casebook import Contents
from web.documents.evidence.gathering import gather
from web.forms import Typed, read
from web.site import Site

MOST = 2_000
"""Decisions that are packed while somebody waits; more are packed where the ledger is, from a terminal."""
PIECE = 1 << 18


class TooManyToPack(Refused):
    """These are {count} decisions, and {most} at most are packed here. Ask for a shorter period, or have all of them
    packed where the ledger is: charter evidence."""


def pack(site: Site, decisions: Sequence[str], about: str, *, opened: bool) -> Response:
    """A zip with everything that proves decisions; `about` says in words which they are.

    Raises TooManyToPack, MasterKeyMissing, and what the seal and the pack are refused for.
    """
    if len(decisions) > MOST:
        raise TooManyToPack(count=f"{len(decisions):,}", most=f"{MOST:,}")
    if opened and site.ledger.vault.master is None:
        raise master.MasterKeyMissing(path=master.default_file())
    contents = Contents(about, opened, seal.newest(site.ledger, policy(), given_roots()))
    file = TemporaryFile()  # noqa: SIM115  # it lives until it is sent
    try:
        gather(site.views, file, decisions, contents)
        size = file.seek(0, SEEK_END)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    name = f"evidence-{decisions[0][:8]}.zip" if len(decisions) == 1 else f"evidence-{len(decisions)}-decisions.zip"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Length": str(size),
        "Cache-Control": "no-store",
    }
    return StreamingResponse(_pieces(file), headers=headers, media_type="application/zip")


class Opened(BaseModel):
    """Whether the words of people are wanted in the open."""

    model_config = ConfigDict(frozen=True)

    opened: bool = False


def asked_open(given: Typed) -> bool:
    """Whether the words of people are wanted in the open."""
    return read(Opened, given).opened


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece
