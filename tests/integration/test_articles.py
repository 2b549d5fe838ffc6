"""Articles are fetched after their feed is settled: nothing waits for them, nothing is told twice, nothing is lost."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from monitor.model import Coverage, Fulltext
from monitor.store import archive, articles, evidence, feeds, stories
from monitor.store.archive import Filter
from tests.support.line import until
from tests.support.newsroom import START, Newsroom
from tests.support.newsroom import newsroom as opened_newsroom
from tests.support.web import Answer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from monitor.model import StoryItem

MATCHING = "Putin received Khalifa Haftar on Monday."
HARBOUR = (
    "The port is deepened: its master spoke at length about the depth of the basin and the price of the works. "
    * 4
)


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    """A feed that gives a line of each article."""
    with opened_newsroom(tmp_path, ", fulltext: true") as made:
        yield made


def page(last: str) -> Answer:
    """A long article that ends in `last`."""
    html = f"<html><body><article><h1>A port is deepened</h1>{f'<p>{HARBOUR}</p>' * 6}<p>{last}</p></article></body></html>"
    return Answer(body=html.encode(), headers={"Content-Type": "text/html; charset=utf-8"})


def document(newsroom: Newsroom, *said: str) -> bytes:
    """A feed with an entry for each line of `said`, the page of entry N at /pageN."""
    told = "".join(
        f"<item><guid>{n}</guid><link>{newsroom.web.url(f'/page{n}')}</link><title>A port is deepened</title>"
        f"<description>{line}</description></item>"
        for n, line in enumerate(said)
    )
    return f'<rss version="2.0"><channel><title>G</title>{told}</channel></rss>'.encode()


def later(newsroom: Newsroom, by: timedelta) -> None:
    """Let time pass, and poll what is due."""
    newsroom.now[0] += by
    newsroom.app.poll()


def stored(newsroom: Newsroom) -> StoryItem:
    """The newest item."""
    with newsroom.app.db.snapshot() as tx:
        return archive.search(tx, Filter())[0]


def waiting(newsroom: Newsroom) -> dict[str, int]:
    with newsroom.app.db.snapshot() as tx:
        return dict(articles.waiting(tx))


def alerted(newsroom: Newsroom) -> int:
    """How many alerts are made now."""
    newsroom.now[0] += timedelta(minutes=1)
    return newsroom.app.alert()


def test_an_item_is_there_and_told_before_its_article(newsroom: Newsroom) -> None:
    """The page takes its time; the feed's text is stored, matched and alerted meanwhile."""
    go_on = threading.Event()

    def slow(_request: object) -> Answer:
        go_on.wait(20)
        return page("Nothing else.")

    newsroom.web.handle("/page0", slow)
    polling = threading.Thread(target=newsroom.publish, args=(document(newsroom, MATCHING),))
    polling.start()
    try:
        assert until(lambda: bool(newsroom.web.asked("/page0")), 20)
        item = stored(newsroom)
        assert (item.coverage, item.item.fulltext) == (Coverage.MATCHED, Fulltext.WAITING)
        assert waiting(newsroom) == {"gazette": 1}
        assert alerted(newsroom) == 1
    finally:
        go_on.set()
        polling.join()
    item = stored(newsroom)
    assert (item.coverage, item.item.fulltext) == (Coverage.MATCHED, Fulltext.READ)
    assert waiting(newsroom) == {}


def test_a_match_that_was_told_is_not_told_again_by_the_article(newsroom: Newsroom) -> None:
    """The same words stand in it; it is no edit of the publisher's either."""
    newsroom.web.answer("/page0", Answer(status=503), page(MATCHING))
    newsroom.publish(document(newsroom, MATCHING))
    before = stored(newsroom)
    assert alerted(newsroom) == 1
    later(newsroom, timedelta(minutes=5))
    after = stored(newsroom)
    assert after.item.fulltext is Fulltext.READ
    assert MATCHING in after.item.content
    assert HARBOUR.strip() in after.item.content
    assert [(m.watchlist, m.rule) for m in after.matches] == [(m.watchlist, m.rule) for m in before.matches]
    assert alerted(newsroom) == 0
    assert (after.revision, after.story_id) == (1, before.story_id)
    with newsroom.app.db.snapshot() as tx:
        assert archive.past_texts(tx, after.id) == ()
        assert list(evidence.faults(tx, "gazette")) == []
        assert len(evidence.of_items(tx, [after.id])) == 1


