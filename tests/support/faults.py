"""A monitor in one process, over a real database and real loopback servers, whose clock the test sets.

with monitor(tmp_path, parts, receivers) as world:
    world.promise("there")
    world.app.deliver()
    world.later(HOUR)
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

import yaml
from sqlalchemy import select

from monitor.app import App
from monitor.config import load
from monitor.model import Message, MessageKind
from monitor.parts import build
from monitor.store import feeds, journal, outbox, receivers
from monitor.store.database import Database
from monitor.store.tables_delivery import deliveries
from tests.support.stored import feed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from monitor.config.model import Config
    from monitor.feeds.worker import Worker
    from monitor.parts import Parts
    from monitor.store.journal import JournalLine

NOW = datetime(2026, 3, 2, 7, tzinfo=UTC)

#: the alert that is owed, by channel
PAYLOADS: Mapping[str, Mapping[str, Any]] = {
    "email": {
        "from": "monitor@example.test",
        "from_name": "monitor",
        "subject": "Haftar is in Moscow",
        "text": "Haftar is in Moscow.\nحفتر في موسكو\n",
        "html": "<p>Haftar is in Moscow.</p>\n" * 200,
        "headers": {"Date": "Mon, 02 Mar 2026 07:00:00 +0000", "Auto-Submitted": "auto-generated"},
    },
    "slack": {"text": "Haftar is in Moscow", "blocks": [{"type": "divider"}], "unfurl_links": False},
    "webhook": {"body": '{"type":"alert.opened"}', "type": "alert.opened"},
    "file": {"name": "alert-moscow", "files": {"txt": "Haftar is in Moscow.\n"}},
}


def _leading_to(route: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """`route`, under which every receiver has a route, for a story that no test tells."""
    ways = [{"match": {"story": f"s-for-{name}"}, "receiver": name} for name in names]
    return {**route, "routes": [*route.get("routes", ()), *ways]}


def parts_of(folder: Path, receiving: Sequence[Mapping[str, Any]], **config: Any) -> Parts:
    """Everything that is built from files, over a small watchlist; `receiving` are the receivers as in monitor.yaml."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "monitor.yaml"
    said = {
        "data": str(folder / "data"),
        "receivers": [*receiving, {"name": "other", "file": {"path": str(folder / "other")}}],
        "route": {"receiver": "other"},
        "digests": [],
        "feeds": str(folder / "feeds.yaml"),
        "watchlists": str(watchlists(folder)),
        "polling": {"allow_networks": ["127.0.0.0/8"], "host_gap": "0s"},
        **config,
    }
    said["route"] = _leading_to(said["route"], [r["name"] for r in said["receivers"]])
    (folder / "feeds.yaml").write_text("feeds: []\n", encoding="utf-8")
    path.write_text(yaml.safe_dump(said), encoding="utf-8")
    return build(load.load(path, {}))


def watchlists(folder: Path) -> Path:
    """A watchlist that takes an item in which Wagner is named."""
    found = folder / "watchlists"
    (found / "entities").mkdir(parents=True, exist_ok=True)
    (found / "entities" / "bodies.yaml").write_text(_ENTITIES, encoding="utf-8")
    (found / "wagner.yaml").write_text(_WATCHLIST, encoding="utf-8")
    return found


_ENTITIES = """
entities:
  - {id: wagner-group, name: Wagner Group, kind: body, tags: [wagner], aliases: {en: [Wagner Group]}}
"""
_WATCHLIST = """
watchlist: wagner
title: Wagner
severity: high
falsepositives: [none known]
rules:
  - {id: named, title: The group is named, query: '@wagner-group'}
"""


@dataclass
class World:
    """A monitor and its clock."""

    app: App
    clock: Clock

    def promise(
        self, receiver: str, channel: str, *recipients: str, subject: str = "Haftar is in Moscow"
    ) -> list[str]:
        """Owe one alert to `receiver`, for each of its recipients; the ids."""
        messages = []
        for recipient in recipients or ("",):
            id_ = str(uuid4())
            payload = dict(PAYLOADS[channel])
            if channel == "email":
                payload["to"] = recipient
                payload["headers"] = {**payload["headers"], "Message-ID": f"<{id_}@example.test>"}
            messages.append(
                (id_, Message(kind=MessageKind.ALERT, channel=channel, subject=subject, payload=payload, recipient=recipient))
            )  # fmt: skip
        with self.app.db.transaction() as tx:
            return list(outbox.enqueue(tx, receiver, messages, self.clock()))

    def line(self, delivery_id: str) -> JournalLine:
        """What the journal says of a delivery."""
        with self.app.db.snapshot() as tx:
            return next(found for found in journal.lines(tx, limit=500) if found.id == delivery_id)

    def tried(self, delivery_id: str) -> list[str]:
        """What the journal says of each attempt."""
        with self.app.db.snapshot() as tx:
            return [f"{t.outcome}: {t.detail}" for t in journal.tries(tx, delivery_id)]

    def due(self, delivery_id: str) -> timedelta:
        """How long from now until the delivery may be tried again."""
        with self.app.db.snapshot() as tx:
            at = tx.execute(
                select(deliveries.c.not_before).where(deliveries.c.id == delivery_id)
            ).scalar_one()
        return at - self.clock()

    def state(self, receiver: str) -> receivers.ReceiverState | None:
        """What is known of a receiver."""
        with self.app.db.snapshot() as tx:
            return next((s for s in receivers.states(tx) if s.name == receiver), None)

    def become(self, parts: Parts) -> None:
        """Go on with other files, as after a reload."""
        self.app.parts = parts
        with self.app.db.transaction() as tx:
            receivers.resume(tx)


@dataclass
class Clock:
    """The time of a world."""

    now: datetime = field(default=NOW)

    def __call__(self) -> datetime:
        return self.now

    def later(self, by: timedelta) -> None:
        """Let time pass, or go back."""
        self.now += by


@contextmanager
def monitor(
    folder: Path,
    parts: Parts,
    *,
    now: datetime = NOW,
    worker: Worker | None = None,
    database: str | None = None,
) -> Iterator[World]:
    """A monitor over the database at `database`, or a file in `folder`, with one feed `gazette`."""
    clock = Clock(now)
    db = Database.open(database or f"sqlite:///{folder}/monitor.db")
    try:
        with db.transaction() as tx:
            feeds.add(tx, feed(), now)
        app = App(parts, db, cast("Worker", worker), stopping=lambda: False, clock=clock, jitter=lambda: 0.5)
        app.sync_feeds()
        yield World(app, clock)
    finally:
        db.close()


def with_config(parts: Parts, **config: Any) -> Parts:
    """`parts` under a configuration that differs in the given keys of the model."""
    changed: Config = parts.settings.config.model_copy(update=config)
    return replace(parts, settings=replace(parts.settings, config=changed))
