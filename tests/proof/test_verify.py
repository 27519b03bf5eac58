"""Whatever is done to a ledger behind its back is found: the first bad position and the kind of damage."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from eventsourcing.persistence import StoredEvent
from sqlalchemy import Connection, Engine, func, select, text, update

from charter import schema
from charter.leaf import leaves
from charter.proof import reread
from charter.proof.checkpoint import Checkpoint
from charter.proof.rehash import Sealed
from charter.proof.verify import Damage, Kind, Verdict, checkpoint, verify
from charter.store.database import open_database, writing
from charter.store.errors import NoLedger
from charter.store.recorder import LedgerRecorder
from charter.store.tables import entries, head
from charter.tree import Frontier
from tests.postgres import drop_database, new_database

SIZE = 40
"""Entries in the ledger that is tampered with; in stretches of 16, so that damage falls in each and between them."""


def fill(place: str) -> None:
    """Make a ledger of 40 entries in 25 streams, a microsecond apart."""
    schema.create(place)
    ticks = count()
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    with LedgerRecorder(open_database(place), clock=lambda: noon + timedelta(microseconds=next(ticks))) as recorder:
        for number in range(1, SIZE + 1):
            stream = f"decision/{number}" if number <= 20 else f"decision/{(number - 21) // 4}x"
            version = 1 if number <= 20 else (number - 21) % 4 + 1
            recorder.insert_events([StoredEvent(stream, version, "decision.made", b'{"n":%d}' % number)])


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """The place of an untouched ledger, on either database; made once, to be copied."""

    @cache
    def made(kind: str) -> str:
        place = str(tmp_path_factory.mktemp("original") / "charter.db") if kind == "sqlite" else new_database()
        fill(place)
        return place

    return made


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    original: Callable[[str], str],
) -> Iterator[Engine]:
    """A copy of that ledger, to be tampered with."""
    monkeypatch.setattr(reread, "_STRETCH", 16)
    if request.param == "sqlite":
        opened = open_database(shutil.copy(original("sqlite"), tmp_path / "charter.db"))
        yield opened
        opened.dispose()
        return
    url = new_database(original("postgresql"))
    opened = open_database(url)
    yield opened
    opened.dispose()
    drop_database(url)


class Tamper:
    """Somebody with all rights on the database."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.on_sqlite = connection.dialect.name == "sqlite"

    def disarm(self) -> None:
        """Take away the triggers, and the constraints that would be in the way."""
        if self.on_sqlite:
            for trigger in ("entries_no_update", "entries_no_delete"):
                self.run(f"DROP TRIGGER {trigger}")
        else:
            self.run("ALTER TABLE entries DISABLE TRIGGER ALL")

    def unkey(self) -> None:
        """Put the rows into a table without any key, constraint or trigger."""
        self.run("ALTER TABLE entries RENAME TO old_entries")
        self.run("CREATE TABLE entries AS SELECT * FROM old_entries")
        self.run("DROP TABLE old_entries")

    def run(self, statement: str, **parameters: Any) -> None:
        """One statement."""
        self.connection.execute(text(statement), parameters)

    def rows(self) -> list[Sealed]:
        """All rows."""
        return [tuple(row) for row in self.connection.execute(select(entries).order_by(entries.c.position))]

    def replace(self, rows: list[Sealed]) -> None:
        """Put these rows in the place of all."""
        self.run("DELETE FROM entries")
        for row in rows:
            self.connection.execute(entries.insert().values(dict(zip(entries.columns.keys(), row, strict=True))))

    def shift(self, start: int, by: int) -> None:
        """Renumber the rows from a position on."""
        far = 10_000
        self.run("UPDATE entries SET position = position + :far WHERE position >= :start", far=far, start=start)
        self.run("UPDATE entries SET position = position - :back WHERE position >= :far", back=far - by, far=far)

    def reseal(self) -> None:
        """Make all hashes anew, in the rows and in the head: what a clever insider does."""
        self.run("UPDATE entries SET leaf = leaf")  # a no-op that shows the triggers are off
        rows = [(*row[:6], leaf) for row, leaf in zip(self.rows(), leaves(row[:6] for row in self.rows()), strict=True)]
        self.replace(rows)
        tree = Frontier()
        tree.extend(row[6] for row in rows)
        newest = rows[-1][4] if rows else ""
        self.connection.execute(update(head).values(size=tree.size, frontier=tree.to_bytes(), recorded_at=newest))


