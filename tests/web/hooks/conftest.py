"""A ledger with a charter and requests, its accounts, a clock to turn, and a receiver that keeps what comes in."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from standardwebhooks.webhooks import Webhook

from charter import schema
from charter.charters.commands import OpenCharter
from charter.decisions.commands import LogRequest
from charter.ledger import Ledger
from charter.people.commands import GrantRole, RegisterPerson
from charter.terms import Role
from tests.postgres import drop_database, new_database
from web.access.database import AccountsDatabase
from web.hooks.guard import Target
from web.hooks.hooks import Hooks
from web.hooks.post import Reply

PUBLIC = "93.184.215.14"
URL = "https://hooks.example.com/in?x=1"


class Clock:
    """A time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **by: float) -> None:
        """Let time pass."""
        self.now += timedelta(**by)


class Got(NamedTuple):
    """A message as it came in."""

    target: Target
    headers: Mapping[str, str]
    body: bytes

    @property
    def said(self) -> Any:
        """The CloudEvent."""
        return json.loads(self.body)


class Receiver:
    """Takes every message, or answers what it is told to."""

    def __init__(self) -> None:
        self.got: list[Got] = []
        self.answers: dict[str, Reply] = {}
        """What is answered to a path, other than yes."""

    def __call__(self, target: Target, body: bytes, headers: Mapping[str, str]) -> Reply:
        self.got.append(Got(target, headers, body))
        return self.answers.get(target.path, Reply(200, "answered 200"))

    @property
    def positions(self) -> list[int]:
        """Of the entries that were told of, as they came."""
        return [got.said["data"]["position"] for got in self.got]


def resolver(host: str, port: int, **_: object) -> list[tuple[Any, ...]]:
    """Names that lead nowhere in these tests: all are one public address, but for those that say what they are."""
    address = host.removesuffix(".ip") if host.endswith(".ip") else PUBLIC
    return [(2, 1, 6, "", (address, port))]


class House(NamedTuple):
    """Everything a test of webhooks needs."""

    ledger: Ledger
    clock: Clock
    database: AccountsDatabase
    receiver: Receiver
    hooks: Hooks

    def ask(self, charter: str = "skyline", words: str = "A velociped as hand luggage") -> str:
        """Log a request of a customer; its id."""
        asked = LogRequest(charter=charter, request=words, customer="Zerlinde Quorvax")
        self.ledger.write(asked, by="ann")
        return asked.decision


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """A house on either database."""
    place = str(tmp_path / "charter.db") if request.param == "sqlite" else new_database()
    schema.create(place)
    clock = Clock()
    ledger = Ledger(place, clock)
    ledger.write(RegisterPerson(person="ann", full_name="Ann Weaver", department="Care"), by="ann")
    for charter in ("skyline", "harbour"):
        ledger.write(OpenCharter(charter=charter, brand=charter.title(), style="Plain.", zone="UTC"), by="ann")
    ledger.write(RegisterPerson(person="helpdesk", full_name="The helpdesk", department="Care"), by="ann")
    ledger.write(GrantRole(person="helpdesk", role=Role.REP, charter="skyline"), by="ann")
    database = AccountsDatabase.beside(ledger.engine)
    receiver = Receiver()
    yield House(ledger, clock, database, receiver, Hooks(database, ledger, (), resolver, receiver))
    database.close()
    ledger.close()
    if request.param == "postgresql":
        drop_database(place)


def verified(got: Got, secret: str) -> None:
    """What a receiver checks, but for the time, which stands still here."""
    at = datetime.fromtimestamp(int(got.headers["webhook-timestamp"]), UTC)
    expected = Webhook(secret).sign(got.headers["webhook-id"], at, got.body.decode())
    assert got.headers["webhook-signature"] == expected
