"""Pure. Slack as a channel: a message for each page, sent by a webhook or a bot."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from monitor.delivery.channel import Channel, bad_url
from monitor.delivery.slack import blocks, bot, hook
from monitor.delivery.slack.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.delivery.channel import Notifier, Outgoing, Rendering
    from monitor.delivery.slack import SlackConfig
    from monitor.model import Outcome
    from monitor.net.client import NetPolicy

#: whole stories and single lines of a digest, as many messages as that takes
_DIGEST = (60, 1000)


def compose(rendering: Rendering, config: SlackConfig) -> tuple[Outgoing, ...]:
    """A message for each page, and in it, not sent, the plain form for when Slack refuses its blocks."""
    context = {**rendering.shortened(*_DIGEST), "buttons": config.buttons}
    data = rendering.data("slack", context)
    words, desk = rendering.words, rendering.context["public_url"]
    link = blocks.link(desk, words.word("open_desk")) if desk else ""
    return tuple(
        rendering.outgoing(rendering.id(n), {**page.payload, "plain": plain(page, words, link)})
        for n, page in enumerate(blocks.messages(data))
    )


def _notifier(config: SlackConfig, policy: NetPolicy) -> Notifier:
    return (bot.SlackBotNotifier if config.bot else hook.SlackNotifier)(config, policy)


def _visit(config: SlackConfig, policy: NetPolicy) -> Outcome | None:
    """Of a webhook nobody can be asked without posting."""
    return bot.SlackBotNotifier(config, policy).visit(datetime.now(UTC)) if config.bot else None


def _mistakes(config: SlackConfig) -> Iterator[str]:
    if not config.bot:
        address = config.webhook_url
        yield from bad_url("slack.webhook_url", address.get_secret_value() if address else "")


def _remarks(config: SlackConfig) -> Iterator[str]:
    if config.bot:
        yield from bot.remarks(config)


CHANNEL = Channel(
    compose=compose,
    notifier=_notifier,
    mistakes=_mistakes,
    remarks=_remarks,
    visit=_visit,
    degraded=lambda payload: (hook.degraded(payload), hook.left_out(payload)),
)
