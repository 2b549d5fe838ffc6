"""What a flood held back is called so: the state of its items, and the mark of its articles. Frozen."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.alter_column("articles", "braked", new_column_name="flood_held")
    op.execute("UPDATE items SET coverage = 'flood-held' WHERE coverage = 'braked'")
