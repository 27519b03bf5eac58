"""The log for strangers to verify: the newest checkpoint, and the tiles of the tree that it seals.

The addresses are those of https://c2sp.org/tlog-tiles below /log. They are read from the ledger itself. Nothing beyond
the newest published checkpoint is given out, and what is given out never changes. Tiles are hashes; the bundles of
entries beside them also hold times and the names of streams, in which people's ids stand, so they are only there where
whoever runs the server chose so.
"""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from charter.leaf import record
from charter.message import NotFound
from charter.proof.stored import StoredTree
from charter.proof.tile import ENTRIES, Tile, bundle
from charter.publishing.publish import Latest, latest_of
from charter.tree import TILE_WIDTH
from web.desks.public.cacheable import FOR_EVER, GET, cacheable
from web.site import Site, site_of

router = APIRouter()


class NoLog(NotFound):
    """The log of this ledger is not given out here."""


class EmptyLog(NotFound):
    """Nothing is sealed here yet: no checkpoint has been published."""


class NoTile(NotFound):
    """There is no {path} in the log, which reaches to entry {size}. See /log/checkpoint for the newest."""


@router.api_route("/log/checkpoint", methods=GET, include_in_schema=False)
def checkpoint(request: Request) -> Response:
    """The newest published checkpoint with its signatures (https://c2sp.org/tlog-checkpoint)."""
    return cacheable(request, _latest(site_of(request)).row.note.encode(), "text/plain; charset=utf-8")


@router.api_route("/log/tile/{path:path}", methods=GET, include_in_schema=False)
def tile(request: Request, path: str) -> Response:
    """A tile of hashes, or a bundle of leaf records."""
    site = site_of(request)
    size = _latest(site).signed.checkpoint.size
    wanted = _tile(f"tile/{path}", size)
    if wanted.level == ENTRIES and not site.settings.publish_entries:
        raise NoLog
    return cacheable(request, _read(site, wanted), "application/octet-stream", keep=FOR_EVER)


def _latest(site: Site) -> Latest:
    if not site.settings.publish_log:
        raise NoLog
    latest = latest_of(site.ledger)
    if latest is None:
        raise EmptyLog
    return latest


def _tile(path: str, size: int) -> Tile:
    """The tile at a path, if the tree of so many leaves has it; raises NoTile."""
    try:
        found = Tile.parse(path)
    except ValueError:
        raise NoTile(path=path[:80], size=f"{size:,}") from None
    if found.ranges()[-1][1] > size:
        raise NoTile(path=path, size=f"{size:,}")
    return found


def _read(site: Site, wanted: Tile) -> bytes:
    recorder = site.ledger.entries_recorder
    first = wanted.number * TILE_WIDTH
    if wanted.level == ENTRIES:
        return bundle(record(*row) for row in recorder.rows(first, wanted.width))
    return b"".join(StoredTree(recorder).hashes(wanted.level, first, first + wanted.width))
