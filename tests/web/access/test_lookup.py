"""Who asks is looked up for every request anew: what was revoked, by whichever process, is over with the next one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from tests.web.access.clock import Clock
from tests.web.access.conftest import ADDRESS, opened_at
from web.access.accounts import Accounts
from web.access.tokens import Scope
from web.app import create_app
from web.site import Site

LOG = "/api/v1/commands/log-request"
REQUEST = {"charter": "skyline", "request": "Carry my cello"}


def test_what_another_process_revoked_is_over_at_once(accounts: Accounts, place: str, clock: Clock) -> None:
    text, token = accounts.tokens.make("ann", "the robot")
    secret = accounts.sessions.begin("ann", "password", "Firefox")
    assert accounts.bearer(text) and accounts.signed_in(secret)
    other = opened_at(place, clock)
    other.tokens.revoke(token.id)
    other.sessions.revoke_all("ann")
    other.close()
    assert accounts.bearer(text) is None
    assert accounts.signed_in(secret) is None


def test_it_finds_what_a_list_shows(accounts: Accounts) -> None:
    text, token = accounts.tokens.make("ann", "the robot", [Scope.WRITE], timedelta(days=3))
    assert accounts.tokens.find(text) == token == accounts.tokens.of("ann")[0]
    secret = accounts.sessions.begin("ann", "password", "Firefox")
    found = accounts.sessions.find(secret)
    assert found and [found._replace(csrf="")] == accounts.sessions.of("ann")


def test_a_connection_that_broke_is_not_used_again(accounts: Accounts) -> None:
    text, _ = accounts.tokens.make("ann", "the robot")
    assert accounts.bearer(text)
    accounts.database._idle[0].close()
    with pytest.raises(Exception, match="closed"):
        accounts.bearer(text)
    assert accounts.bearer(text)


def test_a_program_is_refused_from_the_moment_its_token_is_revoked(site: Site) -> None:
    text, token = site.accounts.tokens.make("ann", "the robot", [Scope.WRITE])
    with TestClient(create_app(site), base_url=ADDRESS, headers={"Authorization": f"Bearer {text}"}) as program:
        assert [program.post(LOG, json=REQUEST).status_code for _ in range(2)] == [201, 201]
        site.accounts.tokens.revoke(token.id)
        assert program.post(LOG, json=REQUEST).status_code == 401


def test_that_a_program_gave_an_order_is_noted_once_a_minute(site: Site, clock: Clock) -> None:
    text, _ = site.accounts.tokens.make("ann", "the robot", [Scope.WRITE])
    used = []
    with TestClient(create_app(site), base_url=ADDRESS, headers={"Authorization": f"Bearer {text}"}) as program:
        for _ in range(3):
            assert program.post(LOG, json=REQUEST).status_code == 201
            used += [token.used_at for token in site.accounts.tokens.of("ann")]
            clock.on(seconds=30)
    first = clock.time - timedelta(seconds=90)
    assert used == [first, first, first + timedelta(minutes=1)]
