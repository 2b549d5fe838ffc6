"""The workbench: a text, and what every rule says of it: which words it found, and what is lacking.

It may be kept as a test.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.desk import edit
from monitor.desk.access import Refused
from monitor.desk.asked import Answer
from monitor.errors import ConfigError
from monitor.exports import plain
from monitor.feeds import clean, seeds, trial
from monitor.jobs import articles, edits
from monitor.model import Item
from monitor.net.client import redact
from monitor.store import archive
from monitor.watchlists import explain, save_test
from monitor.watchlists.near_miss import bare

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from monitor.desk.asked import Asked, Desk
    from monitor.model import Evidence

#: characters that are read
MAX_TEXT = 60_000
#: kinds of explanations that are told at once; the others are folded
_LOUD = ("fired", "related", "unless", "no-contact", "silenced", "near")


def page(desk: Desk, asked: Asked) -> Answer:
    """The form, filled with an archived item where one is named, and what is decided of it."""
    if not asked.get("item"):
        return Answer(template="workbench.html", values={"text": "", "decided": None, "kept": None})
    return _answer(desk, _archived(desk, asked.get("item")), {"item": asked.get("item")})


def decide(desk: Desk, asked: Asked) -> Answer:
    """What is decided of a text that was pasted, or of the article behind an address."""
    if asked.get("url"):
        item = _behind(desk, asked.get("url"))
        return _answer(desk, item, {"text": _text(item)})
    return _answer(desk, _pasted(asked), {"text": _raw(asked)})


def keep(desk: Desk, asked: Asked) -> Answer:
    """Keep what was decided of as a test beside a watchlist. Raises Refused: it is one already."""
    parts = desk.app.parts
    source = {"item": asked.get("item")} if asked.get("item") else {"text": _raw(asked)}
    item = _archived(desk, asked.get("item")) if asked.get("item") else _pasted(asked)
    watchlist = asked.wanted("watchlist", parts.titles)
    if not watchlist:
        raise Refused(400, "Say of which watchlist it is to be a test.")
    item = explain.as_polled(item, parts.watchlists.press.outlets)
    no_match = asked.get("expect") == "no_match"
    test = save_test.NewTest(item=save_test.of_item(item), no_match=no_match, why=asked.get("why"))
    try:
        made = edits.with_test(parts.watchlists, parts.settings.watchlists, watchlist, test)
        edits.write(made, edit.PROGRAM)
    except (edits.Twin, edits.Changed) as error:
        raise Refused(409, f"{error}.") from None
    except ConfigError as error:
        raise Refused(409, f"{error.mistakes[0]}.") from None
    except seeds.Unwritable as why:
        return edit.patch(made, str(why))
    problem = edits.problem(parts.watchlists, watchlist, test)
    edit.read_again(desk, "")
    return _answer(desk, item, source, kept={"file": made.file, "problem": problem, "kind": test.kind})


def _answer(desk: Desk, item: Item, source: Mapping[str, str], **more: Any) -> Answer:
    """What is decided of an item; `source`: the fields of a form that say which it is."""
    values = {"text": _text(item), "source": source, "lists": desk.app.parts.titles, "kept": None}
    return Answer(template="workbench.html", values={**values, "decided": _decided(desk, item), **more})


def _text(item: Item) -> str:
    return "\n".join(filter(None, (item.title, item.summary, item.content)))


def _raw(asked: Asked) -> str:
    text = asked.text("text")[:MAX_TEXT]
    if not text.strip():
        raise Refused(400, "Paste a text: its first line is the title.")
    return text


def _pasted(asked: Asked) -> Item:
    title, _, rest = clean.to_text(_raw(asked)).strip().partition("\n")
    return Item(key="text", feed_id="", title=title, content=rest.strip())


def _behind(desk: Desk, typed: str) -> Item:
    """The article behind an address, asked for once, as a poll would. Raises Refused: there is none."""
    url = trial.wanted_url(typed)
    if url is None or not url.lower().startswith(("http:", "https:")):
        raise Refused(400, "That is no web address.")
    app = desk.app
    article = articles.behind(app.parts.net, app.poller().worker, url)
    if isinstance(article, str):
        raise Refused(422, f"No article was read there: {redact(article)}. Paste its text instead.")
    text = article.text[:MAX_TEXT]
    return Item(key="text", feed_id="", title=article.title, content=text, url=article.url)


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
    places = {tuple(name.split("/", 1)): at for _, name, _, at in edit.rules(desk)}
    rules = [
        {
            "watchlist": r.watchlist,
            "rule": r.rule,
            "title": r.title,
            "kind": r.kind,
            "severity": r.severity,
            "detail": bare(r.detail),
            "query": r.query,
            "edit": places.get((r.watchlist, r.rule)),
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


PAGES = (
    ("/workbench", "GET", page),
    ("/workbench", "POST", decide),
    ("/workbench/test", "POST", keep),
)