def after(engine: Engine, tampering: Callable[[Tamper], None], against: Checkpoint | None = None) -> Damage:
    """The damage that is found after somebody has been at it; the same with one process and with two."""
    with writing(engine) as connection:
        tamper = Tamper(connection)
        tamper.disarm()
        tampering(tamper)
    verdict = verify(engine, against=against)
    assert not verdict.ok
    assert verdict.damage
    assert "\n" not in verdict.damage.sentence
    assert verdict.damage.sentence.endswith((".", ")"))
    return verdict.damage


def found(damage: Damage) -> tuple[int | None, Kind]:
    """What a test looks at: where, and which kind."""
    return damage.position, damage.kind


def test_a_whole_ledger(engine: Engine) -> None:
    """A ledger that nobody touched is whole, and matches every checkpoint that was ever taken of it."""
    told: list[tuple[int, int]] = []
    verdict = verify(engine, progress=lambda done, total: told.append((done, total)))
    assert verdict == Verdict(SIZE, checkpoint(engine).root, verdict.seconds, None)
    assert verdict.ok
    assert told[-1] == (SIZE, SIZE)
    with engine.connect() as connection:
        stored = [leaf for (leaf,) in connection.execute(select(entries.c.leaf).order_by(entries.c.position))]
    name = checkpoint(engine).origin
    assert name == f"charter-ledger/{stored[0].hex()[:16]}"
    for size in range(SIZE + 1):
        tree = Frontier()
        tree.extend(stored[:size])
        assert verify(engine, against=Checkpoint(name, size, tree.root())).ok, size


def test_processes_agree(engine: Engine) -> None:
    """Two processes find what one finds: nothing in a whole ledger, and the same first damage in another."""
    told: list[tuple[int, int]] = []
    sealed = checkpoint(engine)
    two = verify(engine, workers=2, against=sealed, progress=lambda done, total: told.append((done, total)))
    assert two == Verdict(SIZE, sealed.root, two.seconds, None)
    assert told[-1] == (SIZE, SIZE)
    alone = after(engine, lambda it: it.run("UPDATE entries SET type = 'x' WHERE position IN (20, 30)"))
    assert verify(engine.url, workers=2).damage == alone
    assert found(alone) == (20, Kind.CHANGED)


def test_an_empty_ledger(tmp_path: Path) -> None:
    """A ledger without entries is whole, and has no checkpoint yet."""
    place = tmp_path / "charter.db"
    schema.create(place)
    assert verify(place).ok
    assert verify(str(place), workers=4).size == 0
    engine = open_database(place)
    with pytest.raises(ValueError, match="nothing to seal"):
        checkpoint(engine)
    engine.dispose()
    lost = verify(place, against=Checkpoint("charter-ledger/0123456789abcdef", 3, bytes(32)))
    assert lost.damage
    assert found(lost.damage) == (1, Kind.CUT_OFF)


def test_no_ledger(tmp_path: Path) -> None:
    """Where there is none, there is nothing to verify, and nothing is made."""
    with pytest.raises(NoLedger):
        verify(tmp_path / "charter.db")
    sqlite3.connect(tmp_path / "other.db").close()
    with pytest.raises(NoLedger):
        verify(tmp_path / "other.db")


