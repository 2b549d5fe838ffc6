"""A poll becomes durable once, whole, and no item is stored twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import exc, func, select

from monitor.config.load import bundled
from monitor.contacts.extract import extractor, listener
from monitor.matching.matcher import Matcher
from monitor.model import Coverage, DateFlag, Novelty, Severity, Side, Speaker
from monitor.store import archive, feeds, items, memory, tables_news
from monitor.watchlists.compile import load
from tests.support.stored import (
    DAY,
    HOUR,
    NOW,
    assessed,
    contact,
    feed,
    item,
    match,
    poll,
    silenced,
    told,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

    from monitor.store.database import Database


def size(tx: Connection, table: Table) -> int:
    return int(tx.execute(select(func.count()).select_from(table)).scalar_one())


@pytest.mark.parametrize(
    ("lang", "title", "denier", "speakers"),
    [
        pytest.param("en", "UN denies report of Wagner fighters at Jufra", Speaker("United Nations", "body", Side("un")), [], id="known"),
        pytest.param("ar", "نفى مدير الميناء وصول مقاتلي فاغنر إلى طبرق", Speaker("مدير الميناء", "person"), [], id="in the text's words"),
        pytest.param("en", "Wagner fighters leave Libya", None, [], id="no denial"),
        pytest.param("ru", "Администрация порта опровергла встречу Хафтара с Евкуровым", None, [Speaker("Администрация порта", "person")], id="of a contact"),
        pytest.param("it", "Haftar avrebbe incontrato Yevkurov a Bengasi", None, [None], id="a rumour"),
    ],
)  # fmt: skip
def test_who_denies_comes_back(
    tx: Connection, lang: str, title: str, denier: Speaker | None, speakers: list[Speaker | None]
) -> None:
    """As the bundled lists decide it, and again after an edit took it back."""
    lists = load(bundled("watchlists"))
    matcher = Matcher(lists, extract=extractor(lists), denier=listener(lists))
    first = item("guid:1", title=title, content="", lang=lang)
    entry = replace(assessed("guid:1"), item=first, decision=matcher.decide(first), coverage=Coverage.MATCHED)
    items.record(tx, poll(entry))
    ((number, _),) = archive.walk(tx, NOW)
    kept = archive.get(tx, number)
    assert kept
    assert kept.denier == entry.decision.denier == denier
    assert [c.speaker for c in kept.contacts] == [c.speaker for c in entry.decision.contacts] == speakers
    assert [c.rumoured for c in kept.contacts] == [lang == "it"] * len(speakers)

    edited = item("guid:1", title="Wagner fighters leave Libya", content="", lang="en", content_hash="other")
    again = replace(
        entry, item=edited, decision=matcher.decide(edited), novelty=Novelty.CHANGED, revises=number
    )
    items.record(tx, poll(again, at=NOW + HOUR))
    changed = archive.get(tx, number)
    assert changed
    assert (changed.revision, changed.denier, changed.contacts) == (2, None, ())


def test_an_item_comes_back_whole(tx: Connection) -> None:
    """Text in any script, matches with evidence, contacts and what was silenced."""
    entry = assessed(
        matches=(match(),),
        contacts=(contact(), contact(place=None, background=True)),
        suppressed=(silenced(),),
        coverage_detail="one rule",
        published_at=NOW - DAY,
        published_raw="yesterday",
    )
    (item_id,) = items.record(tx, poll(entry))
    found = archive.get(tx, item_id)
    assert found is not None
    assert found.item == entry.item
    assert found.feed == feed()
    assert (found.matches, found.contacts, found.suppressed) == (
        entry.decision.matches,
        entry.decision.contacts,
        entry.decision.suppressed,
    )
    assert (found.coverage, found.coverage_detail, found.revision) == (Coverage.MATCHED, "one rule", 1)
    assert (found.first_seen_at, found.story_id) == (NOW, None)


def test_ids_follow_the_order_of_the_poll(tx: Connection) -> None:
    """First seen, lower number."""
    ids = items.record(tx, poll(*(assessed(f"guid:{n}") for n in range(1200))))
    assert list(ids) == sorted(ids)
    assert len(set(ids)) == 1200


def test_a_repeated_poll_stores_nothing_twice(tx: Connection) -> None:
    """Two pollers raced: the second finds the item there and adds no match, contact or silenced mention."""
    entry = assessed(matches=(match(),), contacts=(contact(),), suppressed=(silenced(),))
    first = items.record(tx, poll(entry))
    assert items.record(tx, poll(entry)) == first
    tables = (tables_news.items, tables_news.matches, tables_news.contacts, tables_news.suppressed)
    assert [size(tx, table) for table in tables] == [1, 1, 1, 1]


def test_an_entry_twice_in_one_document_is_one_item(tx: Connection) -> None:
    """The first of the two stands; both have its id."""
    ids = items.record(tx, poll(assessed(title="one"), assessed("guid:2"), assessed(title="two")))
    assert ids[0] == ids[2] != ids[1]
    found = archive.get(tx, ids[0])
    assert found is not None
    assert found.item.title == "one"


def test_one_key_in_two_feeds_is_two_items(tx: Connection) -> None:
    """A key is an identity within its feed only."""
    feeds.add(tx, feed("other"), NOW)
    ids = items.write(tx, [assessed(), assessed(feed_id="other")], NOW)
    assert ids[0] != ids[1]


def test_an_item_goes_by_its_new_key_and_never_by_one_that_is_taken(tx: Connection) -> None:
    """A publisher changed all guids; another poll may have stored one of them meanwhile."""
    first, second = items.record(tx, poll(assessed(key="guid:a"), assessed(key="guid:b")))
    items.record(tx, replace(poll(), renamed=((first, "guid:new"), (second, "guid:new"))))
    found = memory.known(tx, feed().id, keys=["guid:a", "guid:b", "guid:new"])
    assert {known.id: known.key for known in found} == {first: "guid:new", second: "guid:b"}


def test_known_answers_by_key_and_by_address(tx: Connection) -> None:
    """Over more keys than one IN list holds."""
    items.record(tx, poll(*(assessed(f"guid:{n}") for n in range(700))))
    feeds.add(tx, feed("other"), NOW)
    items.write(tx, [assessed("guid:x", feed_id="other")], NOW)
    keys = [f"guid:{n}" for n in range(600, 1300)] + ["guid:x"]
    found = memory.known(
        tx, "gazette", keys=keys, addresses=["gazette.example/guid:5", "gazette.example/guid:x"]
    )
    by_key = {known.key: known for known in found}
    assert set(by_key) == {f"guid:{n}" for n in range(600, 700)} | {"guid:5"}
    (same,) = memory.known(tx, "gazette", keys=[], hashes=["hash of guid:7", "hash of guid:x"])
    assert same.key == "guid:7"
    one = by_key["guid:650"]
    assert (one.content_hash, one.canonical_url, one.revision) == (
        "hash of guid:650",
        "gazette.example/guid:650",
        1,
    )


def test_a_revision_keeps_the_old_text_and_the_old_key(tx: Connection) -> None:
    """The text is replaced, the past stays, and nothing is a second item."""
    (item_id,) = items.record(tx, poll(assessed(title="Before")))
    again = assessed("guid:new", title="After", revises=item_id, coverage=Coverage.RELATED)
    assert items.record(tx, poll(again, at=NOW + HOUR)) == (item_id,)
    found = archive.get(tx, item_id)
    assert found is not None
    assert (found.item.title, found.item.key, found.revision) == ("After", "guid:1", 2)
    assert (found.coverage, found.first_seen_at) == (Coverage.RELATED, NOW)
    assert archive.past_texts(tx, item_id) == ((1, NOW, "Before", "", item().content),)


def test_an_edit_that_matches_again_is_no_news(tx: Connection) -> None:
    """The rule that matched before is marked, a new rule is not."""
    (item_id,) = items.record(tx, poll(assessed(matches=(match("a"),))))
    items.record(tx, poll(assessed(matches=(match("a"), match("b")), revises=item_id), at=NOW + HOUR))
    rows = tx.execute(
        select(tables_news.matches.c.rule, tables_news.matches.c.again).order_by(tables_news.matches.c.id)
    ).all()
    assert [tuple(row) for row in rows] == [("a", False), ("a", True), ("b", False)]


def test_an_edit_does_not_unsay_a_match(tx: Connection) -> None:
    """What was matched is still told after the edit that took it out; what is silenced is of today."""
    first = assessed(matches=(match(),), contacts=(contact(),), suppressed=(silenced("old"),))
    (item_id,) = items.record(tx, poll(first))
    items.record(tx, poll(assessed(revises=item_id, title="No more", suppressed=(silenced("new"),))))
    found = archive.get(tx, item_id)
    assert found is not None
    assert (found.item.title, found.coverage) == ("No more", Coverage.NO_MATCH)
    assert (found.matches, found.contacts) == ((match(),), (contact(),))
    assert [s.by for s in found.suppressed] == ["new"]


def test_a_revised_item_that_was_pruned_meanwhile_is_new(tx: Connection) -> None:
    """The poll had read it before the pruning; it is not lost."""
    (item_id,) = items.record(tx, poll(assessed(revises=4711, matches=(match(),))))
    found = archive.get(tx, item_id)
    assert found is not None
    assert (found.revision, len(found.matches)) == (1, 1)


def test_a_revised_item_stays_in_its_story(tx: Connection) -> None:
    """Also when the new text says something else; whoever cites the story finds it."""
    (item_id,) = told(tx, "s-1", assessed(title="one"))
    items.record(tx, poll(assessed(title="two", revises=item_id)))
    found = archive.get(tx, item_id)
    assert found is not None
    assert (found.item.title, found.story_id) == ("two", "s-1")


def test_an_entry_that_was_withdrawn_is_marked_until_it_comes_back(tx: Connection) -> None:
    """Unchanged or as a revision."""
    ids = items.record(tx, poll(assessed("a"), assessed("b"), assessed("c")))
    items.record(tx, poll(at=NOW + HOUR, withdrawn=ids))
    items.record(tx, poll(at=NOW + 2 * HOUR, withdrawn=ids))
    assert [i.withdrawn_at for i in archive.load(tx, ids)] == [NOW + HOUR] * 3, "the first notice counts"
    items.record(tx, poll(assessed("b", revises=ids[1]), at=NOW + 3 * HOUR, seen_ids=ids[:1]))
    assert [i.withdrawn_at for i in archive.load(tx, ids)] == [None, None, NOW + HOUR]


def test_what_was_lately_in_a_feed_is_listed(tx: Connection) -> None:
    """Two days back, with a date that can be believed; what is known as withdrawn is not asked for again."""
    dated = {"published_at": NOW - HOUR}
    items.record(tx, poll(assessed("old", **dated), at=NOW - 3 * DAY))
    items.record(tx, poll(assessed("undated"), assessed("absurd", date_flag=DateFlag.FUTURE, **dated)))
    (gone, there) = items.record(tx, poll(assessed("gone", **dated), assessed("there", **dated)))
    items.record(tx, poll(at=NOW + HOUR, withdrawn=(gone,)))
    assert [(k.id, k.published_at) for k in memory.listed(tx, "gazette")] == [(there, NOW - HOUR)]
    assert memory.listed(tx, "nobody") == ()


def test_a_feed_that_loses_entries_all_the_time_lists_none(tx: Connection) -> None:
    """Three of ten may be withdrawn within two days; with the fourth it is the feed's way."""
    ids = items.record(tx, poll(*(assessed(f"guid:{n}", published_at=NOW) for n in range(10))))
    items.record(tx, poll(at=NOW + HOUR, withdrawn=ids[:3]))
    assert len(memory.listed(tx, "gazette")) == 7
    items.record(tx, poll(at=NOW + 2 * HOUR, withdrawn=ids[3:4]))
    assert memory.listed(tx, "gazette") == ()


