"""Decision logs become entries: by the full rules, or as history with what each row lacks."""

from __future__ import annotations

import gc
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from charter.charters.commands import OpenCharter
from charter.decisions.events import DecisionMade, RequestEscalated, RequestLogged
from charter.given import MissingRole, UnknownPerson
from charter.importing import cases
from charter.importing.cases import import_cases
from charter.importing.mapping import case_mapping, charter_mapping
from charter.importing.refusals import ColumnsMissing, FileMissing, WouldOverwrite
from charter.importing.report import ImportReport
from charter.importing.revisions import import_revisions
from charter.importing.words import case_id
from charter.ledger import Ledger
from charter.people.commands import RegisterPerson
from charter.terms import Answer, Effect, Gap, Ground, Kind
from tests.importing.common import DATA, bodies, founded, read_rows, row, written

OPEN = case_mapping("open-decision-log")
LOG = DATA / "harbour-decisions.csv"


def events(ledger: Ledger, row_id: str, source: str = "harbour") -> list[Any]:
    """What a row led to."""
    return [entry.event for entry in ledger.stream(f"decision/{case_id(source, row_id)}")]


def test_the_harbours_log_by_the_full_rules(harbour: Ledger, tmp_path: Path) -> None:
    """Rows that lack nothing are written, the others go to a file with their number and reason."""
    refused = tmp_path / "refused.csv"
    report = import_cases(harbour, LOG, OPEN, by="ann", refused_path=refused)
    assert {each["decision_id"] + ":" + each["refusal"] for each in read_rows(refused)} == {
        "H-4:ImpossibleTime",
        "H-5:BeforeRequest",
        "H-6:UnknownPerson",
        "H-1:RowChanged",
        "H-8:RowUnreadable",
        "H-10:UnknownWord",
    }
    assert (report.read, report.written, report.already, report.refused) == (12, 5, 1, 6)
    assert report.by_reason == Counter(each["refusal"] for each in read_rows(refused))
    assert report.entries == 9
    assert not report.gaps


def test_the_refused_rows_have_number_reason_and_all_columns(harbour: Ledger, tmp_path: Path) -> None:
    """So that they can be mended and imported from that file."""
    refused = tmp_path / "refused.csv"
    import_cases(harbour, LOG, OPEN, by="ann", refused_path=refused)
    mended = [each for each in read_rows(refused) if each["decision_id"] == "H-10"]
    assert [each["refused row"] for each in mended] == ["13"]
    assert mended[0]["why"].startswith('outcome reads "maybe", which the mapping does not translate.')
    assert mended[0]["request_text"] == "A seat at the window?"
    mended[0] |= {"decision": "declined", "decline_kind": "rule", "reason_text": "We have no such seats."}
    report = import_cases(
        harbour,
        written(tmp_path / "mended.csv", [{name: mended[0][name] for name in read_rows(LOG)[0]}]),
        OPEN,
        by="ann",
    )
    assert report.written == 1


def test_the_harbours_log_as_history(harbour: Ledger, tmp_path: Path) -> None:
    """What is missing is admitted and listed; what cannot be is refused still."""
    report = import_cases(harbour, LOG, OPEN, by="ann", as_history=True, refused_path=tmp_path / "refused.csv")
    assert report.by_reason == {
        "ImpossibleTime": 1,
        "BeforeRequest": 1,
        "RowChanged": 1,
        "RowUnreadable": 1,
        "UnknownWord": 1,
    }
    assert report.gaps == {Gap.UNKNOWN_PERSON: 1, Gap.NO_GROUND: 1, Gap.UNCITED: 1, Gap.WRONG_REVISION: 1}


def test_every_column_arrives(harbour: Ledger) -> None:
    """Also the day that is only a day: it begins where the charter lives."""
    import_cases(harbour, LOG, OPEN, by="ann")
    logged, made = events(harbour, "H-1")
    assert logged == RequestLogged(
        charter="harbour-ferries",
        request="May my daughter of seven travel free?",
        customer="c-11",
        touchpoint="desk",
        ticket="T-1",
        received_at=datetime(2023, 4, 1, 6, tzinfo=UTC),
        source="harbour",
        row="H-1",
    )
    assert made == DecisionMade(
        answer=Answer.YES, rep="rita", effect=Effect.UPHELD, cited=("CHILDRENS-FARES",), revision=2, label="2023"
    )
    assert {entry.at for entry in harbour.stream(f"decision/{case_id('harbour', 'H-1')}")} == {
        datetime(2023, 4, 1, 6, 5, tzinfo=UTC)
    }
    assert events(harbour, "H-2")[1].ground is Ground.OFF_BRAND
    assert events(harbour, "H-7")[1].effect is Effect.BROKEN
    assert events(harbour, "H-3") == [
        RequestLogged(
            charter="harbour-ferries", request="Can I get my money back?", ticket="T-3", source="harbour", row="H-3"
        )
    ]
    escalated = events(harbour, "H-9")[1]
    assert escalated == RequestEscalated(reason="The purser has to decide.", rep="rita")


