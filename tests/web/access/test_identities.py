"""An identity at the provider is one person here for ever; a visit comes back once, to the browser that began it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.web.access.clock import Clock
from tests.web.access.conftest import opened_at
from web.access.accounts import Accounts
from web.access.identities import LinkedOtherwise, VisitOver
from web.access.tables import VISITS

ISSUER = "https://accounts.example"


def test_an_identity_stays_with_its_person(accounts: Accounts) -> None:
    assert accounts.identities.person(ISSUER, "7") is None
    accounts.identities.link(ISSUER, "7", "ann", "the company")
    accounts.identities.link(ISSUER, "7", "ann", "the company")  # again makes no difference
    with pytest.raises(LinkedOtherwise):
        accounts.identities.link(ISSUER, "7", "bob", "the company")
    with pytest.raises(LinkedOtherwise):  # somebody who was given ann's name at the provider
        accounts.identities.link(ISSUER, "8", "ann", "the company")
    accounts.identities.link("https://other.example", "7", "bob", "another company")
    assert accounts.identities.person(ISSUER, "7") == "ann"
    assert accounts.identities.has("ann") and not accounts.identities.has("carl")
    assert not accounts.nobody_can_sign_in()


def test_a_visit_comes_back_once(accounts: Accounts) -> None:
    state, visit = accounts.identities.leave("/desk", "browser")
    assert len({state, visit.nonce, visit.verifier}) == 3 and 43 <= len(visit.verifier) <= 128  # RFC 7636 §4.1
    assert accounts.identities.came_back(state, "browser") == visit
    with pytest.raises(VisitOver):
        accounts.identities.came_back(state, "browser")


def test_a_visit_comes_back_to_no_other_browser(accounts: Accounts) -> None:
    state, visit = accounts.identities.leave("/desk", "browser")
    for state_given, browser in ((state, "another"), (state, ""), ("made up", "browser"), ("", "")):
        with pytest.raises(VisitOver):
            accounts.identities.came_back(state_given, browser)
    assert accounts.identities.came_back(state, "browser") == visit


def test_a_visit_lasts_ten_minutes_and_is_swept_away(accounts: Accounts, clock: Clock) -> None:
    state, _ = accounts.identities.leave("/desk", "browser")
    clock.on(minutes=10)
    with pytest.raises(VisitOver):
        accounts.identities.came_back(state, "browser")
    accounts.identities.leave("/", "browser")
    with accounts.database.reading() as connection:
        assert len(connection.execute(VISITS.select()).all()) == 1


def test_of_many_who_are_linked_at_once_one_stays(place: str, clock: Clock) -> None:
    accounts = opened_at(place, clock)

    def link(number: int) -> bool:
        try:
            accounts.identities.link(ISSUER, str(number), "ann", "the company")
        except LinkedOtherwise:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(link, range(6))) == 1
    accounts.close()
