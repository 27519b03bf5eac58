"""An answer is looked at again by somebody else: appealed, upheld or reversed; slips are corrected by a new entry."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from charter.decisions.commands import AppealDecision, CorrectDecision, ReverseDecision, UpholdDecision
from charter.decisions.events import (
    DecisionAppealed,
    DecisionCorrected,
    DecisionReversed,
    DecisionUpheld,
    RequestCorrected,
    RequestWithdrawn,
)
from charter.decisions.refusals import (
    AboveAuthority,
    AlreadyAppealed,
    AlreadyWithdrawn,
    BeforeAnswer,
    BeforeRequest,
    NoCharterInForce,
    NotAnswered,
    NotAppealed,
    NothingToAppeal,
    NothingToCorrect,
    NotInForce,
    OutOfPlace,
    OwnDecision,
    PromiseMissing,
    SameAnswer,
    UnknownDecision,
)
from charter.given import InTheFuture, MissingRole
from charter.message import Command
from charter.terms import Effect, Fit, Gap, Ground, Kind
from tests.decisions.cases import ASKED_AT, CASE, LOGGED, NO, PARTLY, YES, decided, made
from tests.rules import A_MOMENT, NOW, by, day, given

APPEAL = AppealDecision(decision=CASE, argument="I was early.")
UPHOLD = UpholdDecision(decision=CASE, reason="It stands.")
APPEALED = DecisionAppealed(argument="I was early.")
UPHELD = DecisionUpheld(reason="It stands.")
OTHERWISE = "The desk had closed."


def reverse(reply: dict[str, Any], **changes: Any) -> ReverseDecision:
    """Give another answer instead."""
    return ReverseDecision(decision=CASE, **{**reply, "reason": OTHERWISE, **changes})


def reversed_to(reply: dict[str, Any], revision: int = 2) -> DecisionReversed:
    """Another answer was given instead."""
    fields = {**reply, "reason": OTHERWISE}
    return DecisionReversed(revision=revision, cited=fields.pop("cite"), **fields)


def correct(**fields: Any) -> CorrectDecision:
    """Correct a slip."""
    return CorrectDecision(decision=CASE, why="Mistyped.", **fields)


# Appeals


@pytest.mark.parametrize("who", ["rita", "ann", "rex"])
@pytest.mark.parametrize("reply", [NO, PARTLY])
def test_a_customer_appeals_against_a_no(who: str, reply: dict[str, Any]) -> None:
    given(*decided(reply)).by(who).when(APPEAL).then(APPEALED)


def test_there_is_nothing_to_appeal_against_in_a_yes() -> None:
    given(*decided(YES)).by("rita").when(APPEAL).refused(NothingToAppeal)
    given(*decided(NO), by("rex", reversed_to(YES))).by("rita").when(APPEAL).refused(NothingToAppeal)


def test_one_appeal_waits_at_a_time() -> None:
    given(*decided(NO), APPEALED).by("rita").when(APPEAL).refused(AlreadyAppealed)
    given(*decided(NO), APPEALED, by("rex", UPHELD)).by("rita").when(APPEAL).then(APPEALED)


@pytest.mark.parametrize("who", ["rex", "ann", "ben"])
def test_a_reviewer_or_a_leader_upholds_after_an_appeal(who: str) -> None:
    given(*decided(NO), APPEALED).by(who).when(UPHOLD).then(UPHELD)


def test_without_an_appeal_there_is_nothing_to_uphold() -> None:
    given(*decided(NO)).by("rex").when(UPHOLD).refused(NotAppealed)
    given(*decided(NO), APPEALED, by("rex", UPHELD)).by("ann").when(UPHOLD).refused(NotAppealed)


def test_nobody_upholds_their_own_answer() -> None:
    given(*decided(NO, rep="ann"), APPEALED).by("ann").when(UPHOLD).refused(OwnDecision, "ann gave", "uphold it")


# Reversals


@pytest.mark.parametrize("before", [NO, YES, PARTLY])
@pytest.mark.parametrize("after", [NO, YES, PARTLY])
def test_an_answer_is_reversed_by_another_one(before: dict[str, Any], after: dict[str, Any]) -> None:
    outcome = given(*decided(before)).by("rex").when(reverse(after))
    if before is after:
        outcome.refused(SameAnswer, f"The answer is {before['answer']} already")
    else:
        outcome.then(reversed_to(after))


def test_nobody_reverses_their_own_answer() -> None:
    given(*decided(NO, rep="ann")).by("ann").when(reverse(YES)).refused(OwnDecision, "ann gave", "reverse it")


def test_a_reversal_is_an_answer_of_whoever_reversed() -> None:
    history = (*decided(NO, rep="ann"), by("ben", reversed_to(YES)))
    given(*history).by("ben").when(reverse(NO)).refused(OwnDecision)
    given(*history).by("ann").when(reverse(NO)).refused(OwnDecision)  # nor does it go back and forth
    given(*history).by("rex").when(reverse(NO)).then(reversed_to(NO))


def test_an_appeal_is_settled_by_a_reversal() -> None:
    history = (*decided(NO), APPEALED, by("rex", reversed_to(PARTLY)))
    given(*history).by("ann").when(UPHOLD).refused(NotAppealed)
    given(*history).by("rita").when(APPEAL).then(APPEALED)


@pytest.mark.parametrize("command", [UPHOLD, reverse(YES)])
@pytest.mark.parametrize("who", ["rita", "mara", "adam", "nora", "harry"])
def test_only_the_bench_looks_at_an_answer_again(command: Command, who: str) -> None:
    given(*decided(NO), APPEALED).by(who).when(command).refused(MissingRole, "reviewer or leader for skyline")


def test_a_reversal_obeys_the_rules_of_any_answer() -> None:
    scenario = given(*decided(NO)).by("rex")
    scenario.when(reverse(YES, effect=Effect.BENT)).refused(AboveAuthority, "rex")
    scenario.when(reverse(YES, cite=("REFUND-30.1",))).refused(PromiseMissing)
    scenario.when(reverse(YES, cite=("FAX",))).refused(NotInForce, "revision 2")
    scenario.by("ann").when(reverse(YES, effect=Effect.BENT)).happens()


def test_a_reversal_is_pinned_to_what_is_in_force_when_it_is_given() -> None:
    early = LOGGED.model_copy(update={"received_at": day(1, 10)})
    answered = by("rita", made(NO, cite=("FAX.1",), revision=1))
    scenario = given(early, answered)
    scenario.by("rex").when(reverse(YES)).then(reversed_to(YES, revision=2))
    scenario.by("rex", at=day(2, 1)).when(reverse(YES)).then(reversed_to(YES, revision=1))


# Before there is an answer


@pytest.mark.parametrize("command", [APPEAL, UPHOLD, reverse(YES)])
def test_there_has_to_be_an_answer_first(command: Command) -> None:
    given().by("rex").when(command).refused(UnknownDecision)
    given(LOGGED).by("rex").when(command).refused(NotAnswered, f"decide {CASE[:8]}")
    given(LOGGED, RequestWithdrawn()).by("rex").when(command).refused(AlreadyWithdrawn)


@pytest.mark.parametrize("command", [APPEAL, UPHOLD, reverse(YES), correct(ticket="T-2")])
def test_nothing_is_looked_at_again_in_the_future_or_before_the_request(command: Command) -> None:
    given(*decided(NO), APPEALED).by("rex", at=NOW + A_MOMENT).when(command).refused(InTheFuture)
    if command is not UPHOLD:
        given(*decided(NO)).by("rex", at=ASKED_AT - A_MOMENT).when(command).refused(BeforeRequest)


# Corrections


@pytest.mark.parametrize("who", ["rita", "ann", "rex"])
def test_a_slip_in_the_request_is_corrected_and_the_entry_named(who: str) -> None:
    fields = {"customer": "C-8", "touchpoint": "chat", "kind": Kind.SUPPORT, "fit": Fit.POOR, "ticket": "T-2"}
    given(LOGGED).by(who).when(correct(**fields)).then(RequestCorrected(corrects=1, why="Mistyped.", **fields))


@pytest.mark.parametrize("who", ["adam", "nora", "harry"])
def test_nobody_else_corrects(who: str) -> None:
    given(*decided(NO)).by(who).when(correct(ticket="T-2")).refused(MissingRole)


def test_a_slip_in_the_answer_is_corrected_and_the_entry_named() -> None:
    command = correct(ground=Ground.NOT_PERMITTED, cite=("REFUND-30.2",), reason="By law.")
    expected = DecisionCorrected(
        corrects=2, why="Mistyped.", ground=Ground.NOT_PERMITTED, cited=("REFUND-30.2",), reason="By law."
    )
    given(*decided(NO)).by("rita").when(command).then(expected)
    history = (*decided(YES), APPEALED, by("rex", reversed_to(NO)))
    given(*history).by("rita").when(command).then(expected.model_copy(update={"corrects": 4}))


def test_a_slip_in_both_is_two_corrections() -> None:
    given(*decided(NO)).by("rita").when(correct(ticket="T-2", reason="Departed.")).then(
        RequestCorrected(corrects=1, why="Mistyped.", ticket="T-2"),
        DecisionCorrected(corrects=2, why="Mistyped.", reason="Departed."),
    )


def test_a_correction_corrects_something() -> None:
    given(*decided(NO)).by("rita").when(correct()).refused(NothingToCorrect)


def test_an_answer_that_was_not_given_is_not_corrected() -> None:
    given(LOGGED).by("rita").when(correct(reason="Departed.")).refused(NotAnswered)


def test_corrected_citations_were_in_force_when_it_was_decided() -> None:
    old = (LOGGED.model_copy(update={"received_at": day(1, 10)}), made(NO, cite=("FAX.1",), revision=1))
    given(*old).by("rita").when(correct(cite=("FAX",))).happens()
    given(*old).by("rita").when(correct(cite=("REBOOK",))).refused(NotInForce, "not in revision 1", "in revision 2")


def test_a_corrected_yes_still_cites_a_promise() -> None:
    given(*decided(YES)).by("rita").when(correct(cite=("REFUND-30.1",))).refused(PromiseMissing)
    given(*decided(YES)).by("rita").when(correct(cite=("REBOOK",))).happens()


def test_a_yes_is_not_corrected_to_have_a_ground() -> None:
    given(*decided(YES)).by("rita").when(correct(ground=Ground.OFF_BRAND)).refused(OutOfPlace)


def test_nothing_can_be_cited_afterwards_from_before_any_revision() -> None:
    uncharted = made(NO, cite=("OLD",)).model_copy(update={"revision": None, "gaps": (Gap.NO_CHARTER,)})
    given(LOGGED, by("rita", uncharted)).by("rita").when(correct(cite=("OLDER",))).refused(NoCharterInForce)


def test_nothing_looks_at_an_answer_before_it_was_given() -> None:
    answered = (LOGGED, by("rita", made(NO), at=NOW - timedelta(hours=1)))
    earlier = NOW - timedelta(hours=2)
    given(*answered).by("ann", at=earlier).when(APPEAL).refused(BeforeAnswer)
    given(*answered).by("vera", at=earlier).when(reverse(YES)).refused(BeforeAnswer)
    given(*answered, by("ann", APPEALED, at=NOW)).by("vera", at=earlier).when(UPHOLD).refused(BeforeAnswer)


def test_what_somebody_else_answered_is_corrected_at_the_bench_only() -> None:
    given(*decided(NO)).by("mara").when(correct(reason="Otherwise.")).refused(MissingRole)
    given(*decided(NO)).by("rex").when(correct(reason="Otherwise.")).happens()


def test_a_correction_that_changes_nothing_is_none() -> None:
    given(*decided(NO)).by("rita").when(correct(ground=NO["ground"], cite=NO["cite"])).refused(NothingToCorrect)


def test_a_mistyped_effect_is_corrected_by_somebody_else_who_could_have_given_it() -> None:
    [corrected] = given(*decided(YES)).by("ann").when(correct(effect=Effect.BROKEN)).happens()
    assert isinstance(corrected, DecisionCorrected)
    assert corrected.effect is Effect.BROKEN
    given(*decided(YES)).by("rita").when(correct(effect=Effect.BROKEN)).refused(OwnDecision)
    given(*decided(YES)).by("ben").when(correct(effect=Effect.BENT)).refused(AboveAuthority)
    given(*decided(NO)).by("ann").when(correct(effect=Effect.UPHELD)).refused(OutOfPlace)
