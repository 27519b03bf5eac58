"""What tests may ask for: a new ledger with its founder, a database in PostgreSQL, and how many faults to try."""

from __future__ import annotations

import os
import signal
from base64 import b64encode
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import NoReturn

import hypothesis
import pytest

from charter import schema
from charter.charters.commands import OpenCharter
from charter.ledger import Ledger
from charter.people.commands import GrantRole, RegisterPerson
from charter.privacy.vault import Vault
from charter.terms import Role

for name in [name for name in os.environ if name.startswith("CHARTER_")]:  # whoever runs the tests may have a ledger
    del os.environ[name]
os.environ["CHARTER_MASTER_KEY"] = b64encode(bytes(range(32))).decode()  # of every ledger that a test makes
for deaf in (signal.SIGHUP, signal.SIGINT):  # what runs in the background hears them not, nor do those it starts
    if signal.getsignal(deaf) is signal.SIG_IGN:
        signal.signal(deaf, signal.default_int_handler)

Health = hypothesis.HealthCheck
hypothesis.settings.register_profile(
    "tests",
    deadline=None,
    suppress_health_check=[
        Health.too_slow,  # a machine with other work to do is no fault of ours
        Health.function_scoped_fixture,  # one ledger for all the examples of a test, and tests that are in one
        Health.nested_given,
    ],
)
# the same examples each time, for .ci/run: what one run lets through, no other may refuse by chance
hypothesis.settings.register_profile("ci", hypothesis.settings.get_profile("tests"), derandomize=True, print_blob=True)
hypothesis.settings.load_profile("tests")


def pytest_addoption(parser: pytest.Parser) -> None:
    """The faults are tried a few times in every run, and as often as the design asks for with the first option."""
    parser.addoption("--full-faults", action="store_true", help="kill, fill and flip as often as the design asks for")
    parser.addoption("--write-pictures", action="store_true", help="write the pictures in docs/images anew")


PATIENCE = 600
"""Seconds that a test may take before what it waits for is taken not to come; with --full-faults, six times as many."""
AGAIN = 10
"""Seconds after which what is done about that is interrupted as well."""


@contextmanager
def no_longer_than(seconds: float) -> Iterator[None]:
    """Fail where the block waits for longer, wherever in it; the trace says for what."""

    def give_up(*_: object) -> NoReturn:
        pytest.fail(f"It has taken more than {seconds:g} s: what it waits for does not come.")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _bounded(item: pytest.Item) -> Generator[None, object, object]:
    with no_longer_than(PATIENCE * 6 if item.config.getoption("--full-faults") else PATIENCE):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    """Nothing that is made for a test is waited for without an end."""
    return (yield from _bounded(item))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Nor is anything in it."""
    return (yield from _bounded(item))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """Nor is anything that is put away after it."""
    return (yield from _bounded(item))


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """The address of a new, empty database on a PostgreSQL server of this run."""
    from tests.postgres import drop_database, new_database

    url = new_database()
    yield url
    drop_database(url)


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    """A new, empty key store in a file, under the master key of all tests."""
    opened = Vault(tmp_path / "apart.keys.db")
    yield opened
    opened.close()


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A new ledger in a file, founded by ann, who holds every role and may bend promises."""
    place = str(tmp_path / "charter.db")
    schema.create(place)
    opened = Ledger(place)
    opened.write(RegisterPerson(person="ann", full_name="Ann Weaver", department="Care"), by="ann")
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a ledger with ann, who may do everything, two who lead and log requests, and a charter."""
    url = str(tmp_path / "charter.db") if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    schema.create(url)
    ledger = Ledger(url)
    for name in ("ann", "ben", "cleo"):
        ledger.write(RegisterPerson(person=name, full_name=name.title()), by="ann")
    for name, role in product(("ben", "cleo"), (Role.REP, Role.LEADER)):
        ledger.write(GrantRole(person=name, role=role), by="ann")
    ledger.write(OpenCharter(charter="skyline", brand="Skyline Air", style="Warm, brief and true."), by="ann")
    ledger.close()
    return url


@pytest.fixture
def skyline(place: str) -> Iterator[Ledger]:
    """That ledger, opened."""
    opened = Ledger(place)
    yield opened
    opened.close()
