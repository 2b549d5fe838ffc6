"""The desk as others may and may not use it, over real HTTP; and the page behind the link in an alert."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import socket
import threading
from base64 import b64encode
from contextlib import ExitStack
from contextlib import suppress as suppress_errors
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from monitor import file_modes
from monitor.cli.serve import WARMING, serving
from monitor.config import load as settings
from monitor.demo.messages import stories
from monitor.desk import filters, server, templates
from monitor.desk.protocol import ROOM
from monitor.desk.server import served
from monitor.desk.web import MAX_BODY
from monitor.errors import ConfigError, StoreError
from monitor.messages.alert import alert_context
from monitor.messages.links import address
from monitor.messages.templates import load
from monitor.store import facts, silences
from monitor.stories.judgement import StoryJudge
from tests.support.desk import LOOPBACK, STORY, Place, opened
from tests.support.press import PRESS
from tests.support.stored import DAY, NOW
from tests.support.workplace import workplace

if TYPE_CHECKING:
    from collections.abc import Iterator


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
        assert headers["Referrer-Policy"] == "same-origin"
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
    assert "Nothing in this story is alerted" in place.ask()[1]
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
    assert (place.ask(path=path)[0], place.press(token=token)[0]) == (403, 403)
    assert "This link is over" in place.ask(path=path)[1]
    assert place.kept() == ()


def test_a_link_does_what_it_was_made_for_and_nothing_else(place: Place) -> None:
    """Looking after a story and keeping it quiet ask for a name alone; each of them once for a page."""
    for action in ("acknowledge", "silence"):
        assert place.ask(path=place.link(action))[0] == 200
    with place.app.db.snapshot() as tx:
        assert (silences.acknowledgements(tx, [STORY]), silences.alive(tx, NOW)) == ((), ())
    assert place.press("acknowledge", author=" ")[0] == 400
    assert "You look after it." in place.press("acknowledge")[1]
    assert "It is quiet until" in place.press("silence")[1]
    with place.app.db.snapshot() as tx:
        assert [ack.author for ack in silences.acknowledgements(tx, [STORY])] == ["آنا"]
        (made,) = silences.alive(tx, NOW)
    assert (made.author, made.ends_at) == ("آنا", NOW + DAY)
    assert place.ask(path=place.link("silence").replace("/silence", "/acknowledge", 1))[0] == 403


@pytest.mark.parametrize(
    ("lang", "why"),
    [("en", "Why"), ("ar", "السبب"), ("fr", "Pourquoi"), ("it", "Perché"), ("ru", "Почему"), ("tr", "Neden")],
)
def test_a_link_shows_the_story_in_the_readers_language(place: Place, lang: str, why: str) -> None:
    """To somebody without a login; no button of the desk."""
    headers = {"X-Forwarded-For": "203.0.113.9", "Host": "x.example", "Accept-Language": f"{lang};q=0.9"}
    page = place.read(place.link("story"), headers=headers)
    assert re.search(rf'<html lang="{lang}" dir="{"rtl" if lang == "ar" else "ltr"}">', page)
    assert f">{why}" in page
    assert "مجموعة فاغنر" in page
    assert "<form" not in page
    assert "<nav" not in page


def test_a_bad_link_is_titled_by_what_it_was_for(place: Place) -> None:
    """Not by another page's title."""
    for action, title in (
        ("acknowledge", "Look after it"),
        ("silence", "Keep it quiet"),
        ("false-alarm", "False alarm"),
    ):
        status, page, _ = place.ask(path=f"/{action}?token=wrong")
        assert (status, f"<h1>{title}</h1>" in page) == (403, True)


