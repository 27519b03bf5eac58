"""Other people's CSV files: encoding and separator found out, rows read one by one, damage told with its row."""

import codecs
import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO, TextIOWrapper
from pathlib import Path
from typing import BinaryIO, NamedTuple

from charter.importing.refusals import FileMissing, NeverClosed, NotATable, TooLong, WrongNumberOfCells
from charter.message import Refused

LONGEST_ROW = 1_000_000
"""Characters. A cell has a bound of its own, the csv module's 131,072."""

DELIMITERS = (",", ";", "\t", "|")
CHUNK = 1 << 20
SAMPLE = 1 << 16
DAMAGED = "\udfff"
"""What bytes that are no text in the file's encoding are read as: no real text holds it, and no text field takes it."""

_SHOWN = 200
_KINDS = (
    (b"PK\x03\x04", "a zip archive or a spreadsheet", "Unpack it, or save the sheet as CSV."),
    (b"\x1f\x8b", "a gzip archive", "Unpack it first."),
    (b"\xd0\xcf\x11\xe0", "a document of an office program", "Save the sheet as CSV."),
    (b"%PDF", "a PDF document", "Ask for the table behind it."),
    (b"SQLite format 3\x00", "a SQLite database", "Export the table as CSV."),
)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_OTHERS = (
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1257", "koi8_r", "mac_roman"),
    *("shift_jis", "gb18030", "big5", "euc_kr", "euc_jp"),
)
"""Encodings that are looked for where a file is neither UTF-8 nor UTF-16, the most usual first."""

codecs.register_error("charter.damaged", lambda error: (DAMAGED, getattr(error, "end", 0)))


class Row(NamedTuple):
    """A row: its number as a spreadsheet shows it (the header is 1), its cells, and why it cannot be used, if so."""

    number: int
    cells: list[str]
    refusal: Refused | None


@dataclass(frozen=True, slots=True)
class Table:
    """An open CSV file: its header as written, and how it was read."""

    path: Path
    encoding: str
    delimiter: str
    header: list[str]
    bytes: int
    _binary: BinaryIO
    _lines: "_Lines"

    def place(self, column: str) -> int | None:
        """Where a column stands, in any case of letters; None if there is no such column."""
        wanted = column.strip().casefold()
        return next((at for at, name in enumerate(self.header) if name.casefold() == wanted), None)

    def done(self) -> float:
        """How much of the file was read, from 0 to 1."""
        return min(1.0, self._binary.tell() / self.bytes) if self.bytes else 1.0

    def rows(self) -> Iterator[Row]:
        """The rows that are not empty, each read when it is asked for."""
        reader = csv.reader(self._lines, delimiter=self.delimiter)
        number, columns = 0, len(self.header)
        while True:
            number += 1
            self._lines.begin()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                self._lines.skip()
                yield Row(number, self._lines.shown(), TooLong(limit=f"{csv.field_size_limit():,}"))
                continue
            except _Endless:
                yield Row(number, self._lines.shown(), TooLong(limit=f"{LONGEST_ROW:,}"))
                continue
            if number == 1 or not any(cells):
                continue
            if self._lines.unclosed:
                yield Row(number, self._lines.shown(), NeverClosed())
            elif len(cells) != columns:
                yield Row(number, cells, WrongNumberOfCells(cells=len(cells), columns=columns))
            else:
                yield Row(number, cells, None)


@contextmanager
def opened(path: Path, columns: set[str], *, encoding: str | None, delimiter: str | None) -> Iterator[Table]:
    """The table in a file; raises FileMissing, NotATable.

    `columns` are those that will be asked for: the separator that makes most of them appear in the header is the one.
    """
    try:
        if not path.is_file():
            raise FileMissing(path=path, why="there is no such file" if not path.exists() else "it is not a file")
        binary = path.open("rb")
    except OSError as error:
        raise FileMissing(path=path, why=error.strerror or "the system refuses it") from None
    with binary:
        encoding = encoding or _encoding(path, binary)
        binary.seek(0)
        start = binary.read(SAMPLE).decode(encoding, "charter.damaged").removeprefix("\ufeff")
        delimiter = delimiter or _delimiter(start, columns)
        header = next(csv.reader(StringIO(start, newline=""), delimiter=delimiter), [])
        if not any(header):
            raise NotATable(path=path, what="empty, or begins with an empty line", advice="It needs a header.")
        size = binary.seek(0, 2)
        binary.seek(0)
        # newline="": the csv module itself tells the line breaks inside quotation marks from those between rows
        text = TextIOWrapper(binary, encoding, "charter.damaged", newline="")
        yield Table(path, encoding, delimiter, [name.strip() for name in header], size, binary, _Lines(text))


