"""Files of others become entries: every row is written, there already, or refused with a reason."""
