"""Logs that real organisations keep: what is written and what is refused is explained by the data itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from charter.importing.cases import import_cases
from charter.importing.mapping import case_mapping, charter_mapping
from charter.importing.revisions import import_revisions
from charter.ledger import Ledger
from tests.importing.common import DATA, SHARED, bodies, founded, read_rows
from tests.importing.explained import Cells, Explained, explain, impossible, versions

DECISIONS, CHARTERS = case_mapping("open-decision-log"), charter_mapping("open-charter")


class Log(NamedTuple):
    """A log with its charters, who in it is registered here, and how it is imported: by the full rules, as history."""

    charter: Path
    decisions: Path
    people: tuple[str, ...] = ()
    runs: tuple[bool, ...] = (True,)


LOGS = {
    "harbour": Log(DATA / "harbour-charter.csv", DATA / "harbour-decisions.csv", ("rita",), (False, True)),
    "toronto": Log(SHARED / "foi_toronto/charter.csv", SHARED / "foi_toronto/decisions_toronto.csv"),
    "broadcasting": Log(SHARED / "bsa_nz/charter.csv", SHARED / "bsa_nz/decisions.csv"),
    "airline": Log(
        SHARED / "tau_service_decisions/charter.csv",
        SHARED / "tau_service_decisions/decisions.csv",
        ("gpt-4o-t0", "gpt-4o-t1", "gpt-4o-t2", "gpt-4o-t3"),
        (False, True),
    ),
}
HERE = [name for name, log in LOGS.items() if log.decisions.exists()]
"""The harbour is ours; the others are public data that is not part of the product."""


def imported(ledger: Ledger, log: Log) -> Iterator[tuple[bool, Explained]]:
    """The counts of each run."""
    import_revisions(ledger, log.charter, CHARTERS, by="ann")
    for as_history in log.runs:
        report = import_cases(ledger, log.decisions, DECISIONS, by="ann", as_history=as_history)
        gaps = Counter({str(gap): times for gap, times in report.gaps.items()})
        yield as_history, Explained(report.written, report.already, report.by_reason, gaps)


@pytest.mark.parametrize("name", HERE)
def test_the_counts_are_explained_by_the_data(tmp_path: Path, name: str) -> None:
    """Row by row from the file: impossible times, ids used twice, and what each row lacks."""
    log = LOGS[name]
    rows, charters = read_rows(log.decisions), versions(read_rows(log.charter))
    known: dict[str, Cells] = {}
    with founded(str(tmp_path / "charter.db"), *log.people) as ledger:
        for as_history, counted in imported(ledger, log):
            explained = explain(rows, charters, set(log.people), as_history=as_history, known=known)
            assert counted == explained
            assert counted.written + counted.already + sum(counted.refused.values()) == len(rows)
        assert len({stream for stream, *_ in bodies(ledger) if stream.startswith("decision/")}) == len(known)


@pytest.mark.parametrize("name", HERE)
def test_both_databases_hold_the_same(tmp_path: Path, postgres_url: str, name: str) -> None:
    """The same bodies, byte for byte and in the same order."""
    held = []
    for place in (str(tmp_path / "charter.db"), postgres_url):
        with founded(place, *LOGS[name].people) as ledger:
            list(imported(ledger, LOGS[name]))
            held.append(bodies(ledger))
    assert held[0] == held[1]


def flaws(name: str) -> Counter[str]:
    """The impossible rows of a log, by kind."""
    return Counter(filter(None, map(impossible, read_rows(LOGS[name].decisions))))


@pytest.mark.parametrize("name", HERE)
def test_the_flaws_are_those_that_the_data_is_known_for(name: str) -> None:
    """What each source says about itself, or whoever converted it, agrees with what is refused as impossible."""
    rows = read_rows(LOGS[name].decisions)
    by_flag = {
        flag: {row["source_ref"] for row in rows if flag in row["quality_flags"].split(";")}
        for flag in ("received_year_implausible", "decided_year_implausible", "decided_before_received")
    }
    out_of_time = {row["source_ref"] for row in rows if impossible(row) in {"ImpossibleTime", "InTheFuture"}}
    reversed_order = {row["source_ref"] for row in rows if impossible(row) == "BeforeRequest"}
    if any(by_flag.values()):
        implausible = by_flag["received_year_implausible"] | by_flag["decided_year_implausible"]
        assert out_of_time <= implausible
        assert reversed_order <= by_flag["decided_before_received"] | implausible
        # years such as 1901 and 2001 are implausible for that log, but not impossible
        assert all(
            "01-01" in row["received_at"] + row["decided_at"] for row in rows if row["source_ref"] in implausible
        )
    elif name != "harbour":
        assert not flaws(name)


CHARTER_FILES = [DATA / "harbour-charter.csv", *sorted(SHARED.glob("*/charter.csv"))]


@pytest.mark.parametrize("path", CHARTER_FILES, ids=lambda path: path.parent.name)
def test_charters_come_in_but_for_versions_that_nobody_can_place(tmp_path: Path, path: Path) -> None:
    """A version without a day after another one: when it took effect is not known, so it can't be in force."""
    rows = read_rows(path)
    placed = {(charter, version.name) for charter, some in versions(rows).items() for version in some}
    with founded(str(tmp_path / "charter.db")) as ledger:
        report = import_revisions(ledger, path, CHARTERS, by="ann")
        assert report.written == sum((row["charter_id"], row["version"]) in placed for row in rows)
        assert report.by_reason == Counter(
            {"HistoryOutOfOrder": report.read - report.written} if report.refused else {}
        )
        before = bodies(ledger)
        assert import_revisions(ledger, path, CHARTERS, by="ann").written == 0
        assert bodies(ledger) == before
