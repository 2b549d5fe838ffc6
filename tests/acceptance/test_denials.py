"""A denial is news, and it belongs to whom the text names: real lists, `monitor once`, its files, register and case."""

from __future__ import annotations

import csv
import html
import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.line import command

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """
data: data
feeds: feeds.yaml
receivers: [{name: desk, file: {path: out}}]
route: {receiver: desk, group_wait: 0s, group_interval: 0s}
"""
#: what is told first, in pairs of title and text, then who denies what, then what the update says
TOLD: dict[str, tuple[str, list[tuple[str, str]], tuple[str, str], str]] = {
    "en, the second of two contacts": (
        "en",
        [
            ("Dbeibah talks to Lavrov in Tripoli", "Abdulhamid Dbeibah talked to Sergei Lavrov in Tripoli on Monday."),
            ("Dbeibah receives Bogdanov in Tripoli", "Abdulhamid Dbeibah received Mikhail Bogdanov in Tripoli."),
        ],
        ("Kremlin denies that Dbeibah met Bogdanov", "The Kremlin denied that Mikhail Bogdanov had met Abdulhamid Dbeibah in Tripoli."),
        "Denied by the Kremlin, reported by independent media; was: took place.",
    ),
    "en, the first of two contacts": (
        "en",
        [
            ("Saleh hosts Fomin in Shahat", "Aguila Saleh hosted Alexander Fomin in Shahat on Tuesday."),
            ("Saleh hosts the Russian ambassador in Shahat", "Aguila Saleh hosted Russian ambassador Aydar Aganin in Shahat."),
        ],
        ("Kremlin denies that Fomin met Saleh in Shahat", "The Kremlin denied that Alexander Fomin met Aguila Saleh in Shahat."),
        "Denied by the Kremlin, reported by independent media; was: took place.",
    ),
    "ru, somebody whom no list knows": (
        "ru",
        [("Менфи встретился с Шойгу в Мисурате", "Мохамед Менфи встретился с Сергеем Шойгу в Мисурате в среду.")],
        ("Администрация порта опровергла встречу Менфи с Шойгу", "Администрация порта опровергла, что Мохамед Менфи встретился с Сергеем Шойгу в Мисурате."),
        "Denied by Администрация порта, reported by independent media; was: took place.",
    ),
    "ar, no contact, the verb first": (
        "ar",
        [("وصول مقاتلي فاغنر إلى ميناء طبرق", "وصل سبعون مقاتلا من مجموعة فاغنر مساء الثلاثاء إلى ميناء طبرق على متن سفينة.")],
        ("نفى مدير الميناء وصول مقاتلي فاغنر إلى طبرق", "نفى مدير الميناء وصول مقاتلين من مجموعة فاغنر إلى ميناء طبرق مساء الثلاثاء."),
        "Denied by مدير الميناء, reported by independent media.",
    ),
    "fr, no contact, passive": (
        "fr",
        [("Des combattants de Wagner s'installent à Brak", "Quarante combattants du groupe Wagner se sont installés jeudi sur l'aérodrome de Brak.")],
        ("L'installation de combattants de Wagner à Brak démentie par la mairie", "L'installation de combattants du groupe Wagner sur l'aérodrome de Brak a été démentie par la mairie."),
        "Denied by la mairie, reported by independent media.",
    ),
    "tr, no contact": (
        "tr",
        [("Wagner savaşçıları Derne'ye geldi", "Wagner Grubu'ndan yirmi savaşçı cumartesi günü uçakla Derne'ye geldi.")],
        ("Havalimanı yönetimi Wagner savaşçılarının Derne'ye geldiğini yalanladı", "Havalimanı yönetimi, Wagner Grubu savaşçılarının uçakla Derne'ye geldiğini yalanladı."),
        "Denied by Havalimanı yönetimi, reported by independent media.",
    ),
    "it, no contact, without a word of denial": (
        "it",
        [("Combattenti Wagner arrivano a Sebha", "Novanta combattenti del gruppo Wagner sono arrivati domenica a Sebha con un convoglio.")],
        ("Municipio di Sebha: nessun combattente Wagner è arrivato", "Secondo il municipio nessun combattente del gruppo Wagner è arrivato a Sebha con un convoglio."),
        "Denied by Municipio di Sebha, reported by independent media.",
    ),
}  # fmt: skip


