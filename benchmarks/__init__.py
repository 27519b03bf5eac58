"""Measures the ledger against the raw limit of its databases and its nearest relative, side by side in one run."""
