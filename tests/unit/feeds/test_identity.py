"""An item is known again through edits, repeated guids and a publisher who changes them all."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from monitor.feeds.identity import Sorted as Result
from monitor.feeds.identity import content_hash, is_flood, is_gap, item_key, lookups, sort_out, withdrawn
from monitor.model import Entry, KnownItem, Novelty

if TYPE_CHECKING:
    from collections.abc import Sequence


def entry(number: int, **changes: str | None) -> Entry:
    first = Entry(
        guid=f"g{number}", url=f"https://x.example/{number}", title=f"Title {number}", summary="text"
    )
    return replace(first, **changes)


def stored(results: Sequence[Result]) -> tuple[dict[str, KnownItem], dict[str, KnownItem]]:
    """What the store would give back after a poll had written `results`."""
    known = [
        KnownItem(
            id=n,
            key=r.key,
            content_hash=r.content_hash,
            canonical_url=r.canonical_url,
            title=r.entry.title,
            published_at=r.entry.published_at,
        )
        for n, r in enumerate(results, start=1)
    ]
    return {k.key: k for k in known}, {k.canonical_url: k for k in reversed(known) if k.canonical_url}


def poll_after(first: Sequence[Entry], second: Sequence[Entry]) -> tuple[Result, ...]:
    by_key, by_url = stored(sort_out(first, {}, {}))
    keys, urls = lookups(second)
    by_key = {key: known for key, known in by_key.items() if key in keys}
    by_url = {url: known for url, known in by_url.items() if url in urls}
    return sort_out(second, by_key, by_url)


def novelties(results: Sequence[Result]) -> list[Novelty]:
    return [r.novelty for r in results]


@pytest.mark.parametrize(
    ("given", "key"),
    [
        pytest.param(entry(1), "guid:g1", id="guid first"),
        pytest.param(
            entry(1, guid=None, url="http://X.example/1/?utm_source=r"),
            "url:https://x.example/1",
            id="then address",
        ),
        pytest.param(entry(1, guid=None, url=None), f"hash:{content_hash(entry(1))}", id="then text"),
    ],
)
def test_the_key_is_the_best_identity_there_is(given: Entry, key: str) -> None:
    """198 of 200 feeds have a guid or a link; one had neither in a thousand entries."""
    assert item_key(given) == key


def test_a_giant_guid_is_hashed() -> None:
    """A key has an index on it."""
    assert len(item_key(entry(1, guid="g" * 4_000))) < 60


def test_a_second_poll_of_the_same_document_brings_nothing() -> None:
    """Identity is stable, with every kind of key and with doubled guids."""
    document = [
        entry(1),
        entry(2, guid=None),
        entry(3, guid=None, url=None),
        entry(4, guid="same"),
        entry(5, guid="same"),
        entry(6, guid="same", url=None),
    ]
    results = poll_after(document, document)
    assert novelties(results) == [Novelty.SEEN] * 6
    assert len({r.key for r in results}) == 6


def test_an_edit_is_a_revision() -> None:
    """Same guid, other words: CHANGED, and it names the stored item."""
    (result,) = poll_after([entry(1)], [entry(1, title="Title 1 (updated)")])
    assert (result.novelty, result.known.id if result.known else None) == (Novelty.CHANGED, 1)


def test_entries_that_share_a_guid_are_both_kept() -> None:
    """A publisher numbers every item 1; the address or title tells them apart."""
    results = sort_out([entry(1, guid="1"), entry(2, guid="1")], {}, {})
    assert novelties(results) == [Novelty.NEW, Novelty.NEW]
    assert len({r.key for r in results}) == 2


def test_a_newcomer_under_a_used_guid_does_not_displace_the_first() -> None:
    """Polled alone first, then beside a namesake: the old one is seen, the new one new."""
    results = poll_after([entry(1, guid="1")], [entry(2, guid="1"), entry(1, guid="1")])
    assert novelties(results) == [Novelty.NEW, Novelty.SEEN]


def test_the_survivor_of_a_shared_guid_is_still_known() -> None:
    """Once its namesake has rolled off, the entry has its plain key again, and is no news."""
    results = poll_after([entry(1, guid="1"), entry(2, guid="1")], [entry(2, guid="1")])
    assert novelties(results) == [Novelty.SEEN]


def test_an_exact_repetition_in_one_document_is_one_item() -> None:
    """Some feeds list an item under two headings."""
    assert len(sort_out([entry(1), entry(1)], {}, {})) == 1


def test_a_publisher_changing_all_guids_brings_nothing_new() -> None:
    """Address and title are known; an edit in passing is a revision."""
    before = [entry(n) for n in range(30)]
    after = [entry(n, guid=f"https://new.example/{n}") for n in range(29)]
    after.append(entry(29, guid="https://new.example/29", summary="edited"))
    results = poll_after(before, after)
    assert novelties(results) == [Novelty.SEEN] * 29 + [Novelty.CHANGED]
    assert results[0].key == "guid:g0"


def test_items_that_all_link_to_one_page_stay_apart() -> None:
    """An alert page: one address, many titles. Losing one would be a missed alert."""
    page = "https://x.example/alerts"
    results = poll_after([entry(1, url=page)], [entry(2, url=page), entry(1, url=page)])
    assert novelties(results) == [Novelty.NEW, Novelty.SEEN]


def test_lookups_name_every_key_and_address_the_sorting_may_need() -> None:
    """The store is asked once: plain keys, keys of namesakes, canonical addresses."""
    document = [entry(1, guid="1"), entry(2, guid="1"), entry(3)]
    keys, urls = lookups(document)
    assert {r.key for r in sort_out(document, {}, {})} | {"guid:1"} == set(keys)
    assert urls == tuple(f"https://x.example/{n}" for n in (1, 2, 3))


@pytest.mark.parametrize(
    ("first", "second", "seen_before", "gap"),
    [
        pytest.param(range(3), range(3, 6), True, True, id="no overlap"),
        pytest.param(range(3), range(2, 6), True, False, id="one in common"),
        pytest.param(range(0), range(3), False, False, id="first poll"),
        pytest.param(range(3), range(0), True, False, id="empty feed"),
    ],
)
def test_a_gap_is_two_polls_without_a_common_entry(
    first: range, second: range, seen_before: bool, gap: bool
) -> None:
    """Something may have passed in between."""
    results = poll_after([entry(n) for n in first], [entry(n) for n in second])
    assert is_gap(results, seen_before=seen_before) is gap


@pytest.mark.parametrize(
    ("new", "expected", "seen_before", "flood"),
    [
        pytest.param(60, 4.0, True, True, id="sixty where four are usual"),
        pytest.param(60, 30.0, True, False, id="sixty after a long outage"),
        pytest.param(19, 0.1, True, False, id="a handful is never a flood"),
        pytest.param(60, None, True, False, id="rhythm unknown"),
        pytest.param(60, 4.0, False, False, id="first poll"),
    ],
)
def test_a_flood_is_more_than_the_rhythm_explains(
    new: int, expected: float | None, seen_before: bool, flood: bool
) -> None:
    """Measured against the time that passed, so that downtime is no flood."""
    results = sort_out([entry(n) for n in range(new)], {}, {})
    assert is_flood(results, seen_before=seen_before, expected=expected) is flood


def dated(*numbers: int, undated: tuple[int, ...] = ()) -> list[Entry]:
    """Entries whose number is their age in hours."""
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    return [
        entry(n) if n in undated else replace(entry(n), published_at=now - timedelta(hours=n))
        for n in numbers
    ]


def gone(before: Sequence[Entry], after: Sequence[Entry]) -> list[str]:
    """Titles of what was withdrawn between two documents."""
    by_key, by_url = stored(sort_out(before, {}, {}))
    titles = {known.id: known.title for known in by_key.values()}
    found = withdrawn(sort_out(after, by_key, by_url), list(by_key.values()))
    return [titles[n] for n in found]


NEWEST_TEN = dated(*range(10, 20))


@pytest.mark.parametrize(
    ("after", "found"),
    [
        pytest.param(dated(*range(10, 20)), [], id="the same document"),
        pytest.param(dated(19, 10, 15, 9, 17, 11, 14, 18, 16, 13), [], id="not in order of dates"),
        pytest.param(dated(8, 9, *range(10, 18)), [], id="the oldest two passed"),
        pytest.param(dated(*range(3, 10)), [], id="all passed"),
        pytest.param(dated(9, 10, 11, 13, *range(14, 20)), ["Title 12"], id="one was taken out"),
        pytest.param(dated(*range(19, 13, -1), 12, 11, 9), ["Title 10", "Title 13"], id="two, oldest first"),
        pytest.param(dated(*range(11, 20)), [], id="the newest is missing: an old copy from a cache"),
        pytest.param(
            dated(9, *range(11, 20)), ["Title 10"], id="the newest is missing, a newer one is there"
        ),
        pytest.param(dated(5, 6, 7, 8, 9, 10, 18, 19), [], id="two pinned ones stay, the others passed"),
        pytest.param(dated(9, 10, 14, 15, 16, 17, 18, 19), [], id="three of eight: rearranged"),
        pytest.param(dated(9, 10, 12), [], id="too short a document"),
        pytest.param(dated(*range(4, 10), undated=tuple(range(4, 10))), [], id="no dates"),
    ],
)
def test_what_is_missing_while_older_ones_stay_was_withdrawn(after: list[Entry], found: list[str]) -> None:
    """What passed out of the end of a feed was not."""
    assert gone(NEWEST_TEN, after) == found


@pytest.mark.parametrize(
    "new",
    [
        pytest.param({"guid": "other", "title": "Rewritten"}, id="same address"),
        pytest.param({"guid": "other", "url": "https://x.example/moved"}, id="same title"),
    ],
)
def test_what_was_replaced_was_not_withdrawn(new: dict[str, str]) -> None:
    """A publisher who gives an edited article a new guid has not taken it back."""
    after = [replace(e, **new) if e.guid == "g12" else e for e in [*dated(9), *NEWEST_TEN]]
    assert gone(NEWEST_TEN, after) == []
