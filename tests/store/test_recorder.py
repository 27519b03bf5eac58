"""Entries are written whole, in order and once, and read back as they were, on both databases."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from eventsourcing.persistence import IntegrityError, StoredEvent
from sqlalchemy import Engine, text, update
from sqlalchemy.event import listen

from charter.leaf import leaves, stamp
from charter.store.database import open_database, writing
from charter.store.errors import HeadDamaged, Overtaken, StoreUnavailable
from charter.store.recorder import LedgerRecorder
from charter.store.tables import entries, head
from charter.tree import Frontier

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def event(stream: str, version: int, type_: str = "decision.made", body: bytes = b"{}") -> StoredEvent:
    """One event as the library hands it over."""
    return StoredEvent(stream, version, type_, body)


def many(number: int, prefix: str = "decision") -> list[StoredEvent]:
    """Events of a stream each."""
    return [event(f"{prefix}/{each:04}", 1, body=b'{"n":%d}' % each) for each in range(number)]


def test_the_head_seals_what_is_there(recorder: LedgerRecorder) -> None:
    """After each call the head row has the size, time and tree of all entries, in small calls and large."""
    assert recorder.head() == (0, Frontier(), "")
    sizes = [1, 2, 49, 50, 51, 200]  # both ways to write on PostgreSQL
    written = 0
    for index, number in enumerate(sizes):
        positions = recorder.insert_events(many(number, f"s{index}"))
        assert positions == list(range(written + 1, written + number + 1))
        written += number
        rows = recorder.rows(0, written)
        tree = Frontier()
        tree.extend(leaves(rows))
        assert recorder.head() == (written, tree, rows[-1][4])
        assert recorder.size() == recorder.max_notification_id() == written


def test_stored_leaves_are_those_of_the_rows(recorder: LedgerRecorder, engine: Engine) -> None:
    """Each entry is kept beside the hash of its leaf record."""
    recorder.insert_events(many(3))
    with engine.connect() as connection:
        stored = [bytes(leaf) for (leaf,) in connection.execute(entries.select().with_only_columns(entries.c.leaf))]
    assert stored == leaves(recorder.rows(0, 10))


def test_bodies_come_back_byte_for_byte(recorder: LedgerRecorder) -> None:
    """A body is bytes, whatever they are, in each of the ways it is written and read."""
    body = bytes(range(256)) + "ä漢🙂".encode()
    recorder.insert_events([event("a", 1, body=body)])
    recorder.insert_events([event("b", number, body=body) for number in range(1, 60)])
    assert {row[5] for row in recorder.rows(0, 100)} == {body}
    assert {stored.state for stored in recorder.select_events("b")} == {body}
    assert {type(row[5]) for row in recorder.rows(0, 100)} == {bytes}


def test_one_time_for_a_call_and_never_back(engine: Engine) -> None:
    """All entries of a call carry one time, and where the computer's clock goes back the ledger's does not."""
    ticks: Iterator[datetime] = iter([NOON, NOON - timedelta(hours=2), NOON + timedelta(microseconds=1)])
    with LedgerRecorder(engine, clock=lambda: next(ticks)) as recorder:
        recorder.insert_events([event("a", 1), event("a", 2)])
        recorder.insert_events([event("a", 3)])
        recorder.insert_events([event("a", 4)])
        times = [row[4] for row in recorder.rows(0, 10)]
    assert times == [*[stamp(NOON)] * 3, stamp(NOON + timedelta(microseconds=1))]


def test_a_stream_has_each_version_once(recorder: LedgerRecorder) -> None:
    """A second entry of the same version is refused, and nothing of its call is written."""
    recorder.insert_events([event("a", 1)])
    before = recorder.head()
    for again in ([event("a", 1)], [event("b", 1), event("a", 1)], [*many(60), event("a", 1)]):
        with pytest.raises(IntegrityError):
            recorder.insert_events(again)
    assert recorder.head() == before
    assert recorder.insert_events([event("a", 2)]) == [2]


@pytest.mark.parametrize("bad", [event("a\n", 1), event("a", 1, "b\x00"), event("a\x85", 1)])
def test_control_characters_are_refused(recorder: LedgerRecorder, bad: StoredEvent) -> None:
    """A name that would break the lines of the leaf record never gets in."""
    with pytest.raises(ValueError, match="control character"):
        recorder.insert_events([event("fine", 1), bad])
    assert recorder.size() == 0


def test_words_nobody_knows_are_refused(recorder: LedgerRecorder) -> None:
    """A misspelt option does not pass silently."""
    with pytest.raises(TypeError, match="aftr"):
        recorder.insert_events([event("a", 1)], aftr=1)


def test_nothing_to_write(recorder: LedgerRecorder) -> None:
    """A call without entries writes nothing, not even a time."""
    assert recorder.insert_events([]) is None
    assert recorder.head().recorded_at == ""


class TestOvertaken:
    """A decision is written only if nothing it was based on has changed since."""

    @pytest.fixture(autouse=True)
    def begun(self, recorder: LedgerRecorder) -> None:
        """Three entries, two of them of the charter."""
        recorder.insert_events([event("charter/air", 1), event("charter/air", 2), event("person/ann", 1)])

    def test_what_it_read_has_changed(self, recorder: LedgerRecorder) -> None:
        """The charter got a third version after it was read at its second."""
        recorder.insert_events([event("charter/air", 3)])
        with pytest.raises(Overtaken, match="charter/air changed"):
            recorder.insert_events([event("decision/1", 1)], after=3, reads={"charter/air": 2, "person/ann": 1})
        assert recorder.size() == 4

    def test_what_was_not_there_has_come(self, recorder: LedgerRecorder) -> None:
        """Version 0 means that the stream was looked for in vain."""
        recorder.insert_events([event("person/bob", 1)])
        with pytest.raises(Overtaken, match="person/bob"):
            recorder.insert_events([event("decision/1", 1)], after=3, reads={"person/bob": 0})

    def test_something_else_has_changed(self, recorder: LedgerRecorder) -> None:
        """Whatever else was written in between does no harm."""
        recorder.insert_events([event("charter/sea", 1)])
        reads = {"charter/air": 2, "person/ann": 1, "person/bob": 0}
        assert recorder.insert_events([event("decision/1", 1)], after=3, reads=reads) == [5]

    def test_it_was_read_again(self, recorder: LedgerRecorder) -> None:
        """A stream that was read at its newest version is not overtaken, whatever the size was."""
        recorder.insert_events([event("charter/air", 3)])
        assert recorder.insert_events([event("decision/1", 1)], after=3, reads={"charter/air": 3}) == [5]

    def test_nothing_was_written_since(self, recorder: LedgerRecorder) -> None:
        """Where the ledger has not grown, there is nothing to look up."""
        assert recorder.insert_events([event("decision/1", 1)], after=3, reads={"charter/air": 2}) == [4]

    def test_thousands_of_streams(self, recorder: LedgerRecorder) -> None:
        """A large import may have read any number of streams."""
        recorder.insert_events(many(1))
        reads = {f"decision/{number:04}": 0 for number in range(5000)}
        with pytest.raises(Overtaken, match="decision/0000 changed"):
            recorder.insert_events([event("x", 1)], after=3, reads=reads)

    def test_of_racing_threads_one_wins(self, recorder: LedgerRecorder) -> None:
        """When eight decide on the same state at once, one is written and seven are told."""
        outcomes: list[str] = []

        def decide(number: int) -> None:
            try:
                recorder.insert_events(
                    [event("charter/air", 3), event(f"decision/{number}", 1)], after=3, reads={"charter/air": 2}
                )
                outcomes.append("written")
            except Overtaken:
                outcomes.append("overtaken")

        threads = [Thread(target=decide, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["overtaken"] * 7 + ["written"]
        assert recorder.size() == 5


class TestReading:
    """The questions of the ledger and its projections."""

    @pytest.fixture(autouse=True)
    def begun(self, recorder: LedgerRecorder) -> None:
        """Six entries in three streams."""
        recorder.insert_events(
            [
                event("charter/air", 1, "charter.opened"),
                event("person/ann", 1, "person.registered"),
                event("charter/air", 2, "promise.made"),
                event("charter/ärzte", 1, "charter.opened"),
                event("charter/air", 3, "promise.made"),
                event("person/ann", 2, "role.granted"),
            ]
        )

    def test_rows(self, recorder: LedgerRecorder) -> None:
        """By position, after one and up to another, at most so many, of some types."""
        assert [row[0] for row in recorder.rows(0, 100)] == [1, 2, 3, 4, 5, 6]
        assert [row[0] for row in recorder.rows(2, 3)] == [3, 4, 5]
        assert [row[0] for row in recorder.rows(2, 100, until=4)] == [3, 4]
        assert [row[0] for row in recorder.rows(0, 100, types=["charter.opened", "role.granted"])] == [1, 4, 6]
        assert [row[0] for row in recorder.rows(1, 1, 5, ("promise.made", "nothing"))] == [3]
        assert recorder.rows(6, 100) == []
        row = recorder.rows(3, 1)[0]
        assert type(row) is tuple
        assert row[:4] == (4, "charter/ärzte", 1, "charter.opened")

    def test_stream_rows(self, recorder: LedgerRecorder) -> None:
        """Several streams from a version each, by position."""
        assert [row[0] for row in recorder.stream_rows({"charter/air": 1, "person/ann": 0, "none": 0})] == [2, 3, 5, 6]
        assert [row[0] for row in recorder.stream_rows({f"x/{n}": 0 for n in range(3000)} | {"person/ann": 1})] == [6]
        assert recorder.stream_rows({}) == []

    def test_existing(self, recorder: LedgerRecorder) -> None:
        """Which of many streams there are."""
        assert recorder.existing(["charter/air", "charter/a", "person/ann"]) == {"charter/air", "person/ann"}
        assert recorder.existing(iter(())) == set()

    def test_streams_starting(self, recorder: LedgerRecorder) -> None:
        """Each name once, in the order of their bytes, for finding a decision by the beginning of its id."""
        assert recorder.streams_starting("charter/", 10) == ["charter/air", "charter/ärzte"]
        assert recorder.streams_starting("", 1) == ["charter/air"]
        assert recorder.streams_starting("charter/air", 5) == ["charter/air"]
        assert recorder.streams_starting("charter/b", 5) == []
        assert recorder.streams_starting("person/%", 5) == []

    def test_events_of_a_stream(self, recorder: LedgerRecorder) -> None:
        """As the library asks for them."""
        versions = [stored.originator_version for stored in recorder.select_events("charter/air", gt=1, desc=True)]
        assert versions == [3, 2]


def test_a_damaged_head_is_not_built_on(recorder: LedgerRecorder, engine: Engine) -> None:
    """Where the head row does not fit its tree, or is gone, nothing is written and the reader is sent to verify."""
    recorder.insert_events(many(3))
    with writing(engine) as connection:
        connection.execute(update(head).values(frontier=bytes(32)))
    for ask in (recorder.head, lambda: recorder.insert_events([event("x", 1)])):
        with pytest.raises(HeadDamaged, match="charter verify"):
            ask()
    with writing(engine) as connection:
        connection.execute(head.delete())
    with pytest.raises(HeadDamaged, match="charter verify"):
        recorder.size()
    for ask in (recorder.head, lambda: recorder.insert_events([event("x", 1)])):
        with pytest.raises(HeadDamaged, match="charter verify"):
            ask()


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_full_disk_loses_nothing(recorder: LedgerRecorder, engine: Engine) -> None:
    """The sentence says what to do, what was acknowledged stays, and it goes on when there is room again."""
    pages = 40

    def limit(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    listen(engine, "connect", limit)
    recorder.close()
    acknowledged = 0
    with pytest.raises(StoreUnavailable, match=r"disk that holds the ledger is full. Make room"):
        for number in range(100):
            recorder.insert_events([event(f"big/{number}", 1, body=bytes(3000))])
            acknowledged += 1
    assert acknowledged > 0
    assert recorder.size() == len(recorder.rows(0, 1000)) == acknowledged
    pages = 1000
    recorder.close()
    assert recorder.insert_events([event("after", 1)]) == [acknowledged + 1]


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_a_server_that_only_reads(recorder: LedgerRecorder, engine: Engine) -> None:
    """A standby, or a server that was made read-only, is named as such."""
    with writing(engine) as connection:
        name = connection.exec_driver_sql("SELECT current_database()").scalar_one()
        connection.exec_driver_sql(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    recorder.close()
    with pytest.raises(StoreUnavailable, match="may only be read"):
        recorder.insert_events(many(1))


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_no_question_walks_through_all_entries(engine: Engine) -> None:
    """Positions and streams are looked up by their indexes, however the question is put."""
    from charter.store.statements import statements

    say = statements("sqlite")
    connection = sqlite3.connect(str(engine.url.database))
    for statement in (say.overtaken, say.stream_rows, say.existing, say.streams_between, say.rows, say.stream_up):
        parameters = ["{}"] if "json_each" in statement else [0] * statement.count("?")
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
        assert not any(step.startswith("SCAN entries") for step in plan), (statement, plan)
    connection.close()


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_a_large_ledger_answers_the_same_by_plans_that_are_kept(
    recorder: LedgerRecorder, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is asked of a few streams is planned once, and finds what it finds in a small ledger."""
    recorder.insert_events([event("a", 1), event("a", 2), event("b", 1), *many(500)])
    with engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE entries"))
    monkeypatch.setattr("charter.store.postgres.LARGE", 500)
    kept = "SELECT sum(generic_plans) FROM pg_prepared_statements WHERE position('LATERAL' in statement) > 0"
    with LedgerRecorder(open_database(engine.url)) as large:
        for asked in ({"a": 0}, {"a": 1, "c": 0}, {"b": 0}) * 7:
            assert large.stream_rows(asked) == recorder.stream_rows(asked)
            assert large.existing(asked) == recorder.existing(asked)
        assert large.driver.read(kept)[0][0] > 0
        assert recorder.driver.read(kept)[0][0] == 0
        with pytest.raises(Overtaken, match="a changed"):
            large.insert_events([event("c", 1)], after=1, reads={"a": 1, "b": 1})


def test_a_recorder_closes_and_the_file_is_whole(recorder: LedgerRecorder, engine: Engine) -> None:
    """When the last connection goes, all of a SQLite ledger is in its one file."""
    recorder.insert_events(many(2))
    recorder.close()
    engine.dispose()
    if engine.dialect.name == "sqlite":
        file = str(engine.url.database)
        with sqlite3.connect(f"file:{file}?immutable=1", uri=True) as connection:
            assert connection.execute("SELECT count(*) FROM entries").fetchone() == (2,)
        connection.close()
    with engine.connect() as again:
        assert again.execute(text("SELECT size FROM head")).scalar_one() == 2
