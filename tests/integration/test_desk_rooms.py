"""The pages beside the stories: contacts, feeds, deliveries, the workbench."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from monitor.desk import feeds as pages
from monitor.feeds.opml import read_opml
from monitor.jobs.preview import MAX_PAGE
from monitor.model import Delivered
from monitor.store import archive, feeds, journal, outbox
from monitor.store.tables_news import feeds as feed_rows
from tests.support.desk import ARABIC, Place, newsroom, opened
from tests.support.stored import HOUR, NOW, assessed, feed, match, message, promised, told
from tests.support.web import Web

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from monitor.store.database import Database

RSS = (
    '<rss version="2.0"><channel><title>The Herald</title>'
    "<item><title>Haftar speaks</title><guid>1</guid><link>https://herald.example/1</link></item></channel></rss>"
)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Stories in three scripts, looked at two hours later."""
    with opened(tmp_path) as made:
        newsroom(made.app.db)
        made.now += 2 * HOUR
        yield made


def test_contacts_stand_in_a_table_and_have_addresses(place: Place) -> None:
    """With who meets whom."""
    page = place.read("/contacts")
    found = re.findall(r'href="/contacts/(c-[^"]+)"', page)

    assert len(found) == 1
    assert "Elders of Sirte" in page
    assert 'aria-label="Russian delegation and Elders of Sirte: 1"' in page
    one = place.read(f"/contacts/{found[0]}")
    assert f'href="/stories/{ARABIC}"' in one
    assert 'lang="ar"' in one
    assert place.ask(path="/contacts/c-none")[0] == 404


@pytest.mark.parametrize(
    ("query", "count"),
    [
        pytest.param("status=happened", 1, id="status"),
        pytest.param("status=denied", 0, id="another status"),
        pytest.param("kind=meeting&who=elders", 1, id="kind and person"),
        pytest.param("since=2026-02&until=2026-02", 1, id="its month"),
        pytest.param("since=2026-03", 0, id="later"),
        pytest.param("since=absurd", 1, id="no date"),
    ],
)
def test_contacts_are_filtered_and_exported_alike(place: Place, query: str, count: int) -> None:
    """The exports have what the table has."""
    page = place.read(f"/contacts?{query}")
    assert len(re.findall(r'href="/contacts/c-', page)) == count
    assert place.read(f"/contacts.csv?{query}").count("\n") == count + 1
    assert place.read(f"/contacts.atom?{query}").count("<entry>") == count


def test_a_new_contact_is_in_the_register_at_once(place: Place) -> None:
    """What was made before is made anew."""
    from tests.support.ledger import between
    from tests.support.stored import assessed, contact, match, told

    place.read("/contacts")
    with place.app.db.transaction() as tx:
        met = contact(place="Tobruk", date="2026-01", **between({}, ("Sergei Lavrov",), ("Khalifa Haftar",)))
        told(tx, "s-00000000c3", assessed("guid:n", matches=(match(),), contacts=(met,)), at=NOW)
    assert "Tobruk" in place.read("/contacts")


def test_feeds_say_how_they_are(place: Place) -> None:
    """In words, those that are not well first."""
    page = place.read("/feeds")
    assert page.index("Vestnik") < page.index("New feeds are written to")
    assert "Gazette" in place.read("/feeds/gazette")
    assert place.ask(path="/feeds/none")[0] == 404


