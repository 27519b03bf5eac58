"""Decision logs of other systems: each row becomes a request with its answer, by the full rules or as history."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from charter.decisions.commands import OpenOutcome, RecordCase, Reply
from charter.desk import Order
from charter.importing.asker import require_asker
from charter.importing.files import Row, Table, opened
from charter.importing.mapping import CaseMapping
from charter.importing.readers import Cells, Reader, Readers, asked
from charter.importing.rehearsal import Rehearsal
from charter.importing.report import ImportReport, Progress, Tally, tallying
from charter.importing.times import local_day
from charter.importing.unreadable import unreadable
from charter.importing.when import Times
from charter.importing.words import case_id, slug
from charter.ledger import Ledger
from charter.message import Refused
from charter.terms import Answer

BATCH = 4_000
"""Rows in one transaction: enough for one wait for the disk to be nothing, few enough to hold and to repeat."""

# The models' own validators are called directly: model_validate spends a fifth more on its arguments.
_record_case: Callable[[dict[str, Any]], RecordCase] = RecordCase.__pydantic_validator__.validate_python
_reply: Callable[[dict[str, Any]], Reply] = Reply.__pydantic_validator__.validate_python
_ANSWERS = frozenset(answer.value for answer in Answer)
_ON_REPLY = ("ground", "effect", "reason", "told")
_ON_CASE = ("request", "customer", "touchpoint", "kind", "fit", "ticket", "rep", "label", "source", "row")


def import_cases(
    ledger: Ledger,
    path: str | Path,
    mapping: CaseMapping,
    *,
    by: str,
    charter: str | None = None,
    as_history: bool = False,
    dry_run: bool = False,
    refused_path: str | Path | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Import a CSV file of decisions, in batches that are each written whole or not at all.

    A row's decision has an id made of source and row, so the same file again writes nothing, and after a stop half-way
    a second run writes what is missing, in the same order. `charter` is for all rows, instead of what they say.
    `as_history` admits what rows lack, listed in their entries as gaps; what cannot be true is refused always.
    `dry_run` counts exactly what would be written, and writes nothing but the file of refused rows.

    Raises FileMissing, NotATable, ColumnsMissing, WouldOverwrite, UnknownPerson or MissingRole (of `by`) before any row
    is written. Whatever is wrong with a row refuses that row alone.
    """
    started = perf_counter()
    require_asker(ledger, by)
    refused = Path(refused_path) if refused_path else None
    with opened(Path(path), asked(mapping), encoding=mapping.encoding, delimiter=mapping.delimiter) as table:
        cases = _Cases(ledger, mapping, table, by=by, charter=charter, as_history=as_history)
        with tallying(table, refused) as tally, Rehearsal(ledger) if dry_run else nullcontext(ledger) as writer:
            found = cases.orders()
            more = True
            while more:
                with _collector_paused():
                    more = _one_batch(found, writer, tally)
                tally.report.seconds = perf_counter() - started
                if progress:
                    progress(tally.report, table.done())
    return tally.report


def _one_batch(found: Iterator[tuple[Row, Order | Refused]], writer: Ledger | Rehearsal, tally: Tally) -> bool:
    """Read, write and count the next rows; whether there may be more."""
    batch = list(islice(found, BATCH))
    outcomes = iter(writer.write_all([order for _, order in batch if isinstance(order, Order)]))
    for row, order in batch:
        tally.count(row, next(outcomes) if isinstance(order, Order) else order)
    return len(batch) == BATCH


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep Python from looking for cycles among thousands of rows that have none, which takes a quarter of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class _Cases:
    """The rows of a table as orders to record a case."""

    def __init__(
        self, ledger: Ledger, mapping: CaseMapping, table: Table, *, by: str, charter: str | None, as_history: bool
    ) -> None:
        readers = Readers(mapping, table)
        self._ledger, self._table, self._by, self._as_history = ledger, table, by, as_history
        self._wanted = readers.wanted
        self._outcome = readers.text("outcome")
        self._charter: Reader = (lambda _: charter) if charter else readers.text("charter")
        self._on_case = [(field, readers.text(field)) for field in _ON_CASE if readers.fills(field)]
        self._on_reply = [(field, readers.text(field)) for field in _ON_REPLY if readers.fills(field)]
        self._reason, self._cite = readers.text("reason"), readers.codes("cite")
        self._received, self._decided = Times(readers, "received_at"), Times(readers, "decided_at")
        self._zone = ZoneInfo(mapping.zone) if mapping.zone else None
        self._zones: dict[str | None, ZoneInfo] = {}

    def orders(self) -> Iterator[tuple[Row, Order | Refused]]:
        """Each row that the mapping wants, with its order or why there is none."""
        for row in self._table.rows():
            if row.refusal is not None:
                yield row, row.refusal
            elif self._wanted(row.cells):
                try:
                    yield row, self._order(row.cells)
                except Refused as refusal:
                    yield row, refusal
                except ValidationError as error:
                    yield row, unreadable(error, self._table.encoding)

    def _order(self, cells: Cells) -> Order:
        fields: dict[str, Any] = {field: text for field, read in self._on_case if (text := read(cells)) is not None}
        named = self._charter(cells)
        charter = slug(named) if named else None
        if charter is not None:
            fields["charter"] = charter
        fields["decision"] = case_id(fields.get("source", ""), fields.get("row", ""))
        fields["received_at"], decided = self._times(cells, charter)
        fields["as_history"] = self._as_history
        self._add_outcome(cells, fields)
        return Order(_record_case(fields), self._by, decided)

    def _add_outcome(self, cells: Cells, fields: dict[str, Any]) -> None:
        """The answer as a reply; what is said about a case without one as its note."""
        word = self._outcome(cells)
        if word in _ANSWERS:
            said: dict[str, Any] = {field: text for field, read in self._on_reply if (text := read(cells)) is not None}
            fields["outcome"] = _reply({"answer": word, "cite": self._cite(cells), **said})
        elif word is not None:
            fields["outcome"] = OpenOutcome(word)
            fields["note"] = self._reason(cells)

    def _times(self, cells: Cells, charter: str | None) -> tuple[datetime | None, datetime | None]:
        """When it was asked and when it was answered, in UTC.

        An answer of which only the day is known, the day it was asked, was given at the earliest when it was asked.
        """
        zone = self._zone or self._zone_of(charter)
        received, decided = self._received(cells, zone), self._decided(cells, zone)
        if received is None or decided is None:
            return received and received.at, decided and decided.at
        if decided.day is not None and received.at > decided.at and local_day(received.at, zone) == decided.day:
            return received.at, received.at
        return received.at, decided.at

    def _zone_of(self, charter: str | None) -> ZoneInfo:
        """Where the charter's days begin, so that a decision of a day meets the revision of that day."""
        if charter not in self._zones:
            self._zones[charter] = ZoneInfo(self._ledger.charter(charter).zone if charter else "UTC")
        return self._zones[charter]
