"""The times of a case: nothing from the future, nothing before there were records, nothing before its request."""

from datetime import UTC, datetime, time

from charter.decisions.refusals import BeforeRequest, ImpossibleTime
from charter.given import EARLIEST, InTheFuture
from charter.phrase import Phrase

_REQUEST, _DECISION = Phrase("a request"), Phrase("a decision")
_EARLIEST = datetime.combine(EARLIEST, time(), UTC)


def check_times(received: datetime | None, happened: datetime | None, now: datetime) -> None:
    """Refuse what cannot have been, in history too; raises ImpossibleTime, InTheFuture or BeforeRequest.

    `received` is when the customer asked, `happened` when something was done about it, None where it is not known.
    """
    for what, at in ((_REQUEST, received), (_DECISION, happened)):
        if at is not None:
            if at < _EARLIEST:
                raise ImpossibleTime(at=at.date(), what=what)
            if at > now:
                raise InTheFuture(at=at)
    if happened is not None and received is not None and happened < received:
        raise BeforeRequest(at=happened, received=received)
