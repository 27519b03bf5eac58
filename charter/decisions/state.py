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
    InformationAsked,
    LearningCaptured,
    RequestClassified,
    RequestCorrected,
    RequestEscalated,
    RequestLogged,
    RequestTriaged,
    RequestWithdrawn,
)
from charter.terms import Cause, Fit, Kind


class Stage(StrEnum):
    """How far a request has come."""

    UNKNOWN = "unknown"
    OPEN = "open"
    ASKED = "asked"
    ESCALATED = "escalated"
    WITHDRAWN = "withdrawn"
    DECIDED = "decided"
    APPEALED = "appealed"


class Case(NamedTuple):
    """A request with its answer; `version` counts its entries, `answered_in` is the version that holds the answer.

    `logged` is the request as it was written and `first` what first became of it, at `first_at`: with these an imported
    row is compared. `since` is when the newest answer or appeal happened; nothing may look at it again before.
    """

    stage: Stage = Stage.UNKNOWN
    version: int = 0
    charter: str = ""
    received_at: datetime | None = None
    logged: RequestLogged | None = None
    reply: DecisionMade | DecisionReversed | None = None
    cited: tuple[str, ...] = ()
    decided_by: str | None = None
    answered_in: int = 0
    kind: Kind | None = None
    fit: Fit | None = None
    cause: Cause | None = None
    first: DecisionEvent | None = None
    first_at: datetime | None = None
    since: datetime | None = None


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
                kind=event.kind,
                fit=event.fit,
            )
        case DecisionMade():
            return state._replace(
                stage=Stage.DECIDED,
                version=version,
                reply=event,
                cited=event.cited,
                decided_by=event.rep or by,
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
                decided_by=by,
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
            cited = state.cited if event.cited is None else event.cited
            return state._replace(version=version, cited=cited)
        case RequestClassified():
            return state._replace(version=version, kind=event.kind, fit=event.fit or state.fit)
        case RequestCorrected():
            return state._replace(version=version, kind=event.kind or state.kind, fit=event.fit or state.fit)
        case CauseAssigned():
            return state._replace(version=version, cause=event.cause)
        case RequestTriaged() | LearningCaptured():
            return state._replace(version=version)
        case _:
            assert_never(event)


def _first(state: Case, event: DecisionEvent, at: datetime | None) -> dict[str, Any]:
    return {} if state.first is not None else {"first": event, "first_at": at}
