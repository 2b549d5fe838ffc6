"""A Slack incoming webhook: success is HTTP 200 with the body `ok`;
everything else is read body first, then status.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monitor.delivery.channel import Answer, http_outcome, retry_after, said
from monitor.delivery.http import Post, post, secrets_of
from monitor.model import Delivered, Outcome, Rejected, TryLater

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from monitor.delivery.slack import SlackConfig
    from monitor.model import Delivery
    from monitor.net.client import NetPolicy

#: our payload was refused: never the same again, one resend as text
PAYLOAD = frozenset(
    [
        "invalid_payload",
        "invalid_blocks",
        "invalid_blocks_format",
        "no_text",
        "msg_too_long",
        "too_many_attachments",
        "invalid_attachments",
    ]
)
#: the hook or channel is gone or closed to us until a person acts
BROKEN = frozenset(
    [
        "user_not_found",
        "channel_not_found",
        "channel_is_archived",
        "is_archived",
        "action_prohibited",
        "posting_to_general_channel_denied",
        "invalid_token",
        "token_revoked",
        "account_inactive",
        "no_service",
        "no_service_id",
        "no_active_hooks",
        "no_team",
        "team_disabled",
    ]
)
CROWDED = frozenset({"rate_limited", "ratelimited", "message_limit_exceeded"})
PASSING = frozenset(
    {"rollup_error", "internal_error", "fatal_error", "service_unavailable", "request_timeout"}
)


@dataclass(frozen=True, slots=True)
class SlackNotifier:
    """POSTs the payload as JSON."""

    config: SlackConfig
    policy: NetPolicy

    def send(self, delivery: Delivery, now: datetime) -> Outcome:
        """One attempt."""
        url = self.config.webhook_url.get_secret_value() if self.config.webhook_url else ""
        request = Post(
            url=url,
            body=encoded(delivery.message.payload),
            headers={"Content-Type": "application/json; charset=utf-8"},
            secrets=secrets_of(url),
        )
        answer = post(request, self.policy, self.config.timeout)
        return slack_outcome(answer, now, request.secrets) if isinstance(answer, Answer) else answer


def encoded(payload: Mapping[str, Any]) -> bytes:
    """The JSON bytes, the same on every attempt; a lone surrogate stays a JSON escape.

    The plain form is not sent.
    """
    sent = {key: value for key, value in payload.items() if key != "plain"}
    return json.dumps(sent, separators=(",", ":")).encode("ascii")


def slack_outcome(answer: Answer, now: datetime, secrets: Iterable[str] = ()) -> Outcome:
    """What Slack's `answer` means (docs.slack.dev,
    "Sending messages using incoming webhooks", error handling).
    """
    if answer.status == 200 and answer.body == "ok":
        return Delivered(detail="ok")
    if answer.status == 200 and not answer.complete:
        return TryLater(reason="HTTP 200, but the answer broke off", ambiguous=True)
    return _named_error(answer, now, secrets) or _by_status(answer, now, secrets)


def _named_error(answer: Answer, now: datetime, secrets: Iterable[str]) -> Outcome | None:
    """What Slack's own word for an error means; None where the answer begins with no such word."""
    found = re.match(r"\s*([a-z_]{4,40})\b", answer.body)
    word = found[1] if found else ""
    reason = _reason(answer, secrets)
    if word in PAYLOAD:
        return Rejected(reason=reason, degrade=True)
    if word in BROKEN:
        return Rejected(reason=reason, suspend=True)
    if word in CROWDED or answer.status == 429:
        return TryLater(reason=reason, after=retry_after(answer.headers, now), pause_receiver=True)
    if word in PASSING:
        return TryLater(reason=reason, after=retry_after(answer.headers, now))
    return None


def _by_status(answer: Answer, now: datetime, secrets: Iterable[str]) -> Outcome:
    reason = _reason(answer, secrets)
    if 200 <= answer.status < 300:
        return TryLater(reason=f"not Slack's answer ({reason})", pause_receiver=True)
    if answer.status == 400:
        return Rejected(reason=reason, degrade=True)
    if answer.status in (401, 403, 404):
        return Rejected(reason=reason, suspend=True)
    return http_outcome(answer, now, secrets)


def _reason(answer: Answer, secrets: Iterable[str]) -> str:
    return f"HTTP {answer.status}: {said(answer.body, secrets)}".removesuffix(": ")


def degraded(payload: Mapping[str, Any]) -> dict[str, Any]:
    """`payload` as text alone, for the one resend after Slack refused the blocks;
    `left_out` says what that costs.
    """
    plain = payload.get("plain") or {}
    text = plain.get("text") or str(payload.get("text") or "") or "(no text)"
    return {"text": text, "unfurl_links": False, "unfurl_media": False}


def left_out(payload: Mapping[str, Any]) -> str:
    """What the plain form of `payload` does not say; empty: it says everything."""
    plain = payload.get("plain") or {}
    # what an older monitor put into the outbox has its notification text and nothing else
    return str(plain.get("left_out", "everything but the notification"))