class _Endless(Exception):
    """A row went beyond `LONGEST_ROW`; what is left of it has been skipped."""


class _Lines:
    """The lines of a text for the csv module, which asks for the next as long as a quotation mark is open.

    A row that is too long is skipped to its own end, never just to its next line break: what stands inside quotation
    marks must not pass for rows.
    """

    def __init__(self, text: TextIOWrapper) -> None:
        self._readline = text.readline
        self._start = self._newest = ""
        self._taken = self._quotes = 0
        self.unclosed = False

    def begin(self) -> None:
        """The next line is the first of a row."""
        self._taken = self._quotes = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._newest = self._readline(LONGEST_ROW + 1)
        if not line:
            self.unclosed = self._taken > 0
            raise StopIteration
        if not self._taken:
            self._start = line
        self._taken += len(line)
        self._quotes += line.count('"')
        if self._taken > LONGEST_ROW:
            self.skip()
            raise _Endless
        return line

    def skip(self) -> None:
        """Go to the end of the row that was begun."""
        while self._newest and (self._quotes % 2 or not self._newest.endswith(("\n", "\r"))):
            self._newest = self._readline(LONGEST_ROW)
            self._quotes += self._newest.count('"')

    def shown(self) -> list[str]:
        """The beginning of the row, as one cell."""
        start = self._start.rstrip("\r\n")
        return [start if len(start) <= _SHOWN else start[:_SHOWN] + " …"]


def _encoding(path: Path, binary: BinaryIO) -> str:
    start = binary.read(SAMPLE)
    for magic, what, advice in _KINDS:
        if start.startswith(magic):
            raise NotATable(path=path, what=what, advice=advice)
    for mark, name in _MARKS:
        if start.startswith(mark):
            return name
    nothing = start.count(0)
    if nothing > len(start) // 4:  # ASCII letters in UTF-16 are every other byte
        return "utf-16-le" if start[1::2].count(0) * 2 > nothing else "utf-16-be"
    binary.seek(0)
    while chunk := binary.read(CHUNK):
        if found := _NOT_ASCII.search(chunk):
            # from the line of the first letter that is not ASCII, so that no letter is cut in two
            sample = chunk[chunk.rfind(b"\n", 0, found.start()) + 1 :] + binary.read(SAMPLE)
            return _encoding_of(sample[:SAMPLE])
    return "utf-8"


def _encoding_of(sample: bytes) -> str:
    read = sample.decode("utf-8", "charter.damaged")
    damaged = read.count(DAMAGED)
    if sum(not letter.isascii() for letter in read) > 2 * damaged:
        return "utf-8"
    from charset_normalizer import from_bytes  # takes a while to import, and most files are UTF-8

    matches = from_bytes(sample, cp_isolation=list(_OTHERS))
    best = matches.best()
    if best is None:
        return _OTHERS[0]
    # several give equally likely texts, often the same: then the one that is the most usual
    likely = [match for match in matches if (match.chaos, match.coherence) == (best.chaos, best.coherence)]
    names = {name for match in likely for name in (match.encoding, *match.could_be_from_charset)}
    return next((name for name in _OTHERS if name in names), best.encoding)


def _delimiter(start: str, columns: set[str]) -> str:
    wanted = {column.strip().casefold() for column in columns}

    def found(delimiter: str) -> tuple[int, int]:
        names = next(csv.reader(StringIO(start, newline=""), delimiter=delimiter), [])
        return len(wanted & {name.strip().casefold() for name in names}), len(names)

    return max(DELIMITERS, key=found)
