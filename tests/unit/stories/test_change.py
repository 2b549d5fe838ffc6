"""What makes a story worth telling again, and what does not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from monitor.model import ContactStatus, Severity, Side, Standing
from monitor.stories.change import changes, known
from monitor.stories.judgement import StoryJudge
from tests.support.press import HORN_PRESS, PRESS
from tests.support.tellings import BELOUSOV, HAFTAR, NOON, PEOPLE, SADDAM, met, story, telling

if TYPE_CHECKING:
    from monitor.model import StoryItem

RU, EAST, WEST, FREE = Side("russia-state"), Side("libya-east"), Side("libya-west"), Side("independent")
JUDGE = StoryJudge(PEOPLE, PRESS)
PLAN = telling(1, RU, "C", met("planned"))


def standing(*items: StoryItem) -> Standing:
    """What a reader knows who was told a story of these items."""
    return JUDGE.standing(JUDGE.judge(story(*items)))


def reasons(before: list[StoryItem], after: list[StoryItem]) -> list[str]:
    """Why a reader who knows `before` is told when it has become `after`."""
    return [change.reason for change in changes(standing(*before), standing(*after), PRESS.sides)]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        pytest.param(
            [telling(2, EAST, "D", met("planned"))],
            ["now confirmed by eastern Libyan media; was: Russian state media only"], id="a side confirms",
        ),
        pytest.param([telling(2, RU, "C", met())], ["took place; was: planned"], id="it happened"),
        pytest.param([telling(2, RU, "C", met("cancelled"))], ["cancelled; was: planned"], id="it was called off"),
        pytest.param([telling(2, RU, "C", met("postponed"))], ["postponed; was: planned"], id="it was put off"),
        pytest.param(
            [telling(2, EAST, "D", met())],
            ["took place; was: planned", "now confirmed by eastern Libyan media; was: Russian state media only"],
            id="it happened, says a new side",
        ),
        pytest.param(
            [telling(2, RU, "C", met()), telling(3, WEST, "C", met("denied"))],
            ["took place; was: planned", "denied by western Libyan media"],
            id="it happened and a side denies",
        ),
        pytest.param(
            [telling(2, WEST, "C", met("denied"))], ["denied by western Libyan media; was: planned"], id="a side denies",
        ),
        pytest.param(
            [telling(2, RU, "C", met("planned", libyan=(HAFTAR, SADDAM)))],
            ["new participant: Saddam Haftar"], id="somebody else takes part",
        ),
        pytest.param(
            [telling(2, RU, "C", met("planned"), severity=Severity.CRITICAL)],
            ["more severe: critical; was: high"], id="louder",
        ),
        pytest.param(
            [telling(2, RU, "C", met("planned"), title="Correction: the two men will meet on Thursday")],
            ["a source published a correction"], id="a correction",
        ),
    ],
)  # fmt: skip
def test_news_is_told_with_its_reason(more: list[StoryItem], said: list[str]) -> None:
    """In one English line each, the weightiest first."""
    assert reasons([PLAN], [PLAN, *more]) == said


def test_several_who_take_part_are_told_in_one_line() -> None:
    """By name, where only their side was known."""
    nameless = telling(1, RU, "C", met("planned", libyan=("Libya",)))
    named = telling(2, RU, "C", met("planned", libyan=(SADDAM, HAFTAR)))
    assert reasons([nameless], [nameless, named]) == ["new participants: Khalifa Haftar, Saddam Haftar"]


@pytest.mark.parametrize(
    "more",
    [
        pytest.param([telling(2, RU, "B", met("planned"))], id="another outlet of a known side"),
        pytest.param([telling(n, FREE, "B", met("planned"), copy_of=1) for n in range(2, 7)], id="copies"),
        pytest.param([telling(2, EAST, "D", met("planned"), credit="TASS")], id="a new side prints a known one's wire"),
        pytest.param([telling(2, Side("unknown"), "F", met("planned"))], id="nobody knows whose side it is"),
        pytest.param([telling(2, RU, "C", met("invited"))], id="invited is as good as planned"),
        pytest.param([telling(2, RU, "C", met("planned", libyan=(HAFTAR, "LNA General Command")))], id="a body is no person"),
        pytest.param([telling(2, RU, "C", met("planned", libyan=("Libya",)))], id="a country is no person"),
        pytest.param([telling(2, RU, "C")], id="a report without contact"),
        pytest.param([telling(2, RU, "C", met(background=True, date="2019"))], id="an old meeting is recalled"),
        pytest.param([telling(2, RU, "C", met("planned"), severity=Severity.LOW)], id="quieter"),
        pytest.param([telling(2, RU, "C", met("planned"), content="Corrections officers stood at the gate.")], id="a word like it"),
    ],
)  # fmt: skip
def test_more_of_the_same_is_not_told(more: list[StoryItem]) -> None:
    """It is in the digest."""
    assert reasons([PLAN], [PLAN, *more]) == []


def test_an_edit_that_says_the_same_is_no_change() -> None:
    """A new revision with other words."""
    edited = replace(PLAN, revision=2, item=replace(PLAN.item, content="They will speak on Wednesday."))
    assert reasons([PLAN], [edited]) == []


def test_an_edit_that_turns_the_story_is_one() -> None:
    """The outlet's own denial is said once, not as a change of status besides."""
    edited = replace(PLAN, revision=2, contacts=(met("denied"),))
    assert reasons([PLAN], [edited]) == ["denied by Russian state media; was: planned"]


