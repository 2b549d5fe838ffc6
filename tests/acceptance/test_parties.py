"""Two questions at once, with other parties and people in common, through the whole line: bytes to mail and exports."""

from __future__ import annotations

import csv
import email
import io
import json
import shutil
from email import policy
from typing import TYPE_CHECKING, Any

import icalendar
import pytest

from monitor.app import opened
from monitor.cli.run import pass_once
from monitor.config import load
from monitor.demo import world as demo
from tests.support.line import command

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ENTITIES = """
entities:
  - {id: turkiye, name: Türkiye, kind: country, tags: [turkiye], aliases: {en: [Türkiye, Turkey], tr: [Türkiye]}}
  - {id: somalia, name: Somalia, kind: country, tags: [somalia, horn], aliases: {en: [Somalia], tr: [Somali]}}
  - {id: ethiopia, name: Ethiopia, kind: country, tags: [horn], aliases: {en: [Ethiopia], tr: [Etiyopya]}}
  - {id: tarik-orman, name: Tarik Orman, kind: person, tags: [turkiye], aliases: {en: [Tarik Orman], tr: [Tarık Orman]}}
  - {id: nur-warsame, name: Nur Warsame, kind: person, tags: [somalia, horn], aliases: {en: [Nur Warsame], tr: [Nur Varsame]}}
  - {id: dawit-bekele, name: Dawit Bekele, kind: person, tags: [horn], aliases: {en: [Dawit Bekele], tr: [Davit Bekele]}}
"""
WATCHLIST = """
watchlist: turkiye-{other}
title: Türkiye and {name}
severity: high
falsepositives: [none known]
contacts:
  between:
    turkiye: {{title: {{en: Turkish side, ar: الجانب التركي}}, tag: '#turkiye'}}
    {other}: {{title: {{en: {name} side, ar: {arabic}}}, tag: '#{other}'}}
rules: []
"""
#: the second one is told by two outlets in two languages, and of one question only
NEWS = (
    ("en", "Orman in Mogadishu", "Tarik Orman met Nur Warsame in Mogadishu on 24 November 2026."),
    ("en", "Orman in Addis Ababa", "Tarik Orman met Dawit Bekele in Addis Ababa on 24 November 2026."),
    ("tr", "Orman Addis Ababa'da", "Tarık Orman, 24 Kasım 2026'da Addis Ababa'da Davit Bekele ile görüştü."),
)
DIGESTS = """
  - {series: arabic, receivers: [folder, desk], language: ar}
"""


def _feed(number: int, title: str, text: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
        f"<title>Paper {number}</title><link>https://p{number}.example/</link><description>News</description><item>"
        f"<title>{title}</title><description>{text}</description><guid>https://p{number}.example/1</guid>"
        f"<link>https://p{number}.example/1</link></item></channel></rss>"
    )


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[demo.World, Path]]:
    """A monitor of both questions that has polled, alerted and sent its digests; its configuration."""
    folder = tmp_path_factory.mktemp("two")
    lists = folder / "watchlists"
    shutil.copytree(load.bundled("watchlists") / "vocabulary", lists / "vocabulary")
    (lists / "entities").mkdir()
    (lists / "entities" / "people.yaml").write_text(ENTITIES, encoding="utf-8")
    for other, name, arabic in (
        ("somalia", "Somali", "الجانب الصومالي"),
        ("horn", "Horn", "جانب القرن الأفريقي"),
    ):
        text = WATCHLIST.format(other=other, name=name, arabic=arabic)
        (lists / f"turkiye-{other}.yaml").write_text(text, encoding="utf-8")
    (folder / "web").mkdir()
    for number, (_, title, text) in enumerate(NEWS):
        (folder / "web" / f"{number}.xml").write_text(_feed(number, title, text), encoding="utf-8")
    with demo.world(folder / "web") as world:
        path = demo.prepare(world, folder / "data")
        feeds = [
            f"  - {{id: paper-{n}, title: Paper {n}, url: {world.feeds_url}{n}.xml, language: {lang}}}"
            for n, (lang, *_) in enumerate(NEWS)
        ]
        (folder / "data" / "feeds.yaml").write_text("feeds:\n" + "\n".join(feeds) + "\n", encoding="utf-8")
        text = path.read_text(encoding="utf-8").replace("polling:", f"{DIGESTS.strip(chr(10))}\npolling:")
        path.write_text(f"{text}watchlists: {lists}\n", encoding="utf-8")
        with opened(load.load(path, {})) as app:
            assert pass_once(app, digest=True, everything=True) == 0
        yield world, path


def listed(path: Path, *words: str) -> list[dict[str, Any]]:
    """What `monitor contacts` gives as JSON."""
    done = command("contacts", "--config", str(path), "--json", *words)
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)["contacts"]
    return found


def who(found: list[dict[str, Any]]) -> set[tuple[str, str, str]]:
    """Watchlist, and who of the one party with whom of the other."""
    return {
        (c["watchlist"], *(one["name"] for names in c["parties"].values() for one in names)) for c in found
    }


