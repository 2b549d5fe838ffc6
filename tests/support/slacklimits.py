"""What Slack refuses in a message, as its reference and its users say; one word as it answers, or none.

docs.slack.dev, reference/block-kit; for the sum slackapi/bolt-js issues 2509 and 2867.
"""

from __future__ import annotations

from typing import Any

#: refused from 11,341 on
MOST = 11_000
INVALID, TOO_LONG = "invalid_blocks", "msg_blocks_too_long"


def refusal(message: dict[str, Any]) -> str:
    """The error, empty for a message that is taken."""
    blocks = message.get("blocks") or []
    if len(str(message.get("text") or "")) > 4000:
        return "msg_too_long"
    if len(blocks) > 50 or not all(map(_sound, blocks)):
        return INVALID
    return TOO_LONG if sum(len(text) for text in texts(blocks)) > MOST else ""


def texts(node: Any) -> list[str]:
    """Every text and address in blocks."""
    if isinstance(node, list):
        return [text for child in node for text in texts(child)]
    if not isinstance(node, dict):
        return []
    own = [value for key in ("text", "url") if isinstance(value := node.get(key), str)]
    return own + [t for value in node.values() if isinstance(value, list | dict) for t in texts(value)]


def _sound(block: dict[str, Any]) -> bool:
    kind = block["type"]
    if not _known(block):
        return False
    if kind == "header":
        return block["text"]["type"] == "plain_text" and _long(block["text"], 150)
    if kind == "section":
        fields = block.get("fields", [])
        whole = _long(block["text"], 3000) if "text" in block else bool(fields)
        return whole and len(fields) <= 10 and all(_long(field, 2000) for field in fields)
    if kind == "context":
        elements = block["elements"]
        return 1 <= len(elements) <= 10 and all(_long(e, 3000) for e in elements)
    if kind == "rich_text":
        return bool(block["elements"]) and all(element["elements"] for element in block["elements"])
    return kind == "divider"


_KEYS = {
    "header": {"type", "text"},
    "section": {"type", "text", "fields"},
    "context": {"type", "elements"},
    "divider": {"type"},
    "rich_text": {"type", "elements"},
    "rich_text_section": {"type", "elements"},
    "rich_text_quote": {"type", "elements"},
    "rich_text_list": {"type", "elements", "style"},
    "text": {"type", "text", "style"},
    "link": {"type", "text", "url", "style"},
    "plain_text": {"type", "text", "emoji"},
    "mrkdwn": {"type", "text"},
}


def _known(node: Any) -> bool:
    """No key that Slack does not know, and no empty text."""
    if isinstance(node, list):
        return all(map(_known, node))
    if not isinstance(node, dict) or "type" not in node:
        return True
    inner = all(_known(node[key]) for key in ("text", "fields", "elements") if key in node)
    return node.keys() <= _KEYS[node["type"]] and node.get("text") != "" and inner


def _long(text: dict[str, Any], most: int) -> bool:
    return 1 <= len(text["text"]) <= most
