"""What was and was not seen, and who cannot be told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.languages.locale import frame
from monitor.model import Coverage, Delivered, Rejected, Severity, TryLater
from monitor.model.matchers import parse
from monitor.store import digests, items, outbox, receivers, silences, tables_news
from tests.support.stored import DAY, HOUR, MINUTE, NOW, assessed, match, message, poll, promised, silenced

if TYPE_CHECKING:
    from sqlalchemy import Connection


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
    found = digests.report(tx, NOW, NOW + HOUR, NOW + HOUR)
    assert found.items == 4
    assert found.by_state == {"matched": 1, "related": 0, "no-match": 2, "suppressed": 1, "flood-held": 0}
    assert (found.healthy, found.watched) == (1, 1)
    assert (found.gaps, found.floods, found.well) == ((), (), True)


def test_the_coverage_report_names_gaps_and_floods(tx: Connection) -> None:
    """Those of the window, with their feed and time; a long list is counted."""
    items.record(tx, poll(at=NOW - MINUTE, gap=True))
    items.record(tx, poll(at=NOW, gap=True))
    items.record(tx, poll(assessed("a"), assessed("b"), at=NOW + MINUTE, flood=True))
    found = digests.report(tx, NOW, NOW + HOUR, NOW)
    (gap,), (flood,) = found.gaps, found.floods
    assert not found.well
    assert frame("en").said((gap,)).startswith("Gazette, 2026-03-01 12:00 UTC: no entry in common")
    assert frame("en").said((flood,)).startswith("Gazette, 2026-03-01 12:01 UTC: 2 entries at once")
    for _ in range(60):
        items.record(tx, poll(at=NOW + 2 * MINUTE, gap=True))
    told = digests.report(tx, NOW, NOW + HOUR, NOW).gaps
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
    assert digests.report(tx, NOW - HOUR, NOW, NOW).in_part == ()
    found = digests.report(tx, NOW, NOW + HOUR, NOW + MINUTE)
    assert found.in_part == ("bot: Digest: delivered in part: 12 stories left out",)
    assert found.suspended == {"desk": "hook revoked"}
    assert [(s.author, s.starts_at) for s in found.silences] == [("ann", NOW)]
    assert not found.well


def test_the_coverage_report_counts_entries_that_were_taken_back(tx: Connection) -> None:
    """In the window in which they were found to be gone."""
    items.record(tx, poll(assessed("a"), assessed("b"), at=NOW))
    gone = tables_news.items.update().where(tables_news.items.c.key == "a").values(withdrawn_at=NOW + HOUR)
    tx.execute(gone)
    assert digests.report(tx, NOW, NOW + HOUR, NOW).withdrawn == 0
    assert digests.report(tx, NOW + HOUR, NOW + 2 * HOUR, NOW).withdrawn == 1


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
