"""A terminal about a ledger with a published charter, for an agent to work beside."""

from tests.terminal.conftest import published, skyline

__all__ = ["published", "skyline"]
