"""Pure. Block Kit within its limits: what is too long is split, never lost, and nobody is mentioned.

Limits: docs.slack.dev, reference/block-kit (blocks, composition objects). Slack does not say whether it counts escaped
or raw text; we count escaped, the longer of both.
"""

from __future__ import annotations

from typing import Any

import regex

Block = dict[str, Any]
Payload = dict[str, Any]

MAX_BLOCKS = 50
MAX_TEXT = 3000
MAX_HEADER = 150
MAX_FIELD = 2000
MAX_FIELDS = 10
MAX_ELEMENTS = 10
#: Slack shows this much of the text beside the blocks
MAX_FALLBACK = 4000
#: characters of text in one message, so that the whole stays readable and far below any size limit
MAX_MESSAGE = 30_000

#: what must stay whole in mrkdwn: an entity, a link of ours, a user-perceived character
_ATOM = regex.compile(r"&(?:amp|lt|gt);|<https?://[^<>\s|]+(?:\|[^<>\n]*)?>|\X")
_LINK = regex.compile(r"<https?://[^<>\s|]+(?:\|[^<>\n]*)?>")
_CALL = regex.compile(r"@(?=(?:here|channel|everyone|group)\b)", regex.IGNORECASE)


def escape(text: str) -> str:
    """`text` for mrkdwn: the three characters that Slack reads as markup, and nothing else."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def link(url: str, label: str) -> str:
    """A mrkdwn link to an address from `words.safe_link`; the escaped label alone where there is no address."""
    shown = escape(label.replace("|", "¦").replace("\n", " "))
    if not url:
        return shown
    target = url.replace("&", "&amp;").replace("|", "%7C").replace(">", "%3E").replace("<", "%3C")
    return f"<{target}|{shown}>"


def messages(payload: Payload) -> tuple[Payload, ...]:
    """`payload` ({"text", "blocks"}) as one or several that Slack accepts, numbered when several.

    Over-long texts become several blocks, over-many blocks several messages. Mentions are made harmless, previews
    are off. Blocks of kinds that a template should not need (images, actions) pass as they are.
    """
    blocks = [piece for block in payload.get("blocks", ()) for piece in _fitting(_harmless(block))]
    pages = _pages(blocks) or [[]]
    fallback = _fallback(_no_mention(str(payload.get("text") or "")).strip())
    return tuple(_message(fallback, page, n=n, of=len(pages)) for n, page in enumerate(pages, 1))


def _fallback(text: str) -> str:
    """What a notification shows: the blocks say it all, so this may be cut, but not inside an entity."""
    first, *rest = pieces(text, MAX_FALLBACK - 20) or ["monitor"]
    return first.rstrip() + ("…" if rest else "")


def plain_of(block: Block) -> str:
    """Every text of `block` in reading order: what the split must preserve."""
    return "".join(_texts(block))


def _message(fallback: str, blocks: list[Block], *, n: int, of: int) -> Payload:
    number = f" ({n}/{of})" if of > 1 else ""
    if number:
        note = {"type": "context", "elements": [{"type": "plain_text", "text": f"{n}/{of}", "emoji": False}]}
        blocks = [*blocks, note]
    made: Payload = {"text": fallback + number, "unfurl_links": False, "unfurl_media": False}
    return {**made, "blocks": blocks} if blocks else made


def _pages(blocks: list[Block]) -> list[list[Block]]:
    """Blocks in messages; one place in each is kept for the page number. A divider never begins a page."""
    pages: list[list[Block]] = []
    size = 0
    for block in blocks:
        length = len(plain_of(block))
        if not pages or len(pages[-1]) >= MAX_BLOCKS - 1 or size + length > MAX_MESSAGE:
            if block["type"] == "divider" and pages:
                continue
            pages.append([])
            size = 0
        pages[-1].append(block)
        size += length
    return pages


# --- harmless ------------------------------------------------------------------------------------------------


def _harmless(node: Any) -> Any:
    """A copy of `node` in which no text mentions anyone, and rich text holds only text and links."""
    if isinstance(node, list):
        return [_harmless(child) for child in node]
    if not isinstance(node, dict):
        return node
    kind = node.get("type")
    if kind in ("user", "usergroup", "channel", "broadcast", "team"):
        return {"type": "text", "text": f"@\u2060{kind}"}
    made = {key: _harmless(value) for key, value in node.items()}
    if kind == "mrkdwn":
        made["text"] = _no_mention(str(made.get("text", "")))
    elif kind == "plain_text":
        made["text"] = _CALL.sub("@\u2060", str(made.get("text", "")))
    return made


def _no_mention(text: str) -> str:
    """mrkdwn in which every `<` that does not open a http(s) link is escaped, and `@here` is only words."""
    made, at = [], 0
    for found in _LINK.finditer(text):
        made += [_angles(text[at : found.start()]), found.group()]
        at = found.end()
    made.append(_angles(text[at:]))
    return "".join(made)


def _angles(text: str) -> str:
    quotes = regex.sub(r"(?<!^)(?<!\n)>", "&gt;", text.replace("<", "&lt;"))
    return str(_CALL.sub("@\u2060", quotes))


# --- fitting -------------------------------------------------------------------------------------------------


def _fitting(block: Block) -> list[Block]:
    """`block` as blocks within the limits; an empty one is left out, for Slack refuses empty texts."""
    kind = block.get("type")
    if kind == "header":
        return _fitting_header(block)
    if kind == "section":
        return _fitting_section(block)
    if kind == "context":
        return _fitting_context(block)
    if kind == "rich_text":
        return _fitting_rich(block)
    return [block]


def _fitting_header(block: Block) -> list[Block]:
    first, *rest = pieces(block["text"]["text"], MAX_HEADER) or [""]
    if not first.strip():
        return []
    head = {"type": "header", "text": {"type": "plain_text", "text": first, "emoji": False}}
    return [head, *(_section({"type": "plain_text", "emoji": False}, text) for text in _packed(rest))]


def _packed(rest: list[str]) -> list[str]:
    return pieces("".join(rest), MAX_TEXT)


def _fitting_section(block: Block) -> list[Block]:
    made: list[Block] = []
    text = block.get("text")
    if text:
        made = [_section(text, piece) for piece in pieces(text["text"], MAX_TEXT)]
    fields = [{**f, "text": piece} for f in block.get("fields", ()) for piece in pieces(f["text"], MAX_FIELD)]
    for start in range(0, len(fields), MAX_FIELDS):
        made.append({"type": "section", "fields": fields[start : start + MAX_FIELDS]})
    if made and "accessory" in block:
        made[0]["accessory"] = block["accessory"]
    return made


def _section(text: Block, piece: str) -> Block:
    return {"type": "section", "text": {**text, "text": piece}}


def _fitting_context(block: Block) -> list[Block]:
    elements: list[Block] = []
    for element in block.get("elements", ()):
        if "text" in element:
            elements += [{**element, "text": piece} for piece in pieces(element["text"], MAX_TEXT)]
        else:
            elements.append(element)
    return [
        {"type": "context", "elements": elements[start : start + MAX_ELEMENTS]}
        for start in range(0, len(elements), MAX_ELEMENTS)
    ]


def _fitting_rich(block: Block) -> list[Block]:
    """Rich text in blocks of at most 3,000 characters, split between its elements and, where needed, inside them."""
    made: list[Block] = []
    size = 0
    for element in block.get("elements", ()):
        for piece in _rich_pieces(element):
            length = len("".join(_texts(piece)))
            if not made or size + length > MAX_TEXT:
                made.append({"type": "rich_text", "elements": []})
                size = 0
            made[-1]["elements"].append(piece)
            size += length
    return made


def _rich_pieces(element: Block) -> list[Block]:
    """A section, quote or list of rich text as several of at most 3,000 characters."""
    made: list[Block] = []
    size = MAX_TEXT + 1
    for child in element.get("elements", ()):
        for piece in _rich_leaves(child):
            length = len("".join(_texts(piece)))
            if size + length > MAX_TEXT:
                made.append({**element, "elements": []})
                size = 0
            made[-1]["elements"].append(piece)
            size += length
    return made


def _rich_leaves(child: Block) -> list[Block]:
    if "elements" in child:
        return _rich_pieces(child)
    text = str(child.get("text", ""))
    if "text" not in child or 0 < len(text) <= MAX_TEXT:
        return [child]
    return [{**child, "text": piece} for piece in pieces(text, MAX_TEXT)]


def _texts(node: Any) -> list[str]:
    if isinstance(node, list):
        return [text for child in node for text in _texts(child)]
    if not isinstance(node, dict):
        return []
    text = node.get("text")
    own = [text] if isinstance(text, str) else _texts(text)
    return own + _texts(node.get("fields", [])) + _texts(node.get("elements", []))


def pieces(text: str, limit: int) -> list[str]:
    """`text` in pieces of at most `limit` characters that join to `text` again, but for those of nothing but space.

    Cut after a line, else after a word, else between graphemes; never inside an entity or a link. Only a single
    unbreakable thing longer than `limit` is cut hard.
    """
    made: list[str] = []
    rest = text
    while len(rest) > limit:
        end = _cut_at(rest, limit)
        made.append(rest[:end])
        rest = rest[end:]
    if rest:
        made.append(rest)
    return [piece for piece in made if piece.strip()]


def _cut_at(text: str, limit: int) -> int:
    line = word = grapheme = 0
    for found in _ATOM.finditer(text):
        if found.end() > limit:
            break
        grapheme = found.end()
        line = grapheme if found.group() in ("\n", "\r\n") else line
        word = grapheme if found.group() == " " else word
    return next((end for end in (line, word) if end > limit // 2), grapheme or limit)
