"""Fetching from a real server on loopback: what it says, what it does badly, what we send."""

from __future__ import annotations

import asyncio
import base64
import gzip
import itertools
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from monitor.feeds.fetch import FetchRequest, fetch
from monitor.model import Fetched, FetchFailed, FetchFault, FetchResult, NotModified
from monitor.net.transport import FetchClient
from tests.support.web import Answer, Web

if TYPE_CHECKING:
    from collections.abc import Iterator

FEED = "<rss><channel><title>Триполи</title></channel></rss>".encode() * 50
ETAG = 'W/"äb-gzip"'
DATE = "Mon, 23 Nov 2026 10:00:00 GMT"


@pytest.fixture
def web() -> Iterator[Web]:
    with Web(hosts=("127.0.0.1", "127.0.0.2")) as web:
        yield web


def get(web: Web, url: str, **request: Any) -> FetchResult:
    async def run() -> FetchResult:
        async with FetchClient(web.policy()) as client:
            return await fetch(client, FetchRequest(url=url, **request))

    return asyncio.run(run())


def good(web: Web, url: str, **request: Any) -> Fetched:
    result = get(web, url, **request)
    assert isinstance(result, Fetched), result
    return result


def bad(web: Web, url: str, **request: Any) -> FetchFailed:
    result = get(web, url, **request)
    assert isinstance(result, FetchFailed), result
    return result


# --- the plain way


def test_a_document_comes_with_all_that_the_next_poll_needs(web: Web) -> None:
    headers = {
        "ETag": ETAG,
        "Last-Modified": DATE,
        "Content-Type": "text/xml",
        "Cache-Control": "max-age=900",
    }
    url = web.answer("/feed", body=FEED, headers=headers)
    result = good(web, url)
    assert (result.body, result.content_type, result.url) == (FEED, "text/xml", url)
    assert (result.etag, result.last_modified, result.fresh_for) == (ETAG, DATE, timedelta(minutes=15))
    assert result.moved_to is None
    assert ("Content-Type", "text/xml") in result.headers


def test_a_first_request_is_honest_small_and_unconditional(web: Web) -> None:
    good(web, web.answer("/feed", body=FEED))
    sent = web.requests[0].headers
    assert sent["user-agent"] == "test/1"
    assert sent["accept-encoding"] == "gzip"
    assert "application/atom+xml" in sent["accept"]
    assert not {"if-none-match", "if-modified-since", "cookie", "referer", "cache-control"} & set(sent)


def test_validators_go_back_byte_for_byte_and_bring_a_304(web: Web) -> None:
    url = web.answer(
        "/feed",
        body=FEED,
        headers={"ETag": ETAG, "Last-Modified": DATE},
        headers_304={"Cache-Control": "max-age=60"},
    )
    first = good(web, url)
    again = get(web, url, etag=first.etag, last_modified=first.last_modified)
    assert again == NotModified(etag=ETAG, last_modified=DATE, fresh_for=timedelta(minutes=1))
    sent = web.requests[1].headers
    assert (sent["if-none-match"], sent["if-modified-since"]) == (ETAG, DATE)


def test_a_304_that_brings_a_new_validator_hands_it_on(web: Web) -> None:
    url = web.answer("/feed", body=FEED, headers={"ETag": '"1"'}, headers_304={"ETag": '"2"'})
    assert get(web, url, etag='"1"') == NotModified(etag='"2"')


def test_a_304_that_nobody_asked_for_is_a_failure_and_not_good_news(web: Web) -> None:
    assert bad(web, web.answer("/feed", status=304)).fault is FetchFault.PROTOCOL


def test_a_feeds_own_user_agent_replaces_ours(web: Web) -> None:
    good(web, web.answer("/feed", body=FEED), user_agent="Mozilla/5.0 (as the publisher wants it)")
    assert web.requests[0].headers["user-agent"].startswith("Mozilla/5.0")


def test_cookies_are_not_kept_between_requests(web: Web) -> None:
    web.answer("/feed", status=302, headers={"Location": "/feed2", "Set-Cookie": "id=1; Path=/"})
    web.answer("/feed2", body=FEED)
    good(web, web.url("/feed"))
    assert "cookie" not in web.requests[1].headers


def test_credentials_of_the_address_are_sent_as_basic_and_not_shown(web: Web) -> None:
    url = web.answer("/feed", body=FEED).replace("http://", "http://ann:p%40ss@")
    result = good(web, url)
    assert web.requests[0].headers["authorization"] == "Basic " + base64.b64encode(b"ann:p@ss").decode()
    assert "ann" not in result.url


# --- bodies


