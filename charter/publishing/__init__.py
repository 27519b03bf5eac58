"""How a ledger is shown to strangers: its checkpoints signed, cosigned, stamped, and laid out to be fetched."""
