"""An erasure that is stopped after any step is completed by the next start, and old copies bring nothing back."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from charter.decisions.commands import CaptureLearning, LogRequest
from charter.decisions.events import LearningCaptured, RequestLogged
from charter.desk import Order
from charter.ledger import Ledger
from charter.message import ERASED, Refused
from charter.store.database import is_sqlite
from charter.subjects.commands import RequestErasure
from charter.subjects.events import ErasureCompleted
from charter.subjects.refusals import DataHeld
from projections.decision_trail import trail
from projections.engine import Views
from projections.engine.purge import ViewsInUse
from projections.erasure import erase, pending, resume, unfinished
from tests.privacy.story import HER, HERS, ONE, found, tell
from tests.projections.airline import Airline
from tests.projections.rows import everything

REASON = "Asked for by letter."
STEPS = ("the request", "the key", "the views", "the entry that says so")


def test_what_is_said_while_she_is_erased_is_sealed_anew_and_not_lost(
    airline_anywhere: Airline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Decided, and sealed under her old key; then the key is gone, before the entries are appended."""
    airline = airline_anywhere
    recorder, subject = airline.ledger.entries_recorder, her(airline)
    insert = recorder.insert_events

    def erased_before(*events: Any, **known: Any) -> Any:
        monkeypatch.setattr(recorder, "insert_events", insert)
        erase(airline.views, subject, reason=REASON, by="ann")
        return insert(*events, **known)

    monkeypatch.setattr(recorder, "insert_events", erased_before)
    airline.do(CaptureLearning(decision=ONE, learning="Ask first."), by="rita")
    entry = airline.ledger.stream(f"decision/{ONE}")[-1]
    assert entry.event == LearningCaptured(learning="Ask first.")
    assert subject not in entry.subjects
    assert found(airline, HERS) == set()


