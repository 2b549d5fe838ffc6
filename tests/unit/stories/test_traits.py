"""How two tellings compare, kind by kind. The numbers are worked out by hand from what stands where."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from monitor.model import ContactStatus
from monitor.stories import event, traits
from monitor.stories.fingerprint import hashed
from monitor.stories.signature import BODY, LEAD, TITLE, Meeting, Odd, Signature
from tests.unit.stories.samples import NOON


def told(facts: dict[str, int], *, rare: dict[str, float] | None = None, **more: Any) -> Signature:
    """A signature with these facts, each telling all that a fact can unless `rare` says less."""
    values: dict[str, Any] = {
        "at": NOON, "lang": "en", "source": "a", "shingles": (), "length": 0, "title": (), "meetings": (),
        "facts": facts, "rare": dict.fromkeys(facts, 1.0) | (rare or {}),
    }  # fmt: skip
    return Signature(**values | more)


def compared(ours: Signature, theirs: Signature) -> dict[str, float]:
    """All traits of two tellings; they are the same from either side."""
    found = traits.traits(ours, theirs, traits.shared(ours, theirs))
    assert found == pytest.approx(traits.traits(theirs, ours, traits.shared(theirs, ours)))
    return found


def meeting(one: str, other: str, status: ContactStatus = ContactStatus.HAPPENED) -> Meeting:
    return Meeting((frozenset({one}), frozenset({other})), status=status)


def test_what_is_shared_counts_by_where_it_stands_and_how_rare_it_is() -> None:
    """A rare name in both titles most; the rarity is that of the stream where it is commoner."""
    ours = told({"p:haftar": TITLE, "l:sirte": LEAD, "n:300": BODY, "d:arrive": TITLE}, rare={"l:sirte": 0.5})
    theirs = told({"p:haftar": TITLE, "l:sirte": LEAD, "n:300": TITLE}, rare={"p:haftar": 0.4})
    found = compared(ours, theirs)

    assert found["person"] == pytest.approx(0.4**2)
    assert found["place"] == pytest.approx(0.5**2 * 0.8**2)
    assert found["number"] == pytest.approx(0.35)
    assert found["deed"] == 0


def test_likeness_is_a_cosine_of_what_is_said_where() -> None:
    """The same facts in the same places are wholly alike; sounds of names are left out."""
    ours = told({"p:haftar": TITLE, "l:sirte": LEAD, "n:300": BODY, "~hftr": TITLE})
    theirs = told({"p:haftar": TITLE, "~hftr": TITLE})

    assert traits.alike(ours, ours) == pytest.approx(1.0)
    assert traits.alike(ours, theirs) == pytest.approx(1 / math.sqrt(1 + 0.8**2 + 0.35**2))
    assert traits.alike(told({"~hftr": TITLE}), told({"~hftr": TITLE})) == 0.0
    assert traits.alike(told({}), theirs) == 0.0


def test_how_much_of_a_headline_the_other_item_names() -> None:
    """By weight, anywhere in the other; what stands below the headline and countries are not asked for."""
    ours = told(
        {"p:haftar": TITLE, "l:sirte": TITLE, "c:libya": TITLE, "n:300": BODY}, rare={"p:haftar": 0.25}
    )
    theirs = told({"l:sirte": BODY})

    assert traits.told(ours, theirs) == pytest.approx(1 / 1.25)
    assert traits.told(theirs, ours) == 0.0
    assert compared(ours, told({"l:sirte": TITLE}))["headline"] == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("kind", "letter"), [("person", "p"), ("place", "l"), ("number", "n"), ("thing", "t")]
)
def test_each_names_another_of_a_kind(kind: str, letter: str) -> None:
    """As much as the lesser of the two tells; nothing where one names no other, or only far down."""
    ours = told({f"{letter}:one": TITLE, f"{letter}:both": LEAD}, rare={f"{letter}:one": 0.6})
    theirs = told({f"{letter}:two": LEAD, f"{letter}:both": LEAD})

    assert compared(ours, theirs)[f"other {kind}"] == pytest.approx(0.6)
    assert compared(ours, told({f"{letter}:both": LEAD}))[f"other {kind}"] == 0
    assert compared(ours, told({f"{letter}:two": BODY, f"{letter}:both": LEAD}))[f"other {kind}"] == 0


def test_two_items_lie_apart_in_time_language_and_list() -> None:
    """Most of an event is told within a day and a half; later days weigh on top."""
    ours = told({}, lists=("wagner",), crowd=3)
    near = compared(ours, told({}, lists=("wagner", "contacts"), at=NOON + timedelta(hours=12), crowd=7))
    far = compared(ours, told({}, lists=("contacts",), at=NOON + timedelta(days=4), lang="ar"))

    assert (near["days"], near["later days"], near["one language"], near["other list"]) == (0.5, 0, 1, 0)
    assert (far["days"], far["later days"], far["one language"], far["other list"]) == (4, 2.5, 0, 1)
    assert near["crowd"] == pytest.approx(math.log(8))
    assert compared(ours, told({}))["other list"] == 0, "who is on no list is not on another"


def test_two_headlines_say_nothing_in_common() -> None:
    """By deeds and things, where both name some."""
    arrive, leave = told({"d:arrive": TITLE}), told({"t:ship": TITLE})

    assert compared(arrive, leave)["other headline"] == 1
    assert compared(arrive, told({"d:arrive": TITLE, "t:ship": TITLE}))["other headline"] == 0
    assert compared(arrive, told({"t:ship": BODY}))["other headline"] == 0
    assert compared(arrive, told({"p:haftar": TITLE}))["other headline"] == 0


@pytest.mark.parametrize(
    ("ours", "theirs", "apart"),
    [
        pytest.param({"r:condemn": TITLE, "p:meloni": TITLE}, {"p:meloni": TITLE}, True, id="only one reacts"),
        pytest.param({"r:condemn": TITLE, "p:meloni": TITLE}, {"r:condemn": TITLE, "p:macron": TITLE}, True, id="somebody else reacts"),
        pytest.param({"r:condemn": TITLE, "p:meloni": TITLE}, {"r:welcome": TITLE, "p:meloni": LEAD}, False, id="the same one reacts"),
        pytest.param({"r:condemn": TITLE, "c:italy": TITLE}, {"r:condemn": TITLE, "c:italy": TITLE}, False, id="a country reacts"),
        pytest.param({"r:condemn": TITLE, "c:italy": LEAD}, {"r:condemn": TITLE, "c:italy": LEAD}, True, id="a country further down does not"),
        pytest.param({"r:condemn": BODY, "p:meloni": TITLE}, {"p:meloni": TITLE}, False, id="no headline reacts"),
    ],
)  # fmt: skip
def test_a_reaction_is_another_event_than_what_it_reacts_to(
    ours: dict[str, int], theirs: dict[str, int], apart: bool
) -> None:
    """Else a storm of condemnations would be told as the visit itself."""
    assert compared(told(ours), told(theirs))["other reaction"] == apart


def test_whom_every_item_names_does_not_say_who_reacts() -> None:
    """A name that the whole stream has is no speaker."""
    common = {"p:haftar": 0.2}
    one = told({"r:condemn": TITLE, "p:haftar": TITLE}, rare=common)

    assert compared(one, one)["other reaction"] == 1
    assert compared(replace(one, rare={}), replace(one, rare={}))["other reaction"] == 1


def test_what_their_meetings_say_of_two_items() -> None:
    """One verdict at most; nothing where one of them tells of none."""
    ours = told({}, meetings=(meeting("A", "B"),))
    verdicts = ("met same", "met half", "met again", "met other")

    assert [compared(ours, ours)[v] for v in verdicts] == [1, 0, 0, 0]
    assert [compared(ours, told({}, meetings=(meeting("A", "C"),)))[v] for v in verdicts] == [0, 0, 0, 1]
    assert [compared(ours, replace(ours, at=NOON + timedelta(days=3)))[v] for v in verdicts] == [0, 0, 1, 0]
    assert [compared(ours, told({}))[v] for v in verdicts] == [0, 0, 0, 0]


GAO, LUSAKA = Odd("gao", "g", name=True), Odd("lusak", "lsk", name=True)


@pytest.mark.parametrize(
    ("theirs", "other"),
    [
        pytest.param(told({}, odd=(LUSAKA,)), True, id="each headline has a name that the other lacks"),
        pytest.param(told({}, odd=(Odd("gaoo", "g", name=True),)), False, id="it sounds the same in another spelling"),
        pytest.param(told({"gao": BODY}, odd=(LUSAKA,)), False, id="the other has it as a word it knows"),
        pytest.param(told({"~g": LEAD}, odd=(LUSAKA,)), False, id="the other's text names it"),
        pytest.param(told({"~gx": LEAD}, odd=(LUSAKA,)), True, id="a short name is not found in a longer one"),
        pytest.param(told({}, odd=(LUSAKA,), title=(hashed("gao"),)), False, id="the other's headline writes it small"),
        pytest.param(told({}, odd=(LUSAKA,), title=(hashed("gao"),), lang="fr"), True, id="a word of another language is another"),
    ],
)  # fmt: skip
def test_each_headline_names_what_the_other_item_does_not(theirs: Signature, other: bool) -> None:
    """Then they are two events, however much else they share."""
    ours = told({}, odd=(GAO,))
    assert traits.other_name(ours, theirs) is other
    assert traits.other_name(theirs, ours) is other


@pytest.mark.parametrize(
    ("heard", "same"),
    [("lsk", True), ("lskj", True), ("lsj", False), ("ls", False), ("mlsk", False)],
)
def test_a_name_with_an_ending_is_the_same_name(heard: str, same: bool) -> None:
    """ "Lusaka'yı" goes on where "Lusaka" ends; what only begins alike, or ends alike, is another."""
    theirs = told({f"~{heard}": LEAD}, odd=(GAO,))
    assert traits.other_name(told({}, odd=(LUSAKA,)), theirs) is not same


def test_a_known_name_counts_where_the_stream_does_not_have_it_everywhere() -> None:
    """And a town of the country that the other names is not another place."""
    ours, theirs = told({"l:gao": TITLE}), told({"p:macron": TITLE})
    common = told({"l:gao": TITLE}, rare={"l:gao": 0.1})

    assert traits.other_name(ours, theirs)
    assert not traits.other_name(common, theirs)
    assert not traits.other_name(ours, told({"p:macron": TITLE}, within=frozenset({"l:gao"})))
    assert not traits.other_name(told({"l:gao": LEAD}), theirs)


def test_any_word_that_no_table_knows_sets_short_items_apart() -> None:
    """Verbs and nouns count in `other_words`, and no name is asked for."""
    scorns, greets = Odd("snobb", "snb", name=False), Odd("salut", "slt", name=False)
    ours, theirs = told({}, odd=(scorns,)), told({}, odd=(greets,))

    assert traits.other_words(ours, theirs)
    assert not traits.other_name(ours, theirs)
    assert not traits.other_words(ours, told({}))
    assert not traits.other_words(ours, ours)


def test_headlines_without_a_text_differ_in_a_word() -> None:
    """Of one language, with a word on either side that the other lacks."""
    ours, theirs = told({"p:a": TITLE}, title=(1, 2)), told({"p:a": TITLE}, title=(1, 3))

    assert traits.reworded(ours, theirs)
    assert not traits.reworded(ours, told({"p:a": TITLE}, title=(1, 2, 3)))
    assert not traits.reworded(ours, replace(theirs, lang="fr"))
    assert not traits.reworded(ours, told({"p:a": LEAD}, title=(1, 3)))
    assert compared(ours, theirs)["other wording"] == 1


def test_one_tells_of_a_meeting_of_people_whom_the_other_does_not_name() -> None:
    """Then it is hardly the other's event."""
    ours = told({"p:a": TITLE}, meetings=(meeting("A", "B"),))

    assert compared(ours, told({"p:c": TITLE}))["one meets"] == 1
    assert compared(ours, told({"p:a": LEAD}))["one meets"] == 0
    assert compared(ours, told({"p:c": TITLE}, meetings=(meeting("C", "D"),)))["one meets"] == 0


