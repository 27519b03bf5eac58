"""A ledger is made whole or not at all, refuses changes to its entries, and says when it is of another version."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from eventsourcing.persistence import StoredEvent
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from charter import schema
from charter.store.database import open_database, writing
from charter.store.entries import Answered
from charter.store.errors import FromNewerSoftware, LedgerExists, NeedsUpgrade, NoLedger, StoreUnavailable
from charter.store.recorder import LedgerRecorder
from charter.store.tables import metadata


def test_the_steps_lead_to_the_tables(engine: Engine) -> None:
    """After all steps the database has the tables that the software works with, and the newest version."""
    assert schema.current(engine) == schema.newest()
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_newest_step_is_alembics() -> None:
    """The version read from the files' names is the head of alembic's chain, and there is one head."""
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent))
    assert ScriptDirectory.from_config(config).get_heads() == [schema.newest()]


def test_a_ledger_is_made_once(ledger_url: str) -> None:
    """A second 'init' at the same place is refused, and the ledger stays as it was."""
    with LedgerRecorder(open_database(ledger_url)) as recorder:
        recorder.insert_events([StoredEvent("a", 1, "t", b"{}")])
    with pytest.raises(LedgerExists, match="was left as it is"):
        schema.create(ledger_url)
    with LedgerRecorder(open_database(ledger_url)) as recorder:
        assert recorder.size() == 1


def test_whatever_is_there_is_left_alone(tmp_path: Path) -> None:
    """A file of another kind is not touched, nor a new ledger made where the log of an earlier one lies."""
    file = tmp_path / "charter.db"
    file.write_text("my notes")
    with pytest.raises(LedgerExists):
        schema.create(file)
    assert file.read_text() == "my notes"
    file.unlink()
    (tmp_path / "charter.db-wal").write_text("what an earlier ledger had not moved into its file yet")
    with pytest.raises(LedgerExists, match=r"charter\.db-wal"):
        schema.create(file)
    assert not file.exists()
    with pytest.raises(StoreUnavailable, match=r"folder .* does not exist"):
        schema.create(tmp_path / "nowhere" / "charter.db")


def test_a_disk_without_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the file system has no hard links, a ledger is made all the same, and still only once."""

    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr("os.link", refuse)
    schema.create(tmp_path / "charter.db")
    assert [each.name for each in tmp_path.iterdir()] == ["charter.db"]
    with pytest.raises(LedgerExists):
        schema.create(tmp_path / "charter.db")


def test_making_a_ledger_leaves_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If a step fails, there is no ledger and no rest of one."""

    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(schema, "_take_steps", fail)
    with pytest.raises(RuntimeError):
        schema.create(tmp_path / "charter.db")
    assert list(tmp_path.iterdir()) == []


RACE = """
import sys
from charter import schema
from charter.store.database import open_database
from charter.store.errors import LedgerExists
print("ready", flush=True)
sys.stdin.readline()
try:
    schema.create(sys.argv[1])
    print("made")
except LedgerExists:
    print("there")
