"""What the entity files know of a name."""

from __future__ import annotations

from datetime import date

import pytest

from monitor.contacts.parties import EntityIndex, local_names
from monitor.matching.mentions import EntitySpec, Role

MINISTER = EntitySpec(
    id="a",
    name="Anna Petrova",
    kind="person",
    roles=(
        Role(title="deputy minister", until=date(2024, 5, 31)),
        Role(title="minister", since=date(2024, 6, 1), until=date(2026, 3, 31)),
        Role(title="party chair", since=date(2026, 1, 1)),
    ),
    aliases={"ru": ("Петрова", "Анна Петрова"), "en": ("Petrova",)},
)
OTHERS = (
    EntitySpec(id="b", name="Ivan Petrov", kind="person", aliases={"en": ("Petrova",)}),
    EntitySpec(
        id="c", name="Russian ambassador to Libya", kind="person", exact={"en": ("ambassador to Libya",)}
    ),
    EntitySpec(id="d", name="Libyan National Army", kind="body", exact={"en": ("LNA",)}),
)
KNOWN = EntityIndex.of([MINISTER, *OTHERS])


def test_a_person_is_somebody_by_name() -> None:
    """Not an office, not a body."""
    assert KNOWN.people == {"Anna Petrova", "Ivan Petrov"}


@pytest.mark.parametrize(
    ("name", "on", "role"),
    [
        pytest.param("Anna Petrova", date(2024, 5, 31), "deputy minister", id="the last day of one"),
        pytest.param("Anna Petrova", date(2024, 6, 1), "minister", id="the first of the next"),
        pytest.param("Anna Petrova", date(2026, 2, 1), "minister, party chair", id="two at once"),
        pytest.param("Anna Petrova", None, "", id="no day"),
        pytest.param("Ivan Petrov", date(2026, 2, 1), "", id="none known"),
        pytest.param("Nobody", date(2026, 2, 1), "", id="a stranger"),
    ],
)
def test_a_role_is_that_of_the_day(name: str, on: date | None, role: str) -> None:
    """By the dates of the file, both ends included."""
    assert KNOWN.role(name, on) == role


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("петрова", {"Anna Petrova"}),
        (" Petrova ", {"Anna Petrova", "Ivan Petrov"}),
        ("LIBYAN NATIONAL ARMY", {"Libyan National Army"}),
        ("Smith", set()),
    ],
)
def test_a_name_is_found_in_any_language(said: str, names: set[str]) -> None:
    """Whatever its case; several who share it are all meant."""
    assert KNOWN.meant(said) == names


def test_a_reader_sees_names_in_the_readers_script() -> None:
    """A person's own two names rather than an office or a family name; of places and bodies the language's word."""
    haftar = EntitySpec(
        id="h", name="Khalifa Haftar", kind="person",
        aliases={"any": ("командующий ЛНА", "Хафтар", "خليفة حفتر", "حفتر", "Halife Hafter", "Haftar")},
    )  # fmt: skip
    putin = EntitySpec(
        id="p", name="Vladimir Putin", kind="person",
        aliases={"ru": ("Путин", "Владимир Путин"), "ar": ("بوتين", "فلاديمير بوتين"), "fr": ("Poutine",)},
    )  # fmt: skip
    office = EntitySpec(id="o", name="Vladimir Putin", kind="person", aliases={"ru": ("глава России",)})
    moscow = EntitySpec(id="m", name="Moscow", kind="place", aliases={"ru": ("Москва",), "fr": ("Moscou",)})

    assert local_names([haftar, putin, office, moscow], ["ar", "fr", "ru"]) == {
        "Khalifa Haftar": {"ar": "خليفة حفتر", "ru": "Хафтар"},
        "Vladimir Putin": {"ar": "فلاديمير بوتين", "ru": "Владимир Путин"},
        "Moscow": {"fr": "Moscou", "ru": "Москва"},
    }
