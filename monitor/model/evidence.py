"""Pure. One link of a feed's chain of evidence: what it said, when it was retrieved, and the hash that binds
it.

`chain` is the SHA-256 of `body`: the chain of the entry before, the SHA-256 of the entry's bytes, and
everything else as canonical JSON. So no byte can be changed and no link left out without every later one
giving it away.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from datetime import datetime

#: response headers that say nothing of the document: cookies, and what only concerns a browser
UNKEPT = frozenset(
    {
        "set-cookie",
        "set-cookie2",
        "content-security-policy",
        "content-security-policy-report-only",
        "permissions-policy",
        "report-to",
        "reporting-endpoints",
        "nel",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One stored entry; `chain` is computed from all other fields."""

    feed_id: str
    item_key: str
    #: of the item, as it was then
    revision: int
    retrieved_at: datetime
    #: where the document came from, without credentials
    url: str
    headers: tuple[tuple[str, str], ...]
    #: SHA-256 (hex) of the entry's bytes; empty where they could not be told apart in the document
    sha256: str
    #: of the whole document
    document_sha256: str
    #: `chain` of the feed's entry before; empty for its first
    previous: str

    @property
    def rest(self) -> str:
        """All that is bound beside the bytes: JSON with sorted keys and no spaces."""
        values = {
            "document_sha256": self.document_sha256,
            "feed": self.feed_id,
            "headers": [list(header) for header in self.headers],
            "item_key": self.item_key,
            "retrieved_at": self.retrieved_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "revision": self.revision,
            "url": self.url,
        }
        return orjson.dumps(values, option=orjson.OPT_SORT_KEYS).decode()

    @property
    def body(self) -> bytes:
        """What `chain` is the SHA-256 of."""
        return f"{self.previous}{self.sha256}{self.rest}".encode()

    @property
    def chain(self) -> str:
        """The hash (hex) that the next link begins with."""
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One stored entry."""

    id: int
    #: None once the item was pruned
    item_id: int | None
    link: Link
    #: as stored; it must be `link.chain`
    chain: str
    #: None where nothing could be kept, where it was pruned, or was not asked for
    raw: bytes | None = None


def digest(raw: bytes) -> str:
    """SHA-256 (hex) of an entry's bytes; empty where there are none."""
    return hashlib.sha256(raw).hexdigest() if raw else ""