@pytest.mark.parametrize("position", [1, 17])
@pytest.mark.parametrize(
    "change",
    [
        "body = :body",
        "stream = 'decision/y'",
        "version = version + 7",
        "type = 'decision.reversed'",
        "recorded_at = '2026-01-01T12:00:00.999999Z'",
        "recorded_at = 'yesterday'",
        "leaf = :leaf",
        "type = 'two' || chr(10) || 'lines'",
    ],
)
def test_any_column_changed(engine: Engine, position: int, change: str) -> None:
    """A change to any column of an entry is found at that entry."""
    if engine.dialect.name == "sqlite":
        change = change.replace("chr(", "char(")

    def tampering(it: Tamper) -> None:
        values = {"body": b'{"n":0}', "leaf": bytes(32)}
        used = {name: value for name, value in values.items() if f":{name}" in change}
        it.run(f"UPDATE entries SET {change} WHERE position = :position", position=position, **used)  # noqa: S608 - the test's own words

    damage = after(engine, tampering)
    assert found(damage) == (position, Kind.CHANGED)
    assert ("hash kept with" in damage.sentence) == change.startswith("leaf")


def test_one_bit_of_a_body(engine: Engine) -> None:
    """A single flipped bit is enough."""

    def tampering(it: Tamper) -> None:
        body = bytearray(it.rows()[22][5])
        body[3] ^= 1
        it.run("UPDATE entries SET body = :body WHERE position = 23", body=bytes(body))

    assert found(after(engine, tampering)) == (23, Kind.CHANGED)


@pytest.mark.parametrize("position", [1, 5, 16, 33])
def test_deleted(engine: Engine, position: int) -> None:
    """An entry that was taken out leaves a gap."""
    damage = after(engine, lambda it: it.run("DELETE FROM entries WHERE position = :at", at=position))
    assert found(damage) == (position, Kind.MISSING)
    assert damage.sentence == f"Entry {position} is missing."


def test_several_deleted(engine: Engine) -> None:
    """All of the first gap is named."""
    damage = after(engine, lambda it: it.run("DELETE FROM entries WHERE position IN (7, 8, 9, 30)"))
    assert found(damage) == (7, Kind.MISSING)
    assert "7 to 9" in damage.sentence


@pytest.mark.parametrize(("first", "last"), [(1, 1), (5, 5), (15, 17), (SIZE - 1, SIZE - 1)])
def test_deleted_and_renumbered(engine: Engine, first: int, last: int) -> None:
    """Closing the gap does not hide it: the rest no longer fit their positions."""

    def tampering(it: Tamper) -> None:
        it.run("DELETE FROM entries WHERE position BETWEEN :first AND :last", first=first, last=last)
        it.shift(last + 1, first - last - 1)

    damage = after(engine, tampering)
    assert found(damage) == (first, Kind.MISSING)
    assert "renumbered" in damage.sentence


@pytest.mark.parametrize("position", [1, 2, 16, 17, SIZE])
@pytest.mark.parametrize("with_hash", [True, False])
def test_inserted_and_renumbered(engine: Engine, position: int, with_hash: bool) -> None:
    """An entry pushed in between is found, with a hash that fits it or with another."""

    def tampering(it: Tamper) -> None:
        time = it.rows()[position - 1][4]
        it.shift(position, 1)
        row = (position, "decision/forged", 1, "decision.made", time, b"{}")
        leaf = leaves([row])[0] if with_hash else bytes(32)
        it.connection.execute(entries.insert().values(dict(zip(entries.columns.keys(), (*row, leaf), strict=True))))

    damage = after(engine, tampering)
    assert found(damage) == (position, Kind.INSERTED)


def test_two_inserted(engine: Engine) -> None:
    """The first of several that were pushed in together is named."""

    def tampering(it: Tamper) -> None:
        it.shift(10, 2)
        for position in (10, 11):
            row = (position, f"decision/forged{position}", 1, "decision.made", it.rows()[8][4], b"{}")
            values = (*row, leaves([row])[0])
            it.connection.execute(entries.insert().values(dict(zip(entries.columns.keys(), values, strict=True))))

    damage = after(engine, tampering)
    assert found(damage) == (10, Kind.INSERTED)
    assert "10 to 11" in damage.sentence


