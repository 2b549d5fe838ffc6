"""The guarded network: no request leaves for an address that is not plainly public, unless the operator opted
in.

A name is resolved once, every address it answers with is judged, and the connection is made to a judged
address, so that a name cannot change its mind between the check and the use (DNS rebinding). TLS still names
and verifies the host. The guard stands at connect time and so covers every redirect hop and every outbound
channel.
"""

from __future__ import annotations

import asyncio
import functools
import re
import socket
import ssl
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from ipaddress import ip_address
from typing import TYPE_CHECKING, NoReturn

import httpcore
import httpx

from monitor.errors import ConfigError, Mistake
from monitor.net import addresses
from monitor.net.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable
    from pathlib import Path

    from monitor.net.addresses import Address, Network

    SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]

__all__ = [
    "CA_FILE",
    "AddressRefused",
    "AsyncGuardedBackend",
    "NameUnresolved",
    "NetPolicy",
    "async_client",
    "authorities",
    "check_name",
    "date_of",
    "judged",
    "redact",
    "refusal",
    "resolved",
    "tls_context",
    "user_agent",
]

USUAL_PORTS = (80, 443)
#: where the configuration names certificates that are trusted besides the bundled ones
CA_FILE = "polling.ca_file"
#: addresses of one name that are tried before giving up
MAX_TRIED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class NetPolicy:
    """Where we may go, and how long we wait there."""

    user_agent: str
    #: networks that are not public but may be reached; a metadata address only when listed by itself (/32,
    #: /128)
    allow_networks: tuple[Network, ...] = ()
    #: ports besides 80 and 443
    allow_ports: tuple[int, ...] = ()
    #: seconds, name lookup included
    connect_timeout: float = 10.0
    #: seconds without a byte of a delivery's answer; a fetch brings its own deadline
    total_timeout: float = 30.0
    #: certificates in PEM that are trusted besides the bundled ones (`polling.ca_file`)
    authorities: str = field(default="", repr=False)


class AddressRefused(httpx.ConnectError):
    """The policy forbids the address, the name or the port; `reason` says why in a few words."""

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class NameUnresolved(httpx.ConnectError):
    """The host name has no address."""


def user_agent(version: str, contact: str | None) -> str:
    """Our honest name, with the address of whom to ask where the operator gave one."""
    name = f"foreign-influence-monitor/{version}"
    said = re.sub(r"[^\x20-\x27\x2a-\x7e]", "", contact or "").strip()
    if not said:
        return name
    return f"{name} (+{said})" if said.startswith(("http://", "https://")) else f"{name} (contact: {said})"


def refusal(address: Address, policy: NetPolicy) -> str | None:
    """Why `address` may not be reached, or None when it may."""
    return addresses.refusal(address, policy.allow_networks)


def check_name(host: str, port: int, policy: NetPolicy) -> None:
    """Raises AddressRefused when the name or port is forbidden whatever it resolves to."""
    if addresses.is_metadata_name(host):
        raise AddressRefused(f"{host} is a cloud metadata service", reason="cloud metadata")
    if port not in USUAL_PORTS and port not in policy.allow_ports:
        raise AddressRefused(f"port {port} of {host} is not allowed", reason="port")


def checked(host: str, answer: Iterable[str], policy: NetPolicy) -> tuple[str, ...]:
    """The addresses of `answer` in order, without repeats.

    Raises AddressRefused when any of them is forbidden, NameUnresolved when there is none.
    """
    found = tuple(dict.fromkeys(answer))
    for text in found:
        why = _verdict(text, policy.allow_networks)
        if why is not None:
            place = text if text == host else f"{host} ({text})"
            raise AddressRefused(f"{place} is not a public address: {why}", reason=why)
    if not found:
        raise NameUnresolved(f"{host} has no address")
    return found


@functools.lru_cache(maxsize=4096)  # hosts are asked again and again
def _verdict(text: str, allowed: tuple[Network, ...]) -> str | None:
    return addresses.refusal(ip_address(text), allowed)


def async_client(
    policy: NetPolicy, *, backend: httpcore.AsyncNetworkBackend | None = None
) -> httpx.AsyncClient:
    """What deliveries are sent with (feeds: `monitor.net.transport`): no keep-alive, redirects, proxies,
    cookies or netrc.

    Read bodies with `aiter_raw` and a bound, under `asyncio.timeout`: this client sets neither. A Location
    header is found in `response.extensions["location"]`.
    """
    tls = tls_context(policy.authorities)
    transport = httpx.AsyncHTTPTransport(verify=tls, trust_env=False)
    transport._pool = httpcore.AsyncConnectionPool(
        ssl_context=tls,
        max_connections=None,
        max_keepalive_connections=0,
        network_backend=backend or AsyncGuardedBackend(policy),
    )
    total = policy.total_timeout
    return httpx.AsyncClient(
        transport=transport,
        headers={
            "User-Agent": policy.user_agent,
            "Accept-Encoding": "identity",
            "Connection": "close",
        },
        timeout=httpx.Timeout(total, connect=policy.connect_timeout, pool=total),
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        trust_env=False,
        follow_redirects=False,
        event_hooks={"response": [_hide_location]},
    )


