"""Tiles: the tree and its entries as files that never change, from which anybody can compute any proof.

The files are those of C2SP's tlog-tiles (https://c2sp.org/tlog-tiles). A tile holds up to 256 hashes of 32 bytes: on
level 0 those of leaves, on each level above the roots over the full tiles below. Only the last tile of a level may have
fewer, and then its name says how many::

    tile/0/x001/x234/067        leaves 315,921,152 … 315,921,407
    tile/0/x001/x234/068.p/5    the 5 leaves after them
    tile/entries/000            the first 256 leaf records, each after two bytes with its length, big-endian
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

from charter.proof.strict import quoted
from charter.tree import HASH_SIZE, TILE_HEIGHT, TILE_WIDTH

ENTRIES = -1
"""The level of a bundle of entries, which stands below the tiles."""
HIGHEST = 63
"""The highest level there can be."""
LONGEST_RECORD = 0xFFFF
"""Bytes in the longest record that fits in a bundle."""

_PATH = re.compile(r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")
_LARGEST_SIZE = 2**63
_LENGTH_SIZE = 2


@dataclass(frozen=True, slots=True)
class Tile:
    """The place of one tile, or of a bundle of entries (level -1); ValueError where there can be none."""

    level: int
    """0 for hashes of leaves, up to 63; -1 for entries."""
    number: int
    """0, 1, 2 … within the level."""
    width: int = TILE_WIDTH
    """How many hashes or entries it has: 256, or fewer in the last of a level."""

    def __post_init__(self) -> None:
        if not (ENTRIES <= self.level <= HIGHEST and 0 <= self.number < _LARGEST_SIZE and 0 < self.width <= TILE_WIDTH):
            msg = f"there is no tile {self.number} of {self.width} hashes on level {self.level}"
            raise ValueError(msg)

    def __str__(self) -> str:
        return self.path

    @property
    def path(self) -> str:
        """Where it lies below the address of the log, such as tile/0/x001/234.p/5."""
        digits = f"{self.number:03}"
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        folders = "".join(f"x{group}/" for group in groups[:-1])
        level = "entries" if self.level == ENTRIES else self.level
        return f"tile/{level}/{folders}{groups[-1]}" + (f".p/{self.width}" if self.partial else "")

    @classmethod
    def parse(cls, path: str) -> Self:
        """The tile at such a path; ValueError for any that `path` would not write the same."""
        if found := _PATH.fullmatch(path):
            level, number, width = found.groups()
            digits = int(number.replace("/", "").replace("x", ""))
            tile = cls(ENTRIES if level == "entries" else int(level), digits, int(width or TILE_WIDTH))
            if tile.path == path:
                return tile
        msg = f"{quoted(path)} is not the path of a tile, such as tile/0/x001/234.p/5"
        raise ValueError(msg)

    @property
    def partial(self) -> bool:
        """Whether it is not full yet, and so may be replaced by a wider one."""
        return self.width < TILE_WIDTH

    @property
    def size(self) -> int:
        """The bytes of a tile of hashes."""
        return HASH_SIZE * self.width

    def ranges(self) -> list[tuple[int, int]]:
        """For each hash or entry of it, in order, the first leaf it stands for and the one after the last."""
        span = 1 if self.level == ENTRIES else TILE_WIDTH**self.level
        first = self.number * TILE_WIDTH
        return [(at * span, (at + 1) * span) for at in range(first, first + self.width)]

    def hashes(self, data: bytes) -> list[bytes]:
        """The hashes in the bytes of the tile; ValueError unless they are as many as its width."""
        if self.level == ENTRIES or len(data) != self.size:
            msg = f"{self.path} does not consist of {len(data)} bytes"
            raise ValueError(msg)
        return [data[at : at + HASH_SIZE] for at in range(0, len(data), HASH_SIZE)]


def tiles_of(size: int) -> Iterator[Tile]:
    """All tiles of hashes of a tree with `size` leaves, level by level from 0; ValueError for a size that can't be."""
    return new_tiles(0, size)


def new_tiles(old: int, new: int) -> Iterator[Tile]:
    """The tiles of hashes that a tree of `new` leaves has and the same tree at `old` leaves had not.

    Those that were partial and grew are among them. ValueError unless 0 ≤ old ≤ new.
    """
    _check(old, new)
    return (tile for level in range(HIGHEST + 1) for tile in _of_level(level, old, new, level * TILE_HEIGHT))


def bundles_of(size: int) -> Iterator[Tile]:
    """All bundles of entries of a log with `size` entries; ValueError for a size that can't be."""
    return new_bundles(0, size)


def new_bundles(old: int, new: int) -> Iterator[Tile]:
    """The bundles of entries that a log of `new` entries has and at `old` entries had not; ValueError as above."""
    _check(old, new)
    return _of_level(ENTRIES, old, new, 0)


def bundle(records: Iterable[bytes]) -> bytes:
    """The bytes of a bundle of leaf records; ValueError for more than 256, or one longer than 65,535 bytes."""
    parts: list[bytes] = []
    for record in records:
        if len(record) > LONGEST_RECORD:
            msg = f"a record of {len(record):,} bytes is longer than the {LONGEST_RECORD:,} that a bundle can hold"
            raise ValueError(msg)
        parts += len(record).to_bytes(_LENGTH_SIZE), record
    if len(parts) > 2 * TILE_WIDTH:
        msg = f"a bundle holds at most {TILE_WIDTH} records, not {len(parts) // 2}"
        raise ValueError(msg)
    return b"".join(parts)


def records(data: bytes, width: int = TILE_WIDTH) -> list[bytes]:
    """The leaf records in the bytes of a bundle; ValueError unless they are exactly `width`."""
    found: list[bytes] = []
    at = 0
    while at < len(data) and len(found) < width:
        start = at + _LENGTH_SIZE
        at = start + int.from_bytes(data[at:start])
        found.append(data[start:at])
    if at != len(data) or len(found) != width:
        msg = f"this is not a bundle of {width} records: it has too few, too many, or is cut off"
        raise ValueError(msg)
    return found


def _of_level(level: int, old: int, new: int, shift: int) -> Iterator[Tile]:
    """The new tiles of one level, on which a hash stands for 2**shift leaves."""
    before, now = old >> shift, new >> shift
    if before == now:
        return
    full, width = divmod(now, TILE_WIDTH)
    for number in range(before // TILE_WIDTH, full):
        yield Tile(level, number)
    if width:
        yield Tile(level, full, width)


def _check(old: int, new: int) -> None:
    if not 0 <= old <= new <= _LARGEST_SIZE:
        msg = f"a tree of {old} entries can't have grown to {new}"
        raise ValueError(msg)
