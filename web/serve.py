"""Runs the server: answers on one port until it is told to stop, then finishes what it has accepted."""

from __future__ import annotations

import gc
import signal
from collections.abc import Callable
from contextlib import suppress
from socket import socket

import uvicorn

from charter.ledger import Ledger
from web.api.news import news_of
from web.app import create_app
from web.hooks.sender import sending
from web.logs import configure_logs
from web.settings import Settings
from web.site import Site
from web.warm import warm

GRACE = 30
"""Seconds that requests under way are given to finish."""


def serve(ledger: Ledger, settings: Settings, host: str, port: int, ready: Callable[[Site], None]) -> None:
    """Answer at a host and a port until a signal; `ready` is called once the site is open, before the first request."""
    configure_logs(json=settings.json_logs)
    signal.signal(signal.SIGTERM, _ended)  # the web server gives the signal on once it has stopped
    site = Site.open(ledger, settings)
    try:
        with warm(site), sending(site), suppress(KeyboardInterrupt):
            ready(site)
            running = server(site, host, port)
            gc.freeze()  # what a server is made of stays as long as it runs, and need not be looked through for rubbish
            running.run()
    finally:
        site.close()


def _ended(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def server(site: Site, host: str, port: int) -> uvicorn.Server:
    """The web server of a site, not started yet."""
    config = uvicorn.Config(
        create_app(site),
        host=host,
        port=port,
        access_log=False,  # our own says who was refused what, and nothing about people
        log_config=None,
        server_header=False,
        proxy_headers=True,
        timeout_graceful_shutdown=GRACE,
        timeout_keep_alive=20,
        h11_max_incomplete_event_size=64 * 1024,
    )
    return _Server(config, site)


class _Server(uvicorn.Server):
    """A server that lets nobody wait for news any more once it is told to stop."""

    def __init__(self, config: uvicorn.Config, site: Site) -> None:
        super().__init__(config)
        self._site = site

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """Take nothing more, and let what is under way finish."""
        news_of(self._site.ledger).end()
        await super().shutdown(sockets)
