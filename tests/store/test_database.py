"""An address leads to a ledger or to a sentence that says what to do."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from threading import Thread

import pytest
from eventsourcing.persistence import IntegrityError, OperationalError, ProgrammingError
from sqlalchemy import Column, Engine, Integer, MetaData, Table, make_url, select, text

from charter import schema
from charter.store.database import SERVED, address, open_database, shown, writing
from charter.store.errors import NoLedger, StoreUnavailable, library_errors, translated
from charter.store.recorder import LedgerRecorder


@pytest.mark.parametrize(
    ("given", "driver", "told"),
    [
        ("charter.db", "sqlite", "charter.db"),
        (Path("a/b c.db"), "sqlite", "a/b c.db"),
        ("sqlite:////srv/x.db", "sqlite", "/srv/x.db"),
        ("postgresql://ann:secret@db/air", "postgresql+psycopg", "postgresql+psycopg://ann:***@db/air"),
        ("postgres://db/air", "postgresql+psycopg", "postgresql+psycopg://db/air"),
    ],
)
def test_addresses(given: str | Path, driver: str, told: str) -> None:
    """Paths and both kinds of address are understood, and a password is never shown."""
    assert address(given).drivername == driver
    assert address(address(given)) == address(given)
    assert shown(given) == told


@pytest.mark.parametrize("given", ["mysql://db/air", "sqlite://", "sqlite:///:memory:"])
def test_other_places_are_refused(given: str) -> None:
    """A ledger is in a file or in PostgreSQL, and never only in memory."""
    with pytest.raises(ValueError, match="kept in a file"):
        address(given)


@pytest.mark.parametrize("name", ["charter.db", "per cent %20.db", "a?b#c.db", "größe 漢字.db"])
def test_file_names(tmp_path: Path, name: str) -> None:
    """A file may be called anything."""
    from charter import schema

    schema.create(tmp_path / name)
    assert [each.name for each in tmp_path.iterdir()] == [name]
    with LedgerRecorder(open_database(str(tmp_path / name))) as recorder:
        assert recorder.size() == 0


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_commits_are_durable(engine: Engine) -> None:
    """Every connection waits for the disk at a commit, lets readers go on, and waits a minute for other writers."""
    with engine.connect() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("synchronous", "journal_mode", "busy_timeout", "recursive_triggers")
        }
    assert settings == {"synchronous": 2, "journal_mode": "wal", "busy_timeout": 60000, "recursive_triggers": 1}


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_a_server_that_does_not_wait_for_the_disk(engine: Engine) -> None:
    """Where the server's default is to acknowledge early, appends are durable all the same."""
    with writing(engine) as connection:
        name = connection.exec_driver_sql("SELECT current_database()").scalar_one()
        connection.exec_driver_sql(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    engine.dispose()
    with LedgerRecorder(engine) as recorder:
        recorder.driver.begin()
        writer = recorder.driver._kept_writer()  # type: ignore[attr-defined]
        assert writer.execute("SHOW synchronous_commit").fetchone() == ("on",)
        recorder.driver.abandon()


def test_reading_only(ledger_url: str) -> None:
    """What is opened for reading can't be written to."""
    engine = open_database(ledger_url, read_only=True)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT size FROM head")).scalar_one() == 0
    with pytest.raises(StoreUnavailable, match="may only be read"), writing(engine) as connection:
        connection.execute(text("UPDATE head SET size = 7"))
    engine.dispose()


def test_writing_is_all_or_nothing(engine: Engine) -> None:
    """A transaction that fails leaves nothing; one that ends is there for others."""
    with pytest.raises(KeyError), writing(engine) as connection:
        connection.execute(text("UPDATE head SET recorded_at = 'x'"))
        raise KeyError
    with engine.connect() as connection:
        assert connection.execute(text("SELECT recorded_at FROM head")).scalar_one() == ""
    with writing(engine) as connection:
        connection.execute(text("UPDATE head SET recorded_at = 'y'"))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT recorded_at FROM head")).scalar_one() == "y"


def test_reading_first_and_writing_later(engine: Engine) -> None:
    """Two that read a number and write one more never lose a step, nor fail as locked."""
    tally = Table("tally", MetaData(), Column("n", Integer))
    with writing(engine) as connection:
        tally.create(connection)
        connection.execute(tally.insert().values(n=0))
    failures: list[Exception] = []
    read = select(tally.c.n).with_for_update()  # of which SQLite needs no word: it has one writer at a time

    def step() -> None:
        try:
            for _ in range(20):
                with writing(engine) as connection:
                    number = connection.execute(read).scalar_one()
                    connection.execute(tally.update().values(n=number + 1))
        except Exception as error:
            failures.append(error)

    threads = [Thread(target=step) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with engine.connect() as connection:
        assert connection.execute(select(tally.c.n)).scalar_one() == 80


def test_a_file_of_another_kind(tmp_path: Path) -> None:
    """A file that is no database is named as such, whoever asks."""
    (tmp_path / "notes.db").write_text("my notes " * 1000)
    with pytest.raises(StoreUnavailable, match="not a ledger"):
        LedgerRecorder(open_database(tmp_path / "notes.db"))


def test_a_schema_that_is_no_text_any_more(tmp_path: Path) -> None:
    """SQLite quotes it in its message, which Python then can't read."""
    path = tmp_path / "charter.db"
    schema.create(path)
    path.write_bytes(path.read_bytes().replace(b"CREATE TABLE head", b"CR\xd3ATE TABLE head", 1))
    with pytest.raises(StoreUnavailable, match="damaged"), open_database(path).connect():
        pass


def test_a_folder_is_no_ledger(tmp_path: Path) -> None:
    """A folder is not a ledger's file."""
    with pytest.raises(NoLedger, match="charter init"):
        open_database(tmp_path)


def test_a_server_that_is_not_there() -> None:
    """A server that does not answer is named as such, through the recorder and through the engine."""
    engine = open_database("postgresql://nobody@127.0.0.1:1/air")
    with pytest.raises(StoreUnavailable, match="does not answer"):
        LedgerRecorder(engine)
    with pytest.raises(StoreUnavailable, match="Check that the server runs"), engine.connect():
        pass


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_a_database_that_is_not_there(engine: Engine) -> None:
    """A missing database on a server that runs is told from a server that does not run."""
    elsewhere = open_database(engine.url.set(database="nowhere"))
    with pytest.raises(StoreUnavailable, match="does not exist"):
        LedgerRecorder(elsewhere)


class TestTranslation:
    """A driver's exceptions become the library's of the same name."""

    @pytest.mark.parametrize(
        ("statement", "expected"),
        [
            ("SELECT * FROM nothing", OperationalError),
            ("INSERT INTO head VALUES (1, 0, x'', '')", IntegrityError),
        ],
    )
    def test_sqlite(self, tmp_path: Path, statement: str, expected: type[Exception]) -> None:
        """As sqlite3 names them."""
        connection = sqlite3.connect(tmp_path / "x.db")
        connection.execute("CREATE TABLE head (id INTEGER PRIMARY KEY, size, frontier, recorded_at)")
        connection.execute("INSERT INTO head VALUES (1, 0, x'', '')")
        with pytest.raises(expected) as raised, library_errors():
            connection.execute(statement)
        assert not isinstance(raised.value, StoreUnavailable)
        connection.close()
        with pytest.raises(ProgrammingError), library_errors():
            connection.execute("SELECT 1")

    def test_what_is_not_of_a_database_stays(self) -> None:
        """Our own mistakes are not dressed up as the database's."""
        assert translated(KeyError("x")) is None
        with pytest.raises(KeyError), library_errors():
            raise KeyError

    def test_urls_are_parsed_once(self) -> None:
        """What SQLAlchemy parsed is taken as it is."""
        url = make_url("postgresql+psycopg://db/air")
        assert address(url) == url


def test_who_finds_no_connection_free_is_told_so(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the database that cannot be used now, as when the server is away; as soon as one is free, it can."""
    monkeypatch.setattr("charter.store.database.PATIENCE", 0.05)
    engine = open_database(postgres_url)
    held = [engine.connect() for _ in range(SERVED)]
    for ask in (engine.connect, engine.raw_connection):
        with pytest.raises(StoreUnavailable, match="Try again in a moment"):
            ask()
    held.pop().close()
    engine.connect().close()
    for connection in held:
        connection.close()
    engine.dispose()
