"""What `watchlists suggest` proposes of a question's news."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from monitor.cli.main import application

if TYPE_CHECKING:
    from pathlib import Path

PEOPLE = """
entities:
  - {id: qaani, name: Esmail Qaani, kind: person, tags: [iran], aliases: {en: [Esmail Qaani], tr: [İsmail Kaani]}}
"""
NEWS = (
    ("en", "Esmail Qaani met Falih Alfayyad in Baghdad on Monday."),
    ("en", "Falih Alfayyad praised Tehran again."),
    ("ru", "Исмаил Каани побывал в Багдаде."),
    ("ar", "التقى القائد إسماعيل قاآني رئيس وزراء العراق."),
    ("en", "Iraq and Iran have much in common."),
    ("en", "Angela Merkel met Emmanuel Macron in Berlin."),
    (
        "fr",
        "Le ministère irakien des Affaires étrangères parle de la préparation d'une visite près de Bagdad.",
    ),
)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The question Iran and Iraq with one person, and a file of news."""
    CliRunner().invoke(application(), ["init", "--question", "iran-iraq", str(tmp_path)])
    (tmp_path / "watchlists/entities/people.yaml").write_text(PEOPLE, encoding="utf-8")
    lines = (json.dumps({"id": str(n), "lang": lang, "title": text}) for n, (lang, text) in enumerate(NEWS))
    (tmp_path / "items.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path / "monitor.yaml"


def suggested(config: Path, *words: str) -> dict[str, Any]:
    """What the command gives as JSON."""
    file = str(config.parent / "items.jsonl")
    done = CliRunner().invoke(
        application(), ["watchlists", "suggest", file, "--json", *words, "--config", str(config)]
    )
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_what_is_missing_is_proposed(config: Path) -> None:
    """A name beside a party, a known name in other letters, a sentence of both; nothing of what is no party's."""
    found = suggested(config)
    by_kind: dict[str, list[dict[str, Any]]] = {}
    for one in found["suggestions"]:
        by_kind.setdefault(one["kind"], []).append(one)

    assert found["items"] == len(NEWS)
    assert {(one["name"], one["times"]) for one in by_kind["name"]} == {("Falih Alfayyad", 2)}
    assert ("Исмаил Каани", "qaani") in {(one["name"], one["entity"]) for one in by_kind["alias"]}
    assert "Iraq and Iran have much in common." in {one["samples"][0] for one in by_kind["sentence"]}


def test_a_word_alone_is_a_name_where_it_is_seen_again(config: Path) -> None:
    """Written large inside sentences, and never small; a day is none. Who holds an office stands behind it."""
    told = (
        "Esmail Qaani met Zorvan in Baghdad on Tuesday over Quota plans.",
        "On Tuesday Zorvan called Esmail Qaani about a quota.",
        "Esmail Qaani also saw the Iraqi Deputy Minister Jabbar Samir over Quota plans.",
    )
    lines = (json.dumps({"id": str(n), "lang": "en", "title": text}) for n, text in enumerate(told))
    (config.parent / "items.jsonl").write_text("\n".join(lines), encoding="utf-8")
    names = {(one["name"], one["times"]) for one in suggested(config)["suggestions"] if one["kind"] == "name"}
    assert names == {("Zorvan", 2), ("Jabbar Samir", 1)}


def test_seldom_names_can_be_left_out(config: Path) -> None:
    """`--least 2`; `--most` bounds each kind."""
    assert {one["name"] for one in suggested(config, "--least", "2")["suggestions"]} == {"Falih Alfayyad", ""}
    assert len(suggested(config, "--most", "1")["suggestions"]) == 3


def test_names_are_proposed_beside_what_a_rule_without_parties_asks_for(tmp_path: Path) -> None:
    """A question of names has no two sides, and no sentence of both."""
    CliRunner().invoke(application(), ["init", "--question", "m23", "--kind", "names", str(tmp_path)])
    lines = ("M23 fighters obey Jean Dupont now.", "Jean Dupont won a race.")
    told = (json.dumps({"id": str(n), "lang": "en", "title": text}) for n, text in enumerate(lines))
    (tmp_path / "items.jsonl").write_text("\n".join(told), encoding="utf-8")
    found = suggested(tmp_path / "monitor.yaml")["suggestions"]
    assert [(one["kind"], one["name"], one["times"]) for one in found] == [("name", "Jean Dupont", 1)]


def test_a_list_is_shown_to_people(config: Path) -> None:
    """With the sentence that says why; a line that is no item is complained of, and the rest is read."""
    file = config.parent / "items.jsonl"
    file.write_text(file.read_text(encoding="utf-8") + "\nnonsense\n", encoding="utf-8")
    done = CliRunner().invoke(application(), ["watchlists", "suggest", str(file), "--config", str(config)])
    assert done.exit_code == 0, done.output
    assert "Falih" in done.stdout
    assert "7 items" in done.stdout
    assert "line 8" in done.stderr
