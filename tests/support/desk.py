"""A served desk over an analyst's folder, with stories in three scripts, and a browser without memory."""

from __future__ import annotations

import http.client
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from monitor.app import opened as running
from monitor.config import load as settings
from monitor.desk.asked import Desk
from monitor.desk.server import served
from monitor.desk.web import application
from monitor.errors import StoreError
from monitor.jobs.feedback import suppress
from monitor.messages.links import address
from monitor.model import Coverage, Evidence, Match, Severity, Side
from monitor.store import feeds, stories, suppressions
from monitor.store.database import Database
from tests.support.press import PRESS
from tests.support.stored import DAY, HOUR, NOW, assessed, contact, feed, match, told
from tests.support.workplace import workplace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from monitor.app import App
    from monitor.jobs.feedback import Claim
    from monitor.messages.links import Action
    from monitor.model.delivery import Suppression

FILLED = {"author": "آنا", "reason": "a choir <b>", "watchlist": "envoys", "days": "30"}
STORY = "s-54e247bee4"
LOOPBACK = ("127.0.0.1", 0)
ENVOYS = """
watchlist: envoys
title: Envoys & <co>
severity: high
rules:
  - {id: named, title: An envoy is named, query: envoy}
"""


class Place:
    """A served desk over an analyst's folder with one story, and a browser without memory."""

    def __init__(self, app: App) -> None:
        self.app, self.now, self.broken = app, NOW, False
        self.key = app.link_key()
        self.port = 0
        app.clock = lambda: self.now

    def act(self, claim: Claim) -> tuple[Suppression, int]:
        if self.broken:
            raise StoreError("monitor.db is locked")
        with self.app.db.transaction() as tx:
            made, _, count = suppress(tx, claim, self.now, PRESS.outlets)
        return made, count

    @property
    def path(self) -> str:
        return self.link("false-alarm")

    def link(self, action: Action) -> str:
        """The path of a signed link to the story."""
        made = address("http://x.example", self.key, STORY, self.now, action)
        return made.removeprefix("http://x.example")

    def ask(self, method: str = "GET", path: str | None = None, **more: Any) -> tuple[int, str, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path if path is not None else self.path, **more)
            answer = connection.getresponse()
            return answer.status, answer.read().decode(), answer.headers
        finally:
            connection.close()

    def press(self, action: Action = "false-alarm", **fields: str) -> tuple[int, str, Any]:
        """Send the form of a signed link, filled in."""
        link = self.link(action)
        found = re.findall(r'name="form" value="([^"]+)"', self.ask(path=link)[1])
        given = {"token": link.partition("token=")[2], "form": (found or [""])[0], **FILLED, **fields}
        return self.ask("POST", f"/{action}", body=urlencode(given))

    def read(self, path: str, **more: Any) -> str:
        """A page that is there."""
        status, page, _ = self.ask(path=path, **more)
        assert status == 200, page
        return page

    def post(self, path: str, page: str, **fields: Any) -> tuple[int, str, Any]:
        """Send the form that stands on `page`, filled in."""
        token = re.findall(r'name="form" value="([^"]+)"', self.read(page))[0]
        body = urlencode({"form": token, "author": "Ana", **fields}, doseq=True)
        return self.ask("POST", path, body=body)

    def kept(self) -> tuple[Suppression, ...]:
        with self.app.db.snapshot() as tx:
            return suppressions.every(tx)


@contextmanager
def opened(
    folder: Path, *, config: str = "", patience: float | None = None, ports: Iterable[int] = ()
) -> Iterator[Place]:
    """`config`: lines of the configuration; `ports`: of loopback servers that feeds may be asked at."""
    path = workplace(folder, extra={"envoys.yaml": ENVOYS}, ports=ports)
    path.write_text(path.read_text(encoding="utf-8") + f"data: {folder}\n" + config, encoding="utf-8")
    with Database.open(f"sqlite:///{folder}/monitor.db") as db, db.transaction() as tx:
        feeds.sync(tx, [feed()], NOW, jitter=lambda: 0.0)
        title = "<script>مجموعة فاغنر</script>"
        told(tx, STORY, assessed(matches=(match(),), coverage=Coverage.MATCHED, title=title))
    with running(settings.load(path, {}), exclusive=False) as app:
        place = Place(app)
        with served(lambda: application(Desk(app=app, claim=place.act)), LOOPBACK, patience=patience) as at:
            place.port = at[1]
            yield place


ARABIC, RUSSIAN = "s-00000000a1", "s-00000000b2"


def newsroom(db: Database) -> None:
    """Two more stories: one Arabic that a Russian outlet denies and another copies, one Russian of the day before."""
    arabic = "التقى حفتر المبعوث في سرت"
    said = "وقال مكتب حفتر إن المبعوث وصل صباحا."
    hit = Evidence(field="title", start=6, end=10, text="حفتر", term="khalifa-haftar", sentence=arabic)
    deep = Evidence(field="content", start=9, end=13, text="حفتر", term="khalifa-haftar", sentence=said)
    fired = Match(
        watchlist="contacts", rule="meet", severity=Severity.CRITICAL, score=0.9, evidence=(hit, deep),
        reason="both sides meet",
    )  # fmt: skip
    with db.transaction() as tx:
        feeds.add(tx, feed("vestnik", side=Side("north-state"), language="ru", reliability="D"), NOW)
        told(
            tx, ARABIC,
            assessed("guid:a", title=arabic, content=said, lang="ar", matches=(fired,), contacts=(contact(),), url="https://gazette.example/a"),
            assessed("guid:c", title=arabic, content=said, lang="ar", matches=(fired,), url="https://gazette.example/c"),
            at=NOW + HOUR,
        )  # fmt: skip
        told(
            tx, RUSSIAN,
            assessed("guid:r", title="Вагнер в Сирте", content="", lang="ru", matches=(match("named", Severity.LOW, "wagner"),)),
            at=NOW - DAY,
        )  # fmt: skip
        stories.put_items(tx, [(3, ARABIC, "", 2)])
        stories.link(tx, ARABIC, [(RUSSIAN, "the same place")], NOW)
