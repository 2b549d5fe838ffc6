"""What the process knows of itself, where the database cannot be asked."""

from __future__ import annotations

from monitor.alerts.own_events import Ailments
from monitor.errors import ConfigError, Mistake, StoreError
from monitor.model import EventKind
from tests.support.stored import HOUR, MINUTE, NOW

WRONG = ConfigError(
    tuple(Mistake(file="monitor.yaml", line=n, column=1, message="unknown key", remedy="") for n in (1, 2))
)


def test_a_refusing_database_is_one_finding_whatever_was_tried() -> None:
    """With how often, since when and why."""
    ailments = Ailments()
    ailments.failed("poll", StoreError("monitor.db is locked"), NOW)
    ailments.failed("alert", StoreError("monitor.db is locked"), NOW + MINUTE)

    (finding,) = ailments.findings(NOW + 2 * MINUTE)
    assert finding.key == (EventKind.DATABASE_REFUSED, "")
    assert finding.detail == "2 times from 12:00 to 12:01 UTC, the last: monitor.db is locked"


def test_a_bug_names_its_tick_and_no_more() -> None:
    """What an exception says may hold anything."""
    ailments = Ailments()
    ailments.failed("alert", KeyError("feed text"), NOW)

    (finding,) = ailments.findings(NOW)
    assert finding.key == (EventKind.TICK_FAILED, "alert")
    assert finding.detail == "at 12:00 UTC: a bug in monitor, KeyError; the log has it"


def test_a_failure_is_forgotten_and_counts_anew() -> None:
    """A quarter of an hour after the last one."""
    ailments = Ailments()
    ailments.failed("alert", KeyError(), NOW)
    assert ailments.findings(NOW + HOUR) == ()

    ailments.failed("alert", KeyError(), NOW + HOUR)
    assert ailments.findings(NOW + HOUR)[0].detail.startswith("at 13:00 UTC")


def test_a_refused_reload_lasts_until_one_is_taken() -> None:
    """However long that is."""
    ailments = Ailments()
    ailments.reload_refused(WRONG)

    (finding,) = ailments.findings(NOW)
    assert finding.kind is EventKind.RELOAD_REFUSED
    assert "and 1 more mistakes" in finding.detail
    ailments.reloaded()
    assert ailments.findings(NOW) == ()
