"""What can be asked about requests and their decisions."""

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field

from charter.ids import fresh_id
from charter.message import CaseId, Code, Command, CustomerLine, Line, Message, Moment, PersonalLine, PersonalText, Slug
from charter.terms import Answer, Cause, Effect, Fit, Ground, Kind, Level


class OnDecision(Command):
    """A command about one request and its decision."""

    decision: CaseId = Field(description="The decision's id, or any unique beginning of it.")

    @property
    def stream(self) -> str:
        return f"decision/{self.decision}"


Citations = Annotated[tuple[Code, ...], AfterValidator(lambda codes: tuple(dict.fromkeys(codes)))]
"""Codes of promises and limits, each named once."""


class Request(Message):
    """What a customer asked, and how it reached us."""

    request: PersonalText = Field(description="What the customer asks, in their words.")
    customer: CustomerLine | None = Field(None, description="Who asks: a name or a customer number.")
    touchpoint: Line | None = Field(None, description="Where it reached us: phone, chat, desk …")
    kind: Kind | None = Field(None, description="Support is part of the offer, service was not predictable.")
    fit: Fit | None = Field(None, description="How well the customer fits the ideal client.")
    ticket: PersonalLine | None = Field(None, description="The ticket it came from.")
    received_at: Moment | None = Field(None, description="When the customer asked; now when left out.")


class Reply(Message):
    """An answer with everything an honest answer has to say."""

    answer: Answer = Field(description="yes, no or partly.")
    ground: Ground | None = Field(None, description="Why a no is a no.")
    effect: Effect | None = Field(None, description="What a yes does to the promise.")
    cite: Citations = Field((), description="The promise or limit the answer stands on.")
    reason: PersonalText | None = Field(None, description="The reason, in words.")
    told: PersonalText | None = Field(None, description="What the customer was told.")


class NewRequest(OnDecision):
    """A command that starts a request; its id is made up when none is given."""

    decision: CaseId = Field(default_factory=fresh_id, description="The id; made up when left out.")
    charter: Slug = Field(description="The charter it is decided under.")


class LogRequest(NewRequest, Request):
    """Log a request that is not answered yet."""


class AnswerRequest(NewRequest, Request, Reply):
    """Log a request and answer it at once, as on a call."""


class DecideRequest(OnDecision, Reply):
    """Answer a request that was logged."""


class TriageRequest(OnDecision):
    """Say how urgent and how risky a request is, and who takes it."""

    urgency: Level = Field(description="How soon an answer is needed.")
    risk: Level = Field(description="What is at stake if the answer is wrong.")
    department: Line = Field(description="The department that takes it.")


class ClassifyRequest(OnDecision):
    """Say whether a request is support or service, and how well the customer fits."""

    kind: Kind = Field(description="support or service.")
    fit: Fit | None = Field(None, description="How well the customer fits the ideal client.")


class AskInformation(OnDecision):
    """Ask the customer for what is needed to decide."""

    question: PersonalText = Field(description="What is asked.")


class EscalateRequest(OnDecision):
    """Hand a request over to somebody with more authority."""

    to: Line | None = Field(None, description="The person or role it is handed to.")
    reason: PersonalText = Field(description="Why it is handed over.")


class WithdrawRequest(OnDecision):
    """Record that the customer withdrew the request."""

    reason: PersonalText | None = Field(None, description="Why, if they said so.")


class AppealDecision(OnDecision):
    """Record that the customer appeals against the answer."""

    argument: PersonalText = Field(description="What the customer holds against it.")


class UpholdDecision(OnDecision):
    """Uphold a decision after an appeal."""

    reason: PersonalText = Field(description="Why it stands.")


class ReverseDecision(OnDecision, Reply):
    """Replace somebody else's answer by another one."""

    reason: PersonalText = Field(description="Why the other answer is right.")


class CorrectDecision(OnDecision):
    """Correct a clerical mistake; the entry it corrects stays as it was."""

    request: PersonalText | None = Field(None, description="The request as it should read.")
    customer: CustomerLine | None = Field(None, description="Who asked.")
    touchpoint: Line | None = Field(None, description="Where it reached us.")
    kind: Kind | None = Field(None, description="support or service.")
    fit: Fit | None = Field(None, description="How well the customer fits.")
    ticket: PersonalLine | None = Field(None, description="The ticket.")
    ground: Ground | None = Field(None, description="Why the no is a no.")
    effect: Effect | None = Field(None, description="What the yes does to the promise.")
    cite: Citations = Field((), description="The citations as they should be, all of them.")
    reason: PersonalText | None = Field(None, description="The reason as it should read.")
    why: PersonalText = Field(description="What the mistake was.")


class AssignCause(OnDecision):
    """Say why the request had to be made at all."""

    cause: Cause = Field(description="The cause.")
    note: PersonalText | None = Field(None, description="A word about it.")


class CaptureLearning(OnDecision):
    """Keep what this case taught."""

    learning: PersonalText = Field(description="What was learned.")
    with_customer: bool = Field(False, description="The customer helped to find it.")


class OnHold(OnDecision):
    """A command about a legal hold on a decision."""

    hold: Line = Field(description="What the hold is called, without a person's name: claim 12-2026.")


class PlaceHold(OnHold):
    """Hold a decision: while it is held, nobody's data in it can be erased."""

    reason: PersonalText = Field(description="Why it has to be kept.")


class ReleaseHold(OnHold):
    """Release a hold on a decision; data in it can be erased again when nothing else holds it."""

    reason: PersonalText | None = Field(None, description="Why it need not be kept any more.")


class OpenOutcome(StrEnum):
    """How a case from another system stands that has no answer."""

    ESCALATED = "escalated"
    ASKED = "asked"
    WITHDRAWN = "withdrawn"
    OPEN = "open"


class RecordCase(NewRequest, Request):
    """Bring in one case from another system: by the full rules, or openly as history with what it lacks."""

    outcome: Reply | OpenOutcome = Field(
        description="The answer with what belongs to it, or how far the case has come."
    )
    note: PersonalText | None = Field(None, description="What is said about a case without an answer.")
    rep: Line | None = Field(None, description="Who decided.")
    label: Line | None = Field(None, description="The version of the charter the source names.")
    source: Line = Field(description="The source the case comes from.")
    row: Line = Field(description="The id of the case in its source.")
    as_history: bool = Field(False, description="Admit what the case lacks, listed as gaps.")


DecisionCommand = (
    LogRequest
    | AnswerRequest
    | DecideRequest
    | TriageRequest
    | ClassifyRequest
    | AskInformation
    | EscalateRequest
    | WithdrawRequest
    | AppealDecision
    | UpholdDecision
    | ReverseDecision
    | CorrectDecision
    | AssignCause
    | CaptureLearning
    | PlaceHold
    | ReleaseHold
    | RecordCase
)
