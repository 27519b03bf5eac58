"""Sign-in may be tried often, but not as often as a guesser needs, and nobody is locked out for good (ASVS 6.3.1)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.web.access.clock import Clock
from tests.web.access.conftest import give_password, opened_at
from web.access.accounts import Accounts, SignInRefused
from web.access.limits import ACCOUNT, ADDRESS, LONGEST, Limit, TooManyTries, Try, in_words, network
from web.access.tables import ATTEMPTS

GOOD, WRONG = "four unrelated garden gnomes", "seven quite unlikely teapots"


def fail(accounts: Accounts, person: str = "ann", address: str = "192.0.2.1") -> None:
    """One try with a wrong password; raises TooManyTries where it isn't even looked at."""
    with pytest.raises(SignInRefused):
        accounts.sign_in(person, WRONG, address=address, agent=None)


def slowed(accounts: Accounts, person: str = "ann", address: str = "192.0.2.1", password: str = GOOD) -> str:
    """What is said to somebody who has to wait."""
    with pytest.raises(TooManyTries) as told:
        accounts.sign_in(person, password, address=address, agent=None)
    return str(told.value.facts["wait"])


def test_the_wait_grows_from_the_fourth_failure_on_to_a_quarter_of_an_hour(accounts: Accounts, clock: Clock) -> None:
    give_password(accounts, "ann", GOOD)
    for _ in range(4):
        fail(accounts)
    waits = ["1 second", "2 seconds", "4 seconds", "8 seconds", "16 seconds", "32 seconds", "15 minutes", "15 minutes"]
    for wait in waits:
        assert slowed(accounts) == wait  # the right password, too: else it could be told from wrong ones
        number, unit = wait.split()
        clock.on(**{f"{unit.rstrip('s')}s": int(number)})
        fail(accounts)


def test_whoever_waits_gets_in_and_begins_anew(accounts: Accounts, clock: Clock) -> None:
    give_password(accounts, "ann", GOOD)
    for _ in range(4):
        fail(accounts)
    slowed(accounts)
    clock.on(seconds=1)
    assert accounts.sign_in("ann", GOOD, address="192.0.2.1", agent=None)
    for _ in range(4):
        fail(accounts)


def test_a_try_while_one_has_to_wait_makes_the_wait_no_longer(accounts: Accounts, clock: Clock) -> None:
    for _ in range(4):
        fail(accounts)
    for _ in range(50):
        assert slowed(accounts) == "1 second"
    clock.on(seconds=1)
    fail(accounts)


def test_all_is_forgotten_after_a_quarter_of_an_hours_rest(accounts: Accounts, clock: Clock) -> None:
    for wait in (0, 0, 0, 0, 1, 2, 4, 8, 16, 32):
        clock.on(seconds=wait)
        fail(accounts)
    clock.on(minutes=30)
    for _ in range(4):
        fail(accounts)


def test_one_address_is_slowed_over_all_accounts_and_other_addresses_are_not(accounts: Accounts) -> None:
    for number in range(21):
        fail(accounts, person=f"person{number}")
    assert slowed(accounts, person="another") == "1 second"
    fail(accounts, person="another", address="198.51.100.1")


def test_one_account_is_slowed_over_all_addresses_and_other_accounts_are_not(accounts: Accounts) -> None:
    for number in range(4):
        fail(accounts, address=f"192.0.2.{number}")
    assert slowed(accounts, address="198.51.100.1") == "1 second"
    fail(accounts, person="bob")


def test_signing_in_oneself_does_not_clear_the_address(accounts: Accounts) -> None:
    give_password(accounts, "mallory", GOOD)
    for number in range(21):
        fail(accounts, person=f"person{number}")
        if number < 20:
            accounts.sign_in("mallory", GOOD, address="192.0.2.1", agent=None)
    assert slowed(accounts, person="mallory") == "1 second"


def test_several_processes_count_together_and_none_gets_past(place: str, clock: Clock) -> None:
    processes = [opened_at(place, clock) for _ in range(4)]

    def guess(number: int) -> type[Exception]:
        try:
            processes[number % 4].sign_in("ann", WRONG, address=f"192.0.2.{number}", agent=None)
        except (SignInRefused, TooManyTries) as told:
            return type(told)
        raise AssertionError

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(guess, range(32)))
    assert told.count(SignInRefused) == 4
    for accounts in processes:
        accounts.close()


def test_neither_names_nor_addresses_stay_and_what_is_forgotten_goes(accounts: Accounts, clock: Clock) -> None:
    give_password(accounts, "bob", GOOD)
    fail(accounts)
    with accounts.database.reading() as connection:
        rows = connection.execute(ATTEMPTS.select()).all()
    assert len(rows) == 2 and all(len(bytes(row.key)) == 32 for row in rows)
    clock.on(minutes=16)
    accounts.sign_in("bob", GOOD, address="198.51.100.1", agent=None)
    with accounts.database.reading() as connection:
        assert connection.execute(ATTEMPTS.select()).all() == []


@given(st.integers(0, 10_000), st.sampled_from([ACCOUNT, ADDRESS]))
def test_more_failures_never_wait_less_and_nobody_waits_for_ever(failures: int, limit: Limit) -> None:
    assert timedelta(0) <= limit.wait(failures) <= limit.wait(failures + 1) <= LONGEST


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:0db8:0001:0002"),
        ("2001:db8:1:2::9", "2001:0db8:0001:0002"),
        ("fe80::1%eth0", "fe80:0000:0000:0000"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("testclient", "testclient"),
        (None, ""),
    ],
)
def test_an_address_is_counted_as_its_network(address: str | None, counted: str) -> None:
    assert network(address) == counted


@pytest.mark.parametrize(
    ("wait", "words"),
    [(0.2, "1 second"), (1, "1 second"), (59.5, "60 seconds"), (91, "2 minutes"), (900, "15 minutes")],
)
def test_a_wait_is_said_in_words_and_rounded_up(wait: float, words: str) -> None:
    assert in_words(timedelta(seconds=wait)) == words


def test_nothing_is_counted_where_nothing_is_tried(accounts: Accounts) -> None:
    accounts.limits.begin([])
    accounts.limits.succeeded([Try(ACCOUNT, "ann")])
