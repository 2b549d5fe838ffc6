"""Pure. Messages made of invented stories, for `check`, previews,
test messages and the pictures of the README.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from monitor.alerts.digest_schedule import Due
from monitor.config.model import DigestConfig
from monitor.demo.stories import FEEDS, NOW, judge, judged, stories
from monitor.messages.alert import alert_context, grouped, notice_context
from monitor.messages.digest import Findings, digest_context
from monitor.model import (
    Change,
    ContactStatus,
    CoverageReport,
    Feed,
    FeedHealth,
    Phrase,
    Severity,
    Side,
    SinceThen,
    Standing,
)
from monitor.model.delivery import Silence
from monitor.model.matchers import parse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from monitor.model import Story

TITLES = {
    "wagner": "Wagner and Africa Corps",
    "russia-libya-contacts": "Russia–Libya contacts",
    "un-withdrawal": "UN on foreign forces",
}
DUE = Due(local_date=date(2026, 11, 24), due_at=NOW, since=NOW - timedelta(days=1), until=NOW)
CAUGHT_UP = Due(
    local_date=date(2026, 11, 24),
    due_at=NOW,
    since=NOW - timedelta(days=3),
    until=NOW,
    catch_up=True,
    missed=2,
)
#: an hour's brief
BRIEF = replace(DUE, local_time=time(7, 0), since=NOW - timedelta(hours=1))

#: what readers of the first story knew of it, and what they know now
_KNEW = Standing(
        severity=Severity.MEDIUM, sides=frozenset({Side("russia-state")}), voices=frozenset({"volga"}),
        participants=frozenset({"Andrei Belousov"}),
        statuses={"Andrei Belousov / Khalifa Haftar": ContactStatus.PLANNED},
    )  # fmt: skip
_KNOW = Standing(
        severity=Severity.MEDIUM, sides=frozenset({Side("russia-state"), Side("libya-east")}),
        denied_by=frozenset({Side("libya-west")}), voices=frozenset({"volga", "barqa", "tripoli"}),
        participants=frozenset({"Andrei Belousov", "Khalifa Haftar"}),
        statuses={"Andrei Belousov / Khalifa Haftar": ContactStatus.HAPPENED},
    )  # fmt: skip


def change() -> tuple[Change, ...]:
    """What became of the first story since its readers heard of it."""
    return judge().changes(_KNEW, _KNOW)


def _for(key: str, **time: int) -> Phrase:
    return Phrase(key=key, values={"time": timedelta(**time)})


def _odd(key: str, feed: str, clock: str, **more: Phrase) -> Phrase:
    when = datetime.fromisoformat(f"2026-11-23T{clock}Z")
    return Phrase(key=key, values={"feed": feed, "when": when, **more})


def coverage(*, healthy: bool = False) -> CoverageReport:
    """44 feeds; three of them in trouble unless `healthy`."""
    known = [FEEDS[name] for name in sorted(FEEDS)]
    known += [
        Feed(id=f"f{n}", url=f"https://f{n}.example/", title=f"Feed {n}") for n in range(len(known), 44)
    ]
    ill = {
        "barqa": ("failing", (Phrase(key="polls", count=9), Phrase(text="tls: certificate expired"))),
        "f20": ("quiet", (_for("feed.nothing_new", days=6), _for("feed.rhythm", hours=5))),
        "f31": ("failing", (Phrase(key="polls", count=4), Phrase(text="http-5xx: 503"))),
    }
    return CoverageReport(
        since=DUE.since,
        until=DUE.until,
        watched=len(known),
        unwell=()
        if healthy
        else tuple(FeedHealth(feed=f, state=ill[f.id][0], why=ill[f.id][1]) for f in known if f.id in ill),
        items=312,
        by_state={"matched": 8, "related": 2, "no-match": 297, "suppressed": 5}
        | ({} if healthy else {"flood-held": 80}),
        gaps=() if healthy else (_odd("gap_line", "Il Porto", "18:40"), _odd("gap_line", "Feed 17", "19:05")),
        floods=()
        if healthy
        else (_odd("flood_line", "Feed 12", "19:30", entries=Phrase(key="entry", count=86)),),
        withdrawn=0 if healthy else 1,
        suspended={} if healthy else {"siem": "webhook answered 410 Gone"},
        silences=() if healthy else (_SILENCE,),
    )


_SILENCE = Silence(
    id=7, matchers=(parse("watchlist=un-withdrawal"), parse("severity=medium")), author="Rania",
    reason="the vote is covered by hand", starts_at=NOW - timedelta(days=1), ends_at=NOW + timedelta(days=2),
    created_at=NOW - timedelta(days=1),
)  # fmt: skip
#: what the readers of the sample digest were told before
_KNOWN = {
    "s-71c2": SinceThen(reports=1),
    "s-b3d0": SinceThen(
        changes=(
            Change(
                kind="status", reason="now denied by western Libyan media; was: planned", before=("planned",),
                after=("denied", "libya-west"),
            ),
        ),
        reports=1,
    ),
}  # fmt: skip
_TREND = (2, 3, 1, 0, 4, 3, 2, 5, 3, 3, 0, 2, 4, 3, 6, 2, 1, 3, 3, 0, 2, 5, 4, 3, 2, 3, 4, 2)


def findings(
    lang: str = "en", *, told: Sequence[Story] | None = None, report: CoverageReport | None = None
) -> Findings:
    """The sample day, or of it what `told` holds."""
    told = stories() if told is None else told
    items = [item for story in told for item in story.items]
    return Findings(
        stories=[judge().judge(story, lang) for story in told],
        coverage=report or coverage(),
        known=_KNOWN,
        contacts=judge().register(items, {item.id for item in items}),
        trend=(*_TREND, len(told)),
    )


def series(language: str = "en") -> DigestConfig:
    """A daily series at 07:00 in Tripoli."""
    return DigestConfig.model_validate(
        {"receivers": ["folder"], "timezone": "Africa/Tripoli", "at": "07:00", "language": language}
    )


def contexts() -> Mapping[str, tuple[Mapping[str, Any], ...]]:
    """Contexts of every kind, with much, with little and with nothing in them: what `check` renders."""
    told, arabic = judged(), judged("ar")
    url = "https://monitor.example.org"
    given: dict[str, Any] = {"now": NOW, "titles": TITLES, "sides": judge().press.sides}
    alerts = [
        alert_context(
            s, reason=reason, public_url=u, timezone=ZoneInfo("Africa/Tripoli"), suppressed=n, changes=what,
            language=lang, **given,
        )
        for s, reason, u, n, what, lang in (
            (told[0], "new", url, 1, (), "en"), (told[4], "test", None, 0, (), "en"),
            (arabic[3], "more", url, 3, (), "ar"), (told[0], "changed", url, 0, change(), "en"),
            (arabic[0], "changed", url, 0, change(), "ar"),
        )
    ]  # fmt: skip
    alerts.append(grouped(alerts[:2] + alerts[3:4], held_for=timedelta(hours=1)))
    nothing = findings(told=(), report=coverage(healthy=True))
    digests = [
        digest_context(findings(), DUE, series=series(), public_url=url, **given),
        digest_context(findings("ar", told=stories()[-4:]), CAUGHT_UP, series=series("ar"), **given),
        digest_context(nothing, DUE, series=series(), **given),
        digest_context(findings(), BRIEF, series=series(), **given),
    ]
    notice = notice_context("Receiver desk is suspended", ("Slack says that the hook was revoked.",), now=NOW)
    return {"alert": tuple(alerts), "digest": tuple(digests), "notice": (notice,)}
