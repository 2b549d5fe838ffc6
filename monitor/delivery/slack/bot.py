"""A Slack bot: `chat.postMessage`, updates in the thread of the first message, and no repeat where Slack can
tell.

Each message carries its delivery's id as metadata. Where an earlier attempt may have been taken (a timeout, a
crash), the channel is searched for that id before anything is sent again. Scopes: chat:write; for the search
channels:history (groups:history in a private channel). Sources: docs.slack.dev, methods chat.postMessage,
conversations.history and conversations.replies, "Message metadata".
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from monitor.delivery.channel import Answer, http_outcome, retry_after, said
from monitor.delivery.http import Post, post
from monitor.delivery.slack.hook import BROKEN, CROWDED, PASSING, PAYLOAD, encoded
from monitor.model import Delivered, Outcome, Rejected, TryLater

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from monitor.delivery.slack import SlackConfig
    from monitor.model import Delivery
    from monitor.net.client import NetPolicy

EVENT = "monitor_delivery"
#: what a bot hears besides the errors of a webhook
BOT_BROKEN = BROKEN | frozenset(
    [
        "not_authed",
        "invalid_auth",
        "token_expired",
        "missing_scope",
        "no_permission",
        "not_in_channel",
        "restricted_action",
        "access_denied",
        "ekm_access_denied",
        "org_login_required",
        "team_access_not_granted",
        "two_factor_setup_required",
        "not_allowed_token_type",
        "channel_type_not_supported",
    ]
)
BOT_PAYLOAD = PAYLOAD | frozenset(
    ["msg_blocks_too_long", "attachment_payload_limit_exceeded", "metadata_too_large"]
)
#: the first message is gone, or takes no replies
NO_THREAD = frozenset(
    ["thread_not_found", "message_not_found", "cannot_reply_to_message", "restricted_action_thread_locked"]
)
#: bytes of an answer that are read: a posted message is echoed, a page of history holds many
ECHO, HISTORY = 256_000, 4_000_000
PAGE, PAGES = 100, 5
#: the clocks of Slack and ours may differ by this
SKEW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class SlackBotNotifier:
    """Posts as a bot to one channel."""

    config: SlackConfig
    policy: NetPolicy

    def send(self, delivery: Delivery, now: datetime) -> Outcome:
        """One attempt, after a look whether an earlier one was taken;
        Delivered carries `channel` and `ts`.
        """
        if delivery.repeat:
            found = self._taken(delivery, now)
            if found is not None:
                return found
        thread = str(delivery.thread.get("ts") or "")
        answered = self._post(delivery, thread)
        if thread and isinstance(answered, _Said) and answered.error in NO_THREAD:
            answered = self._post(delivery, "")
        return answered.outcome(now) if isinstance(answered, _Said) else answered

    def visit(self, now: datetime) -> Outcome:
        """Whether Slack knows the bot, and as whom (`auth.test`); posts nothing."""
        answer = self._call("auth.test", b"", kind="application/x-www-form-urlencoded", read=ECHO)
        if not isinstance(answer, _Said) or not answer.ok:
            return answer.outcome(now) if isinstance(answer, _Said) else answer
        who, where = _text(answer.data, "user"), _text(answer.data, "team")
        return Delivered(detail=f"Slack knows the bot {said(who)} of {said(where)}")

    @property
    def _token(self) -> str:
        return self.config.bot_token.get_secret_value() if self.config.bot_token else ""

    def _post(self, delivery: Delivery, thread: str) -> _Said | TryLater | Rejected:
        payload = {
            **delivery.message.payload,
            "channel": self.config.channel,
            "metadata": {"event_type": EVENT, "event_payload": {"id": delivery.id}},
        }
        if thread:
            # the first part is shown in the channel; the others are read under it
            payload |= {"thread_ts": thread, "reply_broadcast": self.config.broadcast and delivery.part == 0}
        body = encoded(payload)
        return self._call("chat.postMessage", body, kind="application/json; charset=utf-8", read=ECHO)

    def _taken(self, delivery: Delivery, now: datetime) -> Outcome | None:
        """Delivered where the channel has this delivery's message; TryLater where Slack cannot say now; else
        None.

        Who may not read the channel sends again: a repeat is better than a loss.
        """
        channel = str(delivery.thread.get("channel") or self.config.channel)
        thread = str(delivery.thread.get("ts") or "")
        oldest = (delivery.created_at - SKEW).timestamp()
        asked = {"channel": channel, "include_all_metadata": "true", "limit": PAGE, "oldest": f"{oldest:.6f}"}
        method = "conversations.history"
        if thread:
            method, asked = "conversations.replies", {**asked, "ts": thread}
        for _page in range(PAGES):
            body = urlencode(asked).encode("ascii")
            answer = self._call(method, body, kind="application/x-www-form-urlencoded", read=HISTORY)
            if not isinstance(answer, _Said):
                return TryLater(reason=f"{method}: {answer.reason}", pause_receiver=True)
            if not answer.ok:
                outcome = answer.outcome(now)
                return outcome if isinstance(outcome, TryLater) and not outcome.ambiguous else None
            ts = _with_id(answer.data, delivery.id)
            if ts:
                return Delivered(detail=f"{ts}, found in the channel", remote={"channel": channel, "ts": ts})
            cursor = _text(answer.data.get("response_metadata"), "next_cursor")
            if not cursor:
                return None
            asked = {**asked, "cursor": cursor}
        return None

    def _call(self, method: str, body: bytes, *, kind: str, read: int) -> _Said | TryLater | Rejected:
        request = Post(
            url=f"{self.config.api_url.rstrip('/')}/{method}",
            body=body,
            headers={"Content-Type": kind, "Authorization": f"Bearer {self._token}"},
            secrets=(self._token,),
            read=read,
        )
        answer = post(request, self.policy, self.config.timeout)
        return _Said.of(answer, request.secrets) if isinstance(answer, Answer) else answer


@dataclass(frozen=True, slots=True)
class _Said:
    """What Slack answered to a method: JSON with `ok`, or something else."""

    answer: Answer
    data: Mapping[str, Any]
    secrets: tuple[str, ...]

    @classmethod
    def of(cls, answer: Answer, secrets: tuple[str, ...]) -> _Said:
        try:
            data = json.loads(answer.body)
        except ValueError:
            data = None
        return cls(answer, data if isinstance(data, dict) else {}, secrets)

    @property
    def ok(self) -> bool:
        return self.answer.status == 200 and self.data.get("ok") is True

    @property
    def error(self) -> str:
        return _text(self.data, "error")

    def outcome(self, now: datetime) -> Outcome:
        """The answer to chat.postMessage as an outcome (its page, "Errors")."""
        if self.ok:
            remote = {"channel": _text(self.data, "channel"), "ts": _text(self.data, "ts")}
            return Delivered(detail=remote["ts"], remote=remote)
        reason = f"HTTP {self.answer.status}: {said(self.error, self.secrets)}".removesuffix(": ")
        wait = retry_after(self.answer.headers, now)
        if self.error in CROWDED or self.answer.status == 429:
            return TryLater(reason=reason, after=wait, pause_receiver=True)
        if self.error in BOT_BROKEN:
            return Rejected(reason=_named(reason, self.data), suspend=True)
        if self.error in BOT_PAYLOAD:
            return Rejected(reason=reason, degrade=True)
        if self.error in PASSING:
            # Slack says of these that the message may have been posted all the same
            return TryLater(reason=reason, after=wait, ambiguous=True)
        if self.error:
            return Rejected(reason=reason, degrade=True)
        if self.answer.status == 200:
            broke_off = not self.answer.complete
            why = "HTTP 200, but the answer broke off" if broke_off else f"not Slack's answer ({reason})"
            return TryLater(reason=why, pause_receiver=not broke_off, ambiguous=broke_off)
        return http_outcome(self.answer, now, self.secrets)


def _named(reason: str, data: Mapping[str, Any]) -> str:
    """With the scope that is missing, where Slack names it."""
    needed = _text(data, "needed")
    return f"{reason} (needed: {said(needed)})" if needed else reason


def _with_id(data: Mapping[str, Any], delivery_id: str) -> str:
    """The `ts` of the message that carries `delivery_id`; empty where none does."""
    messages = data.get("messages")
    for message in messages if isinstance(messages, list) else ():
        found = message.get("metadata") if isinstance(message, dict) else None
        metadata = found if isinstance(found, dict) else {}
        told = _text(metadata.get("event_payload"), "id")
        if metadata.get("event_type") == EVENT and told == delivery_id:
            return _text(message, "ts")
    return ""


def _text(data: Any, key: str) -> str:
    value = data.get(key) if isinstance(data, dict) else None
    return value if isinstance(value, str) else ""


def remarks(config: SlackConfig) -> Iterable[str]:
    """What works but should be known."""
    if not (config.channel or "").startswith(("C", "G", "D")):
        yield (
            "slack.channel: not a channel's id, so after a timeout a message may come twice; "
            "write the id (C0123ABCD), which Slack shows at the end of the channel's details"
        )
