"""Every way to write an entity, and whom a word names."""

from __future__ import annotations

from monitor.matching.building import called, spellings
from monitor.matching.mentions import EntitySpec, Nearby

ENVOY = EntitySpec(
    id="envoy",
    name="Pavel Orlov",
    kind="person",
    aliases={"en": ("Orlov", "Pavel Orlov"), "ru": ("Орлов",), "ar": ("أورلوف",)},
    weak={"en": ("Pasha",)},
    confirm=Nearby(any=("envoy",)),
)
NAMESAKE = EntitySpec(id="namesake", name="Dmitri Orlov", kind="person", aliases={"en": ("Orlov", "Dima")})
TOWN = EntitySpec(id="town", name="Orlov Harbour", kind="place", aliases={"en": ("the Harbour",)})


def test_forms_of_every_script_are_there_and_none_twice() -> None:
    """Inflected and prefixed ones; a weak name is none, nor what another form finds."""
    forms = spellings(ENVOY)
    assert {" orlov ", " орловым ", " اورلوف "} <= set(forms)
    assert " pavel orlov " not in forms
    assert not any("pasha" in form for form in forms)


def test_a_word_may_name_several() -> None:
    """In any script and case; a part of a name counts where no entity goes by it."""
    everybody = (ENVOY, NAMESAKE, TOWN)
    assert called(everybody, "ORLOV") == (ENVOY, NAMESAKE)
    assert called(everybody, "اورلوف") == (ENVOY,)
    assert called(everybody, "dmitri") == (NAMESAKE,)
    assert called(everybody, "harbour") == (TOWN,)
    assert called(everybody, "…") == called(everybody, "orlo") == ()
