"""Whatever a file holds, each of its rows is written, there already, or refused; none is lost and none crashes."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import hypothesis
from hypothesis import strategies as st

from charter.importing import cases
from charter.importing.cases import import_cases
from charter.importing.mapping import case_mapping, charter_mapping
from charter.importing.refusals import ColumnsMissing, NotATable
from charter.importing.revisions import import_revisions
from charter.ledger import Ledger
from tests.importing.common import DATA, HEADER, bodies, read_rows

OPEN, CHARTER = case_mapping("open-decision-log"), charter_mapping("open-charter")
CHARTER_HEADER = tuple(read_rows(DATA / "harbour-charter.csv")[0])
HOSTILE = hypothesis.settings(max_examples=150)

WORDS = st.sampled_from(
    [
        *("", "H-1", "H-2", "harbour", "Harbour Ferries", "rita", "Rule 1", "Rule 1;Children's Fares", "yes", "no"),
        *(
            "granted",
            "declined",
            "partly_granted",
            "escalated",
            "needs_information",
            "withdrawn",
            "no_decision",
            "rule",
        ),
        *("2023", "2023-04", "2023-04-01", "2023-04-01T09:00:00Z", "2023-04-01T09:00:00", "1301-01-01"),
        *("0001-01-01T00:00:00+14:00", "9999-12-31", "9999-12-31T23:59:59-12:00", "=1+1", "not recorded"),
        *("x" * 201, "y" * 20_001, '"', "\x00"),
    ]
)
CELLS = WORDS | st.text(max_size=12)
TABLES = st.lists(st.fixed_dictionaries(dict.fromkeys(HEADER, CELLS)), max_size=8)
CLAUSES = st.lists(st.fixed_dictionaries(dict.fromkeys(CHARTER_HEADER, CELLS)), max_size=8)


def table(header: tuple[str, ...], rows: list[dict[str, str]]) -> bytes:
    """The rows as a CSV file."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, header)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8", "surrogatepass")


@HOSTILE
@hypothesis.given(rows=TABLES, as_history=st.booleans(), batch=st.sampled_from([1, 3, 100]))
def test_each_row_of_a_table_is_accounted_for(
    harbour: Ledger, tmp_path: Path, rows: list[dict[str, str]], as_history: bool, batch: int
) -> None:
    """A dry run says the same as the import, each refused row is in the list, and a second run writes nothing."""
    path, refused = tmp_path / "log.csv", tmp_path / "refused.csv"
    path.write_bytes(table(HEADER, rows))
    cases.BATCH, usual = batch, cases.BATCH
    try:
        dry = import_cases(harbour, path, OPEN, by="ann", as_history=as_history, dry_run=True)
        report = import_cases(harbour, path, OPEN, by="ann", as_history=as_history, refused_path=refused)
        again = import_cases(harbour, path, OPEN, by="ann", as_history=as_history)
    finally:
        cases.BATCH = usual
    dry.seconds = report.seconds
    assert dry == report
    assert report.read == report.written + report.already + report.refused <= len(rows)
    assert report.refused == sum(report.by_reason.values())
    assert report.refused == (len(list(read_rows(refused))) if refused.exists() else 0)
    assert (again.written, again.refused) == (0, report.refused)


@HOSTILE
@hypothesis.given(rows=CLAUSES)
def test_each_row_of_a_charter_is_accounted_for(harbour: Ledger, tmp_path: Path, rows: list[dict[str, str]]) -> None:
    """The same for charters."""
    path = tmp_path / "charter.csv"
    path.write_bytes(table(CHARTER_HEADER, rows))
    dry = import_revisions(harbour, path, CHARTER, by="ann", dry_run=True)
    report = import_revisions(harbour, path, CHARTER, by="ann")
    dry.seconds = report.seconds
    assert dry == report
    assert report.read == report.written + report.already + report.refused
    before = bodies(harbour)
    assert import_revisions(harbour, path, CHARTER, by="ann").written == 0
    assert bodies(harbour) == before


@HOSTILE
@hypothesis.given(data=st.binary(max_size=200), at=st.integers(0, 2_000))
def test_no_bytes_crash_an_import(harbour: Ledger, tmp_path: Path, data: bytes, at: int) -> None:
    """A good file with anything written over some of it."""
    path = tmp_path / "log.csv"
    good = (DATA / "harbour-decisions.csv").read_bytes()
    path.write_bytes(good[:at] + data + good[at + len(data) :])
    try:
        report = import_cases(harbour, path, OPEN, by="ann", as_history=True, refused_path=tmp_path / "refused.csv")
    except (NotATable, ColumnsMissing):
        return
    assert report.read == report.written + report.already + report.refused
