"""Passwords that others try first are refused, whatever they are put together from; all others are not."""

from __future__ import annotations

import string
from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from web.access.guessable import is_guessable

ONES = """
password1234 Password1234! P@ssw0rd1234 P4$$word2026! passwordpassword password123456 mypassword123
administrator Administrator1! admin1234567 letmeinletmein welcome12345 Welcome2026! qwertyuiop123
1234567890qwertyuiop qwerty123456 1q2w3e4r5t6y 1qaz2wsx3edc q1w2e3r4t5y6 qazwsxedcrfv zaq1xsw2cde3
asdfghjkl123 zxcvbnm,./123 1a2s3d4f5g6h 123456789012 111111111111 000000000000 123123123123 123456654321
abcabcabcabc aaaaaaaaaaaaa 987654321987 abcdefghijkl abc123abc123 iloveyou1234 iloveyou2026 ILoveYou!!!!
sunshine2026! dragondragon monkey123456 starwarsfan10 manchesterunited liverpool123 michaeljackson
jamesbond007 correcthorsebatterystaple trustno1trustno1 Sommer2024!!! herbst-2025-12 ichliebedich
hallohallohallo passwort1234 geheim123456 superman-batman football2026! baseball12345 princess12345
jesuslovesme changeme1234 changemechangeme secretsecret secret-secret-1 testtesttest testing12345
temppassword1 google123456 qwerqwerqwer qweasdzxc123 computer12345 charter-2026!
"""
WELL_KNOWN = ONES.split()

GOOD = [
    "four unrelated garden gnomes",
    "correct horse battery staples sing",
    "xK9#mQ2$vL7p",
    "my aunt keeps nine grey otters",
    "Zug nach Ulm um halb neun",
    "人人生而自由在尊严和权利上一律平等",
    "a b c d e f g h i j k l m n o zeppelin",
    "gjK2 nbs8 qpw4",
]


@pytest.mark.parametrize("password", WELL_KNOWN)
def test_well_known_ones_are_guessable(password: str) -> None:
    assert is_guessable(password)


@pytest.mark.parametrize("password", GOOD)
def test_others_are_not(password: str) -> None:
    assert not is_guessable(password, ("ann", "Ann Weaver", "Skyline Airways"))


def test_thousands_of_the_usual_make_are() -> None:
    words = (
        "password",
        "welcome",
        "dragon",
        "sunshine",
        "michael",
        "football",
        "charter",
        "summer",
        "qwerty",
        "letmein",
    )
    ends = ("2026", "1990", "123456", "!", "1234!", "007", "12345", "#1", "99", "")
    made = {
        f"{style(one)}{between}{two}{end}"
        for one, two, between, end in product(words, words, ("", "-", "_", " "), ends)
        for style in (str.lower, str.title, str.upper)
    }
    long = {password for password in made if len(password) >= 12}
    assert len(long) > 3_000
    parts = [password for password in long if not is_guessable(password)]
    assert not parts, parts[:10]


@pytest.mark.parametrize(
    "password",
    [
        "skyline-airways-2026",
        "AnnWeaver1990!",
        "annweaver annweaver",
        "weaver.ann.skyline",
        "ann.weaver@skyline",
        "SkylineAirways1!",
    ],
)
def test_what_is_made_of_ones_own_names_and_the_brand_is(password: str) -> None:
    assert is_guessable(password, ("ann", "Ann Weaver", "Skyline Airways"))


@given(st.text(string.printable, min_size=1, max_size=11), st.integers(2, 40))
def test_a_short_block_repeated_is(block: str, times: int) -> None:
    assert is_guessable(block * times)


@given(st.text(max_size=1_000), st.lists(st.text(max_size=30), max_size=3))
@settings(max_examples=50)
def test_anything_at_all_gets_an_answer(password: str, about: list[str]) -> None:
    assert is_guessable(password, about) in (True, False)


@given(st.text(string.ascii_letters + string.digits + string.punctuation, min_size=16, max_size=60))
def test_case_makes_no_difference(password: str) -> None:
    assert is_guessable(password.lower()) == is_guessable(password.upper())


@pytest.mark.parametrize("length", [12, 16, 32, 64])
def test_what_a_machine_draws_at_random_is_not(length: int) -> None:
    machine = Random(length)
    for _ in range(500):
        drawn = "".join(machine.choices(string.ascii_letters + string.digits, k=length))
        assert not is_guessable(drawn), drawn
