"""Pure. Quotations: the sentence around a hit, trimmed, with the hits marked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import regex

from monitor.messages.text import clean_keeping_length, cut, direction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.model import Evidence, Item

#: characters shown before the first and after the last hit
MARGIN = 140
#: characters shown in all
MAX_QUOTE = 440
_GRAPHEME = regex.compile(r"\X")
_SPACES = regex.compile(r"[ \u200b]+")

Span = tuple[int, int]
Part = dict[str, Any]


def quote(item: Item, hits: Sequence[Evidence]) -> dict[str, Any]:
    """The sentence that `hits` (at least one, all of one sentence) stand in.

    Out: {"parts": [{"text": str, "hit": bool}, …], "text": the same as one, "lang", "dir", "key": the
    sentence, for telling quotations apart}.
    """
    sentence = hits[0].sentence or hits[0].text
    spans = _merged(sorted(filter(None, (_span(item, sentence, hit) for hit in hits))))
    shown = clean_keeping_length(sentence)
    parts: list[Part] = (
        _marked(shown, spans) if spans else [{"text": cut(_tidy(shown).strip(), MAX_QUOTE), "hit": False}]
    )
    text = "".join(str(part["text"]) for part in parts)
    return {
        "parts": parts,
        "text": text,
        "lang": item.lang,
        "dir": direction(item.lang, sentence),
        "key": sentence,
    }


def _span(item: Item, sentence: str, hit: Evidence) -> Span | None:
    """Where `hit` stands in `sentence`: by its offsets into the field, else by looking for its text."""
    text = str(getattr(item, hit.field, ""))
    if text[hit.start : hit.end] == hit.text:
        begin = text.find(sentence, max(0, hit.start - len(sentence)), hit.end + len(sentence))
        if begin >= 0 and begin <= hit.start and hit.end <= begin + len(sentence):
            return hit.start - begin, hit.end - begin
    at = sentence.find(hit.text) if hit.text else -1
    return (at, at + len(hit.text)) if at >= 0 else None


def _merged(spans: Sequence[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _marked(text: str, spans: list[Span]) -> list[Part]:
    start = _word_start(text, spans[0][0] - MARGIN)
    spans = [s for s in spans if s[1] - start <= MAX_QUOTE] or [
        (spans[0][0], min(spans[0][1], start + MAX_QUOTE))
    ]
    end = _word_end(text, min(max(spans[-1][1] + MARGIN, spans[-1][1]), max(start + MAX_QUOTE, spans[-1][1])))
    end = max(end, spans[-1][1])
    parts: list[Part] = [{"text": "…" if start else "", "hit": False}]
    at = start
    for first, last in spans:
        parts += [{"text": text[at:first], "hit": False}, {"text": text[first:last], "hit": True}]
        at = last
    parts.append({"text": text[at:end].rstrip() + ("…" if end < len(text.rstrip()) else ""), "hit": False})
    return _joined(parts)


def _joined(parts: list[Part]) -> list[Part]:
    """Neighbours of one kind as one part, spaces tidied, empty ones gone."""
    joined: list[Part] = []
    for part in parts:
        text = _tidy(part["text"])
        if joined and joined[-1]["hit"] == part["hit"]:
            joined[-1]["text"] += text
        elif text:
            joined.append({"text": text, "hit": part["hit"]})
    return joined


def _tidy(text: str) -> str:
    return str(_SPACES.sub(lambda m: " " if " " in m.group() else "", text))


def _word_start(text: str, at: int) -> int:
    """The first beginning of a word at or after `at`; 0 when the text begins there."""
    if at <= 0:
        return 0
    space = text.find(" ", at, at + 40)
    return space + 1 if space >= 0 else _boundary(text, at)


def _word_end(text: str, at: int) -> int:
    """The last end of a word at or before `at`."""
    if at >= len(text):
        return len(text)
    space = text.rfind(" ", max(0, at - 40), at)
    return space if space >= 0 else _boundary(text, at)


def _boundary(text: str, at: int) -> int:
    """The last grapheme boundary at or before `at`, looking back at most 64 characters."""
    base = max(0, at - 64)
    ends = [found.start() for found in _GRAPHEME.finditer(text, base, min(len(text), at + 64))]
    return max((end for end in ends if end <= at), default=at)