def test_another_layout(harbour: Ledger, tmp_path: Path) -> None:
    """German words, a constant source, two columns joined, days in another form, an old encoding, only some rows."""
    harbour.write(OpenCharter(charter="werkstatt", brand="Werkstatt", style="Sauber."), by="ann")
    mapping = case_mapping(DATA / "werkstatt.toml")
    refused = tmp_path / "refused.csv"
    report = import_cases(harbour, DATA / "werkstatt.csv", mapping, by="ann", as_history=True, refused_path=refused)
    assert (report.read, report.written, report.refused) == (4, 3, 1)
    [told] = read_rows(refused)
    assert told["refused row"] == "6"
    assert told["why"].startswith('decided_at reads "31.02.2024", which is not a time in %d.%m.%Y %H:%M or %d.%m.%Y.')
    logged, made = events(harbour, "1", "werkstatt")
    assert (logged.request, logged.customer, logged.touchpoint, logged.kind) == (
        "Kette tauschen: für morgen",
        "030-1",
        "phone",
        Kind.SUPPORT,
    )
    assert (made.answer, made.effect, made.ground) == (Answer.YES, Effect.UPHELD, None)
    assert (made.rep, made.reason) == ("maria", "nicht genannt")
    assert harbour.stream(f"decision/{case_id('werkstatt', '1')}")[0].at == datetime(2024, 3, 4, 15, 30, tzinfo=UTC)
    logged, made = events(harbour, "2", "werkstatt")
    assert (logged.request, logged.touchpoint, logged.kind) == ("Neue Bremse", "shop", Kind.SERVICE)
    assert (made.ground, made.cited) == (Ground.OUT_OF_INTEGRITY, ("KETTE.2", "BREMSE"))
    [logged] = events(harbour, "4", "werkstatt")
    assert (logged.touchpoint, logged.customer) == (None, "K9")


def test_a_day_is_the_charters_day(harbour: Ledger, tmp_path: Path) -> None:
    """On the day a revision took effect there, decisions meet that revision."""
    harbour.write(OpenCharter(charter="far", brand="Far", style="Far.", zone="Pacific/Auckland"), by="ann")
    rows = [row(1, charter_id="far", received_at="", decided_at="2023-03-01")]
    import_cases(harbour, written(tmp_path / "log.csv", rows), OPEN, by="ann", as_history=True)
    [entry, _] = harbour.stream(f"decision/{case_id('harbour', 'H-1')}")
    assert entry.at == datetime(2023, 2, 28, 11, tzinfo=UTC)


def test_an_answer_on_the_day_it_was_asked_is_not_before_it(harbour: Ledger, tmp_path: Path) -> None:
    """Only its day is known, and the earliest it can have been is when it was asked."""
    rows = [
        row(1, received_at="2023-04-01T14:00:00Z", decided_at="2023-04-01"),
        row(2, received_at="2023-04-02T14:00:00Z", decided_at="2023-04-01"),
    ]
    report = import_cases(harbour, written(tmp_path / "log.csv", rows), OPEN, by="ann")
    assert (report.written, report.by_reason) == (1, {"BeforeRequest": 1})
    [_, entry] = harbour.stream(f"decision/{case_id('harbour', 'H-1')}")
    assert entry.at == datetime(2023, 4, 1, 14, tzinfo=UTC)


def test_the_same_file_again_writes_nothing(harbour: Ledger) -> None:
    """Also after the same row was imported by the full rules and comes again as history."""
    first = import_cases(harbour, LOG, OPEN, by="ann")
    before = bodies(harbour)
    second = import_cases(harbour, LOG, OPEN, by="ann")
    assert (second.written, second.already, second.refused) == (0, first.written + first.already, first.refused)
    assert bodies(harbour) == before
    third = import_cases(harbour, LOG, OPEN, by="ann", as_history=True)
    assert (third.written, third.already) == (1, first.written + first.already)


@pytest.mark.parametrize("batch", [1, 3, 4_000])
@pytest.mark.parametrize("as_history", [False, True])
def test_a_dry_run_tells_exactly_what_would_happen(
    harbour: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch: int, as_history: bool
) -> None:
    """Also where a row meets another one of an earlier batch; nothing is written but the list of refused rows."""
    monkeypatch.setattr(cases, "BATCH", batch)
    before = bodies(harbour)
    said, done = tmp_path / "said.csv", tmp_path / "done.csv"
    dry = import_cases(harbour, LOG, OPEN, by="ann", as_history=as_history, dry_run=True, refused_path=said)
    assert bodies(harbour) == before
    real = import_cases(harbour, LOG, OPEN, by="ann", as_history=as_history, refused_path=done)
    dry.seconds = real.seconds = 0
    assert dry == real
    assert said.read_text("utf-8") == done.read_text("utf-8")


