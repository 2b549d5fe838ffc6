"""Hand a message over: one `send`, three possible outcomes, nothing raised for what the world does.

    send(delivery, now) -> Delivered | TryLater | Rejected

To add a kind of receiver: a file here with a class that has `send`, its settings in `monitor.config.model`, a line below.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from monitor.delivery import apprise, email, slack, slackbot, webhook
from monitor.delivery.apprise import AppriseNotifier
from monitor.delivery.email import EmailNotifier
from monitor.delivery.file import FileNotifier
from monitor.delivery.slack import SlackNotifier
from monitor.delivery.slackbot import SlackBotNotifier
from monitor.delivery.webhook import WebhookNotifier

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from monitor.config.model import ReceiverConfig, WebhookConfig
    from monitor.model import Delivery, Message, Outcome
    from monitor.net.client import NetPolicy


class Notifier(Protocol):
    """Whatever can take a message."""

    def send(self, delivery: Delivery, now: datetime) -> Outcome:
        """One attempt within the receiver's own deadline. The bytes sent are the same on every attempt."""
        ...


def notifier_for(receiver: ReceiverConfig, policy: NetPolicy) -> Notifier:
    """The notifier of `receiver`; `policy` guards HTTP (a mail relay is the operator's own and may be private)."""
    if receiver.email is not None:
        return EmailNotifier(receiver.email)
    if receiver.slack is not None:
        return (SlackBotNotifier if receiver.slack.bot else SlackNotifier)(receiver.slack, policy)
    if receiver.webhook is not None:
        return WebhookNotifier(receiver.webhook, policy)
    if receiver.apprise is not None:
        return AppriseNotifier(receiver.apprise)
    assert receiver.file is not None
    return FileNotifier(receiver.file)


def degraded(message: Message) -> Message | None:
    """`message` in its plainest form, for the one resend after Rejected(degrade=True); None where there is none."""
    plainer = {"email": email.degraded, "slack": slack.degraded}.get(message.channel)
    if plainer is None:
        return None
    payload = plainer(message.payload)
    if payload == message.payload:
        return None
    left_out = slack.left_out(message.payload) if message.channel == "slack" else ""
    return replace(message, payload=payload, left_out=left_out)


def mistakes(receiver: ReceiverConfig) -> tuple[str, ...]:
    """What of the receiver's settings cannot work, for `check`: each as `key: what is wrong`."""
    return tuple(_mistakes(receiver))


def remarks(receiver: ReceiverConfig) -> tuple[str, ...]:
    """What works but should be known, for `check`."""
    return tuple(_remarks(receiver))


def _mistakes(receiver: ReceiverConfig) -> Iterator[str]:
    if receiver.webhook is not None:
        yield from _bad_keys(receiver.webhook)
        yield from _bad_url(
            "webhook.url", receiver.webhook.url.get_secret_value() if receiver.webhook.url else ""
        )
    if receiver.slack is not None and not receiver.slack.bot:
        hook = receiver.slack.webhook_url
        yield from _bad_url("slack.webhook_url", hook.get_secret_value() if hook else "")
    if receiver.apprise is not None:
        yield from apprise.mistakes(receiver.apprise)
    if receiver.email is not None:
        try:
            email.tls_context(receiver.email.smtp)
        except OSError as error:
            yield f"email.smtp.ca_file: {error.strerror or 'not a certificate file'}"


def _bad_url(key: str, url: str) -> Iterator[str]:
    if not url.startswith(("https://", "http://")):
        yield f"{key}: not an http or https URL"


def _bad_keys(config: WebhookConfig) -> Iterator[str]:
    for key in webhook.secrets(config):
        try:
            webhook.key_bytes(key)
        except ValueError as error:
            yield f"webhook.secret: {error}, expected whsec_ and base64"


def _remarks(receiver: ReceiverConfig) -> Iterator[str]:
    config = receiver.webhook
    if config is not None:
        keys = webhook.secrets(config)
        if not keys:
            yield "webhook.secret: none given, bodies are sent unsigned"
        elif not any(_bad_keys(config)) and any(
            len(webhook.key_bytes(k)) not in webhook.KEY_BYTES for k in keys
        ):
            yield "webhook.secret: Standard Webhooks asks for keys of 24 to 64 bytes"
    if receiver.slack is not None and receiver.slack.bot:
        yield from slackbot.remarks(receiver.slack)
    if receiver.email is not None and receiver.email.smtp.security == "none":
        yield "email.smtp.security: none, mails" + (
            " and the password travel in the clear"
            if receiver.email.smtp.password
            else " travel in the clear"
        )