async def date_of(url: str, policy: NetPolicy) -> str:
    """The Date of the answer to a HEAD. Raises OSError where none comes; ValueError: the address is none."""
    async with async_client(policy) as client:
        try:
            answer = await client.head(url)
        except httpx.HTTPError as error:
            raise OSError(str(error)) from error
        except httpx.InvalidURL as error:
            raise ValueError(str(error)) from error
    return str(answer.headers.get("date", ""))


@functools.lru_cache(maxsize=4)
def tls_context(authorities: str = "") -> ssl.SSLContext:
    """Verifying, with the bundled certificates and `authorities`. Raises OSError (ssl.SSLError): they are
    none.

    Reading the bundled ones takes longer than most requests; contexts may be shared.
    """
    context = httpx.create_ssl_context(trust_env=False)
    if authorities:
        context.load_verify_locations(cadata=authorities)
    return context


def authorities(path: Path) -> str:
    """The certificates of the file at `path`, in PEM. Raises ConfigError: it cannot be read or holds none."""
    try:
        text = path.read_bytes().decode("ascii", "ignore")
        tls_context(text)
    except OSError as error:
        why = (
            "no certificate in PEM in it"
            if isinstance(error, ssl.SSLError)
            else f"cannot be read: {error.strerror}"
        )
        wrong = Mistake(file=str(path), line=None, column=None, message=f"{CA_FILE}: {why}")
        raise ConfigError((wrong,)) from None
    return text


async def _hide_location(response: httpx.Response) -> None:
    """Keep httpx from reading Location, which it does even where redirects are off, and which raises for
    broken international names.
    """
    found = next((value for name, value in response.headers.raw if name.lower() == b"location"), None)
    if found is not None:
        response.extensions["location"] = found.decode("latin-1")
        del response.headers["location"]


# --- what connects ----------------------------------------------------------------------------------------


async def resolved(host: str, port: int) -> list[str]:
    """The addresses of `host`."""
    look_up = functools.partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    # in the loop's own threads: those of uvloop are four, whatever the loop was given
    answers = await asyncio.get_running_loop().run_in_executor(None, look_up)
    return [str(answer[4][0]) for answer in answers]


@functools.lru_cache(maxsize=4096)
def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


async def judged(
    host: str,
    port: int,
    policy: NetPolicy,
    resolve: Callable[[str, int], Awaitable[Iterable[str]]],
    limit: float,
) -> tuple[str, ...]:
    """What `host` resolves to within `limit` seconds; an address is what it is, and needs no lookup.

    Raises AddressRefused and NameUnresolved.
    """
    if _is_address(host):
        return checked(host, (host,), policy)
    try:
        async with asyncio.timeout(limit):
            answer = await resolve(host, port)
    except TimeoutError as error:
        raise NameUnresolved(f"{host} was not resolved within {limit:g} s") from error
    except (OSError, UnicodeError) as error:
        _unresolved(host, error)
    return checked(host, answer, policy)


def _unresolved(host: str, error: OSError | UnicodeError) -> NoReturn:
    said = error.strerror if isinstance(error, OSError) and error.strerror else "not a valid name"
    raise NameUnresolved(f"{host} cannot be resolved: {said}") from error


class AsyncGuardedBackend(httpcore.AsyncNetworkBackend):
    """Asynchronous: resolve once, judge, dial the judged address."""

    def __init__(
        self,
        policy: NetPolicy,
        *,
        resolve: Callable[[str, int], Awaitable[Iterable[str]]] = resolved,
        dial: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        self._policy = policy
        self._resolve = resolve
        self._dial = dial or httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A stream to `host`; raises AddressRefused, NameUnresolved,
        httpcore's ConnectError or ConnectTimeout.
        """
        check_name(host, port, self._policy)
        limit = timeout or self._policy.connect_timeout
        failed: Exception | None = None
        found = (await judged(host, port, self._policy, self._resolve, limit))[:MAX_TRIED]
        for address in found:
            wait = limit / len(found)
            try:
                return await self._dial.connect_tcp(address, port, wait, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        assert failed is not None
        raise failed

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[SocketOption] | None = None
    ) -> httpcore.AsyncNetworkStream:
        """Refused, always."""
        raise AddressRefused("unix sockets are not allowed", reason="unix socket")
