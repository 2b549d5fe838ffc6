"""Look before anyone gets it: previews, test messages, and the shortcuts of a single pass."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from monitor import file_modes
from monitor.alerts import stages
from monitor.alerts.grouping import place
from monitor.alerts.routing import alerts as is_loud
from monitor.alerts.routing import labels_of, routes_for
from monitor.config.model import receiver as made_receiver
from monitor.delivery.file import FileConfig
from monitor.demo import stories as samplestories
from monitor.jobs import digest
from monitor.jobs.groups import batch_of, circumstances
from monitor.messages.alert import alert_context
from monitor.messages.digest import shorten
from monitor.messages.render import render
from monitor.model import Delivered, Delivery
from monitor.model.matchers import hold, names_event
from monitor.store import alerts, events, feeds, journal, stories
from monitor.store.alerts import AlertGroup, Member

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection

    from monitor.alerts.routing import Routed
    from monitor.config.load import Settings
    from monitor.config.model import DigestConfig, ReceiverConfig
    from monitor.config.routes import InhibitConfig, TimeIntervalConfig
    from monitor.delivery.channel import Notifier, Outgoing
    from monitor.jobs.digest import Contacts, Digester
    from monitor.messages.templates import Templates
    from monitor.model import Feed, Story
    from monitor.model.matchers import Matcher
    from monitor.store.database import Database
    from monitor.stories.judgement import StoryJudge


#: bytes of a digest that is looked at, and how many whole stories and single lines are tried in turn
MAX_PAGE = 48_000
PAGES = ((9, 40), (7, 30), (5, 20), (2, 10), (0, 5))


def make_due(db: Database, now: datetime, wanted: Sequence[Feed]) -> None:
    """Make `wanted` feeds due at once."""
    if wanted:
        with db.transaction() as tx:
            feeds.poll_now(tx, now, [feed.id for feed in wanted if feed.enabled])


def hurry_groups(db: Database, now: datetime) -> None:
    """End the wait of every open group: a single pass has nobody to wait for."""
    with db.transaction() as tx:
        alerts.hurry(tx, now)


def owed(db: Database) -> int:
    """How many deliveries are still to be made."""
    with db.snapshot() as tx:
        return sum(journal.owed(tx).values())


def write(digester: Digester, db: Database, what: str, name: str | None, folder: Path) -> list[Path]:
    """What would be sent, as files in `folder`; nothing is recorded.

    Empty when nothing matched yet (alert).
    """
    outgoing = _digest(digester, db, name) if what == "digest" else _alert(digester, db)
    return [path for n, out in enumerate(outgoing) for path in _files(out, folder, f"{what}-{n + 1}")]


def next_digest(digester: Digester, db: Database, name: str, contacts: Contacts) -> str:
    """A receiver's next digest as it would be now, as a page of at most `MAX_PAGE` bytes, or the shortest
    that there is; empty: no digest goes to it.

    `contacts` finds what its stories report of contacts. Nothing is recorded.
    """
    series = _series(digester, name)
    if series is None:
        return ""
    receiver = digester.receivers[name]
    with db.snapshot() as tx:
        window = digest.window_until_now(digester, tx, series, name)
        told = digest.tell(tx, digester, series, receiver, window, contacts)
    page = ""
    for full, lines in PAGES:
        page = digester.templates.html("email/digest.html", shorten(told.context, full=full, lines=lines))
        if len(page.encode("utf-8", "replace")) <= MAX_PAGE:
            break
    return page


def _series(digester: Digester, name: str | None) -> DigestConfig | None:
    """The first series of a receiver, which is told whatever there is."""
    found = next((s for s in digester.series if name is None or name in s.receivers), None)
    return found.model_copy(update={"empty": "send"}) if found is not None else None


def _digest(digester: Digester, db: Database, name: str | None) -> tuple[Outgoing, ...]:
    series = _series(digester, name)
    if series is None:
        return ()
    receiver = digester.receivers[name or series.receivers[0]]
    with db.snapshot() as tx:
        window = digest.window_until_now(digester, tx, series, receiver.name)
        return digest.make(tx, digester, series, _shown(receiver), window).messages


def _alert(digester: Digester, db: Database) -> tuple[Outgoing, ...]:
    with db.snapshot() as tx:
        loud = [s for s in stories.recent(tx, digest.EPOCH) if s.severity.rank >= 2]
    if not loud:
        return ()
    now = digester.clock()
    receiver = next(iter(digester.receivers.values()))
    context = alert_context(
        digester.judge.judge(loud[0], receiver.language),
        reason="new",
        now=now,
        sides=digester.judge.press.sides,
        public_url=digester.public_url,
        titles={**digester.titles, **digester.judge.called_in(receiver.language)},
        language=receiver.language,
    )
    return render(digester.templates, context, _shown(receiver), batch=str(uuid4()), at=now)


def _shown(receiver: ReceiverConfig) -> ReceiverConfig:
    """`receiver` as a folder, which has every form of the message, under its own name for the ledger."""
    shown = made_receiver(receiver.name, "file", FileConfig(path="."))
    return shown.model_copy(update={"timezone": receiver.timezone, "own_language": receiver.own_language})


def _files(out: Outgoing, folder: Path, stem: str) -> list[Path]:
    file_modes.make_folder(folder)
    written = []
    for suffix, text in out.message.payload["files"].items():
        path = folder / f"{stem}.{suffix}"
        content = text if isinstance(text, str) else json.dumps(text, ensure_ascii=False, indent=2)
        file_modes.write(path, content.encode("utf-8"))
        written.append(path)
    return written


def send_test(templates: Templates, receiver: ReceiverConfig, notifier: Notifier, now: datetime) -> list[str]:
    """Send the sample alert, marked as a test, to `receiver`; what went wrong, in plain words."""
    sides = samplestories.judge().press.sides
    judged = samplestories.judged(receiver.language)[0]
    context = alert_context(judged, reason="test", now=now, sides=sides, language=receiver.language)
    failures = []
    for out in render(templates, context, receiver, batch=str(uuid4()), at=now):
        delivery = Delivery(
            id=out.id, receiver=receiver.name, message=out.message, attempts=0, created_at=now
        )
        outcome = notifier.send(delivery, now)
        if not isinstance(outcome, Delivered):
            failures.append(f"{out.message.recipient} {outcome.reason}".strip())
    return failures


# What matchers fit at this moment: what a silence of them would hold back.

#: a story that says nothing new for so long is over
RECENT = timedelta(days=7)
MOST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A story or an event that the matchers fit."""

    id: str
    severity: str
    title: str
    #: an alert about it waits to be sent
    waits: bool

    def as_json(self) -> dict[str, Any]:
        """One object."""
        return {"id": self.id, "severity": self.severity, "title": self.title, "waits": self.waits}


