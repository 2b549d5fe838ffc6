"""Which feeds are being asked; articles are fetched after their items: wanted, and read. Frozen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("feeds", sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))
    asked = sa.text("asked_at IS NOT NULL")
    op.create_index("ix_feeds_asked_at", "feeds", ["asked_at"], sqlite_where=asked, postgresql_where=asked)
    op.create_table(
        "articles",
        sa.Column("item_id", SERIAL, nullable=False, autoincrement=False),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("braked", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name="fk_articles_item_id_items", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", name="pk_articles"),
    )
    waiting = sa.text("next_try_at IS NOT NULL")
    op.create_index(
        "ix_articles_next_try_at",
        "articles",
        ["next_try_at"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.drop_index("ix_items_wanted", table_name="items")
    # what was read took the place of a shorter content; an edit of the entry must not take it out again
    op.execute(
        "INSERT INTO articles (item_id, wanted_at) SELECT id, first_seen_at FROM items WHERE "
        "fulltext = 'read'"
    )
    op.execute(
        "UPDATE items SET fulltext = 'unavailable', fulltext_detail = 'not fetched' WHERE fulltext = 'wanted'"
    )
