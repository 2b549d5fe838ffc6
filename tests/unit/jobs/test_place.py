"""Matched items of a poll come into stories in its one transaction, and no reader loses one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from monitor.config.routes import RouteConfig
from monitor.jobs import poll as polling
from monitor.jobs.place import gather, withdrawn
from monitor.model import Coverage, Decision, Fact, Novelty, Severity
from monitor.store import alerts, archive, feeds, items, merges, signatures, stories
from monitor.store.database import Database
from monitor.store.sql import metadata
from monitor.store.tables_news import items as items_table
from monitor.store.tables_news import polls
from monitor.stories.judgement import StoryJudge
from tests.support.press import PRESS
from tests.support.stored import DAY, HOUR, NOW, assessed, feed, match, poll, state

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection

    from monitor.model import Assessed, PollRecord, StoryItem

TEXT = (
    "The field marshal flew to the capital on Monday and met the president for two hours behind closed doors. "
    "Neither office published photographs, but both confirmed that fuel, airfields and salaries were discussed. "
    "A second round is expected before the end of the month, officials said, probably on the coast."
)
OTHER_TEXT = (
    "Engineers reopened the northern pipeline after a week of repairs that were paid for by the ministry. "
    "Exports through the terminal resume tomorrow, the operator said, at half of the usual rate for ten days. "
    "Residents had blocked the road twice in protest against power cuts and the price of bread."
)
HAFTAR = (
    Fact("@khalifa-haftar", 3),
    Fact("@vladimir-putin", 3),
    Fact("@moscow", 2),
    Fact("%contact.meeting", 3),
)
PIPELINE = (Fact("@noc", 3), Fact("@zawiya", 2), Fact("@oil-ministry", 2), Fact("%contact.repair", 1))
ROUTE = RouteConfig(receiver="desk")


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """A database with two feeds."""
    database = Database.open(f"sqlite:///{tmp_path}/monitor.db")
    with database.transaction() as tx:
        feeds.sync(tx, [feed(), feed("courier")], NOW, jitter=lambda: 0.0)
    yield database
    database.close()


@pytest.fixture
def tx(db: Database) -> Iterator[Connection]:
    """A poll's transaction."""
    with db.transaction() as connection:
        yield connection


def report(
    key: str,
    title: str = "Field marshal in the capital",
    *,
    text: str = TEXT,
    facts: tuple[Fact, ...] = HAFTAR,
    severity: Severity | None = Severity.HIGH,
    **changes: object,
) -> Assessed:
    """A report of the gazette, matched unless `severity` is None."""
    matches = (match(severity=severity),) if severity is not None else ()
    made = assessed(key, matches=matches, title=title, content=text, **{"published_at": NOW} | changes)
    return replace(made, decision=Decision(lang="en", matches=matches, facts=facts))


def written(
    tx: Connection, *entries: Assessed, at: datetime = NOW
) -> tuple[tuple[StoryItem, ...], tuple[str, ...]]:
    """The stored items, and the stories with news for alerts."""
    ids = items.record(tx, poll(*entries, at=at))
    told = gather(tx, entries, ids, at, PRESS.outlets)
    return tuple(item for n in ids for item in archive.load(tx, [n])), told


def test_two_copies_in_one_poll_find_each_other(tx: Connection) -> None:
    """The second is a copy of the first, and both are one story."""
    (first, second), told = written(tx, report("a"), report("b", "Marshal travels"))
    assert first.story_id == second.story_id
    assert (first.copy_of, second.copy_of) == (None, first.id)
    assert told == (first.story_id,)


def test_a_copy_of_a_copy_points_to_the_first(tx: Connection) -> None:
    """Whichever of the two it resembles more."""
    (first,), _ = written(tx, report("a"))
    written(tx, report("b", "Marshal travels", feed_id="courier"), at=NOW + HOUR)
    (third,), _ = written(tx, report("c", "Talks", feed_id="courier"), at=NOW + 2 * HOUR)
    assert third.copy_of == first.id


def test_another_event_is_another_story(tx: Connection) -> None:
    """Each under the id that the first item gives it."""
    (one, other), told = written(
        tx, report("a"), report("b", "Pipeline reopened", text=OTHER_TEXT, facts=PIPELINE)
    )
    assert one.story_id != other.story_id
    assert told == (one.story_id, other.story_id)


