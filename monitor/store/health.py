"""Is a feed well? Failing where it does not answer, quiet where it is silent against its own rhythm."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from monitor.model import FeedHealth
from monitor.store import rows
from monitor.store.tables_news import feeds, items, polls

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from monitor.model import FeedState

#: failed polls in a row that make a feed `failing`; a single hiccup does not
FAILURES = 3
#: no answer for this long is failing, however few polls failed: nobody may be asking
UNANSWERED = timedelta(hours=3)
#: silence shorter than this is never `quiet`
QUIET_FLOOR = timedelta(hours=24)
#: silence of this many usual gaps is `quiet`
QUIET_GAPS = 3
#: `quiet` where the rhythm is unknown
QUIET_UNKNOWN = timedelta(days=7)
#: news from which a rhythm is read, and how many gaps it takes
RHYTHM_NEWS, RHYTHM_GAPS = 30, 5


def health(tx: Connection, now: datetime) -> tuple[FeedHealth, ...]:
    """Every feed's line, by id."""
    found = tx.execute(select(feeds).order_by(feeds.c.id)).mappings().all()
    return tuple(_line(tx, rows.feed_state(row), row["added_at"], now) for row in found)


def unwell(tx: Connection, now: datetime) -> tuple[FeedHealth, ...]:
    """The lines of feeds that are not ok, by id; of 50,000 that are well none is read whole."""
    f = feeds.c
    unanswered = or_(
        f.gone, f.failures > 0, f.last_success_at.is_(None), f.last_success_at < now - UNANSWERED
    )
    silent = func.coalesce(f.last_new_at, f.added_at) < now - QUIET_FLOOR
    found = select(feeds).where(f.enabled, or_(unanswered, silent)).order_by(f.id)
    lines = (_line(tx, rows.feed_state(row), row["added_at"], now) for row in tx.execute(found).mappings())
    return tuple(line for line in lines if line.state != "ok")


def _line(tx: Connection, state: FeedState, added_at: datetime, now: datetime) -> FeedHealth:
    word, detail = _judged(state, now)
    if word == "ok":
        word, detail = _listened(tx, state, added_at, now)
    return FeedHealth(
        feed=state.feed,
        state=word,
        detail=detail,
        last_success_at=state.last_success_at,
        last_new_at=state.last_new_at,
    )


def _judged(state: FeedState, now: datetime) -> tuple[str, str]:
    """By the answers: disabled, gone, never, failing or ok."""
    if not state.feed.enabled:
        return "disabled", ""
    if state.gone:
        return "gone", "the server answered 410 Gone"
    fault = f"{state.fault}: {state.fault_detail}".rstrip(": ") if state.fault else ""
    if state.last_success_at is None:
        return ("failing", f"never answered; {fault}") if state.failures else ("never", "not polled yet")
    silence = now - state.last_success_at
    if state.failures >= FAILURES:
        return "failing", f"{state.failures} polls in a row; {fault}"
    # a feed may be asked less often than the limit, by its own interval
    if silence > max(UNANSWERED, 2 * state.interval) and state.next_poll_at < now - UNANSWERED / 3:
        return "failing", f"not asked for {spoken(silence)}"
    if state.failures and silence > max(UNANSWERED, 2 * state.interval):
        return "failing", f"no answer for {spoken(silence)}; {fault}"
    return "ok", ""


def _listened(tx: Connection, state: FeedState, added_at: datetime, now: datetime) -> tuple[str, str]:
    """By the news: quiet or ok. The rhythm is looked up only where the silence is long enough to matter."""
    silence = now - (state.last_new_at or added_at)
    if silence <= QUIET_FLOOR:
        return "ok", ""
    usual = _usual_gap(tx, state.feed.id)
    limit = max(QUIET_FLOOR, QUIET_GAPS * usual) if usual is not None else QUIET_UNKNOWN
    if silence <= limit:
        return "ok", ""
    rhythm = f"; usually within {spoken(usual)}" if usual is not None else ""
    return "quiet", f"nothing new for {spoken(silence)}{rhythm}"


def _usual_gap(tx: Connection, feed_id: str) -> timedelta | None:
    """The gap that nine of ten gaps between news stay within; None where there are too few to say.

    From the polls that brought something; for a feed that is too slow or too new for those, from its items' own dates.
    """
    news = select(polls.c.at).where(polls.c.feed_id == feed_id, polls.c.new > 0)
    found = tx.execute(news.order_by(polls.c.at.desc()).limit(RHYTHM_NEWS)).scalars().all()
    gap = _nine_in_ten(found)
    if gap is not None:
        return gap
    dated = select(items.c.published_at).where(items.c.feed_id == feed_id, items.c.date_flag == "ok")
    dated = dated.where(items.c.published_at.is_not(None)).order_by(items.c.published_at.desc())
    return _nine_in_ten([at for at in tx.execute(dated.limit(RHYTHM_NEWS)).scalars() if at is not None])


def _nine_in_ten(newest_first: Sequence[datetime]) -> timedelta | None:
    gaps = sorted(later - earlier for later, earlier in pairwise(newest_first))
    return gaps[(len(gaps) * 9 - 1) // 10] if len(gaps) >= RHYTHM_GAPS else None


def spoken(duration: timedelta) -> str:
    """A duration in its largest fitting unit: `40 min`, `5 h`, `3 d`."""
    minutes = int(duration.total_seconds() // 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} d"
