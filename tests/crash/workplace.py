"""The campaign's configuration and its database, which an older monitor began two days ago."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import insert, make_url, select

from monitor.jobs.digest import INSTALLED
from monitor.store import facts, upgrade
from monitor.store.database import Database
from monitor.store.tables_news import feeds, polls
from tests.crash.publisher import PEOPLE, person
from tests.support.slackapi import CHANNEL, TOKEN

if TYPE_CHECKING:
    from pathlib import Path

    from tests.crash.publisher import Publisher

READERS = ("reader@example.test", "second@example.test")
RECEIVERS = ("desk", "bot", "siem", "analysts", "folder")
#: series of digests that move at an even pace; one more for each kill at a digest
SERIES = 8
SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
#: a series moves from the first zone to the second in the middle of the campaign, where the date is another one
ZONES = ("Etc/GMT+12", "Pacific/Kiritimati")
OFFSETS = (timedelta(hours=-12), timedelta(hours=14))

_WATCHLIST = """
watchlist: pairs
title: Pairs
severity: high
falsepositives: [none known]
rules:
  - {id: both-sides, title: Both sides in a sentence, query: '#russia-actor SENTENCE #libya-actor'}
"""


class Ports(NamedTuple):
    """Where the receivers listen."""

    smtp: int
    hooks: int
    bot: int


class Workplace:
    """A folder with everything that `monitor run` needs."""

    def __init__(self, folder: Path, publisher: Publisher, *, ports: Ports, url: str, series: int) -> None:
        self.folder = folder
        self.out = folder / "out"
        self.log = folder / "daemon.log"
        self.config = folder / "monitor.yaml"
        self.began = datetime.now(UTC)
        self.url = url or f"sqlite:///{folder / 'monitor.db'}"
        #: for looking on: nobody migrates it but the daemon
        self.db = Database(make_url(self.url))
        self.series = series
        self._publisher, self._ports = publisher, ports
        write_watchlist(folder / "watchlists")
        (folder / "feeds.yaml").write_text(publisher.seeds(), encoding="utf-8")
        self._begin_database()

    def configure(self, moved: int) -> None:
        """Write the configuration in which the first `moved` series are in their second zone."""
        series = "\n".join(self._series(n, later=n < moved) for n in range(self.series))
        self.config.write_text(
            f"""data: {json.dumps(str(self.folder))}
database: {json.dumps(self.url)}
feeds: {json.dumps(str(self.folder / "feeds.yaml"))}
watchlists: {json.dumps(str(self.folder / "watchlists"))}
{audience(self._ports, self.out)}digests:
{series}
polling:
  interval: 1s
  min_interval: 1s
  max_interval: 2s
  host_gap: 0s
  allow_networks: [127.0.0.0/8]
  allow_ports: [{self._publisher.web.port}, {self._ports.hooks}, {self._ports.bot}]
retention: {{journal: 2s}}
""",
            encoding="utf-8",
        )

    def last_digests(self) -> set[tuple[str, str, str]]:
        """Series, local date and receiver of every digest that is due at the end."""
        date = f"{self.began - timedelta(minutes=5) + OFFSETS[True]:%Y-%m-%d}"
        return {(f"s{n:02d}", date, name) for n in range(self.series) for name in _readers(n)}

    def leave_old_poll(self) -> None:
        """One that is past its retention: the process before may have pruned all, and died before it polled."""
        old = {"at": self.began, "status": "unchanged", "elapsed": timedelta(), "remarks": []}
        with self.db.transaction() as tx:
            feed = tx.execute(select(feeds.c.id).limit(1)).scalar_one()
            tx.execute(insert(polls).values(feed_id=feed, **old))

    def _series(self, number: int, *, later: bool) -> str:
        """Due since some minutes before the campaign: in the second zone it is another date, and five minutes later."""
        at = self.began - timedelta(minutes=5 if later else 10) + OFFSETS[later]
        return (
            f'  - {{series: s{number:02d}, at: "{at:%H:%M}", timezone: {ZONES[later]}, '
            f"receivers: [{', '.join(_readers(number))}]}}"
        )

    def _begin_database(self) -> None:
        """Tables as the first migration made them, installed two days ago."""
        database = self.db
        database._prepare(create=True)
        config = upgrade._config()
        first = ScriptDirectory.from_config(config).get_base()
        assert first is not None
        two_days_ago = self.began - timedelta(days=2)
        with database.transaction() as tx:
            config.attributes["connection"] = tx
            command.upgrade(config, first)
            facts.put(tx, INSTALLED, two_days_ago.isoformat(), two_days_ago)


def audience(ports: Ports, out: Path) -> str:
    """The receivers, and the route that tells each of them everything; no bot where it has no port."""
    hooks, api = f"http://127.0.0.1:{ports.hooks}", f"http://127.0.0.1:{ports.bot}/api"
    bot = f'  - {{name: bot, slack: {{bot_token: {TOKEN}, channel: {CHANNEL}, api_url: "{api}"}}}}\n'
    named = [name for name in RECEIVERS if ports.bot or name != "bot"]
    routes = "".join(f"    - {{receiver: {name}, continue: true}}\n" for name in named)
    return f"""receivers:
  - {{name: desk, slack: {{webhook_url: "{hooks}/slack"}}}}
{bot if ports.bot else ""}\
  - {{name: siem, webhook: {{url: "{hooks}/webhook", secret: {SECRET}}}}}
  - name: analysts
    email:
      to: [{", ".join(READERS)}]
      from: monitor@example.test
      smtp: {{host: 127.0.0.1, port: {ports.smtp}, security: none}}
  - {{name: folder, file: {{path: {json.dumps(str(out))}}}}}
route:
  receiver: folder
  group_wait: 0s
  group_interval: 1s
  routes:
{routes}"""


def write_watchlist(folder: Path) -> None:
    """Sixty invented people on each side, and the rule that takes one of each in a sentence."""
    (folder / "entities").mkdir(parents=True)
    rows = [
        f"  - {{id: {side}-{n}, name: {person(side, n)}, kind: person, tags: [{tag}], "
        f"aliases: {{en: [{person(side, n)}]}}}}"
        for side, tag in (("russian", "russia-actor"), ("libyan", "libya-actor"))
        for n in range(PEOPLE)
    ]
    (folder / "entities" / "people.yaml").write_text("entities:\n" + "\n".join(rows) + "\n")
    (folder / "pairs.yaml").write_text(_WATCHLIST)


def _readers(number: int) -> list[str]:
    """Who gets a series: the bot one in three; the hook a single one, for there only a message's bytes identify it."""
    return [
        name for name in RECEIVERS if not (name == "desk" and number) and not (name == "bot" and number % 3)
    ]
