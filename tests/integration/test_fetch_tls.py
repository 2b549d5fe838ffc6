"""HTTPS on loopback: the certificate is checked against the name although the judged address is dialled."""

from __future__ import annotations

import asyncio
import subprocess
from typing import TYPE_CHECKING

import pytest

from monitor.feeds.fetch import FetchRequest, fetch
from monitor.model import Fetched, FetchFailed, FetchFault, FetchResult
from monitor.net import NetPolicy, async_client, client
from tests.support.services import need
from tests.support.web import Web

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A self-signed certificate for localhost, and its key."""
    need("openssl")
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
    names = ["-addext", "subjectAltName=DNS:localhost"]
    subprocess.run(
        ["openssl", *words.split(), *names, "-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )
    return certificate, key


def get(url: str, policy: NetPolicy) -> FetchResult:
    async def run() -> FetchResult:
        async with async_client(policy) as http:
            return await fetch(http, FetchRequest(url=url))

    return asyncio.run(run())


def test_a_certificate_for_the_name_is_trusted_where_its_authority_is(pair: tuple[Path, Path]) -> None:
    with Web(tls=pair) as web:
        url = web.answer("/feed", body=b"<rss/>").replace("127.0.0.1", "localhost")
        # localhost may resolve to ::1 first, where nobody listens
        policy = web.policy(ca_file=pair[0], allow_networks=_loopback())
        result = get(url, policy)
        assert isinstance(result, Fetched), result
        with client(policy) as http:
            assert http.get(url).content == b"<rss/>"


def test_an_unknown_authority_is_a_tls_failure(pair: tuple[Path, Path]) -> None:
    with Web(tls=pair) as web:
        result = get(
            web.answer("/feed").replace("127.0.0.1", "localhost"), web.policy(allow_networks=_loopback())
        )
    assert isinstance(result, FetchFailed)
    assert result.fault is FetchFault.TLS


def test_a_certificate_for_another_name_is_a_tls_failure(pair: tuple[Path, Path]) -> None:
    with Web(tls=pair) as web:
        result = get(web.answer("/feed"), web.policy(ca_file=pair[0]))
    assert isinstance(result, FetchFailed)
    assert result.fault is FetchFault.TLS


def test_credentials_are_not_followed_from_https_to_http(pair: tuple[Path, Path]) -> None:
    with Web(tls=pair) as web, Web() as plain:
        to = plain.answer("/feed", body=b"<rss/>")
        url = web.redirect("/feed", to, status=301).replace("127.0.0.1", "localhost")
        policy = web.policy(ca_file=pair[0], allow_networks=_loopback(), allow_ports=(web.port, plain.port))
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
