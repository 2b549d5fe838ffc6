"""Make the digests that are due: window, compose, render,
outbox and ledger in one transaction for each receiver.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from monitor import failpoints, logs
from monitor.alerts.digest_schedule import Due, LastDigest, due, edges, for_reader, next_due, should_send
from monitor.messages.digest import Findings, digest_context, with_held
from monitor.messages.render import render
from monitor.store import alerts, archive, coverage, digests, facts, outbox, stories
from monitor.store.digests import LedgerRow

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from sqlalchemy import Connection

    from monitor.config.model import DigestConfig, ReceiverConfig
    from monitor.delivery.channel import Outgoing
    from monitor.messages.templates import Templates
    from monitor.model import LedgerContact, Story
    from monitor.store.database import Database
    from monitor.stories.judgement import StoryJudge

    #: what stories report of contacts, in the order in which a digest tells them
    Contacts = Callable[[Connection, StoryJudge, Sequence[Story], datetime], Sequence[LedgerContact]]

log = logs.get("digest")

INSTALLED = "installed-at"
#: a contact that was first told before then is told as the digest's stories tell it
LATELY = timedelta(days=60)
#: regular windows that a trend looks back on: of days or weeks four weeks, at least two months; of briefs a
#: day
WEEKS, LEAST, BRIEFS = 4, 8, 24
#: before everything
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: a digest that could not be handed over is tried until the next one is due, and this long beyond
GRACE = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Digester:
    """What making digests needs."""

    db: Database
    templates: Templates
    receivers: Mapping[str, ReceiverConfig]
    series: Sequence[DigestConfig]
    titles: Mapping[str, str]
    judge: StoryJudge
    public_url: str | None
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A digest as it would go out: its messages and its place in the ledger."""

    messages: tuple[Outgoing, ...]
    row: LedgerRow
    stories: int


def digest_due(digester: Digester) -> int:
    """Every digest that is due now and not in the ledger; how many were enqueued."""
    return sum(_digest(digester, series, name) for series in digester.series for name in series.receivers)


def next_at(digester: Digester, after: datetime) -> datetime | None:
    """When the first digest after `after` falls due; None where there is none."""
    readers = [for_reader(s, digester.receivers[name]) for s in digester.series for name in s.receivers]
    return min((at for reader in readers if (at := next_due(reader, after)) is not None), default=None)


def make(
    tx: Connection, digester: Digester, series: DigestConfig, receiver: ReceiverConfig, window: Due
) -> Made:
    """The digest of `window` for `receiver`, without messages where the series is silent on such a day.

    Writes nothing.
    """
    told = tell(tx, digester, series, receiver, window, _contacts)
    messages = (
        render(digester.templates, told.context, receiver, batch=str(uuid4()), at=told.row.created_at)
        if told.context
        else ()
    )
    return Made(messages=messages, row=told.row, stories=told.stories)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a digest says, before it is worded for a channel; no context: it says nothing."""

    context: dict[str, Any]
    row: LedgerRow
    stories: int


def tell(
    tx: Connection,
    digester: Digester,
    series: DigestConfig,
    receiver: ReceiverConfig,
    window: Due,
    contacts: Contacts,
) -> Told:
    """What the digest of `window` says to `receiver`; `contacts` finds who met whom in its stories."""
    series = for_reader(series, receiver)
    now = digester.clock()
    last = digests.last(tx, series.series, receiver.name)
    since_seq = last.until_seq if last else 0
    until_seq = stories.last_match(tx)
    found = stories.matched(tx, since_seq, until_seq)
    report = coverage.report(tx, window.since, window.until, now)
    shown = [s for s in found if s.severity.rank >= series.min_severity.rank]
    row = LedgerRow(
        series=series.series, local_date=window.key, receiver=receiver.name,
        since=window.since, until=window.until, since_seq=since_seq, until_seq=until_seq,
        created_at=now, kind="catch-up" if window.catch_up else "normal",
    )  # fmt: skip
    if not should_send(series, stories=len(shown), healthy=report.well):
        return Told(context={}, row=row, stories=0)
    judge = digester.judge
    told_at = last.created_at if last else window.since
    findings = Findings(
        stories=[judge.judge(story, series.language) for story in found],
        coverage=report,
        known={s.id: since for s in shown if (since := judge.since(s, told_at)) is not None},
        contacts=judge.in_language(contacts(tx, judge, shown, now), series.language),
        trend=_trend(tx, series, window, now),
    )
    context = digest_context(
        findings, window, series=series, now=now, sides=judge.press.sides,
        public_url=digester.public_url, titles={**digester.titles, **judge.called_in(series.language)},
    )  # fmt: skip
    held = alerts.held(tx, [story.id for story in shown])
    return Told(context=with_held(context, held), row=row, stories=len(shown))


def _contacts(
    tx: Connection, judge: StoryJudge, shown: Sequence[Story], now: datetime
) -> tuple[LedgerContact, ...]:
    """What the stories report of contacts, as everybody has told them lately."""
    told = {i.id: i for story in shown for i in story.items if i.contacts}
    if not told:
        return ()
    known = {i.id: i for i in archive.reporting_contacts(tx, now - LATELY)}
    return judge.register([item for _, item in sorted((known | told).items())], set(told))


def _trend(tx: Connection, series: DigestConfig, window: Due, now: datetime) -> tuple[int, ...]:
    """Stories in each regular window, this one last, back to four weeks ago or the installation."""
    count = BRIEFS if series.every else max(len(series.days) * WEEKS, LEAST)
    began = installed_at(tx, now)
    past = [at for at in edges(series, window.until, count + 1) if at >= began]
    return digests.stories_in(tx, (*past, window.until), series.min_severity) if past else ()


def window_until_now(digester: Digester, tx: Connection, series: DigestConfig, receiver: str) -> Due:
    """The window that a digest made this moment would have: for `preview`, `once --digest` and the demo."""
    now = digester.clock()
    last = digests.last(tx, series.series, receiver)
    since = last.until if last else min(installed_at(tx, now), now - timedelta(days=1))
    wall = now.astimezone(for_reader(series, digester.receivers[receiver]).timezone)
    brief = wall.time() if series.every else None
    return Due(local_date=wall.date(), local_time=brief, due_at=now, since=since, until=now)


def installed_at(tx: Connection, now: datetime) -> datetime:
    """When this database began, where the first digest's window begins."""
    value = facts.get(tx, INSTALLED)
    return datetime.fromisoformat(value) if value else now


