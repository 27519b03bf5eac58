"""The pages, one room for each sort of work: signing in, the rep, the leader, the reviewer, admins, everybody."""