def test_a_form_is_taken_once_and_from_our_own_pages(place: Place) -> None:
    """A replay, a form without its mark, one of another site or of another link: 403, and nothing is done."""
    link = place.link("acknowledge")
    token = link.partition("token=")[2]
    page = place.ask(path=link)[1]
    mark = re.findall(r'name="form" value="([^"]+)"', page)[0]
    body = urlencode({"token": token, "form": mark, "author": "Ana"})

    def sent(body: str, **headers: str) -> int:
        return place.ask("POST", "/acknowledge", body=body, headers=headers)[0]

    assert sent(urlencode({"token": token, "author": "Ana"})) == 403
    assert sent(body, **{"Sec-Fetch-Site": "cross-site"}) == 403
    assert sent(body, Origin="https://evil.example") == 403
    other = urlencode({"token": place.link("silence").partition("token=")[2], "form": mark, "author": "Ana"})
    assert place.ask("POST", "/silence", body=other)[0] == 403
    with place.app.db.snapshot() as tx:
        assert (silences.acknowledgements(tx, [STORY]), silences.alive(tx, NOW)) == ((), ())
    assert sent(body) == 200
    status, page, _ = place.ask("POST", "/acknowledge", body=body)
    assert (status, "was sent already" in page) == (403, True)


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"token": "x" * 9000}, id="a long token"),
        pytest.param({"token": "acknowledge.s-1.99.ٱ\0\r\n"}, id="letters that no token has"),
        pytest.param({"token": ""}, id="no token"),
        pytest.param({"form": "ٱ\0-1-2"}, id="a mark with letters that none has"),
        pytest.param({"form": "1-2-3"}, id="a mark of our shape that nobody signed"),
        pytest.param({"Origin": "null"}, id="a page without an origin"),
        pytest.param({"Sec-Fetch-Site": "same-site"}, id="a neighbour of the same site"),
        pytest.param({"later": "2"}, id="a page that was opened two days ago"),
    ],
)
def test_whatever_is_wrong_with_a_form_is_a_plain_page(place: Place, given: dict[str, str]) -> None:
    """403, in whatever part the fault is; nothing is done and nothing falls over."""
    link = place.link("acknowledge")
    mark = re.findall(r'name="form" value="([^"]+)"', place.ask(path=link)[1])[0]
    headers = {name: given[name] for name in ("Origin", "Sec-Fetch-Site") if name in given}
    body = {"token": link.partition("token=")[2], "form": mark, "author": "Ana"}
    place.now += int(given.get("later", 0)) * DAY
    fields = body | {name: given[name] for name in body.keys() & given.keys()}
    status, page, _ = place.ask("POST", "/acknowledge", body=urlencode(fields), headers=headers)
    assert (status, "<h1>" in page, "Traceback" in page) == (403, True, False)
    with place.app.db.snapshot() as tx:
        assert silences.acknowledgements(tx, [STORY]) == ()


def test_a_form_of_the_desk_is_taken_once(place: Place) -> None:
    """But again after it came to nothing."""
    at = f"/stories/{STORY}"
    mark = re.findall(r'name="form" value="([^"]+)"', place.read(at))[0]

    def sent(**fields: str) -> int:
        return place.ask("POST", f"{at}/acknowledge", body=urlencode({"form": mark, **fields}))[0]

    assert [sent(), sent(author="Ana"), sent(author="Ana")] == [400, 303, 403]


