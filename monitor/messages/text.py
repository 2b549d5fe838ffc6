"""Pure. Text that can be shown: cleaned, cut at graphemes, isolated by direction; addresses that can be
linked.

Sources: UAX #9 (bidirectional text: isolates U+2068, U+2069), UAX #29 (grapheme clusters).
"""

from __future__ import annotations

import textwrap
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import regex

if TYPE_CHECKING:
    from collections.abc import Sequence


FSI, PDI = "\u2068", "\u2069"
RTL_LANGUAGES = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})
#: longer addresses are not linked: mail clients and Slack refuse them
MAX_LINK = 2000

#: bidirectional controls; none of them may come from a feed
_BIDI = regex.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_UNSHOWABLE = regex.compile(r"[\p{Cc}\p{Zl}\p{Zp}\p{Zs}]+")
_GRAPHEME = regex.compile(r"\X")
#: characters of an address that stay as they are; the rest is percent-encoded
_URL_SAFE = "%/:=&?~#+!$,;'@()*[]-._"
_BARS = "▁▂▃▄▅▆▇█"


def clean(text: str) -> str:
    """`text` on one line: controls and runs of space become one space, bidi controls go,
    surrogates become U+FFFD.
    """
    scrubbed = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    shown: str = _UNSHOWABLE.sub(" ", _BIDI.sub("", scrubbed))
    return shown.strip()


def clean_keeping_length(text: str) -> str:
    """`text` with unshowable characters replaced one for one, so that offsets into it stay right."""
    text = _BIDI.sub("\u200b", text)
    return "".join(_shown(c) for c in text)


def _shown(char: str) -> str:
    kind = unicodedata.category(char)
    if kind in ("Cc", "Zl", "Zp", "Zs"):
        return " "
    return "\ufffd" if kind == "Cs" else char


def cut(text: str, limit: int, *, mark: str = "…") -> str:
    """`text` in at most `limit` characters, cut between words where one ends near,
    never inside a grapheme.
    """
    if len(text) <= limit:
        return text
    room = limit - len(mark)
    end = 0
    for found in _GRAPHEME.finditer(text):
        if found.end() > room:
            break
        end = found.end()
    space = text.rfind(" ", 0, end + 1)
    if space > end * 0.6:
        end = space
    return text[:end].rstrip(" ,;:–—-") + mark


def direction(lang: str, text: str) -> str:
    """`rtl` or `ltr`: by the language, and by the first strong letter where the language does not say."""
    if lang in RTL_LANGUAGES:
        return "rtl"
    if lang not in ("und", "mul", ""):
        return "ltr"
    strong = (unicodedata.bidirectional(c) for c in text)
    return next(("rtl" if s in ("R", "AL") else "ltr" for s in strong if s in ("L", "R", "AL")), "ltr")


def isolate(text: str, around: str = "ltr") -> str:
    """`text` between FSI and PDI when letters of the other direction than `around` are in it."""
    other = ("L",) if around == "rtl" else ("R", "AL")
    if any(unicodedata.bidirectional(c) in other for c in text):
        return f"{FSI}{text}{PDI}"
    return text


def safe_link(url: str | None) -> str:
    """`url` as it may stand in a link; empty when it is not a plain http(s) address.

    Refused: other schemes, user names (they disguise the host), no host, control characters, more than 2,000
    characters. Everything that could end an attribute or a Slack link is percent-encoded.
    """
    try:
        parts = urlsplit((url or "").strip())
        host = (parts.hostname or "").encode("idna").decode()
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https") or not host or "@" in parts.netloc:
        return ""
    shown = f"[{host}]" if ":" in host else quote(host, safe="-._")
    tail = "".join(
        (parts.path, "?" * bool(parts.query), parts.query, "#" * bool(parts.fragment), parts.fragment)
    )
    linked = f"{parts.scheme.lower()}://{shown}{port}{quote(tail, safe=_URL_SAFE, errors='replace')}"
    return linked if len(linked) <= MAX_LINK else ""


def host_of(link: str) -> str:
    """The host of a link for showing, without `www.`."""
    return (urlsplit(link).hostname or "").removeprefix("www.")


def sparkline(values: Sequence[int]) -> str:
    """One block character for each value, from ▁ (zero) to █ (the largest)."""
    top = max(values, default=0)
    if top <= 0:
        return _BARS[0] * len(values)
    return "".join(_BARS[round(max(v, 0) / top * (len(_BARS) - 1))] for v in values)


def wrap(text: str, indent: str = "", rest: str | None = None, *, width: int = 76) -> str:
    """`text` in lines of at most `width` columns: the first after `indent`, the others after `rest`.

    Addresses are never broken. An isolate that spans lines is closed and opened again on each, since every
    line is a paragraph of its own to the bidirectional algorithm.
    """
    begin, after = indent, indent if rest is None else rest
    room = max(20, width - max(len(begin), len(after)))
    lines = textwrap.wrap(text, width=room, break_long_words=False, break_on_hyphens=False)
    starts = [begin, *(after for _ in lines[1:])]
    return "\n".join(start + line for start, line in zip(starts, _closed(lines), strict=True))


def _closed(lines: list[str]) -> list[str]:
    closed: list[str] = []
    depth = 0
    for line in lines:
        opened = FSI * depth + line
        depth = max(0, depth + line.count(FSI) - line.count(PDI))
        closed.append(opened + PDI * depth)
    return closed


# A subject that cannot inject anything, and keeps both writing directions apart (UAX #9, isolates).

MAX_SUBJECT = 200
_CONTROLS = regex.compile(r"[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]+")
_BIDI_CONTROLS = regex.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066\u2067]")
#: letters of right-to-left scripts with what stands between them
_RTL_RUN = regex.compile(
    r"[\p{bidi_class=R}\p{bidi_class=AL}]"
    r"(?:[^\p{bidi_class=L}]*[\p{bidi_class=R}\p{bidi_class=AL}\p{bidi_class=NSM}])?"
)


def clean_subject(text: str) -> str:
    """`text` as it may stand in a Subject: one line, at most 200 characters, no encoded words, no stray
    direction.

    Controls, line separators and surrogates become spaces; every bidirectional control goes, but for isolates
    that are balanced; where both directions meet without isolates, the right-to-left runs get them.
    """
    text = _CONTROLS.sub(" ", text)
    text = _BIDI_CONTROLS.sub("", text)
    if not _balanced(text):
        text = text.replace(FSI, "").replace(PDI, "")
    text = " ".join(text.replace("=?", "= ?").split())
    if FSI not in text and _mixed(text):
        text = _RTL_RUN.sub(lambda found: f"{FSI}{found.group()}{PDI}", text)
    text = cut(text, MAX_SUBJECT - 1)
    return text + PDI * (text.count(FSI) - text.count(PDI))


def _balanced(text: str) -> bool:
    depth = 0
    for char in text:
        depth += (char == FSI) - (char == PDI)
        if not 0 <= depth <= 1:
            return False
    return depth == 0


def _mixed(text: str) -> bool:
    found = {unicodedata.bidirectional(c) for c in text}
    return "L" in found and bool(found & {"R", "AL"})
