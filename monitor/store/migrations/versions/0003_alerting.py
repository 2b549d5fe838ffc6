"""Groups of several stories, silences, acknowledgements, suppressions, events, threads of deliveries.

Frozen.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def number() -> sa.Column[int]:
    return sa.Column("id", SERIAL, autoincrement=True, nullable=False)


def key(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False)


def instant(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def data(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.JSON(), nullable=nullable)


def reference(table: str, column: str, target: str, on_delete: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{target}"
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete=on_delete)


def upgrade() -> None:
    _groups()
    _members()
    _silences()
    _suppressions()
    _events()
    op.add_column("deliveries", key("thread", nullable=True))
    op.add_column("deliveries", data("remote", nullable=True))
    op.create_index("ix_deliveries_thread", "deliveries", ["thread"])
    late = sa.text("state = 'expired'")
    op.create_index(
        "ix_deliveries_expired", "deliveries", ["receiver"], sqlite_where=late, postgresql_where=late
    )
    refusals = sa.Column("refusals", sa.Integer(), server_default=sa.text("0"), nullable=False)
    for column in (
        refusals,
        instant("failing_since", nullable=True),
        instant("told_at", nullable=True),
        words("told_to"),
    ):
        op.add_column("receivers", column)


def _groups() -> None:
    """The table is made anew, because SQLite changes no column; nothing refers to it yet."""
    op.create_table(
        "alert_groups_new",
        number(),
        key("receiver"),
        key("story_id", nullable=True),
        words("route"),
        words("key"),
        data("labels", nullable=True),
        instant("opened_at"),
        instant("due_at"),
        key("state"),
        words("reason"),
        instant("settled_at", nullable=True),
        key("severity", nullable=True),
        sa.Column("match_id", SERIAL, nullable=True),
        data("told", nullable=True),
        instant("acked_at", nullable=True),
        words("acked_by"),
        instant("escalated_at", nullable=True),
        sa.Column("repeats", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(
            ["story_id"],
            ["stories.id"],
            name="fk_alert_groups_story_id_stories",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_alert_groups_new"),
        sqlite_autoincrement=True,
    )
    kept = "id, receiver, story_id, opened_at, due_at, state, reason, settled_at, severity, match_id, told"
    op.execute(
        f"INSERT INTO alert_groups_new ({kept}, key) SELECT {kept}, 'story=' || story_id FROM alert_groups"
    )
    _never_again()
    op.drop_table("alert_groups")
    op.rename_table("alert_groups_new", "alert_groups")
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER INDEX pk_alert_groups_new RENAME TO pk_alert_groups")
    _group_indexes()


def _never_again() -> None:
    """A number that was given once, also to a row that is gone, is not given again: deliveries name it."""
    if op.get_context().dialect.name == "sqlite":
        op.execute("DELETE FROM sqlite_sequence WHERE name = 'alert_groups_new'")
        op.execute(
            "INSERT INTO sqlite_sequence (name, seq) "
            "SELECT 'alert_groups_new', seq FROM sqlite_sequence WHERE name = 'alert_groups'"
        )
    else:
        op.execute(
            "SELECT setval(pg_get_serial_sequence('alert_groups_new', 'id'), "
            "nextval(pg_get_serial_sequence('alert_groups', 'id')))"
        )


def _group_indexes() -> None:
    op.create_index("ix_alert_groups_receiver_story", "alert_groups", ["receiver", "story_id"])
    op.create_index("ix_alert_groups_story_id", "alert_groups", ["story_id"])
    op.create_index("ix_alert_groups_receiver_settled_at", "alert_groups", ["receiver", "settled_at"])
    waits = sa.text("state = 'open'")
    op.create_index(
        "uq_alert_groups_open",
        "alert_groups",
        ["receiver", "key"],
        unique=True,
        sqlite_where=waits,
        postgresql_where=waits,
    )


def _members() -> None:
    op.create_table(
        "alert_members",
        sa.Column("group_id", SERIAL, autoincrement=False, nullable=False),
        key("story_id"),
        key("severity", nullable=True),
        data("labels", nullable=True),
        data("told", nullable=True),
        words("held"),
        reference("alert_members", "group_id", "alert_groups", "CASCADE"),
        reference("alert_members", "story_id", "stories", "CASCADE"),
        sa.PrimaryKeyConstraint("group_id", "story_id", name="pk_alert_members"),
    )
    op.create_index("ix_alert_members_story_id", "alert_members", ["story_id"])
    op.execute(
        "INSERT INTO alert_members (group_id, story_id, severity, told) "
        "SELECT id, story_id, severity, told FROM alert_groups"
    )


def _silences() -> None:
    op.create_table(
        "silences",
        number(),
        data("matchers"),
        key("author"),
        key("reason"),
        instant("starts_at"),
        instant("ends_at"),
        instant("created_at"),
        instant("ended_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_silences"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_silences_ends_at", "silences", ["ends_at"])
    op.create_table(
        "acks",
        number(),
        key("story_id"),
        key("receiver", nullable=True),
        key("author"),
        words("note"),
        instant("at"),
        instant("expires_at", nullable=True),
        reference("acks", "story_id", "stories", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_acks"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_acks_story_id", "acks", ["story_id"])


def _suppressions() -> None:
    op.create_table(
        "suppressions",
        number(),
        key("watchlist"),
        key("rule", nullable=True),
        data("scope"),
        key("author"),
        words("reason"),
        instant("at"),
        instant("expires_at"),
        instant("ended_at", nullable=True),
        sa.Column("item_id", SERIAL, nullable=True),
        reference("suppressions", "item_id", "items", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_suppressions"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_suppressions_expires_at", "suppressions", ["expires_at"])
    op.create_index("ix_suppressions_item_id", "suppressions", ["item_id"])


def _events() -> None:
    op.create_table(
        "events",
        number(),
        key("kind"),
        words("subject"),
        key("severity"),
        words("detail"),
        instant("opened_at"),
        instant("seen_at"),
        instant("closed_at", nullable=True),
        instant("told_at", nullable=True),
        data("told_to", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_events_opened_at", "events", ["opened_at"])
    unclosed = sa.text("closed_at IS NULL")
    op.create_index(
        "uq_events_open",
        "events",
        ["kind", "subject"],
        unique=True,
        sqlite_where=unclosed,
        postgresql_where=unclosed,
    )
