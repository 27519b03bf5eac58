"""What can be asked of a charter."""

from pydantic import Field

from charter.charters.promise import Promise, Wording
from charter.message import (
    CaseId,
    Command,
    Day,
    Line,
    Message,
    PersonalLine,
    PersonalText,
    PromiseCode,
    RevisionNumber,
    Slug,
    Text,
)
from charter.terms import Audience, Outcome, PromiseClass, Retained, Serves


class OnCharter(Command):
    """A command about one charter."""

    charter: Slug = Field(description="The charter's short name.")

    @property
    def stream(self) -> str:
        return f"charter/{self.charter}"


class OpenCharter(OnCharter):
    """Open a charter for a brand."""

    brand: Line = Field(description="The brand whose promises it holds.")
    style: Text = Field(description="How it feels to be served here, in one sentence.")
    approvals: int = Field(1, ge=1, le=20, description="How many people other than the author must approve a revision.")
    zone: Line = Field("UTC", description="The time zone in which its days begin, for example Europe/Berlin.")


class LimitWording(Message):
    """A limit as it is typed; its code is given when it is new, and kept when its text is kept."""

    text: Text
    serves: Serves


class MakePromise(OnCharter, Wording):
    """Put a new promise into the draft."""

    code: PromiseCode = Field(description="The code people cite, for example REFUND-30.")
    limits: tuple[LimitWording, ...] = Field((), description="What we say no to, and whom that serves.")


class RevisePromise(OnCharter):
    """Word a promise of the draft anew; what is left out stays as it is."""

    code: PromiseCode = Field(description="The code of the promise.")
    title: Line | None = Field(None, description="A new title.")
    statement: Text | None = Field(None, description="A new sentence.")
    audience: Audience | None = Field(None, description="For whom it is made.")
    promise_class: PromiseClass | None = Field(None, description="Baseline or differentiator.")
    measure: Line | None = Field(None, description="How it is measured.")
    target: Line | None = Field(None, description="The value the measure has to reach.")
    unit: Line | None = Field(None, description="The unit of the target.")
    owner: Line | None = Field(None, description="The role that answers for it.")
    remedy: Text | None = Field(None, description="What we do when we break it.")
    review_on: Day | None = Field(None, description="The day it is looked at again.")
    feels: Text | None = Field(None, description="What the customer feels when it is kept.")
    does: Text | None = Field(None, description="What the customer then does.")
    outcome: Outcome | None = Field(None, description="The outcome the company lives on.")
    limits: tuple[LimitWording, ...] | None = Field(None, description="All limits anew; a kept text keeps its code.")
    without: tuple[str, ...] = Field((), description="Fields to empty, for example measure.")
    why: Text = Field(description="Why the wording changes.")


class RetirePromise(OnCharter):
    """Take a promise out of the draft."""

    code: PromiseCode = Field(description="The code of the promise.")
    why: Text = Field(description="Why it is no longer made.")


class ProposeRevision(OnCharter):
    """Propose the draft as the next revision, with how it came about."""

    summary: Text = Field(description="What changes for the customer, in a sentence or two.")
    participants: tuple[PersonalLine, ...] = Field((), description="Who took part in the deliberation.")
    options: tuple[Text, ...] = Field((), description="The options that were weighed.")
    dissent: tuple[PersonalText, ...] = Field((), description="Who disagreed, and why.")
    learned_from: tuple[CaseId, ...] = Field((), description="The decisions it was learned from.")


class OnRevision(OnCharter):
    """A command about one revision of a charter."""

    revision: RevisionNumber = Field(description="The revision's number.")


class ApproveRevision(OnRevision):
    """Approve a revision that somebody else proposed."""

    note: Text | None = Field(None, description="A word about the approval.")


class RejectRevision(OnRevision):
    """Reject a proposed revision."""

    reason: Text = Field(description="Why it is rejected.")


class PublishRevision(OnRevision):
    """Publish an approved revision with the day it takes effect."""

    effective_from: Day | None = Field(None, description="The day it takes effect; today when left out.")


class WithdrawRevision(OnRevision):
    """Withdraw a revision before it takes effect."""

    reason: Text = Field(description="Why it is withdrawn.")


class AcknowledgeCharter(OnRevision):
    """Say that you have read the latest published revision."""


class RecordRevision(OnCharter):
    """Bring in a revision that was published before this ledger existed; it shows as history, recorded late."""

    label: Line = Field(description="What the source calls this version.")
    effective_from: Day | None = Field(None, description="The day it took effect, if known.")
    effective_until: Day | None = Field(
        None, description="The last day it was in force, if it ended without successor."
    )
    promises: tuple[Promise, ...] = Field(description="The complete wording.")
    source: Line = Field(description="Where it was taken from.")


class SetRetention(OnCharter):
    """Say for how long data that speaks of people may be kept; what is due is listed, and never erased by itself."""

    kind: Retained = Field(description="Which data: that of requests, or of deliberations on revisions.")
    months: int = Field(ge=1, le=1200, description="For how many months after the newest entry about somebody.")


CharterCommand = (
    OpenCharter
    | MakePromise
    | RevisePromise
    | RetirePromise
    | ProposeRevision
    | ApproveRevision
    | RejectRevision
    | PublishRevision
    | WithdrawRevision
    | AcknowledgeCharter
    | RecordRevision
    | SetRetention
)
