"""What the composer renders is what the receivers take: every sample, every kind, over real loopback servers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

import pytest

from monitor.config.load import bundled
from monitor.config.model import ReceiverConfig
from monitor.delivery.channels import degraded, notifier_for
from monitor.demo import messages
from monitor.messages import render
from monitor.messages.templates import load
from monitor.model import Delivered, Delivery
from monitor.net.client import NetPolicy
from tests.support.slackhook import Hook
from tests.support.smtp import Smtp

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
BATCH = "0e7a3b56-5a0f-4d5a-9a39-0c8d6d8f0001"


@pytest.fixture(scope="module")
def contexts() -> list[Any]:
    """Every invented alert, digest and notice."""
    return [context for group in messages.contexts().values() for context in group]


def deliveries(contexts: list[Any], receiver: ReceiverConfig) -> Iterator[Delivery]:
    """Each rendered message as the outbox would hand it over: its payload has been through JSON."""
    templates = load(bundled("templates"))
    for n, context in enumerate(contexts):
        for outgoing in render.render(templates, context, receiver, batch=f"{BATCH}-{n}", at=NOW):
            payload = json.loads(json.dumps(outgoing.message.payload))
            message = outgoing.message
            stored = type(message)(
                kind=message.kind,
                channel=message.channel,
                subject=message.subject,
                payload=payload,
                recipient=message.recipient,
            )
            yield Delivery(id=outgoing.id, receiver=receiver.name, message=stored, attempts=0, created_at=NOW)


def policy(port: int = 0) -> NetPolicy:
    """Loopback only."""
    return NetPolicy(user_agent="test", allow_networks=(ip_network("127.0.0.0/8"),), allow_ports=(port,))


def test_every_rendered_mail_arrives_as_it_was_composed(contexts: list[Any]) -> None:
    """Subject, both parts and every header, one mail for each address."""
    with Smtp() as server:
        receiver = ReceiverConfig.model_validate(
            {
                "name": "analysts",
                "email": {
                    "to": ["a@example.test", "b@example.test"],
                    "from": "monitor@example.test",
                    "sender_name": "Монитор",
                    "list_id": "daily.example.test",
                    "unsubscribe": {
                        "mailto": "leave@example.test",
                        "url": f"https://example.test/{'t' * 100}",
                    },
                    "smtp": {"host": "127.0.0.1", "port": server.port, "security": "none"},
                },
            }
        )
        sent = list(deliveries(contexts, receiver))
        for delivery in sent:
            assert isinstance(notifier_for(receiver, policy()).send(delivery, NOW), Delivered)
    assert len(server.mails) == len(sent) == 2 * len(contexts)
    for delivery, mail in zip(sent, server.mails, strict=True):
        payload, parsed = delivery.message.payload, mail.parsed
        assert mail.recipients == (payload["to"],)
        assert parsed["Subject"] == payload["subject"]
        wire = dict(parsed.raw_items())
        assert {name: wire[name] for name in payload["headers"]} == payload["headers"]
        text, html = (part.get_content().replace("\r\n", "\n") for part in parsed.iter_parts())
        assert text == payload["text"]
        assert html.rstrip("\n") == payload["html"].replace("\r\n", "\n").rstrip("\n")


@pytest.mark.parametrize("kind", ["slack", "webhook"])
def test_every_rendered_post_arrives_as_it_was_composed(kind: str, contexts: list[Any]) -> None:
    """The very JSON; Slack's plainest form is there for each page too, and says something."""
    with Hook() as hook:
        key = "webhook_url" if kind == "slack" else "url"
        receiver = ReceiverConfig.model_validate({"name": "there", kind: {key: hook.url}})
        sent = list(deliveries(contexts, receiver))
        for delivery in sent:
            assert isinstance(notifier_for(receiver, policy(hook.port)).send(delivery, NOW), Delivered)
    assert len(hook.requests) == len(sent) >= len(contexts)
    for delivery, request in zip(sent, hook.requests, strict=True):
        payload = delivery.message.payload
        # Slack's plainest form travels beside the message, and is sent only where that is refused
        posted = {name: value for name, value in payload.items() if name != "plain"}
        assert request.json() == (posted if kind == "slack" else json.loads(payload["body"]))
        plainer = degraded(delivery.message)
        assert (plainer is not None) == (kind == "slack")
        if plainer is not None:
            assert len(plainer.payload["text"]) > 20


def test_every_rendered_message_becomes_its_own_files(contexts: list[Any], tmp_path: Path) -> None:
    """Four for each message; none overwrites another's."""
    receiver = ReceiverConfig.model_validate({"name": "folder", "file": {"path": str(tmp_path / "out")}})
    sent = list(deliveries(contexts, receiver))
    for delivery in sent:
        assert isinstance(notifier_for(receiver, policy()).send(delivery, NOW), Delivered)
    written = sorted(path.suffix for path in (tmp_path / "out").iterdir())
    assert written == sorted([".eml", ".html", ".json", ".txt"] * len(sent))
