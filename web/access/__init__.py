"""Who may come in: passwords, sessions, tokens, one-time links and sign-in with a provider, apart from the ledger."""
