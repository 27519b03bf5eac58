"""Forms kept over a sign-in: for one person, for an hour, and unreadable to whoever has the database."""

from __future__ import annotations

from sqlalchemy import select

from tests.web.access.clock import Clock
from tests.web.access.conftest import opened_at
from web.access.accounts import Accounts
from web.access.kept import MOST, KeptForm
from web.access.tables import KEPT

FORM = KeptForm("/desk?charter=skyline", (("request", "My bag has 24 kg — 行李"), ("cite", "BAG-1"), ("cite", "BAG-2")))


def stored(accounts: Accounts) -> list[bytes]:
    """What the database holds of all forms."""
    with accounts.database.reading() as connection:
        return [bytes(row.sealed) for row in connection.execute(select(KEPT))]


def test_it_is_shown_to_its_person_as_it_was_and_to_nobody_else(accounts: Accounts) -> None:
    secret = accounts.kept.keep("ann", FORM)
    assert accounts.kept.person(secret) == "ann"
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


def test_a_form_that_was_let_go_is_deleted(accounts: Accounts) -> None:
    accounts.kept.forget(accounts.kept.keep("ann", FORM))
    assert stored(accounts) == []


def test_whoever_is_shut_out_leaves_nothing(accounts: Accounts) -> None:
    secret = accounts.kept.keep("ann", FORM)
    accounts.remove("ann")
    assert accounts.kept.person(secret) is None


def test_only_the_newest_of_a_person_are_kept(accounts: Accounts, clock: Clock) -> None:
    bobs, secrets = accounts.kept.keep("bob", FORM), []
    for _ in range(MOST + 2):
        secrets.append(accounts.kept.keep("ann", FORM))
        clock.on(seconds=1)
    assert [accounts.kept.person(secret) for secret in secrets] == [None, None] + ["ann"] * MOST
    assert accounts.kept.person(bobs) == "bob"


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
