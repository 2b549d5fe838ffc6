"""Words in the archive: texts folded as matching folds them, found by their three-letter pieces.

SQLite has the pieces in FTS5, PostgreSQL in pg_trgm. An index only says where a word may be; the folded text
decides. Little is left to the database's planner: it cannot know how many texts hold a word, and among a
million a wrong guess takes seconds. The folded text of an item is title, summary and content with a barrier
between them.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from contextlib import closing
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from ahocorasick_rs import AhoCorasick, Implementation
from sqlalchemy import bindparam, column, false, func, literal_column, or_, select, table, true, update

from monitor.store import rows
from monitor.store.sql import batches
from monitor.store.tables_news import items

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import ColumnElement, Connection, Select

#: what the indexes are made of
PIECE = 3
#: pieces of one word that are looked up; more would hardly make the rest fewer
MAX_PIECES = 30
#: letters of a form by which the index finds it where one of many is asked for
CORE = 6
#: forms up to which a text is searched for one after the other
FEW = 4
#: texts that are folded, or read, at a time
AT_ONCE = 200
#: newest items that are read on PostgreSQL before its index is asked, and up to how many where that pays
NEAR, FAR = 1_000, 8_000
#: items up to which those that may hold a word are looked up one by one
LISTED = 5_000


class Words:
    """What a text must hold: of each group one form, anywhere."""

    def __init__(self, groups: Iterable[Sequence[str]]) -> None:
        self.groups = tuple(_fewest(tuple(group)) for group in groups)

    @classmethod
    def of(cls, text: str, spelt: Iterable[Sequence[str]] = ()) -> Words | None:
        """Each word of `text`, anywhere in a word, whatever its case, accents and variants; two letters where
        a word begins or ends, one as a word of its own. Of each of `spelt` one of the forms (folded, a space
        where a word begins or ends).

        A word that has no letter and no digit is passed over; where all are such, nothing is found. None:
        nothing is asked for.
        """
        groups = [_forms(word) for word in _folded(text)] + [tuple(forms) for forms in spelt]
        if text.split() and not groups:
            return cls([()])
        return cls(groups) if groups else None

    def held(self, folded: str) -> bool:
        """Whether a folded text has them all."""
        return all(_found(group, folded) for group in self.groups)

    @property
    def pieces(self) -> str:
        """What FTS5 is asked for; empty where no word is long enough."""
        parts = [
            " OR ".join(f"({' AND '.join(_pieces(part))})" for part in _cores(group))
            for group in self._indexed
        ]
        return " AND ".join(f"({part})" for part in parts)

    @property
    def patterns(self) -> list[list[str]]:
        """What pg_trgm is asked for: of each list, one pattern."""
        return [[_like(part) for part in _cores(group)] for group in self._indexed]

    @property
    def _indexed(self) -> list[tuple[str, ...]]:
        return [group for group in self.groups if group and all(len(form) >= PIECE for form in group)]


def _forms(word: str) -> tuple[str, ...]:
    """Where a word is found that is shorter than a piece; letters that are words have no spaces around."""
    if len(word) >= PIECE or any(unicodedata.east_asian_width(letter) == "W" for letter in word):
        return (word,)
    return (f" {word} ",) if len(word) == 1 else (f" {word}", f"{word} ")


@lru_cache(maxsize=256)
def _fewest(forms: tuple[str, ...]) -> tuple[str, ...]:
    """Those that hold no other one."""
    kept: list[str] = []
    for form in sorted(dict.fromkeys(forms), key=len):
        if not any(shorter in form for shorter in kept):
            kept.append(form)
    return tuple(kept)


def _found(forms: tuple[str, ...], folded: str) -> bool:
    if len(forms) <= FEW:
        return any(form in folded for form in forms)
    return bool(_automaton(forms).find_matches_as_indexes(folded))


@lru_cache(maxsize=64)
def _automaton(forms: tuple[str, ...]) -> AhoCorasick:
    return AhoCorasick(forms, implementation=Implementation.ContiguousNFA)


@lru_cache(maxsize=256)
def _cores(forms: tuple[str, ...]) -> tuple[str, ...]:
    """Few parts of forms such that each form has one, as long as may be: the index is asked for them, since
    forms are alike.
    """
    left, found = list(forms), []
    while left:
        parts = Counter(part for form in left for part in {*_parts(form, CORE)})
        core = max(parts, key=lambda part: (parts[part], part))
        found.append(_grown(core, [form for form in left if core in form]))
        left = [form for form in left if core not in form]
    return tuple(found)


def _grown(core: str, forms: Sequence[str]) -> str:
    """The longest part that all forms have around `core`."""
    first, size = forms[0], len(forms[0])
    parts = (first[n : n + length] for length in range(size, len(core), -1) for n in range(size - length + 1))
    return next((part for part in parts if core in part and all(part in form for form in forms)), core)


def _parts(word: str, length: int) -> list[str]:
    return [word[n : n + length] for n in range(len(word) - length + 1)] or [word]


def _folded(text: str) -> list[str]:
    if not text.split():
        return []
    from monitor.folding import fold_all

    return list(dict.fromkeys(word for word in fold_all(text.split()) if word))


def _pieces(word: str) -> list[str]:
    """As FTS5 queries have them (https://sqlite.org/fts5.html#fts5_strings)."""
    found = dict.fromkeys(_parts(word, PIECE))
    return ['"' + piece.replace('"', '""') + '"' for piece in list(found)[:MAX_PIECES]]


def _like(part: str) -> str:
    """A pattern of what has `part` somewhere."""
    return "%" + re.sub(r"([%_\\])", r"\\\1", part) + "%"


# Searching.

#: an item's number and folded text, and then its story
_TEXT = (items.c.id, items.c.folded)
_item_words = table("item_words", column("rowid"), column("item_words"))


def newest(tx: Connection, words: Words, passing: Sequence[ColumnElement[bool]], limit: int) -> list[int]:
    """The newest `limit` items that pass and hold the words, newest first."""
    texts = select(*_TEXT).where(*passing).order_by(items.c.id.desc())
    if not all(words.groups):
        return []
    if not words.pieces:
        return list(islice(_holding(tx, words, texts), limit))
    if tx.dialect.name == "sqlite":
        # the sign keeps SQLite from asking the index for one item after the other
        ours = _item_words.join(items, items.c.id == literal_column("+item_words.rowid"))
        asked = select(*_TEXT).select_from(ours).where(_match(words), *passing)
        return list(islice(_holding(tx, words, asked.order_by(_item_words.c.rowid.desc())), limit))
    return _newest_on_server(tx, words, passing, limit)


def _newest_on_server(
    tx: Connection, words: Words, passing: Sequence[ColumnElement[bool]], limit: int
) -> list[int]:
    """The newest items are read; where they do not have enough, the index is asked about the others."""
    end = int(tx.execute(select(func.coalesce(func.max(items.c.id), 0))).scalar_one()) + 1
    found: list[int] = []
    seen = 0
    while len(found) < limit and seen < FAR and (not seen or len(found) * FAR >= limit * seen):
        between = (items.c.id < end - seen) & (items.c.id >= end - seen - NEAR)
        near = select(items.c.id).where(between, *_read(words), *passing).order_by(items.c.id.desc())
        ids = tx.execute(near).scalars().all()
        found += _those(tx, words, ids, limit - len(found))
        seen += NEAR
    if len(found) < limit and end > seen:
        asked = select(items.c.id).where(items.c.id < end - seen, *_likely(words), *passing)
        ids = sorted(tx.execute(asked).scalars(), reverse=True)
        found += _those(tx, words, ids, limit - len(found))
    return found


def _those(tx: Connection, words: Words, ids: Sequence[int], limit: int) -> list[int]:
    """Those of `ids` that hold the words, in their order; `limit` at most."""
    found: list[int] = []
    for batch in batches(ids, AT_ONCE):
        if len(found) >= limit:
            break
        texts = {row.id: row.folded for row in tx.execute(select(*_TEXT).where(items.c.id.in_(batch)))}
        found += [i for i in batch if words.held(texts[i])]
    return found[:limit]


def in_stories(tx: Connection, words: Words, passing: Sequence[ColumnElement[bool]]) -> set[str]:
    """The stories with an item that passes and holds the words."""
    texts = select(*_TEXT, items.c.story_id).where(items.c.story_id.is_not(None), *passing)
    if not all(words.groups):
        return set()
    if not words.pieces:
        return _stories(tx, words, texts)
    if tx.dialect.name != "sqlite":
        return _stories(tx, words, texts.where(*_likely(words)))
    hits = select(_item_words.c.rowid).where(_match(words))
    ids = tx.execute(hits.limit(LISTED + 1)).scalars().all()
    if len(ids) > LISTED:  # rather all items of stories than all items that may have the word
        told = select(items.c.id).where(items.c.story_id.is_not(None))
        ids = tx.execute(told.where(literal_column("+items.id").in_(hits))).scalars().all()
    return _stories(tx, words, *(texts.where(items.c.id.in_(batch)) for batch in batches(ids)))


def of_stories(
    tx: Connection, words: Words, passing: Sequence[ColumnElement[bool]], story_ids: Sequence[str]
) -> set[str]:
    """Those of the stories that have an item that passes and holds the words."""
    texts = select(*_TEXT, items.c.story_id).where(*passing)
    return _stories(tx, words, *(texts.where(items.c.story_id.in_(batch)) for batch in batches(story_ids)))


def _stories(tx: Connection, words: Words, *texts: Select[Any]) -> set[str]:
    return {name for asked in texts for _, folded, name in tx.execute(asked) if words.held(folded)}


def _holding(tx: Connection, words: Words, texts: Select[Any]) -> Iterator[int]:
    """The items among `texts` that hold the words, read as far as they are asked for."""
    with closing(tx.execute(texts, execution_options={"yield_per": AT_ONCE})) as found:
        yield from (item_id for item_id, folded in found if words.held(folded))


def _match(words: Words) -> ColumnElement[bool]:
    return _item_words.c.item_words.op("MATCH", is_comparison=True)(words.pieces) if words.pieces else true()


def _likely(words: Words) -> Iterator[ColumnElement[bool]]:
    """On PostgreSQL: as its index is asked."""
    for patterns in words.patterns:
        yield or_(false(), *(items.c.folded.like(pattern) for pattern in patterns))


def _read(words: Words) -> Iterator[ColumnElement[bool]]:
    """On PostgreSQL: the same of texts that are read, without an index."""
    for group in words.groups:
        yield or_(false(), *(func.strpos(items.c.folded, part) > 0 for part in _cores(group)))


# Filling.


def fill(tx: Connection) -> None:
    """Fold the texts of items that an older monitor stored."""
    texts = select(items.c.id, items.c.title, items.c.summary, items.c.content).order_by(items.c.id)
    put = update(items).where(items.c.id == bindparam("item")).values(folded=bindparam("text"))
    last = 0
    while page := tx.execute(texts.where(items.c.folded == "", items.c.id > last).limit(AT_ONCE)).all():
        tx.execute(put, [{"item": row.id, "text": rows.folded_text(*row[1:])} for row in page])
        last = page[-1].id


# SQLite's index, made at once: kept by triggers, FTS5 writes its pieces down after each row, which takes
# three times as long.

_OUT = "INSERT INTO item_words (item_words, rowid, text) VALUES ('delete', old.id, old.folded);"
_IN = "INSERT INTO item_words (rowid, text) VALUES (new.id, new.folded);"
_KEPT = {
    "item_words_new": f"AFTER INSERT ON items BEGIN {_IN} END",
    "item_words_gone": f"AFTER DELETE ON items BEGIN {_OUT} END",
    "item_words_changed": f"AFTER UPDATE OF folded ON items BEGIN {_OUT} {_IN} END",
}
#: bytes of pieces that are held until they are written down, in bulk and else (FTS5's own)
_HELD_IN_BULK, _HELD = 64 << 20, 1 << 20


def leave_unindexed(tx: Connection) -> None:
    """On SQLite: items that come now are not indexed, until `index`. There are none yet."""
    for name in _KEPT:
        tx.exec_driver_sql(f"DROP TRIGGER {name}")


def index(tx: Connection) -> None:
    """On SQLite: index all items, and from now on whatever comes; nothing where they are indexed already."""
    held = "INSERT INTO item_words (item_words, rank) VALUES ('hashsize', ?)"
    if tx.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'item_words_new'").first():
        return
    tx.exec_driver_sql(held, (_HELD_IN_BULK,))
    tx.exec_driver_sql("INSERT INTO item_words (rowid, text) SELECT id, folded FROM items")
    tx.exec_driver_sql(held, (_HELD,))
    for name, when in _KEPT.items():
        tx.exec_driver_sql(f"CREATE TRIGGER {name} {when}")
