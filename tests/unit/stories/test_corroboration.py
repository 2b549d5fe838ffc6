"""Who tells a story independently, and how far it may be believed."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from monitor.model import RUMOUR, Contact, Evidence, Side, Speaker, StoryItem
from monitor.stories.corroboration import corroborate
from tests.support.press import HORN_PRESS, PRESS
from tests.support.tellings import NOON, PEOPLE, met, story, telling

RU, EAST, WEST, UN = Side("russia-state"), Side("libya-east"), Side("libya-west"), Side("un")
FREE, OTHER, NOBODY = Side("independent"), Side("other-state"), Side("unknown")


@pytest.mark.parametrize(
    ("items", "grade", "ground"),
    [
        pytest.param([telling(1, RU, "C")], "C3", "one-side", id="one side alone"),
        pytest.param([telling(1, RU, "C"), telling(2, RU, "D")], "C3", "one-side", id="one side twice"),
        pytest.param([telling(1, FREE, "B")], "B3", "one-voice", id="one independent voice"),
        pytest.param([telling(1, UN, "A")], "A2", "one-voice", id="the UN alone"),
        pytest.param([telling(1, FREE, "F")], "F6", "unjudged", id="nobody knows the outlet"),
        pytest.param([telling(1, FREE, "E")], "E6", "unjudged", id="an unreliable outlet alone"),
        pytest.param([telling(1, RU, "C"), telling(2, EAST, "D")], "C2", "no-independent", id="both hosts"),
        pytest.param([telling(1, OTHER, "C"), telling(2, OTHER, "C")], "C2", "no-independent", id="two other states"),
        pytest.param([telling(1, RU, "C"), telling(2, FREE, "B")], "B2", "one-independent", id="one side, one free"),
        pytest.param([telling(1, FREE, "C"), telling(2, FREE, "C")], "C2", "one-independent", id="two fair outlets"),
        pytest.param([telling(1, FREE, "B"), telling(2, FREE, "F")], "B2", "one-independent", id="the second unknown"),
        pytest.param([telling(1, FREE, "B"), telling(2, FREE, "C")], "B1", "independents", id="two, one of them good"),
        pytest.param([telling(1, RU, "C"), telling(2, WEST, "C")], "C1", "adverse-sides", id="Moscow and Tripoli"),
        pytest.param([telling(1, EAST, "D"), telling(2, WEST, "C")], "C1", "adverse-sides", id="east and west"),
        pytest.param([telling(1, EAST, "D"), telling(2, UN, "A")], "A1", "authority-confirms", id="the UN and a side"),
    ],
)  # fmt: skip
def test_the_number_follows_stated_rules(items: list[StoryItem], grade: str, ground: str) -> None:
    """Letter of the best voice, number by who tells it; the order of arrival does not matter."""
    for order in permutations(items):
        found = corroborate(story(*order), PRESS)
        assert f"{found.reliability}{found.credibility}" == grade
        assert found.grounds == (ground,)


@pytest.mark.parametrize(
    ("items", "credibility", "grounds"),
    [
        pytest.param(
            [telling(1, RU, "C", met()), telling(2, EAST, "D", met()), telling(3, WEST, "C", met("denied"))],
            4, ("no-independent", "denied"), id="both hosts, denied by the rival",
        ),
        pytest.param(
            [telling(1, FREE, "B", met()), telling(2, FREE, "B", met()), telling(3, RU, "C", met("denied"))],
            3, ("independents", "denied"), id="confirmed, denied by one",
        ),
        pytest.param(
            [telling(1, FREE, "F", met()), telling(2, RU, "C", met("denied"))],
            5, ("unjudged", "denied"), id="an unknown outlet, denied",
        ),
        pytest.param(
            [telling(1, FREE, "B", met()), telling(2, RU, "C", met("denied")), telling(3, EAST, "D", met("denied"))],
            5, ("one-voice", "denied"), id="denied by both who are said to have met",
        ),
        pytest.param([telling(1, WEST, "C", met("denied"))], 5, ("nobody", "denied"), id="nothing but a denial"),
        pytest.param(
            [telling(1, WEST, "C", met()), telling(2, WEST, "C", met("denied"))],
            4, ("one-side", "denied"), id="two houses of one side disagree",
        ),
    ],
)  # fmt: skip
def test_a_denial_takes_away(items: list[StoryItem], credibility: int, grounds: tuple[str, ...]) -> None:
    """And is shown as what it is."""
    found = corroborate(story(*items), PRESS)
    assert (found.credibility, found.grounds) == (credibility, grounds)
    assert "denied by" in found.explained


def test_a_denial_of_something_else_is_none() -> None:
    """Another meeting of other people in the same story."""
    other = met("denied", russian=("Sergei Lavrov",), libyan=("Abdulhamid Dbeibah",))
    items = telling(1, RU, "C", met()), telling(2, WEST, "C", other), telling(3, FREE, "B")
    assert [v.name for v in corroborate(story(*items), PRESS).voices] == ["Outlet 1", "Outlet 3"]
    both = telling(2, WEST, "C", other, met())
    assert [v.denies for v in corroborate(story(items[0], both), PRESS).voices] == [False, False]


def test_who_tells_of_others_confirms_nothing() -> None:
    """The contact that most tell is the story's; a body leaves open who it was."""
    second = met(russian=("Sergei Lavrov",), libyan=("Abdulhamid Dbeibah",))
    army = met(libyan=("Libyan National Army",))
    items = [telling(1, FREE, "B", second), telling(2, RU, "C", met()), telling(3, EAST, "D", army)]
    people = PEOPLE | {"Sergei Lavrov", "Abdulhamid Dbeibah"}
    assert [v.name for v in corroborate(story(*items), PRESS, people).voices] == ["Outlet 2", "Outlet 3"]
    assert corroborate(story(*items[:2]), PRESS, people).sides == (FREE,)


