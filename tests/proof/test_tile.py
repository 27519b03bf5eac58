"""Each size of a tree has its tiles, each tile one path, and from the tiles the root comes out again."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charter.proof.tile import (
    ENTRIES,
    LONGEST_RECORD,
    Tile,
    bundle,
    bundles_of,
    new_bundles,
    new_tiles,
    records,
    tiles_of,
)
from charter.tree import TILE_WIDTH, Frontier, leaf_hash

PATHS = [  # the examples of the specification, and its corners
    (Tile(0, 1234067), "tile/0/x001/x234/067"),
    (Tile(0, 1234067, 5), "tile/0/x001/x234/067.p/5"),
    (Tile(0, 0), "tile/0/000"),
    (Tile(0, 999, 1), "tile/0/999.p/1"),
    (Tile(0, 1000, 255), "tile/0/x001/000.p/255"),
    (Tile(1, 17), "tile/1/017"),
    (Tile(63, 0, 1), "tile/63/000.p/1"),
    (Tile(ENTRIES, 234, 9), "tile/entries/234.p/9"),
    (Tile(ENTRIES, 123456), "tile/entries/x123/456"),
    (Tile(0, 2**63 - 1), "tile/0/x009/x223/x372/x036/x854/x775/807"),
]


@pytest.mark.parametrize(("tile", "path"), PATHS)
def test_paths(tile: Tile, path: str) -> None:
    """A tile's place is written in groups of three digits, and read again."""
    assert tile.path == path == str(tile)
    assert Tile.parse(path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile",
        "tile/0",
        "tile/0/",
        "/tile/0/000",
        "tile/0/000/",
        "tile/0/000\n",
        "tile/00/000",
        "tile/64/000",
        "tile/100/000",
        "tile/-1/000",
        "tile/data/000",
        "tile/Entries/000",
        "tile/0/0",
        "tile/0/0000",
        "tile/0/x000/001",
        "tile/0/001/002",
        "tile/0/x001",
        "tile/0/x001/x002",
        "tile/0/X001/002",
        "tile/0/x01/002",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/999",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000.p",
        "tile/0/000.p/1.p/1",
        "tile/0/000.p/-1",
        "tile/0/x009/x223/x372/x036/x854/x775/808",
        "tile/0/x001/x000/x000/x000/x000/x000/x000/000",
        "tile/0/../000",
        "tile/0/\u0660\u0660\u0660",
        "tile/0/%30%30%30",
        "checkpoint",
    ],
)
def test_what_is_not_a_path(path: str) -> None:
    """There is one path for each tile, and no other leads anywhere."""
    with pytest.raises(ValueError, match=r"not the path of a tile|there is no tile"):
        Tile.parse(path)


@pytest.mark.parametrize(
    ("level", "number", "width"),
    [(-2, 0, 1), (64, 0, 1), (0, -1, 1), (0, 2**63, 1), (0, 0, 0), (0, 0, 257), (0, 0, -1)],
)
def test_no_such_tile(level: int, number: int, width: int) -> None:
    """A tile is on levels 0 to 63, or of entries, and has 1 to 256 hashes."""
    with pytest.raises(ValueError, match="there is no tile"):
        Tile(level, number, width)


def test_the_tree_of_seventy_thousand() -> None:
    """The example of the specification: 273 full tiles and one of 112 on level 0, 1 and 17 on level 1, 1 on level 2."""
    tiles = list(tiles_of(70_000))
    assert [tile for tile in tiles if tile.level == 0] == [Tile(0, at) for at in range(273)] + [Tile(0, 273, 112)]
    assert [tile for tile in tiles if tile.level > 0] == [Tile(1, 0), Tile(1, 1, 17), Tile(2, 0, 1)]
    assert list(tiles_of(256)) == [Tile(0, 0), Tile(1, 0, 1)]
    assert list(bundles_of(257)) == [Tile(ENTRIES, 0), Tile(ENTRIES, 1, 1)]
    assert list(tiles_of(0)) == list(bundles_of(0)) == []
    assert len(list(tiles_of(1))) == 1


@given(st.integers(0, 70_000), st.integers(0, 400))
def test_what_is_new(old: int, more: int) -> None:
    """What is new after more leaves is what there is then and was not before."""
    before, after = set(tiles_of(old)), set(tiles_of(old + more))
    found = list(new_tiles(old, old + more))
    assert set(found) == after - before
    assert len(found) == len(set(found))
    assert set(new_bundles(old, old + more)) == set(bundles_of(old + more)) - set(bundles_of(old))


