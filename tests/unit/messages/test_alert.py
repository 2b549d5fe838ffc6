"""What a message says: plain data, nothing dropped in silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.demo import messages
from monitor.languages.locale import frame
from monitor.messages.alert import alert_context, notice_context
from monitor.model import Coverage, DateFlag, Fulltext, Story
from tests.support.press import PRESS

NOW = messages.NOW
STORIES = messages.stories()


def alert(story: Story, **said: Any) -> dict[str, Any]:
    return alert_context(
        messages.judge().judge(story),
        **{"reason": "new", "now": NOW, "titles": messages.TITLES, "sides": PRESS.sides, **said},
    )


def changed(**item: Any) -> Story:
    """The first sample story's first report alone, with other fields."""
    told = STORIES[0].items[0]
    return Story(id="s", items=(replace(told, item=replace(told.item, **item)),))


def leaves(value: Any) -> set[type]:
    if isinstance(value, dict):
        return {type(k) for k in value} | {t for v in value.values() for t in leaves(v)}
    if isinstance(value, list):
        return {t for v in value for t in leaves(v)}
    return {type(value)}


@pytest.mark.parametrize("kind", ["alert", "digest", "notice"])
def test_contexts_are_plain_data(kind: str) -> None:
    """A template gets no object whose methods it could call."""
    for context in messages.contexts()[kind]:
        assert leaves(context) <= {str, int, bool}


@pytest.mark.parametrize(
    ("item", "said"),
    [
        pytest.param({"published_at": None, "date_flag": DateFlag.MISSING}, "no date given", id="missing"),
        pytest.param(
            {"published_at": None, "date_flag": DateFlag.UNREADABLE, "published_raw": "Soon\u202e\n"},
            "unreadable date: Soon",
            id="unreadable",
        ),
        pytest.param(
            {"published_at": datetime(2062, 3, 1, tzinfo=UTC), "date_flag": DateFlag.FUTURE},
            "1 March 2062, 00:00 UTC (a date in the future)",
            id="future",
        ),
        pytest.param(
            {"published_at": datetime(1, 1, 1, tzinfo=UTC), "date_flag": DateFlag.ANCIENT},
            "1 January 1, 00:00 UTC (an improbably old date)",
            id="the first moment of the calendar",
        ),
    ],
)
def test_odd_dates_are_named(item: dict[str, Any], said: str) -> None:
    """They are shown as they are, with what is odd about them."""
    assert alert(changed(**item))["story"]["published"] == said


def test_a_date_at_the_edge_of_the_calendar_is_no_error() -> None:
    """Its local time in a zone may not exist."""
    for at in (datetime.min, datetime.max):
        story = changed(published_at=at.replace(tzinfo=UTC), date_flag=DateFlag.ANCIENT)
        for zone in ("America/New_York", "Asia/Tokyo"):
            assert alert(story, timezone=frame_zone(zone))["story"]["published"]


def frame_zone(name: str) -> Any:
    from zoneinfo import ZoneInfo

    return ZoneInfo(name)


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ({"fulltext": Fulltext.READ}, "Full text read."),
        ({"fulltext": Fulltext.UNAVAILABLE}, "The article could not be read; only the feed's text was seen."),
        ({"fulltext": Fulltext.NOT_ASKED}, ""),
        ({"fulltext": Fulltext.WAITING, "content": "", "summary": "s"}, "Only the feed's summary was seen."),
        ({"fulltext": Fulltext.NOT_ASKED, "content": "", "summary": ""}, "Only the headline was seen."),
    ],
)
def test_it_is_said_how_much_was_read(item: dict[str, Any], said: str) -> None:
    """So that nobody takes a summary's silence for the article's."""
    assert alert(changed(**item))["story"]["read"] == said


def test_a_story_says_when_it_was_edited_or_held_back() -> None:
    """And who tells it, counted by family and side."""
    first = STORIES[0].items[0]
    told = alert(Story(id="s", items=(replace(first, revision=2, coverage=Coverage.FLOOD_HELD),)))["story"]
    assert told["notes"] == [frame("en").word("revised"), frame("en").word("flood_held")]
    assert alert(STORIES[0])["story"]["told_by"] == "3 voices, 3 sides"
    cousin = replace(first, feed=replace(first.feed, id="other", family=first.feed.family))
    assert alert(Story(id="s", items=(first, cousin)))["story"]["told_by"] == "1 voice, 1 side"


def test_many_outlets_are_cut_and_counted() -> None:
    """Eight are named."""
    first = STORIES[0].items[0]
    items = tuple(
        replace(
            first,
            id=100 + n,
            item=replace(first.item, outlet=f"Outlet {n}"),
            feed=replace(first.feed, id=f"f{n}", family=""),
        )
        for n in range(30)
    )
    told = alert(Story(id="s", items=items))["story"]
    assert (len(told["outlets"]), told["outlets_cut"], told["told_by"]) == (
        8,
        22,
        "30 voices, 1 side",
    )
    assert told["outlets_line"].endswith(" and 22 more")


def test_a_hostile_feed_is_shown_harmlessly() -> None:
    """No link but http(s), no direction controls, no line breaks, a name for a missing title."""
    story = changed(title="\u202e\r\n", url="javascript:alert(1)", outlet="a\nb\u2066")
    told = alert(story)["story"]
    assert (told["title"], told["link"], told["outlets"][0]["name"]) == ("(no title)", "", "a b")


def test_a_contact_is_listed_once() -> None:
    """Three reports of one meeting are one row; the news comes before the background."""
    first = STORIES[0].items[0]
    old = replace(first.contacts[0], background=True, place="Sochi", date="2019-10-23")
    items = (replace(first, contacts=(old, *first.contacts)), first)
    rows = alert(Story(id="s", items=items))["story"]["contacts"]
    assert [(row["place"], row["background"]) for row in rows] == [("Moscow", False), ("Sochi", True)]


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (0, "لا أخبار"),
        (1, "خبر واحد"),
        (2, "خبران"),
        (3, "3 أخبار"),
        (10, "10 أخبار"),
        (11, "11 خبرًا"),
        (103, "103 أخبار"),
    ],
)
def test_arabic_counts_have_their_forms(n: int, said: str) -> None:
    """CLDR's plural categories."""
    assert frame("ar").count("story", n) == said


def test_a_notice_is_a_subject_and_lines() -> None:
    """Cleaned like everything else."""
    context = notice_context("Feed\nquiet", ("a\u202eb", " "), now=NOW + timedelta(hours=1))
    assert (context["subject"], context["lines"], context["now"]) == (
        "Feed quiet",
        ["ab"],
        "2026-11-24T06:00:00+00:00",
    )
