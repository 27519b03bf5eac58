"""Every question the ledger answers, one per file; delete all tables here and nothing is lost."""
