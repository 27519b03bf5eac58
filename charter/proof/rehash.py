"""Reads a stretch of a ledger again, hashes every entry again, and says at which one something first does not fit.

Several processes may each take a stretch: a stretch that begins at a multiple of its length is made of perfect
subtrees, which `Frontier.append_subtree` puts together again. This module speaks to the database's driver alone and
imports little, so that such a process starts at once. It expects damage: tables without their triggers, keys or
order, and rows that hold anything.
"""

from __future__ import annotations

import operator
import sqlite3
from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from functools import cache
from itertools import groupby
from typing import Any, Literal, NamedTuple, Self, TypeAlias

from charter.leaf import instant, leaves, refuse_control_characters
from charter.tree import TILE_HEIGHT, Frontier, TileRoot

_BATCH = 1024
"""Rows in memory at a time: few enough to stay in the processor's cache, which makes a tenth of the time."""
_NOTHING = bytes(32)

Sealed: TypeAlias = tuple[int, str, int, str, str, bytes, bytes]
"""position, stream, version, type, recorded at, body, leaf: a row of `entries` as it should be."""


class Source(NamedTuple):
    """Where the entries are, in words that a new process understands."""

    kind: Literal["sqlite", "postgresql"]
    address: tuple[tuple[str, Any], ...]
    """What sqlite3.connect or psycopg.connect takes, by name."""
    stretch: str
    """Gives all columns of the rows with a < position <= b, by position."""
    roots: str | None
    """Gives number and root of the stored roots of a level with a <= number < b; None where none are stored."""


class Fault(NamedTuple):
    """The first thing that does not fit in a stretch."""

    position: int
    what: Literal["gap", "repeated", "unreadable", "malformed", "leaf", "time", "surplus"]
    detail: str = ""


class Misfit(NamedTuple):
    """A root of the tree that is not stored as it should be."""

    level: int
    number: int
    what: Literal["changed", "missing", "unreadable"]


class Part(NamedTuple):
    """What one stretch came to."""

    rows: int
    subtrees: list[tuple[int, bytes]]
    """Over the leaves as they should be, whatever is stored as leaf; of no meaning where rows are missing."""
    cut: list[tuple[int, bytes]] | None
    """The same up to the position asked for, if that is in this stretch."""
    first_time: str
    last_time: str
    fault: Fault | None
    misfit: Misfit | None
    """The first of the stored roots within this stretch that does not fit; looked for where there is no fault."""


class Reader:
    """A connection of its own that reads entries in batches, with flat memory, and changes nothing."""

    def __init__(self, source: Source) -> None:
        self._source = source
        if source.kind == "sqlite":
            self._file = sqlite3.connect(**dict(source.address))
            self._file.execute("PRAGMA query_only = ON")
        else:
            import psycopg

            self._server = psycopg.connect(**dict(source.address))
            self._server.read_only = True

    def stretch(self, start: int, stop: int) -> Generator[list[Sealed], None, None]:
        """The rows with start < position <= stop, by position."""
        if self._source.kind == "sqlite":
            with closing(self._file.execute(self._source.stretch, (start, stop))) as rows:
                while batch := rows.fetchmany(_BATCH):
                    yield batch
        else:
            # a cursor with a name is kept by the server: without one all rows would come at once
            with self._server.transaction(), self._server.cursor(name="rehash", binary=True) as found:
                found.execute(self._source.stretch, (start, stop))
                while several := found.fetchmany(_BATCH):
                    yield several

    def misfit(self, roots: Iterable[TileRoot]) -> Misfit | None:
        """The first of these roots that is not stored so; the numbers of each level follow each other."""
        if self._source.roots is None:
            return None
        for level, group in groupby(roots, key=operator.attrgetter("level")):
            expected = list(group)
            first = expected[0].number
            try:
                stored = dict(self._roots(level, first, first + len(expected)))
            except Exception as error:
                if not is_damage(error):
                    raise
                return Misfit(level, first, "unreadable")
            for _, number, root in expected:
                if stored.get(number) != root:
                    return Misfit(level, number, "changed" if number in stored else "missing")
        return None

    def _roots(self, *parameters: int) -> list[tuple[int, bytes]]:
        assert self._source.roots is not None
        if self._source.kind == "sqlite":
            return list(self._file.execute(self._source.roots, parameters))
        with self._server.transaction(), self._server.cursor(binary=True) as found:
            return found.execute(self._source.roots, parameters).fetchall()

    def close(self) -> None:
        """Close the connection."""
        (self._file if self._source.kind == "sqlite" else self._server).close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def rehash(
    reader: Reader, start: int, stop: int, expected: int, cut: int = 0, progress: Callable[[int], None] | None = None
) -> Part:
    """Check the rows with start < position <= stop, of which `expected` should be there.

    `cut` is a position up to which the tree is wanted, too. `progress` is told of each batch how many rows it had.
    """
    frontier = Frontier()
    completed: list[TileRoot] = []
    at_cut: list[tuple[int, bytes]] | None = None
    first_time = last_time = ""
    fault: Fault | None = None
    done = 0
    try:
        for rows in reader.stretch(start, stop):
            hashes, found = _check(rows, start + done + 1, last_time)
            fault = fault or found
            before = cut - start - done
            if 0 < before <= len(rows):
                frontier.extend(hashes[:before], completed)
                at_cut = frontier.subtrees()
                hashes = hashes[before:]
            frontier.extend(hashes, completed)
            done += len(rows)
            first_time = first_time or str(rows[0][4])
            last_time = str(rows[-1][4])
            if progress:
                progress(len(rows))
    except Exception as error:
        if not is_damage(error):
            raise
        fault = fault or _unreadable(reader, start + done + 1, start + expected, error)
    if fault is None and done != expected:  # more than expected: counted by an index that has fewer
        fault = Fault(start + done + 1, "gap") if done < expected else Fault(start + expected + 1, "surplus")
    misfit = None if fault else reader.misfit(_placed(completed, start))
    subtrees = frontier.subtrees() if done <= expected else []
    return Part(done, subtrees, at_cut, first_time, last_time, fault, misfit)


