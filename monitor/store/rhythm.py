"""How many new entries a feed usually brings, from the journal of its polls."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from monitor.store.schema import polls

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from monitor.model import FeedState

#: how far back the rhythm is judged
WINDOW = timedelta(days=14)
#: with fewer polls than this nothing is known
MIN_POLLS = 5


def expected_new(tx: Connection, state: FeedState, now: datetime) -> float | None:
    """New entries that the time since the last answer would bring at the feed's usual rate; None: not known yet.

    The first answer of a feed is its backlog, not its rhythm, and is left out; so are polls that were floods.
    """
    answered = (
        (polls.c.feed_id == state.feed.id) & (polls.c.status != "failed") & (polls.c.at >= now - WINDOW)
    )
    found = tx.execute(
        select(polls.c.at, polls.c.new).where(answered, ~polls.c.flood).order_by(polls.c.at)
    ).all()
    if len(found) < MIN_POLLS or state.last_success_at is None:
        return None
    span = (found[-1].at - found[0].at).total_seconds()
    if span <= 0:
        return None
    rate = sum(row.new for row in found[1:]) / span
    return float(rate * (now - state.last_success_at).total_seconds())