def test_batches_of_any_size_give_the_same_ledger(
    harbour: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is written does not depend on where the file was cut."""
    import_cases(harbour, LOG, OPEN, by="ann", as_history=True)
    whole = bodies(harbour)
    monkeypatch.setattr(cases, "BATCH", 1)
    with founded(str(tmp_path / "other.db"), "rita") as other:
        import_revisions(other, DATA / "harbour-charter.csv", charter_mapping("open-charter"), by="ann")
        import_cases(other, LOG, OPEN, by="ann", as_history=True)
        assert bodies(other) == whole


def test_progress_is_told_after_each_batch(harbour: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the sum so far, and how much of the file was read."""
    monkeypatch.setattr(cases, "BATCH", 1_000)
    path = written(tmp_path / "log.csv", [row(number) for number in range(2_500)])
    seen: list[tuple[int, float]] = []

    def note(report: ImportReport, done: float) -> None:
        seen.append((report.read, done))

    import_cases(harbour, path, OPEN, by="ann", progress=note)
    assert [read for read, _ in seen] == [1_000, 2_000, 2_500]
    assert [done for _, done in seen] == sorted(done for _, done in seen)
    assert seen[-1][1] == 1.0


def test_a_charter_can_be_given_for_all_rows(harbour: Ledger, tmp_path: Path) -> None:
    """Where a log does not name one, or names it in its own way."""
    path = written(tmp_path / "log.csv", [row(1, charter_id="who knows")])
    assert import_cases(harbour, path, OPEN, by="ann").by_reason == {"UnknownCharter": 1}
    assert import_cases(harbour, path, OPEN, by="ann", charter="harbour-ferries").written == 1


def test_a_rule_named_twice_is_cited_once(harbour: Ledger, tmp_path: Path) -> None:
    """In any spelling that means the same code, with any of the separators."""
    path = written(tmp_path / "log.csv", [row(1, cited_rule_ids="Rule 1; rule-1 |Children's Fares|")])
    import_cases(harbour, path, OPEN, by="ann")
    assert events(harbour, "H-1")[1].cited == ("RULE-1", "CHILDRENS-FARES")


def test_who_may_not_import_is_told_once(harbour: Ledger) -> None:
    """Before a file with a million rows is read."""
    harbour.write(RegisterPerson(person="nora", full_name="Nora"), by="ann")
    with pytest.raises(UnknownPerson):
        import_cases(harbour, LOG, OPEN, by="nobody")
    for person in ("nora", "rita"):
        with pytest.raises(MissingRole, match="does not hold the role leader"):
            import_cases(harbour, LOG, OPEN, by=person)


def test_columns_that_are_not_there_are_told_at_once(harbour: Ledger, tmp_path: Path) -> None:
    """With the nearest that is."""
    path = tmp_path / "log.csv"
    path.write_text(LOG.read_text("utf-8").replace("request_text", "reqest_text").replace("set,", "series,", 1))
    with pytest.raises(ColumnsMissing) as caught:
        import_cases(harbour, path, OPEN, by="ann")
    assert "- request_text; did you mean reqest_text?" in str(caught.value)
    assert "- set" not in str(caught.value)  # charter_id serves as source where there is no set
    path.write_text(LOG.read_text("utf-8").replace("vote", "decision", 1))
    with pytest.raises(ColumnsMissing, match="decision, which is there more than once"):
        import_cases(harbour, path, OPEN, by="ann")


def test_nothing_is_overwritten_by_refused_rows(harbour: Ledger, tmp_path: Path) -> None:
    """Neither the file itself nor any other, but a list of refused rows from the import before."""
    path = tmp_path / "log.csv"
    path.write_bytes(LOG.read_bytes())
    for victim in (path, tmp_path / "charter.db"):
        before = victim.read_bytes()
        with pytest.raises(WouldOverwrite):
            import_cases(harbour, path, OPEN, by="ann", refused_path=victim)
        assert victim.read_bytes() == before
    with pytest.raises(FileMissing, match="No such file or directory"):
        import_cases(harbour, path, OPEN, by="ann", refused_path=tmp_path / "no" / "folder.csv")
    refused = tmp_path / "refused.csv"
    import_cases(harbour, path, OPEN, by="ann", refused_path=refused)
    import_cases(harbour, written(path, [row(1_000)]), OPEN, by="ann", refused_path=refused)
    assert not refused.exists()


def test_the_garbage_collector_is_on_again(harbour: Ledger, tmp_path: Path) -> None:
    """It rests while a batch is written, also where that fails; who had it off keeps it off."""

    def stop(_report: ImportReport, _done: float) -> None:
        assert gc.isenabled()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_cases(harbour, LOG, OPEN, by="ann", progress=stop)
    assert gc.isenabled()
    gc.disable()
    try:
        import_cases(harbour, LOG, OPEN, by="ann")
        assert not gc.isenabled()
    finally:
        gc.enable()
