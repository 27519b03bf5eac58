"""Run by alembic when steps are to be taken: on the connection, and in the transaction, of `charter.schema`."""

from alembic import context

from charter.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
