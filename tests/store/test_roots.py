"""With each append the roots that it completes are kept, in the same transaction, and they never change again."""

from __future__ import annotations

import pytest
from eventsourcing.persistence import IntegrityError, StoredEvent
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import IntegrityError as Refused

from charter import schema
from charter.store.database import open_database, writing
from charter.store.recorder import LedgerRecorder
from charter.tree import Frontier


def events(first: int, stop: int) -> list[StoredEvent]:
    """Entries of as many streams."""
    return [StoredEvent(f"decision/{number}", 1, "t", b"{}") for number in range(first, stop)]


def stored(engine: Engine) -> list[tuple[int, int, bytes]]:
    """All that is kept."""
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text("SELECT * FROM subtrees ORDER BY level, number"))]


def test_kept_as_they_are_completed(engine: Engine, recorder: LedgerRecorder) -> None:
    """Whatever the size of the appends, and whoever makes them, each 256 entries leave their root."""
    sizes = [1, 254, 1, 1, 255, 300, 1000, 40]
    at = 0
    for size in sizes:
        recorder.insert_events(events(at, at + size))
        at += size
        assert len(stored(engine)) == at // 256
    hashes = recorder.leaves(0, at)
    expected = []
    for number in range(at // 256):
        tree = Frontier()
        tree.extend(hashes[number * 256 : (number + 1) * 256])
        expected.append((1, number, tree.root()))
    assert stored(engine) == expected
    assert recorder.tile_roots(1, 2, 4) == [root for _, _, root in expected[2:4]]
    assert recorder.tile_roots(1, 100, 200) == recorder.tile_roots(2, 0, 1) == []


def test_the_level_above(engine: Engine, recorder: LedgerRecorder) -> None:
    """The 65,536th entry completes a root of its 256 and one of all."""
    recorder.insert_events(events(0, 65_535))
    assert len(stored(engine)) == 255
    recorder.insert_events(events(65_535, 65_536))
    assert stored(engine)[-1] == (2, 0, recorder.head().frontier.root())
    assert len(stored(engine)) == 257


def test_an_append_that_fails_leaves_none(engine: Engine, recorder: LedgerRecorder) -> None:
    """Entries and roots are written together or not at all."""
    recorder.insert_events(events(0, 200))
    with pytest.raises(IntegrityError):
        recorder.insert_events([*events(200, 300), StoredEvent("decision/7", 1, "t", b"{}")])
    assert stored(engine) == []
    recorder.insert_events(events(200, 300))
    assert len(stored(engine)) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE subtrees SET root = root",
        "DELETE FROM subtrees WHERE number = 0",
        "TRUNCATE subtrees",
        "REPLACE INTO subtrees SELECT * FROM subtrees",
        "INSERT INTO subtrees SELECT * FROM subtrees WHERE true ON CONFLICT (level, number) DO UPDATE SET root = ''",
    ],
)
def test_roots_refuse_to_change(engine: Engine, recorder: LedgerRecorder, statement: str) -> None:
    """Whoever tries by hand to change or remove one is told."""
    recorder.insert_events(events(0, 600))
    before = stored(engine)
    with pytest.raises(DBAPIError) as told, writing(engine) as connection:
        connection.execute(text(statement))
    if isinstance(told.value, Refused):
        assert "Roots of the tree are never changed or removed." in str(told.value)
    else:  # what a database does not know: TRUNCATE in SQLite, REPLACE in PostgreSQL
        assert "syntax error" in str(told.value)
    assert stored(engine) == before


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_a_role_that_only_appends(engine: Engine) -> None:
    """On PostgreSQL the application's role adds roots, and even with the triggers off can do nothing else to them."""
    role = f"roots-{engine.url.database}"
    with writing(engine) as connection:
        connection.exec_driver_sql(f'CREATE ROLE "{role}" LOGIN')
    schema.grant_application_role(engine, role)
    with writing(engine) as connection:
        connection.exec_driver_sql("ALTER TABLE subtrees DISABLE TRIGGER ALL")
        connection.exec_driver_sql("ALTER TABLE checkpoints DISABLE TRIGGER ALL")
    as_role = open_database(engine.url.set(username=role))
    with LedgerRecorder(as_role) as recorder:
        recorder.insert_events(events(0, 300))
        assert len(recorder.tile_roots(1, 0, 10)) == 1
        for forbidden in (
            "UPDATE subtrees SET root = ''",
            "DELETE FROM subtrees",
            "DELETE FROM checkpoints",
            "UPDATE checkpoints SET size = 1",
        ):
            with pytest.raises(DBAPIError, match="permission denied"), writing(as_role) as refused:
                refused.exec_driver_sql(forbidden)
    with writing(engine) as connection:
        connection.exec_driver_sql(f'DROP OWNED BY "{role}"')
        connection.exec_driver_sql(f'DROP ROLE "{role}"')
