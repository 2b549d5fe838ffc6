"""Who denies what an item tells, where it reports no contact. Frozen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("items", sa.Column("denier", sa.JSON()))
