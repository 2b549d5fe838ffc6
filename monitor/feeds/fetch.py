"""Fetch one document over HTTP: conditional, bounded in bytes, time and redirects; the world's failures are
values.

Sources: RFC 9110, RFC 9111. Many at once: `monitor.feeds.hosts`. Local files: `monitor.feeds.local`.
"""

from __future__ import annotations

import asyncio
import ssl
from base64 import b64encode
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

import httpx

from monitor.feeds import addresses, http
from monitor.feeds.http import Body, Damaged, TooLarge
from monitor.model import Fetched, FetchFailed, FetchFault, FetchResult, NotModified
from monitor.net.certificates import causes, refusal
from monitor.net.client import CA_FILE, AddressRefused, NameUnresolved, redact
from monitor.net.transport import KEEP

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

FEED_TYPES = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1"
)
PAGE_TYPES = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
#: pages past this are not articles
MAX_PAGE = 2_000_000

_WAIT = (429, 503)


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRequest:
    """What to fetch, what we have of it already, and how much we will bear."""

    #: http or https; credentials in it are sent to its own origin only
    url: str
    #: validators as stored, with the address that sent them; None: `url` itself
    etag: str | None = None
    last_modified: str | None = None
    validators_url: str | None = None
    #: None: the client's
    user_agent: str | None = None
    accept: str = FEED_TYPES
    #: of the body, on the wire and decompressed
    max_bytes: int = 10_000_000
    #: seconds, from the first name lookup to the last byte, all redirects included
    deadline: float = 30.0
    max_redirects: int = 5
    #: another request to its host follows soon
    more: bool = False


def page_request(url: str, *, user_agent: str | None = None, deadline: float = 20.0) -> FetchRequest:
    """The request for the article behind an entry."""
    return FetchRequest(
        url=url, user_agent=user_agent, accept=PAGE_TYPES, max_bytes=MAX_PAGE, deadline=deadline
    )


class Response(Protocol):
    """As much of an `httpx.Response` as is asked for here."""

    status_code: int
    headers: Any
    extensions: Any

    def aiter_raw(self) -> AsyncIterator[bytes]:
        """The body as it comes; raises httpx.RequestError."""

    async def aclose(self) -> None:
        """Whatever is left of the body is not wanted."""


class Client(Protocol):
    """What asks: a guarded `monitor.net.transport.FetchClient`; an `httpx.AsyncClient` does as well."""

    def build_request(
        self,
        method: str,
        url: httpx.URL,
        *,
        headers: list[tuple[bytes, bytes]],
        extensions: dict[str, Any] | None,
    ) -> Any:
        """The request, not yet sent."""

    async def send(self, request: Any, *, stream: bool) -> Response:
        """The answer; raises httpx.RequestError."""


async def fetch(client: Client, request: FetchRequest) -> FetchResult:
    """One GET with all its redirects, through a guarded `client`.

    Raises nothing for what the world does; whatever is raised is a bug.
    """
    try:
        async with asyncio.timeout(request.deadline):
            return await _walk(client, request)
    except TimeoutError:
        return _failed(FetchFault.TIMEOUT, f"not complete after {request.deadline:g} s")
    except (
        httpx.RequestError,
        httpx.InvalidURL,
        OSError,
    ) as error:  # OSError: a TLS stream that breaks later
        return _failed(*explained(error))


def explained(error: Exception) -> tuple[FetchFault, str]:
    """The fault that an exception of httpx or of a socket stands for,
    and what to say of it (not yet redacted).
    """
    said = str(error) or type(error).__name__
    fault = next((fault for kind, fault in _FAULTS if isinstance(error, kind)), FetchFault.PROTOCOL)
    if fault is FetchFault.CONNECT and any(isinstance(cause, ssl.SSLError) for cause in causes(error)):
        return FetchFault.TLS, refusal(error, CA_FILE) or said
    if isinstance(error, httpx.TimeoutException):
        said = f"{type(error).__name__}: no progress"
    return fault, said