@pytest.mark.parametrize(
    ("body", "headers", "expected"),
    [
        pytest.param(gzip.compress(FEED), {"Content-Encoding": "gzip"}, FEED, id="gzip"),
        pytest.param(gzip.compress(FEED) * 2, {"Content-Encoding": "gzip"}, FEED * 2, id="two-members"),
        pytest.param(FEED, {"Content-Encoding": "gzip"}, FEED, id="plain-labelled-gzip"),
        pytest.param(gzip.compress(FEED), {"Content-Type": "application/gzip"}, FEED, id="gz-file"),
        pytest.param(FEED, {"Content-Encoding": "utf-8"}, FEED, id="charset-as-coding"),
    ],
)
def test_a_body_is_opened_whatever_its_label(
    web: Web, body: bytes, headers: dict[str, str], expected: bytes
) -> None:
    assert good(web, web.answer("/feed", body=body, headers=headers)).body == expected


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Answer(body=FEED, length=len(FEED) + 10), id="short-of-its-length"),
        pytest.param(
            Answer(body=gzip.compress(FEED)[:-20], headers={"Content-Encoding": "gzip"}), id="gzip-cut"
        ),
        pytest.param(
            Answer(body=gzip.compress(FEED)[:-8], headers={"Content-Encoding": "gzip"}), id="no-trailer"
        ),
        pytest.param(
            Answer(body=b"20\r\n" + b"x" * 7, headers={"Transfer-Encoding": "chunked"}, length=None),
            id="chunk-cut",
        ),
    ],
)
def test_half_a_body_is_never_taken_for_a_whole_one(web: Web, answer: Answer) -> None:
    assert bad(web, web.answer("/feed", answer)).fault is FetchFault.TRUNCATED


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "deflate"])
def test_a_coding_that_was_not_asked_for_is_refused_unread(web: Web, coding: str) -> None:
    url = web.answer("/feed", body=FEED, headers={"Content-Encoding": coding})
    assert bad(web, url).fault is FetchFault.PROTOCOL


def test_a_length_over_the_bound_is_refused_before_the_body(web: Web) -> None:
    url = web.answer("/feed", body=b"", length=50_000_000)
    assert bad(web, url).fault is FetchFault.TOO_LARGE


def test_an_endless_body_stops_at_the_bound(web: Web) -> None:
    web.raw("/feed", itertools.chain([b"HTTP/1.1 200 OK\r\n\r\n"], itertools.repeat(b"x" * 65_536)))
    assert bad(web, web.url("/feed"), max_bytes=1_000_000).fault is FetchFault.TOO_LARGE


def test_what_unpacks_to_more_stops_at_the_bound(web: Web) -> None:
    url = web.answer("/feed", body=gzip.compress(b"\0" * 1_200_000), headers={"Content-Encoding": "gzip"})
    assert bad(web, url, max_bytes=1_000_000).fault is FetchFault.TOO_LARGE


# --- time


@pytest.mark.parametrize(
    "chunks",
    [
        pytest.param([b"HTTP/1.1 200 OK\r\n\r\n", *[b"x"] * 100], id="body-dripping"),
        pytest.param([b"HTTP/1.1 200 OK\r\n", *[b"X: y\r\n"] * 100], id="headers-dripping"),
        pytest.param([b"HTTP/1.1 100 Continue\r\n\r\n"] * 100, id="endless-continue"),
    ],
)
def test_one_deadline_ends_what_never_stalls_and_never_ends(web: Web, chunks: list[bytes]) -> None:
    web.raw("/feed", chunks, pause=0.05)
    began = time.monotonic()
    assert bad(web, web.url("/feed"), deadline=0.4).fault is FetchFault.TIMEOUT
    assert time.monotonic() - began < 4


def test_the_deadline_counts_over_all_redirects(web: Web) -> None:
    for n in range(4):
        web.answer(f"/{n}", status=302, delay=0.2, headers={"Location": f"/{n + 1}"})
    assert bad(web, web.url("/0"), deadline=0.5).fault is FetchFault.TIMEOUT


def test_endless_headers_are_refused(web: Web) -> None:
    web.raw(
        "/feed", itertools.chain([b"HTTP/1.1 200 OK\r\n"], itertools.repeat(b"X: " + b"y" * 9000 + b"\r\n"))
    )
    assert bad(web, web.url("/feed")).fault is FetchFault.PROTOCOL


@pytest.mark.parametrize("chunks", [[b"SSH-2.0-OpenSSH\r\n"], [b"\0" * 100], [b""]])
def test_what_does_not_speak_http_is_a_protocol_failure(web: Web, chunks: list[bytes]) -> None:
    web.raw("/feed", chunks)
    assert bad(web, web.url("/feed")).fault is FetchFault.PROTOCOL


def test_tls_to_a_plain_server_is_a_tls_failure(web: Web) -> None:
    assert bad(web, web.url("/feed").replace("http:", "https:")).fault is FetchFault.TLS


# --- redirects


