"""The rules about charters: leaders word and publish, somebody else approves, everybody can acknowledge."""

from typing import assert_never

from charter.charters.commands import (
    AcknowledgeCharter,
    ApproveRevision,
    CharterCommand,
    MakePromise,
    OpenCharter,
    ProposeRevision,
    PublishRevision,
    RecordRevision,
    RejectRevision,
    RetirePromise,
    RevisePromise,
    SetRetention,
    WithdrawRevision,
)
from charter.charters.draft import make, retire, revise
from charter.charters.events import (
    CharterAcknowledged,
    CharterEvent,
    CharterOpened,
    Deliberation,
    RetentionSet,
    RevisionApproved,
    RevisionProposed,
    RevisionRejected,
    RevisionWithdrawn,
)
from charter.charters.history import record
from charter.charters.publication import publish
from charter.charters.refusals import (
    AlreadyAcknowledged,
    AlreadyApproved,
    AlreadyInForce,
    AlreadyProposed,
    AlreadyPublished,
    CharterOpen,
    NoDeliberation,
    NothingChanged,
    NothingPublished,
    NotPending,
    NotTheLatest,
    RetentionUnchanged,
    SamePerson,
    UnknownCase,
    UnknownRevision,
    UnknownZone,
)
from charter.charters.state import Charter, Revision, Status
from charter.given import Given, Needs, UnknownCharter, known_zone
from charter.phrase import Phrase
from charter.terms import Role


def needs(_state: Charter, command: CharterCommand) -> Needs:
    """A proposal that was learned from decisions needs those decisions to exist."""
    return Needs(cases=command.learned_from) if isinstance(command, ProposeRevision) else Needs()


def decide(state: Charter, command: CharterCommand, given: Given) -> list[CharterEvent]:
    """The events a command leads to; raises Refused."""
    given.happened()  # never ahead of its time
    if isinstance(command, OpenCharter):
        return _open(state, command, given)
    if not state.opened:
        raise UnknownCharter(charter=command.charter)
    match command:
        case AcknowledgeCharter():
            return _acknowledge(state, command, given)
        case ApproveRevision():
            return _approve(state, command, given)
        case RejectRevision():
            given.require(state.slug, Role.LEADER, Role.REVIEWER)
            _pending(state, command.revision, Phrase("rejected"))
            return [RevisionRejected(revision=command.revision, reason=command.reason)]
        case SetRetention():
            given.require(state.slug, Role.LEADER, Role.ADMIN)
            if state.retention.get(command.kind) == command.months:
                raise RetentionUnchanged(kind=command.kind, months=command.months, charter=state.slug)
            return [RetentionSet(kind=command.kind, months=command.months)]
    given.require(state.slug, Role.LEADER)
    match command:
        case MakePromise():
            return make(state, command)
        case RevisePromise():
            return revise(state, command)
        case RetirePromise():
            return retire(state, command)
        case ProposeRevision():
            return _propose(state, command, given)
        case PublishRevision():
            return _publish(state, command, given)
        case WithdrawRevision():
            return _withdraw(state, command, given)
        case RecordRevision():
            return record(state, command, given)
        case _:
            assert_never(command)


def _open(state: Charter, command: OpenCharter, given: Given) -> list[CharterEvent]:
    given.require(command.charter, Role.LEADER, Role.ADMIN)
    if state.opened:
        raise CharterOpen(charter=command.charter)
    if not known_zone(command.zone):
        raise UnknownZone(zone=command.zone)
    return [CharterOpened(**dict(command))]


