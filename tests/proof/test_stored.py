"""Proofs made from the tables are those of the tree, and what was altered in the tables is never proved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from eventsourcing.persistence import StoredEvent
from sqlalchemy import text

from charter import schema
from charter.proof.checkpoint import Checkpoint, origin
from charter.proof.paths import (
    BadProof,
    RangeRoot,
    check_consistency,
    check_inclusion,
    consistency_nodes,
    inclusion_nodes,
)
from charter.proof.stored import StoredTree
from charter.proof.verify import checkpoint
from charter.store.database import open_database, writing
from charter.store.errors import TreeDamaged
from charter.store.recorder import LedgerRecorder
from tests.postgres import drop_database, new_database

SIZE = 70_000
"""More than 256 * 256, so that there are roots of two levels, and none of the levels ends where the tree does."""


def events(count: int) -> list[StoredEvent]:
    """Entries of as many streams."""
    return [StoredEvent(f"decision/{number}", 1, "t", b"{}") for number in range(count)]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def recorder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LedgerRecorder]:
    """A ledger of 70,000 entries; nothing in this module changes it for good."""
    on_sqlite = request.param == "sqlite"
    place = str(tmp_path_factory.mktemp("stored") / "charter.db") if on_sqlite else new_database()
    schema.create(place)
    with LedgerRecorder(open_database(place)) as opened:
        opened.insert_events(events(SIZE))
        yield opened
    if not on_sqlite:
        drop_database(place)


@pytest.fixture
def tree(recorder: LedgerRecorder) -> StoredTree:
    """Its tree, of which nothing is remembered yet."""
    return StoredTree(recorder)


@pytest.fixture(scope="module")
def sealed(recorder: LedgerRecorder) -> Callable[[int], Checkpoint]:
    """The checkpoint of the first so many entries, made from the leaves alone."""
    hashes = recorder.leaves(0, SIZE)
    root_of = RangeRoot(hashes)
    return cache(lambda size: Checkpoint(origin(hashes[0]), size, root_of(0, size)))


SIZES = (1, 2, 3, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, 65_793, SIZE - 1, SIZE)


def test_every_node(recorder: LedgerRecorder, tree: StoredTree) -> None:
    """Each node that a proof can ask for has the root that its leaves have."""
    root_of = RangeRoot(recorder.leaves(0, SIZE))
    assert tree(0, 0) == root_of(0, 0)
    chance = Random(7)
    for size in SIZES:
        for index in {0, size // 2, size - 1, *(chance.randrange(size) for _ in range(8))}:
            for node in inclusion_nodes(index, size):
                assert tree(*node) == root_of(*node)
    for old, new in pairwise(SIZES):
        for node in consistency_nodes(old, new):
            assert tree(*node) == root_of(*node)
    with pytest.raises(ValueError, match="no leaves"):
        tree(3, 2)


def test_what_it_proves(recorder: LedgerRecorder, tree: StoredTree, sealed: Callable[[int], Checkpoint]) -> None:
    """Entries and older checkpoints are proved in trees of any size, and whoever checks agrees."""
    for size in SIZES:
        for position in {1, (size + 1) // 2, size}:
            path = tree.inclusion(position, sealed(size))
            [leaf] = recorder.leaves(position - 1, position)
            check_inclusion(position - 1, size, leaf, path, sealed(size).root)
        for old in SIZES:
            if old <= size:
                path = tree.consistency(sealed(old), sealed(size))
                check_consistency(old, size, sealed(old).root, sealed(size).root, path)


def test_short_reads(recorder: LedgerRecorder, sealed: Callable[[int], Checkpoint]) -> None:
    """A proof takes at most two rows of 256 hashes from each of three levels, and its entry."""
    read: list[int] = []

    class Counted(StoredTree):
        def _tile(self, level: int, number: int) -> list[bytes]:
            found = super()._tile(level, number)
            read.append(len(found))
            return found

    for position in (1, 30_000, SIZE):
        read.clear()
        Counted(recorder).inclusion(position, sealed(SIZE))
        assert len(read) <= 6
        assert max(read) <= 256


def test_the_ledger_grows(tree: StoredTree, recorder: LedgerRecorder, sealed: Callable[[int], Checkpoint]) -> None:
    """What is remembered of a tile that was not full is no hindrance when it has grown."""
    tree._tiles[0, SIZE // 256] = recorder.leaves(SIZE // 256 * 256, SIZE - 10)
    tree._tiles[1, 0] = recorder.tile_roots(1, 0, 5)
    assert tree(0, SIZE) == sealed(SIZE).root


def test_beyond_the_end(tree: StoredTree, sealed: Callable[[int], Checkpoint]) -> None:
    """A position that the checkpoint does not seal is not proved, nor an older checkpoint from a newer one."""
    for position in (0, -1, 301, SIZE):
        with pytest.raises(BadProof, match="has none with the index"):
            tree.inclusion(position, sealed(300))
    with pytest.raises(BadProof, match="can't have grown"):
        tree.consistency(sealed(300), sealed(299))
    with pytest.raises(TreeDamaged, match="missing"):
        tree(SIZE, SIZE + 1)


def test_another_history(tree: StoredTree, sealed: Callable[[int], Checkpoint]) -> None:
    """A checkpoint of another history is not proved to be the beginning of this one, nor an entry to be in it."""
    other = Checkpoint(sealed(300).origin, 300, bytes(32))
    with pytest.raises(TreeDamaged, match="Run 'charter verify'"):
        tree.consistency(other, sealed(SIZE))
    with pytest.raises(TreeDamaged, match="Entry 7 can't be proved"):
        tree.inclusion(7, other)


@pytest.fixture(params=["sqlite", "postgresql"])
def small(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LedgerRecorder]:
    """A ledger of 1,300 entries, to be altered."""
    place = str(tmp_path / "charter.db") if request.param == "sqlite" else new_database()
    schema.create(place)
    with LedgerRecorder(open_database(place)) as opened:
        opened.insert_events(events(1300))
        yield opened
    if request.param == "postgresql":
        drop_database(place)


def alter(recorder: LedgerRecorder, statement: str) -> None:
    """As somebody who takes the triggers away first; ZEROS are a hash of zeros."""
    with writing(recorder.driver.engine) as connection:
        if connection.dialect.name == "sqlite":
            zeros = "zeroblob(32)"
            for trigger in ("entries_no_update", "entries_no_delete", "subtrees_no_update", "subtrees_no_delete"):
                connection.execute(text(f"DROP TRIGGER {trigger}"))
        else:
            zeros = "decode(repeat('00', 32), 'hex')"
            connection.execute(text("ALTER TABLE entries DISABLE TRIGGER ALL"))
            connection.execute(text("ALTER TABLE subtrees DISABLE TRIGGER ALL"))
        connection.execute(text(statement.replace("ZEROS", zeros)))


@pytest.mark.parametrize(
    ("alteration", "position"),
    [
        ("UPDATE subtrees SET root = ZEROS WHERE number = 3", 1),
        ("UPDATE subtrees SET root = ZEROS WHERE number = 4", 1300),
        ("DELETE FROM subtrees WHERE number = 3", 1),
        ("DELETE FROM subtrees WHERE number > 1", 1),
        ("UPDATE entries SET leaf = ZEROS WHERE position = 200", 1),
        ("UPDATE entries SET leaf = ZEROS WHERE position = 1299", 1300),
        ("DELETE FROM entries WHERE position = 200", 1),
        ("UPDATE entries SET body = ZEROS WHERE position = 70", 70),
        ("UPDATE entries SET recorded_at = '2020-01-01T00:00:00.000000Z' WHERE position = 70", 70),
        ("DELETE FROM entries WHERE position = 1300", 1300),
    ],
)
def test_nothing_altered_is_proved(small: LedgerRecorder, alteration: str, position: int) -> None:
    """Where a hash or an entry was altered or taken out, a proof that needs it is refused, and says what to run."""
    before = checkpoint(small.driver.engine)
    StoredTree(small).inclusion(position, before)
    alter(small, alteration)
    with pytest.raises(TreeDamaged, match="charter verify"):
        StoredTree(small).inclusion(position, before)


def test_nothing_altered_is_continued(small: LedgerRecorder) -> None:
    """Nor is an older checkpoint proved to be the beginning of what was altered."""
    old, new = Checkpoint("log", 700, StoredTree(small)(0, 700)), checkpoint(small.driver.engine)
    StoredTree(small).consistency(old, new)
    alter(small, "UPDATE subtrees SET root = ZEROS WHERE number = 3")
    with pytest.raises(TreeDamaged, match="charter verify"):
        StoredTree(small).consistency(old, new)


def test_hashes_are_read_up_to_the_first_missing(small: LedgerRecorder) -> None:
    """A hash never passes for its neighbour because one before it was taken out."""
    hashes, roots = small.leaves(0, 600), small.tile_roots(1, 0, 5)
    alter(small, "DELETE FROM subtrees WHERE number = 3")
    with writing(small.driver.engine) as connection:
        connection.execute(text("DELETE FROM entries WHERE position = 200"))
    assert small.leaves(0, 600) == hashes[:199]
    assert small.tile_roots(1, 0, 5) == roots[:3]
