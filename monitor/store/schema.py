"""The tables. What must never happen twice is a uniqueness constraint here, whatever the code above does.

Times are UTC; a naive one is refused. A change here needs a migration beside it (`migrations/`) and a new `REVISION`;
a test compares the two. SQL stays portable between SQLite and PostgreSQL.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from monitor.store.columns import Seconds, Utc

#: the newest migration; an equal database is opened without loading Alembic
REVISION = "0001"

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


#: a rising number; on SQLite AUTOINCREMENT, so that a deleted one never comes back (cursors depend on it)
_SERIAL = BigInteger().with_variant(Integer, "sqlite")


def _serial(name: str = "id") -> Column[int]:
    return Column(name, _SERIAL, primary_key=True, autoincrement=True)


def _text(name: str, **options: Any) -> Column[str]:
    """Text that is never null; empty where there is nothing to say."""
    return Column(name, Text, nullable=False, server_default=text("''"), **options)


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default=text("0"))


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default=false())


def _item_id(**options: Any) -> Column[int]:
    return Column("item_id", _SERIAL, ForeignKey("items.id", ondelete="CASCADE"), nullable=False, **options)


feeds = Table(
    "feeds",
    metadata,
    Column("id", Text, primary_key=True),
    #: the address of `definition`; a poll of another address does not settle this row
    Column("url", Text, nullable=False),
    Column("definition", JSON, nullable=False),
    Column("origin", Text, nullable=False),  # file | added
    Column("enabled", Boolean, nullable=False),
    Column("added_at", Utc, nullable=False),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("validators_url", Text),
    Column("body_hash", Text),
    Column("interval", Seconds, nullable=False),
    Column("next_poll_at", Utc, nullable=False, index=True),
    Column("last_polled_at", Utc),
    Column("last_success_at", Utc),
    Column("last_new_at", Utc),
    #: when a body was last parsed and stored: what was not in it has left the feed
    Column("last_parsed_at", Utc),
    _count("failures"),
    Column("fault", Text),
    _text("fault_detail"),
    Column("moved_to", Text),
    _count("moved_polls"),
    _flag("gone"),
    _flag("seen_before"),
)

polls = Table(
    "polls",
    metadata,
    _serial(),
    Column("feed_id", Text, ForeignKey("feeds.id", ondelete="CASCADE"), nullable=False),
    Column("at", Utc, nullable=False, index=True),
    Column("status", Text, nullable=False),
    Column("fault", Text),
    _text("detail"),
    Column("http_status", Integer),
    _count("new"),
    _count("changed"),
    _count("seen"),
    _count("matched"),
    _flag("gap"),
    _flag("flood"),
    _count("size"),
    Column("elapsed", Seconds, nullable=False),
    Column("remarks", JSON, nullable=False),
    Index("ix_polls_feed_id_at", "feed_id", "at"),
    sqlite_autoincrement=True,
)
#: a feed's rhythm is read from the polls that brought something
Index(
    "ix_polls_news",
    polls.c.feed_id,
    polls.c.at,
    sqlite_where=polls.c.new > 0,
    postgresql_where=polls.c.new > 0,
)

items = Table(
    "items",
    metadata,
    _serial(),
    Column("feed_id", Text, ForeignKey("feeds.id"), nullable=False),
    Column("key", Text, nullable=False),
    Column("guid", Text),
    Column("url", Text),
    Column("canonical_url", Text, index=True),
    _text("title"),
    _text("summary"),
    _text("content"),
    _text("lang"),
    _text("author"),
    _text("published_raw"),
    Column("published_at", Utc),
    _text("date_flag"),
    _text("content_hash"),
    _text("outlet"),
    _text("outlet_side"),
    Column("fulltext", Text, nullable=False),
    _text("fulltext_detail"),
    Column("first_seen_at", Utc, nullable=False, index=True),
    Column("changed_at", Utc, nullable=False),
    Column("last_seen_at", Utc, nullable=False),
    Column("revision", Integer, nullable=False),
    #: the one state that the item ended in (promise 1)
    Column("coverage", Text, nullable=False),
    _text("coverage_detail"),
    Column("story_id", Text, ForeignKey("stories.id"), index=True),
    UniqueConstraint("feed_id", "key"),
    sqlite_autoincrement=True,
)
Index(
    "ix_items_wanted",
    items.c.id,
    sqlite_where=items.c.fulltext == "wanted",
    postgresql_where=items.c.fulltext == "wanted",
)

#: texts that a later revision replaced
revisions = Table(
    "revisions",
    metadata,
    _item_id(primary_key=True),
    Column("revision", Integer, primary_key=True),
    _text("title"),
    _text("summary"),
    _text("content"),
    _text("content_hash"),
    Column("at", Utc, nullable=False),
)

#: `id` rises in the order of commits: the cursor of the digests
matches = Table(
    "matches",
    metadata,
    _serial(),
    _item_id(),
    Column("revision", Integer, nullable=False),
    Column("watchlist", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("score", Float, nullable=False),
    _text("reason"),
    Column("evidence", JSON, nullable=False),
    Column("at", Utc, nullable=False),
    #: an earlier revision of the item matched the same rule: an edit, not news
    _flag("again"),
    UniqueConstraint("item_id", "revision", "watchlist", "rule"),
    sqlite_autoincrement=True,
)

contacts = Table(
    "contacts",
    metadata,
    _serial(),
    _item_id(index=True),
    Column("revision", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("russian", JSON, nullable=False),
    Column("libyan", JSON, nullable=False),
    Column("place", Text),
    Column("date", Text),
    _flag("background"),
    Column("evidence", JSON, nullable=False),
    sqlite_autoincrement=True,
)

suppressed = Table(
    "suppressed",
    metadata,
    _serial(),
    _item_id(index=True),
    Column("revision", Integer, nullable=False),
    Column("watchlist", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("by", Text, nullable=False),
    _text("text"),
    _text("field"),
    _count("start"),
    _count("end"),
    _text("sentence"),
    sqlite_autoincrement=True,
)

stories = Table(
    "stories",
    metadata,
    Column("id", Text, primary_key=True),
    Column("first_seen_at", Utc, nullable=False),
    Column("changed_at", Utc, nullable=False, index=True),
    Column("severity", Text, nullable=False),
    _text("title"),
)

story_keys = Table(
    "story_keys",
    metadata,
    Column("key", Text, primary_key=True),
    Column("story_id", Text, ForeignKey("stories.id", ondelete="CASCADE"), nullable=False, index=True),
)

alert_groups = Table(
    "alert_groups",
    metadata,
    _serial(),
    Column("receiver", Text, nullable=False),
    Column("story_id", Text, ForeignKey("stories.id", ondelete="CASCADE"), nullable=False),
    Column("opened_at", Utc, nullable=False),
    Column("due_at", Utc, nullable=False),
    Column("state", Text, nullable=False),  # open | sent | dropped
    _text("reason"),
    Column("settled_at", Utc),
    #: what the receiver was told: the loudest severity, and the last match of the story at that moment
    Column("severity", Text),
    Column("match_id", _SERIAL),
    Index("ix_alert_groups_receiver_story", "receiver", "story_id"),
    Index("ix_alert_groups_story_id", "story_id"),
    sqlite_autoincrement=True,
)
_OPEN = alert_groups.c.state == "open"
Index(
    "uq_alert_groups_open",
    alert_groups.c.receiver,
    alert_groups.c.story_id,
    unique=True,
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
)

digests = Table(
    "digests",
    metadata,
    _serial(),
    Column("series", Text, nullable=False),
    Column("local_date", Text, nullable=False),
    Column("receiver", Text, nullable=False),
    _text("recipient"),
    Column("since", Utc, nullable=False),
    Column("until", Utc, nullable=False),
    #: matches with since_seq < id <= until_seq were told
    Column("since_seq", _SERIAL, nullable=False),
    Column("until_seq", _SERIAL, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("kind", Text, nullable=False),  # normal | catch-up
    UniqueConstraint("series", "local_date", "receiver", "recipient"),
    sqlite_autoincrement=True,
)

#: deliveries that are owed, or in a sender's hands; a partial index serves only the very words it was made with
OWED = "state IN ('pending', 'leased')"
LEASED = "state = 'leased'"

deliveries = Table(
    "deliveries",
    metadata,
    _serial("seq"),
    Column("id", Text, nullable=False, unique=True),
    Column("receiver", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("channel", Text, nullable=False),
    _text("recipient"),
    _text("subject"),
    #: the rendered message; null once it is settled and old
    Column("payload", JSON(none_as_null=True)),
    Column("state", Text, nullable=False),  # pending | leased | delivered | rejected | expired | dead
    _count("attempts"),
    Column("not_before", Utc, nullable=False),
    Column("lease_until", Utc),
    _text("lease_token"),
    Column("created_at", Utc, nullable=False),
    #: when its retries began to count: creation, or the operator's `deliveries retry`
    Column("queued_at", Utc, nullable=False),
    Column("expires_at", Utc),
    Column("settled_at", Utc),
    _text("last_error"),
    #: its payload was replaced by the plainest form, which happens once
    _flag("degraded"),
    #: what it was made for, as `alert:<group>` or `digest:<series>:<date>`; null for tests
    Column("cause", Text),
    #: messages of one enqueue share a batch; the parts to one recipient go in order
    Column("batch", Text, nullable=False),
    _count("part"),
    UniqueConstraint("cause", "receiver", "recipient", "part"),
    #: the queue in its order, however long the journal is
    Index("ix_deliveries_owed", "seq", sqlite_where=text(OWED), postgresql_where=text(OWED)),
    Index("ix_deliveries_leased", "receiver", sqlite_where=text(LEASED), postgresql_where=text(LEASED)),
    Index("ix_deliveries_batch", "batch"),
    sqlite_autoincrement=True,
)

attempts = Table(
    "attempts",
    metadata,
    _serial(),
    Column("delivery_id", Text, ForeignKey("deliveries.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("attempt", Integer, nullable=False),
    Column("at", Utc, nullable=False),
    Column("outcome", Text, nullable=False),  # delivered | try-later | rejected | lost
    _text("detail"),
    Column("elapsed", Seconds, nullable=False),
    sqlite_autoincrement=True,
)

receivers = Table(
    "receivers",
    metadata,
    Column("name", Text, primary_key=True),
    Column("paused_until", Utc),
    Column("suspended_at", Utc),
    _text("suspended_reason"),
    _text("last_error"),
    Column("last_delivered_at", Utc),
)

facts = Table(
    "facts",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", JSON, nullable=False),
    Column("at", Utc, nullable=False),
)