def _propose(state: Charter, command: ProposeRevision, given: Given) -> list[CharterEvent]:
    if not state.draft:
        raise NothingChanged(what=Phrase("the draft has no promises"))
    wording = tuple(state.draft.values())
    last = state.newest
    if last is not None and wording == last.promises:
        raise NothingChanged(what=Phrase("the draft reads like revision {number}", number=last.number))
    if (same := state.proposed_as_drafted) is not None:
        awaited = Phrase("approval") if len(same.approved_by) < state.approvals else Phrase("publication")
        raise AlreadyProposed(revision=same.number, awaited=awaited)
    nobody, nothing = Phrase("nobody took part"), Phrase("no option was weighed")
    if not (command.participants and command.options):
        both = Phrase("{nobody} and {nothing}", nobody=nobody, nothing=nothing)
        raise NoDeliberation(missing=nothing if command.participants else nobody if command.options else both)
    for case in command.learned_from:
        if case not in given.cases:
            raise UnknownCase(case=case[:12])
    return [
        RevisionProposed(
            revision=len(state.revisions) + 1,
            summary=command.summary,
            promises=wording,
            deliberation=Deliberation(
                participants=command.participants,
                options=command.options,
                dissent=command.dissent,
                learned_from=command.learned_from,
            ),
        )
    ]


def _approve(state: Charter, command: ApproveRevision, given: Given) -> list[CharterEvent]:
    given.require(state.slug, Role.LEADER, Role.REVIEWER)
    revision = _pending(state, command.revision, Phrase("approved"))
    if revision.author == given.by:
        raise SamePerson(by=given.by, revision=revision.number)
    if given.by in revision.approved_by:
        raise AlreadyApproved(by=given.by, revision=revision.number, needed=state.approvals)
    return [RevisionApproved(revision=revision.number, note=command.note)]


def _publish(state: Charter, command: PublishRevision, given: Given) -> list[CharterEvent]:
    revision = _revision(state, command.revision)
    if revision.status is Status.PUBLISHED:
        raise AlreadyPublished(revision=revision.number, when=_takes_effect(state, revision, given))
    return publish(state, _pending(state, command.revision, Phrase("published")), command, given)


def _takes_effect(state: Charter, revision: Revision, given: Given) -> Phrase:
    if revision.effective_at is None:
        return Phrase("took effect on a day before records began")
    day = state.standing.day(revision.effective_at)
    there = state.standing.in_force(revision.effective_at)
    if there is not None and there.revision != revision.number:
        return Phrase("was to take effect on {day}; revision {other} took its place", day=day, other=there.revision)
    if revision.effective_at > given.now:
        return Phrase("takes effect on {day}", day=day)
    return Phrase("took effect on {day}", day=day)


def _withdraw(state: Charter, command: WithdrawRevision, given: Given) -> list[CharterEvent]:
    revision = _revision(state, command.revision)
    if revision.status is Status.PUBLISHED:
        if revision.effective_at is None or revision.effective_at <= given.now:
            day = (
                Phrase("a day before records began")
                if revision.effective_at is None
                else state.standing.day(revision.effective_at)
            )
            raise AlreadyInForce(revision=revision.number, day=day)
    elif revision.status is not Status.PROPOSED:
        raise NotPending(revision=revision.number, status=revision.status, wanted=Phrase("withdrawn"))
    return [RevisionWithdrawn(revision=revision.number, reason=command.reason)]


def _acknowledge(state: Charter, command: AcknowledgeCharter, given: Given) -> list[CharterEvent]:
    actor = given.actor
    _revision(state, command.revision)
    latest = state.newest
    if latest is None:
        raise NothingPublished(charter=state.slug)
    if command.revision != latest.number:
        raise NotTheLatest(revision=command.revision, latest=latest.number, charter=state.slug)
    if given.by in latest.acknowledged_by:
        raise AlreadyAcknowledged(by=given.by, revision=latest.number)
    return [CharterAcknowledged(revision=latest.number, department=actor.department)]


def _revision(state: Charter, number: int) -> Revision:
    try:
        return state.revisions[number]
    except KeyError:
        raise UnknownRevision(charter=state.slug, revision=number) from None


def _pending(state: Charter, number: int, wanted: str) -> Revision:
    revision = _revision(state, number)
    if revision.status is not Status.PROPOSED:
        raise NotPending(revision=number, status=revision.status, wanted=wanted)
    return revision
