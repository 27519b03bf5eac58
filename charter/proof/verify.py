"""Proves that nothing in a ledger was altered, or says which entry was first and how.

Every body is read and hashed again, the tree built again and compared with the head row; positions have no gap, the
versions of each stream count 1, 2, 3 in the order of positions, and recorded times never go back. What somebody can
do who also makes every hash anew shows against a checkpoint kept outside.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any, Literal, NamedTuple

from sqlalchemy import URL, Engine, Select, func, inspect, literal, null, or_, select

from charter import schema
from charter.phrase import Phrase, plural
from charter.proof.checkpoint import Checkpoint, origin
from charter.proof.damage import Damage, Kind, against_head, diagnose, in_stored_roots
from charter.proof.rehash import Fault, Reader, Source, is_damage, leaf_of
from charter.proof.reread import Progress, Team, Whole
from charter.store.database import connect_arguments, is_sqlite, open_database, shown
from charter.store.errors import HeadDamaged, NoLedger, StoreUnavailable, library_errors
from charter.store.statements import statements
from charter.store.tables import entries, head, subtrees
from charter.tree import EMPTY_ROOT, Frontier

__all__ = ["Checkpoint", "Damage", "Kind", "Verdict", "checkpoint", "verify"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verification found."""

    size: int
    """How many entries there are."""
    root: bytes
    """The root of the tree over them; of no meaning where entries are missing or can't be read."""
    seconds: float
    damage: Damage | None
    """The first thing wrong; None if the ledger is whole."""

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return self.damage is None


