"""Why, why not, and what nearly: each rule says it in words, with the sentence."""

from __future__ import annotations

import json

import pytest

from monitor.matching.explain import ISOLATE, POP, Quoted, RuleExplanation, as_json, explain, marked, render
from tests.support.analyst import compiled, item


def of(rule: str, content: str, **more: str) -> RuleExplanation:
    explanation = explain(compiled(), item(content, **more))
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
            "has #russia-actor and %contact.meeting in one sentence, #libya-actor is 2 sentences away",
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
            "contacts/meet", "A fine day in Sochi.", "nothing", "none of its words occur", id="nothing"
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


def test_an_exclusion_in_the_sentence_is_named() -> None:
    text = (
        "watchlist: w\ntitle: W\nrules:\n- {id: r, title: R, query: '#russia-actor SENTENCE #libya-actor"
        " SENTENCE NOT %contact.denied'}"
    )
    explanation = explain(compiled({"w.yaml": text}), item("Lavrov denied that Haftar came."))
    found = next(r for r in explanation.rules if r.rule == "r")
    assert found.kind == "near"
    assert "but %contact.denied in it excludes it" in found.detail


def test_the_words_are_marked_in_their_sentence() -> None:
    found = of("contacts/meet", "So it was. Lavrov met\nHaftar twice.")
    (quoted,) = found.sentences
    assert marked(quoted) == "[Lavrov] [met] [Haftar] twice."


def test_overlapping_words_are_marked_once() -> None:
    assert marked(Quoted(field="content", text="held talks", words=((0, 10), (5, 10)))) == "[held talks]"


def test_fired_rules_come_first_and_silent_ones_are_counted() -> None:
    text = render(explain(compiled(), item("The Wagner Group left.", title="News")))
    assert text.index("FIRED  wagner/named (high)") > 0
    assert "2 more rules found nothing." in text
    assert "contacts/meet" in render(explain(compiled(), item("The Wagner Group left.")), everything=True)


def test_right_to_left_text_does_not_turn_the_line_around_it() -> None:
    text = render(explain(compiled(), item("التقى لافروف حفتر.", title="لقاء", lang="ar")))
    assert text.startswith(f"{ISOLATE}لقاء{POP} [ar]")
    assert text.count(ISOLATE) == text.count(POP) >= 2


def test_an_explanation_is_plain_data() -> None:
    data = json.loads(json.dumps(as_json(explain(compiled(), item("Lavrov met Haftar.")))))
    assert data["rules"][0]["kind"] == "fired"
    assert data["rules"][0]["sentences"][0]["text"] == "Lavrov met Haftar."