def test_what_did_not_match_is_in_no_story(tx: Connection) -> None:
    """And costs nothing."""
    (quiet,), told = written(tx, report("a", severity=None))
    assert (quiet.story_id, told, signatures.count(tx)) == (None, (), 0)


@pytest.mark.parametrize("coverage", [Coverage.RELATED, Coverage.FLOOD_HELD])
def test_what_is_not_to_be_alerted_joins_without_news(tx: Connection, coverage: Coverage) -> None:
    """It is in the story and in the digest."""
    (item,), told = written(tx, replace(report("a"), coverage=coverage))
    assert item.story_id is not None
    assert told == ()


def test_an_edited_item_stays_and_is_known_by_its_new_text(tx: Connection) -> None:
    """Later copies of the new text find it; a story id never changes under a reader."""
    (first, _), _ = written(tx, report("a"), report("b", feed_id="courier"))
    edited = replace(
        report("a", "Pipeline reopened", text=OTHER_TEXT, facts=PIPELINE),
        revises=first.id,
        novelty=Novelty.CHANGED,
    )
    (again,), _ = written(tx, edited, at=NOW + HOUR)
    (copy,), _ = written(
        tx,
        report("c", "Exports resume", text=OTHER_TEXT, facts=PIPELINE, feed_id="courier"),
        at=NOW + 2 * HOUR,
    )
    assert (again.story_id, again.copy_of) == (first.story_id, None)
    assert (copy.story_id, copy.copy_of) == (first.story_id, first.id)


def test_an_item_alone_moves_to_the_story_that_its_new_text_belongs_to(tx: Connection) -> None:
    """A teaser is completed; its old story id leads on."""
    (teaser,), _ = written(tx, report("a", "More to follow", text="More to follow.", facts=()))
    (other,), _ = written(tx, report("b", feed_id="courier"))
    assert teaser.story_id != other.story_id
    edited = replace(report("a"), revises=teaser.id, novelty=Novelty.CHANGED)
    (whole,), told = written(tx, edited, at=NOW + HOUR)
    assert (whole.story_id, told) == (other.story_id, (other.story_id,))
    assert stories.resolve_id(tx, str(teaser.story_id)) == other.story_id


def test_an_edited_original_is_no_copy_of_its_copies(tx: Connection) -> None:
    """The first text stays the first."""
    (first, second), _ = written(tx, report("a"), report("b", feed_id="courier"))
    edited = replace(report("a", text=TEXT + " More later."), revises=first.id, novelty=Novelty.CHANGED)
    written(tx, edited, at=NOW + HOUR)
    assert [i.copy_of for i in archive.load(tx, [first.id, second.id])] == [None, first.id]


def test_an_item_that_belongs_to_two_stories_makes_them_one(tx: Connection) -> None:
    """Here both texts stand in one report; the younger id leads to the older."""
    (one,), _ = written(tx, report("a", published_at=NOW - HOUR))
    (two,), _ = written(tx, report("b", "Pipeline", text=OTHER_TEXT, facts=PIPELINE))
    (both,), told = written(tx, report("c", "Two things", text=f"{TEXT}\n{OTHER_TEXT}", feed_id="courier"))
    assert both.story_id == one.story_id
    assert stories.resolve_id(tx, str(two.story_id)) == one.story_id
    assert told == (one.story_id,)


@pytest.mark.parametrize(
    ("opened", "news"),
    [
        pytest.param(True, True, id="an alert waited for one of the two, and the merge may have dropped it"),
        pytest.param(False, False, id="nobody was to hear of either"),
    ],
)
def test_a_quiet_report_that_merges_stories_wakes_their_alerts(
    tx: Connection, opened: bool, news: bool
) -> None:
    """Else the reader never hears of a story whose alert was waiting when a related item joined it to another."""
    (one,), _ = written(tx, report("a", published_at=NOW - HOUR))
    (two,), _ = written(tx, report("b", "Pipeline", text=OTHER_TEXT, facts=PIPELINE))
    if opened:
        alerts.open_group(tx, "desk", str(two.story_id), now=NOW, due_at=NOW + HOUR)
    both = report("c", "Two things", text=f"{TEXT}\n{OTHER_TEXT}", feed_id="courier")
    _, told = written(tx, replace(both, coverage=Coverage.RELATED))

    assert stories.resolve_id(tx, str(two.story_id)) == one.story_id
    assert told == ((one.story_id,) if news else ())


