"""Pure. Whether a case is what it was: every file against its hash, every link against the one before it."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monitor.exports.case import CHAIN, SUMS, headers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LINE = re.compile(r"([0-9a-f]{64}) [ *](.+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What was found."""

    #: one line each; none: everything is as it was
    faults: tuple[str, ...]
    files: int
    entries: int
    links: int
    #: feed to its newest link at the time of the export, to compare with the archive or a copy kept elsewhere
    heads: Mapping[str, str]
    #: the hashes of all links, and the heads
    chains: frozenset[str] = frozenset()


def verify(files: Mapping[str, bytes]) -> Verified:
    """`files`: path in the folder to content, all of the folder's. Never raises, whatever they hold."""
    faults = list(_sums(files))
    chain = _chain(files)
    if isinstance(chain, str):
        return Verified(faults=(*faults, chain), files=len(files), entries=0, links=0, heads={})
    faults += _feeds(chain, files)
    links = [link for feed in chain for link in feed["links"]]
    if not links:
        faults.append(f"{CHAIN} holds no link: the case proves nothing")
    named = {str(link["file"]) for link in links if link["file"]}
    faults += [
        f"{name}: no link of the chain is about it"
        for name in sorted(files)
        if name.startswith("entries/") and name not in named
    ]
    return Verified(
        faults=tuple(dict.fromkeys(faults)),
        files=len(files),
        entries=len(named),
        links=len(links),
        heads={feed["feed"]: feed["head"] for feed in chain},
        chains=frozenset(link["chain"] for link in links) | {feed["head"] for feed in chain},
    )


def _sums(files: Mapping[str, bytes]) -> Iterator[str]:
    if SUMS not in files:
        yield f"{SUMS} is missing"
        return
    listed: set[str] = set()
    for number, line in enumerate(files[SUMS].decode("utf-8", "replace").splitlines(), start=1):
        read = _LINE.fullmatch(line)
        if read is None:
            yield f"{SUMS}: line {number} is no hash and name"
            continue
        listed.add(read[2])
        if read[2] not in files:
            yield f"{read[2]} is missing"
        elif hashlib.sha256(files[read[2]]).hexdigest() != read[1]:
            yield f"{read[2]} was changed"
    yield from (f"{name} is not in {SUMS}" for name in sorted(files) if name not in listed and name != SUMS)


def _chain(files: Mapping[str, bytes]) -> list[dict[str, Any]] | str:
    """The feeds of chain.json, or what is wrong with it."""
    try:
        feeds = json.loads(files[CHAIN])["feeds"]
        for feed in feeds:
            texts = [feed["feed"], feed["head"]]
            for link in feed["links"]:
                texts += [link[key] for key in ("previous", "sha256", "rest", "chain")]
                texts += [link[key] or "" for key in ("file", "link")]
                rest = json.loads(link["rest"])
                texts.append(rest["feed"])
                headers(rest)
            if not all(isinstance(text, str) for text in texts) or not isinstance(feed["whole"], bool):
                return f"{CHAIN} holds something else than text where hashes belong"
    except KeyError as error:
        return f"{CHAIN} is missing" if error.args == (CHAIN,) else f"{CHAIN} lacks {error}"
    except (ValueError, TypeError, RecursionError):
        return f"{CHAIN} cannot be read"
    return list(feeds)


def _feeds(chain: list[dict[str, Any]], files: Mapping[str, bytes]) -> Iterator[str]:
    for feed in chain:
        before: str | None = None
        for link in feed["links"]:
            where = f"{CHAIN}: feed {feed['feed']}, entry {link.get('entry')}"
            body = (link["previous"] + link["sha256"] + link["rest"]).encode("utf-8", "replace")
            if hashlib.sha256(body).hexdigest() != link["chain"]:
                yield f"{where}: its hash is not that of what it binds"
            if feed["whole"] and before is not None and link["previous"] != before:
                yield f"{where}: does not follow the one before it"
            if json.loads(link["rest"])["feed"] != feed["feed"]:
                yield f"{where}: belongs to another feed"
            before = link["chain"]
            yield from _files(link, body, files)


def _files(link: Mapping[str, Any], body: bytes, files: Mapping[str, bytes]) -> Iterator[str]:
    """The entry's bytes, and the copy of the link that sha256sum can read."""
    if link["file"]:
        if link["file"] not in files:
            yield f"{link['file']} is missing"
        elif hashlib.sha256(files[link["file"]]).hexdigest() != link["sha256"]:
            yield f"{link['file']}: not the bytes that were retrieved"
    if link["link"]:
        if link["link"] not in files:
            yield f"{link['link']} is missing"
        elif files[link["link"]] != body:
            yield f"{link['link']}: not what {CHAIN} says"
        said = link["link"].replace("links/", "headers/", 1)
        if said not in files:
            yield f"{said} is missing"
        elif files[said] != headers(json.loads(link["rest"])):
            yield f"{said}: not what {CHAIN} says"
