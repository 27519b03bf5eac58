"""What applies to a text, and the words that follow for the customer: both follow from what is given alone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from charter.charters.promise import Limit, Promise
from charter.decisions.commands import AnswerRequest, EscalateRequest, LogRequest
from charter.terms import Answer, Effect, Ground, Serves
from projections.precedents import Became, Precedent
from web.desks.rep import call
from web.desks.rep.applies import applying, clauses, distinct
from web.desks.rep.reply_words import Spoken, told
from web.forms import Malformed

REFUND = Promise(
    code="REFUND-30",
    title="Thirty days to change your mind",
    statement="Whoever brings it back within thirty days gets the money back",
    remedy="We pay ten per cent on top",
    limits=(
        Limit(code="REFUND-30.1", text="What was worn is not taken back.", serves=Serves.COMPANY),
        Limit(code="REFUND-30.2", text="Swimwear is not taken back.", serves=Serves.LAW),
    ),
)
BIKES = Promise(code="BIKES", title="Bicycles are repaired within a day", statement="We repair any bicycle in a day.")
PROMISES = (REFUND, BIKES)
AT = datetime(2026, 11, 22, tzinfo=UTC)
CASE = "ab" * 16


def before(request: str, *cited: str, became: Became | None = None) -> Precedent:
    """An answer that was given before."""
    reply = (Answer.NO, Ground.OFF_BRAND, None, "Because.", 1, AT)
    return Precedent(f"id of {request}", "shop", request, *reply, cited, became, None, 1.0)


def found(text: str, *nearest: Precedent) -> list[str]:
    return [clause.code for clause in applying(text, PROMISES, nearest)]


def test_what_shares_a_word_applies_in_any_of_its_forms() -> None:
    assert found("I have worn these shoes")[0] == "REFUND-30.1"
    assert found("repairing my BICYCLE!") == ["BIKES"]


def test_with_a_limit_its_promise_applies() -> None:
    assert found("swimwear") == ["REFUND-30.2", "REFUND-30"]


def test_what_precedents_cite_applies_the_nearest_first() -> None:
    assert found("x", before("a", "BIKES"), before("b", "REFUND-30.2"))[:2] == ["BIKES", "REFUND-30.2"]


def test_what_is_not_in_force_any_more_does_not_apply() -> None:
    assert found("x", before("a", "GONE-1")) == []


@pytest.mark.parametrize("text", ["", "   ", "and the of", "?!", "\u202e\U0001f600", "a" * 50_000])
def test_a_text_that_says_nothing_finds_nothing(text: str) -> None:
    assert found(text) == []


def test_of_precedents_that_say_the_same_the_one_that_came_back_is_shown() -> None:
    same = [before("a", "BIKES"), before("a", "BIKES", became=Became.UPHELD), before("b", "BIKES")]
    assert distinct(same) == [same[1], same[2]]


def words(answer: Answer, *codes: str, ground: Ground | None = None, effect: Effect | None = None) -> str:
    cited = [clause for clause in clauses(PROMISES) if clause.code in codes]
    return told(Spoken(answer, ground, effect, cited, "You wore them for a week", CASE))


def test_a_good_no_says_all_that_a_good_no_says() -> None:
    said = words(Answer.NO, "REFUND-30.1", ground=Ground.OFF_BRAND)
    for part in (
        "Thank you for asking.",
        "We say no to this",
        "You wore them for a week.",
        "“What was worn is not taken back.” This limit protects the company",
        "What you can count on: Whoever brings it back within thirty days gets the money back.",
        "you can appeal",
        "abababab",
        "Somebody who had no part in this answer",
    ):
        assert part in said


def test_every_ground_has_words_of_its_own() -> None:
    said = {words(Answer.NO, "REFUND-30", ground=ground) for ground in Ground}
    assert len(said) == len(Ground)
    assert not any(ground.value in each for ground in (Ground.OFF_BRAND, Ground.OUT_OF_INTEGRITY) for each in said)


def test_a_broken_promise_is_owned_and_mended() -> None:
    said = words(Answer.YES, "REFUND-30", effect=Effect.BROKEN)
    assert "we are sorry" in said
    assert "What we do now: We pay ten per cent on top." in said
    assert "appeal" not in said


def test_an_exception_is_called_one() -> None:
    assert "as an exception" in words(Answer.YES, "REFUND-30", effect=Effect.BENT)
    assert "as an exception" not in words(Answer.YES, "REFUND-30", effect=Effect.UPHELD)


def test_a_part_is_given_and_a_part_is_not() -> None:
    said = words(Answer.PARTLY, "REFUND-30", ground=Ground.NOT_AVAILABLE, effect=Effect.UPHELD)
    assert "a part of this" in said
    assert "no to the rest" in said
    assert "appeal" in said


def test_words_begin_with_the_answer_and_bear_anything_else_missing_or_wrong() -> None:
    assert call.worded({}, PROMISES) == ""
    assert call.worded({"answer": ["escalate"]}, PROMISES) == ""
    assert "no to this" in call.worded({"answer": ["no"], "ground": ["nonsense"], "cite": ["NOTHING-1"]}, PROMISES)


def test_codes_are_read_however_they_are_typed() -> None:
    assert call.codes({"cite": ["refund-30.1, BIKES;swim\nother"]}) == ["REFUND-30.1", "BIKES", "SWIM", "OTHER"]


def test_a_filled_desk_is_one_order_and_handing_over_is_two() -> None:
    given = {"decision": [CASE], "request": ["A request"], "reason": ["A reason"], "cite": ["bikes"], "answer": ["yes"]}
    [order] = call.orders(given, "shop", "tom", AT, PROMISES)
    assert isinstance(order.command, AnswerRequest)
    assert order.command.cite == ("BIKES",)
    log, hand_over = call.orders(given | {"answer": ["escalate"]}, "shop", "tom", AT, PROMISES)
    assert isinstance(log.command, LogRequest)
    assert isinstance(hand_over.command, EscalateRequest)
    assert log.command.stream == hand_over.command.stream
    assert len({order.key, log.key, hand_over.key}) == 2


def test_an_answer_that_is_none_is_refused_at_its_field() -> None:
    with pytest.raises(Malformed) as refused:
        call.orders({"decision": [CASE], "request": ["A request"]}, "shop", "tom", AT, PROMISES)
    assert set(refused.value.fields) == {"answer"}
