"""What has happened to a charter."""

from typing import ClassVar

from charter.charters.promise import Promise
from charter.message import (
    CaseId,
    Day,
    Event,
    Line,
    Message,
    Moment,
    ParticipantLine,
    PersonalText,
    PromiseCode,
    RevisionNumber,
    Slug,
    Text,
)
from charter.terms import Gap, Retained


class CharterOpened(Event):
    """A charter was opened for a brand; its days begin at midnight in `zone`."""

    name: ClassVar = "charter.opened"
    charter: Slug
    brand: Line
    style: Text
    approvals: int
    zone: Line


class PromiseMade(Event):
    """A promise was put into the draft."""

    name: ClassVar = "promise.made"
    promise: Promise


class PromiseRevised(Event):
    """A promise of the draft was worded anew; the wording is complete."""

    name: ClassVar = "promise.revised"
    promise: Promise
    why: Text


class PromiseRetired(Event):
    """A promise was taken out of the draft."""

    name: ClassVar = "promise.retired"
    code: PromiseCode
    why: Text


class Deliberation(Message):
    """How a revision came about."""

    participants: tuple[ParticipantLine, ...]
    options: tuple[Text, ...]
    dissent: tuple[PersonalText, ...] = ()
    learned_from: tuple[CaseId, ...] = ()


class RevisionProposed(Event):
    """The draft was proposed as a revision: numbered, with its complete wording."""

    name: ClassVar = "revision.proposed"
    revision: RevisionNumber
    summary: Text
    promises: tuple[Promise, ...]
    deliberation: Deliberation


class RevisionApproved(Event):
    """Somebody other than its author approved a revision."""

    name: ClassVar = "revision.approved"
    revision: RevisionNumber
    note: Text | None = None


class RevisionRejected(Event):
    """A proposed revision was rejected."""

    name: ClassVar = "revision.rejected"
    revision: RevisionNumber
    reason: Text


class RevisionPublished(Event):
    """A revision was published; it is in force from `effective_at` until the next one is."""

    name: ClassVar = "revision.published"
    revision: RevisionNumber
    effective_from: Day
    effective_at: Moment


class RevisionWithdrawn(Event):
    """A revision was withdrawn before it took effect."""

    name: ClassVar = "revision.withdrawn"
    revision: RevisionNumber
    reason: Text


class CharterAcknowledged(Event):
    """A person said they have read a revision."""

    name: ClassVar = "charter.acknowledged"
    revision: RevisionNumber
    department: Line | None = None


class RevisionRecorded(Event):
    """A revision from before this ledger was brought in as history, with what is not known about it listed as gaps."""

    name: ClassVar = "revision.recorded"
    revision: RevisionNumber
    label: Line
    promises: tuple[Promise, ...]
    source: Line
    effective_from: Day | None = None
    effective_at: Moment | None = None
    until: Moment | None = None
    gaps: tuple[Gap, ...] = ()


class RetentionSet(Event):
    """For how long one kind of data that speaks of people may be kept was settled; the newest word counts."""

    name: ClassVar = "retention.set"
    kind: Retained
    months: int


CharterEvent = (
    CharterOpened
    | PromiseMade
    | PromiseRevised
    | PromiseRetired
    | RevisionProposed
    | RevisionApproved
    | RevisionRejected
    | RevisionPublished
    | RevisionWithdrawn
    | CharterAcknowledged
    | RevisionRecorded
    | RetentionSet
)
