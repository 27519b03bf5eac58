"""Lays a ledger's log out as files that any web server can hand to strangers: tiles, leaf records and the checkpoint.

The files are those of https://c2sp.org/tlog-tiles. They reach exactly as far as the newest published checkpoint, whose
own file is written last: whoever fetches it finds all that it seals. Nothing is written before it is known to lead to
that checkpoint's root, and nothing that was laid out is ever changed, so the work may stop anywhere and be taken up.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from charter.leaf import record
from charter.ledger import Ledger
from charter.message import Refused
from charter.proof.checkpoint import Checkpoint, SignedCheckpoint
from charter.proof.reread import Progress
from charter.proof.stored import StoredTree
from charter.proof.tile import Tile, bundle, new_bundles, new_tiles
from charter.publishing.folder import Folder
from charter.publishing.publish import newest_of
from charter.store.errors import TreeDamaged
from charter.store.recorder import LedgerRecorder
from charter.tree import TILE_HEIGHT, TILE_WIDTH, Frontier, TileRoot, leaf_hash

CHECKPOINT = "checkpoint"
_BUNDLES = 16
"""Bundles of 256 entries that are in memory at a time: two or three megabytes."""
_ROOTS = 1 << 14
"""Stored roots that are read at a time."""


class FolderOfAnother(Refused):
    """{place} holds the log of another ledger, {origin}. Choose another folder for this one."""


class FolderAhead(Refused):
    """{place} reaches to entry {there}, and the newest published checkpoint of this ledger only to {here}.
    Was an older copy of the ledger put back? See: charter verify"""


class FolderNotContinued(Refused):
    """The ledger does not continue the {size} entries laid out in {place}: one of the two was altered.
    Nothing was changed there. See: charter verify"""


class NotALogFolder(Refused):
    """{place} is not a checkpoint ({why}), so nothing was changed in its folder. Choose another folder."""


class LaidOut(NamedTuple):
    """What came of it."""

    size: int
    """How many entries the folder holds now."""
    before: int
    """How many it held."""
    written: int
    """How many files were written."""
    there: int
    """How many were there already, and the same."""


def lay_out(ledger: Ledger, place: Path, *, compare: bool = False, progress: Progress | None = None) -> LaidOut:
    """Bring a folder up to the newest published checkpoint; the folder is made if it is missing.

    What lies before the folder's own checkpoint is only read again to `compare`. Memory stays flat. Raises the refusals
    of this module, FileDiffers, NothingSealed, and PublishedUnreadable or TreeDamaged where the ledger is damaged.
    """
    latest = newest_of(ledger)
    published, sealed = latest.row, latest.signed.checkpoint
    recorder, folder = ledger.entries_recorder, Folder(place)
    with folder.alone():
        before = _before(folder, place, StoredTree(recorder), sealed)
        written, there = folder.keep_all(_files(recorder, sealed, 0 if compare else before, progress))
        folder.settle()  # a crash before here leaves files that the next run finds right
        if folder.read(CHECKPOINT) != published.note.encode():
            folder.replace(CHECKPOINT, published.note.encode())
            folder.settle()
            written += 1
    return LaidOut(sealed.size, before, written, there)


def _before(folder: Folder, place: Path, tree: StoredTree, sealed: Checkpoint) -> int:
    """How far the folder reaches already, if what it holds is the beginning of this ledger."""
    data = folder.read(CHECKPOINT)
    if data is None:
        return 0
    try:
        old = SignedCheckpoint.parse(data).checkpoint
    except ValueError as error:
        raise NotALogFolder(place=place / CHECKPOINT, why=error) from None
    if old.origin != sealed.origin:
        raise FolderOfAnother(place=place, origin=old.origin)
    if old.size > sealed.size:
        raise FolderAhead(place=place, there=f"{old.size:,}", here=f"{sealed.size:,}")
    try:
        tree.consistency(old, sealed)
    except TreeDamaged:
        raise FolderNotContinued(place=place, size=f"{old.size:,}") from None
    return old.size


def _files(
    recorder: LedgerRecorder, sealed: Checkpoint, start: int, progress: Progress | None
) -> Iterator[tuple[str, bytes]]:
    """Path and contents of each file that `sealed.size` entries have and `start` had not, the entries' own first."""
    tree = StoredTree(recorder)
    higher = _proved(tree, sealed)
    bundles = new_bundles(start, sealed.size)
    while several := list(islice(bundles, _BUNDLES)):
        for tile, records in _records(recorder, several):
            hashes = [leaf_hash(each) for each in records]
            _require_same(tree, tile, hashes)
            yield tile.path, bundle(records)
            yield Tile(0, tile.number, tile.width).path, b"".join(hashes)
            if progress:
                progress(tile.number * TILE_WIDTH + tile.width, sealed.size)
    for tile in new_tiles(start, sealed.size):
        first = tile.number * TILE_WIDTH
        if tile.level == 1:
            yield tile.path, b"".join(tree.hashes(1, first, first + tile.width))
        elif tile.level > 1:
            yield tile.path, b"".join(higher[tile.level, number] for number in range(first, first + tile.width))


def _proved(tree: StoredTree, sealed: Checkpoint) -> dict[tuple[int, int], bytes]:
    """The roots above level 1, by level and number, once those of level 1 have been shown to lead to the checkpoint."""
    frontier = Frontier()
    higher: list[TileRoot] = []
    full = sealed.size // TILE_WIDTH
    for first in range(0, full, _ROOTS):
        for root in tree.hashes(1, first, min(full, first + _ROOTS)):
            frontier.append_subtree(TILE_HEIGHT, root, higher)
    frontier.extend(tree.hashes(0, full * TILE_WIDTH, sealed.size))
    if frontier.root() != sealed.root:
        msg = "The stored hashes do not lead to the root that the checkpoint seals. Run 'charter verify'."
        raise TreeDamaged(msg)
    return {(level, number): root for level, number, root in higher}


def _records(recorder: LedgerRecorder, tiles: list[Tile]) -> Iterator[tuple[Tile, list[bytes]]]:
    """The leaf records of some bundles that follow each other, made from the entries as they are stored."""
    first = tiles[0].number * TILE_WIDTH
    rows = recorder.rows(first, sum(tile.width for tile in tiles))
    for at, tile in enumerate(tiles):
        yield tile, [record(*row) for row in rows[at * TILE_WIDTH : at * TILE_WIDTH + tile.width]]


def _require_same(tree: StoredTree, tile: Tile, hashes: list[bytes]) -> None:
    """Raises TreeDamaged unless the entries of a bundle hash to what was shown to lead to the checkpoint."""
    frontier = Frontier()
    frontier.extend(hashes)
    first = tile.number * TILE_WIDTH
    stored = tree.hashes(0, first, first + tile.width) if tile.partial else tree.hashes(1, tile.number, tile.number + 1)
    if (hashes if tile.partial else [frontier.root()]) != stored:
        msg = f"One of the entries {first + 1} to {first + tile.width} is not what was recorded. Run 'charter verify'."
        raise TreeDamaged(msg)
