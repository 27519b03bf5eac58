"""Views hold what the ledger says: each entry once, whatever dies when, and whoever else carries it over."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import event, func, inspect, select, update
from sqlalchemy.exc import DBAPIError

from charter.decisions.commands import DecideRequest, LogRequest, ReverseDecision
from charter.decisions.events import DecisionMade
from charter.leaf import Row
from charter.ledger import Ledger
from charter.message import Entry
from charter.privacy.opener import Opener
from charter.store.errors import StoreUnavailable
from charter.terms import Answer, Effect
from projections.engine import Projection, Rows, UnknownView, ViewFailed, Views, feed, rebuild, stored_names
from projections.engine import views as engine
from projections.engine.run import Run
from projections.engine.tracking import Slot, places
from tests.projections.airline import Airline, day
from tests.projections.rows import ANSWERS, CASES, Answers, answers, everything

Open = Callable[..., Views]


@pytest.fixture
def opened(airline_anywhere: Airline) -> Iterator[Open]:
    """Opens views of our own beside the airline's ledger, as another process would."""
    all_of_them: list[Views] = []

    def open_(*projections: Projection) -> Views:
        all_of_them.append(Views(airline_anywhere.ledger, projections=projections or [Answers()]))
        return all_of_them[-1]

    yield open_
    for views in all_of_them:
        views.close()


@pytest.fixture
def busy(airline_anywhere: Airline) -> Airline:
    """The airline after 20 noes, a yes and a reversal."""
    return _keep_busy(airline_anywhere)


def _keep_busy(airline: Airline) -> Airline:
    airline.promise("REFUND-30", "No refund after departure.")
    airline.publish(effective_from=day(2, 1))
    airline.now = day(3, 1)
    for number in range(20):
        airline.refuse("REFUND-30.1", decision=f"{number:032x}")
    airline.do(LogRequest(decision="a" * 32, charter="skyline", request="A window seat?"), by="rita")
    yes = {"answer": Answer.YES, "effect": Effect.UPHELD, "cite": ("REFUND-30",)}
    airline.do(DecideRequest(decision="a" * 32, **yes), by="rita")
    airline.do(ReverseDecision(decision=f"{1:032x}", reason="She had not.", **yes), by="rex")
    return airline


def test_what_was_written_is_read(busy: Airline, opened: Open) -> None:
    views = opened()
    assert answers(views, *views.projections) == {"no": 19, "yes": 2}
    busy.refuse("REFUND-30.1", decision="b" * 32)
    assert answers(views, *views.projections) == {"no": 20, "yes": 2}


def test_what_another_program_wrote_is_read(busy: Airline, opened: Open) -> None:
    views = opened()
    assert answers(views, *views.projections) == {"no": 19, "yes": 2}
    with Ledger(busy.ledger.engine.url, clock=lambda: busy.now) as elsewhere:
        yes = {"answer": Answer.YES, "effect": Effect.UPHELD, "cite": ("REFUND-30",)}
        elsewhere.write(LogRequest(decision="b" * 32, charter="skyline", request="An aisle seat?"), by="rita")
        elsewhere.write(DecideRequest(decision="b" * 32, **yes), by="rita")
    assert answers(views, *views.projections) == {"no": 19, "yes": 3}


def test_reading_what_is_current_leaves_the_writer_alone(busy: Airline, opened: Open) -> None:
    views = opened()
    views.catch_up()
    used: list[object] = []
    event.listen(views.engine, "checkout", lambda *of: used.append(of))
    assert answers(views, *views.projections) == {"no": 19, "yes": 2}
    assert not used
    busy.refuse("REFUND-30.1", decision="b" * 32)
    assert answers(views, *views.projections) == {"no": 20, "yes": 2}
    assert used, "what was written since has to be carried over"


def test_of_several_views_none_is_read_before_all_are_current(busy: Airline, opened: Open) -> None:
    current, late = Answers(), AnswersElsewhere()
    views = opened(current, late)
    views.catch_up()
    busy.refuse("REFUND-30.1", decision="b" * 32)
    views.catch_up(current)
    with views.reading(current, late) as connection:
        assert connection.scalar(select(func.count()).select_from(late.tables[0])) == 22


