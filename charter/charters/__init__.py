"""The charters: promises in the draft, revisions from proposal to publication, and who has acknowledged them."""