def verify(
    ledger: Engine | str | Path | URL,
    *,
    against: Checkpoint | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> Verdict:
    """Check a whole ledger as it is at this moment; others may go on appending.

    `against` is a checkpoint kept outside the ledger, `workers` the number of processes. Memory stays flat. NoLedger
    where there is none, StoreUnavailable where its database can't be read.
    """
    began = perf_counter()
    engine = ledger if isinstance(ledger, Engine) else open_database(ledger, read_only=True)
    try:
        with library_errors():
            tables = inspect(engine).get_table_names()
            if entries.name not in tables:
                raise NoLedger(shown(engine))
            if head.name not in tables:
                return Verdict(0, EMPTY_ROOT, perf_counter() - began, against_head(Frontier(), "", None))
            source = _source(engine, with_roots=subtrees.name in tables)
            found = _Extent.of(engine, with_roots=subtrees.name in tables)
            with Reader(source) as reader:
                tree, damage = _examine(engine, source, reader, found, against, workers, progress)
    finally:
        if engine is not ledger:
            engine.dispose()
    return Verdict(found.total, tree.root(), perf_counter() - began, damage)


def checkpoint(engine: Engine) -> Checkpoint:
    """The checkpoint of a ledger as it is; ValueError for one without entries, which has no name yet."""
    first = select(entries.c.leaf).where(entries.c.position == 1).scalar_subquery()
    with engine.connect() as connection:
        found = connection.execute(select(head.c.size, head.c.frontier, first)).one()
    if not found.size:
        msg = "There is nothing to seal: the ledger has no entries yet."
        raise ValueError(msg)
    if found[2] is None:
        raise HeadDamaged
    return Checkpoint(origin(found[2]), found.size, Frontier.from_bytes(found.size, found.frontier).root())


class _Extent(NamedTuple):
    """How much there is and how much there should be, at one moment."""

    total: int
    lowest: int
    highest: int
    heads: int
    head: tuple[int, bytes, str] | None
    roots: int | None

    @classmethod
    def of(cls, engine: Engine, *, with_roots: bool) -> _Extent:
        """Read it; where pages are damaged, what can be read of it."""
        position = entries.c.position
        count = select(func.count()).select_from(entries)
        heads = select(func.count()).select_from(head)
        row = select(head.c.size, head.c.frontier, head.c.recorded_at).where(head.c.id == 1).limit(1)
        roots = select(func.count()).select_from(subtrees) if with_roots else select(null())
        parts = (count, select(func.min(position)), select(func.max(position)), heads)
        sealed = (row.with_only_columns(column) for column in row.selected_columns)
        try:
            found = _ask(engine, select(*(each.scalar_subquery() for each in (*parts, *sealed, roots))))
        except _Unreadable:
            try:
                stored = _ask(engine, row)
            except _Unreadable:
                stored = None
            found = (stored[0], 1, stored[0], 1, *stored, None) if stored else (0, 1, 0, 0, None, None, None, None)
        assert found is not None  # it has no FROM
        total, lowest, highest, number, size, frontier, recorded_at, kept = found
        present = None if size is None else (size, frontier, recorded_at)
        if not (isinstance(lowest, int) and isinstance(highest, int)):  # there is none, or one that is no number
            lowest, highest = 1, total
        return cls(total, lowest, highest, number, present, kept)


class _Unreadable(Exception):
    """Damage is in the way of an answer."""


def _ask(engine: Engine, question: Select[*tuple[Any, ...]]) -> tuple[Any, ...] | None:
    """The first row of the answer, if there is one."""
    try:
        with engine.connect() as connection:
            if not is_sqlite(engine):  # the other processors are at work on the entries meanwhile
                connection.exec_driver_sql("SET LOCAL max_parallel_workers_per_gather = 0")
            row = connection.execute(question).first()
            return None if row is None else tuple(row)
    except StoreUnavailable as error:
        if is_damage(error.__cause__):
            raise _Unreadable from error
        raise


def _examine(
    engine: Engine,
    source: Source,
    reader: Reader,
    extent: _Extent,
    against: Checkpoint | None,
    workers: int,
    progress: Progress | None,
) -> tuple[Frontier, Damage | None]:
    """The tree over the entries, and the first thing that is wrong."""
    cut = against.size if against else 0
    with Team(source, extent.total, extent.highest, cut, workers, progress) as team:
        streams = _stream_damage(engine, extent.highest)
        whole = team.whole(reader)
    if extent.lowest < 1:
        below = Phrase("There is an entry at position {position}.", position=extent.lowest)
        return whole.tree, Damage(extent.lowest, Kind.INSERTED, below)
    if whole.fault:
        return whole.tree, _explained(reader, whole, whole.fault, extent)
    if streams:
        return whole.tree, streams
    if extent.heads > 1:
        rows = "There are {number} rows that say how far the ledger has come, instead of one."
        sentence = plural(rows, rows, extent.heads)
        return whole.tree, Damage(None, Kind.INSERTED, sentence)
    damage = (
        against_head(whole.tree, whole.last_time, extent.head)
        or (_against(against, reader, whole) if against else None)
        or _root_damage(engine, source, whole, extent)
    )
    return whole.tree, damage


def _root_damage(engine: Engine, source: Source, whole: Whole, extent: _Extent) -> Damage | None:
    """What is wrong with the roots kept for proofs; nothing in a ledger of the first version, which has none."""
    if source.roots is None and (schema.current(engine) or "") >= "0002":
        return Damage(None, Kind.MISSING, Phrase("The table of the tree's stored roots is missing. Restore a backup."))
    return in_stored_roots(whole.misfit, extent.roots, whole.tree.size)


def _explained(reader: Reader, whole: Whole, fault: Fault, extent: _Extent) -> Damage:
    size = extent.head[0] if extent.head else extent.total
    if fault.what == "leaf" and against_head(whole.tree, whole.last_time, extent.head) is None:
        # the tree was built of what the leaves should be, and it is the one that was sealed
        sentence = Phrase(
            "The hash kept with entry {position} was changed; the entry itself is as it was recorded.",
            position=fault.position,
        )
        return Damage(fault.position, Kind.CHANGED, sentence)
    return diagnose(reader, fault, size)


def _stream_damage(engine: Engine, highest: int) -> Damage | None:
    """The first entry whose version does not follow the one before it in its stream."""
    position, stream, version = entries.c.position, entries.c.stream, entries.c.version
    version_before = func.lag(version, 1, literal(0, version.type)).over(partition_by=stream, order_by=version)
    position_before = func.lag(position, 1, literal(0, position.type)).over(partition_by=stream, order_by=version)
    columns = (
        position,
        stream,
        version,
        version_before.label("version_before"),
        position_before.label("position_before"),
    )
    walk = select(*columns).where(position <= highest).subquery()
    wrong = or_(walk.c.version != walk.c.version_before + 1, walk.c.position <= walk.c.position_before)
    try:
        found = _ask(engine, select(walk).where(wrong).order_by(walk.c.position).limit(1))
    except _Unreadable as error:
        why = error.__cause__
        unread = Phrase("The index of streams can't be read: have it built anew. {why}", why=why)
        return Damage(None, Kind.CHANGED, unread)
    if found is None:
        return None
    at, name, number, number_before, at_before = found
    say = partial(Phrase, at=at, name=name, number=number, before=number_before, at_before=at_before)
    if not (isinstance(number, int) and isinstance(number_before, int)) or number < 1:
        return Damage(at, Kind.CHANGED, say("Entry {at} is version {number} of {name}; versions count 1, 2, 3."))
    if number == number_before:
        sentence = say("There are several entries of version {number} of {name}.")
        return Damage(max(at, at_before), Kind.INSERTED, sentence)
    if number == number_before + 1:
        sentence = say("Version {number} of {name} stands at {at}, before version {before} at {at_before}.")
        return Damage(at, Kind.REORDERED, sentence)
    sentence = say("Version {missing} of {name} is missing: entry {at} is version {number}.", missing=number_before + 1)
    return Damage(at, Kind.MISSING, sentence)


def _against(against: Checkpoint, reader: Reader, whole: Whole) -> Damage | None:
    """Where a ledger that fits itself does not fit a checkpoint kept outside."""
    size = whole.tree.size
    first = next((row for batch in reader.stretch(0, 1) for row in batch), None)
    if first is not None and origin(leaf_of(first)) != against.origin:
        sentence = Phrase(
            "The checkpoint is of another ledger ({name}), or the first entry of this one was replaced.",
            name=against.origin,
        )
        return Damage(1, Kind.CHANGED, sentence)
    if size < against.size:
        sentence = Phrase(
            "The checkpoint seals {sealed} entries, and the ledger ends at {size}: it was cut off at the end.",
            sealed=against.size,
            size=size,
        )
        return Damage(size + 1, Kind.CUT_OFF, sentence)
    root = whole.cut.root() if whole.cut else EMPTY_ROOT
    if root != against.root:
        sentence = Phrase(
            "Entries 1 to {size} are not the ones that the checkpoint seals: the history was rewritten, with hashes "
            "that fit. From a root alone it can't be known which entry is the first.",
            size=against.size,
        )
        return Damage(None, Kind.CHANGED, sentence)
    return None


def _source(engine: Engine, *, with_roots: bool) -> Source:
    address = tuple(sorted(connect_arguments(engine).items()))
    kind: Literal["sqlite", "postgresql"] = "sqlite" if is_sqlite(engine) else "postgresql"
    say = statements(kind)
    return Source(kind, address, say.sealed, say.tile_roots if with_roots else None)
