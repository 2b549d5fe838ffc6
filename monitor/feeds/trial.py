"""Try an address before it is added: one request, read as a poll would read it;
feeds of a web page are found.
"""

from __future__ import annotations

import asyncio
import re
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.feeds import opml
from monitor.feeds.discover import Found, discover
from monitor.feeds.fetch import FetchRequest, fetch
from monitor.feeds.fulltext import NoArticle, extract
from monitor.feeds.local import is_local, read_local
from monitor.feeds.parse import parse
from monitor.feeds.secrets import Address, Unset, plain, resolved
from monitor.feeds.seeds import whole_scheme
from monitor.feeds.worker import Worker, WorkerFault
from monitor.languages import detect
from monitor.model import Entry, Fetched, FetchFailed, FetchFault, ParsedFeed
from monitor.net.client import redact
from monitor.net.transport import FetchClient

if TYPE_CHECKING:
    from monitor.model import FetchResult
    from monitor.net.client import NetPolicy

#: what to do about each reason for which nothing came
_REMEDIES = {
    FetchFault.DNS: "check how the host is spelt",
    FetchFault.REFUSED_ADDRESS: "private networks and other ports than 80 and 443 are asked only where "
    "polling.allow_networks and polling.allow_ports name them",
    FetchFault.CONNECT: "check host and port, and whether the server is up",
    FetchFault.TLS: "the server's certificate is not trusted; the publisher must correct it",
    FetchFault.TIMEOUT: "try again later",
    FetchFault.TOO_LARGE: "ask the publisher for a feed with fewer entries",
    FetchFault.REDIRECT: "open the address in a browser and add where it leads",
    FetchFault.PROTOCOL: "the publisher's server must correct it",
    FetchFault.TRUNCATED: "try again later",
    FetchFault.CLIENT_ERROR: "look for the feed's address on the site; `monitor feeds discover` "
    "reads a page's",
    FetchFault.SERVER_ERROR: "try again later",
    FetchFault.RATE_LIMITED: "wait an hour before you try again",
    FetchFault.GONE: "the publisher took it away for good; look for another one on the site",
    FetchFault.NOT_A_FEED: "name a feed (RSS, Atom, JSON Feed), or a page that links to one",
    FetchFault.PARSER_LIMIT: "the document is built so that reading it takes too long",
    FetchFault.UNREADABLE: "check the address in a browser; the publisher must correct the document",
}
#: 401 and 403, by the end of what is said
_CLOSED = re.compile(r"answered 40[13]$")
_KEPT_OUT = (
    "a login may be needed (https://${USER}:${PASSWORD}@…), or the site keeps programs out: ask the publisher"
)


@dataclass(frozen=True, slots=True)
class Refused:
    """Why an address is not taken, and what to do."""

    reason: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.reason} ({self.remedy})" if self.remedy else self.reason


@dataclass(frozen=True, slots=True)
class Choice:
    """A page that names several feeds."""

    found: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """A feed that was fetched and read."""

    #: as it goes into the feeds file
    url: str
    #: where it answered, after redirects
    answered: str
    title: str
    language: str
    #: newest first
    entries: tuple[Entry, ...]
    #: what was fetched, free of the address's secrets; several for a folder
    results: tuple[FetchResult, ...]
    address: Address


def wanted_url(typed: str) -> str | None:
    """The address that somebody means by what they typed; None where it is none."""
    url = whole_scheme(typed.strip())
    if re.match(r"https?://", url, re.IGNORECASE):
        return url
    if url[:5].lower() == "file:":
        return url
    if url.startswith(("/", "./", "../", "~")) or Path(url).exists():
        return f"file:{Path(url).expanduser().resolve()}"
    return f"https://{url}" if re.fullmatch(r"[\w-]+(\.[\w-]+)+(:\d+)?([/?].*)?", url) else None


def attempt(
    url: str, net: NetPolicy, pick: int | None = None, worker: Worker | None = None
) -> Tried | Choice | Refused:
    """Ask `url` once, and read it in `worker`, or in one of its own.

    A page that names one feed, or where `pick` (1 and up) names one: that feed is asked in its turn.
    """
    with ExitStack() as stack:
        worker = worker or stack.enter_context(Worker())
        if is_local(url):
            return _read(worker, url, Address(url), read_local(url))
        found = _asked(worker, url, net)
        if not isinstance(found, Choice):
            return found
        if pick is None and len(found.found) > 1:
            return found
        number = pick or 1
        if not 1 <= number <= len(found.found):
            return Refused(
                f"the page names {len(found.found)} feeds, not {number}", "say --pick with one of them"
            )
        again = _asked(worker, plain(found.found[number - 1].url), net)
        return (
            Refused("the feed that the page names is a web page, too") if isinstance(again, Choice) else again
        )


