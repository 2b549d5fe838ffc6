"""Words in the archive: whatever the index does, the answer is that of comparing every text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlalchemy.dialects import postgresql

from monitor.store import archive, items, words
from monitor.store.archive import Filter
from monitor.store.schema import items as table
from tests.support.stored import HOUR, NOW, assessed, poll

if TYPE_CHECKING:
    from sqlalchemy import Connection

TEXTS = (
    "Belousov received Haftar in Moscow",
    "Хафтар прибыл в Москву, МИД подтвердил",
    "واستقبل لحفتر في موسكو",
    "Hafter İSTANBUL'da; HAKANİ",
    "L'émissaire À TRIPOLI, « çà »",
    'He said "no" 100% of the_time *AND* OR NOT (x)',
    "ΟΔΟΣ straße",
)


def stored(tx: Connection, *texts: str) -> tuple[int, ...]:
    return items.record(tx, poll(*(assessed(f"guid:{n}", title="", content=t) for n, t in enumerate(texts))))


def found(tx: Connection, text: str) -> set[str]:
    return {i.item.content for i in archive.search(tx, Filter(text=text), 1_000)}


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        pytest.param("HAFTAR", 0, id="any case"),
        pytest.param("eloUSo", 0, id="inside a word"),
        pytest.param("моск мид", 1, id="Cyrillic, two words"),
        pytest.param("ХАФТАР", 1, id="Cyrillic capitals"),
        pytest.param("حفتر", 2, id="Arabic behind a preposition"),
        pytest.param("hakani", 3, id="a dotted capital"),
        pytest.param("İstanbul", 3, id="a dotted capital asked for"),
        pytest.param("émissaire tripoli", 4, id="accents"),
        pytest.param("çà", 4, id="shorter than a piece"),
        pytest.param('"no"', 5, id="quotes"),
        pytest.param("100%", 5, id="a wildcard of LIKE"),
        pytest.param("*and* or not (x)", 5, id="words of the index's own language"),
        pytest.param("straße", 6, id="a sharp s"),
        pytest.param("οδος", 6, id="a final sigma"),
    ],
)
def test_words_are_found(tx: Connection, asked: str, number: int) -> None:
    """In any of our scripts, whole or in part."""
    stored(tx, *TEXTS)
    assert found(tx, asked) == {TEXTS[number]}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30), max_size=4),
    data=st.data(),
)
def test_the_index_hides_nothing(tx: Connection, texts: list[str], data: st.DataObject) -> None:
    """Any part of any stored text, in any case, finds it; and only texts that hold it are found."""
    tx.execute(delete(table))
    stored(tx, *texts)
    whole = data.draw(st.sampled_from([*texts, "xyz"]))
    start = data.draw(st.integers(0, len(whole)))
    asked = data.draw(st.sampled_from([str.lower, str.upper, str]))(whole[start : start + 12])
    expected = {t for t in texts if all(w in t.lower() for w in asked.lower().split())}
    assert found(tx, asked) == expected


def test_the_index_follows_an_edit_and_a_deletion(tx: Connection) -> None:
    """The old words are forgotten, the new ones known."""
    (item_id,) = stored(tx, "They met in Sirte")
    items.record(
        tx, poll(assessed("guid:0", title="", content="They met in Sochi", revises=item_id), at=NOW + HOUR)
    )
    assert (found(tx, "sirte"), found(tx, "sochi")) == (set(), {"They met in Sochi"})
    tx.execute(delete(table).where(table.c.id == item_id))
    assert (
        tx.exec_driver_sql("SELECT count(*) FROM item_words WHERE item_words MATCH '\"soc\"'").scalar() == 0
    )


def test_few_texts_are_read(tx: Connection) -> None:
    """The plan of the database begins at the index."""
    query = table.select().where(*words.hold("haftar"))
    plan = tx.exec_driver_sql(
        "EXPLAIN QUERY PLAN " + str(query.compile(tx.engine, compile_kwargs={"literal_binds": True}))
    )
    assert "SEARCH items USING INTEGER PRIMARY KEY" in " ".join(str(row) for row in plan)


def test_another_database_compares_every_text() -> None:
    """PostgreSQL has no such index: the condition about it says nothing there."""
    query = table.select().where(*words.hold("haftar"))
    asked = str(query.compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
    assert "item_words" not in asked
    assert "1 = 1" in asked
