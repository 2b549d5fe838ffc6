"""A dense stream of one topic: does every event get an alert of its own, and is every story one event?

Scored as `monitor match --stories` says it, and through what the daemon writes: one item a poll, in order of publication,
with the merges that it makes.
"""

from __future__ import annotations

import json
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from monitor.config.load import bundled
from monitor.config.routes import RouteConfig
from monitor.contacts.parties import persons
from monitor.feeds import clean
from monitor.jobs import poll as polling
from monitor.jobs.assess import coverage
from monitor.matching import items
from monitor.model import Assessed, Feed, FeedState, Novelty, PollRecord
from monitor.store import feeds, stories
from monitor.store.database import Database
from monitor.store.tables_delivery import alert_members
from monitor.stories.cluster import Window
from monitor.stories.judgement import StoryJudge, timeline
from monitor.watchlists.compile import load
from tests.eval.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from monitor.model import Decision, Item, Story

    Labels = Sequence[Mapping[str, Any]]
    Decide = Callable[[Item], Decision]


@dataclass(slots=True)
class Dense:
    """What came of a dense stream."""

    pairs: Tally = field(default_factory=Tally)
    events: set[str] = field(default_factory=set)
    #: events of which an item opened a story
    alerted: set[str] = field(default_factory=set)
    #: stories that hold several events, and events without an alert, a line each
    impure: list[str] = field(default_factory=list)
    #: what a reader who knew a story was told later; only through the daemon
    lines: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        """Of all events, the share that got an alert of their own."""
        return len(self.alerted) / len(self.events) if self.events else 1.0

    @property
    def swallowed(self) -> list[str]:
        """Events without an alert of their own."""
        return [f"swallowed: {event}" for event in sorted(self.events - self.alerted)]


def measures(found: Dense) -> dict[str, float]:
    """The numbers that floors are set for."""
    return {"alerted": found.share, "precision": found.pairs.precision, "recall": found.pairs.recall}


def table(name: str, found: Dense) -> str:
    """The measures in two lines."""
    pairs = found.pairs
    return (
        f"{name}: {len(found.alerted)} of {len(found.events)} events alerted ({found.share:.3f})\n"
        f"pairs of items: P {pairs.precision:.3f}, R {pairs.recall:.3f}   "
        f"right {pairs.right}, wrong {pairs.wrong}, missed {pairs.missed}"
    )


def read_items(labels: Labels) -> Iterator[tuple[Mapping[str, Any], Item]]:
    """The items in order of publication, with their labels. Raises ValueError for a bad one."""
    for number, label in enumerate(sorted(labels, key=lambda label: str(label["published"])), 1):
        line = items.read_item(json.dumps(label), number, clean=clean.to_text)
        if isinstance(line, items.LineError):
            raise ValueError(f"{label.get('id')}: {line.error}")
        yield label, line.item


def as_said(labels: Labels, decide: Decide) -> Dense:
    """Each item with the story that `match --stories` says at once."""
    window, told, known = Window(), [], set[str]()
    found = Dense()
    for label, item in read_items(labels):
        decision = decide(item)
        story = window.assign(item, decision, datetime.now(UTC))
        if story not in known and decision.matches:
            found.alerted.add(label["story"])
        known.add(story)
        if decision.matches:
            told.append((label, story))
    return _counted(found, told)


def through_daemon(labels: Labels, decide: Decide) -> Dense:
    """Each item with the story in which it is when all were polled."""
    found, told = Dense(), []
    lists = load(bundled("watchlists"))
    judge = StoryJudge(persons(lists.entities.values()), lists.press)
    with tempfile.TemporaryDirectory() as folder:
        database = Database.open(f"sqlite:///{folder}/monitor.db")
        for label, item in read_items(labels):
            decision = decide(item)
            with database.transaction() as tx:
                before = _waiting(tx)
                _poll(tx, label, item, decision, judge)
                if _waiting(tx) - before:
                    found.alerted.add(label["story"])
        with database.snapshot() as tx:
            for story in stories.recent(tx, datetime.min.replace(tzinfo=UTC), limit=len(labels)):
                told += [(_label(labels, i.item.key), story.id) for i in story.items]
                found.lines += _lines(story, judge)
        database.close()
    return _counted(found, told)


WAYS = {"as match says it": as_said, "through the daemon": through_daemon}


def _poll(
    tx: Connection, label: Mapping[str, Any], item: Item, decision: Decision, judge: StoryJudge
) -> None:
    at = item.published_at or datetime.now(UTC)
    name = f"feed-{label['outlet']}"
    feed = Feed(id=name, url=f"https://{abs(hash(name))}.example/rss", title=label["outlet"])
    feeds.sync(tx, [feed], at, jitter=lambda: 0.0)
    state, detail = coverage(decision)
    own = replace(item, key=label["id"], feed_id=name, content_hash=label["id"])
    made = Assessed(
        item=own,
        novelty=Novelty.NEW,
        decision=decision,
        coverage=state,
        coverage_detail=detail,
        revises=None,
        raw=b"",
    )
    record = PollRecord(
        state=FeedState(feed=feed, next_poll_at=at + timedelta(hours=1), last_polled_at=at, last_success_at=at),
        at=at, assessed=(made,),
    )  # fmt: skip
    polling.write(tx, record, RouteConfig(receiver="desk"), judge)


def _waiting(tx: Connection) -> set[str]:
    """Stories of which somebody is or will be told."""
    return set(tx.execute(select(alert_members.c.story_id)).scalars())


def _label(labels: Labels, key: str) -> Mapping[str, Any]:
    return next(label for label in labels if label["id"] == key)


def _lines(story: Story, judge: StoryJudge) -> Iterator[str]:
    for step in timeline(story, judge):
        yield from (f"told again: {change.reason} | {step.item.item.title}" for change in step.changes)


def _counted(found: Dense, told: Iterable[tuple[Mapping[str, Any], str]]) -> Dense:
    by_story: defaultdict[str, dict[str, str]] = defaultdict(dict)
    told = list(told)
    for label, story in told:
        found.events.add(label["story"])
        by_story[story].setdefault(label["story"], label["title"])
    for (one, story), (other, another) in combinations(told, 2):
        found.pairs.count(told=story == another, true=one["story"] == other["story"])
    found.impure = [
        "one story: " + " | ".join(titles.values()) for titles in by_story.values() if len(titles) > 1
    ]
    return found
