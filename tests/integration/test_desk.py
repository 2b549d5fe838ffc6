"""The page behind the link in an alert, over real HTTP: looking changes nothing, the button does."""

from __future__ import annotations

import http.client
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from monitor.config import load as settings
from monitor.demo.messages import stories
from monitor.desk.server import MAX_BODY, Desk, served
from monitor.errors import StoreError
from monitor.jobs.feedback import suppress
from monitor.messages.alert import alert_context
from monitor.messages.links import address
from monitor.messages.templates import load
from monitor.model import Coverage
from monitor.store import facts, feeds, suppressions
from monitor.store.database import Database
from monitor.stories.judgement import StoryJudge
from tests.support.press import PRESS
from tests.support.stored import DAY, NOW, assessed, feed, match, told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from monitor.jobs.feedback import Claim
    from monitor.model.delivery import Suppression

FILLED = {"author": "آنا", "reason": "a choir <b>", "watchlist": "envoys", "days": "30"}
STORY = "s-54e247bee4"


class Place:
    """A served desk, a database with one story, and a browser without memory."""

    def __init__(self, db: Database, folder: Path) -> None:
        self.db, self.now, self.broken = db, NOW, False
        self.key = facts.link_key(folder)
        self.port = 0

    def act(self, claim: Claim) -> tuple[Suppression, int]:
        if self.broken:
            raise StoreError("monitor.db is locked")
        with self.db.transaction() as tx:
            made, _, count = suppress(tx, claim, self.now, PRESS.outlets)
        return made, count

    @property
    def path(self) -> str:
        return address("http://x.example", self.key, STORY, self.now).removeprefix("http://x.example")

    def ask(self, method: str = "GET", path: str | None = None, **more: Any) -> tuple[int, str, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path if path is not None else self.path, **more)
            answer = connection.getresponse()
            return answer.status, answer.read().decode(), answer.headers
        finally:
            connection.close()

    def press(self, **fields: str) -> tuple[int, str, Any]:
        body = urlencode({"token": self.path.partition("token=")[2], **FILLED, **fields})
        return self.ask("POST", "/false-alarm", body=body)

    def kept(self) -> tuple[Suppression, ...]:
        with self.db.snapshot() as tx:
            return suppressions.every(tx)


