"""Every bad day of a connection has its word."""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING

import httpx
import pytest

from monitor.feeds.fetch import FetchRequest, explained, fetch, page_request
from monitor.model import FetchFailed, FetchFault
from monitor.net.client import AddressRefused, NameUnresolved

if TYPE_CHECKING:
    from collections.abc import Iterator


def tree(kind: type[Exception]) -> Iterator[type[Exception]]:
    for child in kind.__subclasses__():
        yield child
        yield from tree(child)


def made(kind: type[Exception]) -> Exception:
    return AddressRefused("said", reason="r") if kind is AddressRefused else kind("said")


def answered(error: Exception) -> FetchFailed:
    """What `fetch` says when the network raises `error`."""

    def fail(_request: httpx.Request) -> httpx.Response:
        raise error

    async def run() -> object:
        async with httpx.AsyncClient(transport=httpx.MockTransport(fail)) as client:
            return await fetch(client, FetchRequest(url="https://a.example/feed"))

    result = asyncio.run(run())
    assert isinstance(result, FetchFailed)
    return result


@pytest.mark.parametrize("kind", sorted(set(tree(httpx.RequestError)), key=lambda k: k.__name__))
def test_every_exception_that_httpx_may_raise_for_a_request_becomes_a_value(kind: type[Exception]) -> None:
    """Walks the tree as installed, so that a new kind in a new version is covered, too."""
    assert answered(made(kind)).detail


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (AddressRefused("no", reason="loopback"), FetchFault.REFUSED_ADDRESS),
        (NameUnresolved("no"), FetchFault.DNS),
        (httpx.ConnectError("no"), FetchFault.CONNECT),
        (httpx.ConnectTimeout(""), FetchFault.TIMEOUT),
        (httpx.ReadTimeout(""), FetchFault.TIMEOUT),
        (httpx.PoolTimeout(""), FetchFault.TIMEOUT),
        (httpx.WriteError("no"), FetchFault.CONNECT),
        (httpx.RemoteProtocolError("no"), FetchFault.PROTOCOL),
        (httpx.DecodingError("no"), FetchFault.PROTOCOL),
        (httpx.UnsupportedProtocol("no"), FetchFault.PROTOCOL),
        (httpx.InvalidURL("no"), FetchFault.PROTOCOL),
        (ssl.SSLError("bad record"), FetchFault.TLS),
        (ConnectionResetError("reset"), FetchFault.CONNECT),
    ],
)
def test_the_fault_says_what_failed(error: Exception, fault: FetchFault) -> None:
    assert answered(error).fault is fault


def test_a_certificate_is_told_from_a_closed_port_by_its_cause() -> None:
    error = httpx.ConnectError("certificate verify failed")
    error.__cause__ = ssl.SSLCertVerificationError("certificate verify failed")
    assert explained(error)[0] is FetchFault.TLS


def test_a_bug_is_raised_and_not_dressed_up_as_the_worlds_failure() -> None:
    with pytest.raises(ZeroDivisionError):
        answered(ZeroDivisionError("ours"))


def test_the_detail_never_holds_credentials_or_queries() -> None:
    failed = answered(httpx.ConnectError("https://ann:secret@a.example/feed?key=secret failed"))
    assert "secret" not in failed.detail


def test_an_address_of_another_kind_fails_without_any_network() -> None:
    async def run() -> object:
        async with httpx.AsyncClient() as client:
            return await fetch(client, FetchRequest(url="ftp://u:secret@a.example/feed"))

    result = asyncio.run(run())
    assert isinstance(result, FetchFailed)
    assert "secret" not in result.detail


def test_a_page_is_asked_for_as_html_and_bounded_tighter() -> None:
    request = page_request("https://a.example/1")
    assert request.accept.startswith("text/html")
    assert request.max_bytes == 2_000_000
