"""What the log says of feeds that cannot be reached."""

from __future__ import annotations

from structlog.testing import capture_logs

from monitor.jobs.reach import MANY, Reach
from monitor.model import FetchFault, PollRecord
from tests.support.stored import NOW, feed, poll, state


def failed(name: str, fault: FetchFault = FetchFault.DNS, **of: str) -> PollRecord:
    """A poll that gave nothing."""
    return poll(of=state(feed(name, **of), fault=fault, fault_detail="not there", failures=1), at=NOW)


def said(reach: Reach, *records: PollRecord, rest: bool = True) -> list[str]:
    """What is logged, feeds by name."""
    with capture_logs() as lines:
        for record in records:
            reach.heard(record)
        if rest:
            reach.rested()
    return [line["event"] + (f" {line['feed']}" if "feed" in line else "") for line in lines]


def test_one_line_says_that_nothing_can_be_reached() -> None:
    """However many feeds follow; the first answer ends it, even a refusal, and is told."""
    reach = Reach()
    assert said(reach, *(failed(f"f{n}") for n in range(40))) == ["nothing_reachable"]
    assert said(reach, *(failed(f"f{n}", FetchFault.TIMEOUT) for n in range(40))) == []
    refused = failed("f7", FetchFault.CLIENT_ERROR)
    assert said(reach, refused, failed("f8")) == ["reachable_again", "feed_failed f7", "feed_failed f8"]


def test_feeds_that_fail_alone_are_named() -> None:
    """Each with a line, as soon as another answers or nothing is under way."""
    reach = Reach()
    some = [failed(f"f{n}") for n in range(MANY - 1)]
    assert said(reach, *some, rest=False) == []
    assert said(reach, poll()) == [f"feed_failed f{n}" for n in range(MANY - 1)]
    assert said(reach, failed("f1"), poll(), failed("f2"), poll(), failed("f3")) == [
        "feed_failed f1",
        "feed_failed f2",
        "feed_failed f3",
    ]


def test_one_feed_that_fails_again_and_again_is_no_outage() -> None:
    """It is one feed each time, and a folder on this machine is no publisher that answers."""
    reach = Reach()
    for _ in range(MANY + 1):
        assert said(reach, failed("f1"), poll(of=state(feed("here", url="file:///in")))) == ["feed_failed f1"]
