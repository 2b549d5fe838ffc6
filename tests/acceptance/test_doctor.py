"""`doctor --online` beside real servers on loopback: what is wrong is named with its remedy, and nothing is sent."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.certs import make_authority
from tests.support.line import command
from tests.support.slackapi import CHANNEL, TOKEN, SlackApi
from tests.support.smtp import Smtp
from tests.support.web import Web

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.certs import Authority

CONFIG = """
data: data
feeds: feeds.yaml
polling: {{allow_networks: [127.0.0.0/8], allow_ports: [{ports}], ca_file: {ca}}}
receivers:
  - {{name: bot, slack: {{bot_token: {token}, channel: {channel}, api_url: "{api}"}}}}
  - {{name: hook, webhook: {{url: "{hook}"}}}}
  - name: mail
    email:
      to: [a@example.test]
      from: monitor@example.test
      smtp: {{host: localhost, port: {smtp}, username: monitor, password: {password}, ca_file: {ca}}}
route: {{receiver: bot, routes: [{{receiver: hook, continue: true}}, {{receiver: mail}}]}}
digests: []
"""


class Place:
    """A configuration that names servers, which can be made worse."""

    def __init__(self, folder: Path, authority: Authority, smtp: Smtp, api: SlackApi, web: Web) -> None:
        self.folder, self.smtp, self.api, self.web = folder, smtp, api, web
        self.said: dict[str, Any] = {
            "ca": authority.ca_file,
            "smtp": smtp.port,
            "password": "l0gin-word",
            "token": TOKEN,
            "channel": CHANNEL,
            "api": api.url,
            "hook": web.url("/hook/SECRETPATH"),
            "ports": f"{api.port}, {web.port}",
        }
        self.feeds = [web.url("/feed")]

    def lines(self, status: int) -> dict[str, tuple[str, str]]:
        """`doctor --online`: what -> state and detail with remedy; it must end with `status`."""
        path = self.folder / "monitor.yaml"
        path.write_text(CONFIG.format(**self.said), encoding="utf-8")
        feeds = [
            f"  - {{id: f{n}, url: {url!r}, title: F, language: en}}\n" for n, url in enumerate(self.feeds)
        ]
        (self.folder / "feeds.yaml").write_text("feeds:\n" + "".join(feeds), encoding="utf-8")
        done = command("doctor", "--online", "--json", "--config", str(path))
        assert done.returncode == status, done.stdout + done.stderr
        assert "l0gin-word" not in done.stdout
        assert "SECRETPATH" not in done.stdout
        assert TOKEN not in done.stdout
        found = json.loads(done.stdout)
        assert found["ok"] is (status == 0)
        return {n["what"]: (n["state"], f"{n['detail']} ({n['remedy']})") for n in found["lines"]}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Signs what the servers show."""
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def place(tmp_path: Path, authority: Authority) -> Iterator[Place]:
    """All is well there."""
    context = authority.server_context()
    tls = authority.issue("web", "DNS:localhost,IP:127.0.0.1", days=90)
    with (
        Smtp(starttls=context, users={"monitor": "l0gin-word"}) as smtp,
        SlackApi() as api,
        Web(tls=tls) as web,
    ):
        web.answer("/feed", headers={"Date": format_datetime(datetime.now(UTC), usegmt=True)})
        yield Place(tmp_path, authority, smtp, api, web)


def test_all_is_well_and_nothing_was_sent(place: Place) -> None:
    """The relay took the login, Slack knows the bot, the certificate lasts, the clock is right."""
    found = place.lines(0)
    assert {state for state, _ in found.values()} <= {"ok", "note"}
    assert "takes the login of monitor, certificate until" in found["receiver mail"][1]
    assert "Slack knows the bot monitor of Newsroom" in found["receiver bot"][1]
    assert re.search(r"certificate until 20\d\d-\d\d-\d\d", found[f"tls 127.0.0.1:{place.web.port}"][1])
    assert "1 of 1 hosts" in found["dns"][1]
    assert "within 30 s" in found["clock"][1]
    assert place.smtp.mails == []
    assert place.api.calls == ["auth.test"]
    assert {request.method for request in place.web.requests} == {"HEAD"}


def test_a_wrong_password_token_and_certificate_are_named(place: Place) -> None:
    """Each with what the server said."""
    place.said |= {
        "password": "wr0ng",
        "token": "xoxb-0-0-another",
        "hook": place.web.url("/x", host="127.0.0.2"),
    }
    found = place.lines(1)
    assert found["receiver mail"][0] == found["receiver bot"][0] == "fails"
    assert "535" in found["receiver mail"][1]
    assert "monitor send-test mail" in found["receiver mail"][1]
    assert "invalid_auth" in found["receiver bot"][1]
    assert found[f"tls 127.0.0.2:{place.web.port}"][0] == "fails"


def test_a_port_that_is_not_allowed_and_a_host_that_is_not_there(place: Place) -> None:
    """As the monitor itself would meet them."""
    place.said["ports"] = place.api.port
    place.feeds.append("https://nowhere.invalid/rss")
    found = place.lines(1)
    assert "allow_ports" in found[f"tls 127.0.0.1:{place.web.port}"][1]
    assert found["dns"] == ("fails", "nowhere.invalid does not resolve (mistyped, or the site is gone)")


@pytest.mark.parametrize(("by", "words"), [(timedelta(hours=2), "behind"), (-timedelta(hours=2), "ahead of")])
def test_a_wrong_clock_is_told(place: Place, by: timedelta, words: str) -> None:
    """By the Date that a server writes."""
    date = format_datetime(datetime.now(UTC) + by, usegmt=True)
    place.web.answer("/feed", headers={"Date": date})
    state, said = place.lines(1)["clock"]
    assert state == "fails"
    assert re.search(rf"(7199|720\d) s {words} 127\.0\.0\.1 \(set it", said), said


def test_a_certificate_that_ends_soon_is_noted(place: Place, authority: Authority) -> None:
    """It is no failure yet."""
    with Web(tls=authority.issue("soon", "IP:127.0.0.1", days=3)) as web:
        place.said |= {
            "hook": web.url("/hook/SECRETPATH"),
            "ports": f"{place.api.port}, {place.web.port}, {web.port}",
        }
        state, said = place.lines(0)[f"tls 127.0.0.1:{web.port}"]
    assert state == "note"
    assert "renewed" in said
