"""A new, empty ledger for each test, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from charter import schema
from charter.store.database import open_database
from charter.store.recorder import LedgerRecorder
from tests.postgres import drop_database, new_database


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database with no ledger in it."""
    if request.param == "sqlite":
        yield str(tmp_path / "charter.db")
    else:
        url = new_database()
        yield url
        drop_database(url)


@pytest.fixture
def ledger_url(place: str) -> str:
    """The address of a new ledger."""
    schema.create(place)
    return place


@pytest.fixture
def engine(ledger_url: str) -> Iterator[Engine]:
    """The database of a new ledger."""
    opened = open_database(ledger_url)
    yield opened
    opened.dispose()


@pytest.fixture
def recorder(engine: Engine) -> Iterator[LedgerRecorder]:
    """The recorder of a new ledger."""
    with LedgerRecorder(engine) as opened:
        yield opened
