"""Pure. A case: one story with its evidence, as files that anybody can read, and verify without us.

The same archive gives the same files, to the byte: nothing here looks at a clock.
"""

from __future__ import annotations

import hashlib
import html
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monitor.exports import csv_table, plain, stories

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from monitor.model import Corroboration, Judged, LedgerContact, Step, StoryItem, Voice
    from monitor.model.evidence import Kept


SUMS, CHAIN = "SHA256SUMS", "chain.json"
#: links of other items that are taken along to show that a chain has no gap; with more, only the story's own
#: are
MAX_BETWEEN = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedChain:
    """A feed's links from the story's first to its last, and the newest of all."""

    feed_id: str
    links: tuple[Kept, ...]
    #: nothing was left out between the links
    whole: bool
    #: the feed's newest link at the time of the export
    head: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """All that a case holds."""

    judged: Judged
    steps: tuple[Step, ...]
    #: with the offices of the people in them
    contacts: tuple[LedgerContact, ...]
    #: what was kept of the story's items, with bytes
    kept: tuple[Kept, ...]
    chains: tuple[FeedChain, ...]


def files(case: Case) -> Mapping[str, bytes]:
    """Path in the folder to content, in the order of the paths; SHA256SUMS last."""
    names = {kept.id: entry_name(kept) for kept in case.kept}
    made: dict[str, bytes] = {
        "index.html": write(case.judged, case.steps, case.contacts, _rows(case, names)).encode(),
        "story.json": _json(stories.story_json(case.judged, case.steps, texts=True)),
        "items.csv": stories.items_csv(case.judged.story.items).encode(),
        "contacts.csv": csv_table.write(case.contacts).encode(),
        CHAIN: _json(_chain(case, names)),
    }
    for kept in case.kept:
        made[f"links/{kept.id:06}.txt"] = kept.link.body
        made[f"headers/{kept.id:06}.txt"] = headers(json.loads(kept.link.rest))
        if kept.raw is not None:
            made[names[kept.id]] = kept.raw
    ordered = {name: made[name] for name in sorted(made)}
    lines = (f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in ordered.items())
    return {**ordered, SUMS: "".join(lines).encode()}


def entry_name(kept: Kept) -> str:
    """Where an entry's bytes lie."""
    suffix = "json" if (kept.raw or b"").startswith(b"{") else "xml"
    return f"entries/{kept.id:06}.{suffix}"


def headers(rest: Mapping[str, Any]) -> bytes:
    """How an entry was retrieved, for a person; `rest`: what its link binds beside the bytes."""
    lines = [f"retrieved {rest['retrieved_at']}", f"from {rest['url']}"]
    lines += [f"document {rest['document_sha256']}", ""]
    lines += [f"{name}: {value}" for name, value in rest["headers"]]
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")


def _rows(case: Case, names: Mapping[int, str]) -> list[EntryRow]:
    return [
        EntryRow(
            item_id=kept.item_id or 0,
            name=names[kept.id] if kept.raw is not None else "",
            revision=kept.link.revision,
            retrieved=f"{kept.link.retrieved_at:%Y-%m-%d %H:%M:%S} UTC",
            url=kept.link.url,
            sha256=kept.link.sha256,
            chain=kept.chain,
        )
        for kept in case.kept
    ]


def _chain(case: Case, names: Mapping[int, str]) -> dict[str, Any]:
    raw = {kept.id for kept in case.kept if kept.raw is not None}
    return {
        "format": 1,
        "story": case.judged.story.id,
        "rule": "chain = SHA-256 of previous + sha256 + rest, as UTF-8 text without separators",
        "feeds": [
            {
                "feed": chain.feed_id,
                "whole": chain.whole,
                "head": chain.head,
                "links": [
                    {
                        "entry": kept.id,
                        "item": kept.item_id if kept.id in names else None,
                        "file": names[kept.id] if kept.id in raw else None,
                        "link": f"links/{kept.id:06}.txt" if kept.id in names else None,
                        "previous": kept.link.previous,
                        "sha256": kept.link.sha256,
                        "rest": kept.link.rest,
                        "chain": kept.chain,
                    }
                    for kept in chain.links
                ],
            }
            for chain in case.chains
        ],
    }


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode("utf-8", "replace")


# The readable page of a case: one HTML file without scripts, pictures or anything from elsewhere.