@contextmanager
def opened(folder: Path) -> Iterator[Place]:
    database = Database.open(f"sqlite:///{folder}/monitor.db")
    with database.transaction() as tx:
        feeds.sync(tx, [feed()], NOW, jitter=lambda: 0.0)
        title = "<script>مجموعة فاغنر</script>"
        told(tx, STORY, assessed(matches=(match(),), coverage=Coverage.MATCHED, title=title))
    place = Place(database, folder)
    desk = Desk(
        db=database,
        key=place.key,
        titles=lambda: {"envoys": "Envoys & <co>"},
        act=place.act,
        clock=lambda: place.now,
    )
    with served(desk, ("127.0.0.1", 0)) as (_, port):
        place.port = port
        yield place
    database.close()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Ready to be asked."""
    with opened(tmp_path) as made:
        yield made


def test_looking_shows_what_would_happen_and_changes_nothing(place: Place) -> None:
    """However often a mail scanner follows the link."""
    for method in ("GET", "HEAD", "GET"):
        status, page, headers = place.ask(method)
        assert status == 200
        assert "Set-Cookie" not in headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"

    assert "Nothing happens before you press the button." in page
    assert "&lt;script&gt;مجموعة فاغنر&lt;/script&gt;" in page
    assert "Envoys &amp; &lt;co&gt;" in page
    assert "<script" not in page
    assert place.kept() == ()


def test_the_button_silences_the_story_for_the_chosen_time(place: Place) -> None:
    """Under the name that was given; a second time there is nothing left to silence."""
    status, page, _ = place.press()
    (made,) = place.kept()

    assert (status, "It is silenced." in page) == (200, True)
    assert (made.watchlist, made.author, made.reason) == ("envoys", "آنا", "a choir <b>")
    assert made.expires_at == NOW + 30 * DAY
    assert "Nothing in this story is alerted" in place.press()[1]
    assert len(place.kept()) == 1


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"author": "  "}, id="nobody"),
        pytest.param({"reason": ""}, id="no reason"),
        pytest.param({"watchlist": "wagner"}, id="a watchlist that did not match"),
        pytest.param({"days": "100000"}, id="for ever"),
    ],
)
def test_what_is_missing_is_asked_for(place: Place, fields: dict[str, str]) -> None:
    """With the form again."""
    status, page, _ = place.press(**fields)

    assert status == 400
    assert "others review what is silenced" in page
    assert place.kept() == ()


def test_a_link_that_was_changed_or_is_over_says_so(place: Place) -> None:
    """To whoever looks and to whoever presses."""
    changed = place.path.replace(STORY, "s-54e247bee5")
    path, token = place.path, place.path.partition("token=")[2]
    assert (place.ask(path=changed)[0], place.press(token=changed.partition("token=")[2])[0]) == (403, 403)
    assert "was changed" in place.ask(path=changed)[1]

    place.now = NOW + 31 * DAY
    assert (place.ask(path=path)[0], place.press(token=token)[0]) == (410, 410)
    assert "This link is over" in place.ask(path=path)[1]
    assert place.kept() == ()


def test_an_arabic_reader_gets_an_arabic_page(place: Place) -> None:
    """From right to left."""
    page = place.ask(headers={"Accept-Language": "ar-LY,en;q=0.5"})[1]

    assert '<html lang="ar" dir="rtl">' in page
    assert "إعلانه إنذارًا كاذبًا" in page


def test_a_database_that_refuses_is_a_polite_page(place: Place) -> None:
    """And not a traceback."""
    place.broken = True
    status, page, _ = place.press()

    assert status == 503
    assert "try again in a minute" in page


@pytest.mark.parametrize(
    ("more", "status"),
    [
        pytest.param({"path": "/"}, 404, id="another page"),
        pytest.param({"path": "/false-alarm"}, 403, id="no token"),
        pytest.param(
            {"path": "/x/false-alarm?" + "&".join(f"f{n}=1" for n in range(40))}, 403, id="many fields"
        ),
        pytest.param({"method": "POST", "body": "x" * (MAX_BODY + 1)}, 413, id="too long"),
        pytest.param({"method": "POST", "body": b"\xff\xfe"}, 403, id="not text"),
        pytest.param({"method": "PUT", "body": ""}, 501, id="another verb"),
    ],
)
def test_anything_else_is_refused(place: Place, more: dict[str, Any], status: int) -> None:
    """Without an error of ours."""
    assert place.ask(**more)[0] == status


def test_a_client_that_says_nothing_holds_nobody_up(place: Place) -> None:
    """Others are answered meanwhile."""
    with socket.create_connection(("127.0.0.1", place.port)):
        assert place.ask()[0] == 200


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    """A damaged one is told, not replaced."""
    folder = tmp_path / "data"
    key = facts.link_key(folder)

    assert (len(key), facts.link_key(folder)) == (32, key)
    assert (folder / "link.key").stat().st_mode & 0o777 == 0o600
    assert [p.name for p in folder.iterdir()] == ["link.key"]
    (folder / "link.key").write_bytes(b"short")
    with pytest.raises(StoreError, match="not a key of ours"):
        facts.link_key(folder)


@pytest.mark.parametrize(
    "kind", ["email/alert.html", "email/alert.txt", "slack/alert.json", "webhook/alert.json"]
)
def test_an_alert_carries_the_link_where_a_page_is_served(kind: str) -> None:
    """And nothing in its place where none is."""
    link = address("https://desk.example", b"k" * 32, STORY, NOW)
    templates = load(settings.bundled("templates"))
    judged = StoryJudge(frozenset(), PRESS).judge(stories()[0])
    texts = [
        templates.render(
            kind, alert_context(judged, reason="new", now=NOW, sides=PRESS.sides, false_alarm_link=given)
        )
        for given in (link, "", "javascript:alert(1)")
    ]

    assert link in texts[0]
    assert "alarm" not in texts[1]
    assert texts[1] == texts[2]
