"""The accounts are beside their ledger or where the environment says, for its owner alone, and opened by many."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import event, text

from charter.ledger import Ledger
from charter.message import Refused
from charter.store.database import is_sqlite
from tests.web.access.clock import Clock
from tests.web.access.conftest import opened_at
from web.access.accounts import Accounts
from web.access.database import AccountsDatabase, AccountsFromNewerSoftware
from web.access.links import Kind
from web.access.tables import metadata


def test_they_are_beside_the_ledger_and_only_its_owner_can_read_them(ledger: Ledger, tmp_path: Path) -> None:
    accounts = Accounts.beside(ledger.engine)
    accounts.sessions.begin("ann", "password", "Firefox")
    path = Path(str(ledger.engine.url.database)).with_name("charter.accounts.db")
    for file in path.parent.glob("charter.accounts.db*"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert accounts.database.place == str(path)
    accounts.close()


def test_the_environment_may_name_another_place(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHARTER_ACCOUNTS", str(tmp_path / "elsewhere" / "a.db"))
    accounts = Accounts.beside(ledger.engine)
    assert (tmp_path / "elsewhere" / "a.db").is_file()
    accounts.close()


def test_many_processes_may_make_them_at_once_and_share_one_secret(place: str, clock: Clock) -> None:
    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(lambda _: opened_at(place, clock), range(8)))
    assert len({accounts._secret() for accounts in opened}) == 1
    for accounts in opened:
        accounts.close()


def test_a_crowd_that_asks_at_once_shares_a_few_connections(place: str, clock: Clock) -> None:
    accounts, crowd = opened_at(place, clock), 40
    begin = Barrier(crowd)

    def asked(number: int) -> list[tuple[int]]:
        begin.wait()
        return accounts.database.rows(f"SELECT {number}")  # a number of ours

    with ThreadPoolExecutor(crowd) as pool:
        assert list(pool.map(asked, range(crowd), timeout=25)) == [[(number,)] for number in range(crowd)]
    if not is_sqlite(accounts.database.engine):
        assert 1 <= len(accounts.database._idle) <= 8
    accounts.close()


def test_accounts_of_a_newer_software_are_left_alone(place: str, clock: Clock) -> None:
    opened_at(place, clock).close()
    database = AccountsDatabase(place)
    database.have("access", 1, metadata)
    with database.writing() as connection:
        schema = "" if connection.dialect.name == "sqlite" else "accounts."
        connection.execute(text(f"UPDATE {schema}parts SET version = 99"))  # noqa: S608  # a name of ours
    database.close()
    again = AccountsDatabase(place)
    with pytest.raises(AccountsFromNewerSoftware):
        again.have("access", 1, metadata)
    again.close()


def test_tables_are_looked_for_once_however_often_they_are_asked_for(place: str) -> None:
    database, asked = AccountsDatabase(place), list[str]()
    database.have("access", 1, metadata)
    event.listen(database.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    database.have("access", 1, metadata)
    assert asked == []
    database.close()


def test_nothing_that_opens_anything_is_stored(place: str, clock: Clock) -> None:
    """Whoever reads the whole database finds no secret: neither of a session, nor of a token, link or password."""
    accounts = opened_at(place, clock)
    password, address, typed = "four unrelated garden gnomes", "203.0.113.9", "no.such.person"
    with accounts.database.writing() as connection:
        accounts.passwords.store(connection, "ann", accounts.passwords.hashed(password))
    secrets = [
        accounts.sessions.begin("ann", "password", "Firefox"),
        accounts.tokens.make("ann", "a robot")[0],
        accounts.links.make(Kind.INVITATION, "ann"),
        *accounts.identities.leave("/", "browser-secret")[:1],
        "browser-secret",
        password,
        address,
        typed,
    ]
    with pytest.raises(Refused):
        accounts.sign_in(typed, password, address=address, agent=None)
    with accounts.database.reading() as connection:
        everything = "".join(
            repr(tuple(row)) for table in metadata.sorted_tables for row in connection.execute(table.select())
        )
    for secret in secrets:
        assert secret not in everything
    assert "ann" in everything
    accounts.close()
