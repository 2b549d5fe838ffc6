"""Publishers on loopback, each with a host of its own: good ones, a host that never answers, silent articles."""

from __future__ import annotations

import itertools
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.support.line import ENTITIES, WATCHLIST
from tests.support.web import Answer, Raw, Web

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.web import Request

#: longer than any deadline of a request
NEVER = 3600.0


@dataclass
class Troubled:
    """What stands on the servers, and the monitor's configuration for it."""

    web: Web
    config: Path
    good: int

    def gaps(self) -> list[float]:
        """Seconds between two requests for the same good feed, of all of them, sorted."""
        found: list[float] = []
        for n in range(self.good):
            at = [request.at for request in self.web.asked(f"/good{n}")]
            found += [later - earlier for earlier, later in itertools.pairwise(at)]
        return sorted(found)


@contextmanager
def troubled(
    folder: Path, *, good: int, dead: int, articles: int, interval: int, gap: int = 2, dead_hosts: int = 1
) -> Iterator[Troubled]:
    """`good` feeds with news at each poll, `dead` feeds of one host or more, one feed whose `articles` are silent.

    `interval` and `gap` (between requests to a host) in seconds.
    """
    silent = [f"127.0.1.{n + 1}" for n in range(dead_hosts)]
    hosts = ("127.0.2.1", "127.0.2.2", *(f"127.0.3.{n + 1}" for n in range(good)))
    with Web(hosts=(*hosts, *silent)) as web:
        feeds = {f"dead{n}": web.url(f"/dead{n}", host=silent[n % dead_hosts]) for n in range(dead)}
        for name in feeds:
            web.answer(f"/{name}", delay=NEVER)
        if articles:
            feeds["full"] = web.url("/full", host=hosts[0])
            pages = [web.url(f"/page{n}", host=hosts[1]) for n in range(articles)]
            web.answer("/full", body=document("full", pages))
            for n in range(articles):
                web.answer(f"/page{n}", delay=NEVER)
        for n in range(good):
            feeds[f"good{n}"] = web.url(f"/good{n}", host=hosts[2 + n])
            web.handle(f"/good{n}", _changing(f"good{n}"))
        yield Troubled(web, _configured(folder, web.port, feeds, interval, gap), good)


def document(name: str, links: list[str]) -> bytes:
    """A feed with an entry for each link."""
    entry = "<item><guid>{0}</guid><link>{0}</link><title>Harbour report of {1}, number {2}</title></item>"
    told = "".join(entry.format(link, name, n) for n, link in enumerate(links))
    return f'<rss version="2.0"><channel><title>{name}</title>{told}</channel></rss>'.encode()


class _changing:
    """Twenty entries, one of them new each time."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._asked = itertools.count(20)

    def __call__(self, _request: Request) -> Answer | Raw:
        last = next(self._asked)
        links = [f"https://{self._name}.example/{n}" for n in range(last, last - 20, -1)]
        return Answer(body=document(self._name, links))


def _configured(folder: Path, port: int, feeds: dict[str, str], interval: int, gap: int) -> Path:
    lists = folder / "lists" / "entities"
    lists.mkdir(parents=True)
    (lists / "people.yaml").write_text(ENTITIES, encoding="utf-8")
    (lists.parent / "contacts.yaml").write_text(WATCHLIST, encoding="utf-8")
    rows = "".join(
        f"  - {{id: {name}, url: '{url}', title: {name}, fulltext: {str(name == 'full').lower()}}}\n"
        for name, url in feeds.items()
    )
    (folder / "feeds.yaml").write_text(f"feeds:\n{rows}", encoding="utf-8")
    path = folder / "monitor.yaml"
    path.write_text(
        f"data: {folder}/data\nfeeds: {folder}/feeds.yaml\nwatchlists: {folder}/lists\n"
        "receivers: [{name: desk, file: {}}]\nroute: {receiver: desk, group_wait: 0s}\n"
        f"polling: {{interval: {interval}s, min_interval: {interval}s, max_interval: {interval}s, "
        f"host_gap: {gap}s, allow_networks: [127.0.0.0/8], allow_ports: [{port}]}}\n",
        encoding="utf-8",
    )
    return path
