"""One-time links: good once, for a time, for one person; the first admin's is useless once somebody can sign in."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.web.access.clock import Clock
from tests.web.access.conftest import give_password, opened_at
from web.access.accounts import Accounts
from web.access.links import FirstLinkOver, Kind, LinkOver
from web.access.passwords import PasswordTooShort

GOOD, BETTER = "four unrelated garden gnomes", "seven quite unlikely teapots"


def test_an_invitation_sets_a_password_once(accounts: Accounts) -> None:
    link = accounts.links.make(Kind.INVITATION, "ann")
    with pytest.raises(PasswordTooShort):
        accounts.welcome(link, "short")
    assert accounts.welcome(link, GOOD).person == "ann"
    assert accounts.passwords.right("ann", GOOD)
    with pytest.raises(LinkOver):
        accounts.welcome(link, BETTER)
    assert not accounts.passwords.right("ann", BETTER)


def test_a_reset_ends_all_sessions_of_its_person_and_nobody_elses(accounts: Accounts) -> None:
    give_password(accounts, "ann", GOOD)
    ann, bob = (accounts.sessions.begin(person, "password", None) for person in ("ann", "bob"))
    accounts.welcome(accounts.links.make(Kind.RESET, "ann"), BETTER)
    assert accounts.signed_in(ann) is None and accounts.signed_in(bob)


def test_a_reset_ends_all_tokens_of_its_person_and_nobody_elses(accounts: Accounts) -> None:
    ann, bob = (accounts.tokens.make(person, "a robot")[0] for person in ("ann", "bob"))
    accounts.welcome(accounts.links.make(Kind.RESET, "ann"), BETTER)
    assert accounts.bearer(ann) is None and accounts.bearer(bob)


@pytest.mark.parametrize(("kind", "hours"), [(Kind.FIRST, 24), (Kind.INVITATION, 72), (Kind.RESET, 24)])
def test_one_is_good_for_its_time_and_no_longer(accounts: Accounts, clock: Clock, kind: Kind, hours: int) -> None:
    person = None if kind is Kind.FIRST else "ann"
    link = accounts.links.make(kind, person)
    clock.on(hours=hours, seconds=-1)
    assert accounts.links.find(link, kind).person == person
    clock.on(seconds=1)
    with pytest.raises(FirstLinkOver if kind is Kind.FIRST else LinkOver):
        accounts.links.find(link, kind)


def test_only_the_newest_for_a_person_is_good(accounts: Accounts) -> None:
    old, bobs, new = (accounts.links.make(Kind.INVITATION, person) for person in ("ann", "bob", "ann"))
    with pytest.raises(LinkOver):
        accounts.welcome(old, GOOD)
    accounts.welcome(new, GOOD)
    accounts.welcome(bobs, GOOD)


def test_a_link_opens_nothing_but_what_it_is_for(accounts: Accounts) -> None:
    with pytest.raises(LinkOver):
        accounts.welcome(accounts.links.make(Kind.FIRST), GOOD)
    with pytest.raises(FirstLinkOver):
        accounts.first(accounts.links.make(Kind.INVITATION, "ann"), "ann", GOOD)
    for made_up in ("", "x" * 43, "x" * 10_000):
        with pytest.raises(LinkOver):
            accounts.welcome(made_up, GOOD)


def test_changing_ones_password_makes_a_link_that_was_sent_useless(accounts: Accounts) -> None:
    give_password(accounts, "ann", GOOD)
    link = accounts.links.make(Kind.RESET, "ann")
    session = accounts.signed_in(accounts.sessions.begin("ann", "password", None))
    assert session
    accounts.change_password("ann", session.id, GOOD, BETTER)
    with pytest.raises(LinkOver):
        accounts.welcome(link, GOOD)


def test_the_first_admin_is_made_once_with_whichever_link(accounts: Accounts) -> None:
    one, two = accounts.links.make(Kind.FIRST), accounts.links.make(Kind.FIRST)
    accounts.require_first(one)
    accounts.first(two, "ann", GOOD)
    assert not accounts.nobody_can_sign_in()
    with pytest.raises(FirstLinkOver):
        accounts.first(one, "mallory", GOOD)
    with pytest.raises(FirstLinkOver):
        accounts.require_first(one)
    assert not accounts.passwords.has("mallory")


def test_one_from_before_stays_useless_when_nobody_can_sign_in_any_more(accounts: Accounts) -> None:
    one, two = accounts.links.make(Kind.FIRST), accounts.links.make(Kind.FIRST)
    accounts.first(two, "ann", GOOD)
    accounts.remove("ann")
    assert accounts.nobody_can_sign_in()
    with pytest.raises(FirstLinkOver):
        accounts.first(one, "mallory", GOOD)


def test_a_link_from_before_is_no_good_once_somebody_came_in_another_way(accounts: Accounts) -> None:
    link = accounts.links.make(Kind.FIRST)
    accounts.identities.link("https://issuer", "7", "ann", "the company")
    with pytest.raises(FirstLinkOver):
        accounts.require_first(link)
    with pytest.raises(FirstLinkOver):
        accounts.first(link, "mallory", GOOD)
    assert not accounts.passwords.has("mallory")


@pytest.mark.parametrize("same", [True, False], ids=["one link", "two links"])
def test_of_many_at_once_one_becomes_the_first(place: str, clock: Clock, same: bool) -> None:
    accounts = opened_at(place, clock)
    links = [accounts.links.make(Kind.FIRST)] * 8 if same else [accounts.links.make(Kind.FIRST) for _ in range(8)]

    def become(number: int) -> bool:
        try:
            accounts.first(links[number], f"person{number}", GOOD)
        except FirstLinkOver:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(become, range(8))) == 1
    accounts.close()


def test_of_many_at_once_one_uses_an_invitation(place: str, clock: Clock) -> None:
    accounts = opened_at(place, clock)
    link = accounts.links.make(Kind.INVITATION, "ann")
    passwords = [f"{GOOD} {word}" for word in ("one", "two", "three", "four", "five", "six")]

    def use(password: str) -> bool:
        try:
            accounts.welcome(link, password)
        except LinkOver:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        used = list(pool.map(use, passwords))
    assert [accounts.passwords.right("ann", password) for password in passwords] == used and sum(used) == 1
    accounts.close()