def test_a_quiet_report_that_only_joins_is_no_news_of_a_told_story(tx: Connection) -> None:
    """Readers asked not to be told of related items: not even where the story was told before."""
    (first,), _ = written(tx, report("a"))
    alerts.open_group(tx, "desk", str(first.story_id), now=NOW, due_at=NOW + HOUR)
    (joined,), told = written(tx, replace(report("b", feed_id="courier"), coverage=Coverage.RELATED))

    assert (joined.story_id, told) == (first.story_id, ())


def test_what_a_person_took_apart_stays_apart(tx: Connection) -> None:
    """Although a third report resembles both."""
    (one, two), _ = written(tx, report("a"), report("b", feed_id="courier"))
    fresh = merges.split(tx, str(one.story_id), [two.id], NOW)
    (third,), _ = written(tx, report("c", feed_id="courier"), at=NOW + HOUR)
    assert third.story_id in (one.story_id, fresh)
    assert [i.story_id for i in archive.load(tx, [one.id, two.id])] == [one.story_id, fresh]
    edited = replace(report("b", text=TEXT + " More."), revises=two.id, novelty=Novelty.CHANGED)
    (again,), _ = written(tx, edited, at=NOW + 2 * HOUR)
    assert again.story_id == fresh
    assert (again.copy_of is None) or archive.load(tx, [again.copy_of])[0].story_id == fresh


def test_old_events_are_not_joined(tx: Connection) -> None:
    """The same words a month later are another event."""
    (first,), _ = written(tx, report("a"))
    later = NOW + 30 * DAY
    (second,), _ = written(tx, report("b", feed_id="courier", published_at=later), at=later)
    assert first.story_id != second.story_id


def test_an_item_that_left_its_feed_is_news_of_its_story(tx: Connection) -> None:
    """What is in no story is not."""
    (item, quiet), _ = written(tx, report("a"), report("b", severity=None))
    assert withdrawn(tx, [item.id, quiet.id], NOW + HOUR) == (item.story_id,)
    assert [s.id for s in stories.recent(tx, NOW + HOUR)] == [item.story_id]


def test_a_poll_writes_everything_or_nothing(db: Database) -> None:
    """Items, stories and alert groups; a crash before the end leaves what was before."""
    record = poll(report("a"), of=state(etag='"1"'))
    with pytest.raises(RuntimeError):
        _write_and_crash(db, record)
    with db.snapshot() as tx:
        assert archive.count(tx, archive.Filter()) == 0
        assert stories.recent(tx, NOW - DAY) == ()
    with db.transaction() as tx:
        polling.write(tx, record, ROUTE, StoryJudge(frozenset(), PRESS))
    with db.snapshot() as tx:
        (story,) = stories.recent(tx, NOW - DAY)
        assert [(g.receiver, g.story_id) for g in alerts.due(tx, NOW + DAY)] == [("desk", story.id)]


def _write_and_crash(db: Database, record: PollRecord) -> None:
    with db.transaction() as tx:
        polling.write(tx, record, ROUTE, StoryJudge(frozenset(), PRESS))
        raise RuntimeError("just before the commit")