def test_a_page_that_stands_before_the_article_is_not_taken_for_it(newsroom: Newsroom) -> None:
    """Though it is long, in words that nobody listed, and answers with 200: the entry says what to look for."""
    wall = "<p>Hold on, please. The guard of this place looks at who is coming before the gate is opened.</p>"
    newsroom.web.answer("/page0", Answer(body=f"<h1>Hold on</h1>{wall * 40}".encode()))
    newsroom.publish(document(newsroom, MATCHING))
    item = stored(newsroom)
    assert (item.item.content, item.item.fulltext) == ("", Fulltext.UNAVAILABLE)
    assert "stands before it" in item.item.fulltext_detail
    assert alerted(newsroom) == 1


def test_a_match_that_only_the_article_has_alerts(newsroom: Newsroom) -> None:
    """Its evidence is a place in the stored text."""
    newsroom.web.answer("/page0", Answer(status=503), page(MATCHING))
    newsroom.publish(document(newsroom, "Works begin."))
    assert stored(newsroom).coverage is Coverage.NO_MATCH
    assert alerted(newsroom) == 0
    later(newsroom, timedelta(minutes=5))
    item = stored(newsroom)
    assert item.coverage is Coverage.MATCHED
    assert alerted(newsroom) == 1
    (hit,) = [e for m in item.matches for e in m.evidence if e.term == "khalifa-haftar"]
    assert item.item.content[hit.start : hit.end] == hit.text
    with newsroom.app.db.snapshot() as tx:
        assert [s.items[0].id for s in stories.recent(tx, START)] == [item.id]


def test_an_article_that_says_less_unsays_nothing(newsroom: Newsroom) -> None:
    """The page is about something else: what the feed said stays matched."""
    newsroom.web.answer("/page0", page("Nothing else."))
    newsroom.publish(document(newsroom, MATCHING))
    item = stored(newsroom)
    assert (item.item.fulltext, item.coverage) == (Fulltext.READ, Coverage.MATCHED)
    assert len(item.matches) == 1
    assert alerted(newsroom) == 1


def test_words_that_only_the_feed_has_stay_where_they_matched(newsroom: Newsroom) -> None:
    """The article is longer and lacks them: both texts are kept, and the evidence is still a place in them."""
    newsroom.web.answer("/page0", page("Nothing else."))
    entry = (
        f"<item><guid>0</guid><link>{newsroom.web.url('/page0')}</link><title>A port is deepened</title>"
        f"<content:encoded>{MATCHING}</content:encoded></item>"
    )
    space = "xmlns:content='http://purl.org/rss/1.0/modules/content/'"
    newsroom.publish(f"<rss version='2.0' {space}><channel><title>G</title>{entry}</channel></rss>".encode())
    item = stored(newsroom)
    assert item.item.fulltext is Fulltext.READ
    assert HARBOUR.strip() in item.item.content
    (match,) = item.matches
    assert all(item.item.content[e.start : e.end] == e.text for e in match.evidence if e.field == "content")
    assert MATCHING in item.item.content


def test_an_edit_of_the_entry_keeps_the_article(newsroom: Newsroom) -> None:
    """The edit is a revision; the page is not asked for again."""
    newsroom.web.answer("/page0", page(MATCHING))
    newsroom.publish(document(newsroom, "Works begin."))
    newsroom.publish(document(newsroom, "Works begin on Tuesday."))
    item = stored(newsroom)
    assert item.item.summary == "Works begin on Tuesday."
    assert MATCHING in item.item.content
    assert (item.revision, item.item.fulltext, item.coverage) == (2, Fulltext.READ, Coverage.MATCHED)
    assert len(newsroom.web.asked("/page0")) == 1
    assert alerted(newsroom) == 1


