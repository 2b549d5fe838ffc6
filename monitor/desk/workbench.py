"""The workbench: a text, and what every rule says of it: which words it found, and what is lacking."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.desk.access import Refused
from monitor.desk.asked import Answer
from monitor.exports import plain
from monitor.feeds import clean
from monitor.model import Item
from monitor.store import archive
from monitor.watchlists import explain
from monitor.watchlists.near_miss import bare

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.desk.asked import Asked, Desk
    from monitor.model import Evidence

#: characters that are read
MAX_TEXT = 60_000
#: kinds of explanations that are told at once; the others are folded
_LOUD = ("fired", "related", "unless", "no-contact", "silenced", "near")


def page(desk: Desk, asked: Asked) -> Answer:
    """The form, filled with an archived item where one is named, and what is decided of it."""
    if asked.form is not None:
        title, _, rest = clean.to_text(_raw(asked)).strip().partition("\n")
        item = Item(key="text", feed_id="", title=title, content=rest.strip())
    elif asked.get("item"):
        item = _archived(desk, asked.get("item"))
    else:
        return Answer(template="workbench.html", values={"text": "", "decided": None})
    text = "\n".join(filter(None, (item.title, item.summary, item.content)))
    return Answer(template="workbench.html", values={"text": text, "decided": _decided(desk, item)})


def _raw(asked: Asked) -> str:
    text = next(iter((asked.form or {}).get("text", ())), "")[:MAX_TEXT]
    if not text.strip():
        raise Refused(400, "Paste a text: its first line is the title.")
    return text


def _archived(desk: Desk, said: str) -> Item:
    number = int(said) if said.isascii() and said.isdigit() and len(said) < 19 else 0
    with desk.app.db.snapshot() as tx:
        found = archive.get(tx, number)
    if found is None:
        raise Refused(404, "There is no such item in the archive.")
    return found.item


def _decided(desk: Desk, item: Item) -> dict[str, Any]:
    """What is found, in its place, and what every rule says."""
    parts = desk.app.parts
    item = explain.as_polled(item, parts.watchlists.press.outlets)
    decision = parts.matcher.decide(item)
    said = explain.explain(parts.matcher, item)
    found = [e for match in decision.matches for e in match.evidence]
    found += [e for contact in decision.contacts for e in contact.evidence]
    rules = [
        {
            "watchlist": r.watchlist,
            "rule": r.rule,
            "title": r.title,
            "kind": r.kind,
            "severity": r.severity,
            "detail": bare(r.detail),
            "query": r.query,
            "sentences": [_marked(s.text, s.words) for s in r.sentences],
        }
        for r in said.rules
    ]
    return {
        "lang": decision.lang,
        "matches": decision.matches,
        "contacts": [(c, plain.STATUS_WORDS[c.status]) for c in decision.contacts],
        "texts": [
            (name, _placed(getattr(item, name), name, found))
            for name in ("title", "summary", "content")
            if getattr(item, name)
        ],
        "loud": [r for r in rules if r["kind"] in _LOUD],
        "quiet": [r for r in rules if r["kind"] not in _LOUD],
        "item": item,
    }


def _placed(text: str, name: str, found: Sequence[Evidence]) -> list[dict[str, Any]]:
    return _marked(text, [(e.start, e.end) for e in found if e.field == name])


def _marked(text: str, spans: Sequence[tuple[int, int]]) -> list[dict[str, Any]]:
    """`text` in parts, those in `spans` marked; spans may overlap."""
    parts, at = [], 0
    for start, end in sorted(spans):
        if end <= at:
            continue
        parts += [
            {"text": text[at : max(at, start)], "hit": False},
            {"text": text[max(at, start) : end], "hit": True},
        ]
        at = end
    return [*(p for p in parts if p["text"]), {"text": text[at:], "hit": False}]


PAGES = (("/workbench", "GET", page), ("/workbench", "POST", page))
