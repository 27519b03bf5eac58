"""What tests of signing in may ask for: accounts in either database, at a time they choose, with fast passwords."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from starlette.testclient import TestClient

from charter import schema
from charter.charters.commands import OpenCharter
from charter.ledger import Ledger
from charter.people.commands import GrantRole, RegisterPerson
from charter.terms import Role
from projections.engine import Views
from tests.web.access.clock import Clock
from web.access.accounts import Accounts
from web.access.database import AccountsDatabase
from web.access.passwords import Passwords
from web.access.secret import csrf_token
from web.app import create_app
from web.security import cookie_name
from web.settings import Settings
from web.site import Site
from web.writer import Writer

ADDRESS = "https://charter.test"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
FAST = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
def clock() -> Clock:
    """A clock to move."""
    return Clock()


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where the accounts of one test are: in a file, and in a database of PostgreSQL."""
    if request.param == "sqlite":
        return str(tmp_path / "a.accounts.db")
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def accounts(place: str, clock: Clock) -> Iterator[Accounts]:
    """New accounts."""
    opened = opened_at(place, clock)
    yield opened
    opened.close()


@pytest.fixture
def empty(tmp_path: Path, clock: Clock) -> Iterator[Ledger]:
    """A ledger in which nobody has written."""
    place = str(tmp_path / "charter.db")
    schema.create(place)
    opened = Ledger(place, clock)
    yield opened
    opened.close()


@pytest.fixture
def ledger(empty: Ledger) -> Ledger:
    """A ledger with a charter for Skyline Airways, founded by ann; bob is a rep, and carl is registered."""
    empty.write(RegisterPerson(person="ann", full_name="Ann Weaver"), by="ann")
    empty.write(RegisterPerson(person="bob", full_name="Bob Field"), by="ann")
    empty.write(RegisterPerson(person="carl", full_name="Carl Stone"), by="ann")
    empty.write(GrantRole(person="bob", role=Role.REP), by="ann")
    empty.write(OpenCharter(charter="skyline", brand="Skyline Airways", style="Warm and brief.", zone="UTC"), by="ann")
    return empty


@contextmanager
def site_over(ledger: Ledger, settings: Settings) -> Iterator[Site]:
    """A site over a ledger, with passwords made fast."""
    database = AccountsDatabase.beside(ledger.engine)
    accounts = Accounts(database, ledger.now, settings, Passwords(database, ledger.now, FAST))
    site = Site(ledger, Views(ledger), Writer(ledger), accounts, settings)
    yield site
    site.close()


@pytest.fixture
def site(ledger: Ledger) -> Iterator[Site]:
    """A site over the ledger, behind https."""
    with site_over(ledger, Settings(address=ADDRESS)) as opened:
        yield opened


@pytest.fixture
def visitor(site: Site) -> Iterator[TestClient]:
    """A browser that has not been here yet."""
    with browser_of(site) as client:
        yield client


def browser_of(site: Site) -> TestClient:
    """One more browser: it says where its forms come from, and follows no redirect by itself."""
    headers = {"Origin": site.settings.address, "Sec-Fetch-Site": "same-origin", "User-Agent": FIREFOX}
    return TestClient(_app(site), base_url=site.settings.address, headers=headers, follow_redirects=False)


@lru_cache(maxsize=4)
def _app(site: Site) -> FastAPI:
    return create_app(site)


def csrf_of(client: TestClient, site: Site) -> str:
    """What the forms carry of who is signed in in a browser."""
    return csrf_token(client.cookies[cookie_name(site.settings)])


def opened_at(place: str, clock: Clock) -> Accounts:
    """The accounts at a place, as one more process would open them."""
    database = AccountsDatabase(place)
    return Accounts(database, clock, passwords=Passwords(database, clock, FAST))


def give_password(accounts: Accounts, person: str, password: str) -> None:
    """Give a person a password without any link."""
    with accounts.database.writing() as connection:
        accounts.passwords.store(connection, person, accounts.passwords.hashed(password))