def test_added_at_the_end(engine: Engine) -> None:
    """An entry that the ledger itself did not add is not sealed by its head."""

    def tampering(it: Tamper) -> None:
        row = (SIZE + 1, "decision/forged", 1, "decision.made", it.rows()[-1][4], b"{}")
        values = (*row, leaves([row])[0])
        it.connection.execute(entries.insert().values(dict(zip(entries.columns.keys(), values, strict=True))))

    assert found(after(engine, tampering)) == (SIZE + 1, Kind.INSERTED)


@pytest.mark.parametrize("position", [-3, 0, SIZE + 2, 10**15])
def test_put_where_nothing_belongs(engine: Engine, position: int) -> None:
    """Nor is one at a position that no entry has."""

    def tampering(it: Tamper) -> None:
        it.run(
            "INSERT INTO entries SELECT :at, 'decision/forged', 1, type, recorded_at, body, leaf FROM entries"
            " WHERE position = 1",
            at=position,
        )

    assert found(after(engine, tampering)) == (position, Kind.INSERTED)


@pytest.mark.parametrize(("one", "other"), [(3, 4), (3, 30), (1, SIZE), (16, 17)])
def test_two_exchanged(engine: Engine, one: int, other: int) -> None:
    """Two entries that changed places are found, next to each other or far apart."""

    def tampering(it: Tamper) -> None:
        for start, end in ((one, -1), (other, one), (-1, other)):
            it.run("UPDATE entries SET position = :end WHERE position = :start", start=start, end=end)

    damage = after(engine, tampering)
    assert found(damage) == (one, Kind.REORDERED)
    assert f"{one} and {other}" in damage.sentence


def test_contents_exchanged(engine: Engine) -> None:
    """The same where the hashes were left in their places."""

    def tampering(it: Tamper) -> None:
        rows = it.rows()
        one, other = rows[4], rows[11]
        rows[4], rows[11] = (5, *other[1:6], one[6]), (12, *one[1:6], other[6])
        it.replace(rows)

    damage = after(engine, tampering)
    assert found(damage) == (5, Kind.REORDERED)
    assert "recorded at 12" in damage.sentence


@pytest.mark.parametrize(("start", "end", "first"), [(5, 20, 5), (20, 5, 5), (17, 39, 17), (39, 2, 2)])
def test_moved(engine: Engine, start: int, end: int, first: int) -> None:
    """An entry that was moved is told from one that was taken out, though others had to move up or back for it."""

    def tampering(it: Tamper) -> None:
        rows = it.rows()
        rows.insert(end - 1, rows.pop(start - 1))
        it.replace([(number, *row[1:]) for number, row in enumerate(rows, 1)])

    damage = after(engine, tampering)
    assert found(damage) == (first, Kind.REORDERED)
    assert "moved" in damage.sentence


@pytest.mark.parametrize("position", [2, 17, SIZE])
def test_back_dated(engine: Engine, position: int) -> None:
    """A time earlier than that of the entry before is called what it is."""
    time = "2025-12-31T23:59:59.000000Z"
    tampering = "UPDATE entries SET recorded_at = :time WHERE position = :at"
    damage = after(engine, lambda it: it.run(tampering, time=time, at=position))
    assert found(damage) == (position, Kind.BACK_DATED)


@pytest.mark.parametrize("position", [2, 17, 18, SIZE])
def test_back_dated_with_hashes_that_fit(engine: Engine, position: int) -> None:
    """Making the hashes anew does not help: times still do not go back."""

    def tampering(it: Tamper) -> None:
        time = "2025-12-31T23:59:59.000000Z"
        it.run("UPDATE entries SET recorded_at = :time WHERE position = :at", time=time, at=position)
        it.reseal()

    assert found(after(engine, tampering)) == (position, Kind.BACK_DATED)


def test_inserted_with_an_earlier_time(engine: Engine) -> None:
    """One pushed in and dated back is inserted first of all."""

    def tampering(it: Tamper) -> None:
        it.shift(20, 1)
        row = (20, "decision/forged", 1, "decision.made", "2025-12-31T23:59:59.000000Z", b"{}")
        values = (*row, leaves([row])[0])
        it.connection.execute(entries.insert().values(dict(zip(entries.columns.keys(), values, strict=True))))

    assert found(after(engine, tampering)) == (20, Kind.INSERTED)


