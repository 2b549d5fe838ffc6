"""Alembic's way in. The connection is handed over with its transaction begun,
so that a failed migration leaves nothing.
"""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
