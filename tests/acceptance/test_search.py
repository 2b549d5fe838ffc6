"""The archive is searched as texts are matched, and by who is meant in every language."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from monitor.cli.main import application
from tests.support.newsroom import Newsroom
from tests.support.newsroom import newsroom as opened_newsroom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from click.testing import Result

TITLES = {
    "en": "Putin receives Khalifa Haftar",
    "ru": "Хафтаром довольны в Москве",
    "ar": "المشير لحفتر في سرت",
    "tr": "LİBYA'da seçim",
    "variants": "في المدينة الوطنيّة: Straße, œuvre, Łódź عام ٢٠٢٦",
    "dash": "Mohammed Al‑Menfi speaks; Королёв listens to أحمد",
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    with opened_newsroom(tmp_path_factory.mktemp("desk")) as made:
        entries = "".join(f"<item><guid>{n}</guid><title>{t}</title></item>" for n, t in TITLES.items())
        made.publish(f"<rss version='2.0'><channel><title>G</title>{entries}</channel></rss>".encode())
        yield made


def run(desk: Newsroom, *words: str) -> Result:
    return CliRunner().invoke(application(), words, env={"MONITOR_CONFIG": str(desk.config)})


def found(desk: Newsroom, *words: str) -> set[str]:
    result = run(desk, "items", "search", *words, "--json")
    titles = {title: name for name, title in TITLES.items()}
    return {titles[i["title"]] for i in json.loads(result.stdout)["items"]}


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("libya", {"tr"}),
        ("LİBYA", {"tr"}),
        ("احمد", {"dash"}),
        ("Королев", {"dash"}),
        ("Al-Menfi", {"dash"}),
        ("haftar", {"en"}),
        ("المدينه الوطنية", {"variants"}),
        ("STRASSE oeuvre lodz", {"variants"}),
        ("2026", {"variants"}),
        ("хафтар", {"ru"}),
        ("سر", {"ar"}),
        ("@khalifa-haftar", {"en", "ru", "ar"}),
    ],
)
def test_items_are_found_as_they_are_matched(desk: Newsroom, asked: str, names: set[str]) -> None:
    """Case, accents, variants of letters and dashes do not count; @ID is an entity in every form."""
    assert found(desk, asked) == names


def test_a_word_is_searched_in_every_spelling_of_whom_it_names(desk: Newsroom) -> None:
    """It says who that is; other words stay as they are."""
    assert found(desk, "Haftar", "--any-spelling") == {"en", "ru", "ar"}
    assert found(desk, "хафтар", "москве", "--any-spelling") == {"ru"}
    result = run(desk, "items", "search", "Haftar", "--any-spelling")
    assert "Haftar: every spelling of Khalifa Haftar" in result.output


def test_stories_are_found_the_same_way(desk: Newsroom) -> None:
    """By a word and by an entity."""
    for words in ("PUTIN", "@khalifa-haftar"):
        assert len(json.loads(run(desk, "stories", "--words", words, "--json").stdout)["stories"]) == 1


def test_an_unknown_entity_is_a_mistake(desk: Newsroom) -> None:
    """With the nearest one."""
    result = run(desk, "items", "search", "@khalifa-hafter")
    assert result.exit_code == 2
    assert "@khalifa-haftar" in result.output
