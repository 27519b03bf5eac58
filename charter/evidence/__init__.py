"""Evidence: what a stranger needs to check a decision without this software, in one file."""
