"""Lint: what loads but is probably not meant."""

from __future__ import annotations

import pytest

from monitor.matching.lint import lint
from tests.support.analyst import compiled

FULL = "aliases: {en: [Zorro], ru: [Зорро], ar: [زورو]}"


def entity(more: str, id: str = "zorro", tags: str = "libya-actor") -> dict[str, str]:
    text = f"entities:\n  - {{id: {id}, name: Z, kind: person, tags: [{tags}], {more}}}\n"
    return {"entities/more.yaml": text}


def vocabulary(words: str, id: str = "more") -> dict[str, str]:
    return {"vocabulary/more.yaml": f"vocabulary: {id}\ntitle: M\nsenses:\n  s: {words}\n"}


def rule(query: str, id: str = "r") -> str:
    return f"  - {{id: {id}, title: R, query: '{query}'}}\n"


def watchlist(*rules: str) -> dict[str, str]:
    return {"w.yaml": "watchlist: w\ntitle: W\nrules:\n" + "".join(rules)}


@pytest.mark.parametrize(
    ("files", "kind", "message"),
    [
        pytest.param(
            entity(FULL, tags="unused"), "dead", "@zorro is used by no rule", id="an entity nobody asks for"
        ),
        pytest.param(
            vocabulary("{any: [word]}"), "dead", "%more is used by no rule", id="a vocabulary nobody asks for"
        ),
        pytest.param(watchlist(rule("mer*")), "broad", "mer* hits many", id="a short prefix in a rule"),
        pytest.param(
            vocabulary("{any: [me*]}"), "broad", "me* hits many", id="a short prefix in a vocabulary"
        ),
        pytest.param(
            entity("aliases: {en: [Don Zorro]}, except: {en: [zorro]}"),
            "shadowed",
            "'Don Zorro' is always silenced",
            id="its own except",
        ),
        pytest.param(
            entity("aliases: {en: [Zоrro], ru: [Зорро], ar: [زورو]}"),
            "mixed-script",
            "'Zоrro' mixes Cyrillic and Latin letters (о)",
            id="a Cyrillic letter in a Latin word",
        ),
        pytest.param(
            entity("aliases: {en: [Zorro]}"), "coverage", "has no name in ru, ar", id="a name in one script"
        ),
        pytest.param(
            vocabulary("{en: [word], ru: [слово]}"),
            "coverage",
            "no words in fr, it, ar, tr",
            id="missing languages",
        ),
        pytest.param(
            entity("aliases: {en: [Haftar], ru: [Зорро], ar: [زورو]}"),
            "duplicate",
            "'haftar' is a name of @khalifa-haftar and @zorro",
            id="one name for two",
        ),
        pytest.param(
            watchlist(rule("alpha  AND beta"), rule("alpha AND beta", "s")),
            "duplicate",
            "rule 's' asks the same as 'r'",
            id="one rule twice",
        ),
    ],
)
def test_a_finding_has_kind_place_and_words(files: dict[str, str], kind: str, message: str) -> None:
    found = [f for f in lint(compiled(files)) if f.kind == kind and f.file in files]
    assert any(message in f.message for f in found), found
    assert all(f.line for f in found)


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        pytest.param(entity(FULL), "dead", id="used through a tag"),
        pytest.param(
            entity("aliases: {en: [Saddam Haftar]}", tags="shield"),
            "dead",
            id="it shields a longer name from a shorter one",
        ),
        pytest.param(watchlist(rule("merc*")), "broad", id="four letters are enough"),
        pytest.param(
            vocabulary("{any: [bir araya gel*]}"), "broad", id="a phrase is narrowed by its first words"
        ),
        pytest.param(entity(FULL), "coverage", id="three scripts"),
        pytest.param(vocabulary("{any: [word]}"), "coverage", id="words for every language"),
        pytest.param(entity(FULL), "mixed-script", id="each script in its own word"),
    ],
)
def test_what_is_meant_is_not_a_finding(files: dict[str, str], kind: str) -> None:
    assert not [f for f in lint(compiled(files)) if f.kind == kind and f.file in files]