@dataclass
class Desk:
    """A folder in which `monitor once` runs; each pass reads a feed more."""

    folder: Path
    feeds: str = "feeds:\n"
    passes: int = 0

    def once(self, lines: list[str]) -> None:
        """One pass over what was read before and `lines`."""
        name, self.passes = f"wire{self.passes}", self.passes + 1
        (self.folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.feeds += f"  - {{id: {name}, url: 'file:{self.folder}/{name}.jsonl', title: {name}, side: independent, reliability: B}}\n"
        (self.folder / "feeds.yaml").write_text(self.feeds, encoding="utf-8")
        self.run("once")

    def run(self, *words: str) -> str:
        """What a command says."""
        done = command(*words, "--config", str(self.folder / "monitor.yaml"))
        assert done.returncode == 0, done.stderr
        return done.stdout

    @property
    def stories(self) -> list[dict[str, Any]]:
        """All that the archive has."""
        return list(json.loads(self.run("stories", "--json"))["stories"])

    @property
    def updates(self) -> dict[str, str]:
        """By the title told, each update, unwrapped."""
        texts = [path.read_text(encoding="utf-8") for path in (self.folder / "out").glob("*.txt")]
        said = [[" ".join(part.split()) for part in text.split("\n\n")] for text in texts]
        return {parts[1]: " | ".join(parts) for parts in said if parts[0].startswith("Update: ")}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Where everything was told, and then denied."""
    made = Desk(tmp_path_factory.mktemp("desk"))
    (made.folder / "monitor.yaml").write_text(CONFIG, encoding="utf-8")
    first = [line(lang, text, 8) for lang, told, _, _ in TOLD.values() for text in told]
    made.once(first)
    assert not made.updates
    made.once([line(lang, denied, 15) for lang, _, denied, _ in TOLD.values()])
    return made


def line(lang: str, text: tuple[str, str], hour: int) -> str:
    return json.dumps(
        {
            "id": text[0],
            "title": text[0],
            "content": text[1],
            "lang": lang,
            "published": f"2026-11-20T{hour:02}:00:00Z",
        }
    )


def update(desk: Desk, title: str) -> str:
    (found,) = (said for head, said in desk.updates.items() if title in head)
    return found


@pytest.mark.parametrize("case", TOLD)
def test_a_denial_is_alerted_as_whom_the_text_names(desk: Desk, case: str) -> None:
    """Of any contact of the story, in any script, and of what is no contact."""
    _, _, (title, _), expected = TOLD[case]
    said = update(desk, title)
    assert said.startswith(f"Update: {expected} | ")
    assert "; denied by" in said
    # the outlet reports it; it denies nothing
    assert "denies it" not in said


def test_the_register_names_who_denies(desk: Desk) -> None:
    """A column of the sheet; a contact that nobody denies has nothing in it."""
    text = desk.run("contacts", "--format", "csv").removeprefix("\ufeff")
    rows = csv.DictReader(io.StringIO(text, newline=""))
    found = {row["names_a"]: (row["status"], row["denied_by"]) for row in rows}
    assert found == {
        "Alexander Fomin": ("denied", "Kremlin"),
        "Aydar Aganin": ("happened", ""),
        "Mikhail Bogdanov": ("denied", "Kremlin"),
        "Sergei Shoigu": ("denied", "Администрация порта"),
        "Sergei Lavrov": ("happened", ""),
    }


@pytest.mark.parametrize("case", ["ru, somebody whom no list knows", "ar, no contact, the verb first"])
def test_the_page_of_a_case_says_who_denies_and_who_reports_it(desk: Desk, case: str) -> None:
    """Of a contact, and of what is none."""
    _, _, (title, _), expected = TOLD[case]
    story = next(s["id"] for s in desk.stories if title in json.dumps(s, ensure_ascii=False))
    desk.run("export", "case", story, str(desk.folder / story))
    page = html.unescape((desk.folder / story / "index.html").read_text(encoding="utf-8"))
    told = expected.rstrip(".").partition(";")[0]
    assert told[0].lower() + told[1:] in page
    assert "(denies it), reported by independent" in page