def test_under_way_and_over_are_one_to_a_reader() -> None:
    """A plan that is told late takes nothing back."""
    going = telling(1, RU, "C", met("ongoing"))
    assert reasons([going], [going, telling(2, RU, "C", met())]) == []
    assert reasons([going], [going, telling(2, RU, "C", met("planned"))]) == []


def test_a_denial_that_was_told_is_told_no_more_but_a_report_against_it_is() -> None:
    """First only denied, then confirmed by who was there."""
    denial = telling(1, WEST, "C", met("denied"))
    assert reasons([denial], [denial, telling(2, WEST, "C", met("denied"))]) == []
    assert reasons([denial], [denial, telling(2, RU, "C", met())]) == [
        "took place; was: denied",
        "now confirmed by Russian state media",
    ]


@pytest.mark.parametrize(
    ("now", "said"),
    [
        pytest.param("Ann / Bee", ["took place; was: planned"], id="whom the first report left open"),
        pytest.param(" / Cee", ["took place; was: planned"], id="the other side left open now"),
        pytest.param("Dee / Bee", [], id="somebody else on a side that was named"),
    ],
)
def test_a_side_that_was_left_open_may_be_anybody(now: str, said: list[str]) -> None:
    """The plan of a visit without the host's name, and the visit, are one contact to a reader."""
    told = Standing(severity=Severity.HIGH, statuses={"Ann / ": ContactStatus.PLANNED})
    then = Standing(severity=Severity.HIGH, statuses={now: ContactStatus.HAPPENED})
    assert [change.reason for change in changes(told, then, PRESS.sides)] == said


def test_one_of_two_contacts_is_named() -> None:
    """So that the reader knows which."""
    both = (met("planned"), met("planned", russian=("Sergei Lavrov",), libyan=("Aguila Saleh",)))
    told = telling(1, RU, "C", *both)
    (change,) = JUDGE.changes(standing(told), standing(told, telling(2, RU, "C", met())))
    assert change.reason == f"took place; was: planned ({BELOUSOV} / {HAFTAR})"
    assert (change.before, change.after) == (("planned",), ("happened", f"{BELOUSOV} / {HAFTAR}"))
    (change,) = JUDGE.changes(standing(PLAN), standing(PLAN, telling(2, RU, "C", met())))
    assert (change.before, change.after) == (("planned",), ("happened",)), "an only contact needs no name"


@pytest.mark.parametrize(
    ("others", "said"),
    [
        pytest.param([], ["an entry was taken back by Outlet 1"], id="the only one"),
        pytest.param(
            [telling(2, RU, "C", met("planned"))], ["an entry was taken back by Outlet 1"], id="one of two"
        ),
        pytest.param(
            [telling(2, RU, "C", met("planned"), feed={"id": "f1"})], [], id="another entry in its place"
        ),
    ],
)
def test_an_entry_that_was_taken_back_is_told(others: list[StoryItem], said: list[str]) -> None:
    """Unless its feed goes on telling it."""
    gone = replace(PLAN, withdrawn_at=NOON)
    assert reasons([PLAN, *others], [gone, *others]) == said
    assert reasons([gone, *others], [gone, *others]) == []
    for change in changes(standing(PLAN, *others), standing(gone, *others), PRESS.sides):
        assert (change.before, change.after) == (("Outlet 1",), ()), "templates name who took it back"


def test_a_copy_that_was_taken_back_is_not() -> None:
    """The text still stands where it came from."""
    copy = telling(2, FREE, "B", copy_of=1)
    assert reasons([PLAN, copy], [PLAN, replace(copy, withdrawn_at=NOON)]) == []


@pytest.mark.parametrize(
    ("where", "text"),
    [
        ("title", "CORRECTED - The two will meet"),
        ("title", "[Исправлено] Встреча в среду"),
        ("title", "تصحيح: اللقاء يوم الأربعاء"),
        ("title", "Düzeltme: Görüşme çarşamba günü"),
        ("summary", "Rettifica: l'incontro è mercoledì"),
        ("content", "Ils se verront.\nRectificatif : mercredi et non jeudi."),
    ],
)
def test_corrections_are_known_in_six_languages(where: str, text: str) -> None:
    """As desks mark them."""
    assert standing(telling(1, RU, "C", **{where: text})).corrected


