"""A Web API shaped like Slack's on loopback: it keeps channels, threads and metadata, and answers badly when told.

with SlackApi() as api:
    api.next("chat.postMessage", Reply(429, '{"ok":false,"error":"ratelimited"}', {"Retry-After": "30"}))
    ...
    api.messages[0]["metadata"]
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from tests.support.slackhook import Hook, Reply, Request

if TYPE_CHECKING:
    from collections.abc import Mapping

TOKEN = "xoxb-1111-2222-s3cr3tTokenThatNobodySees"
CHANNEL = "C0TEST123"


class SlackApi(Hook):
    """The API, of one workspace with one channel and one bot; a context manager."""

    def __init__(self, *, scopes: tuple[str, ...] = ("chat:write", "channels:history")) -> None:
        super().__init__()
        self.messages: list[dict[str, Any]] = []
        self.calls: list[str] = []
        self._scopes = scopes
        self._scripted: dict[str, list[tuple[Reply, bool]]] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api"

    def next(self, method: str, reply: Reply, *, taken: bool = False) -> None:
        """Answer the next call of `method` with `reply`; `taken`: the message is posted all the same."""
        self._scripted.setdefault(method, []).append((reply, taken))

    def take(self, request: Request) -> Reply:
        with self._lock:
            self.requests.append(request)
            method = request.path.rpartition("/")[2]
            self.calls.append(method)
            scripted = self._scripted.get(method)
            reply, taken = scripted.pop(0) if scripted else (None, True)
            said = self._said(method, request) if taken else {}
            return reply or Reply(200, json.dumps(said), {"Content-Type": "application/json"})

    def _said(self, method: str, request: Request) -> dict[str, Any]:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return {"ok": False, "error": "invalid_auth"}
        if method == "auth.test":
            return {"ok": True, "user": "monitor", "team": "Newsroom"}
        if method == "chat.postMessage":
            return self._posted(request.json())
        if "channels:history" not in self._scopes:
            return {"ok": False, "error": "missing_scope", "needed": "channels:history"}
        asked = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        return self._history(asked, thread=asked.get("ts", "") if method == "conversations.replies" else "")

    def _posted(self, message: dict[str, Any]) -> dict[str, Any]:
        if message["channel"] != CHANNEL:
            return {"ok": False, "error": "channel_not_found"}
        thread = message.get("thread_ts")
        if thread and thread not in {m["ts"] for m in self.messages}:
            return {"ok": False, "error": "thread_not_found"}
        if not message.get("text") and not message.get("blocks"):
            return {"ok": False, "error": "no_text"}
        refused = self.refuses(message) if message.get("blocks") else ""
        if refused:
            return {"ok": False, "error": refused}
        kept = {**message, "ts": f"1767225600.{len(self.messages) + 1:06d}"}
        self.messages.append(kept)
        return {"ok": True, "channel": CHANNEL, "ts": kept["ts"], "message": {**kept, "pad": "x" * 6000}}

    def _history(self, asked: Mapping[str, str], *, thread: str) -> dict[str, Any]:
        found = [
            m for m in self.messages if (not thread and not m.get("thread_ts")) or thread in (m.get("thread_ts"), m["ts"])
        ]  # fmt: skip
        if asked.get("include_all_metadata") != "true":
            found = [{k: v for k, v in m.items() if k != "metadata"} for m in found]
        start, limit = int(asked.get("cursor", "0")), int(asked["limit"])
        page = list(reversed(found))[start : start + limit]
        more = str(start + limit) if start + limit < len(found) else ""
        return {"ok": True, "messages": page, "response_metadata": {"next_cursor": more}}
