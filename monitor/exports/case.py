"""Pure. A case: one story with its evidence, as files that anybody can read, and verify without us.

The same archive gives the same files, to the byte: nothing here looks at a clock.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monitor.exports import case_page, csv_table, stories

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.model import Judged, LedgerContact, Step
    from monitor.model.evidence import Kept

SUMS, CHAIN = "SHA256SUMS", "chain.json"
#: links of other items that are taken along to show that a chain has no gap; with more, only the story's own are
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
        "index.html": case_page.write(case.judged, case.steps, case.contacts, _rows(case, names)).encode(),
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


def _rows(case: Case, names: Mapping[int, str]) -> list[case_page.EntryRow]:
    return [
        case_page.EntryRow(
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
