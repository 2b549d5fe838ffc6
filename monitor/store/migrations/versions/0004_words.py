"""An index of three-letter pieces, so that the archive is searched without reading all of it (SQLite).

Frozen.
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"

#: in lower case before it is cut into pieces, as it is compared: FTS5 folds most letters but not all
TEXT = "lower({0}.title || char(10) || {0}.summary || char(10) || {0}.content)"
TAKE_OUT = (
    f"INSERT INTO item_words (item_words, rowid, text) VALUES ('delete', old.id, {TEXT.format('old')});"
)
PUT_IN = f"INSERT INTO item_words (rowid, text) VALUES (new.id, {TEXT.format('new')});"


def upgrade() -> None:
    if op.get_context().dialect.name != "sqlite":
        return
    # no text of its own, and no places: a fifth of the text in size
    op.execute(
        "CREATE VIRTUAL TABLE item_words USING fts5(text, content='', detail=none, tokenize='trigram')"
    )
    op.execute(f"INSERT INTO item_words (rowid, text) SELECT id, {TEXT.format('items')} FROM items")
    op.execute(f"CREATE TRIGGER item_words_new AFTER INSERT ON items BEGIN {PUT_IN} END")
    op.execute(f"CREATE TRIGGER item_words_gone AFTER DELETE ON items BEGIN {TAKE_OUT} END")
    op.execute(
        "CREATE TRIGGER item_words_changed AFTER UPDATE OF title, summary, content ON items "
        f"BEGIN {TAKE_OUT} {PUT_IN} END"
    )