def test_a_denial_and_a_report_of_a_meeting() -> None:
    """Only where one denies all that it tells and the other none."""
    said, denied = meeting("A", "B"), meeting("A", "B", ContactStatus.DENIED)
    report, denial = told({}, meetings=(said,)), told({}, meetings=(denied,))

    assert traits.met_or_not(report, denial)
    assert traits.met_or_not(denial, report)
    assert not traits.met_or_not(denial, denial)
    assert not traits.met_or_not(report, told({}, meetings=(said, denied)))


def test_done_and_not_done_are_the_same_event_turned_round() -> None:
    """`undone`: what a headline says was or will not be done."""
    done, undone = told({"d:open": TITLE}), told({"d:open": TITLE}, undone=frozenset({"d:open"}))

    assert traits.turned_round(done, undone)
    assert traits.turned_round(undone, done)
    assert not traits.turned_round(undone, undone)
    assert not traits.turned_round(done, told({"d:shut": TITLE}, undone=frozenset({"d:shut"})))


def test_things_tell_events_apart_only_with_what_was_done() -> None:
    """Every day has its convoys; half of a sound is believed."""
    nothing = dict.fromkeys(traits.KINDS.values(), 0.0)

    assert traits.specific(nothing | {"thing": 0.5}) == 0
    assert traits.specific(nothing | {"thing": 0.5, "deed": 0.25}) == 0.75
    assert traits.specific(
        nothing | {"person": 0.1, "place": 0.2, "document": 0.3, "number": 0.4}
    ) == pytest.approx(1.0)
    assert traits.specific(nothing | {"sound": 0.5, "sense": 1.0, "country": 1.0}) == 0.25


def test_a_score_is_the_weighed_sum_over_the_bias() -> None:
    """What has no weight adds nothing."""
    assert event.score({}) == event.BIAS
    assert event.score({"person": 0.5, "crowd": 2.0, "met half": 1.0}) == pytest.approx(
        event.BIAS + 0.5 * event.WEIGHTS["person"] + 2 * event.WEIGHTS["crowd"]
    )
