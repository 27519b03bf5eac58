"""Copies of a ledger that are made while it is written to, and how they are put back."""
