"""Why a sentence tells of a contact, and which step says that it tells of none; with the lists as they ship."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from monitor.contacts.extract import account_of, casts_of, extractor
from monitor.contacts.reasons import BOTH, REASONS, Reason, Refusal, declared_rules, stronger
from monitor.model import Item, Severity
from monitor.watchlists import compile

SHIPPED = Path(__file__).parents[3] / "watchlists"


@cache
def lists() -> compile.Watchlists:
    return compile.load(SHIPPED)


def read(text: str, *, title: str = "", lang: str = "en") -> tuple[list[str], list[Refusal]]:
    """The reasons of the contacts that were told, and the steps that said no."""
    item = Item(key="k", feed_id="f", title=title, content=text, lang=lang)
    (cast,) = casts_of(lists()).values()
    account = account_of(lists().lexicon.scan(item), cast)
    told = [event.reason.id for event in account.events if isinstance(event.reason, Reason)]
    return told, [no.step for no in account.refused]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("Lavrov met Haftar.", "both-take-part", id="both"),
        pytest.param("Haftar flew to Moscow.", "visit-to-the-other-side", id="a visit"),
        pytest.param("Russia delivered ammunition to Haftar.", "delivery", id="a delivery"),
        pytest.param("Russia trains officers of the Libyan National Army.", "training", id="training"),
        pytest.param("Russia and Libya held talks.", "pair-of-countries", id="two countries"),
        pytest.param("A Russian frigate docked in Tobruk for a visit.", "visit-to-the-other-side", id="a warship"),
        pytest.param("A mayor from Derna met Lavrov.", "both-take-part", id="an office of a place"),
    ],
)  # fmt: skip
def test_a_contact_has_a_reason(text: str, reason: str) -> None:
    assert read(text)[0] == [reason]


@pytest.mark.parametrize(
    ("text", "step"),
    [
        pytest.param("Haftar signed nothing; Lavrov left without talks.", Refusal.NOBODY_MADE_ONE, id="without"),
        pytest.param("Lavrov met Erdogan. Haftar slept.", Refusal.THIRD_PARTY, id="a third party"),
        pytest.param("Aguila Saleh met Haftar. Lavrov slept.", Refusal.OWN_SIDE, id="one side among itself"),
        pytest.param("Lavrov spoke. The envoys met to talk about Haftar.", Refusal.ONE_SIDE, id="one side"),
        pytest.param(
            "Haftar was received in Paris because Moscow gained ground.", Refusal.COUNTRY_CLAUSE,
            id="a country of another clause, and a third one",
        ),
        pytest.param("Haftar held talks while Lavrov was in Baku.", Refusal.MEANWHILE, id="each by himself"),
        pytest.param(
            "Haftar held talks with the French minister about Russia and Moscow's aims.", Refusal.THIRD_PARTY,
            id="an official of another country",
        ),
        pytest.param("Russian forces arrived in the port of Tobruk.", Refusal.TROOPS, id="troops on the ground"),
    ],
)  # fmt: skip
def test_the_step_that_says_no_has_a_name(text: str, step: Refusal) -> None:
    told, refused = read(text)
    assert told == []
    assert step in refused


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("Russia delivered ammunition to Haftar.", ["delivery"], id="a delivery"),
        pytest.param("Russia condemned the delivery of ammunition to Haftar.", [], id="and one that is condemned"),
        pytest.param("Haftar signed an agreement with Russia.", ["agreement"], id="an agreement"),
        pytest.param("Haftar praised the resolution and an agreement with Russia.", [], id="and one that a resolution asks for"),
        pytest.param("Russia and Libya held talks.", ["pair-of-countries"], id="two countries"),
        pytest.param("Russia and Libya held talks before the playoffs.", [], id="and two teams"),
        pytest.param("Haftar flew to Moscow, NATO said.", ["visit-to-the-other-side"], id="a visit of which somebody's body tells"),
        pytest.param("Haftar flew to Moscow with the Egyptian president.", [], id="and one beside a third party"),
    ],
)  # fmt: skip
def test_a_country_alone_counts_only_where_nothing_makes_it_something_else(
    text: str, told: list[str]
) -> None:
    """Else a protest against a delivery would be alerted as the delivery."""
    assert read(text)[0] == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("Lavrov told reporters that a meeting with Haftar took place.", ["both-take-part"], id="of a meeting"),
        pytest.param("Lavrov told reporters that an agreement with Haftar was signed.", [], id="of a deal"),
        pytest.param("The Foreign Ministry of Russia said an agreement with Haftar was signed.", ["both-take-part"], id="a ministry of its deals"),
    ],
)  # fmt: skip
def test_who_speaks_of_a_meeting_was_there_and_of_a_deal_has_a_view(text: str, told: list[str]) -> None:
    """A minister who comments on somebody's agreement has signed nothing."""
    assert read(text)[0] == told


