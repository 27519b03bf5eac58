"""Let an agent of the service desk ask and answer, over the Model Context Protocol."""

from __future__ import annotations

from terminal.command import Command, by_option, ledger_option
from terminal.session import current


def _mcp() -> None:
    """Serve an agent over standard input and output (MCP): it asks "may I say yes to this?", and logs its answers.

    It acts as the person given with --by, who has to be registered, best as one of its own, with the role rep.
    """
    from web.agents.server import make_server

    session = current()
    make_server(session.views, session.by).run("stdio")


mcp = Command(
    "mcp",
    callback=_mcp,
    help=_mcp.__doc__,
    examples=["charter --by desk-agent mcp", "charter --ledger skyline.db --by desk-agent mcp"],
    params=[ledger_option(), by_option()],
)
