"""What every view answers, asked of a small airline's ledger."""
