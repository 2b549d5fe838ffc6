"""The journal of polls is read newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.store import feeds, polls
from tests.support.stored import HOUR, NOW, feed, poll, state

if TYPE_CHECKING:
    from sqlalchemy import Connection


def test_the_newest_polls_of_a_feed_or_of_all(tx: Connection) -> None:
    """With what each brought and remarked."""
    feeds.add(tx, feed("other"), NOW)
    feeds.settle(tx, poll(at=NOW, remarks=("mended",), seen=3))
    feeds.settle(tx, poll(at=NOW + HOUR, status="not-modified"))
    feeds.settle(tx, poll(at=NOW + 2 * HOUR, status="failed", of=state(feed("other"))))
    assert [(line.feed_id, line.status) for line in polls.latest(tx)] == [
        ("other", "failed"),
        ("gazette", "not-modified"),
        ("gazette", "ok"),
    ]
    (first, second) = polls.latest(tx, "gazette")
    assert (first.at, second.remarks, second.seen) == (NOW + HOUR, ("mended",), 3)
    assert len(polls.latest(tx, limit=1)) == 1
    assert polls.counts(tx, NOW, NOW + 2 * HOUR) == {"ok": 1, "not-modified": 1}