def test_an_edit_while_the_article_is_waited_for_changes_nothing_of_that(newsroom: Newsroom) -> None:
    """One wish, the new text."""
    newsroom.web.answer("/page0", Answer(status=503), page(MATCHING))
    newsroom.publish(document(newsroom, "Works begin."))
    newsroom.publish(document(newsroom, "Works begin on Tuesday."))
    item = stored(newsroom)
    assert (item.revision, item.item.fulltext, item.item.summary) == (
        2, Fulltext.READ, "Works begin on Tuesday.",
    )  # fmt: skip
    assert alerted(newsroom) == 1


def test_a_wish_outlives_the_process(newsroom: Newsroom) -> None:
    """Stopped between the feed and its article: the next start fetches it."""
    newsroom.web.answer("/page0", page(MATCHING))
    stop = threading.Event()
    newsroom.app.stopping = stop.is_set
    newsroom.web.answer("/rss", body=document(newsroom, "Works begin."))
    newsroom.now[0] += timedelta(hours=1)
    with newsroom.app.db.transaction() as tx:
        feeds.poll_now(tx, newsroom.now[0])
    newsroom.app.poll(lambda _record: stop.set())
    assert newsroom.web.asked("/page0") == []
    assert waiting(newsroom) == {"gazette": 1}
    assert stored(newsroom).item.fulltext is Fulltext.WAITING
    stop.clear()
    newsroom.app.poll()
    assert stored(newsroom).coverage is Coverage.MATCHED


CHALLENGE = (
    "Please wait while we make sure that your browser is what it says it is. The people who run this site have put a "
    "puzzle before it, since collectors without number have made it slow for readers. Extensions that switch off "
    "scripts must be told to let this address pass, and the puzzle is then solved without you in a few seconds. "
) * 8


def events(newsroom: Newsroom, *said: str) -> bytes:
    """A feed with a title for each of `said`, the page of entry N at /pageN."""
    told = "".join(
        f"<item><guid>{n}</guid><link>{newsroom.web.url(f'/page{n}')}</link><title>{line}</title>"
        f"<description>Teaser.</description></item>"
        for n, line in enumerate(said)
    )
    return f'<rss version="2.0"><channel><title>G</title>{told}</channel></rss>'.encode()


def in_full(text: str) -> Answer:
    """A page that says `text`."""
    html = f"<html><head><title>One moment</title></head><body><article><p>{text}</p></article></body></html>"
    return Answer(body=html.encode(), headers={"Content-Type": "text/html; charset=utf-8"})


def test_a_page_before_the_articles_is_none_of_them(newsroom: Newsroom) -> None:
    """However long it is: each entry is matched on what the feed says, and none repeats another."""
    for n in range(3):
        newsroom.web.answer(f"/page{n}", in_full(CHALLENGE))
    newsroom.publish(
        events(
            newsroom, "Putin received Khalifa Haftar in Moscow", "Wagner fighters ambushed in Mali", "Grain prices fall",
        )
    )  # fmt: skip
    with newsroom.app.db.snapshot() as tx:
        found = archive.search(tx, Filter())
    assert {i.item.fulltext for i in found} == {Fulltext.UNAVAILABLE}
    assert all("challenge" in i.item.fulltext_detail for i in found)
    assert [i.coverage for i in found] == [Coverage.NO_MATCH, Coverage.NO_MATCH, Coverage.MATCHED]
    assert [i.story_id is None for i in found] == [True, True, False]
    assert {(i.copy_of, i.item.content) for i in found} == {(None, "")}