def test_who_only_passes_on_what_is_said_confirms_nobody() -> None:
    """Unless nobody says more."""
    hearsay = Evidence(field="content", start=0, end=10, text="reportedly", term=RUMOUR, sentence="")
    said = met(evidence=(hearsay,))
    firm = telling(1, FREE, "B", met("planned")), telling(2, RU, "C", said)
    assert [v.name for v in corroborate(story(*firm), PRESS).voices] == ["Outlet 1"]
    rumours = telling(1, FREE, "B", said), telling(2, RU, "C", said)
    assert len(corroborate(story(*rumours), PRESS).voices) == 2


def test_a_named_speaker_who_says_the_contrary_denies() -> None:
    """Without a word of denial, where the first report claims it; else it denies nothing."""
    who = Speaker("harbour office", "person")
    first = telling(1, FREE, "B", title="Fighters arrive in Tobruk")
    none = telling(2, FREE, "B", title="Harbour office: no fighters arrived", denier=who)
    assert [(v.name, v.denies) for v in corroborate(story(first, none), PRESS).voices] == [
        ("Outlet 1", False),
        ("harbour office", True),
    ]
    other = telling(2, FREE, "B", title="Harbour office: fighters must not stay", denier=who)
    assert [v.name for v in corroborate(story(first, other), PRESS).voices] == ["Outlet 1", "Outlet 2"]


def test_the_last_word_of_a_voice_counts() -> None:
    """A house that reported and then denied denies; one that remembers an old denial does not."""
    turned = [
        telling(1, RU, "C", met("planned"), family="one"),
        telling(2, RU, "C", met("denied"), family="one"),
    ]
    recalls = telling(3, EAST, "D", met(), met("denied", background=True))
    found = corroborate(story(*turned, recalls), PRESS)
    assert [(voice.name, voice.denies) for voice in found.voices] == [("one", True), ("Outlet 3", False)]


def test_copies_and_wires_are_one_voice() -> None:
    """Five outlets that carry one text, and two that print one agency, tell it once each."""
    items = [
        telling(1, FREE, "B", credit="AFP"),
        *(telling(n, WEST, "C", copy_of=1) for n in range(2, 5)),
        telling(5, FREE, "C", credit="AFP"),
        telling(6, WEST, "C", credit="TASS"),
    ]
    found = corroborate(story(*items), PRESS)
    assert [(v.name, v.sides, len(v.outlets)) for v in found.voices] == [
        ("AFP", (FREE,), 5),
        ("TASS", (RU,), 1),
    ]
    assert found.sides == (FREE, RU)


def test_a_copy_may_say_whose_text_it_is() -> None:
    """The first outlet left the agency's name out; one that carries the same text names it."""
    found = corroborate(
        story(telling(1, WEST, "C"), telling(2, FREE, "B", copy_of=1, credit="Reuters")), PRESS
    )
    assert [voice.name for voice in found.voices] == ["Reuters"]


def test_copies_of_each_other_end() -> None:
    """A circle, or an original that is in no story any more."""
    found = corroborate(story(telling(1, copy_of=2), telling(2, copy_of=1), telling(3, copy_of=99)), PRESS)
    assert sum(len(voice.outlets) for voice in found.voices) == 3


def test_reprints_speak_only_where_nobody_else_does() -> None:
    """A mirror network adds no voice to its own side, and is that side's where it is alone."""
    mirror = telling(1, RU, "E", family="Pravda network")
    index = telling(2, FREE, "F", family="allAfrica - Libya")
    names = [v.name for v in corroborate(story(mirror, index, telling(3, RU, "C")), PRESS).voices]
    assert names == ["Outlet 3"]
    assert [v.name for v in corroborate(story(mirror, index), PRESS).voices] == ["Pravda network"]
    assert [v.name for v in corroborate(story(mirror, telling(3, WEST, "C")), PRESS).voices] == [
        "Pravda network",
        "Outlet 3",
    ]
    assert [v.name for v in corroborate(story(index), PRESS).voices] == ["allAfrica - Libya"]


