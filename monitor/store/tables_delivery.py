"""The tables of what is promised to receivers: alerts that wait, digests, deliveries and their attempts."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, text

from monitor.store.sql import SERIAL, Seconds, Utc, count, flag, metadata, serial, words

alert_groups = Table(
    "alert_groups",
    metadata,
    serial(),
    Column("receiver", Text, nullable=False),
    #: the story that opened it; null for what the monitor says about itself, and once that story is gone
    Column("story_id", Text, ForeignKey("stories.id", ondelete="SET NULL")),
    #: the path of the route that it came through, and what its stories have in common there
    words("route"),
    words("key"),
    Column("labels", JSON(none_as_null=True)),
    Column("opened_at", Utc, nullable=False),
    Column("due_at", Utc, nullable=False),
    Column("state", Text, nullable=False),  # open | sent | dropped
    words("reason"),
    Column("settled_at", Utc),
    #: what the receiver was told: the loudest severity, and the last match of the story at that moment
    Column("severity", Text),
    Column("match_id", SERIAL),
    #: what the receiver knows of the story since then
    Column("told", JSON(none_as_null=True)),
    Column("acked_at", Utc),
    words("acked_by"),
    Column("escalated_at", Utc),
    #: how often its unchanged stories were told again
    count("repeats"),
    Index("ix_alert_groups_receiver_story", "receiver", "story_id"),
    Index("ix_alert_groups_story_id", "story_id"),
    Index("ix_alert_groups_receiver_settled_at", "receiver", "settled_at"),
    sqlite_autoincrement=True,
)
#: a partial index serves only the very words it was made with
GROUP_OPEN = "state = 'open'"
_OPEN = alert_groups.c.state == "open"
Index(
    "uq_alert_groups_open",
    alert_groups.c.receiver,
    alert_groups.c.key,
    unique=True,
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
)

#: the stories of a group
alert_members = Table(
    "alert_members",
    metadata,
    Column(
        "group_id",
        SERIAL,
        ForeignKey("alert_groups.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("story_id", Text, ForeignKey("stories.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("severity", Text),
    #: what matchers see of the story
    Column("labels", JSON(none_as_null=True)),
    #: what the receiver knows of the story since the group was sent
    Column("told", JSON(none_as_null=True)),
    #: why the story was not told with its group: a silence, an inhibition, nothing new
    words("held"),
)

digests = Table(
    "digests",
    metadata,
    serial(),
    Column("series", Text, nullable=False),
    Column("local_date", Text, nullable=False),
    Column("receiver", Text, nullable=False),
    words("recipient"),
    Column("since", Utc, nullable=False),
    Column("until", Utc, nullable=False),
    #: matches with since_seq < id <= until_seq were told
    Column("since_seq", SERIAL, nullable=False),
    Column("until_seq", SERIAL, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("kind", Text, nullable=False),  # normal | catch-up
    UniqueConstraint("series", "local_date", "receiver", "recipient"),
    sqlite_autoincrement=True,
)

#: deliveries that are owed, or in a sender's hands; a partial index serves only the very words it was made
#: with
OWED = "state IN ('pending', 'leased')"
LEASED = "state = 'leased'"
EXPIRED = "state = 'expired'"
IN_PART = "left_out <> ''"

deliveries = Table(
    "deliveries",
    metadata,
    serial("seq"),
    Column("id", Text, nullable=False, unique=True),
    Column("receiver", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("channel", Text, nullable=False),
    words("recipient"),
    words("subject"),
    #: the rendered message; null once it is settled and old
    Column("payload", JSON(none_as_null=True)),
    Column("state", Text, nullable=False),  # pending | leased | delivered | rejected | expired | dead
    count("attempts"),
    Column("not_before", Utc, nullable=False),
    Column("lease_until", Utc),
    words("lease_token"),
    Column("created_at", Utc, nullable=False),
    #: when its retries began to count: creation, or the operator's `deliveries retry`
    Column("queued_at", Utc, nullable=False),
    Column("expires_at", Utc),
    Column("settled_at", Utc),
    words("last_error"),
    #: its payload was replaced by the plainest form, which happens once; and what that form leaves out
    flag("degraded"),
    words("left_out"),
    #: what it was made for, as `alert:<group>` or `digest:<series>:<date>`; null for tests
    Column("cause", Text),
    #: what it updates: the id of the first delivery about the same to this receiver
    Column("thread", Text, index=True),
    #: how the channel calls it, where an update needs that: Slack's channel and ts, the Message-ID
    Column("remote", JSON(none_as_null=True)),
    #: messages of one enqueue share a batch; the parts to one recipient go in order
    Column("batch", Text, nullable=False),
    count("part"),
    UniqueConstraint("cause", "receiver", "recipient", "part"),
    #: each receiver's queue in its order, however long the journal is, with what tells whether it may be
    #: tried
    Index(
        "ix_deliveries_owed",
        *("receiver", "seq", "state", "not_before", "lease_until", "part"),
        sqlite_where=text(OWED),
        postgresql_where=text(OWED),
    ),
    Index("ix_deliveries_leased", "receiver", sqlite_where=text(LEASED), postgresql_where=text(LEASED)),
    Index("ix_deliveries_expired", "receiver", sqlite_where=text(EXPIRED), postgresql_where=text(EXPIRED)),
    Index("ix_deliveries_in_part", "settled_at", sqlite_where=text(IN_PART), postgresql_where=text(IN_PART)),
    Index("ix_deliveries_batch", "batch"),
    sqlite_autoincrement=True,
)

attempts = Table(
    "attempts",
    metadata,
    serial(),
    Column("delivery_id", Text, ForeignKey("deliveries.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("attempt", Integer, nullable=False),
    Column("at", Utc, nullable=False),
    Column("outcome", Text, nullable=False),  # delivered | try-later | rejected | lost
    words("detail"),
    Column("elapsed", Seconds, nullable=False),
    sqlite_autoincrement=True,
)

receivers = Table(
    "receivers",
    metadata,
    Column("name", Text, primary_key=True),
    Column("paused_until", Utc),
    Column("suspended_at", Utc),
    words("suspended_reason"),
    words("last_error"),
    Column("last_delivered_at", Utc),
    #: messages that it refused one after the other, and since when nothing reached it
    count("refusals"),
    Column("failing_since", Utc),
    #: when and which other receiver was told of it
    Column("told_at", Utc),
    words("told_to"),
)


# The tables of what people do about alerts, and of what happens to the monitor itself.

silences = Table(
    "silences",
    metadata,
    serial(),
    #: a list of matchers as they were written, all of which must hold
    Column("matchers", JSON, nullable=False),
    Column("author", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("starts_at", Utc, nullable=False),
    Column("ends_at", Utc, nullable=False, index=True),
    Column("created_at", Utc, nullable=False),
    #: when a person ended it before its time
    Column("ended_at", Utc),
    sqlite_autoincrement=True,
)

#: somebody looks after a story: it is neither repeated nor escalated until it changes
acks = Table(
    "acks",
    metadata,
    serial(),
    Column("story_id", Text, ForeignKey("stories.id", ondelete="CASCADE"), nullable=False, index=True),
    #: null: for every receiver
    Column("receiver", Text),
    Column("author", Text, nullable=False),
    words("note"),
    Column("at", Utc, nullable=False),
    Column("expires_at", Utc),
    sqlite_autoincrement=True,
)

#: a person called a match false: nothing of its scope is told until it expires
suppressions = Table(
    "suppressions",
    metadata,
    serial(),
    Column("watchlist", Text, nullable=False),
    #: null: every rule of the watchlist
    Column("rule", Text),
    Column("scope", JSON, nullable=False),
    Column("author", Text, nullable=False),
    words("reason"),
    Column("at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False, index=True),
    Column("ended_at", Utc),
    Column("item_id", SERIAL, ForeignKey("items.id", ondelete="SET NULL"), index=True),
    sqlite_autoincrement=True,
)

#: what the monitor says about itself, open until it is over
events = Table(
    "events",
    metadata,
    serial(),
    Column("kind", Text, nullable=False),
    words("subject"),
    Column("severity", Text, nullable=False),
    words("detail"),
    Column("opened_at", Utc, nullable=False, index=True),
    Column("seen_at", Utc, nullable=False),
    Column("closed_at", Utc),
    Column("told_at", Utc),
    #: the receivers that were told of it and are to hear of its end
    Column("told_to", JSON(none_as_null=True)),
    sqlite_autoincrement=True,
)
_UNCLOSED = events.c.closed_at.is_(None)
Index(
    "uq_events_open",
    events.c.kind,
    events.c.subject,
    unique=True,
    sqlite_where=_UNCLOSED,
    postgresql_where=_UNCLOSED,
)

#: who works on what, where several processes share one database (`monitor.store.leases`)
leases = Table(
    "leases",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    #: of a job that nobody has taken yet, then of the worker that took it
    Column("token", Text, nullable=False, index=True),
    Column("until", Utc, nullable=False),
)
