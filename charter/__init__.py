"""A customer charter ledger: every promise, revision and yes/no decision is an entry that is never edited."""

__version__ = "0.1.0"