@pytest.mark.parametrize("left", [0, 1, 16, 32, 39])
def test_cut_off(engine: Engine, left: int) -> None:
    """Entries taken from the end are missed by the head row."""
    damage = after(engine, lambda it: it.run("DELETE FROM entries WHERE position > :left", left=left))
    assert found(damage) == (left + 1, Kind.CUT_OFF)


@pytest.mark.parametrize("left", [1, 17, 39])
def test_cut_off_with_its_head(engine: Engine, left: int) -> None:
    """If the head row was set back as well, the checkpoint kept outside misses them."""
    sealed = checkpoint(engine)

    def tampering(it: Tamper) -> None:
        it.run("DELETE FROM entries WHERE position > :left", left=left)
        it.reseal()

    damage = after(engine, tampering, sealed)
    assert found(damage) == (left + 1, Kind.CUT_OFF)
    assert verify(engine).ok


@pytest.mark.parametrize(
    ("change", "position", "kind"),
    [
        ("size = 39", None, Kind.CHANGED),  # does not have two roots, as the frontier has
        ("size = 48", SIZE + 1, Kind.CUT_OFF),
        ("size = 24", 25, Kind.INSERTED),
        ("frontier = :other", 1, Kind.CHANGED),
        ("frontier = :short", None, Kind.CHANGED),
        ("recorded_at = '2026-01-01T00:00:00.000000Z'", None, Kind.CHANGED),
    ],
)
def test_the_head_row_changed(engine: Engine, change: str, position: int | None, kind: Kind) -> None:
    """The head row itself is checked against the entries."""
    values = {"other": bytes(64), "short": bytes(40)}
    used = {name: value for name, value in values.items() if f":{name}" in change}
    statement = f"UPDATE head SET {change}"  # noqa: S608 - the test's own words
    assert found(after(engine, lambda it: it.run(statement, **used))) == (position, kind)


def test_the_head_row_gone(engine: Engine) -> None:
    """Without it nobody knows how much there should be."""
    assert found(after(engine, lambda it: it.run("DELETE FROM head"))) == (None, Kind.MISSING)


def test_the_head_table_gone(engine: Engine) -> None:
    """Nor without its table."""
    assert found(after(engine, lambda it: it.run("DROP TABLE head"))) == (None, Kind.MISSING)


@pytest.mark.parametrize("number", [1, 2])
def test_another_head_row(engine: Engine, number: int) -> None:
    """One row says how far the ledger has come; a second one is somebody else's."""

    def tampering(it: Tamper) -> None:
        it.run("ALTER TABLE head RENAME TO old_head")
        it.run("CREATE TABLE head AS SELECT * FROM old_head")
        it.run("INSERT INTO head SELECT :number, size, frontier, recorded_at FROM old_head", number=number)

    assert found(after(engine, tampering)) == (None, Kind.INSERTED)


def test_changed_with_its_hash(engine: Engine) -> None:
    """Where the entry's own hash was made anew, the head row's tree narrows it down to a subtree."""

    def tampering(it: Tamper) -> None:
        rows = it.rows()
        forged = (*rows[34][:5], b"{}")
        rows[34] = (*forged, leaves([forged])[0])
        it.replace(rows)

    damage = after(engine, tampering)
    assert found(damage) == (33, Kind.CHANGED)
    assert "33 to 40" in damage.sentence


def test_rewritten_by_a_clever_insider(engine: Engine) -> None:
    """All hashes made anew, head and all: only the checkpoint kept outside tells, and not where."""
    sealed = checkpoint(engine)

    def tampering(it: Tamper) -> None:
        it.run("UPDATE entries SET body = :body WHERE position = 9", body=b'{"n":"nine"}')
        it.reseal()

    damage = after(engine, tampering, sealed)
    assert found(damage) == (None, Kind.CHANGED)
    assert "1 to 40" in damage.sentence
    assert "can't be known" in damage.sentence
    assert verify(engine).ok  # by itself it fits


