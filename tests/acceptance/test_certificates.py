"""A certificate that nobody vouches for: `send-test`, `status`, `feeds status` and `check` say what to do about it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from monitor.cli.main import application
from monitor.config import load
from monitor.errors import ConfigError
from monitor.parts import build
from tests.support.certs import make_authority
from tests.support.slackhook import Hook
from tests.support.web import Web

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.certs import Authority

CONFIGURATION = """
data: {folder}/data
feeds: {folder}/feeds.yaml
watchlists: {folder}/lists
receivers: [{{name: siem, webhook: {{url: "{hook}", secret: null}}}}]
route: {{receiver: siem, group_wait: 0s}}
polling: {{allow_networks: [127.0.0.0/8], allow_ports: {ports}, host_gap: 0s{more}}}
"""
WATCHLIST = """
watchlist: harbours
title: Harbours
severity: high
falsepositives: [none known]
rules: [{id: harbour, title: A harbour, query: 'harbour'}]
"""
FEED = b"<rss version='2.0'><channel><title>G</title><item><guid>1</guid><title>The harbour</title></item></channel></rss>"
FEEDS = "feeds: [{{id: gazette, title: Gazette, url: '{url}', interval: 10m}}]\n"


class Place:
    """A monitor whose feed and receiver show certificates of one authority."""

    def __init__(self, folder: Path, authority: Authority) -> None:
        self.folder, self.authority = folder, authority
        (folder / "lists").mkdir()
        (folder / "lists" / "harbours.yaml").write_text(WATCHLIST, encoding="utf-8")

    def write(self, web: Web, hook: Hook, more: str = "") -> None:
        """The configuration, with `more` for `polling`."""
        text = CONFIGURATION.format(folder=self.folder, hook=hook.url, ports=[web.port, hook.port], more=more)
        (self.folder / "monitor.yaml").write_text(text, encoding="utf-8")
        feeds = FEEDS.format(url=web.answer("/rss", body=FEED))
        (self.folder / "feeds.yaml").write_text(feeds, encoding="utf-8")

    def said(self, *words: str) -> tuple[int, str]:
        """Exit status and output of a command."""
        result = CliRunner().invoke(application(), [*words, "--config", str(self.folder / "monitor.yaml")])
        return result.exit_code, result.output


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path, make_authority(tmp_path))


@pytest.fixture
def parties(place: Place) -> Iterator[tuple[Web, Hook]]:
    """The publisher and the receiver."""
    with (
        Web(tls=place.authority.issue("web", "IP:127.0.0.1")) as web,
        Hook(tls=place.authority.server_context("IP:127.0.0.1")) as hook,
    ):
        yield web, hook


def test_the_reason_and_the_remedy_are_where_people_look(place: Place, parties: tuple[Web, Hook]) -> None:
    """And the remedy that is named is all it takes."""
    place.write(*parties)
    remedy = "name the certificate of the authority that signed it in polling.ca_file"

    status, said = place.said("send-test", "siem")
    assert status == 3
    assert remedy in said
    place.said("once", "--all")
    assert remedy in place.said("feeds", "status")[1]

    place.write(*parties, more=f", ca_file: {place.authority.ca_file}")
    status, said = place.said("send-test", "siem")
    assert (status, said.splitlines()[-1]) == (0, "siem: delivered")


def test_status_says_why_a_receiver_takes_nothing(place: Place, parties: tuple[Web, Hook]) -> None:
    web, hook = parties
    place.write(web, hook)
    with Web() as plain:
        feeds = FEEDS.format(url=plain.answer("/rss", body=FEED))
        (place.folder / "feeds.yaml").write_text(feeds, encoding="utf-8")
        config = place.folder / "monitor.yaml"
        config.write_text(
            config.read_text().replace(str([web.port, hook.port]), str([plain.port, hook.port]))
        )
        place.said("once", "--all")
        assert "in polling.ca_file" in place.said("status")[1]
        assert hook.requests == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        pytest.param("gone.pem", "gone.pem: polling.ca_file: cannot be read: No such file", id="not there"),
        pytest.param("monitor.yaml", "polling.ca_file: no certificate in PEM in it", id="none in it"),
    ],
)
def test_a_ca_file_that_is_none_is_refused_when_it_is_read(
    name: str, said: str, place: Place, parties: tuple[Web, Hook]
) -> None:
    place.write(*parties, more=f", ca_file: {place.folder / name}")

    with pytest.raises(ConfigError, match=re.escape(said)):
        build(load.load(place.folder / "monitor.yaml", {}))
