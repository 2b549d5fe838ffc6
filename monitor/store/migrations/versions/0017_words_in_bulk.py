"""The index of words on PostgreSQL takes new texts by the hundred. Frozen.

One by one, a text of a thousand letters has several hundred pieces of three to put into as many places of the
index, which was nearly all that storing an item cost the server.
"""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute(
            "ALTER INDEX IF EXISTS ix_items_folded SET (fastupdate = on, gin_pending_list_limit = 1024)"
        )
