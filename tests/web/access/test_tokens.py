"""Tokens of programs: shown once, kept as a digest, with scopes and an end, and revocable (ASVS 5, 7.2, 11)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.web.access.clock import Clock
from web.access.accounts import Accounts
from web.access.tables import TOKENS
from web.access.tokens import MOST, Scope, TokenDays, TokenName, TokenScopes, TooManyTokens, UnknownToken


def test_one_is_good_until_its_end(accounts: Accounts, clock: Clock) -> None:
    text, token = accounts.tokens.make("ann", "  the   robot ", [Scope.WRITE], timedelta(days=2))
    assert text.startswith("chl_") and len(text) == 47 and token.prefix == text[:10]
    assert token.name == "the robot" and token.scopes == {"read", "write"}
    found = accounts.bearer(text)
    assert found and found.person == "ann" and found.scopes == {"read", "write"}
    clock.on(hours=48, seconds=-1)
    assert accounts.bearer(text)
    clock.on(seconds=1)
    assert accounts.bearer(text) is None
    assert [token.name for token in accounts.tokens.of("ann")] == ["the robot"]  # shown as over, for a month


def test_it_may_read_for_ninety_days_unless_more_is_asked_for(accounts: Accounts, clock: Clock) -> None:
    _, token = accounts.tokens.make("ann", "the robot")
    assert token.scopes == {"read"} and token.expires_at == clock.time + timedelta(days=90)


def test_that_it_was_used_is_written_at_most_once_a_minute(accounts: Accounts, clock: Clock) -> None:
    text, token = accounts.tokens.make("ann", "the robot")
    assert token.used_at is None
    used = []
    for _ in range(3):
        accounts.bearer(text)
        used += [token.used_at for token in accounts.tokens.of("ann")]
        clock.on(seconds=30)
    first = clock.time - timedelta(seconds=90)
    assert used == [first, first, first + timedelta(minutes=1)]


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "two\x07lines", "bell\u202e"])
def test_it_needs_a_name_that_can_be_read(accounts: Accounts, name: str) -> None:
    with pytest.raises(TokenName):
        accounts.tokens.make("ann", name)


@pytest.mark.parametrize("days", [0, -1, 366])
def test_it_lasts_a_year_at_most(accounts: Accounts, days: int) -> None:
    with pytest.raises(TokenDays):
        accounts.tokens.make("ann", "the robot", lasts=timedelta(days=days))
    accounts.tokens.make("ann", "the robot", lasts=timedelta(days=365))


def test_it_is_good_for_something_that_there_is(accounts: Accounts) -> None:
    with pytest.raises(TokenScopes):
        accounts.tokens.make("ann", "the robot", [])


def test_a_person_has_only_so_many(accounts: Accounts) -> None:
    for number in range(MOST):
        accounts.tokens.make("ann", f"robot {number}")
    with pytest.raises(TooManyTokens):
        accounts.tokens.make("ann", "one more")
    accounts.tokens.make("bob", "another's")


def test_its_person_and_an_admin_can_revoke_it_and_nobody_else(accounts: Accounts) -> None:
    text, token = accounts.tokens.make("ann", "the robot")
    with pytest.raises(UnknownToken):
        accounts.tokens.revoke(token.id, "bob")
    assert accounts.bearer(text)
    accounts.tokens.revoke(token.id, "ann")
    assert accounts.bearer(text) is None
    with pytest.raises(UnknownToken):
        accounts.tokens.revoke(token.id, "ann")
    text, token = accounts.tokens.make("ann", "another robot")
    assert accounts.tokens.everybodys()[0].id == token.id
    assert accounts.tokens.revoke(token.id).person == "ann"
    assert accounts.bearer(text) is None


def test_one_that_ended_a_month_ago_is_swept_away(accounts: Accounts, clock: Clock) -> None:
    accounts.tokens.make("ann", "the robot", lasts=timedelta(days=1))
    clock.on(hours=24 * 31)
    accounts.tokens.make("bob", "another")
    with accounts.database.reading() as connection:
        assert [row.person for row in connection.execute(TOKENS.select())] == ["bob"]
