"""Forms kept over a sign-in: for one person, for an hour, and unreadable to whoever has the database."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.web.access.clock import Clock
from tests.web.access.conftest import opened_at
from web.access.accounts import Accounts
from web.access.kept import MOST, MOST_IN_ALL, Kept, TooManyForms, Waiting, spoken_of
from web.access.tables import KEPT

FORM = Kept("/desk?charter=skyline", (("request", "My bag has 24 kg — 行李"), ("cite", "BAG-1"), ("cite", "BAG-2")))


def stored(accounts: Accounts) -> list[bytes]:
    """What the database holds of all forms."""
    with accounts.database.reading() as connection:
        return [bytes(row.sealed) for row in connection.execute(select(KEPT))]


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
    secret = accounts.kept.keep("ann", FORM)
    assert accounts.kept.take(secret, "bob", FORM.address) is None
    assert accounts.kept.take(secret, "ann", "/desk") is None
    assert accounts.kept.take(secret, "ann", FORM.address) == FORM
    assert accounts.kept.take(secret, "ann", FORM.address) is None
    assert stored(accounts) == []


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
    accounts.kept.keep("ann", FORM, signed_in=True)
    accounts.kept.keep("bob", FORM)
    clock.on(hours=1)
    accounts.kept.keep("ann", FORM)


def test_secrets_that_wait_take_the_place_of_no_form_and_of_one_another(accounts: Accounts) -> None:
    forms = [accounts.kept.keep("ann", FORM) for _ in range(MOST)]
    secrets = [accounts.made.keep("ann", FORM) for _ in range(MOST + 1)]
    assert len(accounts.kept.waiting(forms)) == MOST
    assert len(accounts.made.waiting(secrets)) == MOST + 1
    assert accounts.kept.waiting(secrets) == accounts.made.waiting(forms) == []
    accounts.remove("ann")
    assert accounts.kept.waiting(forms) == accounts.made.waiting(secrets) == []


def test_a_mark_says_whose_a_form_is_and_nobody_can_make_one(accounts: Accounts, place: str, clock: Clock) -> None:
    mark = accounts.kept.mark("ann.weaver")
    assert accounts.kept.whose(mark) == "ann.weaver"
    for forged in (
        "",
        ".",
        "ann.weaver",
        "ann.weaver.",
        mark[:-1],
        "bob." + mark.rpartition(".")[2],
        f"{mark}x",
        "\ud7ff.",
    ):
        assert accounts.kept.whose(forged) is None
    again = opened_at(place, clock)
    assert again.kept.whose(mark) == "ann.weaver"
    again.close()
