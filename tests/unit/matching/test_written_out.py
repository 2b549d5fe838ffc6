"""Short ways of writing many names."""

import pytest

from monitor.matching.mentions import EntitySpec
from monitor.matching.written_out import written_out


def test_alternatives_stand_for_every_phrase() -> None:
    assert written_out(["(Rosa|R.) Marin", "the (old |)mayor"]) == (
        "Rosa Marin",
        "R. Marin",
        "the old mayor",
        "the mayor",
    )
    assert written_out(["(a|b) (c|d)"]) == ("a c", "a d", "b c", "b d")


def test_brackets_without_a_bar_are_part_of_the_name() -> None:
    assert written_out(["Marin (Rosa)", "Marin"]) == ("Marin (Rosa)", "Marin")


def test_no_phrase_is_listed_twice_and_none_is_empty() -> None:
    assert written_out(["(a|b)", "a", "(|c)"]) == ("a", "b", "c")


@pytest.mark.parametrize("entry", ["a|b", "(a|b", "((a|b)|c)"])
def test_a_bar_outside_brackets_is_a_mistake(entry: str) -> None:
    with pytest.raises(ValueError, match="bar outside brackets"):
        written_out([entry])


def test_an_entry_that_stands_for_too_many_phrases_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="at most"):
        written_out(["(a|b|c|d|e|f|g|h) " * 3])


def person(**keys: object) -> EntitySpec:
    return EntitySpec.model_validate({"id": "ivan-lazarev", **keys})


def test_a_full_name_says_who_it_is() -> None:
    spec = person(full_name={"ru": "Иван Петрович Лазарев"})
    assert (spec.name, spec.kind) == ("Ivan Lazarev", "person")
    assert person(full_name={"ru": "Иван Лазарев"}, name="Vanya").name == "Vanya"


def test_a_full_name_gives_the_spellings_of_other_languages() -> None:
    spec = person(full_name={"ru": "Иван Петрович Лазарев"}, aliases={"en": ["the lazy one"]})
    assert {"Ivan Lazarev", "Lazarev", "the lazy one"} <= set(spec.aliases["en"])
    assert {"Иван Лазарев", "Иван Петрович Лазарев", "Лазарев"} <= set(spec.aliases["ru"])
    assert "لازاريف" in spec.aliases["ar"]


def test_a_weak_surname_counts_only_where_it_is_confirmed() -> None:
    spec = person(full_name={"ru": "Иван Лазарев"}, surname="weak", confirm={"any": ["minister"]})
    assert "Lazarev" in spec.weak["en"]
    assert "Lazarev" not in spec.aliases["en"]
    assert "Ivan Lazarev" in spec.aliases["en"]


def test_a_surname_that_never_counts_alone() -> None:
    spec = person(full_name={"ru": "Иван Лазарев"}, surname="never")
    assert not spec.weak
    assert all(" " in name for names in spec.aliases.values() for name in names)


def test_a_full_name_of_one_word_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="given name and a surname"):
        person(full_name={"ru": "Лазарев"})


def test_names_of_things_are_spelled_word_by_word() -> None:
    spec = EntitySpec.model_validate(
        {"id": "ship", "name": "Ship", "kind": "body", "spelled": {"ru": ["Иван (Грен|Хурс)"]}}
    )
    assert {"Иван Грен", "Иван Хурс"} <= set(spec.aliases["ru"])
    assert {"Ivan Gren", "Ivan Khurs"} <= set(spec.aliases["en"])
    assert "Ivan Hurs" in spec.aliases["tr"]


def test_a_full_name_that_is_weak_too() -> None:
    spec = person(full_name={"ru": "Иван Лазарев"}, surname="all-weak", confirm={"any": ["minister"]})
    assert {"Ivan Lazarev", "Lazarev"} <= set(spec.weak["en"])
    assert not spec.aliases
