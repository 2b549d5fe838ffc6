"""The guard: it judges what a name resolves to, dials what it judged, and never asks twice. Nothing here connects."""

from __future__ import annotations

import asyncio
import socket
import ssl
from dataclasses import replace
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

import httpcore
import httpx
import pytest

from monitor.net import client as net
from monitor.net.client import AddressRefused, AsyncGuardedBackend, NameUnresolved, NetPolicy
from monitor.net.transport import FetchClient

if TYPE_CHECKING:
    from collections.abc import Callable

POLICY = NetPolicy(user_agent="test/1")
PUBLIC = "93.184.215.14"
OTHER = "2606:4700::1111"
#: what hostile feeds redirect to
DISGUISES = [
    ("127.0.0.1", "127.0.0.1"),
    ("localhost", "127.0.0.1"),
    ("2130706433", "127.0.0.1"),
    ("0x7f.1", "127.0.0.1"),
    ("127.1", "127.0.0.1"),
    ("0", "0.0.0.0"),
    ("::1", "::1"),
    ("::", "::"),
    ("::ffff:127.0.0.1", "::ffff:127.0.0.1"),
    ("169.254.169.254", "169.254.169.254"),
    ("rebind.example", "10.0.0.7"),
]


class Recorder(httpcore.AsyncMockBackend):
    """Notes what is dialled and fails as told; never connects."""

    def __init__(self, *down: str) -> None:
        super().__init__([b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"])
        self.dialled: list[str] = []
        self.down = down

    async def connect_tcp(self, host: str, *args: Any, **kwargs: Any) -> httpcore.AsyncNetworkStream:
        self.dialled.append(host)
        if host in self.down:
            raise httpcore.ConnectError("no route")
        return await super().connect_tcp(host, *args, **kwargs)


class Wire(asyncio.Transport):
    """The other end of a connection that is none: answers what is asked."""

    def __init__(self, protocol: asyncio.Protocol) -> None:
        super().__init__()
        self._protocol = protocol
        self._closing = False

    def write(self, _data: bytes) -> None:
        answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        asyncio.get_running_loop().call_soon(self._protocol.data_received, answer)

    def is_closing(self) -> bool:
        return self._closing

    def abort(self) -> None:
        self._closing = True


class Line:
    """The same for what asks feeds; also notes how TLS would be spoken."""

    def __init__(self, *down: str) -> None:
        self.dialled: list[str] = []
        self.tls: list[dict[str, Any]] = []
        self.down = down

    async def __call__(
        self, protocol: Callable[[], asyncio.Protocol], host: str, _port: int, **tls: Any
    ) -> tuple[asyncio.Transport, asyncio.Protocol]:
        self.dialled.append(host)
        self.tls.append(tls)
        if host in self.down:
            raise ConnectionRefusedError("no route")
        made = protocol()
        wire = Wire(made)
        made.connection_made(wire)
        return wire, made


class Names:
    """A resolver with one answer after the other; the last one stays."""

    def __init__(self, *answers: list[str] | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: str, _port: int) -> list[str]:
        self.asked.append(host)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def later(self, host: str, port: int) -> list[str]:
        return self(host, port)


def get_feed(url: str, names: Names, down: tuple[str, ...] = (), policy: NetPolicy = POLICY) -> list[str]:
    dial = Line(*down)

    async def run() -> None:
        async with FetchClient(policy, resolve=names.later, dial=dial) as client:
            response = await client.send(client.build_request("GET", httpx.URL(url)))
            assert b"".join([chunk async for chunk in response.aiter_raw()]) == b"ok"

    try:
        asyncio.run(run())
    except AddressRefused:
        assert dial.dialled == []
        raise
    return dial.dialled


def get_async(url: str, names: Names, down: tuple[str, ...] = (), policy: NetPolicy = POLICY) -> list[str]:
    dial = Recorder(*down)

    async def run() -> None:
        backend = AsyncGuardedBackend(policy, resolve=names.later, dial=dial)
        async with net.async_client(policy, backend=backend) as client:
            assert (await client.get(url)).text == "ok"

    try:
        asyncio.run(run())
    except AddressRefused:
        assert dial.dialled == []
        raise
    return dial.dialled


both = pytest.mark.parametrize("get", [get_feed, get_async])


@both
def test_the_judged_address_is_dialled_and_the_name_is_resolved_once(get: Callable[..., list[str]]) -> None:
    """A second lookup could answer with another address: the flip that beats check-then-connect."""
    names = Names([PUBLIC], ["127.0.0.1"])
    assert get("http://news.example/", names) == [PUBLIC]
    assert names.asked == ["news.example"]


@both
@pytest.mark.parametrize(("host", "answer"), DISGUISES)
def test_no_disguise_of_a_private_address_is_dialled(
    get: Callable[..., list[str]], host: str, answer: str
) -> None:
    shown = f"[{host}]" if ":" in host else host
    with pytest.raises(AddressRefused) as refused:
        get(f"http://{shown}/", Names([answer]))
    assert refused.value.reason


@both
def test_one_private_address_among_public_ones_refuses_the_name(get: Callable[..., list[str]]) -> None:
    with pytest.raises(AddressRefused, match=r"192\.168\.0\.1"):
        get("http://news.example/", Names([PUBLIC, "192.168.0.1"]))


@both
def test_metadata_names_are_refused_before_they_are_looked_up(get: Callable[..., list[str]]) -> None:
    names = Names([PUBLIC])
    with pytest.raises(AddressRefused):
        get("http://metadata.google.internal/", names)
    assert names.asked == []


@both
@pytest.mark.parametrize("port", [22, 25, 6379, 8080])
def test_ports_besides_80_and_443_need_opting_in(get: Callable[..., list[str]], port: int) -> None:
    with pytest.raises(AddressRefused, match=str(port)):
        get(f"http://news.example:{port}/", Names([PUBLIC]))
    assert get(f"http://news.example:{port}/", Names([PUBLIC]), (), replace(POLICY, allow_ports=(port,)))


@both
def test_a_private_network_may_be_opted_in(get: Callable[..., list[str]]) -> None:
    policy = replace(POLICY, allow_networks=(ip_network("10.0.0.0/8"),))
    assert get("http://bridge.example/", Names(["10.0.0.7"]), (), policy) == ["10.0.0.7"]


@both
def test_the_next_address_is_tried_when_the_first_is_down(get: Callable[..., list[str]]) -> None:
    assert get("http://news.example/", Names([OTHER, PUBLIC]), (OTHER,)) == [OTHER, PUBLIC]


@both
def test_a_name_with_a_thousand_addresses_is_not_tried_a_thousand_times(
    get: Callable[..., list[str]],
) -> None:
    many = [f"93.184.{n // 250}.{n % 250}" for n in range(1000)]
    with pytest.raises(httpx.ConnectError):
        get("http://news.example/", Names(many), tuple(many))


@both
@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(socket.gaierror(-2, "Name or service not known"), id="unknown"),
        pytest.param(UnicodeError("label too long"), id="not-a-name"),
        pytest.param([], id="empty"),
    ],
)
def test_a_name_without_address_is_told_apart_from_a_refusal(
    get: Callable[..., list[str]], answer: list[str] | Exception
) -> None:
    with pytest.raises(NameUnresolved, match=r"news\.example"):
        get("http://news.example/", Names(answer))


