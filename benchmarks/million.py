"""An archive of a million items, made in minutes: stories as polls write them, ordinary news in bulk.

News in six languages and scripts. Every item has a number that no other has and three made-up names, some of
which many items have and most only a few. Stories, matches, contacts, deliveries, entries and a week of polls are
there in proportion; numbers rise with time.
"""

from __future__ import annotations

import random
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select, text

from benchmarks import texts
from monitor.folding import fold
from monitor.model import Assessed, Coverage, Decision, Evidence, Match, Novelty, Severity, Side
from monitor.store import digests, feeds, outbox
from monitor.store.database import Database
from monitor.store.rows import folded_text
from monitor.store.tables_news import feeds as feed_rows
from monitor.store.tables_news import matches
from tests.support import stored

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from monitor.model import Contact, Feed, Item

#: items for each story, and for each feed
PER_STORY, PER_FEED = 50, 800
LOOKED_BACK, POLLED_DAYS, POLLS_A_DAY = timedelta(days=730), 8, 96
#: texts that ordinary news is made of, names that are drawn from, and how many draws a language has
TEXTS, NAMES, DRAWS = 3_000, 20_000, 65_536
SIDES = ("independent", "russia-state", "libya-east", "libya-west", "un", "other-state")
PARTIES = (
    ("Vladimir Putin", "Sergei Lavrov", "Andrei Belousov", "Yunus-bek Yevkurov"),
    ("Khalifa Haftar", "Saddam Haftar", "Abdulhamid Dbeibah", "Aguila Saleh"),
)
SEVERITIES = (Severity.MEDIUM, Severity.HIGH, Severity.LOW, Severity.CRITICAL)
LISTS = ("russia-libya-contacts", "wagner", "un-withdrawal")
SYLLABLES = {
    "latin": ["ba", "ce", "di", "fo", "gu", "ha", "ke", "li", "mo", "nu", "pa", "re", "si", "to", "vu", "za"],
    "ru": ["ба", "ве", "ди", "фо", "гу", "ха", "ке", "ли", "мо", "ну", "па", "ре", "си", "то", "ву", "за"],
    "ar": ["با", "كي", "دو", "فا", "جو", "حا", "قي", "لو", "ما", "نو", "را", "سي", "طو", "عا", "زي", "شا"],
}


