"""Lint: names that count unconfirmed although others bear them."""

from __future__ import annotations

import pytest

from monitor.watchlists.lint import lint
from tests.support.analyst import compiled

HEAD = "entities:\n  - id: zorro\n    name: Z\n    kind: body\n    tags: [libya-actor]\n"
FULL = "    exact: {en: [Zorro Group], ru: [Зорро], ar: [زورو]}\n"
OFFICIALS = """vocabulary: official
title: Offices
senses: {person: {en: [top negotiator, Libyan negotiator]}}
"""


def found(names: str, **more: str) -> list[tuple[str, int | None]]:
    """Kind and line of what lint says of an entity's names, which stand from line 7 on."""
    text = HEAD + FULL + names
    lists = compiled({"entities/more.yaml": text, **more})
    said = lint(lists, {"entities/more.yaml": text.encode()})
    ours = (f for f in said if f.file == "entities/more.yaml")
    return [(f.kind, f.line) for f in ours if f.severity == "high" or f.kind == "abbreviation"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("en: [Presidential Council]", "shared-body"),
        ("en: [the unity government]", "shared-body"),
        ("fr: [Haut Conseil d’État]", "shared-body"),
        ("it: [Comando generale]", "shared-body"),
        ("ru: [Национальная нефтяная корпорация]", "shared-body"),
        ("tr: [Merkez Bankası]", "shared-body"),
        ("ar: [وزارة الداخلية]", "shared-body"),
        ("en: [deputy minister of agriculture]", "office"),
        ("fr: [ministre de la Culture]", "office"),
        ("it: [viceministro della Salute]", "office"),
        ("ru: [посольство]", "shared-body"),
        ("ru: [заместитель министра культуры]", "office"),
        ("ar: [وزير الثقافة]", "office"),
        ("tr: [tarım bakanı]", "office"),
        ("en: [Top Negotiator]", "office"),
        ("en: [warlord]", "common-noun"),
        ("ar: [المنفى]", "common-noun"),
        ("ar: [برقة]", "common-noun"),
        ("ru: [оркестр]", "common-noun"),
        ("tr: [ve]", "common-noun"),
        ("en: [NOC]", "abbreviation"),
        ("en: [C.B.L.]", "abbreviation"),
        ("ru: [ВГС]", "abbreviation"),
    ],
)
def test_a_name_that_others_bear_is_told_with_its_line(name: str, kind: str) -> None:
    assert found(f"    aliases:\n      {name}\n", **{"vocabulary/official.yaml": OFFICIALS}) == [(kind, 8)]


@pytest.mark.parametrize(
    "name",
    [
        "en: [Libyan interior minister]",
        "en: [Libyan negotiator]",
        "ru: [МИД РФ]",
        "en: [General Motors]",
        "ru: [Генералов]",
        "en: [5+5 military delegation]",
        "en: [UN]",
        "fr: [OTAN]",
        "en: [LIBYA]",
        "en: [Bear Island]",
    ],
)
def test_a_name_that_says_who_is_meant_is_not(name: str) -> None:
    assert found(f"    aliases: {{{name}}}\n", **{"vocabulary/official.yaml": OFFICIALS}) == []


def test_a_weak_or_examined_name_is_not() -> None:
    weak = "    weak: {en: [warlord]}\n    weak_case: {en: [NOC]}\n    confirm: {any: ['@libya'], within: item}\n"
    assert found(weak) == []
    assert found("    aliases: {en: [Warlord], ar: [المنفى]}\n    examined: [warlord]\n") == [
        ("common-noun", 7)
    ]


def test_it_says_why_and_what_to_do() -> None:
    text = HEAD + FULL + "    exact_case: {en: [NOC]}\n"
    (said,) = (f for f in lint(compiled({"entities/more.yaml": text})) if f.kind == "abbreviation")
    assert (
        said.message == "@zorro: 'NOC' (en) counts unconfirmed, and is an abbreviation of at most 4 letters"
    )
    assert said.remedy.startswith("move it to weak_case: and say what confirms it, as confirm: {any: [")
    assert said.line == 2, "its entity's line, where the text of the file is not given"
