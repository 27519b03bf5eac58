"""Charters of others come in as history, each version complete or not at all."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from charter.charters.commands import OpenCharter
from charter.charters.events import RevisionRecorded
from charter.charters.promise import Limit
from charter.importing import revisions
from charter.importing.mapping import charter_mapping
from charter.importing.refusals import TooManyPromises
from charter.importing.report import ImportReport
from charter.importing.revisions import import_revisions
from charter.ledger import Ledger
from charter.terms import Audience, Gap
from tests.importing.common import DATA, bodies, founded, read_rows

OPEN = charter_mapping("open-charter")
FILE = DATA / "harbour-charter.csv"
HEADER = tuple(read_rows(FILE)[0])


def clause(code: str, version: str = "1", **cells: str) -> dict[str, str]:
    """A row of a charter file."""
    complete = {
        "charter_id": "inn",
        "version": version,
        "promise_id": code,
        "title": code,
        "statement": f"We keep {code}.",
    }
    return complete | {"source": "a wall", "effective_from": "2020-01-01"} | cells


def brought(
    folder: Path, ledger: Ledger, *rows: dict[str, str], **how: bool
) -> tuple[ImportReport, list[dict[str, str]]]:
    """What becomes of a file with these rows, and its refused ones."""
    path, refused = folder / "charter.csv", folder / "refused.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, HEADER, restval="")
        writer.writeheader()
        writer.writerows(rows)
    report = import_revisions(ledger, path, OPEN, by="ann", refused_path=refused, **how)
    return report, read_rows(refused) if refused.exists() else []


def recorded(ledger: Ledger, slug: str) -> list[RevisionRecorded]:
    """The versions a charter has, in the order they came in."""
    return [entry.event for entry in ledger.stream(f"charter/{slug}") if isinstance(entry.event, RevisionRecorded)]


def test_the_harbours_charters(harbour: Ledger) -> None:
    """From the oldest on, whatever the order of the file; each with its complete wording and what it lacks."""
    first, second, third = recorded(harbour, "harbour-ferries")
    assert [(version.label, version.effective_from) for version in (first, second, third)] == [
        ("2021", None),
        ("2023", date(2023, 3, 1)),
        ("2024", date(2024, 5, 1)),
    ]
    assert first.until == datetime(2023, 3, 1, tzinfo=UTC)
    assert first.gaps == (Gap.NO_DATE, Gap.NO_CLASS, Gap.NO_OWNER, Gap.NO_SO_WHAT, Gap.NO_MEASURE)
    assert second.source == "harbour office"
    on_time = second.promises[0]
    assert (on_time.code, on_time.title, on_time.statement) == (
        "RULE-1",
        "On time",
        "We leave on time or tell you why.",
    )
    assert (on_time.measure, on_time.target, on_time.unit) == ("delay", "5", "minutes")
    assert (on_time.owner, on_time.remedy, on_time.review_on) == ("Bridge", "A free crossing", date(2024, 1, 15))
    assert on_time.audience is Audience.CLIENT
    assert on_time.limits == (Limit(code="RULE-1.1", text="Not in fog"),)
    assert [limit.code for limit in first.promises[0].limits] == ["RULE-1.1", "RULE-1.2"]
    assert (first.promises[1].title, first.promises[1].measure) == ("Children's Fares", None)


def test_a_version_of_changes_is_completed(harbour: Ledger) -> None:
    """Where all its rows supersede one: what they do not replace goes on."""
    third = recorded(harbour, "harbour-ferries")[2]
    assert {promise.code: promise.statement for promise in third.promises} == {
        "CHILDRENS-FARES": "Children under eight travel free.",
        "RULE-1": "We leave within three minutes.",
    }


def test_what_had_ended_does_not_go_on(harbour: Ledger, tmp_path: Path) -> None:
    """A promise whose row says that it ended before."""
    brought(
        tmp_path,
        harbour,
        clause("A", effective_to="2020-12-31"),
        clause("B"),
        clause("C"),
        clause("C", "2", effective_from="2021-01-01", supersedes="C@1"),
    )
    assert [promise.code for promise in recorded(harbour, "inn")[1].promises] == ["B", "C"]


def test_a_version_with_something_new_in_it_is_complete(harbour: Ledger, tmp_path: Path) -> None:
    """One row that supersedes nothing is enough: then what the version does not name is no longer promised."""
    day = {"effective_from": "2021-01-01"}
    brought(
        tmp_path, harbour, clause("A"), clause("B"), clause("B", "2", **day, supersedes="B@1"), clause("C", "2", **day)
    )
    assert [promise.code for promise in recorded(harbour, "inn")[1].promises] == ["B", "C"]


def test_a_limit_keeps_its_number(harbour: Ledger, tmp_path: Path) -> None:
    """The same text under the same code is the same limit in every version, wherever it stands."""
    brought(
        tmp_path,
        harbour,
        clause("A", limits="fog | ice"),
        clause("A", "2", effective_from="2021-01-01", limits="storm\nice|storm"),
        clause("B", "2", effective_from="2021-01-01", limits="ice"),
    )
    named = [limit for version in recorded(harbour, "inn") for promise in version.promises for limit in promise.limits]
    assert [(limit.code, limit.text) for limit in named] == [
        ("A.1", "fog"),
        ("A.2", "ice"),
        ("A.3", "storm"),
        ("A.2", "ice"),
        ("B.1", "ice"),
    ]


def test_the_name_stays_as_the_title(harbour: Ledger, tmp_path: Path) -> None:
    """Where there is no other: a code alone would not say what the source calls it."""
    brought(tmp_path, harbour, clause("Children's Hour", title=""))
    [promise] = recorded(harbour, "inn")[0].promises
    assert (promise.code, promise.title) == ("CHILDRENS-HOUR", "Children's Hour")


def test_a_charter_is_opened_plainly(harbour: Ledger) -> None:
    """With the id as the source writes it, without a time: nobody knows when it began."""
    opened, version = harbour.stream("charter/lake-line")
    assert (opened.event.brand, opened.event.zone, opened.at) == ("Lake Line", "UTC", None)
    assert opened.event.style == "Not stated; the charter was brought in as history."
    assert (version.event.effective_from, version.event.until) == (date(2022, 1, 1), None)


def test_the_same_file_again_writes_nothing(harbour: Ledger) -> None:
    """And a charter that is open is not opened again."""
    before = bodies(harbour)
    report = import_revisions(harbour, FILE, OPEN, by="ann")
    assert (report.read, report.written, report.already, report.entries) == (6, 0, 6, 0)
    assert bodies(harbour) == before


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    """And tells what the import then does."""
    with founded(str(tmp_path / "charter.db")) as ledger:
        before = bodies(ledger)
        dry = import_revisions(ledger, FILE, OPEN, by="ann", dry_run=True)
        assert bodies(ledger) == before
        real = import_revisions(ledger, FILE, OPEN, by="ann")
        dry.seconds = real.seconds = 0
        assert dry == real
        assert (real.written, real.entries) == (6, 4)


def test_a_newer_version_is_added_later(harbour: Ledger, tmp_path: Path) -> None:
    """By the same file with more rows in it; an older one no longer fits in between."""
    brought(tmp_path, harbour, clause("A"))
    report, _ = brought(tmp_path, harbour, clause("A"), clause("B", "2", effective_from="2021-01-01"))
    assert (report.written, report.already) == (1, 1)
    report, _ = brought(tmp_path, harbour, clause("A", "0", effective_from="2019-01-01"))
    assert report.by_reason == {"HistoryOutOfOrder": 1}
    assert len(recorded(harbour, "inn")) == 2


@pytest.mark.parametrize(
    ("bad", "refusal"),
    [
        (clause("B", statement=""), "RowUnreadable"),
        (clause(""), "RowUnreadable"),
        (clause("…"), "NoCode"),
        (clause("B", effective_from="soon"), "NotADay"),
        (clause("B", effective_from="2020-01-02"), "DaysDiffer"),
        (clause("B", title="t" * 300), "RowUnreadable"),
    ],
)
def test_one_bad_row_refuses_its_version(harbour: Ledger, tmp_path: Path, bad: dict[str, str], refusal: str) -> None:
    """A version that lacks a promise would be another wording, for ever."""
    other = clause("A", "2", effective_from="2021-01-01")
    report, refused = brought(tmp_path, harbour, clause("A"), bad, other)
    assert [(each["refused row"], each["refusal"]) for each in refused] == [("2", "IncompleteVersion"), ("3", refusal)]
    assert refused[0]["why"] == "Row 3 of version 1 was refused, and a version comes in complete or not at all."
    assert (report.written, [version.label for version in recorded(harbour, "inn")]) == (1, ["2"])


@pytest.mark.parametrize("lost", [{"charter_id": ""}, {"version": ""}, {"charter_id": "…"}])
def test_a_row_of_no_known_version_refuses_them_all(harbour: Ledger, tmp_path: Path, lost: dict[str, str]) -> None:
    """It may belong to any."""
    report, _ = brought(
        tmp_path, harbour, clause("A"), clause("B", **lost), clause("A", "2", effective_from="2021-01-01")
    )
    assert (report.written, report.refused) == (0, 3)
    assert not harbour.charter("inn").opened


def test_the_rules_of_charters_hold(harbour: Ledger, tmp_path: Path) -> None:
    """A code twice, a day that has not come; then a charter is not even opened."""
    report, _ = brought(tmp_path, harbour, clause("A"), clause("a"))
    assert report.by_reason == {"CodeTwice": 2}
    report, _ = brought(tmp_path, harbour, clause("A", effective_from="2999-01-01"))
    assert report.by_reason == {"InTheFuture": 1}
    report, _ = brought(tmp_path, harbour, clause("A", source=""))
    assert report.by_reason == {"RowUnreadable": 1}
    report, _ = brought(tmp_path, harbour, clause("A", charter_id="c" * 300))
    assert report.by_reason == {"RowUnreadable": 1}  # the brand is what is too long
    assert not harbour.charter("inn").opened


def test_a_charter_can_be_given_for_all_rows(harbour: Ledger, tmp_path: Path) -> None:
    """For a file that names it in another way than the ledger does."""
    harbour.write(OpenCharter(charter="old-inn", brand="Old Inn", style="Warm."), by="ann")
    path = tmp_path / "charter.csv"
    brought(tmp_path, harbour, clause("A"), dry_run=True)
    import_revisions(harbour, path, OPEN, by="ann", charter="old-inn")
    assert len(recorded(harbour, "old-inn")) == 1


def test_another_kind_of_file_is_not_held_in_memory(
    harbour: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A version is complete or nothing, so its rows are all held at once; a million of them are no charter."""
    monkeypatch.setattr(revisions, "MOST_ROWS", 2)
    with pytest.raises(TooManyPromises):
        brought(tmp_path, harbour, clause("A"), clause("B"), clause("C"))
