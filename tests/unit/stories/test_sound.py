"""Names that no file knows, in three scripts."""

import pytest

from monitor.stories.sound import consonants, names


@pytest.mark.parametrize(
    "spellings",
    [("Kidal", "Кидаль", "كيدال"), ("Intahaka", "Интахака", "إنتاهاكا"), ("Ghadames", "Гадамес", "غدامس"),
     ("Tinzaouaten", "Тинзауатен", "تينزاواتين")],
)  # fmt: skip
def test_one_name_sounds_the_same_in_every_script(spellings: tuple[str, ...]) -> None:
    """By its consonants."""
    heard = {sound for spelling, lang in zip(spellings, ("en", "ru", "ar"), strict=True)
             for sound in names(f"to {spelling}", lang)}  # fmt: skip
    assert len(heard) == 1


def test_short_names_tell_nothing() -> None:
    """Two consonants are everybody's."""
    assert consonants("Gao") == ""


def test_only_words_written_large_inside_a_sentence_are_names() -> None:
    """The first word of a sentence is large anyhow."""
    assert list(names("Men left. Trucks came to Kidal", "en")) == ["kdl"]