@pytest.mark.parametrize("kind", ["feeds", "deliveries"])
def test_a_slow_lookup_ends_with_the_connect_timeout(kind: str) -> None:
    async def never(_host: str, _port: int) -> list[str]:
        await asyncio.sleep(60)
        return []

    policy = replace(POLICY, connect_timeout=0.05)

    async def run() -> None:
        made: Any = FetchClient(policy, resolve=never)
        if kind == "deliveries":
            made = net.async_client(policy, backend=AsyncGuardedBackend(policy, resolve=never))
        async with made as client:
            await client.send(client.build_request("GET", httpx.URL("http://news.example/")))

    with pytest.raises(NameUnresolved, match="within"):
        asyncio.run(run())


def test_tls_names_the_host_although_the_address_is_dialled() -> None:
    dial = Line()

    async def run() -> None:
        async with FetchClient(POLICY, resolve=Names([PUBLIC]).later, dial=dial) as client:
            await client.send(client.build_request("GET", httpx.URL("https://news.example/")))

    asyncio.run(run())
    assert dial.dialled == [PUBLIC]
    assert dial.tls[0]["server_hostname"] == "news.example"
    assert dial.tls[0]["ssl"].check_hostname
    assert dial.tls[0]["ssl"].verify_mode is ssl.CERT_REQUIRED


def test_unix_sockets_are_refused() -> None:
    with pytest.raises(AddressRefused):
        asyncio.run(AsyncGuardedBackend(POLICY).connect_unix_socket("/run/x.sock"))


@pytest.mark.parametrize(
    ("contact", "expected"),
    [
        pytest.param(None, "foreign-influence-monitor/1.2", id="nobody"),
        pytest.param(
            "ops@example.org", "foreign-influence-monitor/1.2 (contact: ops@example.org)", id="mail"
        ),
        pytest.param("https://a.example", "foreign-influence-monitor/1.2 (+https://a.example)", id="page"),
        pytest.param("a\r\nX: y (ü)", "foreign-influence-monitor/1.2 (contact: aX: y)", id="injection"),
    ],
)
def test_the_user_agent_is_honest_and_one_line(contact: str | None, expected: str) -> None:
    assert net.user_agent("1.2", contact) == expected