def rehash_apart(source: Source, start: int, stop: int, expected: int, cut: int) -> Part:
    """`rehash` in a process that does nothing else, on a connection that it keeps."""
    return rehash(_kept(source), start, stop, expected, cut)


_kept = cache(Reader)


def _placed(roots: list[TileRoot], start: int) -> list[TileRoot]:
    """The roots within a stretch as the whole tree numbers them, level by level."""
    return sorted(root._replace(number=root.number + (start >> root.level * TILE_HEIGHT)) for root in roots)


def leaf_of(row: Sealed, position: int | None = None) -> bytes:
    """The leaf a row should have, or would have at another position; TypeError or ValueError if it is no entry."""
    return leaves([(row[0] if position is None else position, *row[1:6])])[0]


def _check(rows: list[Sealed], expected: int, last_time: str) -> tuple[list[bytes], Fault | None]:
    """The leaves that the rows should have, and the first fault among them."""
    positions, streams, versions, types, times, bodies, stored = zip(*rows, strict=True)
    try:
        hashes = leaves(zip(positions, streams, versions, types, times, bodies, strict=True))
        if (
            hashes == list(stored)
            and positions == tuple(range(expected, expected + len(rows)))
            and times[0] >= last_time
            and all(map(operator.le, times, times[1:]))
            and set(map(type, versions)) == {int}
            and all(map(_is_instant, set(times)))
        ):
            refuse_control_characters(streams)
            refuse_control_characters(types)
            return hashes, None
    except (TypeError, ValueError, AttributeError):
        pass  # a value of a kind that no entry has: found below
    hashes = []
    fault: Fault | None = None
    for row in rows:
        leaf, found = _check_one(row, expected, last_time)
        hashes.append(leaf)
        fault = fault or found
        expected, last_time = expected + 1, str(row[4])
    return hashes, fault


def _check_one(row: Sealed, expected: int, last_time: str) -> tuple[bytes, Fault | None]:
    position, stream, version, type_, time, _, stored = row
    if position != expected:
        return _NOTHING, Fault(expected, "gap") if position > expected else Fault(position, "repeated")
    try:
        leaf = leaf_of(row)
        refuse_control_characters((stream, type_))
        instant(time)
        operator.index(version)
    except (TypeError, ValueError, AttributeError) as error:
        return _NOTHING, Fault(position, "malformed", str(error))
    if leaf != stored:
        return leaf, Fault(position, "leaf")
    return leaf, Fault(position, "time") if time < last_time else None


def _is_instant(text: str) -> bool:
    instant(text)
    return True


def _unreadable(reader: Reader, first: int, last: int, error: Exception) -> Fault:
    """Which row it was that could not be read, when a batch of them could not."""
    for position in range(first, last + 1):
        try:
            found = any(reader.stretch(position - 1, position))
        except Exception as closer:
            if not is_damage(closer):
                raise
            return Fault(position, "unreadable", str(closer))
        if not found:
            return Fault(position, "gap")
    return Fault(first, "unreadable", str(error))


def is_damage(error: BaseException | None) -> bool:
    """Whether a driver's error is about what is stored, rather than about reaching the database."""
    if isinstance(error, sqlite3.DatabaseError):
        code: int | None = getattr(error, "sqlite_errorcode", None)  # none: text that is not UTF-8
        return code is None or code & 0xFF == sqlite3.SQLITE_CORRUPT
    state: str = getattr(error, "sqlstate", None) or ""
    return state[:2] in ("XX", "22")  # internal error such as data_corrupted; data exception
