"""Whatever is in the tree can be shown to be in it, whatever grew to have grown; and nothing else can."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charter.proof.paths import (
    LARGEST,
    BadProof,
    RangeRoot,
    check_consistency,
    check_inclusion,
    consistency,
    consistency_nodes,
    inclusion,
    inclusion_nodes,
)
from charter.tree import EMPTY_ROOT, Frontier, leaf_hash, node_hash
from tests.proof.vectors import vectors
from tests.test_tree import LEAF_INPUTS, ROOTS

MOST = 130
LEAVES = [leaf_hash(b"%d" % number) for number in range(MOST)]
ROOT_OF = RangeRoot(LEAVES)
OTHER = sha256(b"another").digest()


@cache
def root(size: int) -> bytes:
    """The root of the first leaves, as the ledger computes it."""
    tree = Frontier()
    tree.extend(LEAVES[:size])
    return tree.root()


def path_of(index: int, leaves: list[bytes]) -> list[bytes]:
    """PATH(m, D[n]) of RFC 6962 §2.1.1, word for word."""
    if len(leaves) == 1:
        return []
    k = next(1 << power for power in range(64, -1, -1) if 1 << power < len(leaves))
    if index < k:
        return [*path_of(index, leaves[:k]), RangeRoot(leaves)(k, len(leaves))]
    return [*path_of(index - k, leaves[k:]), RangeRoot(leaves)(0, k)]


def subproof(old: int, leaves: list[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF(m, D[n], b) of RFC 6962 §2.1.2, word for word."""
    if old == len(leaves):
        return [] if whole else [RangeRoot(leaves)(0, old)]
    k = next(1 << power for power in range(64, -1, -1) if 1 << power < len(leaves))
    if old <= k:
        return [*subproof(old, leaves[:k], whole), RangeRoot(leaves)(k, len(leaves))]
    return [*subproof(old - k, leaves[k:], False), RangeRoot(leaves)(0, k)]


def damaged(path: list[bytes]) -> Iterator[list[bytes]]:
    """The same path with one thing wrong: a hash short, one too many, two swapped, one bit flipped, one too long."""
    for at, node in enumerate(path):
        yield path[:at] + path[at + 1 :]
        for bit in (0, 255):
            flipped = (int.from_bytes(node) ^ 1 << bit).to_bytes(32)
            yield [*path[:at], flipped, *path[at + 1 :]]
        yield [*path[:at], node[:-1], *path[at + 1 :]]
        yield [*path[:at], node + b"\0", *path[at + 1 :]]
    for at in range(len(path) - 1):
        yield [*path[:at], path[at + 1], path[at], *path[at + 2 :]]
    for at in range(len(path) + 1):
        yield [*path[:at], OTHER, *path[at:]]
    yield path + path[-1:] if path else [b""]


def refuses_inclusion(index: int, size: int, leaf: bytes, path: list[bytes], root: bytes) -> bool:
    """Whether this is seen to prove nothing."""
    with pytest.raises(BadProof):
        check_inclusion(index, size, leaf, path, root)
    return True


def refuses_consistency(old: int, new: int, old_root: bytes, new_root: bytes, path: list[bytes]) -> bool:
    """Whether this is seen to prove nothing."""
    with pytest.raises(BadProof):
        check_consistency(old, new, old_root, new_root, path)
    return True


def test_every_leaf_of_every_tree() -> None:
    """Each leaf of each tree up to 130 has the path of the RFC, and that path proves it."""
    for size in range(1, MOST + 1):
        whole = root(size)
        for index in range(size):
            path = inclusion(index, size, ROOT_OF)
            if size <= 40:
                assert path == path_of(index, LEAVES[:size])
            check_inclusion(index, size, LEAVES[index], path, whole)


def test_every_growth() -> None:
    """Each tree up to 130 is shown to have grown from each smaller one, with the proof of the RFC."""
    for new in range(MOST + 1):
        for old in range(new + 1):
            proof = consistency(old, new, ROOT_OF)
            if old > 0 and new <= 40:
                assert proof == subproof(old, LEAVES[:new], True)
            check_consistency(old, new, root(old), root(new), proof)


