"""What one poll means: every answer of the world becomes one record."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.config.model import PollingConfig
from monitor.jobs.assess import ArticleText, Judge, Poll, assess, coverage, fulltext_of
from monitor.model import (
    MOVE_CONFIRMED,
    Coverage,
    Decision,
    Entry,
    Feed,
    FeedState,
    Fetched,
    FetchFailed,
    FetchFault,
    Fulltext,
    Item,
    KnownItem,
    Match,
    NotModified,
    Novelty,
    ParsedFeed,
    PollRecord,
    Severity,
    Suppressed,
)

NOW = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)
POLICY = PollingConfig()
STATE = FeedState(
    feed=Feed(id="a", url="https://a.example/feed", title="A"),
    next_poll_at=NOW,
    etag='"1"',
    last_modified="x",
)
MATCH = Match(
    watchlist="wagner", rule="named", severity=Severity.HIGH, score=1, evidence=(), reason="names it"
)


@dataclass(frozen=True)
class Sorted:
    entry: Entry
    key: str
    novelty: Novelty = Novelty.NEW
    known: KnownItem | None = None
    renamed: str | None = None


def judge(decision: Decision) -> Judge:
    def make_item(
        entry: Entry, key: str, state: FeedState, article: ArticleText | None, now: datetime
    ) -> Item:
        return Item(
            key=key, feed_id=state.feed.id, title=entry.title, content=article.text if article else ""
        )

    return Judge(decide=lambda items: [decision] * len(items), make_item=make_item)


def fetched(**more: object) -> Fetched:
    return replace(Fetched(url="https://a.example/feed", body=b"<rss/>", content_type="text/xml"), **more)  # type: ignore[arg-type]


def record(poll: Poll, decision: Decision = Decision(lang="en")) -> PollRecord:  # noqa: B008 - frozen
    return assess(poll, judge(decision), policy=POLICY, now=NOW, jitter=0)


def entries(new: int, seen: int = 0) -> tuple[Sorted, ...]:
    known = tuple(
        Sorted(
            Entry(guid=f"k{n}", url=None, title=f"known {n}"),
            f"guid:k{n}",
            Novelty.SEEN,
            KnownItem(id=n, key=f"guid:k{n}", content_hash="", canonical_url=None),
        )
        for n in range(seen)
    )
    return (
        *(Sorted(Entry(guid=f"n{n}", url=None, title=f"new {n}"), f"guid:n{n}") for n in range(new)),
        *known,
    )


def test_each_new_entry_ends_in_one_state_and_none_is_dropped() -> None:
    """Three hundred entries in one poll are three hundred items."""
    poll = Poll(
        state=STATE, result=fetched(), parsed=ParsedFeed(title="A", entries=()), entries=entries(300, 2)
    )

    found = record(poll)

    assert len(found.assessed) == 300
    assert {a.coverage for a in found.assessed} == {Coverage.NO_MATCH}
    assert (found.seen, found.seen_ids, found.status) == (2, (0, 1), "ok")
    assert found.state.seen_before


def test_validators_are_kept_byte_for_byte_from_an_answer() -> None:
    """A 200 replaces both, also by nothing; a 304 replaces what it carries."""
    poll = Poll(state=STATE, result=fetched(etag='W/"2-gzip"'), parsed=ParsedFeed(title="A", entries=()))

    ok = record(poll).state
    same = record(Poll(state=STATE, result=NotModified(etag='"3"'))).state

    assert (ok.etag, ok.last_modified) == ('W/"2-gzip"', None)
    assert (same.etag, same.last_modified) == ('"3"', "x")
    assert (ok.validators_url, same.validators_url) == ("https://a.example/feed", None)


def test_a_cut_document_does_not_advance_the_validators() -> None:
    """Otherwise the rest of it would be a 304 for ever."""
    parsed = ParsedFeed(title="A", entries=(), truncated=True)

    state = record(Poll(state=STATE, result=fetched(etag='"2"'), parsed=parsed, body_hash="h")).state
    again = record(Poll(state=state, result=fetched(etag='"2"'), body_hash="h")).state
    mended = record(Poll(state=again, result=NotModified())).state

    assert (state.etag, state.body_hash, state.fault) == ('"1"', "h", FetchFault.TRUNCATED)
    # the same bytes twice: the publisher's own document ends there, and need not be sent again
    assert (again.etag, again.fault) == ('"2"', FetchFault.TRUNCATED)
    assert mended.fault is None


def test_fifty_failures_and_then_an_answer() -> None:
    """A feed that comes back is read as if nothing had been."""
    state = STATE
    for _ in range(50):
        failed = FetchFailed(fault=FetchFault.CONNECT, detail="refused")
        state = record(Poll(state=state, result=failed)).state

    back = record(
        Poll(state=state, result=fetched(), parsed=ParsedFeed(title="A", entries=()), entries=entries(1))
    )

    assert (state.failures, state.etag) == (50, '"1"')
    assert timedelta() < state.next_poll_at - NOW <= timedelta(hours=12)
    assert (back.state.failures, back.state.fault, len(back.assessed)) == (0, None, 1)


def test_gone_is_remembered() -> None:
    """410 stops the polling and says so."""
    state = record(
        Poll(state=STATE, result=FetchFailed(fault=FetchFault.GONE, detail="gone", status=410))
    ).state

    assert state.gone


def test_a_permanent_move_is_used_after_it_was_said_for_a_week() -> None:
    """One 301 may be a mistake, and so may an afternoon of them; the same through a week is a move."""
    state = STATE
    for day in range(8):
        assert state.effective_url == STATE.feed.url
        for _ in range(MOVE_CONFIRMED):
            poll = Poll(state=state, result=NotModified(moved_to="https://b.example/feed"))
            state = assess(
                poll, judge(Decision(lang="en")), policy=POLICY, now=NOW + timedelta(days=day), jitter=0
            ).state

    settled = assess(
        Poll(state=state, result=NotModified()),
        judge(Decision(lang="en")),
        policy=POLICY,
        now=NOW + timedelta(days=8),
        jitter=0,
    ).state

    assert state.effective_url == settled.effective_url == "https://b.example/feed"


def test_a_move_that_is_taken_back_is_forgotten() -> None:
    """The count starts again."""
    answer = fetched(moved_to="https://b.example/feed")
    once = record(Poll(state=STATE, result=answer, parsed=ParsedFeed(title="A", entries=()))).state

    assert (
        record(Poll(state=once, result=fetched(), parsed=ParsedFeed(title="A", entries=()))).state.moved_polls
        == 0
    )


@pytest.mark.parametrize(
    ("decision", "flood_held", "expected"),
    [
        pytest.param(Decision(lang="en", matches=(MATCH,)), False, Coverage.MATCHED, id="a loud match"),
        pytest.param(
            Decision(lang="en", matches=(MATCH,)), True, Coverage.FLOOD_HELD, id="a match in a flood"
        ),
        pytest.param(
            Decision(lang="en", matches=(replace(MATCH, severity=Severity.LOW),)),
            False,
            Coverage.RELATED,
            id="low",
        ),
        pytest.param(
            Decision(
                lang="en",
                suppressed=(Suppressed(watchlist="w", rule="r", by="composer", text="Richard Wagner"),),
            ),
            False,
            Coverage.SUPPRESSED,
            id="a silenced mention",
        ),
        pytest.param(Decision(lang="en"), True, Coverage.NO_MATCH, id="nothing"),
    ],
)
def test_an_item_ends_in_exactly_one_state(decision: Decision, flood_held: bool, expected: Coverage) -> None:
    """The coverage ledger."""
    assert coverage(decision, flood_held=flood_held)[0] is expected


@pytest.mark.parametrize(
    ("article", "wanted", "url", "expected"),
    [
        (None, False, "https://x.example/1", (Fulltext.NOT_ASKED, "")),
        (None, True, "https://x.example/1", (Fulltext.WAITING, "")),
        (None, True, None, (Fulltext.UNAVAILABLE, "the entry names no address")),
        (ArticleText(text="long"), True, "https://x.example/1", (Fulltext.READ, "")),
        (ArticleText(), True, "https://x.example/1", (Fulltext.READ, "")),
        (ArticleText(detail="403"), True, "https://x.example/1", (Fulltext.UNAVAILABLE, "403")),
    ],
)
def test_an_item_says_what_became_of_its_article(
    article: ArticleText | None, wanted: bool, url: str | None, expected: tuple[Fulltext, str]
) -> None:
    """Not asked for, still to come, read, or why not."""
    assert fulltext_of(article, wanted=wanted, url=url) == expected