def held_back(tx: Connection, matchers: Sequence[Matcher], now: datetime) -> tuple[Held, ...]:
    """The stories with news of the last week that alert and fit, those that wait first;
    for `event` the open events.
    """
    if names_event(matchers):
        found = [e for e in events.unclosed(tx) if hold(matchers, e.labels)]
        return tuple(
            Held(id=f"event {e.id}", severity=e.severity.value, title=str(e), waits=e.told_at is None)
            for e in found
        )
    waiting = {member.story_id for member, told_at in alerts.firing(tx, now) if told_at is None}
    loud = [s for s in stories.recent(tx, now - RECENT, limit=MOST) if is_loud(s)]
    fitting = [s for s in loud if hold(matchers, labels_of(s))]
    return tuple(sorted((_held(s, s.id in waiting) for s in fitting), key=lambda held: not held.waits))


def _held(story: Story, waits: bool) -> Held:
    loudest = max(story.items, key=lambda i: max((m.severity.rank for m in i.matches), default=0))
    return Held(id=story.id, severity=story.severity.value, title=loudest.item.title, waits=waits)


# Where a story would go at this moment.


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A receiver that the routes name for a story, and what would become of an alert to it."""

    routed: Routed
    #: all of the stage's reason why nothing is sent now; empty: it is
    held: str
    #: what would be said: `new`, `changed`, `louder`
    reason: str
    #: nothing goes before then: the route is muted, or the receiver had enough
    until: datetime | None
    #: when it was told last
    told_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Rules:
    inhibit: Sequence[InhibitConfig]
    time_intervals: Mapping[str, TimeIntervalConfig]


def destinations(
    tx: Connection, story: Story, found: Settings, judge: StoryJudge, now: datetime
) -> tuple[Destination, ...]:
    """What each receiver of the story's routes would get if its wait were over now; nothing is written."""
    rules = _Rules(found.config.inhibit, {i.name: i for i in found.config.time_intervals})
    return tuple(
        _destination(tx, story, routed, found, rules, judge, now) for routed in routes_for(found.route, story)
    )


def _destination(
    tx: Connection,
    story: Story,
    routed: Routed,
    found: Settings,
    rules: _Rules,
    judge: StoryJudge,
    now: datetime,
) -> Destination:
    receiver = found.receiver(routed.receiver)
    assert receiver is not None
    group = AlertGroup(
        id=0, receiver=receiver.name, story_id=story.id, opened_at=now, due_at=now, state="open",
        route=routed.path, key=place(routed, labels_of(story)).key, members=(Member(story_id=story.id),),
    )  # fmt: skip
    batch = stages.passed(batch_of(tx, group, judge), circumstances(tx, group, receiver, routed, rules, now))
    (waiting,) = batch.stories
    return Destination(
        routed=routed,
        held=waiting.held,
        reason=waiting.reason,
        until=batch.until,
        told_at=waiting.last_sent_at,
    )