def test_a_form_of_an_earlier_process_is_refused(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody remembers whether it was sent: the page is to be loaded again."""
    at = f"/stories/{STORY}"
    mark = re.findall(r'name="form" value="([^"]+)"', place.read(at))[0]
    monkeypatch.setattr("monitor.desk.access._KEY", bytes(32))
    body = urlencode({"form": mark, "author": "Ana"})
    status, page = place.ask("POST", f"{at}/acknowledge", body=body)[:2]
    assert (status, "load the page again" in page) == (403, True)


SLACK = (
    "receivers: [{name: chat, slack: {bot_token: xoxb-1, channel: C012345, signing_secret: secret-of-slack}}]\n"
    "route: {receiver: chat}\n"
)


@pytest.fixture
def chat(tmp_path: Path) -> Iterator[Place]:
    """With a Slack app that has buttons."""
    with opened(tmp_path, config=SLACK) as made:
        yield made


def pressed(place: Place, action: str, *, secret: str = "secret-of-slack", at: int | None = None) -> int:
    """What Slack hears when it says that somebody pressed a button."""
    said = {
        "type": "block_actions",
        "user": {"id": "U1", "username": "ana"},
        "actions": [{"action_id": action, "value": STORY}],
    }
    body = urlencode({"payload": json.dumps(said)})
    stamp = str(at if at is not None else int(place.now.timestamp()))
    mac = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={mac}"}
    return place.ask("POST", "/slack/actions", body=body, headers=headers)[0]


def test_a_button_in_slack_acts_under_the_name_of_who_pressed_it(chat: Place) -> None:
    """Once; forged, old and repeated ones do nothing."""
    assert [pressed(chat, "acknowledge"), pressed(chat, "acknowledge")] == [200, 403]
    assert pressed(chat, "silence") == 200
    assert pressed(chat, "false-alarm") == 200
    assert pressed(chat, "silence", secret="another") == 403
    assert pressed(chat, "silence", at=int(NOW.timestamp()) - 301) == 403
    with chat.app.db.snapshot() as tx:
        assert [ack.author for ack in silences.acknowledgements(tx, [STORY])] == ["ana (Slack)"]
        assert [made.ends_at for made in silences.alive(tx, NOW)] == [NOW + DAY]


def test_without_a_signing_secret_nobody_is_slack(place: Place) -> None:
    """An empty secret signs nothing."""
    assert pressed(place, "silence", secret="") == 403


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
        pytest.param({"path": "/other"}, 404, id="another page"),
        pytest.param({"path": "/false-alarm"}, 403, id="no token"),
        pytest.param(
            {"path": "/x/false-alarm?" + "&".join(f"f{n}=1" for n in range(40))}, 403, id="many fields"
        ),
        pytest.param({"method": "POST", "body": "x" * (MAX_BODY + 1)}, 413, id="too long"),
        pytest.param({"method": "POST", "body": b"\xff\xfe"}, 403, id="not text"),
        pytest.param({"method": "PUT", "body": ""}, 405, id="another verb"),
    ],
)
def test_anything_else_is_refused(place: Place, more: dict[str, Any], status: int) -> None:
    """Without an error of ours."""
    assert place.ask(**more)[0] == status


def test_sixty_slow_visitors_hold_nobody_up(tmp_path: Path) -> None:
    """A byte now and then from each: the probe is answered, none stays, and no descriptor is left behind."""
    with opened(tmp_path, patience=0.5) as place, ExitStack() as stack:
        assert place.ask(path="/healthz")[0] == 200
        before = descriptors()
        slow = [stack.enter_context(socket.create_connection(("127.0.0.1", place.port))) for _ in range(60)]
        for byte in b"GET /":
            for visitor in slow:
                with suppress_errors(OSError):
                    visitor.send(bytes([byte]))
            assert place.ask(path="/healthz")[:2] == (200, "alive\n")
            assert descriptors() - before <= 60 + ROOM + 8

        for visitor in slow:
            visitor.settimeout(10)
            with suppress_errors(ConnectionError):
                assert visitor.recv(1) == b""
        assert descriptors() - before <= 60 + 8


def descriptors() -> int:
    """How many this process has."""
    return len(list(Path("/proc/self/fd").iterdir()))


def test_a_body_that_never_comes_is_given_up(tmp_path: Path) -> None:
    """The deadline is for the whole request, not for its head."""
    sent = b"POST /false-alarm HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nx"
    with opened(tmp_path, patience=0.3) as place:
        slow = socket.create_connection(("127.0.0.1", place.port), timeout=10)
        with slow:
            slow.sendall(sent)
            assert slow.recv(1) == b""


def test_nothing_is_loaded_before_the_first_visitor(tmp_path: Path) -> None:
    """An idle monitor has neither the memory nor the wakes of a server."""
    loaded: list[str] = []
    with served(lambda: loaded.append("now"), LOOPBACK) as (_, port):
        assert loaded == []
        with socket.create_connection(("127.0.0.1", port), timeout=10) as visitor:
            visitor.sendall(b"GET / HTTP/1.0\r\n\r\n")
            visitor.recv(1)
        assert loaded == ["now"]


def test_a_desk_that_fails_begins_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits at its door is let in by the next try."""
    monkeypatch.setattr(server, "AGAIN_SECONDS", 0.05)
    tries: list[str] = []

    async def well(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    def application() -> Any:
        tries.append("again")
        if len(tries) == 1:
            raise RuntimeError("a template is missing")
        return well

    with (
        served(application, LOOPBACK) as (_, port),
        urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer,
    ):
        assert answer.status == 204
    assert len(tries) == 2


def test_probes_and_figures(place: Place) -> None:
    """Alive is no promise that all is well; figures go by Prometheus' names."""
    with place.app.db.transaction() as tx:
        facts.ticked(tx, "poll", NOW)
    assert place.ask(path="/healthz")[:2] == (200, "alive\n")
    assert place.ask(path="/readyz")[0] == 200
    status, text, headers = place.ask(path="/metrics")

    assert (status, headers["Content-Type"].partition(";")[0]) == (200, "text/plain")
    found = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert float(found["monitor_items_total"]) == 1
    assert float(found['monitor_tick_last_success_timestamp_seconds{tick="poll"}']) == NOW.timestamp()
    assert float(found['monitor_feeds{state="ok"}']) + float(found['monitor_feeds{state="failing"}']) == 1
    assert 'monitor_work_due{subject="",work="polling"}' in found

    place.now = NOW + 2 * DAY
    assert place.ask(path="/readyz")[0] == 503
    polled = 'monitor_work_oldest_due_timestamp_seconds{subject="",work="polling"}'
    assert polled in place.ask(path="/metrics")[1]


TOKEN = "0123456789abcdef0123456789abcdef"


def basic(secret: str, name: str = "ana") -> str:
    """As a browser sends it."""
    return "Basic " + b64encode(f"{name}:{secret}".encode()).decode()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({}, 401, id="nothing"),
        pytest.param({"Authorization": basic(TOKEN[:-1])}, 401, id="a wrong password"),
        pytest.param({"Authorization": "Basic ~~~"}, 401, id="no credentials at all"),
        pytest.param({"Authorization": "Digest " + TOKEN}, 401, id="another scheme"),
        pytest.param({"Authorization": basic(TOKEN)}, 200, id="name and token"),
        pytest.param({"Authorization": f"Bearer {TOKEN}"}, 200, id="a machine"),
        pytest.param({"Authorization": f"Bearer {TOKEN}", "Host": "evil.example"}, 421, id="another host"),
        pytest.param({"Authorization": f"Bearer {TOKEN}", "Host": "desk.example"}, 200, id="a named host"),
    ],
)
def test_beyond_loopback_a_token_is_asked_for(tmp_path: Path, headers: dict[str, str], status: int) -> None:
    """Of whoever asks, for every page but the probes and the signed links."""
    with opened(tmp_path, config=f"desk: {{token: {TOKEN}, hosts: [desk.example]}}\n") as place:
        assert place.ask(path="/metrics", headers=headers)[0] == status
        assert place.ask(path="/healthz")[0] == 200
        assert place.ask()[0] == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({}, 200, id="from this machine"),
        pytest.param({"Host": "localhost:1"}, 200, id="by name"),
        pytest.param({"Host": "[::1]"}, 200, id="by the other address"),
        pytest.param({"Host": "evil.example"}, 421, id="a name that was made to point here"),
        pytest.param({"Host": "[bad"}, 421, id="no name"),
        pytest.param({"X-Forwarded-For": "203.0.113.9"}, 403, id="through a proxy"),
    ],
)
def test_on_loopback_only_this_machine_is_answered(
    place: Place, headers: dict[str, str], status: int
) -> None:
    """Without a token."""
    assert place.ask(path="/metrics", headers=headers)[0] == status


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        pytest.param("listen: 0.0.0.0:8080\n", "open to everybody", id="no token"),
        pytest.param("listen: desk.example:8080\n", "open to everybody", id="a name of others"),
        pytest.param("desk: {token: secret}\n", "can be guessed", id="a short token"),
    ],
)
def test_a_desk_that_strangers_could_use_is_a_mistake(tmp_path: Path, lines: str, said: str) -> None:
    """Nothing is started."""
    path = workplace(tmp_path)
    path.write_text(path.read_text(encoding="utf-8") + lines, encoding="utf-8")

    with pytest.raises(ConfigError, match=said):
        settings.load(path, {})


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    """A damaged one is told, not replaced."""
    folder = tmp_path / "data"
    key = file_modes.link_key(folder)

    assert (len(key), file_modes.link_key(folder)) == (32, key)
    assert (folder / "link.key").stat().st_mode & 0o777 == 0o600
    assert [p.name for p in folder.iterdir()] == ["link.key"]
    (folder / "link.key").write_bytes(b"short")
    with pytest.raises(StoreError, match="not a key of ours"):
        file_modes.link_key(folder)


