"""How a version from before this ledger comes in: openly as history, oldest first, with its gaps listed."""

from collections import Counter
from datetime import timedelta

from charter.charters.commands import RecordRevision
from charter.charters.events import CharterEvent, RevisionRecorded
from charter.charters.promise import Promise
from charter.charters.refusals import (
    CodeTwice,
    EndsBeforeItBegins,
    HistoryClosed,
    HistoryOutOfOrder,
    ImpossibleDay,
    LimitElsewhere,
    NothingPromised,
    NotHistory,
    RevisionRecordedBefore,
)
from charter.charters.state import Charter
from charter.given import BEGINNING, EARLIEST, LATEST, Given, InTheFuture
from charter.terms import Gap


def record(state: Charter, command: RecordRevision, given: Given) -> list[CharterEvent]:
    """The version as the next revision; nothing when the same version was recorded before."""
    _possible(command)
    start = state.standing.midnight(command.effective_from) if command.effective_from else None
    until = state.standing.midnight(command.effective_until + timedelta(days=1)) if command.effective_until else None
    for known in state.revisions.values():
        if known.label == command.label:
            if (known.promises, known.effective_at, known.until) == (command.promises, start, until):
                return []
            raise RevisionRecordedBefore(charter=state.slug, label=command.label)
    if start is not None and start > given.now:
        raise InTheFuture(at=command.effective_from)
    opened = state.standing.day(state.standing.opened_at or given.now)
    if start is not None and start >= state.standing.midnight(opened):
        raise NotHistory(label=command.label, day=command.effective_from, opened=opened)
    newest = state.newest
    if newest is not None and not newest.recorded_as_history:
        raise HistoryClosed(label=command.label, other=newest.number)
    if newest is not None and (start is None or start <= (newest.effective_at or BEGINNING)):
        day = command.effective_from or "an unknown day"
        raise HistoryOutOfOrder(label=command.label, day=day, other=newest.number)
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


def _possible(command: RecordRevision) -> None:
    """Refuse what no version can have been, in history too."""
    label, day, until = command.label, command.effective_from, command.effective_until
    if not command.promises:
        raise NothingPromised(label=label)
    for given in (day, until):
        if given is not None and not EARLIEST <= given <= LATEST:
            raise ImpossibleDay(day=given, label=label)
    if day is not None and until is not None and until < day:
        raise EndsBeforeItBegins(label=label, day=day, until=until)
    used = Counter(code for promise in command.promises for code in (promise.code, *(x.code for x in promise.limits)))
    if twice := [code for code, times in used.items() if times > 1]:
        raise CodeTwice(label=label, code=twice[0])
    for promise in command.promises:
        for limit in promise.limits:
            if limit.code.rpartition(".")[0] != promise.code:
                raise LimitElsewhere(label=label, limit=limit.code, code=promise.code)


def _gaps(dated: bool, promises: tuple[Promise, ...]) -> tuple[Gap, ...]:
    complete = {
        Gap.NO_DATE: dated,
        Gap.NO_CLASS: all(promise.promise_class for promise in promises),
        Gap.NO_OWNER: all(promise.owner for promise in promises),
        Gap.NO_SO_WHAT: all(promise.so_what for promise in promises),
        Gap.NO_MEASURE: all(promise.measure for promise in promises),
    }
    return tuple(gap for gap, is_complete in complete.items() if not is_complete)