def test_first_entry_replaced(engine: Engine) -> None:
    """The checkpoint names the ledger by its first entry."""
    sealed = checkpoint(engine)

    def tampering(it: Tamper) -> None:
        it.run("UPDATE entries SET body = :body WHERE position = 1", body=b"{}")
        it.reseal()

    damage = after(engine, tampering, sealed)
    assert found(damage) == (1, Kind.CHANGED)
    assert "another ledger" in damage.sentence


@pytest.mark.parametrize(
    ("statement", "position", "kind"),
    [
        ("UPDATE entries SET version = 5 WHERE position = 24", 24, Kind.MISSING),
        ("UPDATE entries SET version = 3 WHERE position = 24", 24, Kind.INSERTED),
        (
            "UPDATE entries SET version = CASE version WHEN 1 THEN 2 ELSE 1 END WHERE position IN (21, 22)",
            21,
            Kind.REORDERED,
        ),
        ("UPDATE entries SET version = 0 WHERE position = 3", 3, Kind.CHANGED),
        ("UPDATE entries SET stream = 'decision/1' WHERE position = 2", 2, Kind.INSERTED),
    ],
)
def test_versions_that_do_not_count(engine: Engine, statement: str, position: int, kind: Kind) -> None:
    """Even with all hashes made anew, the versions of a stream must count 1, 2, 3 in the order of positions."""

    def tampering(it: Tamper) -> None:
        it.unkey()
        it.run(statement)
        it.reseal()

    assert found(after(engine, tampering)) == (position, kind)


def test_no_keys_left(engine: Engine) -> None:
    """A table without keys, order or triggers is examined all the same: a repeated row is found."""

    def tampering(it: Tamper) -> None:
        it.unkey()
        it.run("INSERT INTO entries SELECT * FROM entries WHERE position = 25")

    assert found(after(engine, tampering)) == (25, Kind.INSERTED)


@pytest.mark.parametrize(
    ("column", "value"),
    [("body", "NULL"), ("stream", "NULL"), ("recorded_at", "NULL"), ("leaf", "NULL"), ("version", "NULL")],
)
def test_nothing_where_something_belongs(engine: Engine, column: str, value: str) -> None:
    """Holes in a row are damage to it, not a reason to give up."""

    def tampering(it: Tamper) -> None:
        it.unkey()
        it.run(f"UPDATE entries SET {column} = {value} WHERE position = 18")  # noqa: S608 - the test's own words

    assert found(after(engine, tampering)) == (18, Kind.CHANGED)


@pytest.mark.parametrize("version", ["NULL", "'4'", "4.0"])
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_version_that_is_no_number(engine: Engine, version: str) -> None:
    """A version of another kind is damage, even where all hashes were made to fit it."""

    def tampering(it: Tamper) -> None:
        it.run("ALTER TABLE entries RENAME TO old_entries")
        it.run("CREATE TABLE entries (position INTEGER, stream, version, type, recorded_at, body, leaf)")
        it.run("INSERT INTO entries SELECT * FROM old_entries")
        it.run(f"UPDATE entries SET version = {version} WHERE position = 24")  # noqa: S608 - the test's own words
        it.reseal()

    assert found(after(engine, tampering)) == (24, Kind.CHANGED)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_damaged_index(engine: Engine) -> None:
    """If the index of streams can't be read, what it would have proved is not taken as proved."""
    file = Path(str(engine.url.database))
    engine.dispose()
    with sqlite3.connect(file) as raw:
        page, page_size = raw.execute(
            "SELECT rootpage, (SELECT page_size FROM pragma_page_size) FROM sqlite_master"
            " WHERE name = 'sqlite_autoindex_entries_1'"
        ).fetchone()
    raw.close()
    content = bytearray(file.read_bytes())
    content[(page - 1) * page_size : page * page_size] = b"\xff" * page_size
    file.write_bytes(content)
    damage = verify(file).damage
    assert damage
    assert found(damage) == (None, Kind.CHANGED)
    assert "index" in damage.sentence


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("value", ["CAST(body AS TEXT)", "17", "CAST(x'ff' AS TEXT)"])
@pytest.mark.parametrize("column", ["body", "type"])
def test_values_of_another_kind(engine: Engine, column: str, value: str) -> None:
    """SQLite lets anything into any column: numbers, and text that is none."""
    statement = f"UPDATE entries SET {column} = {value} WHERE position = 18"  # noqa: S608 - the test's own words
    assert found(after(engine, lambda it: it.run(statement))) == (18, Kind.CHANGED)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_file_with_a_damaged_page(engine: Engine) -> None:
    """A page of the file that is overwritten is damage with a position."""
    file = Path(str(engine.url.database))
    with LedgerRecorder(engine) as recorder:
        recorder.insert_events([StoredEvent("decision/big", number, "t", bytes(2000)) for number in range(1, 100)])
        size = recorder.size()
    engine.dispose()
    with sqlite3.connect(file) as raw:
        root, page_size = raw.execute(
            "SELECT rootpage, (SELECT page_size FROM pragma_page_size) FROM sqlite_master WHERE name='entries'"
        ).fetchone()
        leaf_page = raw.execute("SELECT max(pageno) FROM dbstat WHERE name='entries' AND pagetype='leaf'").fetchone()[0]
    raw.close()
    assert leaf_page != root
    content = bytearray(file.read_bytes())
    content[(leaf_page - 1) * page_size : leaf_page * page_size] = b"\xff" * page_size
    file.write_bytes(content)
    damage = verify(file).damage
    assert damage
    assert damage.kind is Kind.CHANGED
    assert damage.position is not None
    assert SIZE < damage.position <= size
    assert "can't be read" in damage.sentence


