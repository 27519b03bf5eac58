"""A mapping bound to the header of one file: for each field a function from a row's cells to its text."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from charter.importing.columns import CodesColumn, Column, TextsColumn, TimeColumn, WordColumn, nearest
from charter.importing.files import Table
from charter.importing.mapping import CaseMapping, CharterMapping, named
from charter.importing.refusals import ColumnsMissing, NoCode, UnknownWord
from charter.importing.words import code

Cells = list[str]
Reader = Callable[[Cells], str | None]
ListReader = Callable[[Cells], tuple[str, ...]]

_SHOWN = 60


class Readers:
    """The fields of a mapping as functions on the cells of one table; raises ColumnsMissing."""

    def __init__(self, mapping: CaseMapping | CharterMapping, table: Table) -> None:
        self._columns = dict(named(mapping))
        self._table = table
        self._none = _words(mapping.none)
        self._rows = mapping.rows
        if missing := list(self._missing()):
            raise ColumnsMissing(
                path=table.path,
                missing="\n".join(f"- {name}" for name in missing),
                encoding=table.encoding,
                delimiter=repr(table.delimiter),
                columns=", ".join(table.header),
            )
        self.wanted = self._where(mapping.rows)

    def fills(self, field: str) -> bool:
        """Whether the mapping says anything of a field."""
        return field in self._columns

    def column(self, field: str) -> Column | None:
        """What the mapping says of a field."""
        return self._columns.get(field)

    def text(self, field: str) -> Reader:
        """What a field reads in a row; None where nothing is known."""
        column = self._columns.get(field)
        if column is None:
            return lambda _: None
        read = self._picked(column, self._none | _words(column.none))
        if column.values or (column.otherwise is not None and not isinstance(column, TimeColumn)):
            read = _translated(read, field, column)
        if column.default is not None:
            read = _or(read, column.default)
        return self._only_when(column, read)

    def codes(self, field: str) -> ListReader:
        """The codes that a field holds in a row."""
        column = self._columns.get(field)
        if column is None:
            return lambda _: ()
        assert isinstance(column, CodesColumn)
        silent = self._none | _words(column.none)
        one = _translated(_known_at(0, silent), field, column)
        parts = _splitter(column.split)

        @lru_cache(maxsize=4_096)
        def each(cell: str) -> tuple[str, ...]:
            made = []
            for part in parts(cell):
                if (text := one([part])) is None:
                    continue
                if (made_of := code(text, limits=column.limits)) is None:
                    raise NoCode(word=shown(text), field=field)
                made.append(made_of)
            return tuple(made)

        read = self._only_when(column, self._picked(column, frozenset()))
        default = column.default or ""
        return lambda cells: each(read(cells) or default)

    def texts(self, field: str) -> ListReader:
        """The texts that a field holds in a row."""
        column, read = self._columns.get(field), self.text(field)
        if column is None:
            return lambda _: ()
        assert isinstance(column, TextsColumn)
        parts = _splitter(column.split)
        return lambda cells: tuple(parts(read(cells) or ""))

    def _where(self, words: dict[str, list[str]]) -> Callable[[Cells], bool]:
        """Whether each of these columns holds one of its words."""
        tests = [(self._place(column), _words(some)) for column, some in words.items()]
        return lambda cells: all(cells[at].strip().casefold() in some for at, some in tests)

    def _only_when(self, column: Column, read: Reader) -> Reader:
        if not column.when:
            return read
        holds = self._where(column.when)
        return lambda cells: read(cells) if holds(cells) else None

    def _picked(self, column: Column, silent: frozenset[str]) -> Reader:
        """The cell or cells, stripped; None where they are empty or say that nothing is known."""
        if column.constant is not None:
            constant = column.constant
            return lambda _: constant
        cells = [_known_at(at, silent) for name in column.column if (at := self._table.place(name)) is not None]
        if column.join is not None:
            between = column.join
            return lambda row: between.join(text for read in cells if (text := read(row))) or None
        if len(cells) == 1:
            return cells[0]
        return lambda row: next((text for read in cells if (text := read(row))), None)

    def _place(self, name: str) -> int:
        at = self._table.place(name)
        assert at is not None, name  # `_missing` has looked
        return at

    def _missing(self) -> Iterator[str]:
        """What the mapping names and the header lacks, in words; of a list of columns one is enough."""
        header = [name.casefold() for name in self._table.header]
        asked = [column.column for column in self._columns.values() if column.column]
        asked += [[name] for column in self._columns.values() for name in column.when]
        asked += [[name] for name in self._rows]
        for names in asked:
            wanted = [name.strip().casefold() for name in names]
            if not any(name in header for name in wanted):
                yield " or ".join(names) + nearest(names[0], self._table.header)
            for name in wanted:
                if header.count(name) > 1:
                    yield f"{name}, which is there more than once; rename one"


def asked(mapping: CaseMapping | CharterMapping) -> set[str]:
    """All columns that a mapping names."""
    columns = [column for _, column in named(mapping)]
    return {name for column in columns for name in (*column.column, *column.when)} | set(mapping.rows)


def shown(word: str) -> str:
    """A word of a file in a message, in quotation marks and never long."""
    return f'"{word if len(word) <= _SHOWN else word[:_SHOWN] + " …"}"'


def _words(words: Iterable[str]) -> frozenset[str]:
    return frozenset(word.strip().casefold() for word in words)


def _splitter(characters: str) -> Callable[[str], list[str]]:
    between = re.compile(f"[{re.escape(characters)}\n\r]+")
    return lambda cell: [part for piece in between.split(cell) if (part := piece.strip())]


def _known_at(at: int, silent: frozenset[str]) -> Reader:
    """A cell, stripped; None where it is empty or one of the words that say that nothing is known."""
    longest = max(map(len, silent), default=0)  # only a short text can be one, and folding a long one takes its time

    def known(cells: Cells) -> str | None:
        text = cells[at].strip()
        return None if not text or (len(text) <= longest and text.casefold() in silent) else text

    return known


def _translated(read: Reader, field: str, column: Column) -> Reader:
    """Our word for theirs; any other is refused where only our words are taken, else it stays."""
    ours = {theirs.strip().casefold(): word or None for theirs, word in column.values.items()}
    others = column.otherwise
    closed = isinstance(column, WordColumn)

    def translated(cells: Cells) -> str | None:
        text = read(cells)
        if text is None:
            return None
        folded = text.casefold()
        if folded in ours:
            return ours[folded]
        if others is not None:
            return others or None
        if closed:
            near = nearest(folded, ours).replace("; d", " D")
            raise UnknownWord(field=field, word=shown(text), nearest=near)
        return text

    return translated


def _or(read: Reader, default: str) -> Reader:
    def filled(cells: Cells) -> str | None:
        text = read(cells)
        return default if text is None else text

    return filled
