"""The gate: what has to be true before a revision is published, and from which moment it is in force."""

from charter.charters.commands import PublishRevision
from charter.charters.events import CharterEvent, RevisionPublished
from charter.charters.refusals import (
    EffectiveBeforePredecessor,
    EffectiveInThePast,
    MissingApprovals,
    NotReady,
    Superseded,
)
from charter.charters.state import Charter, Revision
from charter.given import Given
from charter.phrase import Phrase, joined


def publish(state: Charter, revision: Revision, command: PublishRevision, given: Given) -> list[CharterEvent]:
    """Publication from midnight of a day on, or from now when that is today: what was decided before stays so."""
    if missing := [lack for promise in revision.promises for lack in promise.missing]:
        lines = (Phrase("- {lack}.", lack=lack) for lack in missing)
        raise NotReady(revision=revision.number, missing=joined("\n", lines))
    if len(revision.approved_by) < state.approvals:
        raise MissingApprovals(
            revision=revision.number, have=len(revision.approved_by), needed=state.approvals, author=revision.author
        )
    today = state.standing.day(given.now)
    day = command.effective_from or today
    if day < today:
        raise EffectiveInThePast(revision=revision.number, day=day)
    newest = state.newest
    if newest is not None:
        if newest.number > revision.number:
            raise Superseded(other=newest.number, revision=revision.number)
        if newest.effective_at is not None and state.standing.day(newest.effective_at) > day:
            other_day = state.standing.day(newest.effective_at)
            raise EffectiveBeforePredecessor(other=newest.number, other_day=other_day, day=day)
    effective_at = max(state.standing.midnight(day), given.now)
    return [RevisionPublished(revision=revision.number, effective_from=day, effective_at=effective_at)]
