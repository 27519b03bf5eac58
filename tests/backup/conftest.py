"""A terminal to make backups with, about a ledger with a published charter."""

from tests.terminal.conftest import empty, published, skyline

__all__ = ["empty", "published", "skyline"]
