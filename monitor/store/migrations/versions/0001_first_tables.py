"""The first tables. Frozen: what the code says today lives in `monitor.store.tables_news`."""

from __future__ import annotations

import json
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

FORMER = json.loads((Path(__file__).parents[1] / "former_parties.json").read_bytes())
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def key(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False)


def count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False)


def flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False)


def instant(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def data(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.JSON(), nullable=nullable)


def upgrade() -> None:
    postgres = op.get_context().dialect.name == "postgresql"
    op.create_table(
        "deliveries",
        sa.Column("seq", SERIAL, autoincrement=True, nullable=False),
        key("id"),
        key("receiver"),
        key("kind"),
        key("channel"),
        words("recipient"),
        words("subject"),
        data("payload", nullable=True),
        key("state"),
        count("attempts"),
        instant("not_before"),
        instant("lease_until", nullable=True),
        words("lease_token"),
        instant("created_at"),
        instant("queued_at"),
        instant("expires_at", nullable=True),
        instant("settled_at", nullable=True),
        words("last_error"),
        flag("degraded"),
        key("cause", nullable=True),
        key("batch"),
        count("part"),
        sa.PrimaryKeyConstraint("seq", name="pk_deliveries"),
        sa.UniqueConstraint(
            "cause", "receiver", "recipient", "part", name="uq_deliveries_cause_receiver_recipient_part"
        ),
        sa.UniqueConstraint("id", name="uq_deliveries_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_deliveries_batch", "deliveries", ["batch"])
    owed = sa.text("state IN ('pending', 'leased')")
    op.create_index("ix_deliveries_owed", "deliveries", ["seq"], sqlite_where=owed, postgresql_where=owed)
    held = sa.text("state = 'leased'")
    op.create_index(
        "ix_deliveries_leased", "deliveries", ["receiver"], sqlite_where=held, postgresql_where=held
    )
    op.create_table(
        "digests",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        key("series"),
        key("local_date"),
        key("receiver"),
        words("recipient"),
        instant("since"),
        instant("until"),
        sa.Column("since_seq", SERIAL, nullable=False),
        sa.Column("until_seq", SERIAL, nullable=False),
        instant("created_at"),
        key("kind"),
        sa.PrimaryKeyConstraint("id", name="pk_digests"),
        sa.UniqueConstraint(
            "series",
            "local_date",
            "receiver",
            "recipient",
            name="uq_digests_series_local_date_receiver_recipient",
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "facts", key("key"), data("value"), instant("at"), sa.PrimaryKeyConstraint("key", name="pk_facts")
    )
    op.create_table(
        "feeds",
        key("id"),
        key("url"),
        data("definition"),
        key("origin"),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        instant("added_at"),
        key("etag", nullable=True),
        key("last_modified", nullable=True),
        key("validators_url", nullable=True),
        key("body_hash", nullable=True),
        sa.Column("interval", sa.Float(), nullable=False),
        instant("next_poll_at"),
        instant("last_polled_at", nullable=True),
        instant("last_success_at", nullable=True),
        instant("last_new_at", nullable=True),
        instant("last_parsed_at", nullable=True),
        count("failures"),
        key("fault", nullable=True),
        words("fault_detail"),
        key("moved_to", nullable=True),
        count("moved_polls"),
        flag("gone"),
        flag("seen_before"),
        sa.PrimaryKeyConstraint("id", name="pk_feeds"),
    )
    op.create_index("ix_feeds_next_poll_at", "feeds", ["next_poll_at"])
    op.create_table(
        "receivers",
        key("name"),
        instant("paused_until", nullable=True),
        instant("suspended_at", nullable=True),
        words("suspended_reason"),
        words("last_error"),
        instant("last_delivered_at", nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_receivers"),
    )
    op.create_table(
        "stories",
        key("id"),
        instant("first_seen_at"),
        instant("changed_at"),
        key("severity"),
        words("title"),
        sa.PrimaryKeyConstraint("id", name="pk_stories"),
    )
    op.create_index("ix_stories_changed_at", "stories", ["changed_at"])
    op.create_table(
        "alert_groups",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        key("receiver"),
        key("story_id"),
        instant("opened_at"),
        instant("due_at"),
        key("state"),
        words("reason"),
        instant("settled_at", nullable=True),
        key("severity", nullable=True),
        sa.Column("match_id", SERIAL, nullable=True),
        sa.ForeignKeyConstraint(
            ["story_id"], ["stories.id"], name="fk_alert_groups_story_id_stories", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_alert_groups"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_alert_groups_receiver_story", "alert_groups", ["receiver", "story_id"])
    op.create_index("ix_alert_groups_story_id", "alert_groups", ["story_id"])
    op.create_index(
        "uq_alert_groups_open",
        "alert_groups",
        ["receiver", "story_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "attempts",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        key("delivery_id"),
        sa.Column("attempt", sa.Integer(), nullable=False),
        instant("at"),
        key("outcome"),
        words("detail"),
        sa.Column("elapsed", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name="fk_attempts_delivery_id_deliveries", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_attempts"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_attempts_delivery_id", "attempts", ["delivery_id"])
    op.create_table(
        "items",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        key("feed_id"),
        key("key"),
        key("guid", nullable=True),
        key("url", nullable=True),
        key("canonical_url", nullable=True),
        words("title"),
        words("summary"),
        words("content"),
        words("lang"),
        words("author"),
        words("published_raw"),
        instant("published_at", nullable=True),
        words("date_flag"),
        words("content_hash"),
        words("outlet"),
        words("outlet_side"),
        key("fulltext"),
        words("fulltext_detail"),
        instant("first_seen_at"),
        instant("changed_at"),
        instant("last_seen_at"),
        sa.Column("revision", sa.Integer(), nullable=False),
        key("coverage"),
        words("coverage_detail"),
        key("story_id", nullable=True),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name="fk_items_feed_id_feeds"),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name="fk_items_story_id_stories"),
        sa.PrimaryKeyConstraint("id", name="pk_items"),
        sa.UniqueConstraint("feed_id", "key", name="uq_items_feed_id_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_items_canonical_url", "items", ["canonical_url"])
    op.create_index("ix_items_first_seen_at", "items", ["first_seen_at"])
    op.create_index("ix_items_story_id", "items", ["story_id"])
    op.create_index(
        "ix_items_wanted",
        "items",
        ["id"],
        sqlite_where=sa.text("fulltext = 'wanted'"),
        postgresql_where=sa.text("fulltext = 'wanted'"),
    )
    op.create_table(
        "polls",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        key("feed_id"),
        instant("at"),
        key("status"),
        key("fault", nullable=True),
        words("detail"),
        sa.Column("http_status", sa.Integer(), nullable=True),
        count("new"),
        count("changed"),
        count("seen"),
        count("matched"),
        flag("gap"),
        flag("flood"),
        count("size"),
        sa.Column("elapsed", sa.Float(), nullable=False),
        data("remarks"),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name="fk_polls_feed_id_feeds", ondelete="CASCADE"),
        # a key of a table in partitions has the column that parts it
        sa.PrimaryKeyConstraint(*(("id", "at") if postgres else ("id",)), name="pk_polls"),
        sqlite_autoincrement=True,
        postgresql_partition_by="RANGE (at)",
    )
    if postgres:
        op.execute("CREATE TABLE polls_other PARTITION OF polls DEFAULT")
    op.create_index("ix_polls_at", "polls", ["at"])
    op.create_index("ix_polls_feed_id_at", "polls", ["feed_id", "at"])
    op.create_index(
        "ix_polls_news",
        "polls",
        ["feed_id", "at"],
        sqlite_where=sa.text('"new" > 0'),
        postgresql_where=sa.text('"new" > 0'),
    )
    op.create_table(
        "story_keys",
        key("key"),
        key("story_id"),
        sa.ForeignKeyConstraint(
            ["story_id"], ["stories.id"], name="fk_story_keys_story_id_stories", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name="pk_story_keys"),
    )
    op.create_index("ix_story_keys_story_id", "story_keys", ["story_id"])
    op.create_table(
        "contacts",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("item_id", SERIAL, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        key("type"),
        key("status"),
        *(data(name) for name in FORMER["columns"]),
        key("place", nullable=True),
        key("date", nullable=True),
        flag("background"),
        data("evidence"),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name="fk_contacts_item_id_items", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_contacts"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_contacts_item_id", "contacts", ["item_id"])
    op.create_table(
        "matches",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("item_id", SERIAL, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        key("watchlist"),
        key("rule"),
        key("severity"),
        sa.Column("score", sa.Float(), nullable=False),
        words("reason"),
        data("evidence"),
        instant("at"),
        flag("again"),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name="fk_matches_item_id_items", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_matches"),
        sa.UniqueConstraint(
            "item_id", "revision", "watchlist", "rule", name="uq_matches_item_id_revision_watchlist_rule"
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "revisions",
        sa.Column("item_id", SERIAL, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        words("title"),
        words("summary"),
        words("content"),
        words("content_hash"),
        instant("at"),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name="fk_revisions_item_id_items", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", "revision", name="pk_revisions"),
    )
    op.create_table(
        "suppressed",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("item_id", SERIAL, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        key("watchlist"),
        key("rule"),
        key("by"),
        words("text"),
        words("field"),
        count("start"),
        count("end"),
        words("sentence"),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name="fk_suppressed_item_id_items", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_suppressed"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_suppressed_item_id", "suppressed", ["item_id"])
