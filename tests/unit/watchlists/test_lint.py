"""Lint: what loads but is probably not meant."""

from __future__ import annotations

import pytest

from monitor.errors import ConfigError
from monitor.watchlists.lint import lint
from tests.support.analyst import DECLARED, compiled

FULL = "aliases: {en: [Zorro], ru: [Зорро], ar: [زورو]}"


def entity(more: str, id: str = "zorro", tags: str = "libya-actor") -> dict[str, str]:
    text = f"entities:\n  - {{id: {id}, name: Z, kind: person, tags: [{tags}], {more}}}\n"
    return {"entities/more.yaml": text}


def vocabulary(words: str, id: str = "more") -> dict[str, str]:
    return {"vocabulary/more.yaml": f"vocabulary: {id}\ntitle: M\nsenses:\n  s: {words}\n"}


def vocabulary_of(senses: str) -> dict[str, str]:
    return {"vocabulary/more.yaml": f"vocabulary: more\ntitle: M\nsenses: {senses}\n"}


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
            "no words in fr, it, tr, ar",
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
        pytest.param(
            {**vocabulary_of("{one: {any: [word]}, two: {any: [more]}}"), **watchlist(rule("%more.one"))},
            "dead",
            "%more.two is used by no rule, only other senses are",
            id="a sense nobody asks for",
        ),
        pytest.param(
            {**vocabulary("{any: [word, '!?']}"), **watchlist(rule("%more"))},
            "dead",
            "'!?' has no letter",
            id="a word without letters",
        ),
        pytest.param(
            entity(FULL + ", roles: [{title: Mayor, from: 2024, until: 2023-05}]"),
            "dead",
            "'Mayor' ends (2023-05-31) before it begins (2024-01-01)",
            id="a role that never holds",
        ),
        pytest.param(
            {
                "w.yaml": watchlist(rule("@mali AND @libya"))["w.yaml"].replace(
                    "}", ", unless: '@mali OR beta'}"
                )
            },
            "dead",
            "rule 'r' needs @mali, and @mali is in its unless",
            id="an unless that always holds",
        ),
        pytest.param(
            watchlist(rule("@libya AND (@mali SENTENCE NOT (beta OR @mali))")),
            "dead",
            "rule 'r' asks for @mali and NOT @mali in one place",
            id="a query that excludes what it asks for",
        ),
        pytest.param(
            vocabulary("{en: [mercenary, mercenaries in arms, 'merc*']}"),
            "covered",
            "%more.s (en): 'mercenary' is found by 'merc*' anyway",
            id="a word under a prefix",
        ),
        pytest.param(
            vocabulary("{en: ['mercen*', 'merc*']}"),
            "covered",
            "'mercen*' is found by 'merc*' anyway",
            id="a prefix under a prefix",
        ),
        pytest.param(
            watchlist(rule("fоreign")),
            "mixed-script",
            "'fоreign' mixes Cyrillic and Latin letters (о)",
            id="a Cyrillic letter in a rule",
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
        pytest.param(
            {**vocabulary_of("{one: {any: [word]}, two: {any: [more]}}"), **watchlist(rule("%more"))},
            "dead",
            id="all senses are asked for at once",
        ),
        pytest.param(
            {**vocabulary("{any: ['5+5']}"), **watchlist(rule("%more"))}, "dead", id="digits are enough"
        ),
        pytest.param(
            entity(FULL + ", roles: [{title: M, from: 2024, until: 2024}]"), "dead", id="a role of one year"
        ),
        pytest.param(
            {"w.yaml": watchlist(rule("@mali OR @libya"))["w.yaml"].replace("}", ", unless: '@mali'}")},
            "dead",
            id="an unless that may not hold",
        ),
        pytest.param(
            {"w.yaml": watchlist(rule("@mali"))["w.yaml"].replace("}", ", unless: '@mali AND @libya'}")},
            "dead",
            id="an unless that needs more",
        ),
        pytest.param(
            watchlist(rule("@mali AND NOT title:@mali")), "dead", id="an exclusion in another place"
        ),
        pytest.param(
            vocabulary("{en: ['merc*', merchant navy]}"),
            "covered",
            id="a phrase reaches further than a prefix",
        ),
        pytest.param(
            vocabulary("{en: ['merc*'], fr: [mercure]}"), "covered", id="a prefix of another language"
        ),
        pytest.param(
            {
                "vocabulary/more.yaml": "vocabulary: more\ntitle: M\nforms: true\nsenses: {s: {ar: ['لقاء*', لقاء]}}\n"
            },
            "covered",
            id="a word whose forms begin otherwise",
        ),
    ],
)
def test_what_is_meant_is_not_a_finding(files: dict[str, str], kind: str) -> None:
    assert not [f for f in lint(compiled(files)) if f.kind == kind and f.file in files]


def test_a_watchlist_without_tests_is_told() -> None:
    """Which kind is missing; with both it is quiet."""
    one = {"w.test.yaml": "watchlist: wagner\ntests: [{match: The Wagner Group left.}]"}
    both = {"w.test.yaml": "watchlist: wagner\ntests: [{match: The Wagner Group left.}, {no_match: x}]"}

    def untested(files: dict[str, str]) -> list[str]:
        return [f.message for f in lint(compiled(files)) if f.kind == "untested" and "wagner" in f.message]

    assert untested({}) == ["wagner has no match and no no_match test"]
    assert untested(one) == ["wagner has no no_match test"]
    assert untested(both) == []


def test_the_word_lists_that_contacts_are_read_with_are_in_use() -> None:
    """No rule names them, the extractor asks for them wherever a watchlist declares parties."""
    text = "vocabulary: status\ntitle: S\nsenses: {denied: {any: [denies]}}\n"
    dead = [
        f
        for f in lint(compiled({**DECLARED, "vocabulary/status.yaml": text}))
        if "%status" in f.message and f.kind == "dead"
    ]

    assert dead == []


@pytest.mark.parametrize("query", ["NOT @mali", "NOT @mali AND lang:en", "@libya OR NOT @mali", "lang:en"])
def test_a_rule_that_only_excludes_is_refused_at_once(query: str) -> None:
    """It would fire on nearly everything, so it does not even load."""
    with pytest.raises(ConfigError, match="only excludes"):
        compiled(watchlist(rule(query)))
