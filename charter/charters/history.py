"""How a version from before this ledger comes in: openly as history, oldest first, with its gaps listed."""

from datetime import timedelta

from charter.charters.commands import RecordRevision
from charter.charters.events import CharterEvent, RevisionRecorded
from charter.charters.promise import Promise
from charter.charters.refusals import HistoryOutOfOrder, NothingPromised, RevisionRecordedBefore
from charter.charters.state import Charter
from charter.terms import BEGINNING, Gap, Given, InTheFuture


def record(state: Charter, command: RecordRevision, given: Given) -> list[CharterEvent]:
    """The version as the next revision; nothing when the same version was recorded before."""
    for known in state.revisions.values():
        if known.label == command.label:
            if known.promises == command.promises:
                return []
            raise RevisionRecordedBefore(charter=state.slug, label=command.label)
    if not command.promises:
        raise NothingPromised(label=command.label)
    start = state.standing.midnight(command.effective_from) if command.effective_from else None
    if start is not None and start > given.now:
        raise InTheFuture(at=command.effective_from)
    newest = max(state.published, key=lambda revision: revision.number, default=None)
    if newest is not None and (start is None or start <= (newest.effective_at or BEGINNING)):
        day = command.effective_from or "an unknown day"
        raise HistoryOutOfOrder(label=command.label, day=day, other=newest.number)
    until = state.standing.midnight(command.effective_until + timedelta(days=1)) if command.effective_until else None
    return [
        RevisionRecorded(
            revision=len(state.revisions) + 1,
            label=command.label,
            promises=command.promises,
            source=command.source,
            effective_from=command.effective_from,
            effective_at=start,
            until=until,
            gaps=_gaps(command.effective_from is not None, command.promises),
        )
    ]


def _gaps(dated: bool, promises: tuple[Promise, ...]) -> tuple[Gap, ...]:
    complete = {
        Gap.NO_DATE: dated,
        Gap.NO_CLASS: all(promise.promise_class for promise in promises),
        Gap.NO_OWNER: all(promise.owner for promise in promises),
        Gap.NO_SO_WHAT: all(promise.outcome for promise in promises),
        Gap.NO_MEASURE: all(promise.measure for promise in promises),
    }
    return tuple(gap for gap, is_complete in complete.items() if not is_complete)
