"""The chain of what a feed said: bound entry to entry, so that no change and no gap goes unnoticed."""

from __future__ import annotations

import hashlib
import json
import zlib
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import Connection, delete, select, update
from sqlalchemy.exc import IntegrityError

from monitor.store import evidence, feeds, items
from monitor.store.tables_news import entries
from tests.support.stored import HOUR, NOW, assessed, feed, poll, state

HEADERS = (("Date", "Sun, 01 Mar 2026 12:00:00 GMT"), ("ETag", '"ä"'))


def stored(tx: Connection, *texts: str, start: int = 0) -> tuple[int, ...]:
    """A poll with an entry for each of `texts`."""
    new = [assessed(f"guid:{start + n}", raw=text.encode()) for n, text in enumerate(texts)]
    record = poll(
        *new,
        at=NOW + start * HOUR,
        headers=HEADERS,
        document_sha256="d" * 64,
        retrieved_url="https://g.example/",
    )
    ids = items.record(tx, record)
    evidence.keep(tx, record, ids)
    return ids


def test_an_entry_is_kept_byte_for_byte_with_what_came_with_it(tx: Connection) -> None:
    """And its link is the SHA-256 of text that anybody can put together."""
    ids = stored(tx, "<item>один</item>", "<item>two</item>")
    one, two = evidence.of_items(tx, ids)
    assert one.raw == "<item>один</item>".encode()
    assert one.link.headers == HEADERS
    assert (one.item_id, one.link.revision, one.link.retrieved_at) == (ids[0], 1, NOW)
    assert (one.link.previous, two.link.previous) == ("", one.chain)
    rest = {
        "document_sha256": "d" * 64,
        "feed": "gazette",
        "headers": [list(h) for h in HEADERS],
        "item_key": "guid:1",
        "retrieved_at": "2026-03-01T12:00:00.000000Z",
        "revision": 1,
        "url": "https://g.example/",
    }
    by_hand = (
        one.chain
        + hashlib.sha256(b"<item>two</item>").hexdigest()
        + json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    )
    assert two.chain == hashlib.sha256(by_hand.encode()).hexdigest()


def test_a_chain_goes_on_from_poll_to_poll_and_each_feed_has_its_own(tx: Connection) -> None:
    """A revision is a link of its own."""
    (first, _) = stored(tx, "<a/>", "<b/>")
    record = poll(
        assessed("guid:0", raw=b"<a changed=''/>", revises=first, content_hash="new"), at=NOW + HOUR
    )
    evidence.keep(tx, record, items.record(tx, record))
    feeds.add(tx, feed("herald"), NOW)
    other = poll(assessed("guid:9", raw=b"<h/>", feed_id="herald"), of=state(feed("herald")))
    evidence.keep(tx, other, items.record(tx, other))
    assert [k.link.revision for k in evidence.of_items(tx, [first])] == [1, 2]
    chain = list(evidence.between(tx, "gazette"))
    assert [k.link.previous for k in chain] == ["", chain[0].chain, chain[1].chain]
    (own,) = evidence.between(tx, "herald")
    assert own.link.previous == ""
    assert tuple(chain.feed_id for chain in evidence.chained(tx)) == ("gazette", "herald")
    assert [*evidence.faults(tx, "gazette"), *evidence.faults(tx, "herald")] == []


def test_what_could_not_be_kept_is_a_link_without_bytes(tx: Connection) -> None:
    """The retrieval is on record all the same."""
    (kept,) = evidence.of_items(tx, stored(tx, ""))
    assert (kept.raw, kept.link.sha256, kept.link.document_sha256) == (None, "", "d" * 64)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({"raw": zlib.compress(b"<b>forged</b>")}, "the bytes of entry 2 were changed", id="bytes"),
        pytest.param({"raw": b"no zlib"}, "the bytes of entry 2 were changed", id="broken bytes"),
        pytest.param({"retrieved_at": NOW - HOUR}, "entry 2 was changed", id="time"),
        pytest.param({"headers": []}, "entry 2 was changed", id="headers"),
        pytest.param({"sha256": hashlib.sha256(b"x").hexdigest()}, "entry 2 was changed", id="hash"),
        pytest.param({"item_key": "guid:other"}, "entry 2 was changed", id="item"),
        pytest.param({"previous": "f" * 64}, "entry 2 does not follow the one before it", id="link"),
    ],
)  # fmt: skip
def test_any_change_is_noticed(tx: Connection, change: dict[str, object], said: str) -> None:
    """Whatever is altered behind the monitor's back."""
    stored(tx, "<a/>", "<b/>", "<c/>")
    tx.execute(update(entries).where(entries.c.id == 2).values(**change))
    assert any(line.endswith(said) for line in evidence.faults(tx, "gazette"))


def test_a_link_left_out_is_noticed(tx: Connection) -> None:
    """Also the first."""
    stored(tx, "<a/>", "<b/>", "<c/>")
    tx.execute(delete(entries).where(entries.c.id == 1))
    assert list(evidence.faults(tx, "gazette")) == ["gazette: entry 2 does not follow the one before it"]


def test_a_chain_stays_whole_when_bytes_are_pruned(tx: Connection) -> None:
    """The row stays, its bytes go with the item."""
    stored(tx, "<a/>", "<b/>", "<c/>")
    tx.execute(update(entries).where(entries.c.id == 2).values(raw=None, item_id=None))
    assert list(evidence.faults(tx, "gazette")) == []


def test_an_entry_twice_in_a_document_is_kept_once(tx: Connection) -> None:
    """The first of them is the item."""
    twice = poll(assessed("guid:1", raw=b"<first/>"), assessed("guid:1", raw=b"<second/>"))
    ids = items.record(tx, twice)
    evidence.keep(tx, twice, ids)
    (kept,) = evidence.of_items(tx, ids)
    assert kept.raw == b"<first/>"


def test_a_link_is_the_same_in_every_zone_and_after_storing(tx: Connection) -> None:
    """Microseconds and words in any script come back as they went in."""
    east = datetime(2026, 3, 1, 15, 0, 0, 123456, tzinfo=timezone(timedelta(hours=3)))
    record = poll(assessed("guid:ключ", raw="<x>ط</x>".encode()), at=east, headers=(("Server", "é"),))
    evidence.keep(tx, record, items.record(tx, record))
    (kept,) = evidence.between(tx, "gazette")
    assert kept.link.chain == kept.chain
    assert '"2026-03-01T12:00:00.123456Z"' in kept.link.rest


def test_a_long_chain_is_walked_in_pages(tx: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not all of it is in memory at once, and none of it is passed over."""
    stored(tx, *(f"<n>{n}</n>" for n in range(23)))
    monkeypatch.setattr(evidence, "PAGE", 5)
    chain = list(evidence.between(tx, "gazette", first=3, last=20))
    assert [k.id for k in chain] == list(range(3, 21))
    assert list(evidence.faults(tx, "gazette")) == []
    assert sum(chain.links for chain in evidence.chained(tx)) == 23


def test_nothing_new_costs_nothing(tx: Connection) -> None:
    """A poll without news adds no link."""
    evidence.keep(tx, poll(), ())
    assert tx.execute(select(entries.c.id)).first() is None


def test_a_database_takes_no_second_link_after_the_same_one(tx: Connection) -> None:
    """A chain cannot fork: uniqueness is the table's."""
    stored(tx, "<a/>", "<b/>")
    row = dict(tx.execute(select(entries).where(entries.c.id == 2)).mappings().one())
    del row["id"]
    with pytest.raises(IntegrityError):
        tx.execute(entries.insert().values(**row))