#: first match counts: the particular before the general
_FAULTS: tuple[tuple[type[Exception], FetchFault], ...] = (
    (AddressRefused, FetchFault.REFUSED_ADDRESS),
    (NameUnresolved, FetchFault.DNS),
    (httpx.ConnectError, FetchFault.CONNECT),
    (httpx.TimeoutException, FetchFault.TIMEOUT),
    (httpx.NetworkError, FetchFault.CONNECT),
    (httpx.ProxyError, FetchFault.CONNECT),
    (httpx.TooManyRedirects, FetchFault.REDIRECT),
    (OSError, FetchFault.CONNECT),
)


def _failed(
    fault: FetchFault, detail: str, status: int | None = None, wait: timedelta | None = None
) -> FetchFailed:
    return FetchFailed(fault=fault, detail=redact(detail)[:500], status=status, retry_after=wait)


@dataclass(frozen=True, slots=True)
class _Hop:
    """Where the walk stands."""

    url: httpx.URL
    login: tuple[str, str] | None
    #: every redirect so far was permanent, and none of them led from https to http
    permanent: bool = True
    #: where the permanent ones at the beginning led
    moved: httpx.URL | None = None
    visited: frozenset[str] = frozenset()


async def _walk(client: Client, request: FetchRequest) -> FetchResult:
    start = addresses.address(request.url)
    if start is None:
        return _failed(FetchFault.PROTOCOL, f"{request.url} is not an http or https address")
    step: _Hop | FetchResult = _Hop(*start)
    while isinstance(step, _Hop):
        step = await _get(client, request, step)
    return step


async def _get(client: Client, request: FetchRequest, hop: _Hop) -> _Hop | FetchResult:
    """One exchange: the next hop or the result."""
    validators = _validators(request, hop)
    headers_sent = _headers(request, validators, hop.login)
    built = client.build_request("GET", hop.url, headers=headers_sent, extensions={KEEP: request.more})
    response = await client.send(built, stream=True)
    try:
        headers = http.headers_of(response.headers.raw)
        if response.status_code in http.REDIRECTS:
            return _onward(request, hop, response.status_code, response.extensions.get("location"))
        if response.status_code == 304 and validators:
            return _not_modified(request, hop, headers)
        if response.status_code not in (200, 203):
            return _unusable(hop, response.status_code, headers)
        body = await _read(response, headers, request.max_bytes)
        return body if isinstance(body, FetchFailed) else _fetched(request, hop, headers, body)
    finally:
        await response.aclose()


def _headers(
    request: FetchRequest, validators: list[tuple[bytes, bytes]], login: tuple[str, str] | None
) -> list[tuple[bytes, bytes]]:
    headers = [(b"Accept", request.accept.encode("ascii")), (b"Accept-Encoding", b"gzip"), *validators]
    if request.user_agent:
        headers.append((b"User-Agent", request.user_agent.encode("latin-1", "ignore")))
    if login:
        headers.append((b"Authorization", b"Basic " + b64encode(":".join(login).encode())))
    return headers


def _validators(request: FetchRequest, hop: _Hop) -> list[tuple[bytes, bytes]]:
    """Only for the address that sent them: elsewhere they could bring a 304 for what we never saw."""
    owner = addresses.address(request.validators_url or request.url)
    ours = owner is not None and (owner[0] is hop.url or owner[0] == hop.url)
    return http.conditional(request.etag, request.last_modified) if ours else []


def _onward(request: FetchRequest, hop: _Hop, status: int, location: str | None) -> _Hop | FetchFailed:
    """The next hop, or why there is none."""
    to = addresses.target(hop.url, location) if location else None
    visited = hop.visited | {str(hop.url)}
    why = None
    if to is None:
        why = f"redirected to {location!r}, which is no http or https address"
    elif str(to) in visited:
        why = f"redirected in a circle, back to {to}"
    elif len(visited) > request.max_redirects:
        why = f"redirected more than {request.max_redirects} times"
    elif hop.login and addresses.downgrades(hop.url, to):
        why = "redirected from https to http, which would give the credentials away"
    if why is not None or to is None:
        return _failed(FetchFault.REDIRECT, why or "", status)
    permanent = hop.permanent and status in http.PERMANENT and not addresses.downgrades(hop.url, to)
    return _Hop(
        url=to,
        login=hop.login if addresses.same_origin(hop.url, to) else None,
        permanent=permanent,
        moved=to if permanent else hop.moved,
        visited=visited,
    )