@pytest.mark.parametrize(
    ("statuses", "moved"),
    [
        ((301,), 1),
        ((308,), 1),
        ((301, 308), 2),
        ((302,), 0),
        ((303,), 0),
        ((307,), 0),
        ((301, 302), 1),
        ((301, 308, 307, 301), 2),
        ((307, 301), 0),
    ],
)
def test_a_move_goes_as_far_as_the_first_temporary_redirect(
    web: Web, statuses: tuple[int, ...], moved: int
) -> None:
    """What follows it is where the publisher points today."""
    for n, status in enumerate(statuses):
        web.redirect(f"/{n}", f"/{n + 1}", status=status)
    end = web.answer(f"/{len(statuses)}", body=FEED)
    result = good(web, web.url("/0"))
    assert result.url == end
    assert result.moved_to == (web.url(f"/{moved}") if moved else None)


def test_an_address_with_credentials_never_moves_by_itself(web: Web) -> None:
    """The new address would be stored without them and fail from then on."""
    web.answer("/b", body=FEED)
    url = web.redirect("/a", "/b", status=301).replace("http://", "http://u:p@")
    assert good(web, url).moved_to is None


def test_validators_go_only_to_the_address_that_sent_them(web: Web) -> None:
    """The redirect changed its mind: the other address would answer 304 for a document we never saw."""
    web.redirect("/a", "/b")
    web.answer("/b", body=b"never seen", headers={"Last-Modified": DATE})
    result = good(web, web.url("/a"), last_modified=DATE, validators_url=web.url("/c"))
    assert result.body == b"never seen"
    assert all("if-modified-since" not in r.headers for r in web.requests)


def test_validators_follow_a_redirect_to_where_they_came_from(web: Web) -> None:
    web.redirect("/a", "/b")
    web.answer("/b", body=FEED, headers={"ETag": '"b"'})
    first = good(web, web.url("/a"))
    again = get(web, web.url("/a"), etag=first.etag, validators_url=first.url)
    assert isinstance(again, NotModified)
    assert ["if-none-match" in r.headers for r in web.requests] == [False, False, False, True]


def test_credentials_stay_with_their_origin(web: Web) -> None:
    web.redirect("/a", "/b")
    web.redirect("/b", web.url("/c", host="127.0.0.2"))
    web.answer("/c", body=FEED)
    good(web, web.url("/a").replace("http://", "http://u:p@"))
    assert ["authorization" in r.headers for r in web.requests] == [True, True, False]


@pytest.mark.parametrize(
    "to",
    ["/a", "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "http://xn--/", ""],
)
def test_a_redirect_that_leads_nowhere_good_ends_the_walk(web: Web, to: str) -> None:
    assert bad(web, web.redirect("/a", to)).fault is FetchFault.REDIRECT


def test_the_sixth_redirect_is_one_too_many(web: Web) -> None:
    for n in range(7):
        web.redirect(f"/{n}", f"/{n + 1}")
    web.answer("/7", body=FEED)
    assert good(web, web.url("/2")).body == FEED
    assert bad(web, web.url("/1")).fault is FetchFault.REDIRECT


@pytest.mark.parametrize(
    "to",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://metadata.google.internal/",
        "http://10.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://0/",
        "http://192.168.1.1/",
        "http://100.64.0.1/",
    ],
)
def test_a_redirect_to_what_is_not_public_is_refused(web: Web, to: str) -> None:
    """The guard stands before the dial: none of these is ever connected to."""
    assert bad(web, web.redirect("/a", to)).fault is FetchFault.REFUSED_ADDRESS


# --- refusals of the server


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (400, FetchFault.CLIENT_ERROR),
        (401, FetchFault.CLIENT_ERROR),
        (403, FetchFault.CLIENT_ERROR),
        (404, FetchFault.CLIENT_ERROR),
        (410, FetchFault.GONE),
        (429, FetchFault.RATE_LIMITED),
        (500, FetchFault.SERVER_ERROR),
        (503, FetchFault.SERVER_ERROR),
        (599, FetchFault.SERVER_ERROR),
        (204, FetchFault.PROTOCOL),
        (206, FetchFault.PROTOCOL),
        (300, FetchFault.PROTOCOL),
        (700, FetchFault.PROTOCOL),
    ],
)
def test_each_status_has_its_fault(web: Web, status: int, fault: FetchFault) -> None:
    length = None if status == 204 else "true"
    failed = bad(
        web, web.answer("/feed?key=secret".partition("?")[0], status=status, length=length) + "?key=secret"
    )
    assert failed.fault is fault
    assert "secret" not in failed.detail


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("value", ["3600", "Mon, 23 Nov 2026 11:00:00 GMT"])
def test_the_wait_is_read_from_429_and_503_in_both_forms(web: Web, status: int, value: str) -> None:
    url = web.answer("/feed", status=status, headers={"Date": DATE, "Retry-After": value})
    assert bad(web, url).retry_after == timedelta(hours=1)


def test_gone_behind_a_temporary_redirect_is_not_gone(web: Web) -> None:
    """The feed's own address lives; only where it pointed today is dead."""
    web.answer("/b", status=410)
    assert bad(web, web.redirect("/a", "/b", status=302)).fault is FetchFault.CLIENT_ERROR
    assert bad(web, web.redirect("/a", "/b", status=301)).fault is FetchFault.GONE