def made(path: Path, size: int) -> None:
    """A SQLite database with `size` items."""
    now = datetime.now(UTC).replace(microsecond=0)
    count = max(size // PER_STORY, 100)
    chance, pool = random.Random(7), texts.ordinary(TEXTS)
    with Database.open(f"sqlite:///{path}") as db:
        with db.transaction() as tx:
            known = [_feed(n) for n in range(max(size // PER_FEED, 100))]
            feeds.sync(tx, known, now, jitter=lambda: 0.5)
        for begun in range(0, count, 200):
            with db.transaction() as tx:
                for n in range(begun, begun + 200):
                    _number_from(tx, n * size // count)
                    _story(tx, n, pool, chance, len(known), now - LOOKED_BACK * (1 - n / count))
            _say(f"{begun:,} stories")
        with db.transaction() as tx:
            _drawn(tx, pool, chance)
        for begun in range(0, size, size // 20):
            with db.transaction() as tx:
                _ordinary(tx, begun, size // 20, size, len(known), now)
            _say(f"{begun:,} items")
        with db.transaction() as tx:
            _journal(tx, len(known), now)
            _told(tx, now)
            tx.exec_driver_sql("DROP TABLE drawn")
            tx.exec_driver_sql("DROP TABLE pool")
        with db.transaction() as tx:
            tx.exec_driver_sql("ANALYZE")


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


def _feed(n: int) -> Feed:
    return stored.feed(f"f{n}", side=Side(SIDES[n % len(SIDES)]), reliability="ABCD"[n % 4])


# Stories.


def _number_from(tx: Connection, last: int) -> None:
    """The next item has a number above `last`: between stories there is room for ordinary news."""
    seq = "UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'items'"
    if not tx.exec_driver_sql(seq, (last,)).rowcount:
        tx.exec_driver_sql("INSERT INTO sqlite_sequence VALUES ('items', ?)", (last,))


def _story(tx: Connection, n: int, pool: list[Item], chance: random.Random, feeds: int, at: datetime) -> None:
    """A story of one to nine reports, as often as stories are that long."""
    count = min(9, int(chance.expovariate(0.4)) + 1)
    meeting = _meeting(chance, at) if n % 3 == 0 else ()
    for m in range(count):
        ordinary = pool[chance.randrange(len(pool))]
        who = "Khalifa Haftar" if n % 2 else "حفتر"
        title = f"{who} {n}: {ordinary.title}"
        hit = Evidence(field="title", start=0, end=len(who), text=who, term="khalifa-haftar", sentence=title)
        match = Match(
            watchlist=LISTS[n % 3], rule="named", severity=SEVERITIES[n % 4], score=0.8, evidence=(hit,),
            reason=f"names Khalifa Haftar with “{n}” in one sentence of the title",
        )  # fmt: skip
        feed = _feed(chance.randrange(feeds))
        new = _matched(
            replace(ordinary, title=title, feed_id=feed.id, outlet_side=feed.side),
            f"s{n}-{m}",
            match,
            meeting,
        )
        later = at + timedelta(hours=3 * m)
        stored.told(tx, f"s-{n:010x}", new, at=later, of=stored.state(feed, next_poll_at=later))
    if n % 2 == 0:
        promised = stored.promised(stored.message(f"1 high: story {n}"))
        outbox.enqueue(tx, "folder", promised, at, cause=f"alert:{n}")


def _meeting(chance: random.Random, at: datetime) -> tuple[Contact, ...]:
    (one, other), day = (chance.choice(side) for side in PARTIES), at.date().isoformat()
    parties = {"russia": (one,), "libya": (other,)}
    return (stored.contact(watchlist=LISTS[0], parties=parties, place="Moscow", date=day),)


def _matched(item: Item, key: str, match: Match, contacts: tuple[Contact, ...]) -> Assessed:
    own = replace(
        item, key=key, content_hash=f"hash {key}", canonical_url=f"{item.feed_id}.example/{key}",
        url=f"https://{item.feed_id}.example/{key}",
    )  # fmt: skip
    decision = Decision(lang=item.lang, matches=(match,), contacts=contacts)
    return Assessed(item=own, novelty=Novelty.NEW, decision=decision, coverage=Coverage.MATCHED)


# Ordinary news.


def _drawn(tx: Connection, pool: list[Item], chance: random.Random) -> None:
    """What ordinary news is put together from: texts, and names of each language, few often, many seldom."""
    tx.exec_driver_sql("CREATE TABLE pool (n PRIMARY KEY, lang, title, summary, content, folded)")
    tx.exec_driver_sql("CREATE TABLE drawn (lang, n, said, folded, PRIMARY KEY (lang, n)) WITHOUT ROWID")
    rows = [
        (n, i.lang, i.title, i.summary, i.content, folded_text(i.title, i.summary, i.content))
        for n, i in enumerate(pool)
    ]
    tx.exec_driver_sql("INSERT INTO pool VALUES (?, ?, ?, ?, ?, ?)", rows)
    for lang in texts.ORDINARY:
        syllables = SYLLABLES.get(lang, SYLLABLES["latin"])
        names = ["".join(chance.choices(syllables, k=chance.randint(2, 5))) for _ in range(NAMES)]
        draws = [names[int(NAMES ** chance.random()) - 1] for _ in range(DRAWS)]
        folded = {name: fold(name).text.strip() for name in set(draws)}
        rows = [(lang, n, name.capitalize(), folded[name]) for n, name in enumerate(draws)]
        tx.exec_driver_sql("INSERT INTO drawn VALUES (?, ?, ?, ?)", rows)


#: how an item's number chooses: its text, its names
_CHOSEN = f"""
WITH RECURSIVE free(id) AS (SELECT :first UNION ALL SELECT id + 1 FROM free WHERE id < :last)
SELECT free.id, 'f' || (free.id * 7919 % :feeds) AS feed, p.*, a.said AS said1, b.said AS said2, c.said AS said3,
  a.folded AS folded1, b.folded AS folded2, c.folded AS folded3,
  strftime('%Y-%m-%d %H\\:%M\\:%f000', :since + free.id * :step, 'unixepoch') AS at
FROM free JOIN pool AS p ON p.n = free.id * 2654435761 % {TEXTS}
JOIN drawn AS a ON a.lang = p.lang AND a.n = free.id * 40503 % {DRAWS}
JOIN drawn AS b ON b.lang = p.lang AND b.n = (free.id * 27644437 >> 3) % {DRAWS}
JOIN drawn AS c ON c.lang = p.lang AND c.n = (free.id * 15485863 >> 5) % {DRAWS}
WHERE free.id NOT IN (SELECT id FROM items WHERE id BETWEEN :first AND :last)
"""
_ITEMS = f"""
INSERT INTO items (id, feed_id, key, url, canonical_url, title, summary, content, lang, content_hash, outlet_side,
  published_at, date_flag, fulltext, first_seen_at, changed_at, last_seen_at, revision, coverage, folded)
SELECT id, feed, 'o' || id, 'https://' || feed || '.example/o' || id, feed || '.example/o' || id,
  said1 || '\\: ' || title, summary, content || ' ' || said2 || ' ' || said3 || ' ' || id, lang, 'hash ' || id,
  (SELECT json_extract(definition, '$.side') FROM feeds WHERE feeds.id = feed), at, 'ok', 'not-asked', at, at, at, 1, 'no-match',
  ' ' || folded1 || folded || folded2 || ' ' || folded3 || ' ' || id || ' '
FROM ({_CHOSEN})
"""
_ENTRIES = """
INSERT INTO entries (feed_id, item_id, item_key, revision, retrieved_at, url, raw, sha256, document_sha256, headers,
  previous, chain)
SELECT feed_id, id, key, 1, first_seen_at, url, randomblob(300), hex(randomblob(32)), hex(randomblob(32)), '{}',
  'link ' || (id - 1), 'link ' || id
FROM items WHERE id BETWEEN :first AND :last AND coverage = 'no-match'
"""


def _ordinary(tx: Connection, begun: int, count: int, size: int, feeds: int, now: datetime) -> None:
    since = now - LOOKED_BACK
    between = {"first": begun + 1, "last": begun + count}
    chosen = {"feeds": feeds, "since": since.timestamp(), "step": LOOKED_BACK.total_seconds() / size}
    tx.execute(text(_ITEMS), between | chosen)
    tx.execute(text(_ENTRIES), between)


# What else a database has.

_POLLS = """
WITH RECURSIVE round(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM round WHERE n + 1 < :rounds)
INSERT INTO polls (feed_id, at, status, http_status, new, seen, size, elapsed, remarks)
SELECT id, strftime('%Y-%m-%d %H\\:%M\\:%f000', :since + n * :step, 'unixepoch'),
  CASE abs(random()) % 12 WHEN 0 THEN 'ok' ELSE 'not-modified' END, 304, abs(random()) % 12 = 0, 40, 30000, 0.4, '[]'
FROM round CROSS JOIN feeds
"""


def _journal(tx: Connection, feeds: int, now: datetime) -> None:
    """A week of polls, the last of them just now."""
    since = now - timedelta(days=POLLED_DAYS)
    said = {"rounds": POLLED_DAYS * POLLS_A_DAY, "since": since.timestamp(), "step": 86_400 / POLLS_A_DAY}
    tx.execute(text(_POLLS), said)
    tx.execute(feed_rows.update().values(last_success_at=now, last_new_at=now))


def _told(tx: Connection, now: datetime) -> None:
    """The last digest was a day ago."""
    since = now - timedelta(days=1)
    until = tx.execute(select(func.max(matches.c.id)).where(matches.c.at <= since)).scalar() or 0
    digests.enter(
        tx,
        digests.LedgerRow(
            series="daily", local_date=since.date().isoformat(), receiver="folder",
            since=since - timedelta(days=1), until=since, since_seq=0, until_seq=until, created_at=since,
        ),
    )  # fmt: skip