def test_reading_writes_nothing(opened: Open) -> None:
    views = opened()
    with (
        views.reading(*views.projections) as connection,
        pytest.raises((DBAPIError, StoreUnavailable), match=r"read-?\s?only|may only be read"),
    ):
        connection.execute(update(ANSWERS).values(cases=0))


def test_of_two_that_carry_the_same_entries_one_writes(busy: Airline, opened: Open) -> None:
    views = opened()
    views.catch_up()
    busy.refuse("REFUND-30.1", decision="b" * 32)
    with views.engine.connect() as connection:
        [place] = places(connection).values()
    two = [Run(views.engine, views.projections[0], place) for _ in range(2)]
    batch = feed.read(busy.ledger, place.position, place.position + 100, 100, views.projections)
    for run in two:
        run.take(batch)
    assert [run.lost for run in two] == [False, True]
    assert answers(views, *views.projections) == {"no": 20, "yes": 2}


def test_who_was_overtaken_by_a_rebuild_writes_nothing(busy: Airline, opened: Open) -> None:
    views = opened()
    views.catch_up()
    with views.engine.connect() as connection:
        [place] = places(connection).values()
    views.rebuild()
    busy.refuse("REFUND-30.1", decision="b" * 32)
    late = Run(views.engine, views.projections[0], place)
    late.take(feed.read(busy.ledger, place.position, place.position + 100, 100, views.projections))
    assert late.lost
    assert answers(views, *views.projections) == {"no": 20, "yes": 2}


class Stumbles(Projection):
    """Keeps every answer, and fails at a reversal."""

    name = "stumbles"
    events = Answers.events
    tables = (CASES.to_metadata(CASES.metadata, name="stumbles_cases"),)

    def apply(self, rows: Rows, entry: Entry) -> None:
        if entry.type == "decision.reversed":
            raise ZeroDivisionError("there it lies")
        rows.put(self.tables[0], {"id": entry.key, "open": False})


def test_one_view_that_fails_stops_no_other_and_says_what_to_do(busy: Airline, opened: Open) -> None:
    stumbles, fine = Stumbles(), Answers()
    views = opened(stumbles, fine)
    views.catch_up()
    size = busy.ledger.entries_recorder.size()
    assert answers(views, fine) == {"no": 19, "yes": 2}
    with pytest.raises(ViewFailed, match="charter rebuild stumbles"), views.reading(stumbles):
        pass
    first, second = views.status()
    assert (first.position, first.behind, first.error) == (
        size - 1,
        1,
        f"entry {size}: ZeroDivisionError: there it lies",
    )
    assert (second.position, second.behind, second.error) == (size, 0, None)