def test_what_was_taken_back_counts_no_more() -> None:
    """Unless nothing else is left; then that is said."""
    gone = telling(1, WEST, "C", withdrawn_at=NOON)
    assert corroborate(story(gone, telling(2, RU, "C")), PRESS).sides == (RU,)
    alone = corroborate(story(gone), PRESS)
    assert (alone.credibility, alone.grounds) == (4, ("withdrawn",))
    assert alone.explained == "reported by western Libyan media; taken back by its source"


@pytest.mark.parametrize(
    ("items", "said"),
    [
        pytest.param(
            [telling(1, RU, "C"), telling(2, EAST, "D")],
            "reported by Russian state and eastern Libyan media; no independent confirmation yet",
            id="two sides",
        ),
        pytest.param(
            [telling(1, UN, "A"), telling(2, RU, "C"), telling(3, FREE, "C")],
            "reported by Russian state and independent media and the United Nations; confirmed by the United Nations",
            id="three",
        ),
        pytest.param(
            [telling(1, UN, "A")], "reported by the United Nations; no other voice yet", id="the UN"
        ),
        pytest.param(
            [telling(1, WEST, "C", met("denied"))],
            "denied by western Libyan media; nobody else reports it",
            id="only denied",
        ),
        pytest.param(
            [telling(1, RU, "C", met()), telling(2, WEST, "C", met("denied"))],
            "reported by Russian state media; no other side confirms it yet; denied by western Libyan media",
            id="contested",
        ),
    ],
)
def test_it_is_explained_in_one_sentence(items: list[StoryItem], said: str) -> None:
    """In plain English."""
    assert corroborate(story(*items), PRESS).explained == said


def test_a_denial_counts_against_any_contact_of_the_story() -> None:
    """Not only against the one that most tell."""
    first = met(libyan=("Khalifa Haftar",))
    second = met(libyan=("Aguila Saleh",))
    found = corroborate(
        story(
            telling(1, Side("independent"), "B", first),
            telling(2, Side("independent"), "B", first),
            telling(3, Side("libya-east"), "C", second),
            telling(4, Side("russia-state"), "C", met("denied", libyan=("Aguila Saleh",))),
        ),
        PRESS,
    )
    assert [voice.name for voice in found.voices if voice.denies] == ["Outlet 4"]


def test_a_headline_denies_what_is_no_contact() -> None:
    """It confirms nothing and takes away from the number."""
    found = corroborate(
        story(
            telling(1, title="Fighters arrive in Tobruk"),
            telling(2, Side("libya-east"), title="Command denies that fighters arrived in Tobruk"),
        ),
        PRESS,
    )
    assert [(v.denies, v.contradicts) for v in found.voices] == [(False, False), (True, False)]
    assert (found.credibility, found.grounds) == (4, ("one-voice", "denied"))


def test_opposite_headlines_contradict_each_other() -> None:
    """Two independent voices, and no confirmation."""
    found = corroborate(
        story(telling(1, title="Fighters arrive in Tobruk"), telling(2, title="Fighters leave Tobruk")), PRESS
    )
    assert [(v.denies, v.contradicts) for v in found.voices] == [(False, False), (True, True)]
    assert found.credibility > 3
    assert found.explained.endswith("contradicted by independent media")


KREMLIN = Speaker("Kremlin", "body", RU)


def spoken(by: Speaker = KREMLIN) -> Contact:
    """A denial that the text gives to somebody."""
    return replace(met("denied"), speaker=by)


def test_a_denial_counts_for_whom_the_text_names() -> None:
    """Three free outlets report the Kremlin's denial: one voice denies, the Russian state's, and it is called so."""
    found = corroborate(
        story(
            telling(1, FREE, "B", met()),
            telling(2, FREE, "B", met()),
            *(telling(n, FREE, "B", spoken()) for n in (3, 4, 5)),
        ),
        PRESS,
        PEOPLE,
    )
    (denial,) = [voice for voice in found.voices if voice.denies]
    assert (denial.name, denial.sides, denial.through, denial.speaker) == ("Kremlin", (RU,), (FREE,), KREMLIN)
    assert found.explained.endswith("denied by the Kremlin, reported by independent media")
    assert found.credibility == 3


def test_who_only_reports_a_denial_tells_nothing() -> None:
    found = corroborate(story(telling(1, FREE, "B", spoken())), PRESS, PEOPLE)
    assert found.credibility == 5
    assert found.explained.startswith("denied by the Kremlin, reported by independent media")


