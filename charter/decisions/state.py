"""What is known of a request and its decision after everything that happened to it."""

from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, assert_never

from charter.decisions.events import (
    CauseAssigned,
    DecisionAppealed,
    DecisionCorrected,
    DecisionEvent,
    DecisionMade,
    DecisionReversed,
    DecisionUpheld,
    HoldPlaced,
    HoldReleased,
    InformationAsked,
    LearningCaptured,
    RequestClassified,
    RequestCorrected,
    RequestEscalated,
    RequestLogged,
    RequestTriaged,
    RequestWithdrawn,
)
from charter.terms import Cause


class Stage(StrEnum):
    """How far a request has come."""

    UNKNOWN = "unknown"
    OPEN = "open"
    ASKED = "asked"
    ESCALATED = "escalated"
    WITHDRAWN = "withdrawn"
    DECIDED = "decided"
    APPEALED = "appealed"


Answered = DecisionMade | DecisionReversed
ON_REQUEST = ("request", "customer", "touchpoint", "kind", "fit", "ticket")
CORRECTABLE = ("ground", "effect", "cited", "reason")


class Case(NamedTuple):
    """A request with its answer; `version` counts its entries, `answered_in` is the version that holds the answer.

    `logged` is the request as it was written, `asked` as it reads now; `first` is what first became of it, at
    `first_at`: with `logged` and `first` an imported row is compared. `since` is when the newest answer or appeal
    happened; nothing may look at it again before. `holds` are the names of the legal holds on it.
    """

    stage: Stage = Stage.UNKNOWN
    version: int = 0
    charter: str = ""
    received_at: datetime | None = None
    logged: RequestLogged | None = None
    asked: RequestLogged | None = None
    reply: Answered | None = None
    cited: tuple[str, ...] = ()
    answered_by: frozenset[str] = frozenset()
    answered_in: int = 0
    cause: Cause | None = None
    first: DecisionEvent | None = None
    first_at: datetime | None = None
    since: datetime | None = None
    holds: tuple[str, ...] = ()


def evolve(state: Case, event: DecisionEvent, by: str, at: datetime | None) -> Case:
    """The case after one more event, written by somebody; `at` is when it happened, None where it is not known."""
    version = state.version + 1
    match event:
        case RequestLogged():
            return Case(
                stage=Stage.OPEN,
                version=version,
                charter=event.charter,
                received_at=event.received_at,
                logged=event,
                asked=event,
            )
        case DecisionMade():
            return state._replace(
                stage=Stage.DECIDED,
                version=version,
                reply=event,
                cited=event.cited,
                answered_by=state.answered_by | {by, event.rep or by},
                answered_in=version,
                since=at,
                **_first(state, event, at),
            )
        case DecisionReversed():
            return state._replace(
                stage=Stage.DECIDED,
                version=version,
                reply=event,
                cited=event.cited,
                answered_by=state.answered_by | {by},
                answered_in=version,
                since=at,
            )
        case InformationAsked():
            return state._replace(stage=Stage.ASKED, version=version, **_first(state, event, at))
        case RequestEscalated():
            return state._replace(stage=Stage.ESCALATED, version=version, **_first(state, event, at))
        case RequestWithdrawn():
            return state._replace(stage=Stage.WITHDRAWN, version=version, **_first(state, event, at))
        case DecisionAppealed():
            return state._replace(stage=Stage.APPEALED, version=version, since=at)
        case DecisionUpheld():
            return state._replace(stage=Stage.DECIDED, version=version)
        case DecisionCorrected():
            assert state.reply is not None, "only an answer is corrected"
            reply = corrected(state.reply, event)
            return state._replace(version=version, reply=reply, cited=reply.cited)
        case RequestClassified():
            return _reworded(state, version, kind=event.kind, fit=event.fit)
        case RequestCorrected():
            words = {name: getattr(event, name) for name in ON_REQUEST}
            return _reworded(state, version, **words)
        case CauseAssigned():
            return state._replace(version=version, cause=event.cause)
        case HoldPlaced() | HoldReleased():
            return state._replace(version=version, holds=_held(state.holds, event))
        case RequestTriaged() | LearningCaptured():
            return state._replace(version=version)
        case _:
            assert_never(event)


def _held(holds: tuple[str, ...], event: HoldPlaced | HoldReleased) -> tuple[str, ...]:
    others = tuple(hold for hold in holds if hold != event.hold)
    return (*others, event.hold) if isinstance(event, HoldPlaced) else others


def _reworded(state: Case, version: int, **words: Any) -> Case:
    """The case with its request as it reads now, what is None left as it was."""
    assert state.asked is not None, "only what was asked is worded anew"
    asked = state.asked.model_copy(update={name: value for name, value in words.items() if value is not None})
    return state._replace(version=version, asked=asked)


def corrected(reply: Answered, event: DecisionCorrected) -> Answered:
    """An answer as it reads after a correction."""
    changes = {name: value for name in CORRECTABLE if (value := getattr(event, name)) is not None}
    return reply.model_copy(update=changes)


def _first(state: Case, event: DecisionEvent, at: datetime | None) -> dict[str, Any]:
    return {} if state.first is not None else {"first": event, "first_at": at}
