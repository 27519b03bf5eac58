"""Passwords: argon2id, long ones and any characters allowed, exactly as typed, common ones refused (ASVS 5, 6.2)."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type
from hypothesis import given
from hypothesis import strategies as st

from tests.web.access.clock import Clock
from tests.web.access.conftest import FAST, give_password, opened_at
from web.access.accounts import REFUSED_VARIABLE, Accounts, SignInRefused, WrongPassword
from web.access.database import AccountsDatabase
from web.access.passwords import (
    LONGEST,
    SHORTEST,
    PasswordGuessable,
    Passwords,
    PasswordTooLong,
    PasswordTooShort,
    require_good,
)
from web.access.tables import PASSWORDS

GOOD, BETTER = "four unrelated garden gnomes", "seven quite unlikely teapots"


def stored(accounts: Accounts, person: str) -> str:
    """The hash that is kept for a person."""
    with accounts.database.reading() as connection:
        found: str = connection.execute(PASSWORDS.select().where(PASSWORDS.c.person == person)).one().hash
    return found


def test_they_are_kept_as_argon2id_with_the_parameters_of_rfc_9106(tmp_path: Path, clock: Clock) -> None:
    hashed = Passwords(AccountsDatabase(tmp_path / "a.db"), clock).hashed(GOOD)
    parameters = extract_parameters(hashed)
    assert parameters.type is Type.ID
    assert (parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (65_536, 3, 4)
    assert parameters.salt_len >= 16 and GOOD not in hashed


def test_nobody_has_one_to_begin_with(accounts: Accounts) -> None:
    assert accounts.nobody_can_sign_in()
    for person, password in (("admin", "admin"), ("root", ""), ("", ""), ("ann", "ann")):
        with pytest.raises(SignInRefused):
            accounts.sign_in(person, password, address=None, agent=None)


def test_twelve_to_a_thousand_characters_are_taken(accounts: Accounts) -> None:
    with pytest.raises(PasswordTooShort):
        require_good("xK9#mQ2$vL7"[: SHORTEST - 1])
    require_good("xK9#mQ2$vL7p")
    long = "".join(chr(0x4E00 + n * 7 % 20_000) for n in range(LONGEST))
    require_good(long)
    with pytest.raises(PasswordTooLong):
        require_good(long + "!")
    give_password(accounts, "ann", long)
    assert accounts.passwords.right("ann", long)
    assert not accounts.passwords.right("ann", long[:-1])  # not one character is cut off
    assert not accounts.passwords.right("ann", long + "!")


@pytest.mark.parametrize(
    "plain", ["only lower case words here", "ONLYUPPERCASEWORDSANDNOMARKS", "π and ∞ went for a walk"]
)
def test_there_are_no_rules_about_what_they_are_made_of(plain: str) -> None:
    require_good(plain)


@given(st.text(min_size=SHORTEST, max_size=80))
def test_they_are_taken_exactly_as_typed(text: str) -> None:
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    hashed = hasher.hash(text.encode("utf-8", "surrogatepass"))
    for other in {text + " ", text.strip(), text.lower(), text.upper(), text[:-1]} - {text}:
        with pytest.raises(Exception, match="match"):
            hasher.verify(hashed, other.encode("utf-8", "surrogatepass"))


def test_common_ones_and_ones_own_name_are_refused() -> None:
    for password in ("password1234", "1qaz2wsx3edc", "AnnWeaver1990"):
        with pytest.raises(PasswordGuessable):
            require_good(password, ("ann", "Ann Weaver"))


def test_whoever_runs_the_site_may_refuse_more(
    place: str, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "refused.txt").write_text(f"{GOOD}\nanother one of them\n")
    monkeypatch.setenv(REFUSED_VARIABLE, str(tmp_path / "refused.txt"))
    accounts = opened_at(place, clock)
    with pytest.raises(PasswordGuessable):
        accounts.require_good_password(GOOD.title(), ())
    accounts.close()


def test_signing_in_takes_the_right_one_of_the_right_person(accounts: Accounts) -> None:
    give_password(accounts, "ann", GOOD)
    session = accounts.signed_in(accounts.sign_in("ann", GOOD, address="::1", agent="Firefox/1"))
    assert session and session.person == "ann" and session.how == "password"
    for person, password in (("ann", BETTER), ("bob", GOOD), ("ann", ""), ("ann", GOOD + " "), ("ann\x00", GOOD)):
        with pytest.raises(SignInRefused):
            accounts.sign_in(person, password, address="::1", agent=None)


def test_it_takes_as_long_for_somebody_unknown(tmp_path: Path, clock: Clock) -> None:
    database = AccountsDatabase(tmp_path / "a.db")
    slow = PasswordHasher(time_cost=2, memory_cost=32_768, parallelism=1)
    accounts = Accounts(database, clock, passwords=Passwords(database, clock, slow))
    give_password(accounts, "ann", GOOD)
    accounts.passwords.right("bob", GOOD)  # the hash that stands for nobody's is made once

    def least(person: str) -> float:
        taken = []
        for _ in range(5):
            begun = perf_counter()
            assert not accounts.passwords.right(person, BETTER)
            taken.append(perf_counter() - begun)
        return min(taken)

    known, unknown = least("ann"), least("bob")
    assert 0.5 < unknown / known < 2
    accounts.close()


def test_a_hash_with_older_parameters_is_renewed_when_its_person_signs_in(place: str, clock: Clock) -> None:
    accounts = opened_at(place, clock)
    give_password(accounts, "ann", GOOD)
    old = stored(accounts, "ann")
    newer = Passwords(accounts.database, clock, PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    assert not newer.right("ann", BETTER) and stored(accounts, "ann") == old
    assert newer.right("ann", GOOD)
    assert extract_parameters(stored(accounts, "ann")).time_cost == 2
    assert newer.right("ann", GOOD) and not FAST.check_needs_rehash(old)
    accounts.close()


def test_changing_it_needs_the_present_one_and_ends_all_other_sessions(accounts: Accounts) -> None:
    give_password(accounts, "ann", GOOD)
    here, there, bobs = (accounts.sessions.begin(person, "password", None) for person in ("ann", "ann", "bob"))
    session = accounts.signed_in(here)
    assert session
    with pytest.raises(WrongPassword):
        accounts.change_password("ann", session.id, BETTER, BETTER)
    with pytest.raises(PasswordTooShort):
        accounts.change_password("ann", session.id, GOOD, "short")
    assert accounts.signed_in(there)
    assert accounts.change_password("ann", session.id, GOOD, BETTER) == (1, 0)
    assert accounts.signed_in(here) and accounts.signed_in(bobs)
    assert accounts.signed_in(there) is None
    assert accounts.passwords.right("ann", BETTER) and not accounts.passwords.right("ann", GOOD)
