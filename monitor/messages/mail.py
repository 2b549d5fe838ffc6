"""Pure. A subject that cannot inject anything, and keeps both writing directions apart (UAX #9, isolates)."""

from __future__ import annotations

import unicodedata

import regex

from monitor.messages.text import FSI, PDI, cut

MAX_SUBJECT = 200
_CONTROLS = regex.compile(r"[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]+")
_BIDI = regex.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066\u2067]")
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
    text = _BIDI.sub("", text)
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