def test_an_outlet_that_reported_it_still_does_when_it_reports_the_denial() -> None:
    one, other = telling(1, FREE, "B", met()), telling(2, RU, "C", met())
    later = replace(telling(3, FREE, "B", spoken()), feed=one.feed)
    found = corroborate(story(one, other, later), PRESS, PEOPLE)
    assert sum(not voice.denies for voice in found.voices) == 2


def test_an_outlet_that_prints_a_denial_beside_its_own_report_still_reports() -> None:
    """Both in one article: the outlet tells the meeting, the Kremlin denies it."""
    found = corroborate(story(telling(1, FREE, "B", met(), spoken())), PRESS, PEOPLE)
    assert [(voice.name, voice.denies) for voice in found.voices] == [("Outlet 1", False), ("Kremlin", True)]
    assert found.explained == (
        "reported by independent media; no other voice yet; denied by the Kremlin, reported by independent media"
    )


def test_a_denial_that_names_only_the_command_denies_its_commanders_meeting() -> None:
    """A body leaves open who it was; the reader must not see the meeting as undisputed."""
    denied = met("denied", libyan=("LNA General Command",))
    found = corroborate(story(telling(1, FREE, "B", met()), telling(2, EAST, "C", denied)), PRESS, PEOPLE)
    assert [(voice.name, voice.denies) for voice in found.voices] == [("Outlet 1", False), ("Outlet 2", True)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(("ru", "Боевики прибыли в Тобрук"), ("ru", "Боевики покинули Тобрук"), id="Russian"),
        pytest.param(("fr", "Les combattants arrivent à Tobrouk"), ("ar", "المقاتلون غادروا طبرق"), id="French and Arabic"),
    ],
)  # fmt: skip
def test_opposite_headlines_contradict_each_other_in_any_language(
    one: tuple[str, str], other: tuple[str, str]
) -> None:
    """Each is read by the words of its own language."""
    found = corroborate(
        story(*(telling(n, lang=lang, title=title) for n, (lang, title) in enumerate((one, other), 1))), PRESS
    )
    assert [voice.contradicts for voice in found.voices] == [False, True]


def test_somebody_who_denies_another_meeting_denies_nothing_here() -> None:
    elsewhere = replace(spoken(), parties={"russia": ("Nikolai Patrushev",), "libya": ("Mahmoud Hamza",)})
    found = corroborate(
        story(telling(1, FREE, "B", met()), telling(2, FREE, "B", elsewhere)),
        PRESS,
        PEOPLE | {"Nikolai Patrushev", "Mahmoud Hamza"},
    )
    assert not any(voice.denies for voice in found.voices)


@pytest.mark.parametrize(
    ("sides", "grade", "said"),
    [
        pytest.param(("ankara",), "C3", "reported by Turkish state media; no other side confirms it yet", id="one"),
        pytest.param(
            ("ankara", "mogadishu"), "C2",
            "reported by Turkish state and Somali federal media; no independent confirmation yet", id="both hosts",
        ),
        pytest.param(
            ("mogadishu", "hargeisa"), "C1",
            "reported by Somali federal and northern media; confirmed by sides that are against each other",
            id="adversaries",
        ),
        pytest.param(
            ("ankara", "observers"), "C1",
            "reported by Turkish state media and the Observer Mission; confirmed by the Observer Mission", id="authority",
        ),
        pytest.param(("observers",), "C2", "reported by the Observer Mission; no other voice yet", id="on the record"),
        pytest.param(("press", "press"), "C2", "reported by independent media; only one independent voice yet", id="free"),
        pytest.param(("russia-state",), "C3", "reported by russia-state; no other side confirms it yet", id="not declared"),
    ],
)  # fmt: skip
def test_another_question_is_graded_by_its_own_sides(sides: tuple[str, ...], grade: str, said: str) -> None:
    """Nothing but the file differs."""
    found = corroborate(story(*(telling(n, Side(side), "C") for n, side in enumerate(sides, 1))), HORN_PRESS)
    assert f"{found.reliability}{found.credibility}" == grade
    assert found.explained == said


def test_a_word_of_little_weight_stays_doubtful() -> None:
    """Alone a four, contested improbable."""
    entry = HORN_PRESS.sides.sides[1]
    light = entry.model_copy(update={"weight": entry.weight.model_copy(update={"alone": 4})})
    sides = HORN_PRESS.sides.model_copy(
        update={"sides": (HORN_PRESS.sides.sides[0], light, *HORN_PRESS.sides.sides[2:])}
    )
    press = HORN_PRESS.model_copy(update={"sides": sides.model_validate(sides.model_dump())})
    told = telling(1, Side("ankara"), "C", met())
    assert corroborate(story(told), press).credibility == 4
    assert corroborate(story(told, telling(2, Side("mogadishu"), "C", met("denied"))), press).credibility == 5
