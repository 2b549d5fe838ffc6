"""A case: everything that is to be handed on of one story, gathered from the archive."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from monitor.contacts.register import ledger
from monitor.exports.case import MAX_BETWEEN, Case, FeedChain
from monitor.store import evidence
from monitor.stories.corroboration import corroborate
from monitor.stories.judgement import timeline

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from monitor.contacts.parties import EntityIndex
    from monitor.model import Story
    from monitor.model.evidence import Kept
    from monitor.stories.judgement import StoryJudge


def gathered(tx: Connection, story: Story, known: EntityIndex, judge: StoryJudge) -> Case:
    """The case of a story, with the evidence that was kept of it."""
    kept = evidence.of_items(tx, [item.id for item in story.items])
    feeds = dict.fromkeys(k.link.feed_id for k in kept)
    return Case(
        judged=judge.judge(story),
        steps=timeline(story, judge),
        contacts=ledger(
            story.items,
            known.role,
            people=known.people,
            titles=known.titles,
            corroborate=partial(corroborate, press=judge.press),
        ),
        kept=kept,
        chains=tuple(
            _chain(tx, feed_id, [k for k in kept if k.link.feed_id == feed_id]) for feed_id in feeds
        ),
    )


def _chain(tx: Connection, feed_id: str, ours: list[Kept]) -> FeedChain:
    """The feed's links from the first to the last of `ours`,
    or only these where there are too many between.
    """
    links: list[Kept] = []
    for link in evidence.between(tx, feed_id, ours[0].id, ours[-1].id):
        links.append(link)
        if len(links) > MAX_BETWEEN:
            break
    whole = len(links) <= MAX_BETWEEN
    return FeedChain(
        feed_id=feed_id,
        links=tuple(links if whole else ours),
        whole=whole,
        head=evidence.head(tx, feed_id),
    )