@pytest.mark.parametrize(
    "kind", ["email/alert.html", "email/alert.txt", "slack/alert.json", "webhook/alert.json"]
)
def test_an_alert_carries_the_link_where_a_page_is_served(kind: str) -> None:
    """And nothing in its place where none is."""
    link = address("https://desk.example", b"k" * 32, STORY, NOW, "false-alarm")
    templates = load(settings.bundled("templates"))
    judged = StoryJudge(frozenset(), PRESS).judge(stories()[0])
    texts = [
        templates.render(
            kind,
            alert_context(judged, reason="new", now=NOW, sides=PRESS.sides, links={"false-alarm": given}),
        )
        for given in (link, "", "javascript:alert(1)")
    ]

    assert link in texts[0]
    assert "alarm" not in texts[1]
    assert texts[1] == texts[2]


def test_a_monitor_says_where_its_desk_is(tmp_path: Path) -> None:
    """It is there for as long as the monitor; a port that was named and is taken is a mistake."""
    with opened(tmp_path, config="listen: 127.0.0.1:0\n") as place:
        with serving(place.app) as address:
            assert address is not None
            with urlopen(f"{address}healthz", timeout=60) as answer:
                assert answer.read() == b"alive\n"
        with pytest.raises(URLError):
            urlopen(f"{address}healthz", timeout=60)


