"""Words in the archive: whatever the index does, the answer is that of comparing every folded text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event

from monitor.folding import fold, folded
from monitor.model import Fulltext
from monitor.store import archive, items, words
from monitor.store.archive import Filter
from monitor.store.tables_news import items as table
from tests.support.stored import HOUR, NOW, assessed, only_sqlite, plan, poll

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
    "LİBYA'da أحمد ile Королёв",
    "Mohammed Al‑Menfi spoke",
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
        pytest.param("STRASSE", 6, id="a sharp s in capitals"),
        pytest.param("emissaire a", 4, id="without accents"),
        pytest.param("libya", 7, id="a dotted capital in another language's way"),
        pytest.param("احمد", 7, id="an alef without its hamza"),
        pytest.param("Королев", 7, id="a ye without its dots"),
        pytest.param("Al-Menfi", 8, id="another dash"),
        pytest.param("al menfi", 8, id="no dash"),
    ],
)
def test_words_are_found(tx: Connection, asked: str, number: int) -> None:
    """In any of our scripts, whole or in part."""
    stored(tx, *TEXTS)
    assert found(tx, asked) == {TEXTS[number]}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(
        st.text(st.characters(exclude_categories=["Cs", "Cc"], max_codepoint=0x10FF), max_size=30), max_size=4
    ),
    data=st.data(),
)
def test_the_index_hides_nothing(tx: Connection, texts: list[str], data: st.DataObject) -> None:
    """Any words of any stored text find it; and only texts that hold them, folded, are found."""
    tx.execute(delete(table))
    stored(tx, *texts)
    whole = data.draw(st.sampled_from([*texts, "xyz"])).split()
    start = data.draw(st.integers(0, len(whole)))
    asked = whole[start : start + 3]
    words_ = [word for word in map(folded, asked) if word]
    forms = [words._forms(w) for w in words_]
    expected = (
        {t for t in texts if all(any(f in fold(t).text for f in of) for of in forms)}
        if words_ or not asked
        else set()
    )
    assert found(tx, " ".join(asked)) == expected
    assert not words_ or whole == ["xyz"] or whole in [t.split() for t in expected]


def test_signs_alone_find_nothing(tx: Connection) -> None:
    """What has no letter and no digit is no word; beside a word it is passed over."""
    stored(tx, *TEXTS)
    assert found(tx, "%% !") == set()
    assert found(tx, "haftar !") == {TEXTS[0]}


def test_one_of_several_forms_is_enough(tx: Connection) -> None:
    """Of each group; a space stands where a word begins or ends."""
    stored(tx, *TEXTS)
    forms = (" haftar ", " хафтар ", " لحفتر ")
    assert {i.item.content for i in archive.search(tx, Filter(spelt=(forms,)))} == set(TEXTS[:3])
    assert archive.search(tx, Filter(text="moscow", spelt=(forms, (" belous ",)))) == ()
    (one,) = archive.search(tx, Filter(text="moscow", spelt=(forms, (" belous",))))
    assert one.item.content == TEXTS[0]


def test_items_of_an_older_monitor_are_folded(tx: Connection) -> None:
    """Once, and the index follows."""
    stored(tx, *TEXTS)
    tx.execute(table.update().values(folded=""))
    assert found(tx, "libya") == set()
    words.fill(tx)
    assert found(tx, "libya") == {TEXTS[7]}


def test_an_article_is_found_by_its_words(tx: Connection) -> None:
    """It comes later than its item."""
    items.record(tx, poll(assessed("guid:0", title="", content="", fulltext=Fulltext.WAITING)))
    (item_id,) = tx.execute(table.select().with_only_columns(table.c.id)).scalars()
    read = assessed("guid:0", title="", content="An émissaire", fulltext=Fulltext.READ, revises=item_id)
    assert items.complete(tx, read, 1, NOW)
    assert found(tx, "emissaire") == {"An émissaire"}


@only_sqlite
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


@pytest.mark.parametrize("near", [True, False], ids=["new", "old"])
def test_a_word_is_found_among_many(tx: Connection, near: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Newest first, whether it is among those that are read or the index has to be asked."""
    monkeypatch.setattr(words, "NEAR", 100 if near else 2)
    monkeypatch.setattr(words, "FAR", 4)
    ids = stored(tx, *(f"{n} {'حفتر' if n % 3 else 'Хафтар'}" for n in range(30)))
    by = [i.id for i in archive.search(tx, Filter(text="хафтар"), 4)]
    assert by == [ids[n] for n in (27, 24, 21, 18)]
    assert archive.count(tx, Filter(text="حفتر")) == 20
    assert [i.id for i in archive.search(tx, Filter(text="11"), 4)] == [ids[11]]


def test_few_texts_are_read(tx: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """An index is asked first, on PostgreSQL in every script."""
    asked: list[str] = []
    event.listen(tx, "before_cursor_execute", lambda *said: asked.append(said[2]))
    for word in ("haftar", "хафтар", "حفتر", "ışık", "go"):
        words.newest(tx, words.Words.of(word), (), 5)
    if tx.dialect.name == "sqlite":
        assert all("MATCH" in statement for statement in asked)
        return
    for word in ("haftar", "хафтар", "حفتر", "ışık", "go"):
        of = table.select().with_only_columns(table.c.id).where(*words._likely(words.Words.of(word)))
        assert "Bitmap Index Scan on ix_items_folded" in " ".join(plan(tx, of)), word


def test_a_word_of_two_letters_is_found_in_every_script(tx: Connection) -> None:
    """Where a word begins or ends with it; where words are written without spaces, anywhere."""
    texts = ("Go on", "Да и нет", "ما هو", "Ev İŞ", "a cargos, судаки", "他在北京说")
    stored(tx, *texts)
    asked = ("go", "ДА", "هو", "iş", "北京")
    assert [found(tx, word) for word in asked] == [{text} for text in (*texts[:4], texts[5])]
    assert (found(tx, "ca"), found(tx, "ки"), found(tx, "a")) == ({texts[4]}, {texts[4]}, {texts[4]})


@pytest.mark.parametrize("asked", [("the pope", "popes"), ("حفتر", "خليفة حفتر"), ("x" * 40,)])
def test_what_an_index_is_asked_for_has_every_form(asked: tuple[str, ...]) -> None:
    """The longest part that forms have in common."""
    forms = tuple(f" {form} " for form in asked)
    wanted = words.Words([forms])
    assert all(any(part.strip("%") in form for part in wanted.patterns[0]) for form in forms)
    assert all(wanted.held(f" he said {form.strip()} yesterday ") for form in forms)
    assert not wanted.held(" the police popped in ")
