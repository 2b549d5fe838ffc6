"""The soak's configuration: a monitor whose intervals are as much shorter as its hours are."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import make_url

from monitor.store.database import Database
from tests.crash.workplace import Ports, audience, write_watchlist

if TYPE_CHECKING:
    from pathlib import Path

    from tests.soak.press import Press


READERS_OF_DIGESTS = ("siem", "analysts", "folder")


class Workplace:
    """A folder with everything that `monitor run` needs. `interval`: seconds between two polls of a feed."""

    def __init__(self, folder: Path, press: Press, *, ports: Ports, url: str, interval: int) -> None:
        self.folder, self.out = folder, folder / "out"
        self.log, self.config = folder / "daemon.log", folder / "monitor.yaml"
        self.data = folder / "data"
        #: by how many seconds the daemon's clock is ahead; replaced whole
        self.clock = folder / "clock"
        self.url = url or f"sqlite:///{self.data / 'monitor.db'}"
        self.interval = interval
        self.began = datetime.now(UTC)
        self._press, self._ports = press, ports

    def write(self, *, length: timedelta, disk: Path | None) -> None:
        """Every file; a digest in each seventh of the run's `length`. `disk`: where the data are to lie."""
        if disk is not None:
            self.data.symlink_to(disk, target_is_directory=True)
        else:
            self.data.mkdir()
        write_watchlist(self.folder / "watchlists")
        (self.folder / "feeds.yaml").write_text(self._press.seeds(), encoding="utf-8")
        self.config.write_text(self._said(self.series(length)), encoding="utf-8")

    def series(self, length: timedelta) -> list[datetime]:
        """When the digests are due: at whole minutes, each a series of its own."""
        first = self.began.replace(second=0, microsecond=0) + timedelta(minutes=1)
        step = max(timedelta(minutes=1), length / 7)
        minutes = [first + timedelta(minutes=round(step * n / timedelta(minutes=1))) for n in range(7)]
        return [at for at in minutes if at <= self.began + length] or [first]

    @property
    def database(self) -> Database:
        """The database, to look into; it is there once the daemon was."""
        return Database(make_url(self.url))

    def _said(self, digests: list[datetime]) -> str:
        readers = ", ".join(READERS_OF_DIGESTS)
        series = "\n".join(
            f'  - {{series: s{n}, at: "{at:%H:%M}", timezone: UTC, empty: send, receivers: [{readers}]}}'
            for n, at in enumerate(digests)
        )
        return f"""data: {json.dumps(str(self.data))}
database: {json.dumps(self.url)}
feeds: {json.dumps(str(self.folder / "feeds.yaml"))}
watchlists: {json.dumps(str(self.folder / "watchlists"))}
listen: none
{audience(self._ports, self.out)}digests:
{series}
polling:
  interval: {self.interval}s
  min_interval: {self.interval}s
  max_interval: {2 * self.interval}s
  host_gap: 0s
  allow_networks: [127.0.0.0/8]
  allow_ports: [{self._press.web.port}, {self._ports.hooks}]
delivery:
  catch_up: {{more_than: 20, older_than: {4 * self.interval}s}}
"""
