"""Pure. Slack as a channel: a message for each page, sent by a webhook or a bot;
and its plain form, for the one resend after Slack refused its layout.

The plain form has room for less, so it says how much it leaves out: whole if that fits, else the lines that
name a story, as many as fit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from monitor.delivery.channel import Channel, bad_url
from monitor.delivery.slack import blocks, bot, hook
from monitor.delivery.slack.blocks import MAX_FALLBACK, pieces, quiet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from monitor.delivery.channel import Notifier, Outgoing, Rendering
    from monitor.delivery.slack import SlackConfig
    from monitor.delivery.slack.blocks import Page
    from monitor.languages.locale import Frame
    from monitor.model import Outcome
    from monitor.net.client import NetPolicy

#: kept for what is said of the rest, and characters of the line above all
_NOTE, _HEAD = 300, 200


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the plain form, and the story that it names, if any."""

    text: str
    story: str = ""


def plain(page: Page, words: Frame, desk: str) -> dict[str, str]:
    """`text`, and in English what that leaves out of the page (`left_out`;
    empty: nothing). `desk`: a link to all of it.
    """
    lines = list(_lines(page.marked))
    whole = "\n".join(line.text for line in lines)
    if len(whole) <= MAX_FALLBACK:
        return {"text": whole or page.payload["text"], "left_out": ""}
    stories = tuple(dict.fromkeys(line.story for line in lines if line.story))
    head, *more = pieces(page.payload["text"], _HEAD)
    head += "…" if more else ""
    told = [line for line in lines if line.story] if stories else lines
    kept = _fitting(told, MAX_FALLBACK - len(head) - len(desk) - _NOTE)
    left = len(stories) - len({line.story for line in kept}) if stories else len(told) - len(kept)
    note = _note(left, words, stories=bool(stories)) + (f" {desk}" if desk else "")
    return {
        "text": "\n".join([head, *(line.text for line in kept), f"… {note}"]),
        "left_out": _left_out(left, stories=bool(stories)),
    }


def _note(left: int, words: Frame, *, stories: bool) -> str:
    if stories and left:
        return words.say("plain_stories", stories=words.count("story", left))
    return words.word("plain_titles") if stories else words.say("plain_lines", n=left)


def _left_out(left: int, *, stories: bool) -> str:
    """For the journal, which speaks English."""
    if stories and not left:
        return "everything but the titles"
    noun = {(True, True): "story", (True, False): "stories", (False, True): "line"}.get(
        (stories, left == 1), "lines"
    )
    return f"{left} {noun}"


def _fitting(lines: Sequence[Line], room: int) -> list[Line]:
    """The first of `lines` that fit, stories whole."""
    kept: list[Line] = []
    for line in lines:
        room -= len(line.text) + 1
        if room < 0:
            break
        kept.append(line)
    cut = lines[len(kept)].story if len(kept) < len(lines) else ""
    return [line for line in kept if not cut or line.story != cut]


def _lines(node: Any, story: str = "") -> Iterator[Line]:
    """Each text of `node` in reading order, as escaped mrkdwn."""
    if isinstance(node, list | tuple):
        for child in node:
            yield from _lines(child, story)
    elif isinstance(node, dict):
        story = str(node.get("story") or story)
        text = node.get("text")
        if node.get("type") in ("rich_text_section", "rich_text_quote", "rich_text_preformatted"):
            yield Line("".join(map(_leaf, node.get("elements") or ())), story)
        elif isinstance(text, str):
            yield Line(text if node.get("type") == "mrkdwn" else quiet(text), story)
        else:
            for key in ("text", "fields", "elements"):
                yield from _lines(node.get(key), story)


def _leaf(leaf: dict[str, Any]) -> str:
    text, url = (quiet(str(leaf.get(key) or "")) for key in ("text", "url"))
    return f"{text} {url}".strip() if url else text


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
