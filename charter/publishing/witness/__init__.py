"""A small witness: it sees a log's checkpoints, remembers the newest, and cosigns what only grew from it."""