def test_a_view_that_was_mended_goes_on(busy: Airline, opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    stumbles = Stumbles()
    views = opened(stumbles)
    views.catch_up()
    monkeypatch.setattr(Stumbles, "apply", lambda *_: None)
    with views.reading(stumbles):
        pass
    assert [state.error for state in views.status()] == [None]


def test_an_entry_that_cannot_be_read_stops_only_who_needs_it(
    busy: Airline, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    class NoReversals(Answers):
        events = Answers.events - {"decision.reversed"}

    def damaged(row: Row, opener: Opener) -> Entry:
        if row[3] == "decision.reversed":
            raise ValueError("no JSON")
        return entry(row, opener)

    entry = feed.entry
    monkeypatch.setattr(feed, "entry", damaged)
    needs_it, does_not = Stumbles(), NoReversals()
    views = opened(needs_it, does_not)
    assert answers(views, does_not) == {"no": 20, "yes": 1}
    with pytest.raises(ViewFailed, match="no JSON"), views.reading(needs_it):
        pass


class AnswersElsewhere(Projection):
    """Keeps which cases there are, in a table of its own."""

    name = "elsewhere"
    events = stored_names(DecisionMade)
    tables = (CASES.to_metadata(CASES.metadata, name="elsewhere_cases"),)

    def apply(self, rows: Rows, entry: Entry) -> None:
        rows.put(self.tables[0], {"id": entry.key, "open": False})


class AnswersAnew(Answers):
    """The same view, of which a newer version counts each case twice, in other tables."""

    version = 2
    tables = (*Answers.tables, CASES.to_metadata(CASES.metadata, name="try_more"))

    def apply(self, rows: Rows, entry: Entry) -> None:
        super().apply(rows, entry)
        if entry.type == "decision.made":
            rows.add(ANSWERS, {"answer": entry.event.answer}, cases=1)  # type: ignore[attr-defined]


def test_a_changed_view_is_built_beside_the_old_one_and_takes_its_place(
    busy: Airline, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = Answers(), AnswersAnew()
    views = opened(old)
    views.catch_up()

    seen: list[dict[str, int]] = []
    finish = engine.finish
    monkeypatch.setattr(engine, "finish", lambda *of: seen.append(_as_it_stands(views)) or finish(*of))  # type: ignore[func-returns-value]
    assert answers(opened(new), new) == {"no": 39, "yes": 3}
    assert seen == [{"no": 19, "yes": 2}], "until the end the old one serves"
    assert [(state.version, state.behind) for state in opened(new).status()] == [(2, 0)]


def test_tables_of_a_newer_version_are_left_alone(busy: Airline, opened: Open) -> None:
    opened(AnswersAnew()).catch_up()
    old = opened()
    with pytest.raises(ViewFailed, match="made by a newer version of this software"), old.reading(*old.projections):
        pass
    old.rebuild()
    assert answers(old, *old.projections) == {"no": 19, "yes": 2}
    assert not inspect(old.engine).has_table("try_more"), "nothing is left of what is not in use"


def test_who_reads_the_old_tables_may_finish(busy: Airline, opened: Open) -> None:
    old = opened()
    with old.reading(*old.projections) as connection:
        before = connection.execute(select(ANSWERS)).all()
        with ThreadPoolExecutor() as pool:
            rebuilding = pool.submit(opened().rebuild)
            wait([rebuilding], timeout=0.8)
            assert connection.execute(select(ANSWERS)).all() == before
            connection.rollback()
            assert [each.error for each in rebuilding.result()] == [None]
    assert old.compare() == []


def test_who_is_about_to_read_is_not_given_other_tables(busy: Airline, opened: Open) -> None:
    old = opened()
    old.catch_up()
    with old.reading(*old.projections) as connection, ThreadPoolExecutor() as pool:
        rebuilding = pool.submit(opened(AnswersAnew()).rebuild)
        wait([rebuilding], timeout=0.8)
        assert {row.answer: row.cases for row in connection.execute(select(ANSWERS))} == {"no": 19, "yes": 2}
        connection.rollback()
        assert [each.error for each in rebuilding.result()] == [None]


def _as_it_stands(views: Views) -> dict[str, int]:
    with views.engine.connect() as connection:
        return {row.answer: row.cases for row in connection.execute(select(ANSWERS))}


def test_views_that_were_deleted_come_back(airline: Airline, tmp_path: Path) -> None:
    airline.promise("REFUND-30")
    before = everything(airline.views)
    airline.views.close()
    for file in tmp_path.glob("charter.views.db*"):
        file.unlink()
    assert everything(airline.views) == before


@pytest.mark.parametrize("written_on", [False, True])
def test_a_ledger_put_back_to_an_older_day_is_noticed(airline: Airline, tmp_path: Path, written_on: bool) -> None:
    airline.promise("REFUND-30")
    with closing(sqlite3.connect(tmp_path / "charter.db")) as connection:
        connection.execute("VACUUM INTO ?", (str(tmp_path / "backup.db"),))
    airline.promise("REBOOK")
    size = airline.ledger.entries_recorder.size()
    everything(airline.views)
    airline.close()

    for file in tmp_path.glob("charter.db*"):
        file.unlink()
    shutil.move(tmp_path / "backup.db", tmp_path / "charter.db")
    with Ledger(tmp_path / "charter.db") as ledger:
        airline.ledger = ledger
        if written_on:
            airline.promise("BAGS")
            assert ledger.entries_recorder.size() == size, "it is as long as it was, and yet another"
        restored, anew = Views(ledger), Views(ledger, tmp_path / "anew.db")
        assert everything(restored) == everything(anew)
        restored.close()
        anew.close()


_OPEN_AND_READ = """
import sys
from charter.ledger import Ledger
from projections.engine import Views
from tests.projections.rows import Answers, answers
with Ledger(sys.argv[1]) as ledger:
    views = Views(ledger, projections=[Answers()])
    print(sorted(answers(views, *views.projections).items()))
    views.close()
"""


def test_six_processes_open_at_once(busy: Airline) -> None:
    url = busy.ledger.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", _OPEN_AND_READ, url]
    at_once = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(6)]
    said = [process.communicate()[0].strip() for process in at_once]
    assert said == ["[('no', 19), ('yes', 2)]"] * 6


class AnswersBefore(Answers):
    """The same view, as it was once."""

    version = 0


class Killed(BaseException):
    """Nothing after this happens."""


def _kill_at_commit(views: Views, number: int) -> None:
    """Let the views die when they commit for the n-th time."""
    commits = iter(range(1, 1_000))

    @event.listens_for(views.engine, "commit")
    def die(_: object) -> None:
        if next(commits) == number:
            raise Killed


def test_killed_at_any_commit_the_rows_are_those_of_an_undisturbed_run(
    busy: Airline, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, name in ((engine, "BATCH"), (engine, "BULK"), (rebuild, "BULK")):
        monkeypatch.setattr(module, name, 11)
    undisturbed = everything(opened())
    for number in range(1, 1_000):
        opened(AnswersBefore()).rebuild()  # then the tables are of an older version, and are built anew
        dying = opened()
        _kill_at_commit(dying, number)
        try:
            dying.catch_up()
        except Killed:
            assert everything(opened()) == undisturbed, number
        else:
            break
    assert number > 5, "it has been killed while building, indexing and taking over"
    assert everything(opened()) == undisturbed


_DIE_AT_EVERY_COMMIT = """
import os, sys
from sqlalchemy import event
from charter.ledger import Ledger
from projections.engine import views as engine
from projections.engine import Views
engine.BATCH = engine.BULK = 25
for number in range(1, 10_000):
    child = os.fork()
    if child == 0:
        with Ledger(sys.argv[1]) as ledger:
            views = Views(ledger, sys.argv[2])
            commits = iter(range(1, 10_000))
            event.listen(views.engine, "commit", lambda _: next(commits) == 3 and os._exit(9))
            views.catch_up()
            os._exit(0)
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0:
        break
print(number)
"""


def test_all_views_killed_again_and_again_get_there(airline: Airline, tmp_path: Path) -> None:
    ledger = _keep_busy(airline).ledger
    command = [sys.executable, "-c", _DIE_AT_EVERY_COMMIT, str(tmp_path / "charter.db"), str(tmp_path / "killed.db")]
    times = int(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    assert times > 10
    killed = Views(ledger, tmp_path / "killed.db")
    assert everything(killed) == everything(airline.views)
    killed.close()


def test_comparing_names_the_row_that_was_changed_and_rebuilding_mends_it(busy: Airline, opened: Open) -> None:
    views = opened()
    assert views.compare() == []
    with views.engine.begin() as connection:
        connection.execute(update(CASES).where(CASES.c.id == "a" * 32).values(answer="no"))
        connection.execute(ANSWERS.delete().where(ANSWERS.c.answer == "yes"))
    found = {(each.table, each.key): (each.found, each.expected) for each in views.compare()}
    assert found == {
        ("try_cases", ("a" * 32,)): (
            {"id": "a" * 32, "answer": "no", "open": False},
            {"id": "a" * 32, "answer": "yes", "open": False},
        ),
        ("try_answers", ("yes",)): (None, {"answer": "yes", "cases": 2, "reversed": 1}),
    }
    told: list[tuple[int, int]] = []
    size = busy.ledger.entries_recorder.size()
    assert [(each.position, each.error) for each in views.rebuild(["answers"], lambda *of: told.append(of))] == [
        (size, None)
    ]
    assert told[-1] == (size, size)
    assert views.compare(["answers"]) == []
    with views.engine.connect() as connection:
        assert {slot for _, slot in places(connection)} == {Slot.LIVE}, "nothing is left lying about"


def test_a_view_nobody_knows_is_not_rebuilt(opened: Open) -> None:
    with pytest.raises(UnknownView, match=r"no view called ansers\. There are: answers"):
        opened().rebuild(["ansers"])
