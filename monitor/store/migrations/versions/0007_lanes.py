"""The outbox is served receiver by receiver; what a plainer form of a message leaves out. Frozen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

IN_PART = sa.text("left_out <> ''")
OWED = sa.text("state IN ('pending', 'leased')")


def upgrade() -> None:
    op.add_column(
        "deliveries", sa.Column("left_out", sa.Text(), nullable=False, server_default=sa.text("''"))
    )
    op.drop_index("ix_deliveries_owed", "deliveries")
    op.create_index(
        "ix_deliveries_owed",
        "deliveries",
        ["receiver", "seq", "state", "not_before", "lease_until", "part"],
        sqlite_where=OWED,
        postgresql_where=OWED,
    )
    op.create_index(
        "ix_deliveries_in_part",
        "deliveries",
        ["settled_at"],
        sqlite_where=IN_PART,
        postgresql_where=IN_PART,
    )
