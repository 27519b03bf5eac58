"""Runs the server: answers on one port until it is told to stop, then finishes what it has accepted."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Callable
from contextlib import suppress
from socket import socket
from time import monotonic
from typing import Any

import structlog
import uvicorn

from charter.ledger import Ledger
from web import making
from web.api.news import news_of
from web.app import create_app
from web.desks.review import verification
from web.hooks.sender import sending
from web.logs import configure_logs
from web.settings import Settings
from web.site import Site
from web.warm import warm
from web.work import Work

GRACE = 30
"""Seconds that requests and work under way are given to finish."""
LOOK = 0.05
"""Seconds between two looks at whether work has ended."""

log = structlog.get_logger("charter.server")


def serve(ledger: Ledger, settings: Settings, listener: socket, ready: Callable[[Site], None]) -> None:
    """Answer who connects to a listening socket, until a signal; `ready` is called before the first request."""
    configure_logs(json=settings.json_logs)
    signal.signal(signal.SIGTERM, _ended)  # the web server gives the signal on once it has stopped
    site = Site.open(ledger, settings)
    try:
        with warm(site), sending(site), suppress(KeyboardInterrupt):
            ready(site)
            running = server(site)
            gc.freeze()  # what a server is made of stays as long as it runs, and need not be looked through for rubbish
            running.run([listener])
    finally:
        site.close()


def _ended(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def server(site: Site) -> uvicorn.Server:
    """The web server of a site, to be run with the sockets it is to take connections from."""
    config = uvicorn.Config(
        create_app(site),
        access_log=False,  # our own says who was refused what, and nothing about people
        log_config=None,
        server_header=False,
        proxy_headers=True,
        timeout_graceful_shutdown=GRACE,
        timeout_keep_alive=20,
        h11_max_incomplete_event_size=64 * 1024,
    )
    return _Server(config, site)


def works(site: Site) -> list[Work[Any]]:
    """What a server does longer than an answer may take."""
    made = site.once(making.of_site)
    return [made.checkpoint, made.backup, site.once(verification.of_site)]


class _Server(uvicorn.Server):
    """A server that lets nobody wait for news any more once it is told to stop, and cuts off what would take long."""

    def __init__(self, config: uvicorn.Config, site: Site) -> None:
        super().__init__(config)
        self._site = site

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """Take nothing more, and let what is under way finish."""
        until = monotonic() + GRACE
        news_of(self._site.ledger).end()
        for work in works(self._site):
            work.stop()
        await super().shutdown(sockets)
        while (left := [work.name for work in works(self._site) if work.running]) and not self.force_exit:
            if monotonic() > until:
                break
            await asyncio.sleep(LOOK)
        for name in left:
            log.warning("work.left", work=name)
