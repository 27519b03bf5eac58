"""What a server does while nobody asks: it keeps the views caught up, completes erasures, and shuts the erased out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import structlog

from charter.message import Refused
from charter.store.errors import StoreUnavailable
from charter.subjects.events import ErasureCompleted
from projections.erasure import resume, unfinished
from web.site import Site

WAIT = 1.0
"""Seconds between two looks at whether entries have come in that the views do not have yet."""

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
            site.views.catch_up()
            seen = shut_out_erased(site, seen)
        except StoreUnavailable as error:
            log.warning("views.waiting", why=type(error).__name__)
        except Exception:
            log.exception("views.failed")
        if ended.wait(WAIT):
            return


def _waits(subject: str, why: Refused) -> None:
    log.warning("erasure.waits", subject=subject, why=type(why).__name__)
