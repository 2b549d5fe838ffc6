"""What a feed's rhythm is, what its publisher asks for, and since when it moved. Frozen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("feeds", sa.Column("not_before", sa.DateTime(timezone=True)))
    op.add_column("feeds", sa.Column("rhythm", sa.Text()))
    op.add_column("feeds", sa.Column("asks", sa.Text()))
    op.add_column("feeds", sa.Column("moved_since", sa.DateTime(timezone=True)))
    # a move that was confirmed by its count stays confirmed, unless the feed is younger than a week
    op.execute("UPDATE feeds SET moved_since = added_at WHERE moved_to IS NOT NULL")
