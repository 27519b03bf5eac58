"""The Merkle tree over a ledger's entries: one 32-byte root that stands for every entry and their order.

The tree is the one of RFC 6962 §2.1, which RFC 9162 §2.1 repeats::

    leaf   = SHA-256(0x00 ‖ record)
    node   = SHA-256(0x01 ‖ left ‖ right)
    empty  = SHA-256("")

A tree of n leaves splits at the largest power of two smaller than n, so it is a row of perfect subtrees, one for each
bit set in n, the largest on the left. Their roots are all that is needed to go on appending and to know the root of
the whole (a *compact range*); `Frontier` holds them. Five leaves a b c d e, for example, have two roots, and a sixth
merges with e::

    size 5 = 0b101    [ab|cd] [e]        root = node(node(node(a,b), node(c,d)), e)
    size 6 = 0b110    [ab|cd] [ef]

Every eighth level of the tree is worth keeping (*tile roots*): level 1 has a root for each 256 leaves, level 2 one for
each 65,536, and so on. With them the root of any stretch of the tree is found from a few short rows of hashes, as in
tiles (https://c2sp.org/tlog-tiles). A root is kept when its last leaf arrives and never changes again.

Nothing here reads or writes anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple

HASH_SIZE = 32
TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(record: bytes) -> bytes:
    """The 32-byte hash of a leaf; the 0x00 before it keeps a leaf from ever passing as a node (RFC 6962 §2.1)."""
    return sha256(b"\x00" + record).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The 32-byte hash of a node over its two children (RFC 6962 §2.1)."""
    return sha256(b"\x01" + left + right).digest()


class TileRoot(NamedTuple):
    """The root of the leaves number * 256**level … (number + 1) * 256**level - 1, counted from 0."""

    level: int
    number: int
    root: bytes


class Frontier:
    """The roots of the perfect subtrees of the first `size` leaves, left to right; appending changes it in place."""

    __slots__ = ("_roots", "_size")

    def __init__(self) -> None:
        self._size = 0
        self._roots: list[bytes] = []

    @classmethod
    def from_bytes(cls, size: int, data: bytes) -> Frontier:
        """The frontier of `size` leaves from its stored form; ValueError unless that has 32 bytes for each bit set."""
        if size < 0 or len(data) != HASH_SIZE * size.bit_count():
            msg = f"a frontier of {size} leaves does not have {len(data)} bytes"
            raise ValueError(msg)
        frontier = cls()
        frontier._size = size
        frontier._roots = [data[at : at + HASH_SIZE] for at in range(0, len(data), HASH_SIZE)]
        return frontier

    def subtrees(self) -> list[tuple[int, bytes]]:
        """The height and root of each perfect subtree, left to right: what `append_subtree` takes."""
        heights = [height for height in range(self._size.bit_length()) if self._size >> height & 1]
        return list(zip(reversed(heights), self._roots, strict=True))

    def to_bytes(self) -> bytes:
        """The stored form: the roots one after the other, left to right, 32 bytes each."""
        return b"".join(self._roots)

    @property
    def size(self) -> int:
        """How many leaves the tree has."""
        return self._size

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash on the right."""
        self.append_subtree(0, leaf)

    def append_subtree(self, height: int, root: bytes, completed: list[TileRoot] | None = None) -> None:
        """Add a perfect subtree of 2**height leaves on the right.

        ValueError where it would not be one: the size so far must be a multiple of its leaves. The tile roots above
        it that become complete with it are added to `completed`, lowest first.
        """
        if len(root) != HASH_SIZE:
            msg = f"a hash has {HASH_SIZE} bytes, not {len(root)}"
            raise ValueError(msg)
        leaves = 1 << height
        if self._size & (leaves - 1):
            msg = f"{self._size} leaves do not end where a subtree of {leaves} may begin"
            raise ValueError(msg)
        roots = self._roots
        carry = self._size >> height
        while carry & 1:  # as in adding 1 to a binary number: two equal subtrees become one of the next height
            root = node_hash(roots.pop(), root)
            carry >>= 1
            if completed is not None:
                height += 1
                if height % TILE_HEIGHT == 0:
                    completed.append(TileRoot(height // TILE_HEIGHT, carry, root))
        roots.append(root)
        self._size += leaves

    def extend(self, leaves: Iterable[bytes], completed: list[TileRoot] | None = None) -> None:
        """Add a batch of 32-byte leaf hashes on the right: the same as `append` for each, several times as fast.

        The tile roots that become complete with it are added to `completed`, lowest level first.

        One level of the whole batch at a time: what is left over on the left of a level pairs with the frontier's root
        of that height, what is left over on the right is the frontier's new root of that height.
        """
        nodes = list(leaves)
        if len(nodes) == 1:
            self.append_subtree(0, nodes[0], completed)
            return
        roots = self._roots
        height_bits = self._size
        height = 0
        self._size += len(nodes)
        unpaired: list[bytes] = []
        while nodes:
            if completed is not None and height and height % TILE_HEIGHT == 0:
                level = height // TILE_HEIGHT
                completed.extend(TileRoot(level, number, root) for number, root in enumerate(nodes, height_bits))
            if height_bits & 1:
                nodes.insert(0, roots.pop())
            if len(nodes) & 1:
                unpaired.append(nodes.pop())
            pairs = iter(nodes)
            # node_hash written out: a call for each of a million nodes would cost a third more
            nodes = [sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=True)]
            height_bits >>= 1
            height += 1
        roots.extend(reversed(unpaired))

    def root(self) -> bytes:
        """The root of the whole tree; SHA-256 of nothing for the empty one."""
        if not self._roots:
            return EMPTY_ROOT
        root = self._roots[-1]
        for left in reversed(self._roots[:-1]):
            root = node_hash(left, root)
        return root

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Frontier) and (self._size, self._roots) == (other._size, other._roots)

    __hash__ = None  # type: ignore[assignment]  # it changes in place

    def __repr__(self) -> str:
        return f"<Frontier of {self._size} leaves, root {self.root().hex()}>"
