"""Proves from a ledger's own tables that an entry is in its tree, and that the tree only grew, in a few short reads.

The leaves stand beside the entries, and of every eighth level above them the roots are kept (`charter.tree.TileRoot`).
So the path of one leaf among millions needs a row of at most 256 hashes from each of these levels, and the same at the
right edge. Nothing that is stored is believed: each proof is checked against the checkpoint before it is given.
"""

from __future__ import annotations

from typing import Any, NoReturn

from charter.leaf import leaves
from charter.proof.checkpoint import Checkpoint
from charter.proof.paths import BadProof, check_consistency, check_inclusion, consistency, inclusion
from charter.store.errors import TreeDamaged
from charter.store.recorder import LedgerRecorder
from charter.tree import EMPTY_ROOT, TILE_HEIGHT, TILE_WIDTH, node_hash

_TILES = 1 << 10
_ROOTS = 1 << 14
"""How many of each are remembered: 8 and 1.5 MB at most."""


class StoredTree:
    """The tree of a ledger as it is stored. What has been read is remembered, so many proofs should share one.

    Any number of entries may be appended meanwhile: what is complete never changes. TreeDamaged, which says to run
    'charter verify', where hashes are missing or do not lead to where they should.
    """

    def __init__(self, recorder: LedgerRecorder) -> None:
        self._recorder = recorder
        self._tiles: dict[tuple[int, int], list[bytes]] = {}
        self._roots: dict[tuple[int, int], bytes] = {}

    def __call__(self, first: int, stop: int) -> bytes:
        """The root over the leaves from `first` up to, not including, `stop`, counted from 0 (RFC 6962 §2.1).

        As `charter.proof.paths` asks for it: a range that is a node of some tree, and so begins at a multiple of the
        smallest power of two that is not below its length.
        """
        if not 0 <= first <= stop:
            msg = f"there are no leaves {first} to {stop}"
            raise ValueError(msg)
        perfect: list[bytes] = []
        while first < stop:
            height = (stop - first).bit_length() - 1
            perfect.append(self._perfect(height, first >> height))
            first += 1 << height
        if not perfect:
            return EMPTY_ROOT
        root = perfect.pop()
        while perfect:
            root = node_hash(perfect.pop(), root)
        return root

    def inclusion(self, position: int, sealed: Checkpoint) -> list[bytes]:
        """The path of the entry at a position, read and hashed again, in the tree that a checkpoint seals.

        BadProof for a position beyond it.
        """
        path = inclusion(position - 1, sealed.size, self)
        row = self._recorder.rows(position - 1, 1, position)
        if not row:
            msg = f"Entry {position} is missing. Run 'charter verify'."
            raise TreeDamaged(msg)
        try:
            check_inclusion(position - 1, sealed.size, leaves(row)[0], path, sealed.root)
        except BadProof as error:
            msg = f"Entry {position} can't be proved: {error}. Run 'charter verify', which names what was altered."
            raise TreeDamaged(msg) from error
        return path

    def consistency(self, old: Checkpoint, new: Checkpoint) -> list[bytes]:
        """The proof that the tree of one checkpoint is the beginning of that of another; BadProof if `new` is older."""
        path = consistency(old.size, new.size, self)
        try:
            check_consistency(old.size, new.size, old.root, new.root, path)
        except BadProof as error:
            msg = f"The two checkpoints do not fit: {error}. Run 'charter verify' against each of them."
            raise TreeDamaged(msg) from error
        return path

    def hashes(self, level: int, first: int, stop: int) -> list[bytes]:
        """The hashes first … stop - 1 of a level of tiles, each over 256**level leaves; level 0 is the leaves."""
        read = self._recorder.tile_roots(level, first, stop) if level else self._recorder.leaves(first, stop)
        if len(read) != stop - first:
            _raise_missing(level, first, stop)
        return read

    def _perfect(self, height: int, number: int) -> bytes:
        """The root over the leaves number * 2**height … (number + 1) * 2**height - 1."""
        level, within = divmod(height, TILE_HEIGHT)
        if not within:
            return self._of_tile(level, number, number + 1)[0]
        root = self._roots.get((height, number))
        if root is None:
            nodes = self._of_tile(level, number << within, (number + 1) << within)
            while len(nodes) > 1:
                pairs = iter(nodes)
                nodes = [node_hash(left, right) for left, right in zip(pairs, pairs, strict=True)]
            _make_room(self._roots, _ROOTS)
            root = self._roots[height, number] = nodes[0]
        return root

    def _of_tile(self, level: int, first: int, stop: int) -> list[bytes]:
        """Hashes of one tile, which is read as a whole: the rest of a path needs them, too."""
        number, start = divmod(first, TILE_WIDTH)
        end = start + stop - first
        tile = self._tiles.get((level, number))
        if tile is None or len(tile) < end:
            _make_room(self._tiles, _TILES)
            tile = self._tiles[level, number] = self._tile(level, number)
        if len(tile) < end:
            _raise_missing(level, first, stop)
        return tile[start:end]

    def _tile(self, level: int, number: int) -> list[bytes]:
        """As much of a tile as there is."""
        first, stop = number * TILE_WIDTH, (number + 1) * TILE_WIDTH
        return self._recorder.tile_roots(level, first, stop) if level else self._recorder.leaves(first, stop)


def _raise_missing(level: int, first: int, stop: int) -> NoReturn:
    span = TILE_WIDTH**level
    msg = f"Hashes over the entries {first * span + 1} to {stop * span} are missing. Run 'charter verify'."
    raise TreeDamaged(msg)


def _make_room(remembered: dict[tuple[int, int], Any], most: int) -> None:
    """Forget what has been remembered longest, if there is no room for another."""
    if len(remembered) >= most:
        del remembered[next(iter(remembered))]