def test_a_flood_is_written_in_portions_and_settled_by_the_last(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash between two leaves the feed due and nothing doubled; the journal counts all."""
    monkeypatch.setattr(polling, "PORTION", 2)
    record = poll(*(report(name) for name in "abcde"), of=state(etag='"1"', next_poll_at=NOW + HOUR))
    first, *others = polling.portions(record)
    assert [len(part.assessed) for part in (first, *others)] == [2, 2, 1]
    with db.transaction() as tx:
        polling.write(tx, first, ROUTE, StoryJudge(frozenset(), PRESS))
    with db.snapshot() as tx:
        assert archive.count(tx, archive.Filter()) == 2
        assert feeds.get(tx, "gazette").etag is None
        assert tx.execute(select(func.count()).select_from(polls)).scalar() == 0
    for part in polling.portions(record):
        with db.transaction() as tx:
            polling.write(tx, part, ROUTE, StoryJudge(frozenset(), PRESS))
    with db.snapshot() as tx:
        assert archive.count(tx, archive.Filter()) == 5
        assert feeds.get(tx, "gazette").etag == '"1"'
        assert [tuple(row) for row in tx.execute(select(polls.c.new, polls.c.matched))] == [(5, 5)]


def test_the_same_poll_twice_is_one(db: Database) -> None:
    """Two pollers of one feed, or a crash after the commit."""
    for _ in range(2):
        with db.transaction() as tx:
            polling.write(tx, poll(report("a"), report("a")), ROUTE, StoryJudge(frozenset(), PRESS))
    with db.snapshot() as tx:
        (story,) = stories.recent(tx, NOW - DAY)
        assert len(story.items) == 1
        assert len(alerts.due(tx, NOW + DAY)) == 1


STREAM = st.lists(
    st.tuples(
        st.integers(0, 7),  # which item: one that came before is edited
        st.sampled_from([(TEXT,), (OTHER_TEXT,), (TEXT, OTHER_TEXT), ("More to follow.",)]),
        st.sets(st.sampled_from([*HAFTAR, *PIPELINE])),
        st.sampled_from(["Field marshal in the capital", "Pipeline reopened after long repairs", "Talks"]),
        st.integers(0, 3),  # hours before now
    ),
    min_size=2,
    max_size=10,
)


MORE = ("More to follow.",)
MARSHAL, REOPENED = "Field marshal in the capital", "Pipeline reopened after long repairs"
NOC, MOSCOW = PIPELINE[0], HAFTAR[2]
#: the last item names what the one before it made common: it is looked up by other keys than it came with
COMMONER: list[Any] = [
    (3, MORE, {HAFTAR[0]}, MARSHAL, 0),
    (3, (TEXT,), set(), "Talks", 0),
    (4, MORE, {NOC, MOSCOW}, REOPENED, 3),
    (2, MORE, {NOC, PIPELINE[1], PIPELINE[3], HAFTAR[0], HAFTAR[1], HAFTAR[3]}, REOPENED, 0),
    (4, MORE, set(), "Talks", 1),
    (1, MORE, {NOC, MOSCOW}, MARSHAL, 3),
    (7, (TEXT, OTHER_TEXT), {NOC, MOSCOW, PIPELINE[2], PIPELINE[3], HAFTAR[1]}, MARSHAL, 0),
]


@example(stream=COMMONER, before=0, apart=False)
@given(stream=STREAM, before=st.integers(0, 3), apart=st.booleans())
@settings(
    deadline=None,
    max_examples=40,  # two streams each, and every run tries others
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_a_poll_is_placed_as_its_items_one_by_one(
    tx: Connection, stream: list[Any], before: int, apart: bool
) -> None:
    """Those of one poll find each other, merge and repeat each other as if each had been stored alone."""
    assert _placed(tx, stream, before, apart, 1) == _placed(tx, stream, before, apart, len(stream))


def _placed(tx: Connection, stream: list[Any], before: int, apart: bool, portion: int) -> list[Any]:
    """All that is stored of stories after a stream: some items one by one, one perhaps taken out of its
    story, the rest in polls of `portion`. It is rolled back then.
    """
    with tx.begin_nested() as undo:
        known: dict[int, int] = {}
        for step in stream[:before]:
            _write(tx, [step], known, NOW)
        full = [s for s in stories.recent(tx, NOW - DAY) if len(s.items) > 1]
        if apart and full:
            merges.split(tx, full[0].id, [full[0].items[-1].id], NOW)
        rest, at = stream[before:], NOW + HOUR
        while rest:
            # an item stands in a poll once
            names = [step[0] for step in rest]
            size = next((n for n in range(1, len(rest)) if names[n] in names[:n]), len(rest))
            for start in range(0, size, portion):
                _write(tx, rest[start : min(size, start + portion)], known, at)
            rest, at = rest[size:], at + HOUR
        found = [sorted(map(repr, tx.execute(metadata.tables[name].select()))) for name in STORED]
        places = select(items_table.c.id, items_table.c.story_id, items_table.c.copy_of)
        found.append(sorted(map(repr, tx.execute(places))))
        undo.rollback()
    return found


STORED = ("stories", "story_links", "story_facts", "signatures", "signature_keys", "stories_apart")


def _write(tx: Connection, steps: list[Any], known: dict[int, int], at: datetime) -> None:
    entries = []
    for number, texts, facts, title, hours in steps:
        made = report(
            f"i{number}", title, text="\n".join(texts), facts=tuple(sorted(facts, key=repr)),
            feed_id=("gazette", "courier")[number % 2], published_at=NOW - hours * HOUR,
        )  # fmt: skip
        if number in known:
            made = replace(made, revises=known[number], novelty=Novelty.CHANGED)
        entries.append(made)
    told = written(tx, *entries, at=at)[0]
    known |= {step[0]: item.id for step, item in zip(steps, told, strict=True)}
