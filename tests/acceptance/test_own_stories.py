"""Every event has a story and an alert of its own, through `monitor once` with the lists that ship: nothing is swallowed."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest

from tests.support.line import command
from tests.support.web import Answer, Web

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

CONFIGURATION = """
data: data
feeds: feeds.yaml
receivers: [{{name: desk, file: {{}}}}]
route: {{receiver: desk, group_wait: 0s}}
polling: {{allow_networks: [127.0.0.0/8], allow_ports: [{port}], host_gap: 0s}}
"""
ONE_DAY = (
    ("Wagner lorries ferry fuel to Brak, Libya", "Eleven tankers of the Wagner Group reached the base at Brak in Libya."),
    ("Court in The Hague hears of Wagner in Libya", "Prosecutors read statements on the Wagner Group in Libya to the judges."),
    ("Wagner guards shoot at fishermen off Sirte, Libya", "The Wagner Group fired at two boats off Sirte in Libya."),
    ("Novel about Wagner in Libya wins prize", "A book about the Wagner Group in Libya was honoured in Rome."),
    ("Wagner radar burns at Jufra, Libya", "A fire destroyed a radar of the Wagner Group at Jufra in Libya."),
    ("Malta seizes banknotes meant for Wagner in Libya", "Customs held notes printed for the Wagner Group in Libya."),
    ("Wagner medics open clinic in Tobruk, Libya", "The Wagner Group opened a hospital ward at Tobruk in Libya."),
    ("Tribes of Ubari tell Wagner to leave Libya", "Elders in Ubari want the Wagner Group out of Libya."),
)  # fmt: skip
MALI = (
    ("Wagner helicopter comes down near Gao, Mali", "A helicopter of the Wagner Group crashed near Gao in Mali."),
    ("Wagner opens radio station in Mali", "The Wagner Group has begun to broadcast from Bamako in Mali."),
    ("Mali judge summons Wagner paymaster", "A court in Bamako, Mali, questions an accountant of the Wagner Group."),
    ("Wagner blamed for burnt village in Mali", "Witnesses say that the Wagner Group set fire to houses at Nia Ouro in Mali."),
)  # fmt: skip
BRIEFINGS = tuple(
    ("Daily note: Wagner, Tripoli and the coast", text)
    for text in (
        "A Wagner column of thirty lorries was seen on the road to Kufra.",
        "Two shepherds were hurt by a mine that Wagner laid near Sirte.",
        "Wagner instructors teach cadets to fly drones at Tobruk.",
        "The names of Wagner dead were read in a church in Rostov.",
    )
)
FIXED = tuple(
    (title, "Join our newsletter and read us on Telegram and Facebook for more from Libya every day.")
    for title in (
        "Haftar receives Yevkurov in Rajma",
        "Security Council wants mercenaries out of Libya",
        "Wagner convoy attacked in Mali",
        "Menfi meets Russian ambassador Aganin in Tripoli",
    )
)
SHORT = tuple(
    (title, "")
    for title in (
        "Haftar meets Yevkurov in Benghazi",
        "Wagner fighters seen in Gao",
        "Wagner fighters seen in Sebha",
        "Wagner fighters leave Sebha",
        "Бойцы «Вагнера» замечены в Кидале",
        "رصد مقاتلي فاغنر في الخرطوم",
    )
)


def passed(
    folder: Path, address: str, said: Iterable[tuple[str, str]] = (), port: int = 80, keys: str = ""
) -> tuple[str, list[tuple[str, int]]]:
    """What one pass says last, and each matched title with the number of items in its story; `keys`: more of the feed's YAML."""
    start = datetime.now(UTC) - timedelta(hours=20)
    for n, (title, text) in enumerate(said):
        item = {
            "id": str(n), "title": title, "content": text, "outlet": f"Outlet {n}", "url": f"https://o{n}.example/{n}",
            "published": (start + timedelta(hours=n)).isoformat(),
        }  # fmt: skip
        (folder / "saved").mkdir(exist_ok=True)
        (folder / "saved" / f"{n}.jsonl").write_text(json.dumps(item, ensure_ascii=False), "utf-8")
    feeds = f"feeds:\n  - {{id: wire, url: '{address}', title: Wire{keys}}}\n"
    (folder / "feeds.yaml").write_text(feeds, "utf-8")
    (folder / "monitor.yaml").write_text(CONFIGURATION.format(port=port), "utf-8")
    done = command("once", "--config", str(folder / "monitor.yaml"))
    assert done.returncode == 0, done.stderr
    with closing(sqlite3.connect(folder / "data" / "monitor.db")) as db:
        rows = db.execute(
            "SELECT title, story_id FROM items WHERE coverage = 'matched' ORDER BY id"
        ).fetchall()
    stories = [story for _, story in rows]
    assert "0 new items" not in done.stdout, done.stdout
    return done.stdout.splitlines()[-1], [(title, stories.count(story)) for title, story in rows]


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(ONE_DAY, id="eight events of one topic and day"),
        pytest.param(MALI, id="four events in one country"),
        pytest.param(BRIEFINGS, id="a running title"),
        pytest.param(FIXED, id="one description below everything"),
        pytest.param(SHORT, id="headlines that differ in a place or verb"),
    ],
)
def test_unrelated_events_are_stories_of_their_own(said: tuple[tuple[str, str], ...], tmp_path: Path) -> None:
    """However much of their topic, formula or boilerplate they share."""
    last, told = passed(tmp_path, f"file:{tmp_path}/saved", said)
    assert sorted(told) == sorted((title, 1) for title, _ in said)
    assert f"{len(said)} matched" in last


