"""The journal of polls: what each asked, got and brought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from monitor.store.tables_news import feeds, polls

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta

    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class PollLine:
    """One poll as a person reads it."""

    feed_id: str
    at: datetime
    #: ok | not-modified | unchanged | failed
    status: str
    fault: str | None
    detail: str
    http_status: int | None
    new: int
    changed: int
    seen: int
    matched: int
    gap: bool
    flood: bool
    #: bytes of the body
    size: int
    elapsed: timedelta
    remarks: tuple[str, ...]


_LINE = [polls.c[name] for name in PollLine.__dataclass_fields__]


def latest(tx: Connection, feed_id: str | None = None, limit: int = 20) -> tuple[PollLine, ...]:
    """The newest polls, of one feed or of all, newest first."""
    query = select(*_LINE).order_by(polls.c.at.desc(), polls.c.id.desc()).limit(limit)
    if feed_id is not None:
        query = query.where(polls.c.feed_id == feed_id)
    return tuple(_line(dict(row)) for row in tx.execute(query).mappings())


def counts(tx: Connection, since: datetime, until: datetime) -> Mapping[str, int]:
    """How many polls of [since, until) ended in each status."""
    window = (polls.c.at >= since) & (polls.c.at < until)
    found = tx.execute(select(polls.c.status, func.count()).where(window).group_by(polls.c.status))
    return {row[0]: row[1] for row in found}


def remarks(tx: Connection) -> Mapping[str, tuple[str, ...]]:
    """By feed: what its last parsed document gave reason to say."""
    last = (polls.c.feed_id == feeds.c.id) & (polls.c.at == feeds.c.last_parsed_at)
    found = tx.execute(select(polls.c.feed_id, polls.c.remarks).join(feeds, last))
    return {row.feed_id: tuple(row.remarks) for row in found if row.remarks}


def _line(row: dict[str, Any]) -> PollLine:
    return PollLine(**row | {"remarks": tuple(row["remarks"])})
