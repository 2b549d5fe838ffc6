"""One guarded POST and what became of it, for every receiver that speaks HTTP."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import httpx

from monitor import net
from monitor.delivery.outcomes import Answer, said
from monitor.model import Rejected, TryLater

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import timedelta

    from monitor.net import NetPolicy

#: bytes of a body that are read; the rest says nothing about the delivery
BODY_READ = 4096
#: bytes of a whole answer, headers included
ANSWER_MAX = 100_000

# httpx writes each address at INFO and httpcore each header at DEBUG, and an address here is a secret
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What goes out. `secrets` are the words that no reason may repeat."""

    url: str
    body: bytes
    headers: Mapping[str, str]
    secrets: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Post({len(self.body)} bytes)"


def post(request: Post, policy: NetPolicy, timeout: timedelta) -> Answer | TryLater | Rejected:
    """The answer to `request`, or why there is none. Redirects are not followed; nothing the world does raises.

    `timeout` bounds the whole exchange. No answer is ambiguous as soon as the body began to leave.
    """
    seconds = timeout.total_seconds()
    bounded = replace(
        policy,
        total_timeout=seconds,
        connect_timeout=min(policy.connect_timeout, seconds),
        max_answer=ANSWER_MAX,
    )
    sent = _Sent()
    try:
        with net.client(bounded) as client:
            return _exchange(client, request, sent)
    except (httpx.UnsupportedProtocol, httpx.InvalidURL, UnicodeError):
        return Rejected(reason="the address is not an http or https URL", suspend=True)
    except (httpx.HTTPError, OSError) as error:
        return _unanswered(error, sent, request.secrets)


def secrets_of(url: str) -> tuple[str, ...]:
    """What an error page may echo of a secret address: the whole, its path, its credentials, each long part of it."""
    rest = url.partition("://")[2]
    authority, _, path = rest.partition("/")
    parts = (path, authority.rpartition("@")[0], *re.split(r"[/?&=]", path))
    return (url, *(part for part in parts if len(part) > 7))


def _exchange(client: httpx.Client, request: Post, sent: _Sent) -> Answer:
    with client.stream(
        "POST",
        request.url,
        content=request.body,
        headers=dict(request.headers),
        extensions={"trace": sent},
    ) as response:
        body, complete = _beginning(response)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(
            status=response.status_code,
            headers=headers,
            body=body.decode("utf-8", "replace"),
            complete=complete,
        )


def _beginning(response: httpx.Response) -> tuple[bytes, bool]:
    """The first bytes of the body; the status counts even when the body breaks off."""
    body = b""
    try:
        for chunk in response.iter_raw():
            body += chunk
            if len(body) >= BODY_READ:
                break
    except httpx.HTTPError:
        return body[:BODY_READ], False
    return body[:BODY_READ], True


class _Sent:
    """Listens to httpcore's trace for the moment from which the body may have been received."""

    def __init__(self) -> None:
        self.began = False

    def __call__(self, event: str, _info: Mapping[str, Any]) -> None:
        self.began = self.began or event.endswith("send_request_body.started")


def _unanswered(error: Exception, sent: _Sent, secrets: Iterable[str]) -> TryLater:
    reason = f"{_kind(error)}: {said(str(error), secrets)}".removesuffix(": ")
    if sent.began:
        return TryLater(reason=f"no answer after sending ({reason})", ambiguous=True)
    return TryLater(reason=reason, pause_receiver=True)


def _kind(error: Exception) -> str:
    if isinstance(error, net.AddressRefused):
        return "refused by the address policy"
    if isinstance(error, httpx.TimeoutException):
        return "timed out"
    return "cannot connect" if isinstance(error, httpx.ConnectError) else "connection failed"
