"""The Merkle tree is the one of RFC 6962, however its leaves come."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charter.tree import EMPTY_ROOT, Frontier, TileRoot, leaf_hash, node_hash

# google/certificate-transparency 0fe5116f, python/ct/crypto/merkle_test.py (Apache-2.0): written by others
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
LEAF_HASHES = [
    ("", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
    ("101112131415161718191a1b1c1d1e1f", "3bfb960453ebaebf33727da7a1f4db38acc051d381b6da20d6d4e88f0eabfd7a"),
]
NODE_HASH = (
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
    "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f",
    "1a378704c17da31e2d05b6d121c2bb2c7d76f6ee6fa8f983e596c2d034963c57",
)
LEAF_INPUTS = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]

leaves = st.lists(st.integers(0, 2**64).map(lambda number: sha256(str(number).encode()).digest()), max_size=70)


def naive(hashes: list[bytes]) -> bytes:
    """The root as RFC 6962 §2.1 defines it, word for word."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return sha256(b"\x01" + naive(hashes[:split]) + naive(hashes[split:])).digest()


def frontier_of(hashes: list[bytes]) -> Frontier:
    """One leaf after the other."""
    frontier = Frontier()
    for leaf in hashes:
        frontier.append(leaf)
    return frontier


def test_others_vectors() -> None:
    """Leaves, nodes and roots are those that Certificate Transparency publishes."""
    assert EMPTY_ROOT.hex() == Frontier().root().hex() == EMPTY
    for record, expected in LEAF_HASHES:
        assert leaf_hash(bytes.fromhex(record)).hex() == expected
    left, right, parent = NODE_HASH
    assert node_hash(bytes.fromhex(left), bytes.fromhex(right)).hex() == parent
    frontier = Frontier()
    for record, root in zip(LEAF_INPUTS, ROOTS, strict=True):
        frontier.append(leaf_hash(bytes.fromhex(record)))
        assert frontier.root().hex() == root


@given(leaves)
def test_root_is_the_rfcs(hashes: list[bytes]) -> None:
    """The root is that of the definition, for any number of leaves."""
    assert frontier_of(hashes).root() == naive(hashes)


@given(leaves, st.lists(st.integers(0, 20), max_size=20))
def test_batches_change_nothing(hashes: list[bytes], cuts: list[int]) -> None:
    """Leaves added in batches of any size give the same tree as one by one."""
    batched = Frontier()
    rest = hashes
    for cut in cuts:
        batched.extend(rest[:cut])
        rest = rest[cut:]
    batched.extend(iter(rest))
    assert batched == frontier_of(hashes)
    assert batched.size == len(hashes)
    assert batched.root() == naive(hashes)


@given(leaves, leaves)
def test_stored_and_read_back(before: list[bytes], after: list[bytes]) -> None:
    """A tree that was stored goes on as if it had never been away."""
    stored = frontier_of(before)
    again = Frontier.from_bytes(stored.size, stored.to_bytes())
    again.extend(after)
    assert again.root() == naive(before + after)


@given(leaves, st.integers(0, 6))
def test_subtrees_worked_out_apart(hashes: list[bytes], height: int) -> None:
    """Stretches of a power of two may be hashed anywhere and put together afterwards."""
    together = Frontier()
    for start in range(0, len(hashes), 1 << height):
        for subtree_height, root in frontier_of(hashes[start : start + (1 << height)]).subtrees():
            together.append_subtree(subtree_height, root)
    assert together == frontier_of(hashes)


def test_tile_roots_are_told_when_they_are_complete() -> None:
    """Of every eighth level each root is told once, with the batch that completes it, however large the batches are."""
    hashes = [sha256(b"%d" % number).digest() for number in range(1, 70_001)]
    expected = {
        TileRoot(1, number, frontier_of(hashes[number * 256 : (number + 1) * 256]).root()) for number in range(273)
    } | {TileRoot(2, 0, frontier_of(hashes[:65_536]).root())}
    for step in (1, 255, 256, 257, 1000, 70_000):
        told: list[TileRoot] = []
        frontier = Frontier()
        for start in range(0, len(hashes), step):
            before = len(told)
            frontier.extend(hashes[start : start + step], told)
            for root in told[before:]:
                last = (root.number + 1) << 8 * root.level
                assert start < last <= frontier.size
        assert len(told) == len(expected)
        assert set(told) == expected
        assert frontier == frontier_of(hashes)


def test_tile_roots_above_a_subtree() -> None:
    """A subtree tells of the roots above it, and not of its own, which whoever made it was told."""
    hashes = [sha256(b"%d" % number).digest() for number in range(65_536)]
    told: list[TileRoot] = []
    whole = Frontier()
    for start in range(0, len(hashes), 16_384):
        part = Frontier()
        part.extend(hashes[start : start + 16_384])
        [(height, root)] = part.subtrees()
        whole.append_subtree(height, root, told)
    assert told == [TileRoot(2, 0, frontier_of(hashes).root())]


@pytest.mark.parametrize(("size", "length"), [(1, 0), (0, 32), (3, 32), (2, 64), (-1, 32), (5, 63)])
def test_a_frontier_of_another_size_is_refused(size: int, length: int) -> None:
    """A frontier has one root for each bit of its size, or it is not one."""
    with pytest.raises(ValueError, match="leaves does not have"):
        Frontier.from_bytes(size, bytes(length))


def test_a_subtree_in_the_wrong_place_is_refused() -> None:
    """A subtree of two begins at an even position."""
    frontier = frontier_of([bytes(32)])
    with pytest.raises(ValueError, match="do not end where a subtree of 2 may begin"):
        frontier.append_subtree(1, bytes(32))
    with pytest.raises(ValueError, match="32 bytes"):
        frontier.append(bytes(31))
    assert "1 leaves" in repr(frontier)
    with pytest.raises(TypeError):
        hash(frontier)
