"""A story told twice, over real SMTP, an API like Slack's and a webhook: the second message is seen to update the first."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

import pytest

from monitor.config import load as settings
from monitor.config.model import DeliveryConfig, ReceiverConfig
from monitor.config.routes import RouteConfig
from monitor.delivery.channels import notifier_for
from monitor.jobs.alert import Alerter, alert_due
from monitor.jobs.deliver import Deliverer, deliver_due
from monitor.jobs.groups import open_groups
from monitor.jobs.notices import Notices
from monitor.jobs.place import gather
from monitor.messages.templates import load
from monitor.model import Decision, Fact, Severity, Side
from monitor.net.client import NetPolicy
from monitor.store import feeds, items
from monitor.store.database import Database
from monitor.stories.judgement import StoryJudge
from tests.support.press import PRESS
from tests.support.slackapi import CHANNEL, TOKEN, SlackApi
from tests.support.slackhook import Hook
from tests.support.smtp import Smtp
from tests.support.stored import HOUR, MINUTE, NOW, assessed, feed, match, poll
from tests.support.tellings import PEOPLE, met

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from monitor.model import Contact

ROUTE = RouteConfig.model_validate(
    {
        "receiver": "mail",
        "group_wait": "1m",
        "group_interval": "10m",
        "routes": [{"receiver": name, "continue": True} for name in ("mail", "bot", "siem")],
    }
)
JUDGE = StoryJudge(PEOPLE, PRESS)
FACTS = (Fact("@khalifa-haftar", 3), Fact("@andrei-belousov", 3), Fact("@moscow", 2))
FEEDS = {
    f.id: f
    for f in (
        feed("gazette", side=Side("russia-state"), reliability="C"),
        feed("courier", side=Side("libya-east"), reliability="D"),
    )
}
READERS = ("a@example.test", "b@example.test")


class World:
    """A database and the three receivers."""

    def __init__(self, db: Database, smtp: Smtp, api: SlackApi, hook: Hook) -> None:
        self.db, self.smtp, self.api, self.hook = db, smtp, api, hook
        relay = {"host": "127.0.0.1", "port": smtp.port, "security": "none"}
        given: list[dict[str, Any]] = [
            {"name": "mail", "email": {"to": READERS, "from": "monitor@example.test", "smtp": relay}},
            {"name": "bot", "slack": {"bot_token": TOKEN, "channel": CHANNEL, "api_url": api.url}},
            {"name": "siem", "webhook": {"url": hook.url}},
        ]
        self.receivers = {r["name"]: ReceiverConfig.model_validate(r) for r in given}
        self.templates = load(settings.bundled("templates"))
        self.net = NetPolicy(
            user_agent="test/1",
            allow_networks=(ip_network("127.0.0.0/8"),),
            allow_ports=(api.port, hook.port),
        )

    def tell(self, key: str, contact: Contact, at: datetime, feed_id: str = "gazette") -> None:
        """A report; then what is due is alerted and delivered."""
        matches = (match(severity=Severity.HIGH),)
        entry = assessed(
            key, matches=matches, feed_id=feed_id, title=f"Report {key} of two men", content=f"{key}.",
            published_at=at, outlet=feed_id.title(), canonical_url=None, url=None,
            outlet_side=FEEDS[feed_id].side,
        )  # fmt: skip
        decision = Decision(lang="en", matches=matches, contacts=(contact,), facts=FACTS)
        entry = replace(entry, decision=decision)
        with self.db.transaction() as tx:
            ids = items.record(tx, poll(entry, at=at))
            open_groups(tx, gather(tx, [entry], ids, at, PRESS.outlets), ROUTE, judge=JUDGE, now=at)
        self.pass_on(at + 11 * MINUTE)

    def pass_on(self, now: datetime) -> None:
        """Alert and deliver what is due."""
        alert_due(
            Alerter(
                db=self.db, templates=self.templates, receivers=self.receivers, titles={}, judge=JUDGE,
                public_url=None, clock=lambda: now, route=ROUTE,
            )
        )  # fmt: skip
        deliver_due(
            Deliverer(
                db=self.db,
                notifiers={name: notifier_for(r, self.net) for name, r in self.receivers.items()},
                clock=lambda: now,
                jitter=lambda: 0.5,
                stopping=lambda: False,
                notices=Notices(templates=self.templates, receivers=self.receivers, root="mail"),
                patience=DeliveryConfig(),
            )
        )


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """With a story that was told and then confirmed by the other side."""
    db = Database.open(f"sqlite:///{tmp_path}/monitor.db")
    with db.transaction() as tx:
        feeds.sync(tx, FEEDS.values(), NOW, jitter=lambda: 0.0)
    with Smtp() as smtp, SlackApi() as api, Hook() as hook:
        made = World(db, smtp, api, hook)
        made.tell("one", met("planned"), NOW)
        made.tell("two", met(), NOW + HOUR, "courier")
        yield made
    db.close()


def test_the_second_mail_answers_the_readers_own_first(world: World) -> None:
    """Each reader's thread is made of what that reader got."""
    mails = [mail.parsed for mail in world.smtp.mails]
    for reader in READERS:
        first, second = (m for m in mails if m["To"] == reader)
        assert second["In-Reply-To"] == first["Message-ID"]
        assert second["References"].split()[-1] == first["Message-ID"]
        assert second["References"].split()[0] == first["References"]
        assert second["Subject"] == f"Re: {first['Subject']}"
        assert second.get_body(("plain",)).get_content().startswith("Update: Took place")


def test_the_bot_answers_in_the_thread(world: World) -> None:
    """Under the first message, and shown in the channel."""
    first, second = world.api.messages
    assert "thread_ts" not in first
    assert (second["thread_ts"], second["reply_broadcast"]) == (first["ts"], True)


def test_slack_and_webhook_say_what_they_update(world: World) -> None:
    """Where nothing threads, words do: the subject and the time of the first, and its id for machines."""
    first, second = (json.loads(r.body) for r in world.hook.requests)
    assert first["data"]["updates"] == {}
    updates = second["data"]["updates"]
    assert updates["id"] == world.hook.requests[0].headers["webhook-id"]
    assert updates["subject"] == first["data"]["subject"]
    assert updates["at"] == (NOW + 11 * MINUTE).isoformat()
    said = json.dumps(world.api.messages[1], ensure_ascii=False)
    assert f"Update to {world.api.messages[0]['text']}"[:30] in said
    assert "Update to" not in json.dumps(world.api.messages[0])


def test_an_update_outlives_a_first_message_that_was_never_taken(world: World) -> None:
    """The next change of a story is told even where nobody knows the thread."""
    with world.db.transaction() as tx:
        tx.exec_driver_sql("UPDATE deliveries SET remote = NULL")
    world.tell("three", met("denied"), NOW + timedelta(hours=3), "courier")
    assert len(world.api.messages) == 3
    assert "thread_ts" not in world.api.messages[2]
