"""What programs take away: rows as CSV, as JSON lines or as CloudEvents, however many there are."""
