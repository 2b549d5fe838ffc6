"""An index by which an entry is known by its words when its guid or link has changed. Frozen."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_index("ix_items_feed_id_content_hash", "items", ["feed_id", "content_hash"])
