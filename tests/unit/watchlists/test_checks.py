"""What the files say and cannot mean is a mistake with its line and what to do."""

from __future__ import annotations

import pytest

from monitor.errors import ConfigError
from tests.support.analyst import DECLARED, compiled

HEAD = "entities:\n- id: zorro\n  name: Z\n  kind: {kind}\n  tags: [{tags}]\n"


def entity(more: str, *, kind: str = "body", tags: str = "gang") -> dict[str, str]:
    """A file whose entity has `more` from line 6 on."""
    return {"entities/more.yaml": HEAD.format(kind=kind, tags=tags) + more}


def mistakes(files: dict[str, str]) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        compiled(files)
    return [str(mistake) for mistake in raised.value.mistakes]


def confirmed(by: str, more: str = "") -> dict[str, str]:
    return entity(f"  weak: {{en: [Zorro]}}\n  confirm: {by}\n{more}")


@pytest.mark.parametrize(
    ("by", "why"),
    [
        ("{any: ['@zorro'], within: item}", "@zorro is only @zorro itself"),
        ("{any: ['#gang'], within: item}", "#gang has only weak names, which confirm nothing"),
        ("{within: item}", "it names nothing"),
        ("{any: ['#country'], unless: ['#country']}", "#country is in its unless"),
        ("{any: ['%empty']}", "%empty has no words"),
        ("{any: ['!']}", "'!' has no letter"),
        ("{in_item: ['@zorro']}", "@zorro is only @zorro itself"),
    ],
)
def test_a_confirm_that_can_never_hold_is_told(by: str, why: str) -> None:
    files = confirmed(by) | {"vocabulary/empty.yaml": "vocabulary: empty\ntitle: E\nsenses: {s: {en: []}}\n"}
    (said,) = mistakes(files)

    assert said.startswith("entities/more.yaml:7:")
    assert f"confirm of @zorro can never hold: {why}" in said
    assert "confirm: {any: ['@its-country'], within: item}" in said


def test_a_tag_that_only_the_entity_has_confirms_nothing_even_where_it_has_strong_names() -> None:
    (said,) = mistakes(confirmed("{any: ['#gang']}", "  aliases: {en: [Don Zorro]}\n"))

    assert "#gang is only @zorro itself" in said


def test_a_home_without_outlets_is_told() -> None:
    (said,) = mistakes(confirmed("{home: [lybia]}"))

    assert said.startswith("entities/more.yaml:7:")
    assert "no outlet of outlets.yaml is at home in 'lybia'" in said
    assert "libya" in said.partition("lybia")[2]


@pytest.mark.parametrize(
    "by",
    [
        "{any: ['@zorro', '@libya'], within: item}",
        "{any: ['%contact.meeting'], within: 5}",
        "{en: [harbour]}",
        "{home: [libya]}",
    ],
)
def test_a_confirm_that_may_hold_is_none(by: str) -> None:
    compiled(confirmed(by))


@pytest.mark.parametrize(
    ("names", "line", "message"),
    [
        ("  aliases: {en: [Zorro], ar: []}\n", 6, "@zorro claims ar and has no name in it"),
        ("  aliases:\n    en: [Zorro]\n    ru: [Zorro]\n", 8, "has no name in Cyrillic letters"),
        ("  aliases:\n    en: [Зорро]\n", 7, "has no name in Latin letters"),
    ],
)
def test_a_language_that_an_entity_claims_and_has_no_name_in_is_told(
    names: str, line: int, message: str
) -> None:
    (said,) = mistakes(entity(names))

    assert said.startswith(f"entities/more.yaml:{line}:")
    assert message in said


def test_a_name_in_another_list_of_the_language_is_enough() -> None:
    compiled(entity("  aliases: {en: [Zorro], ru: [UN]}\n  exact: {ru: [Зорро], ar: [زورو], any: [Z1]}\n"))


def test_parties_that_share_a_member_are_told() -> None:
    both = entity("  aliases: {en: [Zorro]}\n", tags="russia-actor, libya-actor")
    (said,) = mistakes(DECLARED | both)

    assert said.startswith("contacts.yaml:")
    assert "both parties have @zorro (entities/more.yaml:2): tagged #russia-actor and #libya-actor" in said
    assert "leave each entity the tag of one party" in said


def test_who_changed_sides_and_a_word_for_both_peoples_are_no_mistake() -> None:
    roles = (
        "  roles:\n  - {title: a, from: 2011, until: 2012, tags: [russia-actor]}\n"
        "  - {title: b, from: 2013, tags: [libya-actor]}\n  aliases: {en: [Zorro]}\n"
    )
    compiled(DECLARED | entity(roles, kind="person"))
    compiled(
        DECLARED
        | entity("  aliases: {en: [Russo-Libyan]}\n", kind="demonym", tags="russia-actor, libya-actor")
    )
