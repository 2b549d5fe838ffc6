"""Pure. Links in messages that let their reader act without an account: signed, for one story and one action,
with an end.

HMAC-SHA256 (RFC 2104) over the action, the story and the end, under a key of this installation alone.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, cast, get_args

#: see the story, look after it, keep it quiet for a day, call it false
Action = Literal["story", "acknowledge", "silence", "false-alarm"]
ACTIONS: tuple[Action, ...] = get_args(Action)

#: how long a link can be used: until the story is surely settled
LASTS = timedelta(days=30)
_TOKEN = re.compile(
    rf"({'|'.join(ACTIONS)})\.(s-[0-9a-z]{{1,40}}|[0-9a-z-]{{1,40}})\.(\d{{1,12}})\.([A-Za-z0-9_-]{{43}})"
)
_PURPOSE = b"monitor link 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What a link lets its reader do."""

    action: Action
    story: str
    expires_at: datetime


class BadLink(ValueError):
    """The link is not ours, was changed, or is over. The message is a stable word: `wrong` or `expired`."""


def token(key: bytes, link: Link) -> str:
    """`link` as text that fits an address."""
    said = f"{link.action}.{link.story}.{int(link.expires_at.timestamp())}"
    return f"{said}.{_signature(key, said)}"


def read(key: bytes, text: str, now: datetime) -> Link:
    """The link that `text` is. Raises BadLink; whether it is ours is decided before whether it is over."""
    found = _TOKEN.fullmatch(text)
    said, _, given = text.rpartition(".")
    if found is None or not hmac.compare_digest(given, _signature(key, said)):
        raise BadLink("wrong")
    expires_at = datetime.fromtimestamp(int(found[3]), UTC)
    if now >= expires_at:
        raise BadLink("expired")
    return Link(action=cast("Action", found[1]), story=found[2], expires_at=expires_at)


def address(public_url: str, key: bytes, story: str, now: datetime, action: Action) -> str:
    """Where a reader can do `action` to `story`."""
    link = Link(action=action, story=story, expires_at=now + LASTS)
    return f"{public_url.rstrip('/')}/{action}?token={token(key, link)}"


def _signature(key: bytes, said: str) -> str:
    mac = hmac.new(key, _PURPOSE + b"\n" + said.encode(), hashlib.sha256).digest()
    return urlsafe_b64encode(mac).rstrip(b"=").decode()