#: languages written from right to left
_RTL = frozenset({"ar", "fa", "he", "ur", "ps", "ckb"})
_DONE = {"told": "tells it", "copied": "repeats it", "withdrawn": "took its entry back"}
_STYLE = """
body { font: 16px/1.5 system-ui, "Noto Sans", "Noto Naskh Arabic", sans-serif; max-width: 46em; margin: 2em auto;
  padding: 0 1em; color: #1a1a1a; background: #fff }
h1 { line-height: 1.25 } h2 { margin-top: 2em; border-bottom: 1px solid #bbb } h3 { margin-bottom: .2em }
.meta, td, th { color: #555; font-size: .9em } table { border-collapse: collapse; width: 100% }
td, th { text-align: start; vertical-align: top; padding: .3em .6em .3em 0; border-bottom: 1px solid #ddd }
code { font-size: .8em; overflow-wrap: anywhere } .text { white-space: pre-line; overflow-wrap: anywhere }
.gone { color: #a00 } blockquote { margin: .5em 0; padding-inline-start: 1em; border-inline-start: 3px solid #bbb }
article { break-inside: avoid-page } a { color: #0b57d0; overflow-wrap: anywhere }
@media print { body { margin: 0; max-width: none } a { color: inherit } }
"""

#: what a reader of a case must not believe of it
UNPROVED = (
    "The hashes show that nothing was changed since they were written down. They do not show that "
    "nobody made the whole "
    "case anew, nor that this page, story.json and the tables say what the entries say: compare the "
    "newest links with "
    "those that were written down elsewhere, and read the entries."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """One kept entry as the page's table has it."""

    item_id: int
    #: its file; empty where no bytes are kept
    name: str
    revision: int
    retrieved: str
    url: str
    sha256: str
    chain: str


def write(
    judged: Judged, steps: Sequence[Step], contacts: Sequence[LedgerContact], entries: Sequence[EntryRow]
) -> str:
    """The whole document. Everything that others wrote is escaped and keeps its own direction."""
    title = judged.best.item.title or judged.story.id
    body = "\n".join(
        [
            *_head(judged, title),
            *_section("How far it may be believed", _standing(judged.corroboration)),
            *_section("How it grew", _timeline(steps)),
            *_section("Contacts", _contacts(contacts)),
            *_section("Items", (line for item in judged.story.items for line in _item(item))),
            *_section("Evidence", _evidence(entries)),
            f"<p>{UNPROVED}</p>",
        ]
    )
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src '
        "'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width"><meta name="referrer" content="no-referrer">\n'
        f"<title>{_plain(title)}</title><style>{_STYLE}</style></head>\n<body>\n{body}\n</body></html>\n"
    )


def _section(heading: str, lines: Iterator[str]) -> list[str]:
    made = list(lines)
    return [f"<h2>{heading}</h2>", *made] if made else []


def _head(judged: Judged, title: str) -> Iterator[str]:
    story = judged.story
    yield f"<h1{_direction(judged.best.item.lang)}>{_plain(title)}</h1>"
    said = [
        f"Story {story.id}, {story.severity.value}; watchlists: "
        f"{', '.join(stories.watchlists(story)) or 'none'}",
        f"First seen {_at(stories.first_seen(story))}, latest news {_at(stories.latest(story))}",
        f"Items: {len(story.items)}, copies among them: {stories.copies(story)}; "
        f"languages: {', '.join(stories.languages(story))}",
    ]
    yield '<p class="meta">' + "<br>".join(_plain(line) for line in said) + "</p>"


def _against(voice: Voice) -> str:
    if not voice.denies:
        return ""
    return " (says the opposite)" if voice.contradicts else " (denies it)"


def _standing(of: Corroboration) -> Iterator[str]:
    yield f"<p><strong>{plain.grade(of)}</strong>: {_plain(of.explained)}</p>"
    yield "<table><tr><th>voice</th><th>side</th><th>source</th><th>outlets</th></tr>"
    for voice in of.voices:
        sides = ", ".join(side for side in voice.sides) + _against(voice)
        sides += f", reported by {', '.join(side for side in voice.through)}" if voice.speaker else ""
        outlets = ", ".join(f"<bdi>{_plain(outlet)}</bdi>" for outlet in voice.outlets)
        yield (
            f"<tr><td><bdi>{_plain(voice.name)}</bdi></td><td>{_plain(sides)}</td>"
            f"<td>{_plain(voice.reliability)}</td><td>{outlets}</td></tr>"
        )
    yield "</table>"


