"""Precedents are found while a request is typed: whatever is typed, best first, the same on both databases."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from charter.decisions.commands import (
    AnswerRequest,
    AppealDecision,
    CorrectDecision,
    LogRequest,
    ReverseDecision,
    UpholdDecision,
)
from charter.terms import Answer, Effect, Ground
from projections import precedents as module
from projections.precedents import Became, precedents
from projections.precedents_rows import PRECEDENTS, WORD
from projections.words import words
from tests.projections.airline import Airline, day

REFUND, LATE, DOG, CAFE = (f"{number:032x}" for number in range(1, 5))


@pytest.fixture
def desk(airline_anywhere: Airline) -> Airline:
    """Four answers: about a refund, a refund for a late flight, a dog, and a café voucher."""
    airline = airline_anywhere
    airline.promise("REFUND-30", "Not after departure.")
    airline.publish(effective_from=day(2, 1))
    airline.now = day(3, 5)
    _no(airline, REFUND, "I want a refund for my flight")
    _no(airline, LATE, "A refund, since the flight was late?", ticket="ZD-1029384")
    _no(airline, DOG, "May my dog fly with me?", reason="Dogs frighten others.")
    _no(airline, CAFE, "Ein Gutschein für das CAFÉ")
    return airline


def _no(airline: Airline, decision: str, request: str, reason: str = "So we said.", ticket: str | None = None) -> None:
    asked = {"decision": decision, "charter": airline.charter, "request": request, "ticket": ticket}
    no = {"answer": Answer.NO, "ground": Ground.OFF_BRAND, "cite": ("REFUND-30.1",), "reason": reason}
    airline.do(AnswerRequest.model_validate({**asked, **no}), by="rita")


def _found(airline: Airline, text: str, charter: str | None = None) -> list[str]:
    return [each.decision for each in precedents(airline.views, text, charter)]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("refund late flight", [LATE, REFUND]),
        ("a refund for my ", [REFUND, LATE, DOG]),
        ("DOGS", [DOG]),
        ("frighten", [DOG]),
        ("cafe", [CAFE]),
        ("fur", [CAFE]),
        ("zd-1029384", [LATE]),
        ("1029384", [LATE]),
        ("elephant", []),
        ("", []),
    ],
)
def test_what_is_most_alike_comes_first(desk: Airline, typed: str, expected: list[str]) -> None:
    assert _found(desk, typed) == expected


def test_the_last_word_may_be_unfinished_and_the_others_not(desk: Airline) -> None:
    assert _found(desk, "do") == [DOG]
    assert _found(desk, "lat") == [LATE]
    assert _found(desk, "lat ") == []
    assert _found(desk, "lat elephant") == []


def test_the_newer_of_two_alike_comes_first(desk: Airline) -> None:
    newer = "f" * 32
    _no(desk, newer, "I want a refund for my flight")
    assert _found(desk, "refund want")[:2] == [newer, REFUND]


def test_a_request_without_an_answer_is_no_precedent_yet(desk: Airline) -> None:
    desk.do(LogRequest(decision="e" * 32, charter="skyline", request="An elephant?"), by="rita")
    assert _found(desk, "elephant") == []


def test_another_brand_is_left_out_when_one_is_asked_for(desk: Airline) -> None:
    assert _found(desk, "dog", "skyline") == [DOG]
    assert _found(desk, "dog", "harbour") == []


def test_a_precedent_says_why_and_what_became_of_it(desk: Airline) -> None:
    [found] = precedents(desk.views, "dog")
    assert (found.answer, found.ground, found.reason) == (Answer.NO, Ground.OFF_BRAND, "Dogs frighten others.")
    assert (found.revision, found.cited, found.at, found.became) == (1, ("REFUND-30.1",), day(3, 5), None)

    desk.do(AppealDecision(decision=DOG, argument="Mine does not."), by="rita")
    assert precedents(desk.views, "dog")[0].became is Became.APPEALED
    desk.do(UpholdDecision(decision=DOG, reason="All do."), by="rex")
    assert precedents(desk.views, "dog")[0].became is Became.UPHELD
    yes = {"answer": Answer.YES, "effect": Effect.UPHELD, "cite": ("REFUND-30",), "reason": "It guides the blind."}
    desk.do(ReverseDecision(decision=DOG, **yes), by="ann")
    [found] = precedents(desk.views, "blind dog")
    assert (found.answer, found.first_answer, found.became) == (Answer.YES, Answer.NO, Became.REVERSED)
    assert _found(desk, "frighten") == []


def test_what_was_corrected_is_found_by_its_new_words_only(desk: Airline) -> None:
    desk.do(CorrectDecision(decision=DOG, why="Misheard.", request="May my frog fly with me?"), by="rita")
    assert _found(desk, "frog") == [DOG]
    assert _found(desk, "dog ") == []
    with desk.views.reading(PRECEDENTS) as connection:
        known = set(connection.execute(select(WORD.c.word)).scalars())
    assert "frog" in known
    assert "dog" not in known, "no word is left of what nobody said"
    assert desk.views.compare(["precedents"]) == []


def test_where_all_words_are_common_the_newest_are_ranked(desk: Airline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RANKED", 1)
    assert _found(desk, "refund flight") == [LATE]
    assert _found(desk, "refund dog flight") == [DOG], "a rare word leads the way"
    monkeypatch.setattr(module, "WINDOW", 1)
    assert _found(desk, "refund flight") == [], "a common word is looked for among the newest answers only"


@settings(max_examples=60)
@given(text=st.text(max_size=60))
def test_any_text_at_all_may_be_typed(desk: Airline, text: str) -> None:
    for typed in (text, f"refund {text}"):
        assert len(_found(desk, typed)) <= 5


SIGNS = [
    '"',
    "\"refund'--;",
    "NEAR(refund, 2)",
    "refund AND NOT OR",
    "^refund*",
    "refund:*&|!<->",
    "(refund",
    "\\",
    "%_",
]
FLOODS = ["🐕\u200d🦺 refund", "refund\x00", "x" * 10_000, "refund " * 2_000, "refund-30" * 1_000]


@pytest.mark.parametrize("typed", [*SIGNS, *FLOODS])
def test_signs_operators_and_floods_do_no_harm(desk: Airline, typed: str) -> None:
    assert set(_found(desk, typed)) == ({LATE, REFUND} if "refund" in typed else set())


def test_a_code_finds_what_cites_it_and_a_word_of_it_does_not(desk: Airline) -> None:
    for typed in ("refund-30.1", "REFUND-30 ", "refund-3"):
        assert len(_found(desk, typed)) == 4, typed
    assert set(_found(desk, "refund 30 ")) == {LATE, REFUND}


def test_words_are_without_case_accents_and_signs() -> None:
    assert words("Don't RE-BOOK, café \ufb01ve \uff21 İ!") == ["don", "t", "re", "book", "cafe", "five", "a", "i"]