def test_known_is_everything_that_was_told() -> None:
    """Of a story and of another that it took in."""
    one = Standing(severity=Severity.HIGH, sides=frozenset({RU}), statuses={"A / B": ContactStatus.PLANNED})
    two = Standing(severity=Severity.LOW, sides=frozenset({EAST}), statuses={"A / B": ContactStatus.HAPPENED})
    both = known([one, two])
    assert both == Standing(
        severity=Severity.HIGH, sides=frozenset({RU, EAST}), statuses={"A / B": ContactStatus.HAPPENED}
    )
    assert known([]) is None


def test_whoever_heard_it_in_two_tellings_hears_nothing_of_either_again() -> None:
    """Neither a denial nor a person, a correction or a withdrawal that the first of them told."""
    first = Standing(
        severity=Severity.HIGH,
        sides=frozenset({RU}),
        denied_by=frozenset({WEST}),
        contradicted_by=frozenset({EAST}),
        deniers={"the ministry": (FREE,)},
        voices=frozenset({"a"}),
        participants=frozenset({HAFTAR}),
        statuses={"A / B": ContactStatus.PLANNED},
        withdrawn=True,
        corrected=True,
    )
    then = Standing(
        severity=Severity.LOW,
        sides=frozenset({EAST}),
        denied_by=frozenset({FREE}),
        contradicted_by=frozenset({WEST}),
        deniers={"the spokesman": (RU,)},
        voices=frozenset({"b"}),
        participants=frozenset({SADDAM}),
        statuses={"C / D": ContactStatus.HAPPENED},
    )
    for order in ([first, then], [then, first]):
        whole = known(order)
        assert whole is not None
        assert (whole.severity, whole.withdrawn, whole.corrected) == (Severity.HIGH, True, True)
        assert (whole.sides, whole.denied_by, whole.contradicted_by) == (
            {RU, EAST},
            {WEST, FREE},
            {EAST, WEST},
        )
        assert (whole.voices, whole.participants) == ({"a", "b"}, {HAFTAR, SADDAM})
        assert (set(whole.deniers), set(whole.statuses)) == (
            {"the ministry", "the spokesman"},
            {"A / B", "C / D"},
        )
        assert changes(whole, first, PRESS.sides) == changes(whole, then, PRESS.sides) == ()


def test_nothing_changes_by_itself() -> None:
    """Whatever a story has in it."""
    items: list[Any] = [
        PLAN,
        telling(2, WEST, "C", met("denied")),
        telling(3, EAST, "D", met(), credit="AFP"),
    ]
    assert reasons(items, items) == []


def test_the_opposite_is_told_and_confirms_nothing() -> None:
    """Whoever was told that they came hears that somebody says they left."""
    judge = StoryJudge(frozenset(), PRESS)
    arrived = telling(1, title="Fighters arrive in Tobruk")
    left = telling(2, Side("libya-east"), title="Fighters leave Tobruk")
    then, now = (judge.standing(judge.judge(story(*items))) for items in ((arrived,), (arrived, left)))
    assert [change.reason for change in changes(then, now, PRESS.sides)] == [
        "contradicted by eastern Libyan media"
    ]


def test_a_denial_is_told_with_who_denies_it() -> None:
    """The Kremlin's denial in an independent outlet is not that outlet's."""
    told = Standing(severity=Severity.HIGH, sides=frozenset({Side("independent")}), voices=frozenset({"a"}))
    now = replace(
        told,
        denied_by=frozenset({Side("russia-state")}),
        deniers={"the Kremlin": (Side("independent"),)},
        voices=frozenset({"a", "Kremlin"}),
    )
    (change,) = changes(told, now, PRESS.sides)
    assert change.reason == "denied by the Kremlin, reported by independent media"
    assert (change.speakers, change.through) == (("the Kremlin",), ("independent",))
    assert change.after == ("denied", "russia-state")


def test_another_question_is_told_by_its_own_sides() -> None:
    """In the order of its file; an outlet that nobody placed and a side that is declared no more confirm nothing."""
    judge = StoryJudge(PEOPLE, HORN_PRESS)

    def knows(*items: StoryItem) -> Standing:
        return judge.standing(judge.judge(story(*items)))

    first = telling(1, Side("ankara"), "C", met("planned"))
    more = (
        telling(2, Side("hargeisa"), "C", met("planned")),
        telling(3, Side("mogadishu"), "C", met("planned")),
    )
    (change,) = judge.changes(knows(first), knows(first, *more))
    assert (
        change.reason == "now confirmed by Somali federal and northern media; was: Turkish state media only"
    )
    (change,) = judge.changes(knows(first), knows(first, telling(4, Side("observers"), "A", met("denied"))))
    assert change.reason == "denied by the Observer Mission; was: planned"
    for side in ("unplaced", "unknown", "khartoum"):
        assert judge.changes(knows(first), knows(first, telling(5, Side(side), "C", met("planned")))) == ()
