"""Subscription lists: what others export comes in, what we export comes back whole."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import listparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.feeds.opml import read_opml, write_opml
from monitor.feeds.seeds import load_feeds
from monitor.model import Feed, Side
from tests.support.press import PRESS

SEEDS = Path(__file__).parents[3] / "seeds" / "feeds.yaml"


def outline(body: str) -> bytes:
    return f'<?xml version="1.0"?><opml version="2.0"><head/><body>{body}</body></opml>'.encode()


def test_nested_folders_become_tags() -> None:
    """Each feed knows the folders it lay in; titles, ids and languages are read."""
    found = read_opml(
        outline(
            '<outline text="News"><outline text="Libya">'
            '<outline type="rss" text="Вестник" xmlUrl="https://port.example/rss" language="ru-RU"/>'
            '</outline><outline type="rss" text="Harbour Desk" xmlUrl="https://desk.example/feed"/></outline>'
        )
    )
    port, desk = found.subscriptions
    assert {"News", "Libya"} == set(port.tags)
    assert (port.feed.title, port.feed.language, port.feed.id) == ("Вестник", "ru", "port-example")
    assert (desk.feed.id, desk.tags) == ("harbour-desk", ("News",))


def test_our_own_export_comes_back_whole() -> None:
    """Everything OPML has no word for travels in attributes that others ignore."""
    feeds = (
        Feed(
            id="desk",
            url="https://desk.example/feed?a=1&b=2",
            title='Desk "A" <b> & Вестник',
            language="fr",
            country="LY",
            side=Side("libya-east"),
            family="Desk House",
            reliability="C",
            reliability_reason="early, one-sided",
            enabled=False,
            fulltext=True,
            interval=timedelta(minutes=45),
            min_interval=timedelta(minutes=5),
            user_agent="Desk/1",
        ),
        Feed(id="plain", url="https://plain.example/", title="Plain"),
    )
    text = write_opml(feeds)
    assert tuple(s.feed for s in read_opml(text.encode(), sides=PRESS.sides.ids).subscriptions) == feeds
    assert [f.url for f in listparser.parse(text.encode()).feeds] == [f.url for f in feeds]


def test_the_starter_feeds_survive_export_and_import() -> None:
    """147 of them, grouped by side."""
    feeds = load_feeds(SEEDS.read_bytes(), "feeds.yaml")
    found = read_opml(write_opml(feeds).encode(), sides=PRESS.sides.ids)
    assert found.remarks == ()
    assert {s.feed.id: s.feed for s in found.subscriptions} == {f.id: f for f in feeds}


def test_bad_lines_are_told_and_skipped() -> None:
    """Twice the same address, and one that cannot be polled."""
    found = read_opml(
        outline(
            '<outline text="a" xmlUrl="https://a.example/"/><outline text="b" xmlUrl="https://a.example/"/>'
            '<outline text="c" xmlUrl="javascript:x"/>'
        )
    )
    assert [s.feed.title for s in found.subscriptions] == ["a"]
    assert found.remarks == ("'javascript:x': no http(s) address", "'https://a.example/': listed twice")


def test_feeds_are_told_from_pages_that_another_reader_takes_apart() -> None:
    kinds = {
        "rss": "feed://a.example/1",
        "RSS": "feed:https://a.example/2",
        "application/rss+xml": "https://a.example/3",
        "atom": "feeds://a.example/4",
        "HTML+XPath": "https://a.example/5",
        "XML+XPath": "https://a.example/6",
        "JSON+DotNotation": "https://a.example/7",
    }
    lines = (f'<outline type="{kind}" text="t" xmlUrl="{url}"/>' for kind, url in kinds.items())
    again = '<outline text="t" xmlUrl="http://a.example/1"/>'
    found = read_opml(outline("".join(lines) + again))
    assert [s.feed.url[-1] for s in found.subscriptions] == ["1", "2", "3", "4"]
    assert [remark.partition(":")[2].count("left out") for remark in found.remarks] == [1, 1, 1, 0]
    assert found.remarks[-1] == "'http://a.example/1': listed twice"


def test_ids_in_use_are_left_alone() -> None:
    """A second feed of the same name gets a number."""
    found = read_opml(
        outline(
            '<outline text="Desk" xmlUrl="https://a.example/"/><outline text="Desk" xmlUrl="https://b.example/"/>'
        ),
        taken=("desk",),
    )
    assert [s.feed.id for s in found.subscriptions] == ["desk-2", "desk-3"]


def test_unknown_words_of_ours_become_defaults() -> None:
    """An edited export does not break the import."""
    found = read_opml(
        outline(
            '<outline text="a" xmlUrl="https://a.example/" monitorSide="mars" monitorReliability="Z" '
            'monitorInterval="soon" monitorMinInterval="9" monitorId="../../etc"/>'
        )
    )
    feed = found.subscriptions[0].feed
    assert (feed.side, feed.reliability, feed.id) == (Side("unknown"), "F", "etc")
    assert feed.interval is feed.min_interval is None


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"https://127.0.0.1:9/list.opml", id="an address is not fetched"),
        pytest.param(b"<html><body>no</body></html>", id="a page"),
        pytest.param(
            b'<!DOCTYPE o [<!ENTITY a "b">]><opml><body><outline text="&a;"/></body></opml>', id="entities"
        ),
        pytest.param(b"<opml>" + b"<outline>" * 20, id="nothing closed"),
        pytest.param(b'<opml><outline text="' + b"x" * 100_000, id="cut"),
        pytest.param(b"<opml>\x00\xff\xfe</opml>", id="bytes"),
    ],
)
def test_hostile_lists_give_nothing_and_never_raise(body: bytes) -> None:
    """No feed in, no feed out."""
    assert read_opml(body).subscriptions == ()


@settings(deadline=None)
@given(st.text(alphabet="<>/=\"' outline xmlUrl&;#x0ad", max_size=200))
def test_reading_a_list_never_raises(noise: str) -> None:
    """Noise inside an OPML document."""
    read_opml(outline(noise))