def test_a_new_customer_who_is_erased_meanwhile_is_sealed_anew_too(
    airline_anywhere: Airline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their key was made for this very entry; others find it by the name, write under it, and have it destroyed."""
    airline = airline_anywhere
    recorder, vault, gone = airline.ledger.entries_recorder, airline.ledger.vault, []
    insert = recorder.insert_events

    def asked(decision: str) -> LogRequest:
        return LogRequest(
            decision=decision, charter="skyline", request="A seat for my cello.", customer="Newton Freese"
        )

    def erased_before(*events: Any, **known: Any) -> Any:
        monkeypatch.setattr(recorder, "insert_events", insert)
        airline.do(asked("8" * 32), by="rita")
        gone.append(vault.find("customer", "Newton Freese"))
        erase(airline.views, gone[0], reason=REASON, by="ann")
        return insert(*events, **known)

    monkeypatch.setattr(recorder, "insert_events", erased_before)
    airline.do(asked("7" * 32), by="rita")
    [entry] = airline.ledger.stream(f"decision/{'7' * 32}")
    assert isinstance(entry.event, RequestLogged)
    assert entry.event.request == "A seat for my cello."
    assert entry.subjects == (vault.find("customer", "Newton Freese"),)
    assert gone[0] not in entry.subjects


class Stopped(BaseException):
    """The power is gone; nothing that would be done after it is done."""


def her(airline: Airline) -> str:
    """The id of her key."""
    known = airline.ledger.vault.find("customer", HER)
    assert known is not None
    return known


def stop_after(step: str, airline: Airline, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the power go when a step is done."""

    def then_stop(done: Callable[..., Any]) -> Callable[..., Any]:
        def doing(*given: Any, **named: Any) -> None:
            done(*given, **named)
            raise Stopped

        return doing

    match step:
        case "the request":
            monkeypatch.setattr(airline.ledger, "rehearse_all", then_stop(airline.ledger.rehearse_all))
        case "the key":
            monkeypatch.setattr(airline.ledger.vault, "destroy", then_stop(airline.ledger.vault.destroy))
        case "the views":
            monkeypatch.setattr(airline.views, "purge", then_stop(airline.views.purge))
        case _:
            monkeypatch.setattr(airline.views, "catch_up", then_stop(airline.views.catch_up))


def started_again(airline: Airline) -> Airline:
    """The same ledger as the next start finds it."""
    engine, now = airline.ledger.engine, airline.now
    airline.close()
    place = str(engine.url.database) if is_sqlite(engine) else engine.url
    airline.ledger = Ledger(place, clock=lambda: now)  # type: ignore[arg-type]  # an address is one, too
    airline.views = Views(airline.ledger)
    return airline


@pytest.mark.parametrize("step", STEPS)
def test_stopped_after_a_step_the_next_start_completes_it(
    step: str, airline_anywhere: Airline, monkeypatch: pytest.MonkeyPatch
) -> None:
    airline, subject = airline_anywhere, her(airline_anywhere)
    with monkeypatch.context() as patched, pytest.raises(Stopped):
        stop_after(step, airline, patched)
        erase(airline.views, subject, reason=REASON, by="ann")
    airline = started_again(airline)
    assert unfinished(airline.ledger) == (step != STEPS[-1])
    assert [written.key for written in resume(airline.views)] == ([subject] if step != STEPS[-1] else [])
    assert not unfinished(airline.ledger)
    airline.views.catch_up()
    assert found(airline, HERS) == set()
    assert airline.views.compare() == []
    asked, done = airline.ledger.stream(f"subject/{subject}")
    assert (asked.by, done.by) == ("ann", "ann")
    assert isinstance(done.event, ErasureCompleted)
    assert (done.event.keys, done.event.entries, len(done.event.streams)) == (1, 19, 5)
    assert resume(airline.views) == []


def test_however_often_it_is_stopped_the_end_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ends = []
    for way in ("at once", "in steps"):
        (tmp_path / way).mkdir()
        airline = tell(Airline(str(tmp_path / way / "charter.db")))
        for step in STEPS[:-1] if way == "in steps" else ():
            with monkeypatch.context() as patched, pytest.raises(Stopped):
                stop_after(step, airline, patched)
                erase(airline.views, her(airline), reason=REASON, by="ann") if step == STEPS[0] else resume(
                    airline.views
                )
            airline = started_again(airline)
        erase(airline.views, her(airline), reason=REASON, by="ann") if way == "at once" else resume(airline.views)
        rows = everything(airline.views)
        ends.append({name: rows[name] for name in ("register", "register_past", "precedent", "precedent_word")})
        airline.close()
    assert ends[0] == ends[1]


def test_an_older_copy_of_the_key_store_gives_nothing_back(airline: Airline, tmp_path: Path) -> None:
    subject = her(airline)
    airline.ledger.vault.close()
    shutil.copy(tmp_path / "charter.keys.db", tmp_path / "old.keys.db")
    erase(airline.views, subject, reason=REASON, by="ann")
    airline.views.close()
    airline.ledger.close()
    shutil.move(tmp_path / "old.keys.db", tmp_path / "charter.keys.db")
    airline = started_again(airline)
    assert airline.ledger.vault.known(subject) == "open"
    assert unfinished(airline.ledger)
    assert resume(airline.views) == []
    assert airline.ledger.vault.known(subject) == "erased"
    assert trail(airline.views, ONE).asked.request == ERASED
    assert found(airline, HERS) == set()


@pytest.mark.parametrize("asked", [None, "audit_log", "decision_register"])
@pytest.mark.parametrize("keys", [False, True], ids=["views alone", "views and keys"])
def test_older_copies_are_purged_when_they_catch_up(
    airline: Airline, tmp_path: Path, keys: bool, asked: str | None
) -> None:
    """Even if nobody resumes first: the entry that says she was erased is carried out by whoever meets it.

    In all views at once, whichever is asked for.
    """
    subject = her(airline)
    airline.close()
    names = ["charter.views.db", *(["charter.keys.db"] if keys else [])]
    for name in names:
        shutil.copy(tmp_path / name, tmp_path / f"old.{name}")
    airline = started_again(airline)
    erase(airline.views, subject, reason=REASON, by="ann")
    airline.close()
    for name in names:
        shutil.move(tmp_path / f"old.{name}", tmp_path / name)
    airline = started_again(airline)
    assert found(airline, HERS) != set()
    airline.views.catch_up(*(each for each in airline.views.projections if each.name == asked))
    assert found(airline, HERS) == set()
    assert airline.ledger.vault.known(subject) == "erased"
    assert airline.views.compare() == []


def test_a_rebuild_with_an_older_key_store_brings_nothing_back(airline: Airline, tmp_path: Path) -> None:
    subject = her(airline)
    airline.ledger.vault.close()
    shutil.copy(tmp_path / "charter.keys.db", tmp_path / "old.keys.db")
    erase(airline.views, subject, reason=REASON, by="ann")
    airline.close()
    shutil.move(tmp_path / "old.keys.db", tmp_path / "charter.keys.db")
    airline = started_again(airline)
    airline.views.rebuild()
    airline.views.catch_up()
    assert airline.ledger.vault.known(subject) == "erased"
    assert found(airline, HERS) == set()


def test_a_hold_that_came_at_the_same_moment_keeps_what_was_asked_for_waiting(airline: Airline) -> None:
    """Asked for between two looks at the holds; nothing is destroyed until it is released."""
    subject = her(airline)
    airline.do(RequestErasure(subject=subject, reason=REASON))
    waiting: list[tuple[str, Refused]] = []
    stream, version = f"decision/{ONE}", len(airline.ledger.stream(f"decision/{ONE}"))
    _hold_past_the_rules(airline, stream, version + 1)
    assert resume(airline.views, lambda *told: waiting.append(told)) == []
    [(who, why)] = waiting
    assert (who, type(why)) == (subject, DataHeld)
    assert airline.ledger.vault.known(subject) == "open"
    assert pending(airline.ledger) == [subject]


def _hold_past_the_rules(airline: Airline, stream: str, version: int) -> None:
    """As a case that began with a hold while the erasure was being asked for: the rules would refuse it by now."""
    from charter.decisions.events import HoldPlaced
    from charter.message import Draft
    from charter.privacy.envelope import sealed

    draft = Draft(stream, version, "rex", airline.now, HoldPlaced(hold="claim 12", reason="The court."))
    airline.ledger.entries_recorder.insert_events(sealed([draft], {}, airline.ledger.vault).events)


def test_views_that_somebody_reads_are_cleared_by_the_next_start(
    airline: Airline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log of changes cannot be emptied under a reader: it is said, and done when they are gone."""
    subject, register = her(airline), airline.views.projections[2]
    with _reading(airline, register) as views:
        monkeypatch.setattr("charter.store.database.LOCK_TIMEOUT", 0)
        impatient = Views(airline.ledger)
        with pytest.raises(ViewsInUse, match="completed by the next command"):
            erase(impatient, subject, reason=REASON, by="ann")
        impatient.close()
        assert views is not None
    assert pending(airline.ledger) == [subject]
    assert [written.key for written in resume(airline.views)] == [subject]
    assert found(airline, HERS) == set()


def _reading(airline: Airline, projection: Any) -> Any:
    from contextlib import contextmanager

    from sqlalchemy import text

    @contextmanager
    def reading() -> Iterator[Views]:
        views = Views(airline.ledger)
        with views.reading(projection) as connection:
            connection.execute(text("SELECT count(*) FROM register"))
            yield views
        views.close()

    return reading()


def test_two_that_go_on_with_it_at_once_complete_it_once(airline: Airline, monkeypatch: pytest.MonkeyPatch) -> None:
    subject, other = her(airline), Views(airline.ledger)

    def purge_and_be_overtaken(streams: list[str]) -> tuple[str, ...]:
        purged = Views.purge(airline.views, streams)
        assert len(resume(other)) == 1
        return purged

    monkeypatch.setattr(airline.views, "purge", purge_and_be_overtaken)
    written = erase(airline.views, subject, reason=REASON, by="ann")
    other.close()
    assert isinstance(written.events[0], ErasureCompleted)
    assert len(airline.ledger.stream(f"subject/{subject}")) == 2


def test_nothing_is_destroyed_in_a_rehearsal(airline: Airline) -> None:
    subject = her(airline)
    [allowed] = airline.ledger.rehearse_all([Order(RequestErasure(subject=subject, reason=REASON), "ann", airline.now)])
    assert not isinstance(allowed, Refused)
    assert airline.ledger.vault.known(subject) == "open"
    assert not unfinished(airline.ledger)