def test_the_same_page_behind_several_addresses_is_read_once(newsroom: Newsroom) -> None:
    """It uses the words of every title of a series, and a number of its own at each visit; other articles are read."""
    page_of = "Morning briefing, evening briefing: our service is being moved. " + CHALLENGE
    for n in range(3):
        newsroom.web.answer(f"/page{n}", in_full(f"{page_of} Reference 8c{n}f-{n}{n}"))
    other = "The evening briefing is about ships in the port and about the price of grain this year. " * 20
    newsroom.web.answer("/page3", in_full(other))
    newsroom.publish(events(newsroom, *["Morning briefing", "Evening briefing"] * 2))
    with newsroom.app.db.snapshot() as tx:
        found = {i.item.guid: i.item for i in archive.search(tx, Filter())}
    assert found["3"].fulltext is Fulltext.READ
    again = [i for guid, i in found.items() if guid != "3" and i.fulltext is Fulltext.UNAVAILABLE]
    assert len(again) == 2
    assert {i.fulltext_detail for i in again} == {"the same text as behind another address"}
    assert {i.content for i in again} == {""}


def test_tries_have_an_end(newsroom: Newsroom) -> None:
    """Four of them; then the item says why there is no article."""
    newsroom.web.answer("/page0", status=503)
    newsroom.publish(document(newsroom, "Works begin."))
    for _ in range(6):
        later(newsroom, timedelta(minutes=61))
    assert len(newsroom.web.asked("/page0")) == 4
    item = stored(newsroom)
    assert item.item.fulltext is Fulltext.UNAVAILABLE
    assert "503" in item.item.fulltext_detail
    assert waiting(newsroom) == {}


def test_what_will_not_change_is_given_up_at_once(newsroom: Newsroom) -> None:
    """404, and a page that is no article."""
    newsroom.web.answer("/page1", body=b"<p>short</p>", headers={"Content-Type": "text/html"})
    newsroom.publish(document(newsroom, "Works begin.", "Works end."))
    with newsroom.app.db.snapshot() as tx:
        found = {i.item.guid: i.item.fulltext_detail for i in archive.search(tx, Filter())}
    assert "404" in found["0"]
    assert "less than 200 characters" in found["1"]
    assert waiting(newsroom) == {}


def test_articles_of_a_feed_are_bounded(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is over the bound is stored and matched on its feed text, and says so."""
    monkeypatch.setattr(articles, "PER_FEED", 2)
    for n in range(5):
        newsroom.web.answer(f"/page{n}", page(f"Nothing else but {'very ' * n * 60} deep water."))
    newsroom.publish(document(newsroom, *["Works begin."] * 5))
    with newsroom.app.db.snapshot() as tx:
        found = [i.item.fulltext for i in archive.search(tx, Filter())]
    assert sorted(found) == [Fulltext.READ] * 2 + [Fulltext.UNAVAILABLE] * 3


def test_a_flood_stays_quiet_when_its_articles_come(newsroom: Newsroom) -> None:
    """Entries that are published again in numbers are not alerted, whatever their pages say."""
    for _ in range(6):
        newsroom.publish(document(newsroom, "Works begin."))
    newsroom.web.answer("/page1", page(MATCHING))
    newsroom.publish(document(newsroom, *["Works begin."] * 40))
    with newsroom.app.db.snapshot() as tx:
        found = {i.item.guid: i.coverage for i in archive.search(tx, Filter())}
    assert found.pop("1") is Coverage.FLOOD_HELD
    assert set(found.values()) == {Coverage.NO_MATCH}
    assert alerted(newsroom) == 0


def test_nothing_is_fetched_where_full_texts_are_switched_off(newsroom: Newsroom) -> None:
    """What waited is given up, what comes is not asked for."""
    newsroom.web.answer("/page0", status=503)
    newsroom.publish(document(newsroom, "Works begin."))
    config = newsroom.config.read_text(encoding="utf-8")
    newsroom.config.write_text(
        config.replace("host_gap: 0s", "host_gap: 0s, fulltext: false"), encoding="utf-8"
    )
    newsroom.app.reload()
    newsroom.publish(document(newsroom, "Works begin.", "Works end."))
    with newsroom.app.db.snapshot() as tx:
        found = {i.item.guid: i.item.fulltext for i in archive.search(tx, Filter())}
    assert found == {"0": Fulltext.UNAVAILABLE, "1": Fulltext.NOT_ASKED}
    assert len(newsroom.web.asked("/page0")) == 1
