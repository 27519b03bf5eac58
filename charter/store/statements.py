"""The questions put to a ledger's tables, written once in SQLAlchemy Core and put into words for each database once.

What is sent is the text for the driver, with its parameters by place: compiling a Core statement for each of a million
appends, and a Row object for each entry read, would cost more than the database does. No text has a variable number of
parameters (many streams travel as one array or one JSON object), so a driver prepares each of them once.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    ClauseElement,
    ColumnElement,
    Dialect,
    FromClause,
    LargeBinary,
    Select,
    Text,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal_column,
    select,
    true,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from charter.store.tables import answered, entries, head, subtrees


class Statements(NamedTuple):
    """The text of each statement; the comment gives its parameters in order."""

    head: str  # (none) → size, frontier, recorded_at
    lock_head: str  # (none) → the same, and nobody else appends until the transaction ends
    size: str  # (none) → how many entries there are
    insert: str  # position, stream, version, type, recorded_at, body, leaf
    move_head: str  # size, frontier, recorded_at
    insert_root: str  # level, number, root
    insert_answer: str  # key, digest, stream, version, position, entries, recorded_at
    answers: str  # keys → all columns of those there are
    forget_answers: str  # recorded before, at most → those answers are gone; gives their keys
    leaves: str  # above, up to → positions and leaves, by position
    tile_roots: str  # level, first, before → numbers and roots, by number
    overtaken: str  # streams with versions → the streams that have gone beyond them
    rows: str  # above, up to, limit → rows by position
    sealed: str  # above, up to → all columns by position
    rows_of_types: str  # above, up to, types, limit → the same
    stream_rows: str  # streams with versions → rows of those streams beyond those versions, by position
    stream_up: str  # stream, above, up to, limit → rows of one stream, oldest first
    stream_down: str  # the same, newest first
    existing: str  # streams with versions → which of the streams there are
    streams_between: str  # first, before, limit → names of streams
    streams_holding: str  # above, bytes → names of streams with an entry, beyond a position, whose body has them


@cache
def statements(database: str, *, large: bool = False) -> Statements:
    """The texts for a database, "sqlite" or "postgresql", and for one with many entries."""
    words = _Postgres(large=large) if database == "postgresql" else _Sqlite()
    text, given, stream, seen, named = words.text, words.given, words.stream, words.seen, words.given_names
    e = entries.c
    row = (e.position, e.stream, e.version, e.type, e.recorded_at, e.body)
    nothing: ColumnElement[int] = literal_column(
        "0"
    )  # without it SQLAlchemy gives SQLite a parameter for an offset of 0
    above, up_to, limit = (bindparam(name, type_=BigInteger) for name in ("above", "up_to", "limit"))
    bounds = ("above", "up_to")
    first, before = (bindparam(name, type_=BigInteger) for name in ("first", "before"))

    rows = select(*row).where(e.position > above, e.position <= up_to).order_by(e.position).limit(limit).offset(nothing)
    one = (
        select(*row)
        .where(e.stream == bindparam("stream"), e.version > above, e.version <= up_to)
        .limit(limit)
        .offset(nothing)
    )
    the_row = head.c.id == literal_column("1")
    there = exists().where(e.stream == stream)
    beyond = there.where(e.version > seen)
    the_head = select(head.c.size, head.c.frontier, head.c.recorded_at).where(the_row)
    moved: dict[str, BindParameter[Any]] = {
        name: bindparam(f"new_{name}") for name in ("size", "frontier", "recorded_at")
    }
    old = select(answered.c.key).where(answered.c.recorded_at < bindparam("before")).limit(limit).offset(nothing)
    between = select(e.stream).distinct().where(e.stream >= bindparam("first"), e.stream < bindparam("before"))
    return Statements(
        head=text(the_head),
        lock_head=text(the_head.with_for_update()),  # SQLite has no such clause: there BEGIN IMMEDIATE is the lock
        size=text(select(head.c.size).where(the_row)),
        insert=text(insert(entries), *e.keys()),
        move_head=text(update(head).where(the_row).values(moved), *(each.key for each in moved.values())),
        insert_root=text(insert(subtrees), *subtrees.c.keys()),
        insert_answer=text(insert(answered), *answered.c.keys()),
        answers=text(words.each(words.value.table, select(answered).where(answered.c.key == words.value)), "values"),
        forget_answers=text(
            delete(answered).where(answered.c.key.in_(old)).returning(answered.c.key), "before", "limit"
        ),
        leaves=text(
            select(e.position, e.leaf).where(e.position > above, e.position <= up_to).order_by(e.position), *bounds
        ),
        tile_roots=text(
            select(subtrees.c.number, subtrees.c.root)
            .where(subtrees.c.level == bindparam("level"), subtrees.c.number >= first, subtrees.c.number < before)
            .order_by(subtrees.c.number),
            *("level", "first", "before"),
        ),
        overtaken=text(select(stream).select_from(given).where(beyond), *named),
        rows=text(rows, *bounds, "limit"),
        sealed=text(select(entries).where(e.position > above, e.position <= up_to).order_by(e.position), *bounds),
        rows_of_types=text(rows.where(e.type.in_(words.values)), *bounds, "values", "limit"),
        stream_rows=text(
            words.each(given, select(*row).where(e.stream == stream, e.version > seen), "position"), *named
        ),
        stream_up=text(one.order_by(e.version), "stream", *bounds, "limit"),
        stream_down=text(one.order_by(e.version.desc()), "stream", *bounds, "limit"),
        existing=text(select(stream).select_from(given).where(there), *named),
        streams_between=text(between.order_by(e.stream).limit(limit).offset(nothing), "first", "before", "limit"),
        streams_holding=text(
            select(e.stream).where(e.position > above, words.holds(e.body)).distinct().order_by(e.stream),
            "above",
            "part",
        ),
    )


class _Words(ABC):
    """How one database says it: its dialect, and how it takes many values as one parameter."""

    dialect: Dialect
    given: FromClause  # streams with a version each
    given_names: tuple[str, ...]
    stream: ColumnElement[Any]
    seen: ColumnElement[Any]
    values: Any  # a list of text
    value: Any  # one of it, as a column of a table that has nothing else

    @abstractmethod
    def each(self, given: FromClause, found: Select[Any], *by: str) -> Select[Any]:
        """What is found for each row of a small table, by an index whatever the database believes about its tables."""

    @abstractmethod
    def holds(self, column: ColumnElement[bytes]) -> ColumnElement[bool]:
        """Whether these bytes occur in a column."""

    def text(self, statement: ClauseElement, *names: str) -> str:
        """The statement as the driver takes it; the names prove that its parameters stand in this order."""
        compiled = statement.compile(dialect=self.dialect)
        assert tuple(getattr(compiled, "positiontup", None) or ()) == names, (compiled, names)
        return str(compiled)


class _Sqlite(_Words):
    def __init__(self) -> None:
        self.dialect = sqlite.dialect(paramstyle="qmark")
        given = func.json_each(bindparam("given")).table_valued("key", "value", name="given")
        self.given, self.stream, self.seen, self.given_names = given, given.c.key, given.c.value, ("given",)
        self.value = func.json_each(bindparam("values")).table_valued("value", name="given").c.value
        self.values = select(self.value)

    def each(self, given: FromClause, found: Select[Any], *by: str) -> Select[Any]:
        [table] = {column.table for column in found.selected_columns}
        return found.select_from(given.join(table, true())).order_by(*(found.selected_columns[n] for n in by))

    def holds(self, column: ColumnElement[bytes]) -> ColumnElement[bool]:
        return func.instr(column, bindparam("part", type_=LargeBinary)) > literal_column("0")


class _Postgres(_Words):
    """Where it sees how many streams are asked for, PostgreSQL plans anew each time, which takes longer than to answer.

    From a subquery it doesn't, and keeps one plan: in a large ledger along the index, whatever it does in a small one.
    """

    def __init__(self, *, large: bool) -> None:
        self.dialect = postgresql.psycopg.dialect(paramstyle="format")  # type: ignore[no-untyped-call]
        streams, versions = bindparam("streams", type_=ARRAY(Text)), bindparam("versions", type_=ARRAY(BigInteger))
        lists = [select(each).scalar_subquery() for each in (streams, versions)] if large else [streams, versions]
        given = func.unnest(*lists).table_valued("stream", "version", name="given").render_derived()
        self.given, self.stream, self.seen = given, given.c.stream, given.c.version
        self.given_names = ("streams", "versions")
        self.value = func.unnest(bindparam("values", type_=ARRAY(Text))).table_valued("value").render_derived().c.value
        self.values = select(self.value)

    def each(self, given: FromClause, found: Select[Any], *by: str) -> Select[Any]:
        # Before its tables are first analyzed PostgreSQL would rather read all of them. OFFSET keeps it from joining.
        each = found.offset(literal_column("0")).correlate(given).lateral("found")
        return select(*each.c).select_from(given.join(each, true())).order_by(*(each.c[n] for n in by))

    def holds(self, column: ColumnElement[bytes]) -> ColumnElement[bool]:
        return func.position(bindparam("part", type_=LargeBinary).op("IN")(column)) > literal_column("0")
