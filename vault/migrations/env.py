"""Alembic's entry: the runner hands over the connection, so nothing is read from a file."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
