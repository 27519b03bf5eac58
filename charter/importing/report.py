"""What an import did, row by row and in sum: how many were written, were there already, or were refused, and why."""

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from charter.desk import Written
from charter.importing.files import Row, Table
from charter.importing.refusals import FileMissing, WouldOverwrite
from charter.message import Refused
from charter.terms import Gap

HEADER = ("refused row", "refusal", "why")
_START = f"\ufeff{','.join(HEADER)},".encode()
_NUMBER = re.compile(r"[+-]?\d[\d.,]*")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(slots=True)
class ImportReport:
    """The sum of an import: rows, why they were refused, what history lacks, and the seconds it took.

    Every row read counts once, as written, already there or refused. `entries` are those the written rows led to.
    """

    read: int = 0
    written: int = 0
    already: int = 0
    refused: int = 0
    entries: int = 0
    by_reason: Counter[str] = field(default_factory=Counter)
    gaps: Counter[Gap] = field(default_factory=Counter)
    seconds: float = 0.0


Progress = Callable[[ImportReport, float], None]
"""Called after each batch with the sum so far and how much of the file was read, from 0 to 1."""


class Tally:
    """Counts what became of each row, and writes the refused ones to a file."""

    def __init__(self, write: Callable[[Sequence[str]], object]) -> None:
        self.report = ImportReport()
        self._write = write

    def count(self, row: Row, outcome: Written | Refused, told: bool = False) -> None:
        """One row and what became of it; `told` where another row told of the entries already."""
        report = self.report
        report.read += 1
        if isinstance(outcome, Refused):
            name = type(outcome).__name__
            report.refused += 1
            report.by_reason[name] += 1
            self._write([harmless(cell) for cell in (str(row.number), name, str(outcome), *row.cells)])
        elif outcome.events:
            report.written += 1
            if told:
                return
            report.entries += len(outcome.events)
            for event in outcome.events:
                if gaps := vars(event).get("gaps"):
                    report.gaps.update(gaps)
        else:
            report.already += 1


@contextmanager
def tallying(table: Table, refused_path: Path | None) -> Iterator[Tally]:
    """A tally that writes refused rows to a file with the header of the table; no file remains when there are none.

    Its first columns are the row's number (the header is row 1), the refusal's name, and its sentence. It is UTF-8 with
    a mark, so that spreadsheets read it as such; it can be mended and imported as it is.
    """
    if refused_path is None:
        yield Tally(lambda _: None)
        return
    try:
        if refused_path.exists() and (refused_path.samefile(table.path) or not _is_ours(refused_path)):
            raise WouldOverwrite(path=refused_path)
        file = refused_path.open("w", encoding="utf-8-sig", newline="")
    except OSError as error:
        raise FileMissing(path=refused_path, why=error.strerror or "the system refuses it") from None
    with file:
        writer = csv.writer(file)
        writer.writerow([*HEADER, *(harmless(name) for name in table.header)])
        tally = Tally(writer.writerow)
        yield tally
    if not tally.report.refused:
        refused_path.unlink()


def _is_ours(path: Path) -> bool:
    with path.open("rb") as file:
        start = file.read(len(_START))
    return start in (b"", _START)


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP, CSV injection), without control characters."""
    cell = _UNPRINTABLE.sub("\ufffd", cell)
    if cell.startswith(("=", "+", "-", "@", "\t", "\r")) and not _NUMBER.fullmatch(cell):
        return "'" + cell
    return cell
