"""The tables of what people do about alerts, and of what happens to the monitor itself."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Table, Text

from monitor.store.columns import SERIAL, Utc, metadata, serial, words

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
