"""Pure. The plain form of a Slack message, for the one resend after Slack refused its layout: text and
nothing else.

It has room for less, so it says how much it leaves out: whole if that fits, else the lines that name a story,
as many as fit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monitor.delivery.slack.blocks import MAX_FALLBACK, pieces, quiet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from monitor.delivery.slack.blocks import Page
    from monitor.languages.locale import Frame

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
