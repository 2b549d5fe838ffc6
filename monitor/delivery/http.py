"""One guarded POST and what became of it, for every receiver that speaks HTTP."""

from __future__ import annotations

import asyncio
import logging
import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from monitor.delivery.channel import Answer, http_outcome, said
from monitor.model import Rejected, TryLater

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping
    from datetime import datetime

    from monitor.model import Outcome
    from monitor.net.client import NetPolicy


#: bytes of a body that are read; the rest says nothing about the delivery
BODY_READ = 4096

# httpx writes each address at INFO and httpcore each header at DEBUG, and an address here is a secret
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What goes out. `secrets` are the words that no reason may repeat."""

    url: str = field(repr=False)
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)
    #: bytes of the answer's body that are read
    read: int = BODY_READ


def post(request: Post, policy: NetPolicy, timeout: timedelta) -> Answer | TryLater | Rejected:
    """The answer to `request`, or why there is none. Redirects are not followed; nothing the world does
    raises.

    `timeout` bounds the whole exchange, the name lookup included. A status that came counts even when its
    body does not; without one it is ambiguous as soon as the body began to leave.
    """
    import httpx  # as below: what only checks settings needs no client

    seconds = timeout.total_seconds()
    exchange = _Exchange(request)
    try:
        within(seconds, exchange.run(replace(policy, total_timeout=seconds)))
    except (httpx.UnsupportedProtocol, httpx.InvalidURL, UnicodeError):
        return Rejected(reason="the address is not an http or https URL", suspend=True)
    except (httpx.HTTPError, OSError) as error:
        return exchange.broken_off(error, seconds)
    return exchange.answer(complete=True)


def secrets_of(url: str) -> tuple[str, ...]:
    """What an error page may echo of a secret address:
    the whole, its path, its credentials, each long part of it.
    """
    rest = url.partition("://")[2]
    authority, _, path = rest.partition("/")
    parts = (path, authority.rpartition("@")[0], *re.split(r"[/?&=]", path))
    return (url, *(part for part in parts if len(part) > 7))


class _Exchange:
    """One request and what is known of its answer so far."""

    def __init__(self, request: Post) -> None:
        self.request = request
        #: the body may have been received
        self.sent = False
        self.status: int | None = None
        self.headers: dict[str, str] = {}
        self.body = b""

    async def run(self, policy: NetPolicy) -> None:
        """Sends, then reads the beginning of the answer; raises what httpx raises, or TimeoutError."""
        from monitor.net.client import async_client

        async with (
            async_client(policy) as client,
            client.stream(
                "POST",
                self.request.url,
                content=self.request.body,
                headers=dict(self.request.headers),
                extensions={"trace": self._trace},
            ) as response,
        ):
            self.status = response.status_code
            self.headers = {name.lower(): value for name, value in response.headers.items()}
            async for chunk in response.aiter_raw():
                self.body += chunk[: self.request.read]
                if len(self.body) >= self.request.read:
                    break

    async def _trace(self, event: str, _info: Mapping[str, Any]) -> None:
        """Listens to httpcore for the moment from which the body may have been received."""
        self.sent = self.sent or event.endswith("send_request_body.started")

    def answer(self, *, complete: bool) -> Answer:
        """What the other side said."""
        assert self.status is not None
        body = self.body[: self.request.read].decode("utf-8", "replace")
        return Answer(status=self.status, headers=self.headers, body=body, complete=complete)

    def broken_off(self, error: Exception, seconds: float) -> Answer | TryLater:
        """What `error` leaves us with."""
        from monitor.net.certificates import refusal
        from monitor.net.client import CA_FILE

        if self.status is not None:
            return self.answer(complete=False)
        reason = f"{_kind(error)}: {said(str(error), self.request.secrets)}".removesuffix(": ")
        refused = refusal(error, CA_FILE)
        if refused:
            reason = refused
        elif isinstance(error, TimeoutError):
            reason = f"no answer within {seconds:g} s"
        if self.sent:
            return TryLater(reason=f"no answer after sending ({reason})", ambiguous=True)
        return TryLater(reason=reason, pause_receiver=True)


def _kind(error: Exception) -> str:
    import httpx

    from monitor.net.client import AddressRefused

    if isinstance(error, AddressRefused):
        return "refused by the address policy"
    if isinstance(error, httpx.TimeoutException):
        return "timed out"
    return "cannot connect" if isinstance(error, httpx.ConnectError) else "connection failed"


# One total deadline over an exchange, whatever the other side drips: no library here has one of its own.

Result = TypeVar("Result")


def within(seconds: float, work: Coroutine[None, None, Result]) -> Result:
    """Run `work` on a loop of its own and return its result. Raises TimeoutError after `seconds`.

    Not `asyncio.run`: on Python 3.11 that waits for a name lookup which the deadline has already given up.
    """
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(_limited(seconds, work))
    finally:
        loop.run_until_complete(_settled())
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


async def _limited(seconds: float, work: Coroutine[None, None, Result]) -> Result:
    async with asyncio.timeout(seconds):
        return await work


async def _settled() -> None:
    """Cancel what is still under way, and give closed transports their last turn."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    for _ in range(3):
        await asyncio.sleep(0)


# The dead-man switch: a ping to somebody else's watch, which raises the alarm when the pings stop.

TIMEOUT = timedelta(seconds=15)


def beat(url: str, policy: NetPolicy, now: datetime) -> Outcome:
    """One ping (an empty POST, as healthchecks and its like take it). The world's failures are outcomes."""
    request = Post(url=url, body=b"", headers={}, secrets=secrets_of(url))
    answer = post(request, policy, TIMEOUT)
    return http_outcome(answer, now, request.secrets) if isinstance(answer, Answer) else answer
