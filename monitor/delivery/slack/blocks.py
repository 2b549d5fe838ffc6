"""Pure. Block Kit within its limits: what is too long is split, never lost, and nobody is mentioned.

Limits: docs.slack.dev, reference/block-kit (blocks, composition objects). Slack does not say whether it
counts escaped or raw text; we count escaped, the longer of both. Nor does it say that it refuses a message by
the sum of its texts: users were refused from 11,341 characters on (slackapi/bolt-js issues 2509 and 2867).

A template may mark whatever names a story with `"story": its id`. Marks are not sent; they tell the plain
form of a message (`monitor.delivery.slack.channel`) what it names and what it leaves out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import regex

Block = dict[str, Any]
Payload = dict[str, Any]

#: Slack takes 50
MAX_BLOCKS = 45
MAX_TEXT = 3000
MAX_HEADER = 150
MAX_FIELD = 2000
MAX_FIELDS = 10
MAX_ELEMENTS = 10
#: Slack shows this much of the text beside the blocks
MAX_FALLBACK = 4000
#: what all blocks of a message weigh together, and what a block, an element or a text weighs beside its
#: characters
MAX_MESSAGE = 10_000
OVERHEAD = 5
#: an address that is longer is not linked
MAX_URL = 2000
#: kept for the page number
_NUMBER = 40

#: what must stay whole in mrkdwn: an entity, a link of ours, a user-perceived character
_ATOM = regex.compile(r"&(?:amp|lt|gt);|<https?://[^<>\s|]+(?:\|[^<>\n]*)?>|\X")
_LINK = regex.compile(r"<https?://[^<>\s|]+(?:\|[^<>\n]*)?>")
_CALL = regex.compile(r"@(?=(?:here|channel|everyone|group)\b)", regex.IGNORECASE)


def escape(text: str) -> str:
    """`text` for mrkdwn: the three characters that Slack reads as markup, and nothing else."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def quiet(text: str) -> str:
    """`text` escaped for mrkdwn, in which `@here` and its like are only words."""
    return str(_CALL.sub("@\u2060", escape(text)))


def link(url: str, label: str) -> str:
    """A mrkdwn link to an address from `words.safe_link`;
    the escaped label alone where there is no address.
    """
    shown = escape(label.replace("|", "¦").replace("\n", " "))
    if not url:
        return shown
    target = url.replace("&", "&amp;").replace("|", "%7C").replace(">", "%3E").replace("<", "%3C")
    return f"<{target}|{shown}>"


@dataclass(frozen=True, slots=True)
class Page:
    """One message that Slack accepts."""

    #: what is sent: text, blocks, no previews
    payload: Payload
    #: its blocks with their marks, without the page number
    marked: tuple[Block, ...]


def messages(payload: Payload) -> tuple[Page, ...]:
    """`payload` ({"text", "blocks"}) as one or several messages that Slack accepts, numbered when several.

    Over-long texts become several blocks; what is too much for one message goes into another, a story whole
    where it fits. Mentions are made harmless, previews are off. Blocks of kinds that a template should not
    need (images, actions) pass as they are.
    """
    blocks = [piece for block in payload.get("blocks", ()) for piece in _fitting(_harmless(block))]
    pages = _pages(blocks) or [[]]
    fallback = _fallback(_no_mention(str(payload.get("text") or "")).strip())
    return tuple(
        Page(_message(fallback, page, n=n, of=len(pages)), tuple(page)) for n, page in enumerate(pages, 1)
    )


def _fallback(text: str) -> str:
    """What a notification shows: the blocks say it all, so this may be cut, but not inside an entity."""
    first, *rest = pieces(text, MAX_FALLBACK - 20) or ["monitor"]
    return first.rstrip() + ("…" if rest else "")


def plain_of(block: Block) -> str:
    """Every text of `block` in reading order: what the split must preserve."""
    return "".join(_texts(block))


def weight(node: Any) -> int:
    """What `node` counts towards the limit of a message:
    texts and addresses in UTF-16 units, and what holds them.
    """
    if isinstance(node, list | tuple):
        return sum(map(weight, node))
    if not isinstance(node, dict):
        return 0
    text, inner = node.get("text"), (node.get("fields"), node.get("elements"), node.get("accessory"))
    own = _units(text) if isinstance(text, str) else weight(text)
    return OVERHEAD + own + _units(str(node.get("url") or "")) + sum(map(weight, inner))


def _units(text: str) -> int:
    return len(text) + sum(char > "\uffff" for char in text)