def _moved_to(request: FetchRequest, hop: _Hop) -> str | None:
    """Where the permanent redirects led, up to the first temporary one.

    An address with credentials never moves by itself.
    """
    start = addresses.address(request.url)
    return str(hop.moved) if hop.moved is not None and start and start[1] is None else None


def _not_modified(request: FetchRequest, hop: _Hop, headers: http.Headers) -> NotModified:
    return NotModified(
        etag=http.validator(headers, "etag"),
        last_modified=http.validator(headers, "last-modified"),
        fresh_for=http.fresh_for(headers),
        moved_to=_moved_to(request, hop),
    )


def _fetched(request: FetchRequest, hop: _Hop, headers: http.Headers, body: bytes) -> Fetched:
    return Fetched(
        url=str(hop.url),
        body=body,
        content_type=http.header(headers, "content-type") or "",
        etag=http.validator(headers, "etag"),
        last_modified=http.validator(headers, "last-modified"),
        fresh_for=http.fresh_for(headers),
        moved_to=_moved_to(request, hop),
        headers=headers,
    )


def _unusable(hop: _Hop, status: int, headers: http.Headers) -> FetchFailed:
    """Any status but 200, 203, a redirect and an expected 304."""
    wait = http.retry_after(headers, datetime.now(UTC)) if status in _WAIT else None
    said = f"{hop.url} answered {status}"
    if status == 304:
        return _failed(FetchFault.PROTOCOL, f"{said} though nothing was asked conditionally", status)
    if status == 429:
        return _failed(FetchFault.RATE_LIMITED, said, status, wait)
    if status == 410 and hop.permanent:
        return _failed(FetchFault.GONE, said, status)
    if 400 <= status < 500:
        return _failed(FetchFault.CLIENT_ERROR, said, status)
    if 500 <= status < 600:
        return _failed(FetchFault.SERVER_ERROR, said, status, wait)
    return _failed(FetchFault.PROTOCOL, f"{said}, which brings no document", status)


async def _read(response: Response, headers: http.Headers, limit: int) -> bytes | FetchFailed:
    """The whole body within `limit` bytes, decompressed."""
    status = response.status_code
    if http.coding(headers) is None:
        coded = http.header(headers, "content-encoding")
        return _failed(FetchFault.PROTOCOL, f"coded as {coded!r}; we asked for gzip", status)
    length = http.header(headers, "content-length") or ""
    if length.isascii() and length.isdigit() and len(length) < 20 and int(length) > limit:
        return _failed(FetchFault.TOO_LARGE, f"{int(length):,} bytes, allowed are {limit:,}", status)
    body = Body(limit)
    try:
        async for chunk in response.aiter_raw():
            body.add(chunk)
        complete = body.finish()
    except TooLarge:
        return _failed(FetchFault.TOO_LARGE, f"more than {limit:,} bytes", status)
    except Damaged as error:
        return _failed(FetchFault.PROTOCOL, f"the gzip body is damaged: {error}", status)
    except (httpx.RemoteProtocolError, httpx.ReadError) as error:
        return replace(_cut_short(error), status=status)
    if not complete:
        return _failed(FetchFault.TRUNCATED, "the gzip body ends before its end", status)
    return bytes(body.data)


def _cut_short(error: httpx.TransportError) -> FetchFailed:
    """A body that broke off. h11 words it:
    "incomplete chunked read", "without sending complete message body".
    """
    broken_off = isinstance(error, httpx.ReadError) or "complete" in str(error)
    return _failed(
        FetchFault.TRUNCATED if broken_off else FetchFault.PROTOCOL, str(error) or "the connection broke off"
    )
