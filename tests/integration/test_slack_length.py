"""A digest of four hundred stories to servers that keep Slack's limits, and to one that refuses every layout."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from monitor.config.model import ReceiverConfig
from monitor.delivery.slack.blocks import plain_of
from monitor.demo import messages
from monitor.jobs.deliver import deliver_due
from monitor.messages.render import render
from monitor.messages.templates import load
from monitor.store import journal, outbox
from tests.golden.alerts import cases
from tests.support.postoffice import office
from tests.support.slackapi import CHANNEL, TOKEN, SlackApi
from tests.support.slackhook import Hook

if TYPE_CHECKING:
    from pathlib import Path

    from monitor.store.journal import JournalLine

STORIES = 400
COUNT = re.compile(r"delivered in part: (?:(\d+) stor(?:y|ies)|everything but the titles) left out")


def delivered(folder: Path, receiver: dict[str, Any], *ports: int) -> list[JournalLine]:
    """Deliver the digest to `receiver`; its lines of the journal, the first part first."""
    config = ReceiverConfig.model_validate(receiver)
    context = cases.digest(cases.many(STORIES))
    made = render(load(cases.TEMPLATES), context, config, batch=str(uuid4()), at=messages.NOW)
    with office(folder, [receiver], ports, serve=False) as desk:
        with desk.db.transaction() as tx:
            now = datetime.now(UTC)
            outbox.enqueue(tx, receiver["name"], [(o.id, o.message) for o in made], now, cause="digest:daily")
        deliver_due(desk.deliverer)
        with desk.db.snapshot() as tx:
            lines = journal.lines(tx, limit=500)
            assert sum(journal.counts(tx).values()) == len(made)
        return list(reversed(lines))


def named(text: str) -> list[int]:
    return [int(n) for n in re.findall(r"\((\d+)\)", text)]


def said(message: dict[str, Any]) -> str:
    return "\n".join(map(plain_of, message.get("blocks", []))) or str(message["text"])


def test_a_webhook_gets_numbered_parts(tmp_path: Path) -> None:
    """Each a delivery of its own, in order; together they name every story once."""
    with Hook() as hook:
        lines = delivered(tmp_path, {"name": "desk", "slack": {"webhook_url": hook.url}}, hook.port)
        got = [request.json() for request in hook.requests]
    assert {line.end for line in lines} == {"delivered"}
    assert len(lines) == len(got) > 5
    assert [m["text"].rpartition(" ")[2] for m in got] == [
        f"({n}/{len(got)})" for n in range(1, len(got) + 1)
    ]
    assert sorted(n for m in got for n in named(said(m))) == list(range(1, STORIES + 1))


def test_a_bot_puts_the_parts_under_the_first(tmp_path: Path) -> None:
    """The channel sees one message; who opens the thread reads on."""
    with SlackApi() as api:
        bot = {"bot_token": TOKEN, "channel": CHANNEL, "api_url": api.url}
        lines = delivered(tmp_path, {"name": "desk", "slack": bot}, api.port)
        first, *rest = api.messages
    assert {line.end for line in lines} == {"delivered"}
    assert len(rest) == len(lines) - 1 > 5
    assert "thread_ts" not in first
    assert {(m["thread_ts"], m["reply_broadcast"]) for m in rest} == {(first["ts"], False)}
    assert sorted(n for m in api.messages for n in named(said(m))) == list(range(1, STORIES + 1))


@pytest.mark.parametrize("bot", [False, True], ids=["webhook", "bot"])
def test_a_refused_layout_is_delivered_in_part_and_says_so(tmp_path: Path, *, bot: bool) -> None:
    """In the message and in the journal; named and left out make the whole."""
    with SlackApi() if bot else Hook() as server:
        server.refuses = lambda _message: "invalid_blocks"
        slack = (
            {"bot_token": TOKEN, "channel": CHANNEL, "api_url": server.url}
            if bot
            else {"webhook_url": server.url}
        )
        lines = delivered(tmp_path, {"name": "desk", "slack": slack}, server.port)
        got = [r.json() for r in server.requests if not r.path.endswith((".history", ".replies"))]
    taken = [m for m in got if "blocks" not in m]
    assert len(taken) == len(lines) == len(got) / 2, "each part once with its layout and once without"
    assert all(len(m["text"]) <= 4000 for m in taken)
    assert all("Slack refused the layout" in m["text"].splitlines()[-1] for m in taken)
    assert all(m["text"].endswith("<https://monitor.example.org|Open in the monitor>") for m in taken)
    ends = [COUNT.fullmatch(line.end) for line in lines]
    assert all(ends), [line.end for line in lines]
    left = sum(int(end[1] or 0) for end in ends if end)
    shown = [n for m in taken for n in named(m["text"].partition("\n")[2])]
    assert len(shown) == len(set(shown)) == STORIES - left
    assert 0 < left < STORIES