SOMALI = ("turkiye-somalia", "Tarik Orman", "Nur Warsame")
HORN = {("turkiye-horn", "Tarik Orman", "Nur Warsame"), ("turkiye-horn", "Tarik Orman", "Dawit Bekele")}


def test_each_question_has_its_own_contacts(told: tuple[demo.World, Path]) -> None:
    """What one sentence says for both is a contact of each; two outlets that say one thing are one contact."""
    found = listed(told[1])

    assert who(found) == {SOMALI, *HORN}
    assert len({c["id"] for c in found}) == len(found) == 3
    assert sorted(len(c["sources"]) for c in found) == [1, 1, 2]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param(["--watchlist", "turkiye-somalia"], {SOMALI}, id="a watchlist"),
        pytest.param(["--party", "horn"], HORN, id="a party"),
        pytest.param(["--party", "Somali side"], {SOMALI}, id="a party by its title"),
        pytest.param(["--party", "الجانب التركي"], {SOMALI, *HORN}, id="a party of both, by its Arabic title"),
        pytest.param(["--party", "horn", "--party", "somalia"], set(), id="two that never meet"),
        pytest.param(["--watchlist", "turkiye-horn", "--person", "Warsame"],
                     {("turkiye-horn", "Tarik Orman", "Nur Warsame")}, id="a person of both"),
    ],
)  # fmt: skip
def test_contacts_are_asked_for_by_question(
    told: tuple[demo.World, Path], words: list[str], expected: set[tuple[str, str, str]]
) -> None:
    """By watchlist, by party, and whoever else narrows it."""
    assert who(listed(told[1], *words)) == expected


def test_an_unknown_question_is_told_with_those_there_are(told: tuple[demo.World, Path]) -> None:
    """Exit status 2."""
    done = command("contacts", "--config", str(told[1]), "--watchlist", "turkiye-somali")
    assert done.returncode == 2
    assert "did you mean 'turkiye-somalia'" in " ".join(done.stderr.replace("│", " ").split())


def test_the_table_has_a_part_for_each_question(told: tuple[demo.World, Path]) -> None:
    """Its columns are the titles of its parties."""
    said = command("contacts", "--config", str(told[1])).stdout
    horn, somalia = said.index("turkiye-horn"), said.index("turkiye-somalia")

    assert "Horn side" in said[horn:somalia]
    assert "Somali side" in said[somalia:]
    assert "Somali side" not in said[horn:somalia]


def test_messages_tell_the_parties_apart(told: tuple[demo.World, Path]) -> None:
    """The digest has a table a question, with the titles of its parties; Slack's alert as well."""
    world, path = told
    mail = email.message_from_bytes(world.mail[0], policy=policy.default)
    plain, page = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert page is not None
    text, table = plain.get_content(), page.get_content()

    alerts = [json.dumps(message, ensure_ascii=False) for message in world.slack]
    assert any("Turkish side / Horn side" in a and "Turkish side / Somali side" in a for a in alerts)
    assert "Turkish side / Horn side" in text
    assert "Turkish side / Somali side" in text
    assert table.count(">Turkish side</th>") >= 2
    assert ">Horn side</th>" in table
    assert ">Somali side</th>" in table
    arabic = "".join(p.read_text(encoding="utf-8") for p in (path.parent / "out").glob("*.html"))
    assert any("الجانب التركي / الجانب الصومالي" in a for a in alerts)
    assert "الجانب الصومالي" in arabic
    assert "جانب القرن الأفريقي" in arabic


def test_exports_keep_the_questions_apart(told: tuple[demo.World, Path], tmp_path: Path) -> None:
    """A calendar, a bundle, a spreadsheet, a feed, events, and a picture with a part for each."""

    def written(form: str) -> str:
        done = command("contacts", "--config", str(told[1]), "--format", form)
        assert done.returncode == 0, done.stderr
        return done.stdout

    events = icalendar.Calendar.from_ical(written("ics")).events
    assert sorted(str(e["categories"].cats[0]) for e in events) == [
        "turkiye-horn",
        "turkiye-horn",
        "turkiye-somalia",
    ]
    rows = list(csv.DictReader(io.StringIO(written("csv"), newline="")))
    assert {(r["watchlist"], r["party_a"], r["party_b"]) for r in rows} == {
        ("turkiye-horn", "Turkish side", "Horn side"), ("turkiye-somalia", "Turkish side", "Somali side"),
    }  # fmt: skip
    objects = json.loads(written("stix"))["objects"]
    names = {o["id"]: o["name"] for o in objects if o["type"] == "identity"}
    pairs = sorted(
        (names[o["source_ref"]], names[o["target_ref"]]) for o in objects if o["type"] == "relationship"
    )
    assert pairs == [
        ("Tarik Orman", "Dawit Bekele"),
        ("Tarik Orman", "Nur Warsame"),
        ("Tarik Orman", "Nur Warsame"),
    ]
    assert len(json.loads(written("misp"))["response"]) == 3
    assert written("atom").count("<entry>") == 3
    drawn = command("contacts", "--config", str(told[1]), "--chart", str(tmp_path / "both.svg"))
    assert drawn.returncode == 0, drawn.stderr
    assert "<svg" in (tmp_path / "both.svg").read_text(encoding="utf-8")
