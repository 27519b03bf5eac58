"""Sessions: new at each sign-in, over after rest and after their time, revocable, and kept as a digest (ASVS 5, 7)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.web.access.clock import Clock
from web.access.accounts import Accounts
from web.access.agent import shortened
from web.access.tables import SESSIONS
from web.access.tokens import UnknownToken

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


def test_each_sign_in_has_a_new_secret_of_256_bits_and_ends_the_one_before(accounts: Accounts) -> None:
    first = accounts.sessions.begin("ann", "password", FIREFOX)
    second = accounts.sessions.begin("ann", "password", FIREFOX, instead_of=first)
    assert first != second and len(first) == len(second) == 43
    assert accounts.signed_in(first) is None
    assert accounts.signed_in(second)


def test_one_ends_after_an_hours_rest(accounts: Accounts, clock: Clock) -> None:
    secret = accounts.sessions.begin("ann", "password", None)
    for _ in range(3):
        clock.on(minutes=59)
        assert accounts.signed_in(secret)
    clock.on(minutes=60)
    assert accounts.signed_in(secret) is None
    assert accounts.sessions.of("ann") == []


def test_one_ends_after_twelve_hours_however_busy(accounts: Accounts, clock: Clock) -> None:
    secret = accounts.sessions.begin("ann", "password", None)
    for _ in range(23):
        clock.on(minutes=30)
        assert accounts.signed_in(secret)
    clock.on(minutes=30)
    assert accounts.signed_in(secret) is None


def test_those_that_are_over_are_swept_away_by_the_next_one(accounts: Accounts, clock: Clock) -> None:
    for _ in range(3):
        accounts.sessions.begin("ann", "password", None)
    clock.on(hours=2)
    accounts.sessions.begin("bob", "password", None)
    with accounts.database.reading() as connection:
        assert [row.person for row in connection.execute(SESSIONS.select())] == ["bob"]


def test_that_it_was_seen_is_written_at_most_once_a_minute(accounts: Accounts, clock: Clock) -> None:
    secret = accounts.sessions.begin("ann", "password", None)
    began = clock.time
    clock.on(seconds=59)
    accounts.signed_in(secret)
    assert [session.seen_at for session in accounts.sessions.of("ann")] == [began]
    clock.on(seconds=1)
    accounts.signed_in(secret)
    assert [session.seen_at for session in accounts.sessions.of("ann")] == [began + timedelta(minutes=1)]


def test_one_all_others_or_all_can_be_revoked_and_nobody_elses(accounts: Accounts) -> None:
    secrets = [accounts.sessions.begin("ann", "password", FIREFOX) for _ in range(4)]
    bobs = accounts.sessions.begin("bob", "password", FIREFOX)
    ids = [session.id for secret in secrets if (session := accounts.signed_in(secret))]
    assert not accounts.sessions.revoke(ids[0], "bob")
    assert accounts.sessions.revoke(ids[0], "ann")
    assert accounts.sessions.revoke_all("ann", but=ids[1]) == 2
    assert [bool(accounts.signed_in(secret)) for secret in secrets] == [False, True, False, False]
    accounts.sessions.end(secrets[1])
    assert accounts.signed_in(secrets[1]) is None
    [session] = accounts.sessions.everybodys()
    assert session.person == "bob" and accounts.sessions.revoke(session.id)
    assert accounts.signed_in(bobs) is None


@pytest.mark.parametrize("secret", ["", "x", "x" * 43, "x" * 100_000, "\x00", "\udc80"])
def test_what_is_no_secret_of_ours_signs_nobody_in(accounts: Accounts, secret: str) -> None:
    accounts.sessions.begin("ann", "password", None)
    assert accounts.signed_in(secret) is None
    assert accounts.bearer("chl_" + secret) is None


@pytest.mark.parametrize("made_up", ["", "\x00", "0" * 16, "0" * 100_000, "\udc80", "1' OR 1=1"])
def test_what_is_no_id_of_a_session_or_token_revokes_nothing(accounts: Accounts, made_up: str) -> None:
    accounts.sessions.begin("ann", "password", None)
    accounts.tokens.make("ann", "the robot")
    assert not accounts.sessions.revoke(made_up)
    with pytest.raises(UnknownToken):
        accounts.tokens.revoke(made_up)
    assert len(accounts.sessions.of("ann")) == len(accounts.tokens.of("ann")) == 1


def test_the_forms_of_two_sessions_carry_different_tokens(accounts: Accounts) -> None:
    one, two = (accounts.signed_in(accounts.sessions.begin("ann", "password", None)) for _ in range(2))
    assert one and two and one.csrf != two.csrf and len(one.csrf) == 43


def test_a_person_who_is_shut_out_has_no_way_in_left(accounts: Accounts) -> None:
    secret = accounts.sessions.begin("ann", "password", None)
    text, _ = accounts.tokens.make("ann", "a robot")
    accounts.identities.link("https://issuer", "7", "ann", "the company")
    accounts.remove("ann")
    assert accounts.signed_in(secret) is None and accounts.bearer(text) is None
    assert not accounts.can_sign_in("ann")


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (FIREFOX, "Firefox 128, Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36 Edg/126.0",
            "Edge 126, Windows",
        ),
        ("Mozilla/5.0 (Linux; Android 10) Chrome/126.0.0.0 Mobile Safari/537.36", "Chrome 126, Android"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile/15E148 Safari/604.1",
            "Safari 17, iPhone",
        ),
        ("curl/8.5.0", "another program"),
        ("<script>alert(1)</script>\x1b[2J" * 1000, "another program"),
        (None, "another program"),
    ],
)
def test_a_browser_is_shown_in_few_words_of_ours(given: str | None, shown: str) -> None:
    assert shortened(given) == shown
