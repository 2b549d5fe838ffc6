"""The feeds file: strict, with every mistake at once, and the starter file that ships."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from monitor.errors import ConfigError
from monitor.feeds.seeds import dump_feed_yaml, load_feeds
from monitor.model import Feed, Side
from tests.support.press import PRESS

SEEDS = Path(__file__).parents[3] / "seeds" / "feeds.yaml"

GOOD = """\
feeds:
  - id: desk
    url: https://desk.example/feed
    title: Harbour Desk
    language: en
    side: independent
    family: Desk House
    reliability: B
    interval: 45m
    min_interval: 20m
  - {id: local, url: "file:data/items.jsonl", title: Local}
"""


def test_a_feed_is_read_with_its_defaults() -> None:
    """What is left out is the model's default."""
    desk, local = load_feeds(GOOD, "feeds.yaml")
    assert desk == Feed(
        id="desk",
        url="https://desk.example/feed",
        title="Harbour Desk",
        language="en",
        side=Side("independent"),
        family="Desk House",
        reliability="B",
        interval=timedelta(minutes=45),
        min_interval=timedelta(minutes=20),
    )
    assert (local.url, local.reliability, local.enabled) == ("file:data/items.jsonl", "F", True)


def test_every_mistake_is_told_at_once_in_file_order() -> None:
    """Line, column, what is wrong, what to do."""
    text = """\
feeds:
  - id: desk
    url: gopher://desk.example/
    title: Desk
    side: russia
  - id: desk
    url: https://two.example/
    titel: Two
    reliability: b
  - id: three
    url: https://two.example
    title: Three
    language: english
    interval: 10
"""
    with pytest.raises(ConfigError) as caught:
        load_feeds(text, "feeds.yaml", PRESS.sides.ids)
    told = [str(m) for m in caught.value.mistakes]
    wanted = [
        ("feeds.yaml:3:10:", "cannot be polled"),
        ("feeds.yaml:5:11:", "did you mean 'russia-state'?"),
        ("feeds.yaml:6:5:", "'title' is missing"),
        ("feeds.yaml:6:9:", "id 'desk' is used twice (first at line 2)"),
        ("feeds.yaml:8:5:", "did you mean 'title'?"),
        ("feeds.yaml:9:18:", "did you mean 'B'?"),
        ("feeds.yaml:11:10:", "is used twice (first at line 6)"),
        ("feeds.yaml:13:15:", "two letters such as"),
        ("feeds.yaml:14:15:", "write it like 30s"),
    ]
    assert len(told) == len(wanted), told
    for line, (place, words) in zip(told, wanted, strict=True):
        assert line.startswith(place), line
        assert words in line


@pytest.mark.parametrize(
    "url",
    [
        "desk.example/feed",
        "https://",
        "https:///path",
        "javascript:x",
        "https://a b.example/",
        "http://[bad",
        "7",
    ],
)
def test_an_address_that_cannot_be_polled_is_a_mistake(url: str) -> None:
    """Before the daemon runs, not when it polls."""
    with pytest.raises(ConfigError, match=r"address|polled"):
        load_feeds(f'feeds: [{{id: a, url: "{url}", title: A}}]', "f")


@pytest.mark.parametrize(
    "text", ["", "feeds: 1", "[]", "feeds: [1]", "other: []", "feeds: [{}]", "a: &x 1\nb: *x"]
)
def test_other_shapes_are_mistakes_not_crashes(text: str) -> None:
    """Whatever YAML holds."""
    with pytest.raises(ConfigError):
        load_feeds(text, "f")


@pytest.mark.parametrize(
    "feed",
    [
        Feed(id="a", url="https://a.example/?x=1&y=%20#z", title="Plain title"),
        Feed(id="1", url="http://a.example/", title="no", country="NO", family="yes: no # 1", enabled=False),
        Feed(
            id="b",
            url="file:/x y.xml",
            title='"Quotes" — «и прочее»',
            side=Side("un"),
            interval=timedelta(hours=2),
            min_interval=timedelta(minutes=90),
        ),
        Feed(
            id="c",
            url="https://c.example/",
            title="123",
            reliability="A",
            reliability_reason="- a\n- b",
            fulltext=True,
        ),
        Feed(
            id="d",
            url="https://d.example/",
            title="null",
            user_agent="Desk/1 (+https://d.example)",
            language="ar",
        ),
    ],
    ids=lambda feed: feed.id,
)
def test_a_feed_written_is_the_feed_read(feed: Feed) -> None:
    """`feeds add` appends these lines."""
    written = (
        "feeds:\n" + dump_feed_yaml(Feed(id="z", url="https://z.example/", title="Z")) + dump_feed_yaml(feed)
    )
    if " " in feed.url:
        with pytest.raises(ConfigError):
            load_feeds(written, "f")
    else:
        assert load_feeds(written, "f")[1] == feed


def test_the_starter_feeds_are_sound() -> None:
    """They load, both editions of a house share a family, and every letter has its reason."""
    feeds = load_feeds(SEEDS.read_bytes(), "seeds/feeds.yaml")
    by_id = {f.id: f for f in feeds}
    assert len(feeds) == 147
    assert {f.side for f in feeds} == set(PRESS.sides.ids)
    assert {by_id[i].family for i in ("tass-en", "tass-ru-all")} == {"TASS"}
    assert by_id["ria"].family == by_id["sputnik-ar"].family
    assert {f.family for f in feeds if f.side == Side("un")} == {"United Nations"}
    assert all(f.reliability_reason and f.family for f in feeds)
    assert not any(f.fulltext for f in feeds if "news.un.org" in f.url or "news.google.com" in f.url)
