"""Forms kept over a sign-in: for one person, for an hour, and unreadable to whoever has the database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.web.access.clock import Clock
from tests.web.access.conftest import opened_at
from web.access.accounts import Accounts
from web.access.keeping import HOUR, MINUTE, KeptPage, Waiting, spoken_of
from web.access.kept import MOST, MOST_IN_ALL, TooManyForms
from web.access.made import MadeAlready
from web.access.secret import csrf_token, new_secret
from web.access.tables import KEPT
from web.access.tokens import MOST as MOST_TOKENS
from web.access.tokens import TooManyTokens

FORM = KeptPage("/desk?charter=skyline", (("request", "My bag has 24 kg — 行李"), ("cite", "BAG-1"), ("cite", "BAG-2")))


def stored(accounts: Accounts) -> list[bytes]:
    """What the database holds of all forms."""
    with accounts.database.reading() as connection:
        return [bytes(row.sealed) for row in connection.execute(select(KEPT))]


def made(accounts: Accounts, secret: str = "", person: str = "ann") -> str:
    """Keep what a form of a person makes; under which secret."""
    secret = secret or new_secret()
    with accounts.database.writing() as connection:
        accounts.made.keep_in(connection, secret, person, FORM)
    return secret


def test_it_is_shown_to_its_person_as_it_was_and_to_nobody_else(accounts: Accounts) -> None:
    secret = accounts.kept.keep("ann", FORM)
    assert accounts.kept.waiting([secret]) == [Waiting(spoken_of(secret), "ann", shown=False)]
    assert accounts.kept.show(secret, "bob") is None
    assert accounts.kept.show("x" * 43, "ann") is None
    assert accounts.kept.show(secret, "ann") == FORM


def test_nobody_can_read_it_in_the_database(accounts: Accounts) -> None:
    secret = accounts.kept.keep("ann", FORM)
    [sealed] = stored(accounts)
    for word in ("24 kg", "行李", "BAG-1", "skyline", "request", secret):
        assert word.encode() not in sealed


def test_who_swaps_what_is_kept_for_another_persons_gets_nothing(accounts: Accounts) -> None:
    secret = accounts.kept.keep("ann", FORM)
    with accounts.database.writing() as connection:
        connection.execute(KEPT.update().values(person="bob"))
    assert accounts.kept.show(secret, "bob") is None


def test_it_is_gone_after_an_hour_and_a_minute_after_it_was_shown(accounts: Accounts, clock: Clock) -> None:
    unseen, seen = accounts.kept.keep("ann", FORM), accounts.kept.keep("ann", FORM)
    clock.on(minutes=59)
    assert accounts.kept.show(seen, "ann") == FORM
    clock.on(seconds=59)
    assert accounts.kept.show(unseen, "ann") == accounts.kept.show(seen, "ann") == FORM
    clock.on(seconds=1)
    assert accounts.kept.show(unseen, "ann") is None
    assert accounts.kept.show(seen, "ann") is None
    accounts.kept.keep("bob", FORM)
    assert len(stored(accounts)) == 1  # what is over is deleted


def test_those_that_were_not_shown_yet_come_first(accounts: Accounts, clock: Clock) -> None:
    secrets = []
    for _ in range(3):
        secrets.append(accounts.kept.keep("ann", FORM))
        clock.on(seconds=1)
    accounts.kept.show(secrets[0], "ann")
    found = accounts.kept.waiting(secrets)
    assert [each.id for each in found] == [spoken_of(secrets[at]) for at in (1, 2, 0)]
    assert [each.shown for each in found] == [False, False, True]


def test_a_form_that_was_let_go_is_deleted(accounts: Accounts) -> None:
    accounts.kept.forget(accounts.kept.keep("ann", FORM))
    assert stored(accounts) == []


def test_what_is_taken_is_taken_once_at_its_address_and_by_its_person(accounts: Accounts) -> None:
    secret = made(accounts)
    assert accounts.made.take(secret, "bob", FORM.address) is None
    assert accounts.made.take(secret, "ann", "/desk") is None
    assert accounts.made.take(secret, "ann", FORM.address) == FORM
    assert accounts.made.take(secret, "ann", FORM.address) is None
    assert accounts.made.waiting([secret]) == []


def test_a_form_that_is_sent_again_makes_nothing_until_a_minute_after_what_it_made_was_shown(
    accounts: Accounts, clock: Clock
) -> None:
    secret = made(accounts)
    clock.time += HOUR - MINUTE - timedelta(seconds=1)
    accounts.made.take(secret, "ann", FORM.address)
    clock.on(seconds=59)
    with pytest.raises(MadeAlready):
        made(accounts, secret)
    clock.on(seconds=1)
    made(accounts, secret)


def test_what_was_on_its_way_to_be_shown_when_its_form_was_sent_again_is_shown_once_more(accounts: Accounts) -> None:
    secret = made(accounts)
    assert accounts.made.take(secret, "ann", FORM.address) == FORM
    accounts.made.show_again(secret, "bob")
    assert accounts.made.take(secret, "ann", FORM.address) is None
    accounts.made.show_again(secret, "ann")
    assert accounts.made.take(secret, "ann", FORM.address) == FORM
    assert accounts.made.take(secret, "ann", FORM.address) is None


def test_of_one_form_that_comes_many_times_at_once_to_many_servers_one_makes_a_token(
    place: str, clock: Clock, accounts: Accounts
) -> None:
    servers, secret = [opened_at(place, clock) for _ in range(8)], new_secret()

    def make(server: Accounts) -> bool:
        try:
            server.tokens.make(
                "ann", "a robot", also=lambda connection, *_: server.made.keep_in(connection, secret, "ann", FORM)
            )
        except MadeAlready:
            return False
        finally:
            server.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(make, servers)) == 1
    assert len(accounts.tokens.of("ann")) == 1


def test_what_is_shown_of_a_thing_that_was_not_made_does_not_stay(accounts: Accounts) -> None:
    secret = new_secret()
    for _ in range(MOST_TOKENS):
        accounts.tokens.make("ann", "a robot")
    with pytest.raises(TooManyTokens):
        accounts.tokens.make(
            "ann", "one more", also=lambda connection, *_: accounts.made.keep_in(connection, secret, "ann", FORM)
        )
    assert accounts.made.waiting([secret]) == []


def test_whoever_is_shut_out_leaves_nothing(accounts: Accounts) -> None:
    secret = accounts.kept.keep("ann", FORM)
    accounts.remove("ann")
    assert accounts.kept.waiting([secret]) == []


def test_only_the_newest_of_a_person_are_kept_in_one_browser(accounts: Accounts, clock: Clock) -> None:
    bobs, secrets = accounts.kept.keep("bob", FORM), []
    for _ in range(MOST + 2):
        secrets.append(accounts.kept.keep("ann", FORM, [bobs, *secrets]))
        clock.on(seconds=1)
    found = accounts.kept.waiting([bobs, *secrets])
    assert [each.id for each in found] == [spoken_of(secret) for secret in (bobs, *secrets[2:])]
    assert [each.person for each in found] == ["bob"] + ["ann"] * MOST


def test_what_other_browsers_send_pushes_nothing_out_and_is_refused_when_it_is_too_much(
    accounts: Accounts, clock: Clock
) -> None:
    here: list[str] = []
    for _ in range(MOST):
        here.append(accounts.kept.keep("ann", FORM, here))
        clock.on(seconds=1)
    for _ in range(MOST_IN_ALL - MOST):
        accounts.kept.keep("ann", FORM)
    with pytest.raises(TooManyForms):
        accounts.kept.keep("ann", FORM)
    assert len(accounts.kept.waiting(here)) == MOST
    assert len(stored(accounts)) == MOST_IN_ALL
    here.append(accounts.kept.keep("ann", FORM, here))  # one of their own makes room
    assert [each.id for each in accounts.kept.waiting(here)] == [spoken_of(secret) for secret in here[1:]]
    accounts.kept.keep("ann", FORM, most=None)
    accounts.kept.keep("bob", FORM)
    clock.on(hours=1)
    accounts.kept.keep("ann", FORM)


def test_secrets_that_wait_take_the_place_of_no_form_and_of_one_another(accounts: Accounts) -> None:
    forms = [accounts.kept.keep("ann", FORM) for _ in range(MOST)]
    secrets = [made(accounts) for _ in range(MOST + 1)]
    assert len(accounts.kept.waiting(forms)) == MOST
    assert len(accounts.made.waiting(secrets)) == MOST + 1
    assert accounts.kept.waiting(secrets) == accounts.made.waiting(forms) == []
    accounts.remove("ann")
    assert accounts.kept.waiting(forms) == accounts.made.waiting(secrets) == []


def test_a_mark_says_whose_a_form_is_and_nobody_can_make_one(accounts: Accounts, place: str, clock: Clock) -> None:
    cookie = new_secret()
    mark = accounts.kept.mark("ann.weaver", csrf_token(cookie))
    assert accounts.kept.whose(mark) == "ann.weaver"
    whose, _, where = mark.partition(":")
    for forged in (
        "",
        ".",
        "ann.weaver",
        "ann.weaver.",
        whose[:-1],
        "bob." + whose.rpartition(".")[2],
        f"{whose}x",
        "\ud7ff.",
    ):
        assert accounts.kept.whose(forged) is None
        assert accounts.kept.whose(f"{forged}:{where}") is None
        assert not accounts.kept.is_own(f"{forged}:{where}", cookie)
    bobs = accounts.kept.mark("bob", csrf_token(cookie)).partition(":")[2]
    for forged in (whose, f"{whose}:", mark[:-1], f"{mark}x", f"{whose}:{bobs}", f"{whose}:\ud7ff"):
        assert accounts.kept.whose(forged) == "ann.weaver"
        assert not accounts.kept.is_own(forged, cookie)
    again = opened_at(place, clock)
    assert again.kept.whose(mark) == "ann.weaver"
    assert again.kept.is_own(mark, cookie)
    for other in ("", csrf_token(cookie), new_secret()):
        assert not again.kept.is_own(mark, other)
    again.close()
