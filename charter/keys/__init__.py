"""The keys a ledger signs its checkpoints with, as entries: which were adopted, when, and which were retired."""
