"""Reads the entries of a ledger as the ledger and its views ask: by position, by stream, with what seals them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, cast

from charter.leaf import Row
from charter.store.driver import Driver
from charter.store.errors import HeadDamaged, library_errors
from charter.tree import Frontier

ALL = 2**62
"""Beyond any position, version or limit."""


class Head(NamedTuple):
    """How far a ledger has come."""

    size: int
    """How many entries there are, which is also the newest one's position."""
    frontier: Frontier
    """Their tree; `frontier.root()` seals them all."""
    recorded_at: str
    """When the newest was recorded, as in the leaf record; empty before the first."""


class Answered(NamedTuple):
    """What was written for an order that came with a key."""

    key: str
    """What the key is found by: a hash of it and of who gave the order."""
    digest: bytes
    """What another order would have to share to be the same."""
    stream: str
    version: int
    position: int
    """Of the first entry; while entries are written, counted from the first of the call, which is 0."""
    entries: int


class Entries:
    """The entries of one ledger, read from any thread; raises `StoreUnavailable` or the library's exceptions."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._say = driver.say

    def head(self) -> Head:
        """How far the ledger has come, and its tree."""
        found = self._read(self._say.head)
        if not found:
            raise HeadDamaged
        size, frontier, recorded_at = found[0]
        return Head(size, frontier_of(size, frontier), recorded_at)

    def size(self) -> int:
        """How many entries there are: one row, the cheapest question there is."""
        found = self._read(self._say.size)
        if not found:
            raise HeadDamaged
        return cast("int", found[0][0])

    def rows(self, after: int, limit: int, until: int | None = None, types: Sequence[str] = ()) -> list[Row]:
        """At most `limit` entries with after < position <= until, by position, of the given types if any are given."""
        up_to = ALL if until is None else until
        if types:
            return self._read(self._say.rows_of_types, (after, up_to, self._driver.names(types), limit))
        return self._read(self._say.rows, (after, up_to, limit))

    def stream_rows(self, streams: Mapping[str, int]) -> list[Row]:
        """The entries of several streams beyond the version given for each (0 for all), by position."""
        return self._read(self._say.stream_rows, self._driver.streams(streams)) if streams else []

    def existing(self, streams: Iterable[str]) -> set[str]:
        """Which of the streams there are."""
        wanted = dict.fromkeys(streams, 0)
        return (
            {stream for (stream,) in self._read(self._say.existing, self._driver.streams(wanted))} if wanted else set()
        )

    def answers(self, keys: Iterable[str]) -> dict[str, Answered]:
        """What was answered to the orders with these keys, as far as there were any, by key."""
        found = self._read(self._say.answers, (self._driver.names(keys),))
        return {key: Answered(key, *row) for key, *row, _ in found}

    def streams_starting(self, prefix: str, limit: int) -> list[str]:
        """The first `limit` streams, in order, whose names start so."""
        beyond = prefix + "\U0010ffff"  # Unicode's last code point: after every other in UTF-8, too
        return [stream for (stream,) in self._read(self._say.streams_between, (prefix, beyond, limit))]

    def leaves(self, first: int, stop: int) -> list[bytes]:
        """The leaf hashes first … stop - 1, counted from 0 (entry n has the leaf n - 1), up to the first missing."""
        return _unbroken(self._read(self._say.leaves, (first, stop)), first + 1)

    def tile_roots(self, level: int, first: int, stop: int) -> list[bytes]:
        """The stored roots first … stop - 1 of a level, each over 256**level entries, up to the first missing."""
        return _unbroken(self._read(self._say.tile_roots, (level, first, stop)), first)

    def streams_holding(self, part: bytes, after: int = 0) -> list[str]:
        """The streams, in order, with an entry beyond a position whose body has these bytes; every body is read."""
        return [stream for (stream,) in self._read(self._say.streams_holding, (after, part))]

    def _read(self, text: str, parameters: Sequence[Any] = ()) -> list[Any]:
        with library_errors():
            return self._driver.read(text, parameters)


def _unbroken(rows: Iterable[tuple[int, bytes]], first: int) -> list[bytes]:
    """The hashes as far as their numbers go on from the first."""
    hashes: list[bytes] = []
    for expected, (number, value) in enumerate(rows, first):
        if number != expected:
            break
        hashes.append(value)
    return hashes


def frontier_of(size: int, data: bytes) -> Frontier:
    """The tree as the head row keeps it; raises HeadDamaged."""
    try:
        return Frontier.from_bytes(size, data)
    except (TypeError, ValueError) as error:
        raise HeadDamaged from error
