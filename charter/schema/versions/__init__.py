"""The steps, in order; one that has been released never changes."""
