"""The tables. What must never happen twice is a uniqueness constraint here, whatever the code above does.

Times are UTC; a naive one is refused. A change here needs a migration beside it (`migrations/`) and a new
`REVISION`; a test compares the two. SQL stays portable between SQLite and PostgreSQL.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from monitor.store.sql import SERIAL, Packed, Seconds, Utc, count, flag, item_id, metadata, serial, words

#: the newest migration; an equal database is opened without loading Alembic
REVISION = "0018"

feeds = Table(
    "feeds",
    metadata,
    Column("id", Text, primary_key=True),
    #: the address of `definition`, without what opens it; a poll of another address does not settle this row
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
    Column("not_before", Utc),
    #: what was learnt of how the feed publishes, and what its publisher asks for; written by `rows`
    Column("rhythm", Packed),
    Column("asks", Packed),
    #: since when it is being asked; null once the answer is settled
    Column("asked_at", Utc),
    Column("last_polled_at", Utc),
    Column("last_success_at", Utc),
    Column("last_new_at", Utc),
    #: when a body was last parsed and stored: what was not in it has left the feed
    Column("last_parsed_at", Utc),
    count("failures"),
    Column("fault", Text),
    words("fault_detail"),
    Column("moved_to", Text),
    Column("moved_since", Utc),
    count("moved_polls"),
    flag("gone"),
    flag("seen_before"),
)

Index(
    "ix_feeds_asked_at",
    feeds.c.asked_at,
    sqlite_where=feeds.c.asked_at.is_not(None),
    postgresql_where=feeds.c.asked_at.is_not(None),
)

#: of each feed's last document: the digests of its entries that are stored items (`monitor.store.memory`)
memories = Table(
    "memories",
    metadata,
    Column("feed_id", Text, ForeignKey("feeds.id", ondelete="CASCADE"), primary_key=True),
    Column("seen", LargeBinary, nullable=False),
)

polls = Table(
    "polls",
    metadata,
    serial(),
    Column("feed_id", Text, ForeignKey("feeds.id", ondelete="CASCADE"), nullable=False),
    Column("at", Utc, nullable=False, index=True),
    Column("status", Text, nullable=False),
    Column("fault", Text),
    words("detail"),
    Column("http_status", Integer),
    count("new"),
    count("changed"),
    count("seen"),
    count("matched"),
    flag("gap"),
    flag("flood"),
    count("size"),
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
#: those of which something is to be told: failures, gaps, floods, documents that were not read whole;
#: said in these words, or no database sees that the index has them
ODD = text("(status = 'failed' OR gap OR flood OR CAST(remarks AS TEXT) <> '[]')")
Index("ix_polls_odd", polls.c.at, sqlite_where=ODD, postgresql_where=ODD)

items = Table(
    "items",
    metadata,
    serial(),
    Column("feed_id", Text, ForeignKey("feeds.id"), nullable=False),
    Column("key", Text, nullable=False),
    Column("guid", Text),
    Column("url", Text),
    Column("canonical_url", Text, index=True),
    words("title"),
    words("summary"),
    words("content"),
    words("lang"),
    #: the languages of title, summary and content, where they are not all `lang`
    words("langs"),
    words("author"),
    words("published_raw"),
    Column("published_at", Utc),
    words("date_flag"),
    words("content_hash"),
    words("outlet"),
    words("outlet_side"),
    Column("fulltext", Text, nullable=False),
    words("fulltext_detail"),
    Column("first_seen_at", Utc, nullable=False, index=True),
    Column("changed_at", Utc, nullable=False),
    Column("last_seen_at", Utc, nullable=False),
    Column("revision", Integer, nullable=False),
    #: the one state that the item ended in (promise 1)
    Column("coverage", Text, nullable=False),
    words("coverage_detail"),
    #: who denies the item's news, where it reports no contact
    Column("denier", JSON(none_as_null=True)),
    Column("story_id", Text, ForeignKey("stories.id"), index=True),
    #: the wire agency that the text credits
    words("credit"),
    #: the item that this one repeats, itself no copy
    Column("copy_of", SERIAL, ForeignKey("items.id", ondelete="SET NULL")),
    #: when the entry was found to have left its feed while older ones stayed
    Column("withdrawn_at", Utc),
    #: its words as they are compared (`monitor.store.archive`); written, never read
    words("folded"),
    UniqueConstraint("feed_id", "key"),
    #: who is still in a feed, and who has left it long ago
    Index("ix_items_feed_id_last_seen_at", "feed_id", "last_seen_at"),
    #: an entry whose guid or link changes at every poll is known by its words
    Index("ix_items_feed_id_content_hash", "feed_id", "content_hash"),
    sqlite_autoincrement=True,
)
Index(
    "ix_items_copy_of",
    items.c.copy_of,
    sqlite_where=items.c.copy_of.is_not(None),
    postgresql_where=items.c.copy_of.is_not(None),
)

#: articles to be fetched, and those whose text an item has as its content
articles = Table(
    "articles",
    metadata,
    item_id(primary_key=True),
    Column("wanted_at", Utc, nullable=False),
    count("attempts"),
    #: null: it was read, and its text is the item's content
    Column("next_try_at", Utc),
    #: the item came in a flood: nothing in it is alerted
    flag("flood_held"),
)
Index(
    "ix_articles_next_try_at",
    articles.c.next_try_at,
    sqlite_where=articles.c.next_try_at.is_not(None),
    postgresql_where=articles.c.next_try_at.is_not(None),
)

#: texts that a later revision replaced
revisions = Table(
    "revisions",
    metadata,
    item_id(primary_key=True),
    Column("revision", Integer, primary_key=True),
    words("title"),
    words("summary"),
    words("content"),
    words("content_hash"),
    Column("at", Utc, nullable=False),
)

#: `id` rises in the order of commits: the cursor of the digests
matches = Table(
    "matches",
    metadata,
    serial(),
    item_id(),
    Column("revision", Integer, nullable=False),
    Column("watchlist", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("score", Float, nullable=False),
    words("reason"),
    Column("evidence", JSON, nullable=False),
    Column("at", Utc, nullable=False),
    #: an earlier revision of the item matched the same rule: an edit, not news
    flag("again"),
    UniqueConstraint("item_id", "revision", "watchlist", "rule"),
    sqlite_autoincrement=True,
)

contacts = Table(
    "contacts",
    metadata,
    serial(),
    item_id(index=True),
    Column("revision", Integer, nullable=False),
    words("watchlist"),
    Column("type", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("place", Text),
    Column("date", Text),
    flag("background"),
    Column("evidence", JSON, nullable=False),
    #: whom the item names as the one who says or denies it: {name, kind, side}
    Column("speaker", JSON(none_as_null=True)),
    sqlite_autoincrement=True,
)

#: who is named of each party of a contact, in the order in which they are told
contact_parties = Table(
    "contact_parties",
    metadata,
    Column("contact_id", ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("party", Text, nullable=False),
    Column("name", Text, nullable=False),
    #: the name stands for the whole party: its country, a palace, "a delegation"
    flag("general"),
)

suppressed = Table(
    "suppressed",
    metadata,
    serial(),
    item_id(index=True),
    Column("revision", Integer, nullable=False),
    Column("watchlist", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("by", Text, nullable=False),
    words("text"),
    words("field"),
    count("start"),
    count("end"),
    words("sentence"),
    sqlite_autoincrement=True,
)

stories = Table(
    "stories",
    metadata,
    Column("id", Text, primary_key=True),
    Column("first_seen_at", Utc, nullable=False),
    Column("changed_at", Utc, nullable=False, index=True),
    Column("severity", Text, nullable=False),
    words("title"),
    #: the story that took this one in: the row is a redirect then, and goes with its target
    Column("merged_into", Text, ForeignKey("stories.id", ondelete="CASCADE")),
)
Index(
    "ix_stories_merged_into",
    stories.c.merged_into,
    sqlite_where=stories.c.merged_into.is_not(None),
    postgresql_where=stories.c.merged_into.is_not(None),
)

#: pairs of stories that a person took apart: never merged again by themselves; `one` < `other`
stories_apart = Table(
    "stories_apart",
    metadata,
    Column("one", Text, ForeignKey("stories.id", ondelete="CASCADE"), primary_key=True),
    Column("other", Text, ForeignKey("stories.id", ondelete="CASCADE"), primary_key=True, index=True),
)

#: stories that have to do with each other and are not the same: a second meeting, a reaction, a briefing;
#: `one` < `other`
story_links = Table(
    "story_links",
    metadata,
    Column("one", Text, ForeignKey("stories.id", ondelete="CASCADE"), primary_key=True),
    Column("other", Text, ForeignKey("stories.id", ondelete="CASCADE"), primary_key=True, index=True),
    words("why"),
    Column("at", Utc, nullable=False),
)

#: in how many stories of a week and a watchlist something was named, by the hash of what; 0 stands for all
#: stories
story_facts = Table(
    "story_facts",
    metadata,
    Column("week", Integer, primary_key=True, autoincrement=False),
    Column("watchlist", Text, primary_key=True),
    Column("fact", BigInteger, primary_key=True, autoincrement=False),
    Column("stories", Integer, nullable=False),
    sqlite_with_rowid=False,
)

#: what is kept of an item to find its copies and the event that it reports; made elsewhere and opaque here
signatures = Table(
    "signatures",
    metadata,
    item_id(primary_key=True),
    Column("at", Utc, nullable=False, index=True),
    Column("data", Packed, nullable=False),
)

#: 63-bit numbers; items of one story are likely to share some
signature_keys = Table(
    "signature_keys",
    metadata,
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column(
        "item_id",
        SERIAL,
        ForeignKey("signatures.item_id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        index=True,
    ),
    sqlite_with_rowid=False,
)

#: what a feed said, byte for byte, as a chain of hashes for each feed: no link can be changed or left out
#: unnoticed
entries = Table(
    "entries",
    metadata,
    serial(),
    Column("feed_id", Text, ForeignKey("feeds.id"), nullable=False),
    #: null once the item was pruned
    Column("item_id", SERIAL, ForeignKey("items.id", ondelete="SET NULL"), index=True),
    Column("item_key", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("retrieved_at", Utc, nullable=False),
    words("url"),
    #: compressed; null where nothing could be kept, or it was pruned
    Column("raw", LargeBinary),
    words("sha256"),
    words("document_sha256"),
    Column("headers", JSON, nullable=False),
    #: `chain` of the feed's entry before, empty for its first: a chain never forks
    words("previous"),
    Column("chain", Text, nullable=False),
    UniqueConstraint("feed_id", "previous"),
    Index("ix_entries_feed_id_id", "feed_id", "id"),
    sqlite_autoincrement=True,
)

facts = Table(
    "facts",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", JSON, nullable=False),
    Column("at", Utc, nullable=False),
)