def feed(web: Web, said: Iterable[str], *, outlet: str = "") -> bytes:
    """An RSS document with a title for each of `said`; the page of entry N is at /pageN."""
    now = format_datetime(datetime.now(UTC) - timedelta(hours=1))
    told = "".join(
        f"<item><guid>{n}</guid><link>{web.url(f'/page{n}')}</link><title>{line}{outlet and f' - {outlet}'}</title>"
        f"<source url='https://o.example'>{outlet or 'Wire'}</source><description>Short.</description><pubDate>{now}</pubDate></item>"
        for n, line in enumerate(said)
    )
    return f'<rss version="2.0"><channel><title>Wire</title>{told}</channel></rss>'.encode()


def test_a_page_before_three_articles_makes_three_stories(tmp_path: Path) -> None:
    """The same puzzle behind each link is no text that they share."""
    said = ("Haftar meets Yevkurov in Benghazi", "Wagner convoy attacked in Mali", "Mercenaries must leave Libya, UN Security Council says")  # fmt: skip
    puzzle = (
        "One moment. We check that your browser is no robot before you may read on; scripts must be allowed. "
    )
    html = f"<html><head><title>One moment</title></head><body><article><p>{puzzle * 12}</p></article></body></html>"
    with Web() as web:
        web.answer("/rss", body=feed(web, said), headers={"Content-Type": "application/rss+xml"})
        for n in range(len(said)):
            web.answer(f"/page{n}", Answer(body=html.encode(), headers={"Content-Type": "text/html"}))
        _, told = passed(tmp_path, web.url("/rss"), port=web.port, keys=", fulltext: true")
    assert sorted(told) == sorted((title, 1) for title in said)


def test_an_outlets_name_behind_a_headline_is_not_its_news(tmp_path: Path) -> None:
    """ "Libya Herald" behind a headline on another country makes no Libyan contact of it."""
    said = ("Russian delegation arrives for talks with the cabinet", "Security Council demands that mercenaries leave Sudan")  # fmt: skip
    with Web() as web:
        web.answer("/rss", body=feed(web, said, outlet="Libya Herald"))
        _, told = passed(tmp_path, web.url("/rss"), port=web.port)
    assert told == []
