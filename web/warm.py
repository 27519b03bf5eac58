"""What a server does while nobody asks: it keeps the views caught up, completes erasures, and shuts the erased out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic

import structlog

from charter.message import Refused
from charter.store.errors import StoreUnavailable
from charter.subjects.events import ErasureCompleted
from projections.erasure import resume, unfinished
from web.site import Site

WAIT = 1.0
"""Seconds between two looks at whether entries have come in that the views do not have yet."""
SHARE = 0.1
"""How much of the time catching up may take while others write, who are answered by the same process. Nobody reads old
answers for it: whoever reads a view catches it up first."""

log = structlog.get_logger("charter.server")


@contextmanager
def warm(site: Site) -> Iterator[None]:
    """Keep a site warm in the background, so that no reader waits."""
    ended = Event()
    thread = Thread(target=_keep_warm, args=(site, ended), name="warm", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def shut_out_erased(site: Site, after: int) -> int:
    """Remove the accounts of registered people whose data was erased since an entry; gives the last entry looked at.

    It does not matter by which road they were erased, nor how often this is done.
    """
    until = site.ledger.entries_recorder.size()
    for entry in site.ledger.entries(after, until, (ErasureCompleted.name,)):
        assert isinstance(entry.event, ErasureCompleted)
        for stream in entry.event.streams:
            if stream.startswith("person/"):
                site.accounts.remove(stream.removeprefix("person/"))
    return until


def _keep_warm(site: Site, ended: Event) -> None:
    seen = 0
    while True:
        try:
            if unfinished(site.ledger):
                resume(site.views, _waits)
            site.views.catch_up(give_way=GivingWay(site, ended))
            seen = shut_out_erased(site, seen)
        except StoreUnavailable as error:
            log.warning("views.waiting", why=type(error).__name__)
        except Exception:
            log.exception("views.failed")
        if ended.wait(WAIT):
            return


class GivingWay:
    """Lets orders go first: while some are written, the views take no more than their share of the time."""

    def __init__(self, site: Site, ended: Event) -> None:
        self._writer = site.writer
        self._ended = ended
        self._since, self._batches = monotonic(), self._writer.batches

    def __call__(self) -> None:
        """To be called after each step."""
        if self._writer.batches != self._batches:
            self._ended.wait((monotonic() - self._since) * (1 / SHARE - 1))
        self._since, self._batches = monotonic(), self._writer.batches


def _waits(subject: str, why: Refused) -> None:
    log.warning("erasure.waits", subject=subject, why=type(why).__name__)
