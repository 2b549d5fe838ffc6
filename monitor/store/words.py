"""Words in the archive: found by their three-letter pieces on SQLite, then compared; elsewhere only compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, or_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType

from monitor.store.schema import items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement

#: what the index is made of; a shorter word is looked for in every text
PIECE = 3
#: pieces of one word that are looked up; more would hardly make the rest fewer
MAX_PIECES = 30


def hold(text: str) -> Iterator[ColumnElement[bool]]:
    """Conditions: each word of `text` occurs in title, summary or content of an item, in any case, anywhere in a word."""
    words = text.lower().split()
    if pieces := [piece for word in words for piece in _pieces(word)]:
        yield _likely(" AND ".join(dict.fromkeys(pieces)))
    for word in words:
        yield or_(
            *(
                func.lower(column).contains(word, autoescape=True)
                for column in (items.c.title, items.c.summary, items.c.content)
            )
        )


def _pieces(word: str) -> list[str]:
    """As FTS5 queries have them (https://sqlite.org/fts5.html#fts5_strings)."""
    found = [word[n : n + PIECE] for n in range(len(word) - PIECE + 1)]
    return ['"' + piece.replace('"', '""') + '"' for piece in found[:MAX_PIECES]]


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
