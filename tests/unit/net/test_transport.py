"""What asks feeds, against a server of its own: how it reads answers, and which connections it keeps."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from monitor.net import connection
from monitor.net.client import NetPolicy
from monitor.net.transport import KEEP, FetchClient

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Server:
    """Answers each request on a connection with the next of its answers; None: it hangs up instead."""

    def __init__(self, *answers: bytes | None, ends: bool = False) -> None:
        self.answers = list(answers)
        #: hangs up after each answer, whatever that says
        self.ends = ends
        #: the requests of each connection
        self.asked: list[list[bytes]] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.append(mine := [])
        while self.answers:
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except (asyncio.IncompleteReadError, ConnectionError):
                break
            mine.append(head)
            answer = self.answers.pop(0)
            if answer is None:
                break
            writer.write(answer)
            if self.ends:
                break
        writer.close()


@asynccontextmanager
async def serving(server: Server) -> AsyncIterator[tuple[FetchClient, str]]:
    listening = await asyncio.start_server(server, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    policy = NetPolicy(user_agent="t/1", allow_networks=(ip_network("127.0.0.0/8"),), allow_ports=(port,))
    async with listening, FetchClient(policy) as client:
        yield client, f"http://127.0.0.1:{port}/feed?a=1"
    await asyncio.sleep(0)


def run(server: Server, work: Callable[[FetchClient, str], Awaitable[Any]]) -> Any:
    async def all_of_it() -> Any:
        async with serving(server) as (client, url):
            return await asyncio.wait_for(work(client, url), 10)

    return asyncio.run(all_of_it())


async def read(client: FetchClient, url: str, *, keep: bool = False) -> tuple[int, bytes]:
    request = client.build_request("GET", httpx.URL(url), extensions={KEEP: keep})
    response = await client.send(request, stream=True)
    try:
        return response.status_code, b"".join([chunk async for chunk in response.aiter_raw()])
    finally:
        await response.aclose()


def times(count: int, *, keep: bool = True, pause: float = 0.0) -> Callable[[FetchClient, str], Any]:
    """Ask so often; the last one says that none follows."""

    async def work(client: FetchClient, url: str) -> list[tuple[int, bytes]]:
        found = []
        for n in range(count):
            found.append(await read(client, url, keep=keep and n < count - 1))
            await asyncio.sleep(pause)
        return found

    return work


# --- what is read


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        pytest.param(OK, b"ok", id="length"),
        pytest.param(b"HTTP/1.0 200 OK\r\n\r\nuntil the end", b"until the end", id="until-the-end"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2 \r\nok\r\n0\r\nX: y\r\n\r\n",
            b"ok",
            id="chunked",
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
            b"ok",
            id="length-and-chunked",
        ),
        pytest.param(b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok", b"ok", id="bare-line-feeds"),
        pytest.param(b"HTTP/1.1 100 Continue\r\nA: b\r\n\r\n" + OK, b"ok", id="interim"),
        pytest.param(b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", b"ok", id="no-reason"),
        pytest.param(OK + b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad", b"ok", id="more-than-asked"),
    ],
)
def test_answers_as_servers_give_them_are_read(answer: bytes, expected: bytes) -> None:
    assert run(Server(answer, ends=True), read) == (200, expected)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 9\r\n\r\nok", id="two-lengths"
        ),
        pytest.param(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", id="upgrade"),
        pytest.param(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 30_000 + b"\r\n", id="a-long-head"),
        pytest.param(b"ICY 200 OK\r\n\r\n", id="another-protocol"),
        pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", id="no-chunk"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Le", id="cut-in-the-head"),
    ],
)
def test_what_is_no_plain_answer_is_refused(answer: bytes) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        run(Server(answer, ends=True), read)


def test_a_value_cannot_end_its_line() -> None:
    async def work(client: FetchClient, url: str) -> None:
        for value in (b"a\r\nX: y", b"a\nX: y", b"a\rX", b"a\0"):
            with pytest.raises(httpx.LocalProtocolError):
                await client.send(client.build_request("GET", httpx.URL(url), headers=[(b"A", value)]))

    server = Server(OK)
    run(server, work)
    assert server.asked == []


def test_a_body_that_nobody_reads_is_held_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred megabytes are offered; a few hundred kilobytes are taken."""
    monkeypatch.setattr(connection, "AHEAD", 100_000)

    async def work(client: FetchClient, url: str) -> int:
        response = await client.send(client.build_request("GET", httpx.URL(url)), stream=True)
        await asyncio.sleep(0.2)
        taken = sum(map(len, response.stream._connection.chunks))
        rest = 0
        async for chunk in response.aiter_raw():
            rest += len(chunk)
            if rest > 3_000_000:
                break
        await response.aclose()
        assert rest > 3_000_000
        return taken

    assert run(Server(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 100_000_000), work) < 1_000_000


