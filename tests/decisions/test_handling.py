"""Until it is answered a request is triaged, classified, asked about, escalated or withdrawn; lessons come any time."""

from __future__ import annotations

import pytest

from charter.decisions.commands import (
    AskInformation,
    AssignCause,
    CaptureLearning,
    ClassifyRequest,
    EscalateRequest,
    TriageRequest,
    WithdrawRequest,
)
from charter.decisions.events import (
    CauseAssigned,
    DecisionEvent,
    InformationAsked,
    LearningCaptured,
    RequestClassified,
    RequestEscalated,
    RequestTriaged,
    RequestWithdrawn,
)
from charter.decisions.refusals import (
    AlreadyAnswered,
    AlreadyWithdrawn,
    BeforeRequest,
    NothingToCorrect,
    UnknownDecision,
)
from charter.given import MissingRole
from charter.message import Command
from charter.terms import Cause, Fit, Kind, Level
from tests.decisions.cases import ASKED_AT, CASE, LOGGED, NO, decided
from tests.rules import A_MOMENT, given

STEPS: list[tuple[Command, DecisionEvent]] = [
    (
        TriageRequest(decision=CASE, urgency=Level.HIGH, risk=Level.LOW, department="Finance"),
        RequestTriaged(urgency=Level.HIGH, risk=Level.LOW, department="Finance"),
    ),
    (
        ClassifyRequest(decision=CASE, kind=Kind.SERVICE, fit=Fit.IDEAL),
        RequestClassified(kind=Kind.SERVICE, fit=Fit.IDEAL),
    ),
    (AskInformation(decision=CASE, question="When did you book?"), InformationAsked(question="When did you book?")),
    (
        EscalateRequest(decision=CASE, to="ann", reason="Above me."),
        RequestEscalated(to="ann", reason="Above me."),
    ),
    (WithdrawRequest(decision=CASE, reason="Found it."), RequestWithdrawn(reason="Found it.")),
]
AFTERTHOUGHTS: list[tuple[Command, DecisionEvent]] = [
    (
        AssignCause(decision=CASE, cause=Cause.WRONG_OFFER, note="Twice a week."),
        CauseAssigned(cause=Cause.WRONG_OFFER, note="Twice a week."),
    ),
    (
        CaptureLearning(decision=CASE, learning="Say it when they book.", with_customer=True),
        LearningCaptured(learning="Say it when they book.", with_customer=True),
    ),
]
steps = pytest.mark.parametrize(("command", "event"), STEPS)
afterthoughts = pytest.mark.parametrize(("command", "event"), AFTERTHOUGHTS)
both = pytest.mark.parametrize(("command", "event"), STEPS + AFTERTHOUGHTS)


@both
def test_a_rep_or_a_leader_takes_the_step(command: Command, event: DecisionEvent) -> None:
    for who in ("rita", "ann"):
        given(LOGGED).by(who).when(command).then(event)


@both
@pytest.mark.parametrize("who", ["adam", "nora", "harry"])
def test_nobody_else_does(command: Command, event: DecisionEvent, who: str) -> None:
    given(LOGGED).by(who).when(command).refused(MissingRole, "for skyline")


@steps
def test_a_reviewer_leaves_the_steps_to_the_desk(command: Command, event: DecisionEvent) -> None:
    given(LOGGED).by("rex").when(command).refused(MissingRole, "rep or leader")


@afterthoughts
def test_a_reviewer_finds_causes_and_lessons_too(command: Command, event: DecisionEvent) -> None:
    given(LOGGED).by("rex").when(command).then(event)


@both
def test_nothing_happens_to_a_request_that_was_not_logged(command: Command, event: DecisionEvent) -> None:
    given().by("rita").when(command).refused(UnknownDecision)


@both
def test_nothing_happens_before_the_request(command: Command, event: DecisionEvent) -> None:
    given(LOGGED).by("rita", at=ASKED_AT - A_MOMENT).when(command).refused(BeforeRequest)
    given(LOGGED).by("rita", at=ASKED_AT).when(command).then(event)


@steps
def test_no_step_is_taken_after_the_answer(command: Command, event: DecisionEvent) -> None:
    given(*decided(NO)).by("rita").when(command).refused(AlreadyAnswered)


@steps
def test_no_step_is_taken_after_the_withdrawal(command: Command, event: DecisionEvent) -> None:
    given(LOGGED, RequestWithdrawn()).by("rita").when(command).refused(AlreadyWithdrawn)


@afterthoughts
def test_causes_and_lessons_are_found_when_it_is_over_too(command: Command, event: DecisionEvent) -> None:
    given(*decided(NO)).by("rita").when(command).then(event)
    given(LOGGED, RequestWithdrawn()).by("rita").when(command).then(event)


def test_saying_what_is_known_already_is_refused() -> None:
    classify = ClassifyRequest(decision=CASE, kind=Kind.SERVICE)
    classified = RequestClassified(kind=Kind.SERVICE, fit=Fit.GOOD)
    given(LOGGED, classified).by("rita").when(classify).refused(NothingToCorrect)
    given(LOGGED, classified).by("rita").when(classify.model_copy(update={"fit": Fit.GOOD})).refused(NothingToCorrect)
    given(LOGGED, classified).by("rita").when(classify.model_copy(update={"fit": Fit.POOR})).happens()
    cause = AssignCause(decision=CASE, cause=Cause.WRONG_OFFER)
    given(LOGGED, CauseAssigned(cause=Cause.WRONG_OFFER)).by("rita").when(cause).refused(NothingToCorrect)
    given(LOGGED, CauseAssigned(cause=Cause.WRONG_BUYER)).by("rita").when(cause).happens()