def test_a_port_that_is_taken_is_a_mistake_where_it_was_named(tmp_path: Path) -> None:
    """With what to do about it."""
    with socket.create_server(LOOPBACK) as taken:
        config = f"listen: 127.0.0.1:{taken.getsockname()[1]}\n"
        with (
            opened(tmp_path, config=config) as place,
            pytest.raises(
                ConfigError, match=r"cannot be served: Address already in use \(choose a free port\)"
            ),
        ):
            serving(place.app).__enter__()


def test_the_first_knock_prepares_every_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A probe is enough: afterwards no template is compiled and no name folded while somebody waits."""
    templates.environment.cache_clear()
    filters._named.cache_clear()
    pages = (
        "",
        "?q=anybody",
        "contacts",
        "feeds/gazette",
        f"stories/{STORY}",
        "workbench/edit",
        "deliveries",
    )
    with (
        opened(tmp_path, config="listen: 127.0.0.1:0\n") as place,
        serving(place.app, needed=True) as address,
    ):
        urlopen(f"{address}healthz", timeout=60).close()
        for thread in threading.enumerate():
            if thread.name == WARMING:
                thread.join()
        monkeypatch.setattr(templates.environment(), "compile", None)
        for path in pages:
            urlopen(f"{address}{path}", timeout=60).close()
        assert filters._named.cache_info().misses == 1


def test_nothing_reads_the_archive_once_the_desk_has_ended(tmp_path: Path) -> None:
    """What is made for later at the first knock is not made behind a closed database."""
    with opened(tmp_path, config="listen: 127.0.0.1:0\n") as place:
        with serving(place.app, needed=True) as address:
            urlopen(f"{address}healthz", timeout=60).close()
        assert not [thread for thread in threading.enumerate() if thread.name == WARMING]
