"""Start the pages and the API, on one port."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import click

from terminal.command import Command, ledger_option
from terminal.output import tell
from terminal.refusals import PortTaken
from terminal.session import current

if TYPE_CHECKING:
    from socket import socket

    from web.site import Site

PORT = 8000
HOST = "127.0.0.1"
WAITING = 2_048
"""Connections that may wait to be taken."""
LOOK_AROUND = """To look around, open one of these; each signs you in once. For new ones: charter demo --serve.
The admin holds every role, and so can approve what the leader proposes."""


def options() -> list[click.Parameter]:
    """Where the server listens and how browsers reach it."""
    return [
        click.Option(["--port"], type=click.IntRange(0, 65535), default=PORT, metavar="N", help=f"Else: {PORT}."),
        click.Option(["--host"], default=HOST, metavar="ADDRESS", help=f"The address to listen at. Else: {HOST}."),
        click.Option(
            ["--address"],
            metavar="URL",
            help="How browsers reach it, for example https://charter.example behind a proxy. Else CHARTER_ADDRESS.",
        ),
    ]


def listening(host: str, port: int) -> socket:
    """Take a port, 0 for any free one: from here on who connects there waits for the server. Raises PortTaken."""
    from socket import AF_INET, AF_INET6, create_server

    family = AF_INET6 if ":" in host else AF_INET
    try:
        return create_server((host, port), family=family, backlog=WAITING)
    except OSError as error:
        why = str(error.strerror or error).partition(" (while")[0]  # what Python adds says the same once more
        raise PortTaken(host=host, port=port, why=why) from None


def shown(host: str, port: int) -> str:
    """A place where a server listens, as an address (RFC 3986: that of IPv6 in brackets)."""
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def run(listener: socket, address: str | None, guests: Mapping[str, str] = MappingProxyType({})) -> None:
    """Serve the session's ledger until it is stopped; raises WrongSetting.

    `guests` are people of a demonstration, by what they are, as whom whoever started it can look around.
    """
    from web.serve import serve as start
    from web.settings import Settings

    session = current()
    with listener:
        here = shown(*listener.getsockname()[:2])
        start(session.ledger, Settings.read(address=address, here=here), listener, lambda site: _ready(site, guests))
    tell("Stopped; everything that was accepted is written.")


def _ready(site: Site, guests: Mapping[str, str]) -> None:
    from web.access.invitations import entry_link, first_run_link

    links = {what: entry_link(site, person) for what, person in guests.items()}
    link = None if links else first_run_link(site)
    said = [f"The charter is at {site.settings.address} (stop it with Ctrl-C)."]
    if links:
        said += [LOOK_AROUND, "", *(f"  as {what:<10}  {address}" for what, address in links.items())]
    if link:
        said += ["Nobody can sign in yet. Open this once, within a day, to make the first admin:", f"  {link}"]
    tell("\n".join(["", *said, ""] if links or link else said))  # at once, and apart from the lines of the log


def _serve(host: str, port: int, address: str | None) -> None:
    """Start the pages for reps, leaders and reviewers, the public charter and the API, on one port."""
    run(listening(host, port), address)


serve = Command(
    "serve",
    callback=_serve,
    help=_serve.__doc__,
    examples=["charter serve", "charter serve --port 8080 --address https://charter.example"],
    params=[*options(), ledger_option()],
)
