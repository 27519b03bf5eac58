"""How a person's words are sealed in the ledger, so that they can be erased without breaking any proof."""
