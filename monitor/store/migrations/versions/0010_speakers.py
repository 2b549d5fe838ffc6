"""Who says or denies a contact, and the languages of an item's parts. Frozen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("contacts", sa.Column("speaker", sa.JSON()))
    op.add_column("items", sa.Column("langs", sa.Text(), server_default=sa.text("''"), nullable=False))