def test_a_path_proves_one_leaf_of_one_tree() -> None:
    """No path that is not the leaf's own shows it: not of another leaf, not for another size, and not a damaged one."""
    for size in range(1, 20):
        for index in range(size):
            path = inclusion(index, size, ROOT_OF)
            for wrong in damaged(path):
                assert refuses_inclusion(index, size, LEAVES[index], wrong, root(size))
            for other in range(22):
                if other != index:
                    assert refuses_inclusion(other, size, LEAVES[index], path, root(size))
                if other != size:
                    assert refuses_inclusion(index, size, LEAVES[index], path, root(other))
                    assert refuses_inclusion(index, other, LEAVES[index], path, root(other))
            assert refuses_inclusion(index, size, OTHER, path, root(size))
            assert refuses_inclusion(index, size, LEAVES[index], path, OTHER)


def test_a_proof_shows_one_growth() -> None:
    """No proof that is not of these two trees shows that one grew to the other; nor does a damaged one."""
    for new in range(1, 20):
        for old in range(new + 1):
            proof = consistency(old, new, ROOT_OF)
            for wrong in damaged(proof):
                assert refuses_consistency(old, new, root(old), root(new), wrong)
            for other in range(1, 22):
                if other != old and old != 0:
                    assert refuses_consistency(old, new, root(other), root(new), proof)
                if other != new and old != 0:
                    assert refuses_consistency(old, new, root(old), root(other), proof)
            assert refuses_consistency(old, new, OTHER, root(new), proof)
            if old:
                assert refuses_consistency(old, new, root(old), OTHER, proof)


def test_another_number_of_entries() -> None:
    """With the roots of two trees, a proof is not taken for one between other sizes."""
    for new in range(2, 20):
        for old in range(1, new):
            proof = consistency(old, new, ROOT_OF)
            for claimed in range(new + 1):
                if claimed != old:
                    assert refuses_consistency(claimed, new, root(old), root(new), proof)


def test_a_path_longer_than_the_tree_is_high() -> None:
    """A path does not go on above the root, even where it would end in the root of a larger tree."""
    assert refuses_inclusion(0, 1, LEAVES[1], [LEAVES[0]], root(2))
    assert refuses_inclusion(1, 2, LEAVES[3], [LEAVES[2], ROOT_OF(0, 2)], root(4))
    assert refuses_consistency(1, 2, LEAVES[3], root(4), [LEAVES[2], ROOT_OF(0, 2)])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (-1, 3), (3, 3), (7, 3), (2**64, 3), (0, LARGEST + 1), (0, -1)])
def test_an_index_outside_the_tree(index: int, size: int) -> None:
    """There is no path for what is not in the tree."""
    with pytest.raises(BadProof, match=r"has none with the index"):
        inclusion_nodes(index, size)
    assert refuses_inclusion(index, size, LEAVES[0], [], LEAVES[0])


@pytest.mark.parametrize(("old", "new"), [(4, 3), (-1, 3), (-2, -1), (1, LARGEST + 1)])
def test_a_tree_does_not_shrink(old: int, new: int) -> None:
    """There is no proof from more to fewer."""
    with pytest.raises(BadProof, match="can't have grown"):
        consistency_nodes(old, new)
    assert refuses_consistency(old, new, LEAVES[0], LEAVES[0], [])


def test_nothing_is_the_beginning_of_everything() -> None:
    """From the empty tree there is nothing to show, and nothing may be shown; but its root has to be right."""
    check_consistency(0, 5, EMPTY_ROOT, root(5), [])
    check_consistency(0, 0, EMPTY_ROOT, EMPTY_ROOT, [])
    assert refuses_consistency(0, 5, root(5), root(5), [])
    assert refuses_consistency(0, 5, EMPTY_ROOT, root(5), [LEAVES[0]])
    assert refuses_consistency(0, 0, EMPTY_ROOT, OTHER, [])
    assert refuses_consistency(0, 0, OTHER, OTHER, [])


