"""Carries out the erasure of one person's words, from the request to the last copy, whatever is interrupted when.

First the request is written; from then on it is carried out, by whoever opens the ledger next if need be. Then the key
is destroyed, then the views are purged, then `erasure.completed` is written. Each step can be taken again:

- stopped after the request: nothing is gone yet, and the next start goes on;
- stopped after the key: nobody can read the words in the ledger any more, views still have them until the next start;
- stopped after the views: all is gone, and only the entry that says so is missing.

A key store that was put back from an older copy has the key again: whoever opens the ledger next destroys it again, as
the ledger says. Views that were put back are purged when they catch up (`projections.engine.purge`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from charter.desk import Order, Written
from charter.ledger import Ledger
from charter.message import Refused
from charter.store.errors import StoreUnavailable
from charter.store.tables import entries
from charter.subjects.commands import CompleteErasure, RequestErasure
from charter.subjects.events import ErasureCompleted
from charter.subjects.refusals import AlreadyErased, NotRequested

if TYPE_CHECKING:
    from projections.engine import Views

REQUESTED, COMPLETED = 1, 2
"""Versions of a person's stream: it has these two entries and never another."""


def erase(views: Views, subject: str, *, reason: str, by: str) -> Written:
    """Erase what is sealed for a person, for ever; gives the entry that says what was destroyed.

    Raises what the rules refuse: MissingRole, NoSuchSubject, DataHeld or AlreadyErased; nothing has been done then.
    ViewsInUse where old words in the views could not be cleared away: it is done but for that, and to be resumed.
    """
    views.ledger.write(RequestErasure(subject=subject, reason=reason), by=by)
    return carry_out(views, subject)


def carry_out(views: Views, subject: str) -> Written:
    """Do what was requested; raises as `erase`, and NotRequested."""
    ledger = views.ledger
    history = ledger.stream(f"subject/{subject}")
    if not history:
        raise NotRequested(subject=subject)
    by = history[0].by  # whoever asked for it answers for it, whoever goes on with it
    done = CompleteErasure(subject=subject, keys=0, views=())
    [allowed] = ledger.rehearse_all([Order(done, by, ledger.now())])
    if isinstance(allowed, Refused):
        raise allowed
    [event] = allowed.events
    assert isinstance(event, ErasureCompleted)
    keys = 0 if ledger.vault.known(subject) == "missing" else 1
    ledger.vault.destroy([subject])
    purged = views.purge(event.streams)
    try:
        written = ledger.write(CompleteErasure(subject=subject, keys=keys, views=purged), by=by)
    except AlreadyErased:  # somebody else went on with it at the same time, and was faster
        last = ledger.stream(done.stream)[-1]
        written = Written(last.stream, last.version, (last.event,), (last.position,))
    views.catch_up()  # whoever carried the views on with words they had read before is caught here
    return written


def resume(views: Views, told: Callable[[str, Refused], None] | None = None) -> list[Written]:
    """Carry out what was requested and not completed, and what an older copy of the key store has forgotten.

    A request that cannot be carried out yet, for a hold that was placed at the same moment or because the views are in
    use, waits: `told` is called with the person's id and why.
    """
    ledger = views.ledger
    forgotten = _forgotten(ledger, _erasures(ledger))
    if forgotten:
        ledger.vault.destroy(forgotten)
    finished = []
    for subject in pending(ledger):
        try:
            finished.append(carry_out(views, subject))
        except Refused as refusal:
            if told is not None:
                told(subject, refusal)
    return finished


def unfinished(ledger: Ledger) -> bool:
    """Whether there is anything to resume: a question that is cheap enough for every start.

    Where the key store cannot be asked, nothing can be done about it either.
    """
    found = _erasures(ledger)
    try:
        return REQUESTED in found.values() or bool(_forgotten(ledger, found))
    except (Refused, StoreUnavailable):
        return False


def pending(ledger: Ledger) -> list[str]:
    """The people whose erasure was requested and is not completed."""
    return [subject for subject, version in _erasures(ledger).items() if version == REQUESTED]


def unrecorded(ledger: Ledger) -> list[str]:
    """Who was erased without this copy of the ledger saying so: it was put back to an older day, or exchanged."""
    return sorted(ledger.vault.erased() - _erasures(ledger).keys())


def _forgotten(ledger: Ledger, found: Mapping[str, int]) -> set[str]:
    """Who was erased, as the ledger says, and not as the key store says."""
    erased = {subject for subject, version in found.items() if version == COMPLETED}
    return erased - ledger.vault.erased() if erased else erased


def _erasures(ledger: Ledger) -> dict[str, int]:
    """Everybody whose erasure was requested, and how far it has come; read from an index alone."""
    column = entries.c.stream
    of_subjects = (column >= "subject/", column < "subject0")  # 0 is the character after /
    query = select(column, func.max(entries.c.version)).where(*of_subjects).group_by(column).order_by(column)
    with ledger.engine.connect() as connection:
        return {stream.partition("/")[2]: version for stream, version in connection.execute(query)}
