"""The pages and the HTTP API: commands in, views out, and nothing decided here."""
