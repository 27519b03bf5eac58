"""The airline of the story, in a file or on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import drop_database, new_database
from tests.privacy.story import tell
from tests.projections.airline import Airline


@pytest.fixture
def airline(tmp_path: Path) -> Iterator[Airline]:
    """The story in a file."""
    opened = tell(Airline(str(tmp_path / "charter.db")))
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def airline_anywhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Airline]:
    """The story on both databases."""
    place = str(tmp_path / "charter.db") if request.param == "sqlite" else new_database()
    opened = tell(Airline(place))
    yield opened
    opened.close()
    if request.param == "postgresql":
        drop_database(place)
