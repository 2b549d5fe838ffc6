"""A publisher over real HTTP, and a monitor that polls him when told to, on a clock of its own."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

from monitor.app import App, opened
from monitor.config import load
from monitor.store import archive, feeds
from monitor.store.archive import Filter
from tests.support.line import ENTITIES, WATCHLIST
from tests.support.web import Web

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Iterator
    from pathlib import Path

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
CONFIGURATION = """
data: {data}
feeds: {data}/feeds.yaml
watchlists: {data}/lists
receivers: [{{name: desk, file: {{}}}}]
route: {{receiver: desk, group_wait: 0s}}
polling: {{allow_networks: [127.0.0.0/8], allow_ports: [{port}], host_gap: 0s}}
"""


def document(numbers: Iterable[int]) -> bytes:
    """An RSS feed of reports, newest (the highest number) first; number 7 is about a meeting."""
    entries = []
    for n in sorted(numbers, reverse=True):
        title = "Putin receives Khalifa Haftar" if n == 7 else f"Harbour report number {n}"
        at = format_datetime(START - timedelta(days=1) + timedelta(hours=n))
        entries.append(
            f"<item><guid>g{n}</guid><link>https://gazette.example/{n}</link><title>{title}</title>"
            f"<pubDate>{at}</pubDate></item>"
        )
    return f"<rss version='2.0'><channel><title>G</title>{''.join(entries)}</channel></rss>".encode()


@dataclass
class Newsroom:
    """A publisher, and a monitor that polls him when told to."""

    web: Web
    app: App
    #: its configuration
    config: Path
    now: list[datetime] = field(default_factory=lambda: [START])

    def poll(self, numbers: Iterable[int]) -> Counter[str]:
        """Publish `document(numbers)`, and poll an hour later."""
        return self.publish(document(numbers))

    def publish(self, body: bytes) -> Counter[str]:
        """Publish, and poll an hour later."""
        self.web.answer("/rss", body=body, headers={"Content-Type": "application/rss+xml"})
        self.now[0] += timedelta(hours=1)
        with self.app.db.transaction() as tx:
            feeds.poll_now(tx, self.now[0])
        return self.app.poll()

    def withdrawn(self) -> dict[str | None, datetime]:
        """When each entry was found withdrawn, by its guid."""
        with self.app.db.snapshot() as tx:
            found = archive.search(tx, Filter())
        return {i.item.guid: i.withdrawn_at for i in found if i.withdrawn_at is not None}


@contextmanager
def newsroom(tmp_path: Path, keys: str = "") -> Iterator[Newsroom]:
    """A feed of one address (`keys`: more of its YAML) and a watchlist of a few lines."""
    (tmp_path / "lists" / "entities").mkdir(parents=True)
    (tmp_path / "lists" / "entities" / "people.yaml").write_text(ENTITIES, encoding="utf-8")
    (tmp_path / "lists" / "contacts.yaml").write_text(WATCHLIST, encoding="utf-8")
    with Web() as web:
        feed = f"feeds:\n  - {{id: gazette, url: '{web.url('/rss')}', title: Gazette{keys}}}\n"
        (tmp_path / "feeds.yaml").write_text(feed, encoding="utf-8")
        configuration = CONFIGURATION.format(data=tmp_path, port=web.port)
        (tmp_path / "monitor.yaml").write_text(configuration, encoding="utf-8")
        with opened(load.load(tmp_path / "monitor.yaml", {})) as app:
            made = Newsroom(web, app, tmp_path / "monitor.yaml")
            app.clock, app.jitter = lambda: made.now[0], lambda: 0.0
            yield made
