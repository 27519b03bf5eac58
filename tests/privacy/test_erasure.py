"""After an erasure the person's words are found nowhere, and everything else is as it was: trust check 24."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import pytest
from sqlalchemy import event

from charter.decisions.commands import CaptureLearning, CorrectDecision
from charter.message import ERASED
from charter.proof.verify import verify
from charter.store.database import is_sqlite
from charter.subjects.events import ErasureCompleted
from projections import audit_log, decision_register, integrity_history
from projections.charter_history import revision
from projections.decision_trail import trail
from projections.engine import Views
from projections.engine.feed import read
from projections.engine.run import Run
from projections.engine.tracking import Slot, places
from projections.erasure import erase
from projections.precedents import precedents
from tests.privacy.story import FOUR, HER, HERS, ONE, OTHER, SHARED, THREE, TWO, found, she_took_part
from tests.projections.airline import Airline
from tests.projections.rows import everything

REASON = "Asked for by letter."


def her(airline: Airline, kind: str = "customer") -> str:
    """The id of her key."""
    known = airline.ledger.vault.find(kind, HER)  # type: ignore[arg-type]
    assert known is not None
    return known


def test_her_words_are_there_until_she_is_erased(airline_anywhere: Airline) -> None:
    """What the search below looks for is found by it before, and never in the ledger itself."""
    there = found(airline_anywhere, HERS)
    assert {word for word, _ in there} >= {
        "quorvax",
        "velociped",
        "bassoon",
        "marzipan",
        "tarantella",
        "paprika",
        "palanquin",
    }
    assert {place for _, place in there} <= {
        *("charter.views.db", "charter.views.db-wal"),
        *("views.register", "views.register_past", "views.precedent", "views.precedent_words", "views.precedent_word"),
        "the planner's statistics",
    }


def test_only_its_owner_reads_the_file_with_her_words(airline: Airline) -> None:
    """The views have them in the open, and SQLite gives what it puts beside a file the same rights."""
    folder = Path(str(airline.ledger.engine.url.database)).parent
    views = [path for path in folder.iterdir() if ".views.db" in path.name]
    assert {path.stat().st_mode & 0o777 for path in views} == {0o600}


def test_her_words_are_found_nowhere(airline_anywhere: Airline) -> None:
    erase(airline_anywhere.views, her(airline_anywhere), reason=REASON, by="ann")
    assert found(airline_anywhere, HERS) == set()
    assert found(airline_anywhere, [SHARED, "cellos", "rained"]) != set()


def test_the_server_s_statistics_forget_her_too(airline_anywhere: Airline) -> None:
    """PostgreSQL keeps samples of columns for its planner, which anybody who reads the tables can read."""
    views = airline_anywhere.views
    if not is_sqlite(views.engine):
        with views.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")
        assert "the planner's statistics" in {place for _, place in found(airline_anywhere, HERS)}
    erase(views, her(airline_anywhere), reason=REASON, by="ann")
    assert found(airline_anywhere, HERS) == set()


def test_nothing_is_left_in_free_pages_where_sqlite_does_not_overwrite_them_itself(airline: Airline) -> None:
    """Some builds of SQLite overwrite what is deleted, and others leave it until the space is used again."""
    careless = Views(airline.ledger)
    event.listen(careless.engine, "connect", lambda opened, _: opened.execute("PRAGMA secure_delete = OFF"))
    careless.engine.dispose()
    erase(careless, her(airline), reason=REASON, by="ann")
    careless.close()
    assert found(airline, HERS) == set()


def test_her_words_are_read_nowhere(airline_anywhere: Airline) -> None:
    """Registers as known at any time, trails, precedents and the log: whatever anybody can ask."""
    airline = airline_anywhere
    erase(airline.views, her(airline), reason=REASON, by="ann")
    views = airline.views
    read = [
        *(asdict(line) for line in decision_register.lines(views)),
        *(asdict(trail(views, case)) for case in (ONE, TWO, THREE, FOUR, OTHER)),
        *(asdict(line) for line in audit_log.lines(views, limit=1000).lines),
        *(asdict(one) for word in HERS for one in precedents(views, word)),
        *airline.ledger.entries(),
    ]
    for entry in airline.ledger.entries():
        known = decision_register.Filter(known_at=entry.recorded_at)
        read += [asdict(line) for line in decision_register.lines(views, known)]
    told = repr(read).lower()
    assert [word for word in HERS if word in told] == []
    assert ERASED in told
    assert [line.id for line in decision_register.lines(views, decision_register.Filter(text="velociped"))] == []


def test_every_proof_verifies_and_every_number_is_as_it_was(airline_anywhere: Airline) -> None:
    airline = airline_anywhere
    size, before = airline.ledger.entries_recorder.size(), integrity_history.summary(airline.views)
    count, root = decision_register.count(airline.views), airline.ledger.entries_recorder.head().frontier.root()
    bodies = airline.ledger.entries_recorder.rows(0, 1000)
    erase(airline.views, her(airline), reason=REASON, by="ann")
    assert verify(airline.ledger.engine.url).ok
    assert airline.ledger.entries_recorder.rows(0, 1000, size) == bodies
    assert airline.ledger.entries_recorder.size() == size + 2
    assert root != airline.ledger.entries_recorder.head().frontier.root()
    assert integrity_history.summary(airline.views) == before
    assert decision_register.count(airline.views) == count


def test_views_purged_are_views_built_anew(airline_anywhere: Airline) -> None:
    """The same rows, whether words went out of them or never came in."""
    airline = airline_anywhere
    she_took_part(airline)
    for subject in (her(airline), her(airline, "person")):
        erase(airline.views, subject, reason=REASON, by="ann")
    purged = everything(airline.views)
    assert airline.views.compare() == []
    airline.views.rebuild()
    assert everything(airline.views) == purged


def test_what_others_said_stays(airline: Airline) -> None:
    """A case that turned out to be somebody else's keeps his words, and a word that both used is still found."""
    before = {case: asdict(trail(airline.views, case)) for case in (FOUR, OTHER)}
    erase(airline.views, her(airline), reason=REASON, by="ann")
    assert asdict(trail(airline.views, OTHER)) == before[OTHER]
    after = trail(airline.views, FOUR)
    assert asdict(after)["asked"] == before[FOUR]["asked"]
    assert after.asked.customer == "Mr Other"
    assert {fact.value for fact in after.steps[0].facts} == {ERASED}
    assert [one.decision for one in precedents(airline.views, SHARED)] == [OTHER]