def send_now(digester: Digester) -> int:
    """Make every series' digest this moment, once for its local date."""
    count = 0
    for series in digester.series:
        for name in series.receivers:
            with digester.db.transaction() as tx:
                window = window_until_now(digester, tx, series, name)
                count += _enter(tx, digester, series, name, window)
    return count


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A digest that somebody wants now, and what came of it."""

    series: str
    receiver: str
    #: in the ledger
    key: str
    since: datetime
    until: datetime
    stories: int
    #: promised to the receiver; 0: there is nothing to tell, and nothing was written
    messages: int


def wanted_now(digester: Digester, tx: Connection, series: DigestConfig, name: str) -> Wanted:
    """Make the digest of `series` for receiver `name`, of all since its last one.

    It takes the place of the day's digest; where the reader has that already, it is one more.
    """
    window = window_until_now(digester, tx, series, name)
    if digests.entered(tx, series.series, window.key, name):
        zone = for_reader(series, digester.receivers[name]).timezone
        window = replace(window, local_time=window.until.astimezone(zone).time())
    made = make(tx, digester, series, digester.receivers[name], window)
    return Wanted(
        series=series.series,
        receiver=name,
        key=window.key,
        since=window.since,
        until=window.until,
        stories=made.stories,
        messages=_enter(tx, digester, series, name, window) if made.messages else 0,
    )


def _digest(digester: Digester, series: DigestConfig, name: str) -> int:
    now = digester.clock()
    with digester.db.transaction() as tx:
        last = digests.last(tx, series.series, name)
        previous = LastDigest.of(last.local_date, last.until) if last else None
        window = due(
            for_reader(series, digester.receivers[name]), previous, now, installed_at=installed_at(tx, now)
        )
        count = _enter(tx, digester, series, name, window) if window else 0
        if count:
            failpoints.passed("digest-writing")
    if count:
        failpoints.passed("digest-written")
    return count


def _enter(tx: Connection, digester: Digester, series: DigestConfig, name: str, window: Due) -> int:
    """Ledger and outbox together; a reader who has this digest gets no other, through whichever receiver."""
    if digests.entered(tx, series.series, window.key, name):
        return 0
    receiver = digester.receivers[name]
    made = make(tx, digester, series, receiver, window)
    if not digests.enter(tx, made.row):
        return 0
    cause = f"digest:{series.series}:{made.row.local_date}:{name}"
    had = digests.recipients(tx, series.series, made.row.local_date)
    messages = [(o.id, o.message) for o in made.messages if o.message.recipient not in had]
    for address in dict.fromkeys(message.recipient for _, message in messages if message.recipient):
        digests.enter(tx, replace(made.row, recipient=address))
    following = next_due(series, made.row.created_at)
    expires_at = following + GRACE if following is not None else None
    outbox.enqueue(tx, name, messages, made.row.created_at, cause=cause, expires_at=expires_at)
    log.info(
        "digest_made" if messages else "digest_skipped",
        series=series.series,
        date=made.row.local_date,
        receiver=name,
        stories=made.stories,
        kind=made.row.kind,
    )
    return len(messages)
