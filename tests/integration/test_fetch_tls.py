"""HTTPS on loopback: the certificate is checked against the name although the judged address is dialled."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from monitor.feeds.fetch import FetchRequest, fetch
from monitor.model import Fetched, FetchFailed, FetchFault, FetchResult
from monitor.net.transport import FetchClient
from tests.support.certs import CARELESS, STRICT, make_authority
from tests.support.web import Web

if TYPE_CHECKING:
    from pathlib import Path

    from monitor.net.client import NetPolicy
    from tests.support.certs import Authority


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority that nobody else trusts."""
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def pair(authority: Authority) -> tuple[Path, Path]:
    """A certificate for localhost, and its key."""
    return authority.issue("localhost", "DNS:localhost")


def get(url: str, policy: NetPolicy) -> FetchResult:
    async def run() -> FetchResult:
        async with FetchClient(policy) as http:
            return await fetch(http, FetchRequest(url=url))

    return asyncio.run(run())


def test_a_certificate_for_the_name_is_trusted_where_its_authority_is(
    pair: tuple[Path, Path], authority: Authority
) -> None:
    with Web(tls=pair) as web:
        url = web.answer("/feed", body=b"<rss/>").replace("127.0.0.1", "localhost")
        # localhost may resolve to ::1 first, where nobody listens
        policy = web.policy(authorities=authority.ca_file.read_text(), allow_networks=_loopback())
        result = get(url, policy)
        assert isinstance(result, Fetched), result


def test_an_unknown_authority_is_a_tls_failure(pair: tuple[Path, Path]) -> None:
    with Web(tls=pair) as web:
        result = get(
            web.answer("/feed").replace("127.0.0.1", "localhost"), web.policy(allow_networks=_loopback())
        )
    assert isinstance(result, FetchFailed)
    assert result.fault is FetchFault.TLS
    assert "polling.ca_file" in result.detail


def test_an_authority_without_key_usage_is_told_with_its_remedy(tmp_path: Path) -> None:
    """Verified as Python does: from 3.13 on it is refused, and the remedy that is named works."""
    careless = make_authority(tmp_path, extensions=CARELESS)
    pair = careless.issue("localhost", "DNS:localhost")
    with Web(tls=pair) as web:
        url = web.answer("/feed", body=b"<rss/>").replace("127.0.0.1", "localhost")

        def fetched(trusted: Path) -> FetchResult:
            return get(url, web.policy(authorities=trusted.read_text(), allow_networks=_loopback()))

        result = fetched(careless.ca_file)
        if not STRICT:
            assert isinstance(result, Fetched)
            return
        assert isinstance(result, FetchFailed)
        assert result.fault is FetchFault.TLS
        assert "`keyUsage=critical,keyCertSign,cRLSign`" in result.detail
        assert "polling.ca_file" in result.detail
        assert isinstance(fetched(pair[0]), Fetched)


def test_a_certificate_for_another_name_is_a_tls_failure(
    pair: tuple[Path, Path], authority: Authority
) -> None:
    with Web(tls=pair) as web:
        result = get(web.answer("/feed"), web.policy(authorities=authority.ca_file.read_text()))
    assert isinstance(result, FetchFailed)
    assert result.fault is FetchFault.TLS
    assert "write the name that stands in the certificate" in result.detail


def test_credentials_are_not_followed_from_https_to_http(
    pair: tuple[Path, Path], authority: Authority
) -> None:
    with Web(tls=pair) as web, Web() as plain:
        to = plain.answer("/feed", body=b"<rss/>")
        url = web.redirect("/feed", to, status=301).replace("127.0.0.1", "localhost")
        policy = web.policy(
            authorities=authority.ca_file.read_text(),
            allow_networks=_loopback(),
            allow_ports=(web.port, plain.port),
        )
        refused = get(url.replace("https://", "https://u:p@"), policy)
        followed = get(url, policy)
        assert isinstance(refused, FetchFailed)
        assert refused.fault is FetchFault.REDIRECT
        assert isinstance(followed, Fetched)
        assert followed.moved_to is None
        assert len(plain.requests) == 1


def _loopback() -> tuple[object, ...]:
    from ipaddress import ip_network

    return ip_network("127.0.0.0/8"), ip_network("::1/128")
