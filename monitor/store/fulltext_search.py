"""Words in the archive: texts folded as matching folds them, found by their three-letter pieces on SQLite.

Elsewhere every text is compared. The folded text of an item is title, summary and content with a barrier
between them.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import bindparam, false, select, update
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType

from monitor.store.tables_news import items

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import ColumnElement, Connection

#: what the index is made of; a shorter word is looked for in every text
PIECE = 3
#: pieces of one word that are looked up; more would hardly make the rest fewer
MAX_PIECES = 30
#: letters of a form by which the index finds it where one of many is asked for
CORE = 6
#: texts that are folded at a time
PAGE = 200


def folded_text(title: str, summary: str, content: str) -> str:
    """What is compared of an item; never empty."""
    from monitor.folding import BARRIER, fold

    return fold(f" {BARRIER} ".join(part.replace(BARRIER, " ") for part in (title, summary, content))).text


def fill(tx: Connection) -> None:
    """Fold the texts of items that an older monitor stored."""
    texts = select(items.c.id, items.c.title, items.c.summary, items.c.content).order_by(items.c.id)
    put = update(items).where(items.c.id == bindparam("item")).values(folded=bindparam("text"))
    last = 0
    while page := tx.execute(texts.where(items.c.folded == "", items.c.id > last).limit(PAGE)).all():
        tx.execute(put, [{"item": row.id, "text": folded_text(*row[1:])} for row in page])
        last = page[-1].id


def hold(text: str, spelt: Iterable[Sequence[str]] = ()) -> Iterator[ColumnElement[bool]]:
    """Conditions: each word of `text` occurs in an item, anywhere in a word, whatever its case, accents and
    variants.

    `spelt`: of each, one of the forms occurs (folded, a space where a word must begin or end). A word that
    has no letter and no digit is passed over; where all are such, nothing is found.
    """
    groups = [[word] for word in _folded(text)] + [list(forms) for forms in spelt]
    if text.split() and not groups:
        yield false()
    for group in groups:
        if all(len(form) >= PIECE for form in group):
            parts = group if len(group) == 1 else _cores(group)
            yield _likely(" OR ".join(f"({' AND '.join(_pieces(part))})" for part in parts))
        yield _holds(orjson.dumps(group).decode())


def _cores(forms: Sequence[str]) -> list[str]:
    """Few parts of forms such that each form has one: what the index is asked for, since forms are alike."""
    left, found = list(forms), []
    while left:
        parts = Counter(part for form in left for part in {*_parts(form, CORE)})
        found.append(max(parts, key=lambda part: (parts[part], part)))
        left = [form for form in left if found[-1] not in form]
    return found


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


class _likely(FunctionElement[Any]):
    """Whether an item has all pieces; true where there is no index to ask."""

    # no Boolean: SQLite would be asked for "… = 1", and read every item
    type = NullType()
    inherit_cache = True
    name = "likely"


@compiles(_likely)
def _anywhere(_element: Any, _compiler: Any, **_: Any) -> str:
    return "1 = 1"


@compiles(_likely, "sqlite")
def _indexed(element: Any, compiler: Any, **more: Any) -> str:
    asked = compiler.process(element.clauses, **more)
    return f"items.id IN (SELECT rowid FROM item_words WHERE item_words MATCH {asked})"


class _holds(FunctionElement[Any]):
    """Whether an item has one of the forms of a JSON list, however many they are."""

    type = NullType()
    inherit_cache = True
    name = "holds"


@compiles(_holds)
def _holds_anywhere(element: Any, compiler: Any, **more: Any) -> str:
    forms = compiler.process(element.clauses, **more)
    listed = f"json_array_elements_text(CAST({forms} AS json)) AS form(value)"
    return f"EXISTS (SELECT 1 FROM {listed} WHERE strpos(items.folded, form.value) > 0)"


@compiles(_holds, "sqlite")
def _holds_in_sqlite(element: Any, compiler: Any, **more: Any) -> str:
    forms = compiler.process(element.clauses, **more)
    return f"EXISTS (SELECT 1 FROM json_each({forms}) AS form WHERE instr(items.folded, form.value) > 0)"
