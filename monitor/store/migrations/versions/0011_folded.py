"""The text of an item as it is compared, folded by the monitor; the index of three-letter pieces is made of
it. Frozen.

The column is filled by the monitor after this migration, in the same transaction (`monitor.store.upgrade`).
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

TAKE_OUT = "INSERT INTO item_words (item_words, rowid, text) VALUES ('delete', old.id, old.folded);"
PUT_IN = "INSERT INTO item_words (rowid, text) VALUES (new.id, new.folded);"


def upgrade() -> None:
    op.add_column("items", sa.Column("folded", sa.Text(), nullable=False, server_default=sa.text("''")))
    if op.get_context().dialect.name != "sqlite":
        op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        # at once, not in a list for later, which every search would read through
        op.execute(
            "CREATE INDEX ix_items_folded ON items USING gin (folded gin_trgm_ops) WITH (fastupdate = off)"
        )
        return
    for trigger in ("item_words_new", "item_words_gone", "item_words_changed"):
        op.execute(f"DROP TRIGGER {trigger}")
    op.execute("DROP TABLE item_words")
    op.execute(
        "CREATE VIRTUAL TABLE item_words USING fts5(text, content='', detail=none, tokenize='trigram')"
    )
    op.execute("INSERT INTO item_words (rowid, text) SELECT id, folded FROM items")
    op.execute(f"CREATE TRIGGER item_words_new AFTER INSERT ON items BEGIN {PUT_IN} END")
    op.execute(f"CREATE TRIGGER item_words_gone AFTER DELETE ON items BEGIN {TAKE_OUT} END")
    op.execute(
        f"CREATE TRIGGER item_words_changed AFTER UPDATE OF folded ON items BEGIN {TAKE_OUT} {PUT_IN} END"
    )