# --- which connections are kept


def test_a_connection_serves_the_next_request_where_one_was_announced() -> None:
    server = Server(OK, OK, OK)
    assert run(server, times(3)) == [(200, b"ok")] * 3
    assert [len(asked) for asked in server.asked] == [3]
    assert [b"Connection: close" in head for head in server.asked[0]] == [False, False, True]


def test_without_an_announcement_nothing_is_kept() -> None:
    server = Server(OK, OK)
    run(server, times(2, keep=False))
    assert [len(asked) for asked in server.asked] == [1, 1]


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(OK.replace(b"OK", b"OK\r\nConnection: close"), id="it-said-close"),
        pytest.param(OK + b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad", id="more-than-asked"),
        pytest.param(OK + b" ", id="a-byte-too-much"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
            id="length-in-doubt",
        ),
    ],
)
def test_a_connection_in_doubt_is_not_used_again(first: bytes) -> None:
    """What was left on it would be read as the answer to the next request."""
    server = Server(first, OK)
    assert run(server, times(2, pause=0.05)) == [(200, b"ok")] * 2
    assert [len(asked) for asked in server.asked] == [1, 1]


def test_what_comes_unasked_is_not_the_next_answer() -> None:
    """The server goes on by itself while the connection waits."""

    class Talks(Server):
        async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.asked.append([await reader.readuntil(b"\r\n\r\n")])
            writer.write(OK)
            await asyncio.sleep(0.05)
            writer.write(OK.replace(b"ok", b"no"))
            writer.close()

    server = Talks()
    assert run(server, times(2, pause=0.15)) == [(200, b"ok")] * 2
    assert len(server.asked) == 2


def test_a_connection_that_was_closed_meanwhile_is_made_anew() -> None:
    """Whether the server hung up before it was asked again, or on being asked."""
    server = Server(OK, None, OK)
    assert run(server, times(2)) == [(200, b"ok")] * 2
    assert [len(asked) for asked in server.asked] == [2, 1]
    server = Server(OK, OK, ends=True)
    assert run(server, times(2, pause=0.05)) == [(200, b"ok")] * 2
    assert [len(asked) for asked in server.asked] == [1, 1]


def test_an_answer_that_began_is_not_asked_for_again() -> None:
    """Only a request that nobody read may be sent twice."""

    class Cuts(Server):
        async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.asked.append([await reader.readuntil(b"\r\n\r\n")])
            writer.write(OK)
            self.asked[-1].append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Le")
            writer.close()

    server = Cuts()
    with pytest.raises(httpx.RemoteProtocolError):
        run(server, times(2))
    assert [len(asked) for asked in server.asked] == [2]


def test_an_idle_connection_is_closed_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "IDLE", 0.05)
    server = Server(OK, OK)
    assert run(server, times(2, pause=0.2)) == [(200, b"ok")] * 2
    assert [len(asked) for asked in server.asked] == [1, 1]


def test_a_body_that_was_not_read_to_its_end_costs_the_connection() -> None:
    async def work(client: FetchClient, url: str) -> None:
        request = client.build_request("GET", httpx.URL(url), extensions={KEEP: True})
        response = await client.send(request, stream=True)
        await response.aclose()
        assert await read(client, url) == (200, b"ok")

    server = Server(b"HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\nhalf", OK)
    run(server, work)
    assert [len(asked) for asked in server.asked] == [1, 1]