@given(st.integers(0, 2**63), st.integers(0, 300))
def test_the_widths_of_the_specification(size: int, back: int) -> None:
    """The last tile of level l in a tree of size s has floor(s / 256**l) mod 256 hashes, or there is none."""
    last: dict[int, Tile] = {}
    for tile in new_tiles(max(0, size - back), size):
        last[tile.level] = tile
        assert tile.ranges()[-1][1] <= size
        assert Tile.parse(tile.path) == tile
    for level, tile in last.items():
        width = size // 256**level % 256
        assert tile.width == (width or 256)
        assert tile.number == (size // 256**level - 1) // 256


def test_the_root_from_the_tiles() -> None:
    """The hashes that the tiles hold are those of the tree: its root comes out of the partial ones alone."""
    leaves = [leaf_hash(b"%d" % number) for number in range(1000)]
    for size in (1, 255, 256, 257, 512, 1000):
        whole = Frontier()
        whole.extend(leaves[:size])
        rebuilt = Frontier()
        for tile in sorted(tiles_of(size), key=lambda tile: -tile.level):
            if tile.partial:
                for first, stop in tile.ranges():
                    part = Frontier()
                    part.extend(leaves[first:stop])
                    rebuilt.append_subtree(8 * tile.level, part.root())
        assert rebuilt == whole


def test_the_hashes_of_a_tile() -> None:
    """A tile's bytes are as many hashes of 32 bytes as it is wide, and nothing else."""
    tile = Tile(0, 0, 3)
    data = b"".join(leaf_hash(b"%d" % number) for number in range(3))
    assert tile.size == 96
    assert tile.hashes(data) == [leaf_hash(b"0"), leaf_hash(b"1"), leaf_hash(b"2")]
    for bad in (b"", data[:-1], data + b"\0", data + bytes(32), data[:64]):
        with pytest.raises(ValueError, match="does not consist"):
            tile.hashes(bad)
    with pytest.raises(ValueError, match="does not consist"):
        Tile(ENTRIES, 0, 3).hashes(data)


def test_what_a_tile_stands_for() -> None:
    """A hash on level l stands for 256**l leaves, an entry for itself."""
    assert Tile(0, 1, 2).ranges() == [(256, 257), (257, 258)]
    assert Tile(ENTRIES, 1, 2).ranges() == [(256, 257), (257, 258)]
    assert Tile(1, 0, 2).ranges() == [(0, 256), (256, 512)]
    assert Tile(2, 1, 1).ranges() == [(256 * 65536, 257 * 65536)]


def test_no_shrinking_tree() -> None:
    """There are no tiles between more and fewer, before anything is asked of them."""
    for new in (new_tiles, new_bundles):
        for old, size in ((5, 4), (-1, 4), (0, 2**63 + 1)):
            with pytest.raises(ValueError, match="can't have grown"):
                new(old, size)


def test_a_bundle() -> None:
    """Each record stands behind its length, in two bytes, the high one first."""
    assert bundle([b"abc", b"", b"x" * 258]) == b"\0\3abc\0\0\1\2" + b"x" * 258
    assert records(b"\0\3abc\0\0", 2) == [b"abc", b""]
    assert bundle([]) == b""
    assert len(bundle([b"x" * LONGEST_RECORD])) == LONGEST_RECORD + 2
    with pytest.raises(ValueError, match="longer than the 65,535"):
        bundle([b"x" * (LONGEST_RECORD + 1)])
    with pytest.raises(ValueError, match="at most 256"):
        bundle([b""] * (TILE_WIDTH + 1))


@pytest.mark.parametrize(
    "data", [b"", b"\0", b"\0\1", b"\0\3ab", b"\0\1a\0", b"\0\1a", b"\0\1a\0\1b\0\1c", b"\0\1a\0\2b"]
)
def test_what_is_not_a_bundle_of_two(data: bytes) -> None:
    """A bundle that is cut off, or has another number of records, is refused."""
    with pytest.raises(ValueError, match="not a bundle of 2 records"):
        records(data, 2)


@given(st.lists(st.binary(max_size=300), max_size=20), st.binary())
def test_bundles_are_read_as_they_are_written(parts: list[bytes], anything: bytes) -> None:
    """Whatever is read as a bundle would be written the same again."""
    assert records(bundle(parts), len(parts)) == parts
    for width in range(4):
        try:
            assert bundle(records(anything, width)) == anything
        except ValueError:
            continue


@given(st.text() | st.text(alphabet="tile/0123x.p") | st.from_regex(r"tile/(entries|\d+)/(x\d+/)*\d+(\.p/\d+)?"))
def test_anything_may_come(path: str) -> None:
    """Whatever is read is a tile with this path, or a ValueError; nothing else happens."""
    with suppress(ValueError):
        assert Tile.parse(path).path == path
