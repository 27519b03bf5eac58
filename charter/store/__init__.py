"""Where a ledger's entries are kept: a SQLite file or a PostgreSQL database, the same in both."""
