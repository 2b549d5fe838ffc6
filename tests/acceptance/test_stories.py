"""Every event its own story and its own alert, as `match --stories` says it and through what the daemon writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.eval import dense
from tests.eval.score import HERE, STREAMS, decider, floors, read

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from monitor.model import Decision, Item

WAYS = pytest.mark.parametrize("way", dense.WAYS.values(), ids=["match", "daemon"])


@pytest.fixture(scope="module")
def decide() -> Callable[[Item], Decision]:
    """The matcher as it ships."""
    return decider()


def stream(
    *told: tuple[str, str, str], hours: int = 1, lang: str = "en", outlet: str = ""
) -> list[dict[str, Any]]:
    """Items of outlets of their own, each (event, title, text), some hours apart."""
    return [
        {
            "id": f"i{n}", "lang": lang, "title": title, "summary": "", "content": text, "story": event,
            "published": f"2026-05-{4 + n * hours // 24:02}T{n * hours % 24:02}:30:00Z",
            "outlet": outlet or f"Outlet {n}", "outlet_side": "independent",
        }
        for n, (event, title, text) in enumerate(told)
    ]  # fmt: skip


def events(*told: tuple[str, str]) -> list[tuple[str, str, str]]:
    """Items that are an event each."""
    return [(f"e{n}", title, text) for n, (title, text) in enumerate(told)]


UNRELATED = events(
    ("Wagner helicopter comes down near Sebha, Libya", "A Mi-8 of the Wagner Group came down in a field at Sebha in Libya."),
    ("Court in Milan tries Wagner recruiter", "A man who hired fighters for the Wagner Group in Libya is on trial in Milan."),
    ("Wagner radio goes on air in Libya", "A station run by the Wagner Group has begun to broadcast in eastern Libya."),
    ("Wagner men block a well at Zillah, Libya", "Herders say that Wagner Group fighters fenced off a well at Zillah in Libya."),
    ("Book on Wagner in Libya wins prize", "A reporter's book about the Wagner Group in Libya won a prize in Lisbon."),
    ("Greek frigate follows ship with arms for Wagner in Libya", "The Greek navy shadowed a freighter with arms for the Wagner Group in Libya."),
    ("Wagner camp in Libya burns", "A fire destroyed tents of the Wagner Group at a camp in Libya; nobody was hurt."),
    ("Students in Tripoli protest against Wagner", "Some two hundred students marched in Tripoli in Libya against the Wagner Group."),
)  # fmt: skip
SAHEL = events(
    ("Wagner column attacked at Ber, Mali", "Fighters attacked a Wagner Group column at Ber in Mali."),
    (
        "Wagner flag raised over mine in Mali",
        "The Wagner Group hoisted its flag over the Morila mine in Mali.",
    ),
    (
        "Mali pays Wagner in gold, paper says",
        "A French paper prints receipts of payments by Mali to the Wagner Group.",
    ),
    (
        "Wagner teaches pilots in Mali",
        "A course for pilots that the Wagner Group gives has opened at Gao in Mali.",
    ),
)
BRIEFINGS = events(
    (
        "Evening notes: the Sahara in the papers",
        "Al-Wasat has a Wagner column of sixty vehicles on the road to Chad.",
    ),
    (
        "Evening notes: the Sahara in the papers",
        "The Herald reports that two drivers died on a mine of the Wagner Group at Sirte.",
    ),
    (
        "Evening notes: the Sahara in the papers",
        "Fawasel counts nine Wagner instructors at the naval academy.",
    ),
    ("Evening notes: the Sahara in the papers", "A list of the Wagner Group's dead appears in the Observer."),
)
FRAMED = [
    (event, title, "Read more on our site. Join us on Telegram for daily news from Libya and its neighbours.")
    for event, title in (
        ("a", "Dbeibah meets ambassador Aganin in Tripoli"), ("b", "UN Council wants mercenaries out of Libya"),
        ("c", "Wagner men ambushed in Mali"), ("d", "Haftar receives Yevkurov in Benghazi"),
    )
]  # fmt: skip
MEETINGS = [
    ("one", "Haftar receives Yevkurov in Benghazi", "Khalifa Haftar received Yunus-bek Yevkurov in Benghazi on Monday."),
    ("two", "Haftar receives ambassador Aganin in Benghazi", "Khalifa Haftar received the Russian ambassador Aydar Aganin in Benghazi."),
    ("one", "Moscow denies that Yevkurov met Haftar", "The Russian defence ministry denied that Yunus-bek Yevkurov met Khalifa Haftar in Benghazi."),
]  # fmt: skip
ARRIVALS = [
    ("ship", "Africa Corps fighters arrive in Tobruk by ship", "A ship brought three hundred Africa Corps fighters to Tobruk, port workers said."),
    ("ship", "Command denies that Africa Corps fighters arrived in Tobruk", "The general command denied that Africa Corps fighters had come to Tobruk by ship."),
]  # fmt: skip
OPPOSITE = [
    ("ship", "Africa Corps fighters arrive in Tobruk by ship", "A ship brought three hundred Africa Corps fighters to Tobruk, port workers said."),
    ("ship", "Africa Corps fighters leave Tobruk by ship", "A ship took three hundred Africa Corps fighters away from Tobruk, residents said."),
]  # fmt: skip


@WAYS
@pytest.mark.parametrize("name", STREAMS)
def test_a_dense_stream_is_above_its_floors(
    name: str, way: Callable[..., dense.Dense], decide: Callable[[Item], Decision]
) -> None:
    """Events with an alert of their own, and pairs of items; `make eval` prints them."""
    least = floors(name)
    found = dense.measures(way(read([HERE / f"{name}.jsonl"]), decide))
    assert {key: value for key, value in found.items() if value < least[key]} == {}


@WAYS
@pytest.mark.parametrize(
    "told",
    [
        pytest.param(stream(*UNRELATED), id="one topic, eight events within hours"),
        pytest.param(stream(*SAHEL), id="one topic elsewhere"),
        pytest.param(stream(*BRIEFINGS, hours=24, outlet="Evening Desk"), id="a running title"),
        pytest.param(stream(*FRAMED, outlet="Ministry Wire"), id="one line under all headlines"),
        pytest.param(stream(*MEETINGS), id="two meetings and a denial of one"),
        pytest.param(stream(*ARRIVALS), id="a denial of what is no contact"),
        pytest.param(stream(*OPPOSITE), id="opposite reports"),
    ],
)
def test_events_and_stories_are_the_same(
    told: Sequence[dict[str, Any]], way: Callable[..., dense.Dense], decide: Callable[[Item], Decision]
) -> None:
    """No event in another's story, none in two, each with an alert."""
    found = way(told, decide)
    assert (found.swallowed, found.impure, found.pairs.missed) == ([], [], 0)


@pytest.mark.parametrize(
    ("told", "line"),
    [
        pytest.param(MEETINGS, "denied by Moscow, reported by independent media", id="one of two meetings"),
        pytest.param(ARRIVALS, "denied by Command, reported by independent media", id="no contact"),
        pytest.param(OPPOSITE, "contradicted by independent media", id="the opposite"),
    ],
)
def test_a_denial_is_told_and_confirms_nothing(
    told: list[tuple[str, str, str]], line: str, decide: Callable[[Item], Decision]
) -> None:
    """To whoever was told the story before."""
    lines = dense.through_daemon(stream(*told), decide).lines
    assert [said for said in lines if line in said]
    assert not [said for said in lines if "confirmed" in said]
