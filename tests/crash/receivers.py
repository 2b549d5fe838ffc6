"""Who the daemon writes to: SMTP, a Slack-shaped hook, a Slack bot's API, a signed webhook. They note what came when.

Each message is noted before its answer, which then takes its time, so that a kill often falls between the two. One
first attempt in thirty is refused for the moment. A trap kills the sender after the message is taken, before the answer.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import TYPE_CHECKING, Any

from tests.support.slackapi import SlackApi
from tests.support.smtp import Smtp

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.slackhook import Reply, Request


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message that somebody took."""

    #: slack, bot, webhook, email:ADDRESS
    mailbox: str
    #: webhook-id, the local part of Message-ID, the bot's metadata; empty at the hook of Slack, which has none
    id: str
    body: bytes
    #: the daemon's life in which it came
    life: int


class Ledger:
    """What arrived, in order."""

    def __init__(self, seed: int) -> None:
        self.life = 0
        self.calm = False
        #: the channels that refuse everything
        self.down: set[str] = set()
        #: called with the channel of each arrival, before the answer
        self.taken: Callable[[str], None] = lambda _channel: None
        self._arrivals: list[Arrival] = []
        self._refused: set[bytes] = set()
        self._random = Random(f"receivers {seed}")
        self._lock = threading.Lock()

    @property
    def arrivals(self) -> list[Arrival]:
        with self._lock:
            return list(self._arrivals)

    def refuses(self, channel: str, key: bytes) -> bool:
        """Whether to say no for now; to nobody twice, unless the channel is down."""
        with self._lock:
            if channel in self.down:
                return True
            if self.calm or key in self._refused or self._random.random() > 1 / 30:
                return False
            self._refused.add(key)
            return True

    def note(self, channel: str, *arrivals: tuple[str, str, bytes]) -> None:
        """Take it, then be slow to say so."""
        with self._lock:
            self._arrivals += [Arrival(*arrival, self.life) for arrival in arrivals]
            pause = self._random.uniform(0, 0.04)
        self.taken(channel)
        time.sleep(pause)


class Mailboxes(list[Any]):
    """Where `Smtp` puts accepted mails."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def append(self, mail: Any) -> None:
        parsed = message_from_bytes(mail.raw, policy=policy.default)
        id_ = str(parsed["Message-ID"]).strip("<>").partition("@")[0]
        self._ledger.note("email", *((f"email:{to}", id_, mail.raw) for to in mail.recipients))


class Workspace(SlackApi):
    """A Slack workspace for a bot, which may read what it wrote."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__()
        self._ledger = ledger

    def take(self, request: Request) -> Reply:
        before = len(self.messages)
        reply = super().take(request)
        if len(self.messages) > before:
            id_ = self.messages[-1]["metadata"]["event_payload"]["id"]
            self._ledger.note("bot", ("bot", id_, request.body))
        return reply


class Hooks:
    """The Slack-shaped endpoint at /slack, the webhook at /webhook."""

    def __init__(self, ledger: Ledger) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(ledger))
        self.port = int(self._server.server_address[1])

    def __enter__(self) -> Hooks:
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _handler(ledger: Ledger) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            if len(body) < length:
                return
            channel, id_ = self.path.strip("/"), self.headers.get("webhook-id", "")
            refused = ledger.refuses(channel, body)
            if not refused:
                ledger.note(channel, (channel, id_, body))
            try:
                self.send_response(503 if refused else 200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"no" if refused else b"ok")
            except (BrokenPipeError, ConnectionResetError):
                return

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    return Handler


def smtp(ledger: Ledger) -> Smtp:
    """The SMTP server, not yet started."""
    server = Smtp()
    server.mails = Mailboxes(ledger)
    return server