def _message(fallback: str, blocks: list[Block], *, n: int, of: int) -> Payload:
    number = f" ({n}/{of})" if of > 1 else ""
    blocks = [_unmarked(block) for block in blocks]
    if number:
        note = {"type": "context", "elements": [{"type": "plain_text", "text": f"{n}/{of}", "emoji": False}]}
        blocks = [*blocks, note]
    made: Payload = {"text": fallback + number, "unfurl_links": False, "unfurl_media": False}
    return {**made, "blocks": blocks} if blocks else made


def _unmarked(node: Any) -> Any:
    if isinstance(node, list):
        return [_unmarked(child) for child in node]
    if not isinstance(node, dict):
        return node
    return {key: _unmarked(value) for key, value in node.items() if key != "story"}


def _pages(blocks: list[Block]) -> list[list[Block]]:
    """Blocks in messages, those between two dividers together where they fit.

    A divider never begins a later one.
    """
    pages: list[_Filling] = []
    for group in _groups(blocks):
        if pages and not pages[-1].takes(group) and _Filling().takes(group[1:]):
            pages.append(_Filling())
        for block in group:
            if not pages or not pages[-1].takes([block]):
                pages.append(_Filling())
            if block["type"] != "divider" or pages[-1].blocks or len(pages) == 1:
                pages[-1].put(block)
    return [page.blocks for page in pages if page.blocks]


def _groups(blocks: list[Block]) -> list[list[Block]]:
    groups: list[list[Block]] = [[]]
    for block in blocks:
        if block["type"] == "divider":
            groups.append([])
        groups[-1].append(block)
    return [group for group in groups if group]


class _Filling:
    """A message that is being filled."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._weight = _NUMBER

    def takes(self, more: list[Block]) -> bool:
        """Whether there is room, the page number beside it; one block always fits into an empty one."""
        fits = len(self.blocks) + len(more) < MAX_BLOCKS and self._weight + weight(more) <= MAX_MESSAGE
        return fits or (not self.blocks and len(more) == 1)

    def put(self, block: Block) -> None:
        """Add `block`."""
        self.blocks.append(block)
        self._weight += weight(block)


# --- harmless
# ------------------------------------------------------------------------------------------------


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


# --- fitting
# -------------------------------------------------------------------------------------------------


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
    made += [{"type": "section", "fields": some} for some in _together(fields, MAX_FIELDS)]
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
    return [{"type": "context", "elements": some} for some in _together(elements, MAX_ELEMENTS)]


def _together(elements: list[Block], most: int) -> list[list[Block]]:
    """`elements` in lists of at most `most` that weigh no more than one long text."""
    made: list[list[Block]] = []
    size = 0
    for element in elements:
        size += weight(element)
        if not made or len(made[-1]) >= most or size > MAX_TEXT:
            made.append([])
            size = weight(element)
        made[-1].append(element)
    return made


def _fitting_rich(block: Block) -> list[Block]:
    """Rich text in blocks that weigh at most 3,000, split between its elements and,
    where needed, inside them.
    """
    pieces_ = [piece for element in block.get("elements", ()) for piece in _rich_pieces(element)]
    return [{"type": "rich_text", "elements": some} for some in _together(pieces_, len(pieces_))]


def _rich_pieces(element: Block) -> list[Block]:
    """A section, quote or list of rich text as several that weigh at most 3,000."""
    leaves = [leaf for child in element.get("elements", ()) for leaf in _rich_leaves(child)]
    return [{**element, "elements": some} for some in _together(leaves, len(leaves))]


def _rich_leaves(child: Block) -> list[Block]:
    if "elements" in child:
        return _rich_pieces(child)
    if "text" not in child:
        return [child]
    url = str(child.get("url") or "")
    if len(url) > MAX_URL:
        child, url = {key: value for key, value in child.items() if key != "url"} | {"type": "text"}, ""
    # a character beyond the first 65,536 weighs two
    room = MAX_TEXT - len(url) - 4 * OVERHEAD
    text = str(child["text"])
    if text and weight(child) <= room + len(url):
        return [child]
    return [{**child, "text": piece} for piece in pieces(text, room // 2)]


def _texts(node: Any) -> list[str]:
    if isinstance(node, list):
        return [text for child in node for text in _texts(child)]
    if not isinstance(node, dict):
        return []
    text = node.get("text")
    own = [text] if isinstance(text, str) else _texts(text)
    return own + _texts(node.get("fields", [])) + _texts(node.get("elements", []))


def pieces(text: str, limit: int) -> list[str]:
    """`text` in pieces of at most `limit` characters that join to `text` again, but for those of nothing but
    space.

    Cut after a line, else after a word, else between graphemes; never inside an entity or a link. Only a
    single unbreakable thing longer than `limit` is cut hard.
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