def test_many_feeds_are_paged_and_found(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """By id, title or address, within a state."""
    monkeypatch.setattr(pages, "SHOWN", 2)
    with place.app.db.transaction() as tx:
        for n in range(3):
            feeds.add(tx, feed(f"paper-{n}", title=f"Бумага {n}"), NOW)
    first = place.read("/feeds")
    (more,) = re.findall(r'href="([^"]+)" rel="next"', first)
    second = place.read(more)
    assert "1 to 2 of 5" in first
    assert "3 to 4 of 5" in second
    assert 'href="/feeds" rel="prev"' in second
    assert not set(re.findall(r'href="(/feeds/[a-z]\S+)" data', first)) & set(
        re.findall(r'href="(/feeds/[a-z]\S+)" data', second)
    )
    found = place.read("/feeds?" + urlencode({"find": "бумага 2", "state": "never"}))
    assert re.findall(r'href="(/feeds/[a-z]\S+)" data', found) == ["/feeds/paper-2"]
    assert "No feed is called so" in place.read("/feeds?find=100%25")
    assert "5 to 5 of 5" in place.read("/feeds?from=999"), "past the end: the last page"


def test_a_feed_is_asked_as_soon_as_its_publisher_allows(place: Place) -> None:
    """By a button."""
    with place.app.db.transaction() as tx:
        feeds.put_off(tx, "gazette", place.now + 9 * HOUR)
    assert place.post("/feeds/gazette/poll", "/feeds/gazette")[0] == 303
    with place.app.db.snapshot() as tx:
        state = feeds.get(tx, "gazette")

    assert state is not None
    assert state.next_poll_at == place.now
    assert place.post("/feeds/none/poll", "/feeds/gazette")[0] == 404


def test_a_feed_is_added_with_one_request(tmp_path: Path) -> None:
    """What was shown is stored; nobody asks twice."""
    with Web() as web, opened(tmp_path, ports=[web.port]) as place:
        url = web.answer("/rss", body=RSS.encode(), headers={"Content-Type": "application/rss+xml"})
        status, page, _ = place.post("/feeds/try", "/feeds", url=url)
        assert (status, "Haftar speaks" in page) == (200, True)
        key = re.findall(r'name="key" value="([^"]+)"', page)[0]
        status, _, headers = place.post("/feeds/add", "/feeds", key=key, title="Herald", reliability="C")
        assert (status, headers["Location"]) == (303, "/feeds/the-herald")
        assert "Herald" in place.read("/feeds/the-herald")
        assert place.post("/feeds/add", "/feeds", key=key)[0] == 410
        assert place.post("/feeds/try", "/feeds", url=url)[2]["Location"] == "/feeds/the-herald"
        assert len(web.asked("/rss")) == 1
        with place.app.db.snapshot() as tx:
            assert [i.item.title for i in archive.search(tx, archive.Filter(feed_id="the-herald"))] == [
                "Haftar speaks"
            ]
    assert "the-herald" in (tmp_path / "added.yaml").read_text(encoding="utf-8")


def test_what_is_no_feed_is_said_in_words(place: Place) -> None:
    """Without adding anything; no file of this machine is read."""
    assert place.post("/feeds/try", "/feeds", url="file:/etc/passwd")[0] == 400
    assert place.post("/feeds/try", "/feeds", url="/etc/passwd")[0] == 400
    status, page, _ = place.post("/feeds/try", "/feeds", url="http://10.0.0.1/rss")
    assert (status, "refused-address" in page) == (200, True)


def test_feeds_leave_and_come_as_opml(place: Place) -> None:
    """What is there already is left alone."""
    body = place.read("/feeds/export.opml")
    assert len(read_opml(body.encode()).subscriptions) > 1
    given = '<opml version="2.0"><body><outline type="rss" text="New" xmlUrl="https://new.example/rss"/></body></opml>'
    status, page, _ = place.post("/feeds/import", "/feeds", opml=given)
    assert (status, "1 feed added" in page) == (200, True)
    assert "0 feeds added" in place.post("/feeds/import", "/feeds", opml=given)[1]
    assert "https://new.example/rss" in place.read("/feeds/export.opml")


def letters(db: Database) -> tuple[str, str]:
    """Two deliveries; the second is dead."""
    (one, first), (two, second) = promised(message("fine"), message("lost"))
    with db.transaction() as tx:
        outbox.enqueue(tx, "folder", [(one, first), (two, second)], NOW, expires_at=NOW + HOUR)
        outbox.expire(tx, NOW + 2 * HOUR)
    return one, two


def test_deliveries_say_what_became_of_them(place: Place) -> None:
    """A dead letter is sent again by a button."""
    one, _ = letters(place.app.db)
    assert "lost" in place.read("/deliveries?state=dead")
    assert "Nothing was sent" in place.read("/deliveries?kind=digest")
    assert "مبعوث" in place.read(f"/deliveries/{one}")
    assert place.post(f"/deliveries/{one}/retry", f"/deliveries/{one}")[0] == 303
    with place.app.db.snapshot() as tx:
        assert {line.id: line.state for line in journal.lines(tx)}[one] == "pending"
    assert place.post(f"/deliveries/{one}/retry", "/feeds")[0] == 409
    assert place.ask(path="/deliveries/none")[0] == 404


def test_what_was_sent_is_sent_again_as_a_delivery_of_its_own(place: Place) -> None:
    """By somebody with a name; a mail gets an id of its own, and what is still to be sent is not sent twice."""
    ((one, first),) = promised(
        message("fine", headers={"Message-ID": "<1@x>", "Date": "then", "List-Id": "<l>"})
    )
    with place.app.db.transaction() as tx:
        outbox.enqueue(tx, "folder", [(one, first)], NOW)
    assert place.post(f"/deliveries/{one}/again", "/feeds")[0] == 409
    with place.app.db.transaction() as tx:
        taken = outbox.claim(tx, NOW, lease=HOUR, token="t")
        assert taken is not None
        outbox.settle(tx, taken, Delivered(), None, NOW, elapsed=HOUR)

    assert place.post(f"/deliveries/{one}/again", f"/deliveries/{one}", author="")[0] == 400
    status, _, headers = place.post(f"/deliveries/{one}/again", f"/deliveries/{one}")
    assert status == 303
    new = headers["Location"].rpartition("/")[2]
    page = place.read(f"/deliveries/{new}")
    assert "Sent again by <bdi>Ana</bdi>" in page
    assert f'href="/deliveries/{one}"' in page
    with place.app.db.transaction() as tx:
        states = {line.id: line.state for line in journal.lines(tx)}
        again = outbox.claim(tx, place.now, lease=HOUR, token="t")
    assert (states[one], states[new]) == ("delivered", "pending")
    assert again is not None
    assert (again.id, again.message.subject) == (new, "fine")
    assert again.message.payload == {**first.payload, "headers": {"List-Id": "<l>"}}


def test_a_route_says_which_stories_it_takes(tmp_path: Path) -> None:
    """Where would this story go?"""
    routes = (
        "receivers: [{name: desk, file: {path: out}}, {name: arms, file: {path: arms}}]\n"
        "route: {receiver: desk, routes: [{match: {watchlist: contacts}, receiver: arms}]}\n"
    )
    with opened(tmp_path, config=routes) as place:
        newsroom(place.app.db)
        page = place.read(f"/deliveries?story={ARABIC}")
        assert re.findall(r'class="takes">.*?<strong><bdi>(\w+)', page, re.DOTALL) == ["arms"]
        assert "would go here" not in place.read("/deliveries")
        assert "There is no such story" in place.read("/deliveries?story=s-none")


def test_a_text_is_decided_with_its_words_in_place(place: Place) -> None:
    """And what is lacking where it does not fire."""
    text = "Envoy news\nThe Wagner Group left. Lavrov stayed."
    status, page, _ = place.post("/workbench", "/workbench", text=text)

    assert status == 200
    assert "It fires" in page
    assert "<mark>Wagner Group</mark>" in page
    assert "wagner/named" in page
    status, page, _ = place.post("/workbench", "/workbench", text="Weather\n<b>Rain</b> in Sirte.")
    assert (status, "It does not fire" in page) == (200, True)
    assert place.post("/workbench", "/workbench", text=" ")[0] == 400


def test_an_archived_item_is_taken_to_the_workbench(place: Place) -> None:
    """By its number."""
    page = place.read("/workbench?item=2")

    assert "<mark>حفتر</mark>" in page
    assert place.ask(path="/workbench?item=99")[0] == 404
    assert place.ask(path="/workbench?item=" + "9" * 40)[0] == 404


def test_what_was_a_moment_ago_is_just_now(place: Place) -> None:
    """Nobody says that it is 0 min ago."""
    with place.app.db.transaction() as tx:
        tx.execute(feed_rows.update().values(last_success_at=place.now - timedelta(seconds=20)))
    assert "just now" in place.read("/feeds")


def test_the_next_digest_can_be_seen_before_it_is_sent(tmp_path: Path) -> None:
    """Shut in: nothing of it runs, and nothing is recorded."""
    with opened(tmp_path, config="digests: [{receivers: [folder]}]\n") as place:
        newsroom(place.app.db)
        place.now += 2 * HOUR
        assert 'href="/deliveries/preview?receiver=folder"' in place.read("/deliveries")
        status, page, headers = place.ask(path="/deliveries/preview?receiver=folder")

        assert (status, "التقى حفتر" in page) == (200, True)
        assert "sandbox" in headers["Content-Security-Policy"]
        assert place.ask(path="/deliveries/preview?receiver=nobody")[0] == 404
        assert "Nothing was sent" in place.read("/deliveries")


def test_a_preview_has_at_most_the_length_of_a_page(tmp_path: Path) -> None:
    """The loudest whole, others in a line; how many are left out is said."""
    with opened(tmp_path, config="digests: [{receivers: [folder]}]\n") as place:
        with place.app.db.transaction() as tx:
            for n in range(90):
                told(
                    tx,
                    f"s-{n:010x}",
                    assessed(f"guid:{n}", title=f"News {n} " + "of the envoy " * 20, matches=(match(),)),
                )
        place.now += 2 * HOUR
        page = place.read("/deliveries/preview?receiver=folder")

        assert len(page.encode()) <= MAX_PAGE
        assert "not listed here" in page


def test_a_digest_is_sent_now_once_a_day(tmp_path: Path) -> None:
    """By a button; the second time everybody has it."""
    with opened(tmp_path, config="digests: [{receivers: [folder]}]\n") as place:
        newsroom(place.app.db)
        place.now += 2 * HOUR
        assert place.post("/deliveries/digest", "/deliveries")[0] == 303
        page = place.read("/deliveries?kind=digest")
        (made,) = re.findall(r'href="/deliveries/([^"?]+)" data-move', page)
        assert "التقى حفتر" in place.read(f"/deliveries/{made}/message")
        assert place.post("/deliveries/digest", "/deliveries")[0] == 409