def _timeline(steps: Sequence[Step]) -> Iterator[str]:
    yield "<table><tr><th>when (UTC)</th><th>what</th></tr>"
    for step in steps:
        item = step.item
        what = f'<bdi>{_plain(item.outlet)}</bdi> ({item.side}) {_DONE[step.kind]}: <a href="#i{item.id}">item {item.id}</a>'
        for change in step.changes:
            what += f"<br>→ <bdi>{_plain(change.reason)}</bdi>"
        yield f"<tr><td>{_at(step.at)}</td><td>{what}</td></tr>"
    yield "</table>"


def _contacts(contacts: Sequence[LedgerContact]) -> Iterator[str]:
    for contact in contacts:
        yield f"<h3><bdi>{_plain(plain.title(contact))}</bdi></h3>"
        yield f'<p class="meta">{"<br>".join(_plain(line) for line in plain.summary(contact).splitlines())}</p>'
        for source in contact.sources:
            for sentence in plain.sentences(source):
                yield (
                    f"<blockquote{_direction(source.lang)}>{_plain(sentence)}<br>"
                    f'<span class="meta"><bdi>{_plain(source.outlet)}</bdi>, <a href="#i{source.item_id}">item '
                    f"{source.item_id}</a></span></blockquote>"
                )


def _item(of: StoryItem) -> Iterator[str]:
    item = of.item
    yield f'<article id="i{of.id}"><h3{_direction(item.lang)}>{_plain(item.title or "(no title)")}</h3>'
    published = f"published {_at(item.published_at)}, " if item.published_at else "without a date, "
    meta = [
        f"item {of.id}: <bdi>{_plain(of.outlet)}</bdi>, {of.side}, source {_plain(of.feed.reliability)}",
        f"{published}first seen {_at(of.first_seen_at)}, revision {of.revision}, {_plain(item.lang)}",
    ]
    if item.url:
        meta.append(_link(item.url))
    if of.copy_of is not None:
        meta.append(f"repeats item {of.copy_of}")
    if of.credit:
        meta.append(f"credits {_plain(of.credit)}")
    if of.withdrawn_at:
        meta.append(f'<span class="gone">taken out of its feed, noticed {_at(of.withdrawn_at)}</span>')
    yield f'<p class="meta">{"<br>".join(meta)}</p>'
    for text in filter(None, (item.summary, item.content)):
        yield f'<div class="text"{_direction(item.lang)}>{_plain(text)}</div>'
    for match in of.matches:
        reason = f"{match.watchlist}/{match.rule} ({match.severity.value}): {match.reason}"
        yield f'<p class="meta"><bdi>{_plain(reason)}</bdi></p>'
    yield "</article>"


def _evidence(entries: Sequence[EntryRow]) -> Iterator[str]:
    yield (
        "<p>What each feed said, byte for byte as decoded. <code>sha256sum -c SHA256SUMS</code> "
        "checks that the "
        "files of this folder are unchanged; <code>monitor verify</code> also checks the chain of hashes.</p>"
    )
    yield "<table><tr><th>item</th><th>file</th><th>retrieved</th><th>SHA-256 and chain</th></tr>"
    for row in entries:
        name = f'<a href="{html.escape(row.name)}">{_plain(row.name)}</a>' if row.name else "no bytes kept"
        yield (
            f'<tr><td><a href="#i{row.item_id}">{row.item_id}</a>, revision {row.revision}</td><td>{name}</td>'
            f"<td>{_plain(row.retrieved)}<br><bdi>{_plain(row.url)}</bdi></td>"
            f"<td><code>{row.sha256}</code><br><code>{row.chain}</code></td></tr>"
        )
    yield "</table>"


def _plain(text: str) -> str:
    """Escaped, without what no document can hold."""
    return html.escape(plain.clean(text))


def _direction(lang: str) -> str:
    return f' lang="{html.escape(lang)}" dir="{"rtl" if lang in _RTL else "auto"}"'


def _link(url: str) -> str:
    """Only web addresses become links."""
    if not url.lower().startswith(("http://", "https://")):
        return f"<bdi>{_plain(url)}</bdi>"
    return f'<a href="{_plain(url)}" rel="noopener noreferrer nofollow"><bdi>{_plain(url)}</bdi></a>'


def _at(at: object) -> str:
    return f"{at:%Y-%m-%d %H:%M}"
