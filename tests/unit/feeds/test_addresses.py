"""What may be fetched, and where a redirect may lead."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds import addresses


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        pytest.param("/b?x=1", "https://a.example/b?x=1", id="path"),
        pytest.param("c", "https://a.example/dir/c", id="relative"),
        pytest.param("//b.example/c", "https://b.example/c", id="scheme-relative"),
        pytest.param("https://b.example/c#part", "https://b.example/c", id="fragment-dropped"),
        pytest.param("https://u:p@b.example/", "https://b.example/", id="credentials-dropped"),
        pytest.param(
            "/сирия".encode().decode("latin-1"),
            "https://a.example/%D1%81%D0%B8%D1%80%D0%B8%D1%8F",
            id="raw-utf8",
        ),
        pytest.param("file:///etc/passwd", None, id="file"),
        pytest.param("ftp://b.example/", None, id="ftp"),
        pytest.param("gopher://b.example/", None, id="gopher"),
        pytest.param("javascript:alert(1)", None, id="javascript"),
        pytest.param("https://xn--/", None, id="broken-idna"),
        pytest.param("http://[::1", None, id="broken-ipv6"),
        pytest.param("http://b.example:99999/", None, id="broken-port"),
    ],
)
def test_a_redirect_leads_to_http_addresses_only(location: str, expected: str | None) -> None:
    found = addresses.target(httpx.URL("https://a.example/dir/feed"), location)
    assert (str(found) if found else None) == expected


def test_credentials_are_taken_out_of_the_address_and_decoded() -> None:
    found = addresses.address("https://ann:p%40ss@a.example/feed#x")
    assert found is not None
    assert (str(found[0]), found[1]) == ("https://a.example/feed", ("ann", "p@ss"))


@pytest.mark.parametrize(
    "text", ["", "feed.xml", "file:///x", "http://", "http://xn--/", "mailto:a@b.c", "https:///x"]
)
def test_what_is_no_http_address_is_none(text: str) -> None:
    assert addresses.address(text) is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://a.example/x", "https://a.example:443/y", True),
        ("https://a.example/", "http://a.example/", False),
        ("https://a.example/", "https://www.a.example/", False),
        ("http://a.example/", "http://a.example:8080/", False),
    ],
)
def test_origin_is_scheme_host_and_port(one: str, other: str, same: bool) -> None:
    assert addresses.same_origin(httpx.URL(one), httpx.URL(other)) is same


@given(st.from_regex(addresses._PLAIN, fullmatch=True))
def test_what_is_plain_is_reduced_as_anything_else(url: str) -> None:
    """The short way for most addresses leads where the long one does."""
    assert addresses.canonical_url(url) == addresses._canonical(url)
