"""In how many stories of a watchlist something was named lately: what is in all of them tells none from another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, select

from monitor.store.sql import insert
from monitor.store.tables_news import story_facts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection

#: the fact that every story has
ALL = 0

_KNOWN = (
    select(story_facts.c.fact, func.sum(story_facts.c.stories))
    .where(story_facts.c.watchlist == bindparam("watchlist"))
    .where(story_facts.c.week.in_(bindparam("weeks", expanding=True)))
    .where(story_facts.c.fact.in_(bindparam("facts", expanding=True)))
    .group_by(story_facts.c.fact)
)


def count(tx: Connection, watchlists: Iterable[str], week: int, facts: Iterable[int]) -> None:
    """One more story of each watchlist in a week, which names `facts` (63-bit hashes)."""
    rows = [
        {"week": week, "watchlist": name, "fact": fact, "stories": 1}
        for name in watchlists
        for fact in {ALL, *facts}
    ]
    if rows:
        more = insert(tx, story_facts)
        tx.execute(
            more.on_conflict_do_update(
                index_elements=["week", "watchlist", "fact"],
                set_={"stories": story_facts.c.stories + 1},
            ),
            rows,
        )


def known(tx: Connection, watchlist: str, weeks: Iterable[int], facts: Iterable[int]) -> Mapping[int, int]:
    """In how many stories of these weeks each fact was named, and under `ALL` how many there were."""
    asked = {"watchlist": watchlist, "weeks": list(weeks), "facts": [ALL, *facts]}
    return {fact: int(stories) for fact, stories in tx.execute(_KNOWN, asked)}
