"""An honest answer has a reason, a ground or an effect, and cites what was in force at the moment of deciding."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from charter.decisions.commands import AnswerRequest, LogRequest
from charter.decisions.events import (
    DecisionAppealed,
    InformationAsked,
    RequestEscalated,
    RequestLogged,
    RequestWithdrawn,
)
from charter.decisions.refusals import (
    AboveAuthority,
    AlreadyAnswered,
    AlreadyLogged,
    AlreadyWithdrawn,
    BeforeRequest,
    CitationMissing,
    EffectMissing,
    GroundMissing,
    ImpossibleTime,
    NoCharterInForce,
    NotInForce,
    OutOfPlace,
    PromiseMissing,
    ReasonMissing,
    UnknownDecision,
)
from charter.given import InForce, InTheFuture, MissingRole, Standing, UnknownCharter
from charter.terms import Effect, Fit, Ground, Kind
from tests.decisions.cases import ASKED_AT, CASE, LOGGED, NO, PARTLY, YES, answer, decide, decided, made
from tests.rules import A_MOMENT, JULY, MARCH, NOW, Scenario, day, given

LOG = LogRequest(decision=CASE, charter="skyline", request="My flight was cancelled.")


def logged() -> Scenario:
    """A request waits for its answer, and rita looks at it."""
    return given(LOGGED).by("rita")


def test_a_request_is_logged_with_everything_that_is_known_of_it() -> None:
    known = {
        "customer": "C-1007",
        "touchpoint": "phone",
        "kind": Kind.SERVICE,
        "fit": Fit.GOOD,
        "ticket": "T-1",
        "received_at": ASKED_AT,
    }
    given().by("rita").when(LOG.model_copy(update=known)).then(
        RequestLogged(charter="skyline", request="My flight was cancelled.", **known)
    )


def test_a_request_is_asked_now_unless_it_says_otherwise() -> None:
    given().by("rita").when(LOG).then(LOGGED.model_copy(update={"received_at": NOW}))
    given().by("rita", at=day(6, 2)).when(LOG).then(LOGGED.model_copy(update={"received_at": day(6, 2)}))


def test_on_a_call_a_request_is_logged_and_answered_at_once() -> None:
    given().by("rita").when(answer(NO)).then(LOGGED.model_copy(update={"received_at": NOW}), made(NO))


@pytest.mark.parametrize("reply", [NO, YES, PARTLY])
def test_an_honest_answer_is_written_as_it_was_given(reply: dict[str, Any]) -> None:
    logged().when(decide(reply, told="We are sorry.")).then(made(reply, told="We are sorry."))


def test_each_request_has_an_id_of_its_own() -> None:
    first, second = (LogRequest(charter="skyline", request="Tea, please.") for _ in range(2))
    assert first.stream != second.stream


def test_a_request_is_logged_once() -> None:
    logged().when(LOG).refused(AlreadyLogged, CASE)
    logged().when(answer(NO)).refused(AlreadyLogged)


def test_an_answer_to_nothing_is_refused() -> None:
    given().by("rita").when(decide(NO)).refused(UnknownDecision, CASE[:12], "charter decision list")


@pytest.mark.parametrize("who", ["rita", "mara", "ann", "ben"])
def test_reps_and_leaders_answer(who: str) -> None:
    logged().by(who).when(decide(NO)).then(made(NO, rep=who))
    given().by(who).when(LOG).happens()


@pytest.mark.parametrize("who", ["rex", "adam", "nora", "harry"])
def test_nobody_else_answers_or_logs(who: str) -> None:
    logged().by(who).when(decide(NO)).refused(MissingRole, f"{who} does not hold the role rep or leader for skyline")
    given().by(who).when(LOG).refused(MissingRole)


def test_a_charter_that_is_not_open_has_no_requests() -> None:
    given().by("rita").when(answer(NO, charter="nimbus")).refused(UnknownCharter, "charter open nimbus")


# What an answer has to say


@pytest.mark.parametrize("reply", [NO, PARTLY])
def test_a_no_gives_its_reason_in_words(reply: dict[str, Any]) -> None:
    logged().when(decide(reply, reason=None)).refused(ReasonMissing, f"A {reply['answer']} needs a reason")


@pytest.mark.parametrize("reply", [NO, PARTLY])
def test_a_no_names_its_ground(reply: dict[str, Any]) -> None:
    logged().when(decide(reply, ground=None)).refused(GroundMissing, *Ground)


@pytest.mark.parametrize("reply", [YES, PARTLY])
def test_a_yes_names_its_effect(reply: dict[str, Any]) -> None:
    logged().when(decide(reply, effect=None)).refused(EffectMissing, *Effect)


def test_a_no_cites_what_it_stands_on() -> None:
    logged().when(decide(NO, cite=())).refused(CitationMissing, "--cite CODE")


@pytest.mark.parametrize("reply", [YES, PARTLY])
@pytest.mark.parametrize("cite", [(), ("REFUND-30.1",)])
def test_a_yes_cites_a_promise_and_not_only_a_limit(reply: dict[str, Any], cite: tuple[str, ...]) -> None:
    logged().when(decide(reply, cite=cite)).refused(PromiseMissing, f"A {reply['answer']} cites the promise")


def test_a_no_may_cite_a_promise_a_limit_or_both() -> None:
    for cite in (("REFUND-30",), ("REFUND-30.2",), ("REFUND-30", "REFUND-30.2")):
        logged().when(decide(NO, cite=cite)).then(made(NO, cite=cite))


def test_what_is_cited_twice_counts_once() -> None:
    logged().when(decide(YES, cite=("REFUND-30", "REBOOK", "REFUND-30"))).then(made(YES, cite=("REFUND-30", "REBOOK")))


def test_a_yes_has_no_ground_and_a_no_has_no_effect() -> None:
    logged().when(decide(YES, ground=Ground.OFF_BRAND)).refused(OutOfPlace, "A yes has no ground")
    logged().when(decide(NO, effect=Effect.BENT)).refused(OutOfPlace, "A no has no effect")


def test_a_yes_needs_no_reason() -> None:
    assert "reason" not in YES
    logged().when(decide(YES)).happens()


# What is cited was in force


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("FAX", "It is in revision 1."),
        ("REFUND-60.1", "It is in revision 3."),
        ("REFUND-30.3", "Did you mean REFUND-30.2 or REFUND-30.1 or REFUND-30?"),
        ("REFUND", "Did you mean REFUND-30 or REFUND-30.1 or REFUND-30.2?"),
        ("WIFI", "See: charter promise list."),
        ("BOAT", "See: charter promise list."),  # another brand's
    ],
)
def test_a_citation_of_what_is_not_in_force_says_where_to_look(code: str, hint: str) -> None:
    logged().when(decide(NO, cite=("REFUND-30.1", code))).refused(
        NotInForce, f"{code} is not in revision 2 of skyline", hint
    )


def test_an_answer_given_in_the_past_is_pinned_to_what_was_in_force_then() -> None:
    before_march = MARCH - A_MOMENT
    call = given().by("rita", at=before_march)
    call.when(answer(NO, cite=("FAX.1",))).then(
        LOGGED.model_copy(update={"received_at": before_march}), made(NO, cite=("FAX.1",), revision=1)
    )
    call.when(answer(NO, cite=("REFUND-30.2",))).refused(NotInForce, "not in revision 1", "It is in revision 2.")
    given().by("rita", at=MARCH).when(answer(NO, cite=("FAX.1",))).refused(NotInForce, "not in revision 2")


def test_before_the_first_revision_and_without_one_nothing_can_be_answered() -> None:
    given().by("rita", at=datetime(2025, 12, 31, tzinfo=UTC)).when(answer(NO)).refused(NoCharterInForce, "2025-12-31")
    given().by("rita").when(answer(NO, charter="quiet")).refused(NoCharterInForce, "No revision of quiet")


def test_that_no_charter_is_in_force_is_told_before_anything_else_is_asked_for() -> None:
    bare = AnswerRequest(decision=CASE, charter="quiet", request="Tea, please.", answer="yes")
    given().by("rita").when(bare).refused(NoCharterInForce)


def test_after_a_revision_that_ended_without_successor_nothing_is_in_force() -> None:
    ended = Standing("skyline", "Pacific/Auckland", (InForce(1, None, MARCH, frozenset({"REFUND-30"}), frozenset()),))
    scenario = given().knowing(charters=(ended,))
    scenario.by("rita", at=MARCH - A_MOMENT).when(answer(YES)).happens()
    scenario.by("rita", at=MARCH).when(answer(YES)).refused(NoCharterInForce, "2026-03-01")
    thirteen_hours_ahead = day(3, 1, hour=11)
    scenario.by("rita", at=thirteen_hours_ahead).when(answer(YES)).refused(NoCharterInForce, "2026-03-02")


# Authority


def test_a_promise_is_bent_by_those_who_may() -> None:
    for who in ("mara", "ann"):
        logged().by(who).when(decide(YES, effect=Effect.BENT)).then(made(YES, rep=who, effect=Effect.BENT))


@pytest.mark.parametrize("who", ["rita", "ben"])
@pytest.mark.parametrize("reply", [YES, PARTLY])
def test_a_promise_above_ones_authority_is_escalated_instead(who: str, reply: dict[str, Any]) -> None:
    logged().by(who).when(decide(reply, effect=Effect.BENT)).refused(
        AboveAuthority, f"{who} may not bend", f"escalate {CASE[:8]}"
    )


def test_a_broken_promise_is_told_by_anybody() -> None:
    logged().when(decide(YES, effect=Effect.BROKEN)).then(made(YES, effect=Effect.BROKEN))


# Times


def test_nothing_is_decided_or_asked_in_the_future() -> None:
    logged().by("rita", at=NOW + A_MOMENT).when(decide(NO)).refused(InTheFuture)
    given().by("rita").when(answer(NO, received_at=JULY)).refused(InTheFuture, "2026-07-01")
    given().by("rita").when(LOG.model_copy(update={"received_at": JULY})).refused(InTheFuture)


def test_nothing_is_decided_before_it_was_asked() -> None:
    logged().by("rita", at=ASKED_AT - A_MOMENT).when(decide(NO)).refused(BeforeRequest)
    logged().by("rita", at=ASKED_AT).when(decide(NO)).happens()
    given().by("rita", at=day(6, 2)).when(answer(NO, received_at=day(6, 3))).refused(BeforeRequest)


def test_nobody_asked_in_the_year_1301() -> None:
    long_ago = datetime(1301, 5, 1, tzinfo=UTC)
    given().by("rita").when(answer(NO, received_at=long_ago)).refused(ImpossibleTime, "1301-05-01", "a request")
    given().by("rita", at=long_ago).when(LOG).refused(ImpossibleTime)


# One request, one answer


@pytest.mark.parametrize("reply", [NO, YES, PARTLY])
def test_a_second_answer_is_refused(reply: dict[str, Any]) -> None:
    given(*decided(reply)).by("mara").when(decide(YES)).refused(AlreadyAnswered, f"already: {reply['answer']}.")


def test_an_appealed_answer_is_not_answered_a_second_time() -> None:
    given(*decided(NO), DecisionAppealed(argument="I was early.")).by("mara").when(decide(YES)).refused(
        AlreadyAnswered, "reverse"
    )


def test_a_withdrawn_request_is_not_answered() -> None:
    given(LOGGED, RequestWithdrawn()).by("rita").when(decide(NO)).refused(AlreadyWithdrawn, "Log it again")


def test_a_request_is_answered_after_questions_and_escalations() -> None:
    history = (LOGGED, InformationAsked(question="When?"), RequestEscalated(to="mara", reason="Above me."))
    given(*history).by("mara").when(decide(YES, effect=Effect.BENT)).happens()