def _asked(worker: Worker, url: str, net: NetPolicy) -> Tried | Choice | Refused:
    try:
        address = resolved(url)
    except Unset as error:
        return Refused(str(error))
    result = asyncio.run(_get(net, address.url))
    if isinstance(result, FetchFailed):
        return _refused(address.kept(result, url))
    return _read(worker, url, address, (result,))


def _read(
    worker: Worker, url: str, address: Address, results: tuple[FetchResult, ...]
) -> Tried | Choice | Refused:
    parsed: list[ParsedFeed] = []
    for result in results:
        if not isinstance(result, Fetched):
            return _refused(result)
        read = worker.run(parse, result.body, result.content_type, result.url)
        if isinstance(read, WorkerFault):
            return Refused(read.reason, _REMEDIES[FetchFault.PARSER_LIMIT])
        if isinstance(read, FetchFailed):
            return _page(worker, result, read)
        parsed.append(read)
    last = results[-1]
    assert isinstance(last, Fetched)
    moved = plain(last.moved_to) if last.moved_to and not address.secrets else None
    entries = [entry for one in parsed for entry in one.entries]
    return Tried(
        url=moved or url,
        answered=last.url,
        title=" ".join((parsed[0].title or "").split())[:200],
        language=_language(parsed[0], entries),
        entries=tuple(sorted(entries, key=_age)),
        results=results,
        address=Address(moved) if moved else address,
    )


def _page(worker: Worker, result: Fetched, failed: FetchFailed) -> Choice | Refused:
    """What is no feed: the feeds that it names as a web page, or why there are none."""
    found = discover(result.body, result.url, result.content_type) if b"<" in result.body else ()
    found = tuple(one for one in found if one.url != result.url)
    if found:
        return Choice(found)
    read = worker.run(extract, result.body[:2_000_000], result.content_type, result.url)
    if isinstance(read, NoArticle) and ("challenge" in read.reason or "consent" in read.reason):
        return Refused(
            f"not a feed: {read.reason}",
            "the site keeps programs out; ask the publisher for its feed's address",
        )
    said = failed.detail if failed.fault is not FetchFault.NOT_A_FEED else f"not a feed: {failed.detail}"
    names_none = ", and it names no feed" if b"<html" in result.body[:5_000].lower() else ""
    return Refused(redact(said) + names_none, _REMEDIES[failed.fault])


def _refused(result: FetchResult) -> Refused:
    if not isinstance(result, FetchFailed):
        return Refused("nothing new where everything should be", "try again later")
    if _CLOSED.search(result.detail):
        return Refused(result.detail, _KEPT_OUT)
    return Refused(f"{result.fault.value}: {result.detail}", _REMEDIES.get(result.fault, ""))


async def _get(net: NetPolicy, url: str) -> FetchResult:
    async with FetchClient(net) as client:
        return await fetch(client, FetchRequest(url=url))


def _language(parsed: ParsedFeed, entries: list[Entry]) -> str:
    """What most entries are written in; the feed's own word where the text does not tell."""
    sample = "\n".join(f"{entry.title} {entry.summary}" for entry in entries[:20])
    found = detect.detect(sample, parsed.language)
    return found if re.fullmatch(r"[a-z]{2,3}", found) and found != "und" else "mul"


def _age(entry: Entry) -> float:
    return -entry.published_at.timestamp() if entry.published_at else 0.0


def free_id(tried: Tried, taken: set[str]) -> str:
    """A feed id made of title or host that is not in use."""
    host = re.sub(r"^(https?://(www\.)?|file:)", "", tried.url.rpartition("@")[2]).partition("/")[0]
    return opml.free_id(opml.slug(tried.title) or opml.slug(host), taken)


def same_place(url: str) -> str:
    """`url` as two addresses of one feed have it alike:
    without scheme, `www.`, login, last slash and fragment.
    """
    bare = re.sub(r"^https?://([^/@]*@)?(www\.)?", "", url.partition("#")[0], flags=re.IGNORECASE)
    host, slash, path = bare.partition("/")
    return f"{re.sub(':(80|443)$', '', host.lower())}{slash}{path}".rstrip("/")
