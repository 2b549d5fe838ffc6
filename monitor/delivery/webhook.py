"""A generic webhook, signed by Standard Webhooks 1.0.0 (https://www.standardwebhooks.com)."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from standardwebhooks import Webhook

from monitor.delivery.http import Post, post, secrets_of
from monitor.delivery.mime import whole
from monitor.delivery.outcomes import Answer, http_outcome
from monitor.model import Outcome, Rejected

if TYPE_CHECKING:
    from monitor.config.model import WebhookConfig
    from monitor.model import Delivery
    from monitor.net.client import NetPolicy

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
    """The key's bytes. Raises ValueError: not base64 (the library would skip what it cannot read), or empty."""
    text = key.removeprefix(PREFIX)
    try:
        found = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if not found:
        raise ValueError("empty")
    return found
