"""A person's word against a match: the story is quiet, what is like it too, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from monitor.alerts.routing import Routed
from monitor.alerts.stages import Circumstances, passed
from monitor.errors import StoreError
from monitor.jobs.feedback import Claim, Scope, apply, suppress
from monitor.jobs.groups import batch_of
from monitor.model import Coverage, Severity
from monitor.model.delivery import Part
from monitor.store import alerts, archive, feeds, items, stories, suppressions
from monitor.stories.judgement import StoryJudge
from tests.support.stored import DAY, HOUR, NOW, assessed, contact, evidence, feed, match, poll, state

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

from monitor.store.database import Database
from tests.support.press import PRESS

CLAIM = Claim(what="s-1", author="ana", reason="a town of that name", lasts=timedelta(days=90))


@pytest.fixture
def tx(tmp_path: Path) -> Iterator[Connection]:
    """A story of two items, the gazette's and the courier's."""
    database = Database.open(f"sqlite:///{tmp_path}/monitor.db")
    with database.transaction() as connection:
        feeds.sync(connection, [feed(), feed("courier")], NOW, jitter=lambda: 0.0)
        told(connection, "one", "s-1")
        told(connection, "two", "s-1", paper="courier", contacts=(contact(),))
        yield connection
    database.close()


def told(
    tx: Connection, key: str, story: str, *, paper: str = "gazette", term: str | None = None, **changes: Any
) -> int:
    """An item that matched, in a story."""
    one = match(rule=changes.pop("rule", "named"), watchlist=changes.pop("watchlist", "envoys"))
    if term is not None:
        one = replace(one, evidence=(replace(evidence(), term=term),))
    changes["contacts"] = changes.get("contacts", ())
    entry = assessed(
        key, matches=(one,), feed_id=paper, outlet=paper.title(), coverage=Coverage.MATCHED, **changes
    )
    (item_id,) = items.record(tx, poll(entry, of=state(feed(paper), next_poll_at=NOW + HOUR)))
    stories.join(tx, story, NOW, severity=Severity.HIGH, title=key)
    stories.put_items(tx, [(item_id, story, "", None)])
    return item_id


def matched(tx: Connection, item_id: int) -> bool:
    item = archive.get(tx, item_id)
    assert item is not None
    return bool(item.matches)


def test_a_story_that_is_false_is_quiet(tx: Connection) -> None:
    """Both items, with who said so and why; nothing of it is a contact any more."""
    made, item, count = suppress(tx, CLAIM, NOW, PRESS.outlets)
    story = stories.load(tx, "s-1")

    assert (count, item.id, made.item_id) == (2, 1, 1)
    assert story is not None
    assert story.severity is Severity.INFO
    assert [(i.coverage, i.coverage_detail) for i in story.items] == [
        (Coverage.SUPPRESSED, "called a false alarm (ana: a town of that name)")
    ] * 2
    assert [m.by for i in story.items for m in i.suppressed] == [made.by] * 2
    assert story.items[1].contacts == ()
    assert suppressions.silenced(tx) == {made.by: 2}
    assert suppressions.silenced_by(tx, made.by) == (2, 1)


@pytest.mark.parametrize(
    ("later", "silenced"),
    [
        pytest.param({"story": "s-1", "term": "other", "paper": "courier"}, True, id="joins the story"),
        pytest.param({"story": "s-2"}, True, id="the same publisher, the same evidence"),
        pytest.param({"story": "s-2", "term": "other"}, False, id="other evidence"),
        pytest.param({"story": "s-2", "paper": "courier"}, False, id="another publisher"),
        pytest.param({"story": "s-1", "watchlist": "ships"}, False, id="another watchlist"),
    ],
)
def test_what_is_like_it_is_silenced_when_it_comes(
    tx: Connection, later: dict[str, Any], silenced: bool
) -> None:
    """And nothing else of the watchlist."""
    suppress(tx, CLAIM, NOW, PRESS.outlets)
    item_id = told(tx, "later", **later)

    assert bool(apply(tx, [item_id], NOW + DAY, PRESS.outlets)) is silenced
    assert matched(tx, item_id) is not silenced


@pytest.mark.parametrize(
    ("scope", "rule", "parts"),
    [
        pytest.param(Scope.STORY, None, (Part(story="s-1"),), id="story"),
        pytest.param(Scope.PHRASE, "named", (Part(terms=frozenset({evidence().term})),), id="phrase"),
        pytest.param(Scope.OUTLET, "named", (Part(family="Gazette"),), id="outlet"),
    ],
)
def test_a_scope_is_as_wide_as_its_name(
    tx: Connection, scope: Scope, rule: str | None, parts: tuple[Part, ...]
) -> None:
    """As it is read back."""
    made, _, _ = suppress(tx, replace(CLAIM, scope=scope, rule=rule), NOW, PRESS.outlets)

    assert suppressions.get(tx, made.id) == made
    assert made.parts == parts


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        pytest.param({"author": " "}, "author", id="nobody"),
        pytest.param({"reason": ""}, "reason", id="no reason"),
        pytest.param({"what": "99"}, "no item 99", id="no such item"),
        pytest.param({"what": "s-9"}, "no story s-9", id="no such story"),
        pytest.param({"watchlist": "ships"}, "nothing of ships", id="another watchlist"),
        pytest.param({"rule": "other"}, "envoys/other", id="another rule"),
        pytest.param({"scope": Scope.OUTLET}, "name the rule", id="too wide"),
        pytest.param({"lasts": timedelta()}, "longer", id="no time"),
    ],
)
def test_a_claim_that_cannot_be_kept_says_why(tx: Connection, changes: dict[str, Any], why: str) -> None:
    """And changes nothing."""
    with pytest.raises(StoreError, match=why):
        suppress(tx, replace(CLAIM, **changes), NOW, PRESS.outlets)

    assert matched(tx, 1)


def test_several_watchlists_must_be_told_apart(tx: Connection) -> None:
    """Nobody guesses which one is wrong."""
    told(tx, "three", "s-1", watchlist="ships")

    with pytest.raises(StoreError, match="envoys, ships"):
        suppress(tx, CLAIM, NOW, PRESS.outlets)


def test_the_other_rules_of_an_item_stay(tx: Connection) -> None:
    """It ends as what they make of it."""
    both = (match(), match(rule="quiet", severity=Severity.LOW))
    entry = assessed("both", matches=both, coverage=Coverage.MATCHED)
    (item_id,) = items.record(tx, poll(entry))
    suppress(tx, replace(CLAIM, what=str(item_id), rule="named"), NOW, PRESS.outlets)
    item = archive.get(tx, item_id)

    assert item is not None
    assert [m.rule for m in item.matches] == ["quiet"]
    assert item.coverage is Coverage.RELATED


def test_contacts_of_another_watchlist_stay(tx: Connection) -> None:
    """What is false for one question may be true for the other."""
    both = (match(), match(watchlist="guests"))
    met = tuple(contact(watchlist=name) for name in ("envoys", "guests"))
    (item_id,) = items.record(
        tx, poll(assessed("both", matches=both, coverage=Coverage.MATCHED, contacts=met))
    )
    suppress(tx, replace(CLAIM, what=str(item_id), rule="named", watchlist="envoys"), NOW, PRESS.outlets)
    item = archive.get(tx, item_id)

    assert item is not None
    assert [c.watchlist for c in item.contacts] == ["guests"]


def test_an_alert_that_waits_is_not_sent(tx: Connection) -> None:
    """Nor repeated, nor escalated: there is nothing left to tell."""
    alerts.open_group(tx, "desk", "s-1", now=NOW, due_at=NOW)
    suppress(tx, CLAIM, NOW, PRESS.outlets)
    (group,) = alerts.due(tx, NOW)
    at = Circumstances(now=NOW, reason="new", opened_at=NOW, receiver="desk", routed=Routed(receiver="desk"))
    (waiting,) = passed(batch_of(tx, group, StoryJudge(frozenset(), PRESS)), at).stories

    assert waiting.held == "nothing in it is loud enough any more"


def test_a_suppression_ends_by_itself_or_by_a_person(tx: Connection) -> None:
    """And may be prolonged while nobody ended it."""
    made, _, _ = suppress(tx, CLAIM, NOW, PRESS.outlets)
    assert [s.id for s in suppressions.active(tx, NOW + 89 * DAY)] == [made.id]
    assert suppressions.active(tx, NOW + 90 * DAY) == ()
    assert suppressions.prolong(tx, made.id, NOW + 200 * DAY)
    assert len(suppressions.active(tx, NOW + 90 * DAY)) == 1

    assert suppressions.expire(tx, made.id, NOW + DAY)
    assert not suppressions.expire(tx, made.id, NOW + DAY)
    assert not suppressions.prolong(tx, made.id, NOW + 300 * DAY)
    assert apply(tx, [told(tx, "later", "s-1")], NOW + 2 * DAY, PRESS.outlets) == 0
    (over,) = suppressions.every(tx)
    assert over.state(NOW + 2 * DAY) == "ended"
