"""Stories that have to do with each other, and how common what they name is. Frozen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "story_links",
        _story("one"),
        _story("other"),
        sa.Column("why", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _reference("one"),
        _reference("other"),
        sa.PrimaryKeyConstraint("one", "other", name="pk_story_links"),
    )
    op.create_index("ix_story_links_other", "story_links", ["other"])
    op.create_table(
        "story_facts",
        sa.Column("week", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("watchlist", sa.Text(), nullable=False),
        sa.Column("fact", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("stories", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("week", "watchlist", "fact", name="pk_story_facts"),
        sqlite_with_rowid=False,
    )


def _story(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _reference(column: str) -> sa.ForeignKeyConstraint:
    name = f"fk_story_links_{column}_stories"
    return sa.ForeignKeyConstraint([column], ["stories.id"], name=name, ondelete="CASCADE")
