"""An airline's ledger for each test: in a file, or on both databases where the question is put differently to each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import drop_database, new_database
from tests.projections.airline import Airline


@pytest.fixture
def airline(tmp_path: Path) -> Iterator[Airline]:
    """An airline with its people and an empty charter."""
    opened = Airline(str(tmp_path / "charter.db"))
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def airline_anywhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Airline]:
    """The same, on both databases."""
    place = str(tmp_path / "charter.db") if request.param == "sqlite" else new_database()
    opened = Airline(place)
    yield opened
    opened.close()
    if request.param == "postgresql":
        drop_database(place)
