"""What tests may ask for: a new ledger with its founder, a database in PostgreSQL, and how many faults to try."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from charter import schema
from charter.ledger import Ledger
from charter.people.commands import RegisterPerson

hypothesis.settings.register_profile("tests", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("tests")  # a machine with other work to do is no fault of ours


def pytest_addoption(parser: pytest.Parser) -> None:
    """The faults are tried a few times in every run, and as often as the design asks for with this option."""
    parser.addoption("--full-faults", action="store_true", help="kill, fill and flip as often as the design asks for")


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """The address of a new, empty database on a PostgreSQL server of this run."""
    from tests.postgres import drop_database, new_database

    url = new_database()
    yield url
    drop_database(url)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A new ledger in a file, founded by ann, who holds every role and may bend promises."""
    place = str(tmp_path / "charter.db")
    schema.create(place)
    opened = Ledger(place)
    opened.write(RegisterPerson(person="ann", full_name="Ann Weaver", department="Care"), by="ann")
    yield opened
    opened.close()