@pytest.mark.parametrize(
    ("then", "told"),
    [
        pytest.param("He visited Lavrov.", ["told-in-sentences"], id="he went on to the next"),
        pytest.param("He wrote a letter to Lavrov.", [], id="anybody may have written"),
    ],
)
def test_after_talks_with_a_third_party_he_is_who_travels_on(then: str, told: list[str]) -> None:
    """Only of what a person does himself; else Erdogan's letter would be Haftar's."""
    assert read(f"Haftar met Erdogan. {then}")[0] == told


@pytest.mark.parametrize(
    ("severity", "weak"),
    [
        (Severity.CRITICAL, Severity.MEDIUM),
        (Severity.HIGH, Severity.MEDIUM),
        (Severity.MEDIUM, Severity.MEDIUM),
        (Severity.LOW, Severity.LOW),
    ],
)
def test_a_weak_reason_is_never_loud(severity: Severity, weak: Severity) -> None:
    """At most medium, and never louder than its watchlist; the others are as loud as that."""
    gate = lists().rules[0].query
    rules = list(declared_rules("w", severity, "w.yaml", gate, ("w.yaml", 3)))

    assert [(r.id, r.severity) for r in rules] == [
        (reason.id, weak if reason.weak else severity) for reason in REASONS
    ]
    assert {r.severity for r in rules if r.id in {"both-take-part", "delivery"}} == {severity}
    assert {r.severity for r in rules if r.id in {"told-in-sentences", "pair-of-countries"}} == {weak}
    assert {(r.watchlist, r.source, r.file, r.line) for r in rules} == {("w", "w.yaml", "w.yaml", 3)}


def test_a_word_that_needs_both_sides_beside_it_borrows_nobody() -> None:
    """A committee that one side faces is no contact with whom the story named before; a meeting is."""
    assert read("Saddam Haftar smiled. He joined the committee of Lavrov.") == ([], [Refusal.APART_WORD])
    assert read("Saddam Haftar smiled. He met Lavrov.") == (["told-in-sentences"], [])


def test_what_is_recalled_from_earlier_is_background() -> None:
    """Beside the news of the day, which is not."""
    item = Item(
        key="k",
        feed_id="f",
        title="Lavrov met Dbeibah",
        content="Earlier, in 2019, Putin had received Haftar.",
        lang="en",
        published_at=datetime(2026, 11, 20, tzinfo=UTC),
    )
    told = extractor(lists())(lists().lexicon.scan(item), "russia-libya-contacts")
    assert [one.contact.background for one in told] == [False, True]


def test_a_weaker_reason_gives_way() -> None:
    """Of two tellings of one contact the stronger reason counts, whichever came first; a refusal never."""
    for reason in REASONS[1:]:
        assert stronger(reason, BOTH) is stronger(BOTH, reason) is BOTH
        assert stronger(Refusal.TROOPS, reason) is stronger(reason, Refusal.TROOPS) is reason
