"""The people who write in the ledger: who they are, which roles they hold, what they may decide alone."""