def test_the_trail_says_when_by_whom_and_for_what(airline: Airline) -> None:
    erase(airline.views, her(airline), reason=REASON, by="ann")
    shown = trail(airline.views, TWO)
    [erasure] = shown.erased
    assert (erasure.by, erasure.reason, erasure.completed_at) == ("ann", REASON, airline.now)
    assert shown.asked.request == shown.asked.customer == ERASED
    assert shown.asked.ticket is None
    assert trail(airline.views, OTHER).erased == ()
    asked, done = (line.sentence for line in audit_log.lines(airline.views, limit=2).lines)
    assert asked == f"ann asked for somebody's words to be erased, for: {REASON}"
    assert done == "ann had somebody's words in 19 entries erased"


def test_it_is_stated_what_was_destroyed(airline: Airline) -> None:
    [done] = erase(airline.views, her(airline), reason=REASON, by="ann").events
    assert isinstance(done, ErasureCompleted)
    assert done.keys == 1
    assert set(done.streams) >= {f"decision/{case}" for case in (ONE, TWO, THREE, FOUR)}
    assert f"decision/{OTHER}" not in done.streams
    assert set(done.views) == {view.name for view in airline.views.projections if view.personal}


def test_somebody_who_writes_here_and_was_heard_on_a_revision(airline_anywhere: Airline) -> None:
    airline = airline_anywhere
    she_took_part(airline)
    zq = airline.ledger.stream("person/zq")[0].subjects
    for subject in (her(airline, "person"), her(airline), *zq):
        erase(airline.views, subject, reason=REASON, by="ann")
    assert found(airline, HERS) == set()
    heard = revision(airline.views, "skyline", 2).deliberation
    assert heard is not None
    assert (heard.participants, heard.dissent) == ((ERASED, "Care"), ("Coffee is better.",))


def test_what_is_written_after_an_erasure_is_another_persons_for_the_ledger(airline: Airline) -> None:
    """Nothing is ever sealed for her old key again; who asks again is somebody new."""
    old = her(airline)
    erase(airline.views, old, reason=REASON, by="ann")
    airline.do(CaptureLearning(decision=THREE, learning="Ask twice."))
    assert airline.ledger.vault.find("customer", HER) is None
    newest = airline.ledger.stream(f"decision/{THREE}")[-1]
    assert old not in newest.subjects
    assert trail(airline.views, THREE).steps[-1].facts[0].value == "Ask twice."
    assert airline.views.compare() == []


def test_words_read_before_and_carried_over_after_are_purged_as_well(
    airline_anywhere: Airline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody carries views on with words they read before the key was gone; `erasure.completed` finds those."""
    airline = airline_anywhere
    engine, keep = airline.views.engine, [view for view in airline.views.projections if view.personal]
    with engine.connect() as connection:
        known = places(connection, [view.name for view in keep])
    runs = [Run(engine, view, known[view.name, Slot.LIVE]) for view in keep]
    airline.do(CorrectDecision(decision=ONE, request="My wombat.", why="A slip."))
    position = airline.ledger.entries_recorder.size()
    batch = read(airline.ledger, position - 1, position, 1, keep)

    def purge_and_be_late(streams: Sequence[str]) -> tuple[str, ...]:
        purged = Views.purge(airline.views, streams)
        for run in runs:
            run.take(batch)
        assert not any(run.lost for run in runs)
        assert "wombat" in {word for word, _ in found(airline, HERS)}
        return purged

    monkeypatch.setattr(airline.views, "purge", purge_and_be_late)
    erase(airline.views, her(airline), reason=REASON, by="ann")
    assert found(airline, HERS) == set()
    assert airline.views.compare() == []
