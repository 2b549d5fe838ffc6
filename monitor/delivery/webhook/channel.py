"""Pure. A signed webhook as a channel: one JSON body."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from standardwebhooks import Webhook

from monitor.delivery.channel import Answer, Channel, bad_url, http_outcome, whole
from monitor.delivery.http import Post, post, secrets_of
from monitor.model import Outcome, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.delivery.channel import Outgoing, Rendering
    from monitor.delivery.webhook import WebhookConfig
    from monitor.model import Delivery
    from monitor.net.client import NetPolicy


#: whole stories and single lines of a digest: below 2 MB
_DIGEST = (300, 300)


def compose(rendering: Rendering, config: WebhookConfig) -> tuple[Outgoing, ...]:
    """One body, as it will be signed."""
    return (rendering.outgoing(rendering.id(), body(rendering)),)


def body(rendering: Rendering) -> dict[str, str]:
    """The JSON text and the type that it says."""
    data = rendering.data("webhook", rendering.shortened(*_DIGEST))
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return {"body": text, "type": str(data["type"])}


def _mistakes(config: WebhookConfig) -> Iterator[str]:
    yield from _bad_keys(config)
    yield from bad_url("webhook.url", config.url.get_secret_value() if config.url else "")


def _bad_keys(config: WebhookConfig) -> Iterator[str]:
    for key in secrets(config):
        try:
            key_bytes(key)
        except ValueError as error:
            yield f"webhook.secret: {error}, expected whsec_ and base64"


def _remarks(config: WebhookConfig) -> Iterator[str]:
    keys = secrets(config)
    if not keys:
        yield "webhook.secret: none given, bodies are sent unsigned"
    elif not any(_bad_keys(config)) and any(len(key_bytes(k)) not in KEY_BYTES for k in keys):
        yield "webhook.secret: Standard Webhooks asks for keys of 24 to 64 bytes"


# A generic webhook, signed by Standard Webhooks 1.0.0 (https://www.standardwebhooks.com).

PREFIX = "whsec_"
#: the specification's bounds for a key, in bytes
KEY_BYTES = range(24, 65)


@dataclass(frozen=True, slots=True)
class WebhookNotifier:
    """POSTs the stored JSON text. Same `webhook-id` on every attempt, a fresh timestamp and signature."""

    config: WebhookConfig
    policy: NetPolicy

    def send(self, delivery: Delivery, now: datetime) -> Outcome:
        """One attempt; `now` is the signed timestamp."""
        url = self.config.url.get_secret_value() if self.config.url else ""
        body = whole(delivery.message.payload["body"])
        keys = secrets(self.config)
        try:
            headers = signed(delivery.id, now, body, keys)
        except ValueError:
            return Rejected(reason="the webhook secret is not whsec_ and base64", suspend=True)
        request = Post(url=url, body=body.encode("utf-8"), headers=headers, secrets=(*secrets_of(url), *keys))
        answer = post(request, self.policy, self.config.timeout)
        return http_outcome(answer, now, request.secrets) if isinstance(answer, Answer) else answer


def signed(delivery_id: str, now: datetime, body: str, keys: tuple[str, ...]) -> dict[str, str]:
    """The headers for `body`: one signature for each key, separated by spaces; none without a key.

    Raises ValueError: a key that is not base64.
    """
    now = now.astimezone(UTC)
    headers = {
        "Content-Type": "application/json",
        "webhook-id": delivery_id,
        "webhook-timestamp": str(int(now.timestamp())),
    }
    if keys:
        headers["webhook-signature"] = " ".join(
            Webhook(key_bytes(k)).sign(delivery_id, now, body) for k in keys
        )
    return headers


def secrets(config: WebhookConfig) -> tuple[str, ...]:
    """The configured keys, newest first as written: two while rotating."""
    return tuple(config.secret.get_secret_value().split()) if config.secret else ()


def key_bytes(key: str) -> bytes:
    """The key's bytes. Raises ValueError:
    not base64 (the library would skip what it cannot read), or empty.
    """
    text = key.removeprefix(PREFIX)
    try:
        found = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if not found:
        raise ValueError("empty")
    return found


CHANNEL = Channel(compose=compose, notifier=WebhookNotifier, mistakes=_mistakes, remarks=_remarks)