def test_others_go_on_appending(engine: Engine) -> None:
    """What is appended while verifying is not damage."""
    recorder = LedgerRecorder(engine)
    numbers = count(1)

    def append(_done: int, _total: int) -> None:
        recorder.insert_events([StoredEvent("decision/live", next(numbers), "t", b"{}")])

    assert verify(engine, progress=append).ok
    recorder.close()
    assert verify(engine).size > SIZE


class TestCheckpoint:
    """The text of a checkpoint has one form."""

    SEALED = Checkpoint("charter-ledger/9f86d081884c7d65", 1284, bytes(range(32)))

    def test_there_and_back(self) -> None:
        """What is written is read."""
        written = "charter-ledger/9f86d081884c7d65\n1284\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
        assert str(self.SEALED) == written
        assert Checkpoint.parse(written) == self.SEALED
        empty = replace(self.SEALED, size=0)
        assert Checkpoint.parse(str(empty)) == empty

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("1284", "01284"),
            ("1284", "+1284"),
            ("1284", "-1"),
            ("1284", "1284 "),
            ("1284", ""),
            ("1284", "\u0661"),
            ("1284", "9" * 40),
            ("Hh8=\n", "Hh8="),
            ("Hh8=\n", "Hh8=\r\n"),
            ("Hh8=", "Hh9="),
            ("Hh8=", "Hh8"),
            ("AAEC", "AA EC"),
            ("AAEC", "A_EC"),
            ("AAECAwQ", ""),
            ("charter-ledger", "charter ledger"),
            ("charter-ledger", "charter\x07ledger"),
            ("charter-ledger", "charter+ledger"),
            ("charter-ledger/9f86d081884c7d65\n", ""),
            ("charter-ledger/9f86d081884c7d65\n", "\n"),
            ("Hh8=\n", "Hh8=\nmore\n"),
            ("Hh8=\n", "Hh8=\n\n"),
        ],
    )
    def test_any_other_form_is_refused(self, old: str, new: str) -> None:
        """Nothing that would be written differently is read."""
        changed = str(self.SEALED).replace(old, new)
        assert changed != str(self.SEALED)
        with pytest.raises(ValueError, match=r"checkpoint|base64"):
            Checkpoint.parse(changed)


def test_counts_are_of_all(engine: Engine) -> None:
    """The fixture is what the tests think it is."""
    with engine.connect() as connection:
        assert connection.execute(select(func.count(), func.max(entries.c.position))).one() == (SIZE, SIZE)
