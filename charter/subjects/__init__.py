"""The people the ledger's words speak of, each known by an id that says nothing, and the erasure of what was said."""
