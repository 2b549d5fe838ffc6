"""Why, why not, and what nearly: each rule says it in words, with the sentence."""

from __future__ import annotations

import json

import pytest

from monitor.matching.matcher import Matcher
from monitor.model import Contact, ContactStatus, ContactType
from monitor.watchlists.explain import RuleExplanation, as_json, explain
from tests.support.analyst import DECLARED, compiled, item, telling


def of(rule: str, content: str, **more: str) -> RuleExplanation:
    explanation = explain(Matcher(compiled()), item(content, **more))
    return next(r for r in explanation.rules if f"{r.watchlist}/{r.rule}" == rule)


@pytest.mark.parametrize(
    ("rule", "content", "kind", "detail"),
    [
        pytest.param(
            "contacts/meet",
            "Lavrov met Haftar.",
            "fired",
            "names Sergei Lavrov and Khalifa Haftar",
            id="fired",
        ),
        pytest.param(
            "contacts/meet",
            "Lavrov met reporters. He was in a good mood. Haftar was not there.",
            "near",
            "has “⁨Lavrov⁩” (#russia-actor) and “⁨met⁩” (%contact.meeting) in one sentence, "
            "but “⁨Haftar⁩” (#libya-actor) is 2 sentences away",
            id="the third part is two sentences away",
        ),
        pytest.param(
            "contacts/meet",
            "Lavrov met reporters.",
            "near",
            "#libya-actor is nowhere",
            id="the third part is nowhere",
        ),
        pytest.param(
            "contacts/meet", "A fine day in Sochi.", "nothing", "#russia-actor is nowhere", id="nothing"
        ),
        pytest.param(
            "contacts/meet",
            "Lavrov met Haftar, a spokesman joked.",
            "unless",
            "it would fire, but its unless holds: ⁨spokesman joked",
            id="held back by unless",
        ),
        pytest.param(
            "wagner/named", "Wagner Group GmbH sells doors.", "silenced", "does not count", id="silenced"
        ),
        pytest.param(
            "withdrawal/un-calls",
            "The Security Council says foreign forces must leave Mali.",
            "related",
            "about Mali, not Libya",
            id="another country",
        ),
        pytest.param(
            "withdrawal/un-calls",
            "The Security Council says foreign forces from any state at any time in any place must leave Libya.",
            "near",
            "10 words apart, 6 allowed",
            id="too far apart",
        ),
        pytest.param(
            "withdrawal/un-calls",
            "The Security Council says foreign forces must leave.",
            "near",
            "no country",
            id="no country can be told",
        ),
    ],
)
def test_a_rule_says_what_it_saw(rule: str, content: str, kind: str, detail: str) -> None:
    found = of(rule, content)
    assert found.kind == kind
    assert detail in found.detail


def test_the_words_are_placed_in_their_sentence() -> None:
    """Half-open offsets into the sentence itself."""
    (quoted,) = of("contacts/meet", "So it was. Lavrov met\nHaftar twice.").sentences

    assert [quoted.text[a:b] for a, b in quoted.words] == ["Lavrov", "met", "Haftar"]
    assert quoted.text.endswith("twice.")
    assert quoted.cut == (False, False)


def test_a_sentence_without_end_is_cut_around_its_words() -> None:
    """A text of a hundred thousand words without a full stop is one sentence."""
    (quoted,) = of("wagner/named", "so and so " * 9_000 + "Wagner Group " + "and so on " * 9_000).sentences

    assert quoted.cut == (True, True)
    assert len(quoted.text) < 1_000
    assert [quoted.text[a:b] for a, b in quoted.words] == ["Wagner Group"]


def test_the_loudest_kinds_and_the_nearest_misses_come_first() -> None:
    """Words that are there but apart are nearer than words that are nowhere."""
    near = {"w.yaml": "watchlist: a\ntitle: A\nrules:\n"
            "- {id: far, title: F, query: '#russia-actor SENTENCE %contact.meeting SENTENCE @mali'}\n"
            "- {id: close, title: C, query: '#russia-actor NEAR/1 %contact.meeting NEAR/1 #libya-actor'}\n"}  # fmt: skip
    found = explain(Matcher(compiled(near)), item("Lavrov met the envoy of Haftar. The Wagner Group left."))

    assert [(r.kind, r.rule) for r in found.rules][:4] == [
        ("fired", "meet"),
        ("fired", "named"),
        ("near", "close"),
        ("near", "far"),
    ]


def test_a_contact_is_told_with_its_rule() -> None:
    """As the extractor found it."""
    contact = Contact(
        watchlist="w",
        parties={"a": ("A",), "b": ("B",)},
        type=ContactType.MEETING,
        status=ContactStatus.PLANNED,
    )
    matcher = Matcher(compiled(DECLARED), extract=telling((contact, "both-take-part")))
    found = next(r for r in explain(matcher, item("Lavrov met Haftar.")).rules if r.rule == "meet")

    assert found.contacts == (contact,)


def test_an_explanation_is_plain_data() -> None:
    """For `--json`."""
    said = explain(
        Matcher(compiled()), item("Lavrov met Haftar. The Security Council spoke of foreign forces.")
    )
    data = json.loads(json.dumps(as_json(said)))

    assert data["rules"][0]["kind"] == "fired"
    assert data["rules"][0]["sentences"][0]["text"] == "Lavrov met Haftar."
    assert data["rules"][0]["query"].startswith("#russia-actor SENTENCE")
    near = next(rule for rule in data["rules"] if rule["kind"] == "near")
    assert near["detail"].startswith("has “Security Council” (#un) and “foreign forces”")
