"""The rules about decisions: who may answer what, in which order, and who may look at an answer again."""

from datetime import UTC, datetime
from typing import assert_never

from charter.decisions.commands import (
    AnswerRequest,
    AppealDecision,
    AskInformation,
    AssignCause,
    CaptureLearning,
    ClassifyRequest,
    CorrectDecision,
    DecideRequest,
    DecisionCommand,
    EscalateRequest,
    LogRequest,
    NewRequest,
    PlaceHold,
    RecordCase,
    ReleaseHold,
    Reply,
    ReverseDecision,
    TriageRequest,
    UpholdDecision,
    WithdrawRequest,
)
from charter.decisions.events import (
    CauseAssigned,
    DecisionEvent,
    DecisionMade,
    InformationAsked,
    LearningCaptured,
    RequestClassified,
    RequestEscalated,
    RequestLogged,
    RequestTriaged,
    RequestWithdrawn,
)
from charter.decisions.history import record
from charter.decisions.holds import place, release
from charter.decisions.refusals import (
    AlreadyAnswered,
    AlreadyLogged,
    AlreadyWithdrawn,
    NothingToCorrect,
    UnknownDecision,
)
from charter.decisions.reply import check
from charter.decisions.review import review
from charter.decisions.state import Case, Stage
from charter.decisions.times import check_times
from charter.given import Given, Needs, Standing
from charter.terms import ANYBODY, DESK


def needs(state: Case, command: DecisionCommand) -> Needs:
    """A decision needs its charter as it stood; an imported one also the person it names.

    A hold needs to know whether somebody whose words are in it is being erased.
    """
    if isinstance(command, PlaceHold):
        return Needs(whose=(command.stream,))
    if isinstance(command, RecordCase):
        return Needs(charters=(command.charter,), people=(command.rep,) if command.rep else ())
    charter = command.charter if isinstance(command, NewRequest) else state.charter
    return Needs(charters=(charter,) if charter else ())


def decide(state: Case, command: DecisionCommand, given: Given) -> list[DecisionEvent]:
    """The events a command leads to; raises Refused."""
    if isinstance(command, RecordCase):
        return record(state, command, given)
    now = given.happened()
    if isinstance(command, LogRequest | AnswerRequest):
        return _start(state, command, given, now)
    if state.stage is Stage.UNKNOWN:
        raise UnknownDecision(decision=command.decision)
    check_times(state.received_at, now, given.now)
    match command:
        case UpholdDecision() | ReverseDecision() | CorrectDecision() | AppealDecision():
            return review(state, command, given, now)
        case AssignCause():
            given.require(state.charter, *ANYBODY)
            if command.cause is state.cause:
                raise NothingToCorrect
            return [CauseAssigned(cause=command.cause, note=command.note)]
        case PlaceHold():
            return place(state, command, given)
        case ReleaseHold():
            return release(state, command, given)
        case CaptureLearning():
            given.require(state.charter, *ANYBODY)
            return [LearningCaptured(learning=command.learning, with_customer=command.with_customer)]
        case _:
            return _progress(state, command, given, now)


def _start(state: Case, command: LogRequest | AnswerRequest, given: Given, now: datetime) -> list[DecisionEvent]:
    given.require(command.charter, *DESK)
    if state.stage is not Stage.UNKNOWN:
        raise AlreadyLogged(decision=command.decision)
    received = command.received_at or now.astimezone(UTC)
    check_times(received, now, given.now)
    standing = given.charter(command.charter)
    events: list[DecisionEvent] = [
        RequestLogged.of(
            charter=command.charter,
            request=command.request,
            customer=command.customer,
            touchpoint=command.touchpoint,
            kind=command.kind,
            fit=command.fit,
            ticket=command.ticket,
            received_at=received,
            source=None,
            row=None,
        )
    ]
    if isinstance(command, AnswerRequest):
        events.append(_made(command, command.decision, given, standing, now))
    return events


def _progress(
    state: Case,
    command: DecideRequest | TriageRequest | ClassifyRequest | AskInformation | EscalateRequest | WithdrawRequest,
    given: Given,
    now: datetime,
) -> list[DecisionEvent]:
    """What may happen to a request until it is answered or withdrawn."""
    given.require(state.charter, *DESK)
    if state.stage is Stage.WITHDRAWN:
        raise AlreadyWithdrawn
    if state.reply is not None:
        raise AlreadyAnswered(answer=state.reply.answer)
    match command:
        case DecideRequest():
            standing = given.charter(state.charter)
            return [_made(command, command.decision, given, standing, now)]
        case TriageRequest():
            return [RequestTriaged(urgency=command.urgency, risk=command.risk, department=command.department)]
        case ClassifyRequest():
            asked = state.asked
            if asked and command.kind is asked.kind and command.fit in (None, asked.fit):
                raise NothingToCorrect
            return [RequestClassified(kind=command.kind, fit=command.fit)]
        case AskInformation():
            return [InformationAsked(question=command.question)]
        case EscalateRequest():
            return [RequestEscalated(to=command.to, reason=command.reason)]
        case WithdrawRequest():
            return [RequestWithdrawn(reason=command.reason)]
        case _:
            assert_never(command)


def _made(reply: Reply, decision: str, given: Given, standing: Standing, now: datetime) -> DecisionMade:
    revision = check(reply, decision, given.actor, standing, now)
    return DecisionMade.of(
        answer=reply.answer,
        rep=given.by,
        ground=reply.ground,
        effect=reply.effect,
        cited=reply.cite,
        revision=revision.revision,
        reason=reply.reason,
        told=reply.told,
        label=None,
        gaps=(),
    )
