"""Signatures in place of story keys, redirects of merged stories, copies, withdrawn entries, evidence.

Frozen.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False)


def reference(table: str, column: str, target: str, on_delete: str) -> None:
    """A nullable column that refers to the `id` of `target`.

    In plain SQL: SQLite takes the constraint with the column only, and a copy of the table, as Alembic would
    make one, empties every table that refers to it.
    """
    number = "INTEGER" if op.get_context().dialect.name == "sqlite" else "BIGINT"
    kind = "TEXT" if target == "stories" else number
    op.execute(
        f"ALTER TABLE {table} ADD COLUMN {column} {kind} "
        f"CONSTRAINT fk_{table}_{column}_{target} REFERENCES {target} (id) ON DELETE {on_delete}"
    )
    given = sa.text(f"{column} IS NOT NULL")
    op.create_index(f"ix_{table}_{column}", table, [column], sqlite_where=given, postgresql_where=given)


def upgrade() -> None:
    op.add_column("items", words("credit"))
    reference("items", "copy_of", "items", "SET NULL")
    op.add_column("items", sa.Column("withdrawn_at", sa.DateTime(timezone=True)))
    op.create_index("ix_items_feed_id_last_seen_at", "items", ["feed_id", "last_seen_at"])
    op.add_column("alert_groups", sa.Column("told", sa.JSON()))
    reference("stories", "merged_into", "stories", "CASCADE")
    op.create_table(
        "stories_apart",
        sa.Column("one", sa.Text(), nullable=False),
        sa.Column("other", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["one"], ["stories.id"], name="fk_stories_apart_one_stories", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["other"], ["stories.id"], name="fk_stories_apart_other_stories", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("one", "other", name="pk_stories_apart"),
    )
    op.create_index("ix_stories_apart_other", "stories_apart", ["other"])
    op.drop_table("story_keys")
    _signatures()
    _entries()


def _signatures() -> None:
    op.create_table(
        "signatures",
        sa.Column("item_id", SERIAL, autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name="fk_signatures_item_id_items", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", name="pk_signatures"),
    )
    op.create_index("ix_signatures_at", "signatures", ["at"])
    op.create_table(
        "signature_keys",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("item_id", SERIAL, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["signatures.item_id"],
            name="fk_signature_keys_item_id_signatures",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("key", "item_id", name="pk_signature_keys"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_signature_keys_item_id", "signature_keys", ["item_id"])


def _entries() -> None:
    op.create_table(
        "entries",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("feed_id", sa.Text(), nullable=False),
        sa.Column("item_id", SERIAL, nullable=True),
        sa.Column("item_key", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("retrieved_at", sa.DateTime(timezone=True), nullable=False),
        words("url"),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        words("sha256"),
        words("document_sha256"),
        sa.Column("headers", sa.JSON(), nullable=False),
        words("previous"),
        sa.Column("chain", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name="fk_entries_feed_id_feeds"),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name="fk_entries_item_id_items", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_entries"),
        sa.UniqueConstraint("feed_id", "previous", name="uq_entries_feed_id_previous"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_entries_feed_id_id", "entries", ["feed_id", "id"])
    op.create_index("ix_entries_item_id", "entries", ["item_id"])