engine = open_database(sys.argv[1])
schema.upgrade(engine)
schema.require_newest(engine)
"""


def test_six_at_once(place: str) -> None:
    """Of six processes that make the same ledger at once one makes it, five are told, and all six can upgrade it."""
    command = [sys.executable, "-c", RACE, place]
    racers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(6)
    ]
    for racer in racers:
        assert racer.stdout
        racer.stdout.readline()
    for racer in racers:
        assert racer.stdin
        racer.stdin.write("go\n")
        racer.stdin.flush()
    results = [racer.communicate() for racer in racers]
    assert [errors for _, errors in results] == [""] * 6
    assert sorted(said.strip() for said, _ in results) == ["made", *["there"] * 5]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET body = 'x'",
        "UPDATE entries SET recorded_at = '2020-01-01T00:00:00.000000Z' WHERE position = 1",
        "DELETE FROM entries",
        "DELETE FROM entries WHERE position = 1",
        "TRUNCATE entries",
        "REPLACE INTO entries SELECT position, stream, version, 'x', recorded_at, body, leaf FROM entries",
        "INSERT INTO entries SELECT * FROM entries WHERE position = 1 ON CONFLICT (position) DO UPDATE SET type = 'x'",
    ],
)
def test_entries_refuse_to_change(engine: Engine, recorder: LedgerRecorder, statement: str) -> None:
    """Whoever tries by hand to change or remove an entry is told what to do instead."""
    recorder.insert_events([StoredEvent("a", 1, "t", b"{}")])
    before = recorder.rows(0, 10)
    try:
        with writing(engine) as connection:
            connection.execute(text(statement))
    except IntegrityError as error:
        refusal = str(error)
        assert "Correct one by writing a new entry that names it." in refusal
    except DBAPIError as error:
        # what a database does not know it can't do: TRUNCATE in SQLite, REPLACE in PostgreSQL
        assert "syntax error" in str(error) or "near" in str(error)
    else:
        pytest.fail("it was let through")
    assert recorder.rows(0, 10) == before


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_a_role_that_only_appends(engine: Engine) -> None:
    """On PostgreSQL the application's role appends and reads, and even with the triggers off can do nothing else."""
    role = f"app-{engine.url.database}"
    with writing(engine) as connection:
        connection.exec_driver_sql(f'CREATE ROLE "{role}" LOGIN')
    schema.grant_application_role(engine, role)
    with writing(engine) as connection:
        connection.exec_driver_sql("ALTER TABLE entries DISABLE TRIGGER ALL")
    as_role = open_database(engine.url.set(username=role))
    with LedgerRecorder(as_role) as recorder:
        assert recorder.insert_events([StoredEvent("a", 1, "t", b"{}")]) == [1]
        assert recorder.insert_events([StoredEvent("b", n, "t", b"{}") for n in range(1, 80)])
        assert len(recorder.rows(0, 100)) == 80
        answer = Answered("0" * 64, bytes(32), "c", 1, 0, 1)
        assert recorder.insert_events([StoredEvent("c", 1, "t", b"{}")], answers=[answer])
        assert recorder.answers([answer.key]) == {answer.key: answer._replace(position=81)}
        assert recorder.forget_answers(datetime.max.replace(tzinfo=UTC)) == 1
        for forbidden in (
            "UPDATE answered SET digest = ''",
            "UPDATE entries SET body = ''",
            "DELETE FROM entries",
            "TRUNCATE entries",
            "DELETE FROM head",
            "INSERT INTO head VALUES (2, 0, '', '')",
            "DROP TABLE entries",
            "UPDATE alembic_version SET version_num = '9999'",
        ):
            with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), writing(as_role) as refused:
                refused.exec_driver_sql(forbidden)
    with writing(engine) as connection:
        connection.exec_driver_sql(f'DROP OWNED BY "{role}"')
        connection.exec_driver_sql(f'DROP ROLE "{role}"')


@pytest.mark.parametrize(("version", "refusal"), [("0000", NeedsUpgrade), ("9999", FromNewerSoftware)])
def test_a_ledger_of_another_version(engine: Engine, version: str, refusal: type[NeedsUpgrade]) -> None:
    """An older ledger is to be upgraded, a newer one needs newer software; neither is written to."""
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
    with pytest.raises(refusal) as told:
        LedgerRecorder(engine)
    assert ("charter upgrade" in str(told.value)) == (version == "0000")


def test_no_ledger(tmp_path: Path) -> None:
    """Where there is none, opening says how to make one, and makes nothing; upgrading neither."""
    with pytest.raises(NoLedger, match="Make one with 'charter init'"):
        open_database(tmp_path / "charter.db")
    assert list(tmp_path.iterdir()) == []
    other = sqlite3.connect(tmp_path / "other.db")
    other.execute("CREATE TABLE other (thing)")
    other.close()
    engine = open_database(tmp_path / "other.db")
    with pytest.raises(NoLedger, match="charter init"):
        schema.upgrade(engine)
    engine.dispose()


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_no_ledger_in_a_server(place: str) -> None:
    """A database without a ledger is left as it is by upgrade."""
    if "://" in place:
        engine = open_database(place)
        with pytest.raises(NoLedger, match="charter init"):
            schema.upgrade(engine)
        with pytest.raises(NoLedger):
            LedgerRecorder(engine)
        engine.dispose()
