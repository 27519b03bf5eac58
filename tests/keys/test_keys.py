"""An admin adopts and retires the keys a ledger signs with, each once; a retired key never comes back."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from charter.catalogue import aggregate_of
from charter.given import InTheFuture, MissingRole
from charter.keys.commands import AdoptKey, RetireKey
from charter.keys.events import KeyAdopted, KeyRetired
from charter.keys.refusals import AlreadyAdopted, AlreadyRetired, KeyMistyped, UnknownKey
from charter.keys.state import LedgerKey
from charter.keys.verifier import key_id, whole
from charter.proof.note import SigningKey
from tests.made_up import KEYS
from tests.rules import A_MOMENT, JULY, MARCH, NOW, Scenario, by, given

OLD, NEW = KEYS
ADOPT = AdoptKey(key=OLD)
RETIRE = RetireKey(key=OLD, why="Somebody saw it.")
ADOPTED = KeyAdopted(key=OLD)
RETIRED = KeyRetired(key=OLD, why="Somebody saw it.")


def keys(*history: KeyAdopted | KeyRetired) -> Scenario:
    """So far these keys, and adam is asked."""
    return given(*history).by("adam")


def test_an_admin_adopts_a_key_and_a_second_one_beside_it() -> None:
    keys().when(ADOPT).then(ADOPTED)
    keys(ADOPTED).when(AdoptKey(key=NEW)).then(KeyAdopted(key=NEW))


def test_an_admin_retires_a_key_and_says_why() -> None:
    keys(ADOPTED).when(RETIRE).then(RETIRED)


@pytest.mark.parametrize("who", ["ann", "rita", "rex", "nora", "harry"])
@pytest.mark.parametrize("command", [ADOPT, RETIRE])
def test_nobody_else_touches_the_keys(command: AdoptKey | RetireKey, who: str) -> None:
    given(ADOPTED).by(who).when(command).refused(MissingRole, "charter person grant")


def test_a_key_is_adopted_once_and_a_retired_one_never_comes_back() -> None:
    keys(ADOPTED).when(ADOPT).refused(AlreadyAdopted, OLD, "charter key rotate")
    keys(ADOPTED, RETIRED).when(ADOPT).refused(AlreadyAdopted)


def test_only_a_key_that_is_in_use_can_be_retired() -> None:
    keys().when(RETIRE).refused(UnknownKey, "charter key show")
    keys(KeyAdopted(key=NEW)).when(RETIRE).refused(UnknownKey)
    keys(ADOPTED, RETIRED).when(RETIRE).refused(AlreadyRetired)


def test_nothing_happens_to_keys_ahead_of_its_time() -> None:
    given().by("adam", at=NOW + A_MOMENT).when(ADOPT).refused(InTheFuture)


def test_a_mistyped_key_is_told_from_a_whole_one() -> None:
    assert whole(OLD)
    keys().when(AdoptKey(key=OLD[:-2] + "AA")).refused(KeyMistyped, "Copy it again")
    keys().when(AdoptKey(key=OLD.replace("9f86", "9f87"))).refused(KeyMistyped)


def test_a_key_of_another_kind_does_not_sign_for_a_ledger() -> None:
    witness = str(SigningKey.new("witness.example/w1", 4).verifier)
    keys().when(AdoptKey(key=witness)).refused(KeyMistyped)


@pytest.mark.parametrize("text", ["", "name", OLD[:-1], OLD + "=", OLD.replace("+", " ", 1), f"a {OLD}", f"\x07{OLD}"])
def test_what_is_not_even_written_like_a_key_is_no_command(text: str) -> None:
    with pytest.raises(ValidationError, match="key"):
        AdoptKey(key=text)


def test_the_secret_half_is_refused_even_where_it_would_fit() -> None:
    with pytest.raises(ValidationError, match="key"):
        AdoptKey(key=str(SigningKey.new("charter-ledger/9f86d081884c7d65")))


def test_what_is_known_is_every_key_since_when_and_until_when() -> None:
    history = given(by("adam", ADOPTED, MARCH), by("adam", KeyAdopted(key=NEW), JULY), by("adam", RETIRED, NOW))
    state = history.state(aggregate_of("ledger/keys"))
    assert state.known == (LedgerKey(OLD, MARCH, True, NOW), LedgerKey(NEW, JULY))
    assert state.in_use == (LedgerKey(NEW, JULY),)
    assert key_id(OLD) in OLD.split("+")
