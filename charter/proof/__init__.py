"""How anybody proves that nothing in a ledger was altered, or learns what was."""
