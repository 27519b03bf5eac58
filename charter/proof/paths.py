"""Proofs over the tree: that an entry is in it, and that a tree only grew, each a short list of 32-byte hashes.

A proof of *inclusion* holds the root of each neighbour on the way from the leaf to the root, so that anybody can hash
their way up. A proof of *consistency* holds what is needed to compute both the old root and the new one. Both are those
of RFC 6962 §2.1.1 and §2.1.2, and are checked as RFC 9162 §2.1.3.2 and §2.1.4.2 say. The tree of seven leaves
has these nodes, each written as the first leaf below it and the one after the last::

                 0:7
             /         \\
          0:4           4:7
         /   \\         /   \\
      0:2     2:4   4:6     6
      / \\     / \\   / \\
     0   1   2   3 4   5

The path of leaf 3 is [2, 0:2, 4:7], and the proof that the tree grew from three leaves to seven [2, 3, 0:2, 4:7].
Leaves are counted from 0, as in the RFC: the entry at position 1 of a ledger has the index 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from charter.tree import EMPTY_ROOT, HASH_SIZE, node_hash

Range: TypeAlias = tuple[int, int]
"""The first leaf, and the one after the last."""

LARGEST = 2**63
"""Leaves in the largest tree that is looked at; far above what can be, it bounds the length of every proof."""


class BadProof(ValueError):
    """The hashes do not prove what they should."""


def inclusion_nodes(index: int, size: int) -> list[Range]:
    """The ranges of leaves whose roots are the path of a leaf, from the leaf up (RFC 6962 §2.1.1).

    Raises BadProof for an index that the tree of `size` leaves does not have.
    """
    _check_index(index, size)
    nodes: list[Range] = []
    first, stop = 0, size
    while stop - first > 1:
        split = first + _left(stop - first)
        if index < split:
            nodes.append((split, stop))
            stop = split
        else:
            nodes.append((first, split))
            first = split
    nodes.reverse()
    return nodes


def consistency_nodes(old: int, new: int) -> list[Range]:
    """The ranges of leaves whose roots prove that a tree of `old` leaves grew to `new` (RFC 6962 §2.1.2).

    There are none where either tree is empty or both are the same. Raises BadProof unless 0 ≤ old ≤ new.
    """
    _check_sizes(old, new)
    if old in (0, new):
        return []
    nodes: list[Range] = []
    first, stop = 0, new
    while stop != old:
        split = first + _left(stop - first)
        if old <= split:
            nodes.append((split, stop))
            stop = split
        else:
            nodes.append((first, split))
            first = split
    if first:  # otherwise it is the old root itself, which whoever checks has
        nodes.append((first, stop))
    nodes.reverse()
    return nodes


def inclusion(index: int, size: int, root_of: Callable[[int, int], bytes]) -> list[bytes]:
    """The path of a leaf, from the leaf up, where `root_of(first, stop)` is the root over a range of leaves."""
    return [root_of(first, stop) for first, stop in inclusion_nodes(index, size)]


def consistency(old: int, new: int, root_of: Callable[[int, int], bytes]) -> list[bytes]:
    """The proof that the tree of `old` leaves grew to `new`, where `root_of(first, stop)` is the root over a range."""
    return [root_of(first, stop) for first, stop in consistency_nodes(old, new)]


def check_inclusion(index: int, size: int, leaf_hash: bytes, path: Sequence[bytes], root: bytes) -> None:
    """Raises BadProof unless the path shows the leaf at the index of the tree with this root (RFC 9162 §2.1.3.2)."""
    _check_index(index, size)
    _check_hashes((leaf_hash, root, *path))
    at, last = index, size - 1
    hashed = leaf_hash
    for neighbour in path:
        if last == 0:
            _wrong_length()
        if at & 1 or at == last:
            hashed = node_hash(neighbour, hashed)
            while not at & 1 and at:  # levels on which it has no neighbour, being the last of an odd number
                at >>= 1
                last >>= 1
        else:
            hashed = node_hash(hashed, neighbour)
        at >>= 1
        last >>= 1
    if last:
        _wrong_length()
    if hashed != root:
        msg = f"the proof leads to another root than that of the {size} entries: this is not their entry {index + 1}"
        raise BadProof(msg)


def check_consistency(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> None:
    """Raises BadProof unless the path shows that the old tree is the beginning of the new (RFC 9162 §2.1.4.2)."""
    _check_sizes(old, new)
    _check_hashes((old_root, new_root, *path))
    if old in (0, new):
        if path:
            _wrong_length()
        if old_root != (EMPTY_ROOT if old == 0 else new_root) or (new == 0 and new_root != EMPTY_ROOT):
            _not_grown(old, new)
        return
    at, last = old - 1, new - 1
    while at & 1:
        at >>= 1
        last >>= 1
    # at 0 the old tree is perfect, and its root a node of the new one, which the proof leaves out
    nodes = list(path) if at else [old_root, *path]
    if not nodes:
        _wrong_length()
    of_old = of_new = nodes[0]
    for neighbour in nodes[1:]:
        if last == 0:
            _wrong_length()
        if at & 1 or at == last:
            of_old = node_hash(neighbour, of_old)
            of_new = node_hash(neighbour, of_new)
            while not at & 1 and at:
                at >>= 1
                last >>= 1
        else:
            of_new = node_hash(of_new, neighbour)
        at >>= 1
        last >>= 1
    if last:
        _wrong_length()
    if of_old != old_root or of_new != new_root:
        _not_grown(old, new)


class RangeRoot:
    """The root over any range of a list of leaf hashes, for small trees in memory; each is computed once."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self._leaves = leaves
        self._known: dict[Range, bytes] = {}

    def __call__(self, first: int, stop: int) -> bytes:
        """The root over the leaves from `first` up to, not including, `stop` (RFC 6962 §2.1)."""
        if not 0 <= first <= stop <= len(self._leaves):
            msg = f"there are no leaves {first} to {stop} among {len(self._leaves)}"
            raise ValueError(msg)
        if stop - first <= 1:
            return self._leaves[first] if first < stop else EMPTY_ROOT
        root = self._known.get((first, stop))
        if root is None:
            split = first + _left(stop - first)
            root = self._known[first, stop] = node_hash(self(first, split), self(split, stop))
        return root


def _left(leaves: int) -> int:
    """How many of two or more leaves are on the left: the largest power of two below their number."""
    return 1 << ((leaves - 1).bit_length() - 1)


def _check_index(index: int, size: int) -> None:
    if not 0 <= index < size <= LARGEST:
        msg = f"a tree of {size} entries has none with the index {index}"
        raise BadProof(msg)


def _check_sizes(old: int, new: int) -> None:
    if not 0 <= old <= new <= LARGEST:
        msg = f"a tree of {old} entries can't have grown to {new}"
        raise BadProof(msg)


def _check_hashes(hashes: Sequence[bytes]) -> None:
    for value in hashes:
        if len(value) != HASH_SIZE:
            msg = f"a hash has {HASH_SIZE} bytes, not {len(value)}"
            raise BadProof(msg)


def _wrong_length() -> None:
    msg = "the proof has too many hashes, or too few, for a tree of this size"
    raise BadProof(msg)


def _not_grown(old: int, new: int) -> None:
    msg = f"the {new} entries do not begin with the {old} of before: history was rewritten"
    raise BadProof(msg)
