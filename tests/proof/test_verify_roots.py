"""Verification also finds what was done to the roots that are kept for proofs, and says that the entries are whole."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from eventsourcing.persistence import StoredEvent
from sqlalchemy import Engine, text

from charter import schema
from charter.proof.verify import Damage, Kind, verify
from charter.store.database import open_database, writing
from charter.store.recorder import LedgerRecorder
from tests.postgres import drop_database, new_database

SIZE = 66_000
"""Entries, so that there are 257 roots of level 1 and one of level 2; in five stretches."""


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """The place of an untouched ledger, on either database; made once, to be copied."""
    made: list[str] = []

    @cache
    def make(kind: str) -> str:
        place = str(tmp_path_factory.mktemp("original") / "charter.db") if kind == "sqlite" else new_database()
        schema.create(place)
        with LedgerRecorder(open_database(place)) as recorder:
            recorder.insert_events([StoredEvent(f"decision/{n}", 1, "t", b"{}") for n in range(SIZE)])
        made.append(place)
        return place

    yield make
    for place in made:
        if "://" in place:
            drop_database(place)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path, original: Callable[[str], str]) -> Iterator[Engine]:
    """A copy of that ledger, to be tampered with."""
    of = original(request.param)
    place = new_database(of) if request.param == "postgresql" else str(shutil.copy(of, tmp_path / "charter.db"))
    opened = open_database(place)
    yield opened
    opened.dispose()
    if request.param == "postgresql":
        drop_database(place)


def damage(engine: Engine, *statements: str) -> Damage:
    """What is found after somebody with all rights has been at the roots."""
    on_sqlite = engine.dialect.name == "sqlite"
    with writing(engine) as connection:
        if on_sqlite:
            connection.execute(text("DROP TRIGGER subtrees_no_update"))
            connection.execute(text("DROP TRIGGER subtrees_no_delete"))
        else:
            connection.execute(text("ALTER TABLE subtrees DISABLE TRIGGER ALL"))
        zeros = "zeroblob(32)" if on_sqlite else "decode(repeat('00', 32), 'hex')"
        for statement in statements:
            connection.execute(text(statement.replace("ZEROS", zeros)))
    verdict = verify(engine)
    assert verdict.damage
    assert verdict.size == SIZE
    return verdict.damage


def test_untouched(engine: Engine) -> None:
    """All fit."""
    assert verify(engine).ok
    assert verify(engine, workers=2).ok


@pytest.mark.parametrize(("number", "first", "last"), [(0, 1, 256), (63, 16_129, 16_384), (256, 65_537, 65_792)])
def test_changed(engine: Engine, number: int, first: int, last: int) -> None:
    """A root that was altered is named by the entries it is over."""
    found = damage(engine, f"UPDATE subtrees SET root = ZEROS WHERE level = 1 AND number = {number}")  # noqa: S608
    assert found.kind is Kind.CHANGED
    assert found.position is None
    assert found.sentence.startswith(
        f"The stored root of the entries {first} to {last} was changed. The entries are as"
    )


def test_changed_higher_up(engine: Engine) -> None:
    """So is one of the level above, which lies over several stretches."""
    found = damage(engine, "UPDATE subtrees SET root = ZEROS WHERE level = 2")
    assert found.kind is Kind.CHANGED
    assert "entries 1 to 65536 was changed" in found.sentence


def test_exchanged(engine: Engine) -> None:
    """Two that changed places are two that were changed, of which the first is named."""
    found = damage(
        engine,
        "UPDATE subtrees SET number = 1000 WHERE level = 1 AND number = 5",
        "UPDATE subtrees SET number = 5 WHERE level = 1 AND number = 9",
        "UPDATE subtrees SET number = 9 WHERE level = 1 AND number = 1000",
    )
    assert (found.kind, "entries 1281 to 1536" in found.sentence) == (Kind.CHANGED, True)


@pytest.mark.parametrize("which", ["level = 1 AND number = 7", "level = 1 AND number >= 7", "level = 2", "true"])
def test_missing(engine: Engine, which: str) -> None:
    """One that was taken out is missing."""
    found = damage(engine, f"DELETE FROM subtrees WHERE {which}")  # noqa: S608 - the test's own words
    assert found.kind is Kind.MISSING
    assert "is missing. The entries are as they were recorded" in found.sentence


@pytest.mark.parametrize("place", ["1, 257", "2, 1", "3, 0", "1, 1000000"])
def test_one_too_many(engine: Engine, place: str) -> None:
    """One over entries that there are not was put in."""
    found = damage(engine, f"INSERT INTO subtrees VALUES ({place}, ZEROS)")  # noqa: S608 - the test's own words
    assert found.kind is Kind.INSERTED
    assert found.sentence.startswith("There are 259 stored roots over the 66000 entries, instead of 258.")


def test_the_table_gone(engine: Engine) -> None:
    """Without its table a ledger of this version is not whole."""
    found = damage(engine, "DROP TABLE subtrees")
    assert found.kind is Kind.MISSING
    assert "table of the tree's stored roots is missing" in found.sentence


def test_entries_come_first(engine: Engine) -> None:
    """Where an entry was altered too, that is what is said."""
    with writing(engine) as connection:
        if engine.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER entries_no_update"))
        else:
            connection.execute(text("ALTER TABLE entries DISABLE TRIGGER ALL"))
        connection.execute(text("UPDATE entries SET type = 'x' WHERE position = 60000"))
    found = damage(engine, "UPDATE subtrees SET root = ZEROS WHERE level = 1 AND number = 3")
    assert (found.position, found.kind) == (60_000, Kind.CHANGED)
