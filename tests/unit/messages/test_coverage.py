"""The last lines of a digest say what is wrong with the monitor itself."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from monitor.languages.locale import frame
from monitor.messages.coverage import coverage_context
from monitor.model import CoverageReport, Event, EventKind
from monitor.model.events import SEVERITIES
from tests.support.stored import DAY, HOUR, NOW


@pytest.mark.parametrize(
    ("kind", "subject", "line"),
    [
        pytest.param(EventKind.STANDS_STILL, "lane desk", "stands still: lane desk (3 due)", id="a lane"),
        pytest.param(EventKind.WORK_LATE, "polling", "work late: polling (3 due)", id="polling"),
        pytest.param(EventKind.DISK_NEARLY_FULL, "", "disk nearly full (3 due)", id="there is only one"),
    ],
)
def test_an_event_is_named_with_what_it_is_about(kind: EventKind, subject: str, line: str) -> None:
    """And its detail."""
    event = Event(
        id=1, kind=kind, subject=subject, severity=SEVERITIES[kind], detail="3 due", opened_at=NOW - HOUR, seen_at=NOW
    )  # fmt: skip
    report = CoverageReport(since=NOW - DAY, until=NOW, watched=0, unwell=(), items=0, events=(event,))
    (group,) = coverage_context(report, frame("en"), ZoneInfo("UTC"))["notices"]

    assert line in group["line"].replace("\u2068", "").replace("\u2069", "")
    assert not report.well
