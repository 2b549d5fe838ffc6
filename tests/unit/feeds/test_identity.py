"""An item is known again through edits, repeated guids and a publisher who changes them all."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from monitor.feeds.addresses import canonical_url
from monitor.feeds.identity import Document, content_hash, item_key
from monitor.feeds.identity import Sorted as Result
from monitor.feeds.identity import sort_out as sort_out_document
from monitor.feeds.novelty import is_flood, is_gap, withdrawn
from monitor.model import Entry, KnownItem, Novelty

if TYPE_CHECKING:
    from collections.abc import Sequence


def entry(number: int, **changes: str | datetime | None) -> Entry:
    first = Entry(
        guid=f"g{number}", url=f"https://x.example/{number}", title=f"Title {number}", summary="text"
    )
    return replace(first, **changes)


def sort_out(entries: Sequence[Entry], known: Sequence[KnownItem] = ()) -> tuple[Result, ...]:
    """As a poll does it: the store is asked for what the document names, and gives no more."""
    document = Document.of(entries)
    asked = [
        item
        for item in known
        if item.key in document.keys
        or item.content_hash in document.hashes
        or item.canonical_url in document.addresses
    ]
    return sort_out_document(document, asked)


def stored(results: Sequence[Result], before: Sequence[KnownItem] = ()) -> list[KnownItem]:
    """What the store holds after a poll that brought `results` to `before`."""
    held = {item.id: item for item in before}
    for r in results:
        item_id = r.known.id if r.known else len(held) + 1
        held[item_id] = KnownItem(
            id=item_id,
            key=r.renamed or r.key,
            content_hash=r.content_hash,
            canonical_url=r.canonical_url,
            title=r.entry.title,
            published_at=r.entry.published_at,
            excerpt=f"{r.entry.summary} {r.entry.content}",
        )
    return list(held.values())


def poll_after(first: Sequence[Entry], second: Sequence[Entry]) -> tuple[Result, ...]:
    return sort_out(second, stored(sort_out(first)))


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
    assert item_key(given, canonical_url(given.url) if given.url else None) == key


def test_a_giant_guid_is_hashed() -> None:
    """A key has an index on it."""
    assert len(item_key(entry(1, guid="g" * 4_000), None)) < 60


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
    results = sort_out([entry(1, guid="1"), entry(2, guid="1")])
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
    assert len(sort_out([entry(1), entry(1)])) == 1


def test_a_publisher_changing_all_guids_brings_nothing_new() -> None:
    """Address and title are known; an edit in passing is a revision."""
    before = [entry(n) for n in range(30)]
    after = [entry(n, guid=f"https://new.example/{n}") for n in range(29)]
    after.append(entry(29, guid="https://new.example/29", summary="edited"))
    results = poll_after(before, after)
    assert novelties(results) == [Novelty.SEEN] * 29 + [Novelty.CHANGED]
    assert (results[0].key, results[0].renamed) == ("guid:g0", "guid:https://new.example/0")


LIVE = {"url": "https://x.example/live", "title": "Libya live: latest updates"}


@pytest.mark.parametrize(
    "shared",
    [
        pytest.param(LIVE, id="title and link"),
        pytest.param(LIVE | {"summary": ""}, id="title and link, and no text"),
        pytest.param({"url": "https://x.example/talks/#comment-101", "title": "By: Ann"}, id="comments"),
        pytest.param({"url": None}, id="the text, without a link"),
    ],
)
def test_every_guid_is_an_item_whatever_else_entries_share(shared: dict[str, str | None]) -> None:
    """A live page: one is added at each poll, the oldest leaves, and two polls later all are others."""
    known: list[KnownItem] = []
    for numbers in ([1], [2, 1], [3, 2, 1], [5, 4, 3], [9, 8, 7]):
        results = sort_out([entry(n, **{"summary": f"text {n}"} | shared) for n in numbers], known)
        known = stored(results, known)
    assert [item.key for item in known] == [f"guid:g{n}" for n in (1, 2, 3, 5, 4, 9, 8, 7)]


def test_without_guids_the_whole_content_counts() -> None:
    """One link, no title: two texts are two items, and stay so while others come and go."""
    page = {"guid": None, "title": "", "url": "https://x.example/notes"}
    first, second, third = (
        entry(n, summary=words, **page)
        for n, words in enumerate(
            ("Rain in the north.", "The port is shut until May.", "A convoy left Sirte.")
        )
    )
    known = stored(sort_out([first, second]))
    assert len(known) == 2
    results = sort_out([third, second, first], known)
    assert novelties(results) == [Novelty.NEW, Novelty.SEEN, Novelty.SEEN]
    assert novelties(sort_out([third], stored(results, known))) == [Novelty.SEEN]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param({}, {"title": "Title 1, amended"}, id="headline"),
        pytest.param({}, {"summary": "other words"}, id="text"),
        pytest.param(
            {"summary": "the envoy met the elders of the town"},
            {"summary": "the envoy met the elders of the old town", "title": "Amended"},
            id="most words",
        ),
    ],
)
def test_an_edit_of_an_entry_without_guid_is_a_revision(
    before: dict[str, str], after: dict[str, str]
) -> None:
    """Its page is its own."""
    (result,) = poll_after([entry(1, guid=None, **before)], [entry(1, guid=None, **before | after)])
    assert result.novelty is Novelty.CHANGED


def test_another_days_notice_on_one_page_is_another_item() -> None:
    """Without guids, a page that is written anew each day is told by its date."""
    page = {"guid": None, "url": "https://x.example/briefing", "title": "Daily briefing"}
    monday, tuesday = (
        replace(entry(1, summary=words, **page), published_at=datetime(2026, 3, day, tzinfo=UTC))
        for day, words in ((2, "Rain in the north."), (3, "A convoy left Sirte."))
    )
    (result,) = poll_after([monday], [tuesday])
    assert result.novelty is Novelty.NEW


@pytest.mark.parametrize("guid", [None, "link"])
def test_session_ids_in_links_make_nothing_new(guid: str | None) -> None:
    """Neither as a parameter nor in the path, nor where the guid is the link."""
    visits = ("0a1b2c3d4e5f60718293a4b5", "ffeeddccbbaa99887766554433")
    documents = [
        [
            entry(n, guid=guid and url, url=url, summary=f"text {n}")
            for n in range(4)
            for url in [
                f"https://x.example/{n}?s={visit}" if n % 2 else f"https://x.example/{n};jsessionid={visit}"
            ]
        ]
        for visit in visits
    ]
    assert novelties(poll_after(*documents)) == [Novelty.SEEN] * 4


def test_an_entry_that_loses_its_guid_is_the_same_entry() -> None:
    """Same words at the same place; and when it gets one again, still."""
    with_guid, without = [entry(n) for n in range(4)], [entry(n, guid=None) for n in range(4)]
    assert novelties(poll_after(with_guid, without)) == [Novelty.SEEN] * 4


def test_one_changed_guid_is_another_item() -> None:
    """Only a publisher who changes them all is believed to have renamed what he has."""
    same = [entry(n) for n in range(2, 20)]
    results = poll_after([entry(1), *same], [entry(1, guid="other"), *same])
    assert results[0].novelty is Novelty.NEW


def test_items_that_all_link_to_one_page_stay_apart() -> None:
    """An alert page: one address, many titles. Losing one would be a missed alert."""
    page = "https://x.example/alerts"
    results = poll_after([entry(1, url=page)], [entry(2, url=page), entry(1, url=page)])
    assert novelties(results) == [Novelty.NEW, Novelty.SEEN]


def test_a_document_names_everything_the_sorting_may_need() -> None:
    """The store is asked once; a page that all entries link to would bring back its whole past and is left out."""
    document = [entry(1, guid="1"), entry(2, guid="1"), entry(3)]
    asked = Document.of(document)
    assert {r.key for r in sort_out(document)} | {"guid:1"} <= set(asked.keys)
    assert asked.addresses == tuple(f"https://x.example/{n}" for n in (1, 2, 3))
    live = Document.of([entry(n, url="https://x.example/live") for n in range(3)])
    assert live.addresses == ()


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
    results = sort_out([entry(n) for n in range(new)])
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
    known = stored(sort_out(before))
    titles = {item.id: item.title for item in known}
    found = withdrawn(sort_out(after, known), known)
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


def rolling(first: Sequence[Entry], *then: Sequence[Entry]) -> list[list[Novelty]]:
    """What each poll after the first brings."""
    held, found = stored(sort_out(first)), []
    for document in then:
        results = sort_out(document, held)
        held = stored(results, held)
        assert len({item.key for item in held}) == len(held)
        found.append(novelties(results))
    return found


@pytest.mark.parametrize(
    "old", [pytest.param("old-{}", id="changed"), pytest.param(None, id="given at last")]
)
def test_after_all_guids_changed_the_old_entries_leave_the_feed_one_by_one(old: str | None) -> None:
    """When few of them are left, they still are what they were."""

    def window(first: int, guid: str | None) -> list[Entry]:
        return [
            entry(n, guid=guid.format(n) if guid else None, summary=f"text {n}")
            for n in range(first, first + 10)
        ]

    polls = rolling(window(0, old), *(window(first, "new-{}") for first in range(10)))
    assert polls == [[Novelty.SEEN] * 10] + [[Novelty.SEEN] * 9 + [Novelty.NEW]] * 9


def test_guids_that_change_to_and_fro_bring_nothing_new() -> None:
    """Two servers of one publisher answer in turn."""
    servers = [[entry(n, guid=f"{name}{n}", summary=f"text {n}") for n in range(10)] for name in "ab"]
    assert rolling(servers[0], *(servers * 2)) == [[Novelty.SEEN] * 10] * 4


@pytest.mark.parametrize("way", ["?utm_source=rss{}", "?s={}0123456789abcdef"])
def test_a_guid_that_is_an_address_counts_without_the_readers_way_to_it(way: str) -> None:
    """Even of a single entry, where not a word has changed."""
    one, other = (entry(1, guid=f"https://x.example/1{way.format(n)}") for n in (1, 2))
    assert rolling([one], [other]) == [[Novelty.SEEN]]
    assert rolling([one], [replace(other, summary="something else")]) == [[Novelty.NEW]]
    assert rolling([one], [replace(other, guid="https://x.example/2")]) == [[Novelty.NEW]]


POST = "At 10:0{} the mission counted {} cars at the gate of the port."


def test_the_next_post_of_a_page_is_no_edit_of_the_one_that_left() -> None:
    """Running texts are made of the same words: the time tells them apart, and without one almost all words must agree."""
    posts = [
        entry(
            n,
            guid=None,
            summary=POST.format(n, n * 7),
            published_at=datetime(2026, 3, 1, 10, n, tzinfo=UTC),
            **LIVE,
        )
        for n in range(4)
    ]
    assert rolling(posts[:3], posts[1:])[0][-1] is Novelty.NEW
    undated = [replace(post, published_at=None) for post in posts]
    assert rolling(undated[:3], undated[1:])[0][-1] is Novelty.NEW


def test_another_article_on_one_undated_page_is_no_edit() -> None:
    """A link to the home page says nothing."""
    one = entry(1, guid=None, url="https://x.example/", title="A bridge opens", summary="Cars pass it now.")
    other = replace(one, title="Prices of bread rise", summary="Bakers protest.")
    assert rolling([one], [other]) == [[Novelty.NEW]]
    assert rolling([one], [replace(one, title="A bridge is opened")]) == [[Novelty.CHANGED]]