def test_who_is_seen_again_is_noted_once_a_day(tx: Connection) -> None:
    """Most polls see the same entries; they write nothing for them."""
    (item_id,) = items.record(tx, poll(assessed()))
    column = select(tables_news.items.c.last_seen_at)
    items.record(tx, poll(at=NOW + HOUR, seen_ids=(item_id,)))
    assert tx.execute(column).scalar() == NOW
    items.record(tx, poll(at=NOW + 2 * DAY, seen_ids=(item_id,)))
    assert tx.execute(column).scalar() == NOW + 2 * DAY


def test_a_poll_that_fails_to_be_written_leaves_nothing(db: Database) -> None:
    """State, journal and items are one transaction: validators never get ahead of items (promise 1)."""
    with db.transaction() as tx:
        feeds.sync(tx, [feed()], NOW, jitter=lambda: 0.0)
    naive = datetime(2026, 3, 1)
    record = poll(assessed(matches=(match(severity=Severity.LOW),)), assessed("guid:2", published_at=naive))
    record = replace(record, state=replace(record.state, etag='"ahead"'))
    with pytest.raises((ValueError, exc.StatementError), match="naive"), db.transaction() as tx:
        items.record(tx, record)
    with db.snapshot() as tx:
        kept = feeds.get(tx, "gazette")
        assert kept is not None
        assert kept.etag is None
        assert (size(tx, tables_news.items), size(tx, tables_news.polls)) == (0, 0)
