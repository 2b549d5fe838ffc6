"""A given name is found in every spelling that newspapers have for it."""

from __future__ import annotations

import pytest

from monitor.languages.given_names import respelled


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Mohamed Siala", "Muhammad Siala"),
        ("Мухаммед Сияла", "Мохаммед Сияла"),
        ("Abdulhamid Dbeibah", "Abdel Hamid Dbeibah"),
        ("Abdel Hamid Dbeibah", "Abdulhamid Dbeibah"),
        ("Абдель Хамид Дбейба", "Абдулхамид Дбейба"),
        ("عبد الحميد الدبيبة", "عبدالحميد الدبيبة"),
        ("عبدالسلام الزوبي", "عبد السلام الزوبي"),
    ],
)
def test_the_other_spellings_of_a_given_name(name: str, found: str) -> None:
    made = respelled(name)
    assert found in made
    assert name not in made


@pytest.mark.parametrize("name", ["Mohamed", "Abdulhamid", "Quentin Siala", "عبد الله", ""])
def test_a_name_alone_and_an_unknown_one_stay_as_they_are(name: str) -> None:
    assert respelled(name) == ()


def test_a_spelling_keeps_to_its_script_and_to_its_name() -> None:
    """Nor is Abdullah a servant of somebody called Lah."""
    assert all(form.isascii() for form in respelled("Osama Hamad") if "Ü" not in form)
    assert not any(form.startswith(("Abdul ", "Abdel ")) for form in respelled("Abdullah al-Lafi"))
    assert "عبد الله اللافي" in respelled("عبدالله اللافي")
