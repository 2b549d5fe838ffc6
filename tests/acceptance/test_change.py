"""A story that changes: who hears of it again, and what the first line says. Real texts, matcher, store, templates."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from monitor.config import load as settings
from monitor.config.model import ReceiverConfig
from monitor.config.routes import RouteConfig
from monitor.contacts.entity_index import WhoIsWho
from monitor.contacts.extract import extractor, listener
from monitor.jobs import poll as polling
from monitor.jobs.alert import Alerter, alert_due
from monitor.matching.matcher import Matcher
from monitor.messages.templates import load as load_templates
from monitor.model import Assessed, Coverage, Delivered, Feed, FeedState, Item, Novelty, PollRecord, Side
from monitor.store import alerts, feeds, outbox, stories
from monitor.store.database import Database
from monitor.stories.judgement import StoryJudge
from monitor.watchlists.compile import load

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from monitor.watchlists.compile import Watchlists

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DESK = ReceiverConfig.model_validate({"name": "desk", "file": {"path": "out"}})
ROUTE = RouteConfig(receiver="desk", group_wait=timedelta(0), group_interval=timedelta(0))
FEEDS = {
    feed.id: feed
    for feed in (
        Feed(id="neva", url="https://neva.example/rss", title="Невский вестник", side=Side.RUSSIA_STATE, reliability="C"),
        Feed(id="volga", url="https://volga.example/rss", title="Волга сегодня", side=Side.RUSSIA_STATE, reliability="C"),
        Feed(id="barqa", url="https://barqa.example/rss", title="برقة الآن", side=Side.LIBYA_EAST, reliability="D"),
        Feed(id="tripoli", url="https://tripoli.example/rss", title="Tripoli Morning", side=Side.LIBYA_WEST, reliability="C"),
        *(Feed(id=f"copy{n}", url=f"https://copy{n}.example/rss", title=f"Copy {n}", side=Side.INDEPENDENT, reliability="C")
          for n in range(5)),
    )
}  # fmt: skip
PLANNED = (
    "Белоусов примет Хафтара в Москве на этой неделе",
    "Министр обороны России Андрей Белоусов встретится в Москве с командующим Халифой Хафтаром, сообщили в ведомстве. "
    "Встреча запланирована на среду, 4 марта. О чём пойдёт речь, в сообщении не сказано, журналистов на неё не пустят.",
)
HAPPENED = (
    "المشير حفتر يلتقي وزير الدفاع الروسي بيلوسوف في موسكو",
    "التقى المشير خليفة حفتر اليوم الأربعاء 4 مارس وزير الدفاع الروسي أندريه بيلوسوف في موسكو، وبحث الجانبان التدريب.",
)
DENIED = (
    "Tripoli government denies that Haftar met Belousov in Moscow",
    "The Government of National Unity denied that Khalifa Haftar had met Russian Defence Minister Andrei Belousov in "
    "Moscow on 4 March.",
)


@pytest.fixture(scope="module")
def lists() -> Watchlists:
    """The bundled watchlists."""
    return load(settings.bundled("watchlists"))


@pytest.fixture(scope="module")
def matcher(lists: Watchlists) -> Matcher:
    """As the daemon has it."""
    return Matcher(lists, extract=extractor(lists), denier=listener(lists))


@dataclass
class World:
    """A monitor whose polls are given, with what a desk was sent."""

    db: Database
    matcher: Matcher
    judge: StoryJudge
    now: datetime = NOON
    seen: int = 0
    told: list[dict[str, Any]] = field(default_factory=list)

    def tell(self, feed_id: str, text: tuple[str, str], days: float, *, lang: str, **more: Any) -> None:
        """One new entry of a feed, `days` after the first; then everything that is due is alerted."""
        self.now, self.seen = NOON + timedelta(days=days), self.seen + 1
        key = more.pop("key", f"guid:{self.seen}")
        feed = FEEDS[feed_id]
        item = Item(
            key=key, feed_id=feed_id, title=text[0], content=text[1], lang=lang, published_at=self.now,
            outlet=feed.title, outlet_side=feed.side, content_hash=str(self.seen), **more,
        )  # fmt: skip
        decision = self.matcher.decide(item)
        assert decision.matches
        entry = Assessed(
            item=item, novelty=Novelty.NEW, decision=decision, coverage=Coverage.MATCHED, coverage_detail=""
        )
        self.poll(feed_id, (entry,))

    def poll(self, feed_id: str, entries: tuple[Assessed, ...], **more: Any) -> None:
        """A poll of `feed_id`, and the alerts that follow."""
        state = FeedState(feed=FEEDS[feed_id], next_poll_at=self.now, last_polled_at=self.now)
        with self.db.transaction() as tx:
            polling.write(
                tx, PollRecord(state=state, at=self.now, assessed=entries, **more), ROUTE, self.judge
            )
        alerter = Alerter(
            db=self.db, templates=load_templates(settings.bundled("templates")), receivers={"desk": DESK},
            titles={}, judge=self.judge, public_url=None, clock=lambda: self.now,
        )  # fmt: skip
        alert_due(alerter)
        with self.db.transaction() as tx:
            while (d := outbox.claim(tx, self.now, lease=timedelta(days=99), token="t")) is not None:
                self.told.append(d.message.payload["files"])
                outbox.settle(tx, d, Delivered(), None, self.now)

    @property
    def first_lines(self) -> list[str]:
        """The first line, unwrapped, of each message."""
        return [" ".join(files["txt"].split("\n\n")[0].split()) for files in self.told]


@pytest.fixture
def world(tmp_path: Path, matcher: Matcher, lists: Watchlists) -> Iterator[World]:
    """An empty one."""
    db = Database.open(f"sqlite:///{tmp_path}/monitor.db")
    with db.transaction() as tx:
        feeds.sow(tx, FEEDS.values(), NOON, jitter=lambda: 0.0)
    yield World(db, matcher, StoryJudge(WhoIsWho.of(lists.entities.values()).people))
    db.close()


def test_planned_confirmed_denied_are_three_alerts(world: World) -> None:
    """Each says first what is new, and what was known before."""
    world.tell("neva", PLANNED, 0, lang="ru")
    world.tell("barqa", HAPPENED, 2, lang="ar")
    world.tell("tripoli", DENIED, 2.5, lang="en")

    assert world.first_lines == [
        "Alert: New story",
        "Update: Took place; was: planned. Now confirmed by eastern Libyan media; was: Russian state media only.",
        "Update: Denied by the Government of National Unity, reported by western Libyan media; was: took place.",
    ]
    assert "C3 (fairly reliable, possibly true): reported by Russian state media; no other side" in _plain(
        world, 0
    )
    assert (
        "C2 (fairly reliable, probably true): reported by Russian state and eastern Libyan media; no"
        in _plain(world, 1)
    )
    assert "C4 (fairly reliable, doubtful)" in _plain(world, 2)
    assert "planned 2 March → took place 4 March → denied 5 March" in _plain(world, 2)
    with world.db.snapshot() as tx:
        (story,) = stories.recent(tx, NOON)
        standings = [group.told for group in alerts.sent(tx, "desk", story.id)]
    assert [standing and standing.denied_by for standing in standings] == [
        frozenset(),
        frozenset(),
        frozenset({Side.LIBYA_WEST}),
    ]


def _plain(world: World, number: int) -> str:
    return " ".join(world.told[number]["txt"].split())


def test_copies_and_known_sides_are_not_told_again(world: World) -> None:
    """Five outlets print the text, another of the same side writes its own: the digest has them."""
    world.tell("neva", PLANNED, 0, lang="ru")
    for n in range(5):
        world.tell(f"copy{n}", (f"{n}: {PLANNED[0]}", PLANNED[1]), 0.1, lang="ru")
    own = "Андрей Белоусов собирается встретиться с маршалом Халифой Хафтаром в российской столице, пишет газета."
    world.tell("volga", ("Хафтар на днях встретится с Белоусовым в Москве", own), 0.2, lang="ru")

    with world.db.snapshot() as tx:
        (story,) = stories.recent(tx, NOON)
    assert [item.copy_of is not None for item in story.items] == [False, *[True] * 5, False]
    assert world.first_lines == ["Alert: New story"]


def test_what_is_taken_back_is_told(world: World) -> None:
    """By name, and once."""
    world.tell("neva", PLANNED, 0, lang="ru")
    with world.db.snapshot() as tx:
        (story,) = stories.recent(tx, NOON)
    world.now = NOON + timedelta(hours=6)
    for _ in range(2):
        world.poll("neva", (), withdrawn=(story.items[0].id,))

    assert world.first_lines[1:] == ["Update: An entry was taken back by Невский вестник."]
    assert "taken back" in _plain(world, 1)
