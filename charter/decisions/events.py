"""What has happened to requests and their decisions."""

from typing import ClassVar

from charter.message import Code, CustomerLine, Event, Line, Moment, PersonalLine, PersonalText, RevisionNumber, Slug
from charter.terms import Answer, Cause, Effect, Fit, Gap, Ground, Kind, Level


class RequestLogged(Event):
    """A customer asked for something; `source` and `row` say where an imported case comes from."""

    name: ClassVar = "request.logged"
    charter: Slug
    request: PersonalText
    customer: CustomerLine | None = None
    touchpoint: Line | None = None
    kind: Kind | None = None
    fit: Fit | None = None
    ticket: PersonalLine | None = None
    received_at: Moment | None = None
    source: Line | None = None
    row: Line | None = None


class RequestTriaged(Event):
    """Urgency, risk and the department that takes the request were settled."""

    name: ClassVar = "request.triaged"
    urgency: Level
    risk: Level
    department: Line


class RequestClassified(Event):
    """A request was found to be support or service."""

    name: ClassVar = "request.classified"
    kind: Kind
    fit: Fit | None = None


class InformationAsked(Event):
    """The customer was asked for what is needed to decide."""

    name: ClassVar = "information.asked"
    question: PersonalText | None = None
    rep: Line | None = None
    gaps: tuple[Gap, ...] = ()


class RequestEscalated(Event):
    """The request was handed to somebody with more authority."""

    name: ClassVar = "request.escalated"
    to: Line | None = None
    reason: PersonalText | None = None
    rep: Line | None = None
    gaps: tuple[Gap, ...] = ()


class RequestWithdrawn(Event):
    """The customer withdrew the request."""

    name: ClassVar = "request.withdrawn"
    reason: PersonalText | None = None
    gaps: tuple[Gap, ...] = ()


class DecisionMade(Event):
    """The request was answered, citing the revision in force at that moment.

    `rep` decided; in history it may be a name that is not registered. `label` is the version an imported case names.
    """

    name: ClassVar = "decision.made"
    answer: Answer
    rep: Line | None = None
    ground: Ground | None = None
    effect: Effect | None = None
    cited: tuple[Code, ...] = ()
    revision: RevisionNumber | None = None
    reason: PersonalText | None = None
    told: PersonalText | None = None
    label: Line | None = None
    gaps: tuple[Gap, ...] = ()


class DecisionAppealed(Event):
    """The customer appealed against the answer."""

    name: ClassVar = "decision.appealed"
    argument: PersonalText


class DecisionUpheld(Event):
    """The answer was looked at again after an appeal, and stands."""

    name: ClassVar = "decision.upheld"
    reason: PersonalText


class DecisionReversed(Event):
    """Somebody else replaced the answer by another one, citing the revision in force then."""

    name: ClassVar = "decision.reversed"
    answer: Answer
    ground: Ground | None = None
    effect: Effect | None = None
    cited: tuple[Code, ...]
    revision: RevisionNumber
    reason: PersonalText
    told: PersonalText | None = None


class RequestCorrected(Event):
    """A clerical mistake in the request was corrected; `corrects` is the version of the entry that had it."""

    name: ClassVar = "request.corrected"
    corrects: int
    why: PersonalText
    request: PersonalText | None = None
    customer: CustomerLine | None = None
    touchpoint: Line | None = None
    kind: Kind | None = None
    fit: Fit | None = None
    ticket: PersonalLine | None = None


class DecisionCorrected(Event):
    """A clerical mistake in the answer was corrected; `corrects` is the version of the entry that had it."""

    name: ClassVar = "decision.corrected"
    corrects: int
    why: PersonalText
    ground: Ground | None = None
    effect: Effect | None = None
    cited: tuple[Code, ...] | None = None
    reason: PersonalText | None = None


class CauseAssigned(Event):
    """The cause of the request was found."""

    name: ClassVar = "cause.assigned"
    cause: Cause
    note: PersonalText | None = None


class LearningCaptured(Event):
    """Something was learned from the case."""

    name: ClassVar = "learning.captured"
    learning: PersonalText
    with_customer: bool = False


class HoldPlaced(Event):
    """A legal hold was placed on the decision: nobody's data in it may be erased."""

    name: ClassVar = "hold.placed"
    hold: Line
    reason: PersonalText


class HoldReleased(Event):
    """A legal hold on the decision was released."""

    name: ClassVar = "hold.released"
    hold: Line
    reason: PersonalText | None = None


DecisionEvent = (
    RequestLogged
    | RequestTriaged
    | RequestClassified
    | InformationAsked
    | RequestEscalated
    | RequestWithdrawn
    | DecisionMade
    | DecisionAppealed
    | DecisionUpheld
    | DecisionReversed
    | RequestCorrected
    | DecisionCorrected
    | CauseAssigned
    | LearningCaptured
    | HoldPlaced
    | HoldReleased
)