def test_a_node_is_not_a_leaf() -> None:
    """A node of the tree can't be passed off as an entry, one level up."""
    path = inclusion(0, 4, ROOT_OF)
    assert refuses_inclusion(0, 4, ROOT_OF(0, 2), path[1:], root(4))
    check_inclusion(0, 2, ROOT_OF(0, 2), path[1:], root(4))  # only of a tree of two, which is not what was signed


@given(st.data())
def test_large_trees(data: st.DataObject) -> None:
    """What holds for small trees holds for any: each node of a path hashes over exactly the leaves it should."""
    size = data.draw(st.integers(1, LARGEST))
    index = data.draw(st.integers(0, size - 1))
    nodes = inclusion_nodes(index, size)
    covered = sorted([*nodes, (index, index + 1)])
    assert [first for first, _ in covered] == [0, *(stop for _, stop in covered[:-1])]
    assert covered[-1][1] == size
    assert len(nodes) <= 63

    def stand_in(first: int, stop: int) -> bytes:
        """A root for every range that is not cut by the path: the RFC's, had the leaves these hashes."""
        return sha256(b"%d %d" % (first, stop)).digest()

    hashed = LEAVES[0]
    for first, stop in nodes:
        pair = (stand_in(first, stop), hashed) if first < index else (hashed, stand_in(first, stop))
        hashed = node_hash(*pair)
    check_inclusion(index, size, LEAVES[0], inclusion(index, size, stand_in), hashed)


@given(st.integers(0, LARGEST), st.integers(0, LARGEST), st.lists(st.binary(min_size=31, max_size=33), max_size=130))
def test_anything_may_come(first: int, second: int, path: list[bytes]) -> None:
    """Nothing made up proves anything, and is refused with BadProof."""
    assert refuses_inclusion(first, second, LEAVES[0], path, OTHER)
    assert refuses_consistency(first, second, LEAVES[0], OTHER, path)


# google/certificate-transparency 0fe5116f, python/ct/crypto/merkle_test.py (Apache-2.0): written by others
CONSISTENCY = [
    (1, 1, []),
    (
        1,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        6,
        8,
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        2,
        5,
        [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]


def test_others_proofs() -> None:
    """The proofs of an older implementation are accepted, and are the same as ours."""
    root_of = RangeRoot([leaf_hash(bytes.fromhex(leaf)) for leaf in LEAF_INPUTS])
    for old, new, hexes in CONSISTENCY:
        proof = [bytes.fromhex(node) for node in hexes]
        check_consistency(old, new, bytes.fromhex(ROOTS[old - 1]), bytes.fromhex(ROOTS[new - 1]), proof)
        assert proof == consistency(old, new, root_of)


def test_vectors_beside_the_repository() -> None:
    """Where there are more vectors at hand, they hold too: among them a real proof of a log with 3,630,887 entries."""
    found = vectors("ct_merkle_reference.json")
    for old, new, old_root, new_root, nodes in found.get("consistency", []):
        check_consistency(
            old, new, bytes.fromhex(old_root), bytes.fromhex(new_root), [bytes.fromhex(node) for node in nodes]
        )
    if real := found.get("real_ct"):
        hashes = [bytes.fromhex(node) for node in real["audit_path"]]
        leaf = leaf_hash(bytes.fromhex(real["leaf"]))
        check_inclusion(real["index"], real["tree_size"], leaf, hashes, bytes.fromhex(real["root"]))
        assert refuses_inclusion(real["index"] + 1, real["tree_size"], leaf, hashes, bytes.fromhex(real["root"]))


def test_ranges_of_small_trees() -> None:
    """The root over any range is the one of a tree with just these leaves; a range outside is refused."""
    for first in range(20):
        for stop in range(first, 20):
            tree = Frontier()
            tree.extend(LEAVES[first:stop])
            assert ROOT_OF(first, stop) == tree.root()
    for first, stop in ((-1, 3), (3, 2), (0, MOST + 1)):
        with pytest.raises(ValueError, match="there are no leaves"):
            ROOT_OF(first, stop)
