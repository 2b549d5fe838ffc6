"""What was and was not seen, and who cannot be told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

from monitor.jobs import watch
from monitor.languages.locale import frame
from monitor.model import Coverage, Delivered, FetchFault, Fulltext, Rejected, Severity, TryLater, UnseenKind
from monitor.model.matchers import parse
from monitor.store import (
    alerts,
    coverage,
    digests,
    facts,
    feeds,
    items,
    outbox,
    receivers,
    silences,
    tables_news,
)
from tests.support.stored import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    assessed,
    feed,
    match,
    message,
    only_sqlite,
    poll,
    promised,
    silenced,
    state,
    told,
)

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from monitor.model import PollRecord


def test_the_coverage_report_counts_every_state(tx: Connection) -> None:
    """Each item of the window once, in the state that it ended in."""
    entries = [
        assessed("a", coverage=Coverage.MATCHED),
        assessed("b", coverage=Coverage.SUPPRESSED, suppressed=(silenced(),)),
        assessed("c"),
        assessed("d"),
    ]
    items.record(tx, poll(*entries, at=NOW))
    items.record(tx, poll(assessed("late"), at=NOW + HOUR))
    found = coverage.report(tx, NOW, NOW + HOUR, NOW + HOUR)
    assert found.items == 4
    assert found.by_state == {"matched": 1, "related": 0, "no-match": 2, "suppressed": 1, "flood-held": 0}
    assert (found.healthy, found.watched) == (1, 1)
    assert (found.gaps, found.floods, found.well) == ((), (), True)


def test_the_coverage_report_names_gaps_and_floods(tx: Connection) -> None:
    """Those of the window, with their feed and time; a long list is counted."""
    items.record(tx, poll(at=NOW - MINUTE, gap=True))
    items.record(tx, poll(at=NOW, gap=True))
    items.record(tx, poll(assessed("a"), assessed("b"), at=NOW + MINUTE, flood=True))
    found = coverage.report(tx, NOW, NOW + HOUR, NOW)
    (gap,), (flood,) = found.gaps, found.floods
    assert not found.well
    assert frame("en").said((gap,)).startswith("Gazette, 2026-03-01 12:00 UTC: no entry in common")
    assert frame("en").said((flood,)).startswith("Gazette, 2026-03-01 12:01 UTC: 2 entries at once")
    for _ in range(60):
        items.record(tx, poll(at=NOW + 2 * MINUTE, gap=True))
    told = coverage.report(tx, NOW, NOW + HOUR, NOW).gaps
    assert (len(told), frame("en").said(told[-1:])) == (51, "and 11 more")


def test_the_coverage_report_names_who_cannot_be_told_and_what_is_silenced(tx: Connection) -> None:
    """Suspended receivers with the reason, silences in force but not those to come."""
    receivers.learn(tx, "desk", Rejected(reason="hook revoked", suspend=True), None, NOW)
    receivers.learn(tx, "siem", TryLater(reason="busy"), NOW + HOUR, NOW)
    for begins in (NOW, NOW + HOUR):
        silences.add(
            tx, [parse("watchlist=wagner")], author="ann", reason="known", starts_at=begins,
            ends_at=NOW + DAY, now=NOW,
        )  # fmt: skip
    outbox.enqueue(tx, "bot", promised(message("Digest")), NOW)
    for outcome in (Rejected(reason="invalid_blocks", degrade=True), Delivered()):
        delivery = outbox.claim(tx, NOW, lease=HOUR, token="t")
        assert delivery is not None
        plain = replace(delivery.message, left_out="12 stories")
        outbox.settle(tx, delivery, outcome, None, NOW, plainer=plain)
    assert coverage.report(tx, NOW - HOUR, NOW, NOW).in_part == ()
    found = coverage.report(tx, NOW, NOW + HOUR, NOW + MINUTE)
    assert found.in_part == ("bot: Digest: delivered in part: 12 stories left out",)
    assert found.suspended == {"desk": "hook revoked"}
    assert [(s.author, s.starts_at) for s in found.silences] == [("ann", NOW)]
    assert not found.well


def test_the_coverage_report_counts_entries_that_were_taken_back(tx: Connection) -> None:
    """In the window in which they were found to be gone."""
    items.record(tx, poll(assessed("a"), assessed("b"), at=NOW))
    gone = tables_news.items.update().where(tables_news.items.c.key == "a").values(withdrawn_at=NOW + HOUR)
    tx.execute(gone)
    assert coverage.report(tx, NOW, NOW + HOUR, NOW).withdrawn == 0
    assert coverage.report(tx, NOW + HOUR, NOW + 2 * HOUR, NOW).withdrawn == 1


def failed(at: datetime, fault: FetchFault = FetchFault.TIMEOUT, name: str = "gazette") -> PollRecord:
    """A poll without an answer."""
    unanswered = state(feed(name), next_poll_at=at + HOUR, fault=fault, fault_detail="30 s", failures=1)
    return poll(of=unanswered, at=at, status="failed")


def answered(at: datetime, name: str = "gazette", **changes: Any) -> PollRecord:
    """A poll with an answer that holds nothing new."""
    return poll(of=state(feed(name), next_poll_at=at + HOUR), at=at, **{"status": "not-modified"} | changes)


def test_an_outage_lasts_from_the_first_failed_poll_to_the_next_answer(tx: Connection) -> None:
    """One that lasts is told up to now; a hiccup is none; each feed has its own."""
    feeds.sync(tx, [feed(), feed("herald")], NOW, jitter=lambda: 0.0)
    for minutes, made in (
        (0, answered),
        (30, failed),
        (60, failed),
        (150, answered),
        (180, failed),
        (190, answered),
    ):
        feeds.settle(tx, made(NOW + minutes * MINUTE))
    feeds.settle(tx, answered(NOW, "herald"))
    feeds.settle(tx, failed(NOW + 5 * HOUR, FetchFault.DNS, "herald"))
    found = coverage.unseen(tx, NOW, NOW + 8 * HOUR)
    assert [
        (u.kind.value, u.subject, u.since - NOW, u.until and u.until - NOW, u.count, u.detail) for u in found
    ] == [
        ("outage", "gazette", 30 * MINUTE, 150 * MINUTE, 2, "timeout: 30 s"),
        ("outage", "herald", 5 * HOUR, 8 * HOUR, 1, "dns: 30 s"),
    ]
    report = coverage.report(tx, NOW, NOW + 8 * HOUR, NOW + 8 * HOUR)
    assert (report.unseen, report.well) == (found, False)
    assert coverage.unseen(tx, NOW + 3 * HOUR, NOW + 4 * HOUR) == ()


def test_what_was_read_in_part_or_not_at_all_is_counted_by_feed_and_reason(tx: Connection) -> None:
    """Documents by their remarks, articles by why they could not be read."""
    lost = {"fulltext": Fulltext.UNAVAILABLE, "fulltext_detail": "HTTP 403"}
    entries = [
        assessed("a", **lost),
        assessed("b", **lost),
        assessed("c", **lost | {"fulltext_detail": "no text"}),
    ]
    items.record(tx, poll(*entries, assessed("d"), at=NOW, remarks=("entry 3: no title", "cut at 5,000")))
    items.record(tx, poll(assessed("e"), at=NOW + MINUTE))
    found = coverage.unseen(tx, NOW, NOW + HOUR)
    assert [(u.kind.value, u.count, u.detail) for u in found] == [
        ("document", 1, "entry 3: no title; cut at 5,000"),
        ("article", 2, "HTTP 403"),
        ("article", 1, "no text"),
    ]


def test_what_was_seen_and_kept_back_is_counted_with_its_reason(tx: Connection) -> None:
    """Floods and exceptions by feed, held stories by receiver; and polls that share nothing with the last one."""
    flood = {"matches": (match(),), "coverage": Coverage.FLOOD_HELD, "coverage_detail": "40 at once"}
    excepted = {
        "coverage": Coverage.SUPPRESSED,
        "suppressed": (silenced(),),
        "coverage_detail": "the composer",
    }
    items.record(tx, poll(assessed("a", **flood), assessed("b", **excepted), at=NOW, gap=True))
    told(tx, "s-1", assessed("c", matches=(match(),)), at=NOW)
    alerts.open_group(tx, "desk", "s-1", now=NOW, due_at=NOW)
    (group,) = alerts.due(tx, NOW)
    alerts.hold(tx, group.id, "s-1", "silenced by ann")
    alerts.settle(tx, group.id, "dropped", NOW + MINUTE)
    found = coverage.unseen(tx, NOW, NOW + HOUR)
    assert [(u.kind.value, u.subject, u.count, u.detail) for u in found] == [
        ("gap", "gazette", 2, "no entry in common with the poll before"),
        ("flood-held", "gazette", 1, "40 at once"),
        ("suppressed", "gazette", 1, "the composer"),
        ("held", "desk", 1, "silenced by ann"),
    ]


def test_a_time_without_a_monitor_is_one_event_however_often_it_fails_to_start(tx: Connection) -> None:
    """It lasts from the last completed tick to the start that was the last; a short rest is none."""
    facts.ticked(tx, "watch", NOW)
    for minutes in (10, 20, 50):
        watch.note_down_time(tx, NOW + minutes * MINUTE)
    (down,) = coverage.unseen(tx, NOW, NOW + HOUR)
    assert (down.kind, down.since, down.until) == (UnseenKind.DOWN, NOW, NOW + 50 * MINUTE)
    assert down.detail == "from 2026-03-01 12:00 to 2026-03-01 12:50 UTC no feed was asked"
    assert coverage.unseen(tx, NOW + 51 * MINUTE, NOW + HOUR) == ()
    facts.ticked(tx, "watch", NOW + HOUR)
    watch.note_down_time(tx, NOW + 2 * HOUR)
    assert [u.since for u in coverage.unseen(tx, NOW, NOW + 3 * HOUR)] == [NOW, NOW + HOUR]


def test_stories_are_counted_in_their_windows(tx: Connection) -> None:
    """Each once a window, by when its items came; edits and quiet matches do not count."""
    loud, quiet = (match(severity=s) for s in (Severity.HIGH, Severity.LOW))
    items.record(
        tx, poll(assessed("a", matches=(loud,)), assessed("b", matches=(loud,)), assessed("c"), at=NOW)
    )
    items.record(tx, poll(assessed("d", matches=(quiet,)), assessed("e", matches=(loud,)), at=NOW + HOUR))
    tx.execute(
        tables_news.stories.insert().values(id="s-1", first_seen_at=NOW, changed_at=NOW, severity="high")
    )
    tx.execute(
        tables_news.items.update().where(tables_news.items.c.key.in_(["a", "b", "e"])).values(story_id="s-1")
    )
    edges = (NOW - HOUR, NOW, NOW + HOUR, NOW + 2 * HOUR)
    assert digests.stories_in(tx, edges) == (0, 1, 2)
    assert digests.stories_in(tx, edges, Severity.MEDIUM) == (0, 1, 1)


@only_sqlite
def test_few_polls_are_read(tx: Connection) -> None:
    """Of a week's polls only those of which something is to be told."""
    asked: list[tuple[str, Any]] = []
    event.listen(tx, "before_cursor_execute", lambda *said: asked.append((said[2], said[3])))
    coverage.unseen(tx, NOW - DAY, NOW)
    coverage.report(tx, NOW - DAY, NOW, NOW)
    plans = [
        " ".join(row[3] for row in tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values))
        for statement, values in list(asked)
        if "FROM polls" in statement
    ]
    assert len(plans) == 7
    assert all("USING INDEX ix_polls_odd" in said for said in plans), plans
